import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Timer

import pytest

from assistant.errors import AssistantError
from assistant.models import shrink as shrinking
from assistant.models.card import Format, write_card
from assistant.models.catalog import ModelFolder
from assistant.models.shrink import shrink

# Stands in for the trainer: waits, copies, and writes the card that it would.
TRAINER = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from assistant.models.card import read_card, write_card
_, source, target, _, kind, watched = sys.argv[1:]
assert watched == "--watched"
if {fails!r}:
    print("\\x1b[31m[TRN-801]\\x1b[0m 内存不足。\\n[TRN-801] 内存不足。")
    sys.exit(3)
time.sleep({seconds})
Path(target).mkdir()
time.sleep({seconds})
(Path(target) / "weights").write_bytes(b"4 bit")
card = read_card(Path(source))
write_card(Path(target), name=card.name + "-int4", title="t", format=kind, trained_on="", use="",
    base=card.name + "@" + card.fingerprint[:12], limits="", created="2026-11-25")
"""


# Stands in for the launcher on Windows, and for the trainer that it starts: when the launcher is
# terminated the trainer is not, and goes on writing the time.
LAUNCHER = """
import subprocess, sys
sys.exit(subprocess.call([sys.executable, "-c", {trainer!r}]))
"""
BEATING = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from trainer.watched import end_with_input
end_with_input()
while True:
    Path({beat!r}).write_text(str(time.time()))
    time.sleep(0.05)
"""
ROOT = str(Path(__file__).resolve().parents[3])
SHRINKS = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.assistant.models.test_shrink import launcher, model, shrink
folder = Path({folder!r})
shrink(model(folder), folder / "models", command=launcher(folder / "beat"))
"""


def launcher(beat: Path) -> tuple[str, ...]:
    trainer = BEATING.format(root=ROOT, beat=str(beat))
    return (sys.executable, "-c", LAUNCHER.format(trainer=trainer))


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def goes_on(beat: Path) -> bool:
    before = beat.read_text()
    time.sleep(0.5)
    return beat.read_text() != before


def model(tmp_path: Path, kind: Format = "bf16", weights: bytes = b"16 bit") -> ModelFolder:
    folder = tmp_path / "source"
    folder.mkdir(exist_ok=True)
    (folder / "weights").write_bytes(weights)
    card = write_card(
        folder, name="m", title="m", base="", format=kind, trained_on="", use="", limits="",
        created="2026-11-25",
    )  # fmt: skip
    return ModelFolder(folder, card)


def trainer(*, seconds: float = 0.0, fails: bool = False) -> tuple[str, ...]:
    script = TRAINER.format(root=ROOT, seconds=seconds, fails=fails)
    return (sys.executable, "-c", script)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shrinking, "POLL_S", 0.02)


def test_a_copy_is_made_once(tmp_path: Path):
    steps: list[str] = []
    made = shrink(
        model(tmp_path), tmp_path / "models", tell=steps.append, command=trainer(seconds=0.2)
    )
    assert steps == ["convert", "compress", "verify"]
    assert made.path == tmp_path / "models" / "m-int4"
    assert (made.path / "weights").read_bytes() == b"4 bit"
    again = shrink(model(tmp_path), tmp_path / "models", command=trainer(fails=True))
    assert again == made
    with pytest.raises(AssistantError, match="MOD-223"):  # another source is made anew
        shrink(model(tmp_path, weights=b"new"), tmp_path / "models", command=trainer(fails=True))
    assert (made.path / "weights").read_bytes() == b"4 bit"


def test_a_copy_that_was_altered_is_refused(tmp_path: Path):
    made = shrink(model(tmp_path), tmp_path / "models", command=trainer())
    (made.path / "weights").write_bytes(b"other")
    with pytest.raises(AssistantError, match="MOD-104"):
        shrink(model(tmp_path), tmp_path / "models", command=trainer())


def test_what_the_trainer_says_is_passed_on_and_nothing_is_left(tmp_path: Path):
    with pytest.raises(AssistantError, match="内存不足") as caught:
        shrink(model(tmp_path), tmp_path / "models", command=trainer(fails=True))
    assert caught.value.code == "MOD-223"
    assert not list((tmp_path / "models" / "m-int4").iterdir())
    assert not list((tmp_path / "models").glob(".*.work"))


def test_cancelled_it_ends_at_once_and_leaves_nothing(tmp_path: Path):
    cancel = Event()
    Timer(0.3, cancel.set).start()
    with pytest.raises(AssistantError, match="MOD-227"):
        shrink(model(tmp_path), tmp_path / "models", cancel=cancel, command=trainer(seconds=60))
    assert not list((tmp_path / "models").glob(".*.work"))


def test_cancelled_it_also_ends_what_the_launcher_started(tmp_path: Path):
    cancel, beat = Event(), tmp_path / "beat"

    def once_it_works() -> None:
        until(beat.exists)
        cancel.set()

    Timer(0, once_it_works).start()
    with pytest.raises(AssistantError, match="什么也没有留下"):
        shrink(model(tmp_path), tmp_path / "models", cancel=cancel, command=launcher(beat))
    assert not goes_on(beat)
    assert not list((tmp_path / "models").glob(".*.work"))


def test_killed_it_leaves_no_trainer_behind(tmp_path: Path):
    beat = tmp_path / "beat"
    script = SHRINKS.format(root=ROOT, folder=str(tmp_path))
    assistant = subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": ROOT}
    )
    until(beat.exists)
    assistant.kill()
    assistant.wait(60)
    time.sleep(0.5)
    assert not goes_on(beat)


def test_what_is_4_bit_already_is_not_made_smaller(tmp_path: Path):
    with pytest.raises(AssistantError, match="MOD-221"):
        shrink(model(tmp_path, "nf4"), tmp_path / "models", command=trainer())


def test_without_the_training_environment_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shrinking, "TRAINED", tmp_path / "none")
    with pytest.raises(AssistantError, match="MOD-222"):
        shrink(model(tmp_path), tmp_path / "models")
