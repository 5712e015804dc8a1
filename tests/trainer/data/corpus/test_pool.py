import os

import pytest

from assistant.errors import AssistantError
from trainer.data.corpus.pool import run_ordered


def square(number: int) -> int:
    if number == -1:
        raise AssistantError("TRN-502", "不行。", next_step="换一个。", detail="why")
    if number == -2:
        raise ValueError("unforeseen")
    if number == -3:
        os._exit(9)
    return number * number


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order(workers: int) -> None:
    assert list(run_ordered(square, range(40), workers)) == [n * n for n in range(40)]


def test_tasks_are_drawn_as_they_are_needed() -> None:
    drawn = []

    def tasks():
        for number in range(1000):
            drawn.append(number)
            yield number

    results = run_ordered(square, tasks(), 2)
    next(results)
    assert len(drawn) < 20
    results.close()


@pytest.mark.parametrize(
    ("task", "workers", "code"),
    [(-1, 1, "TRN-502"), (-1, 2, "TRN-502"), (-2, 2, "TRN-504"), (-3, 2, "TRN-504")],
)
def test_what_goes_wrong_in_a_worker_reaches_the_caller(task: int, workers: int, code: str) -> None:
    with pytest.raises(AssistantError) as caught:
        list(run_ordered(square, [1, task, 2], workers))
    assert caught.value.code == code
