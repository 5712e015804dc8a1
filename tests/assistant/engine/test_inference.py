"""An inference that is given up, with a request that only looks like one."""

from threading import Event

import numpy as np
import pytest

from assistant.engine.inference import infer


class Asked:
    """A request that is busy, until it is cancelled or for so many looks."""

    def __init__(self, looks: int, ending: Exception | None = None) -> None:
        self._looks = looks
        self._ending = ending
        self.cancelled = False

    def start_async(self, inputs, share_inputs):
        assert share_inputs

    def wait_for(self, milliseconds):
        self._looks -= 1
        return self._looks < 0

    def cancel(self):
        self.cancelled = True

    def wait(self):
        if self._ending is not None:
            raise self._ending

    def get_output_tensor(self, index):
        return type("Tensor", (), {"data": np.ones(2, np.float32)})()


def given_up() -> Event:
    cancel = Event()
    cancel.set()
    return cancel


def test_the_output_of_an_inference_that_ends_in_time():
    assert infer(Asked(0), {}, given_up()).tolist() == [1, 1]  # type: ignore[arg-type]
    assert infer(Asked(3), {}, Event()).tolist() == [1, 1]  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", [None, RuntimeError("Infer Request was canceled")])
def test_one_that_was_cancelled_is_given_up_however_it_ends(ending):
    asked = Asked(9, ending)
    with pytest.raises(InterruptedError):
        infer(asked, {}, given_up())  # type: ignore[arg-type]
    assert asked.cancelled


def test_what_fails_by_itself_is_raised():
    with pytest.raises(RuntimeError, match="broken"):
        infer(Asked(1, RuntimeError("broken")), {}, Event())  # type: ignore[arg-type]
