import threading
from collections.abc import Callable, Iterator

import pytest

from assistant.errors import AssistantError
from assistant.imaging.isolation import Child
from assistant.imaging.request import Request

START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from assistant.imaging.request import READY; from assistant.pipe import *;"
    "out = sys.stdout.buffer;"
    "send(out, READY); receive(sys.stdin.buffer);"
)


@pytest.fixture
def child_of() -> Iterator[Callable[..., Child]]:
    children: list[Child] = []

    def make(*program: str) -> Child:
        children.append(Child(*program))
        return children[-1]

    yield make
    for child in children:
        child.close()


def request(content: bytes) -> Request:
    return Request(content, "dicom", len(content), None, b"salt")


@pytest.mark.parametrize(
    ("does", "code"),
    [
        ("while True: pass", "IMG-115"),
        ("import os; os.abort()", "IMG-116"),
        ("import os; out.write(b'abc'); out.flush(); os._exit(0)", "IMG-116"),
    ],
)
def test_a_decoder_that_spins_or_crashes(
    child_of: Callable[..., Child], does: str, code: str
) -> None:
    child = child_of(START + "\n" + does)
    for _ in range(2):  # the second time in a fresh process
        with pytest.raises(AssistantError) as caught:
            child.read(request(b"x"))
        assert caught.value.code == code


def test_a_sound_file_may_wait_for_its_turn(child_of: Callable[..., Child]) -> None:
    """It is processor time that a file is given: on a busy machine the clock runs on."""
    answers = "from assistant.imaging.slice import Slice; import time;"
    child = child_of(f"{START}{answers} time.sleep(2); send(out, Slice(modality='CT'))")
    assert child.read(request(b"x")).modality == "CT"


def test_a_large_picture_has_longer_than_dicom_of_as_many_bytes(
    child_of: Callable[..., Child],
) -> None:
    spins = "import time; until = time.process_time() + 1.6\nwhile time.process_time() < until: 0\n"
    program = f"{START}{spins}from assistant.imaging.slice import Slice; send(out, Slice())"
    picture = Request(b"x", "picture", 1, None, b"salt")
    assert child_of(program).read(picture).source == "picture"
    with pytest.raises(AssistantError, match="IMG-115"):
        child_of(program).read(request(b"x"))


def test_a_child_that_cannot_start(child_of: Callable[..., Child]) -> None:
    with pytest.raises(AssistantError, match="IMG-117"):
        child_of("raise SystemExit(1)").read(request(b"x"))


def test_a_starved_machine_has_longer_to_start_than_to_read(
    child_of: Callable[..., Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.imaging.isolation.LONGEST_SECONDS", 0.3)
    child = child_of(f"import time; time.sleep(1.0); {START}")
    assert child._await_ready().poll() is None


def test_a_child_that_never_starts_is_not_waited_for_for_ever(
    child_of: Callable[..., Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.imaging.isolation.LONGEST_START_SECONDS", 0.3)
    with pytest.raises(AssistantError, match="IMG-117"):
        child_of("import time; time.sleep(600)").read(request(b"x"))


def test_reads_again_after_it_was_ended(
    child_of: Callable[..., Child], bundled: Callable[[str], bytes]
) -> None:
    child = child_of()
    child.start()
    assert child.read(request(bundled("CT_small.dcm"))).modality == "CT"
    child.close()
    assert child.read(request(bundled("CT_small.dcm"))).modality == "CT"


def test_an_idle_child_that_died_is_replaced(
    child_of: Callable[..., Child], bundled: Callable[[str], bytes]
) -> None:
    child = child_of()
    child.read(request(bundled("CT_small.dcm")))
    process = child._process
    assert process is not None
    process.kill()
    process.wait()
    assert child.read(request(bundled("CT_small.dcm"))).modality == "CT"


def test_many_threads_take_turns(
    child_of: Callable[..., Child], bundled: Callable[[str], bytes]
) -> None:
    child = child_of()
    content = {name: bundled(name) for name in ("CT_small.dcm", "MR_small.dcm")}
    seen: list[tuple[str, str]] = []

    def work(name: str) -> None:
        for _ in range(5):
            seen.append((name[:2], child.read(request(content[name])).modality))

    threads = [threading.Thread(target=work, args=(name,)) for name in content for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 20
    assert all(name == modality for name, modality in seen)
