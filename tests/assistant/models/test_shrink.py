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
from assistant.models.card import Format, verify, write_card
from assistant.models.catalog import ModelFolder
from assistant.models.shelf import Mark, begin
from assistant.models.shrink import shrink

# Stands in for the trainer: waits, copies, and writes the card that it would.
TRAINER = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from assistant.models.card import read_card, write_card
from assistant.models.shrink import copy_name
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
write_card(Path(target), name=copy_name(card, kind), title="t", format=kind, trained_on="", use="",
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
    return put(tmp_path / "source", "m", kind, weights)


def put(
    folder: Path, name: str, kind: Format = "bf16", weights: bytes = b"16 bit", base: str = ""
) -> ModelFolder:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights").write_bytes(weights)
    card = write_card(
        folder, name=name, title="m", base=base, format=kind, trained_on="", use="", limits="",
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


def test_a_copy_of_what_the_model_was_is_replaced(tmp_path: Path):
    made = shrink(model(tmp_path), tmp_path / "models", command=trainer())
    (made.path / "of-the-old").write_bytes(b"")
    again = shrink(model(tmp_path, weights=b"new"), tmp_path / "models", command=trainer())
    assert again.path == made.path
    assert again.card.base != made.card.base
    assert verify(again.path) == again.card
    assert not list((tmp_path / "models").glob(".*.work"))


def test_a_copy_that_cannot_be_replaced_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = shrink(model(tmp_path), tmp_path / "models", command=trainer())
    replace = Path.replace

    def held(path: Path, target: Path) -> Path:
        if path.name == "model":
            raise PermissionError("in use")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(AssistantError, match="MOD-213"):
        shrink(model(tmp_path, weights=b"new"), tmp_path / "models", command=trainer())
    assert verify(made.path) == made.card


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        ("openvino-int4", "another hospital"),
        ("openvino-int4", "mm@0123456789ab"),
        ("openvino-int4", "m@0123456789ab; merge 0123456789ab"),
        ("nf4", "m@0123456789ab"),
    ],
)
def test_another_model_of_the_copys_name_is_left_alone(tmp_path: Path, kind: Format, base: str):
    other = put(tmp_path / "models" / "m-int4", "m-int4", kind, b"theirs", base)
    with pytest.raises(AssistantError, match="MOD-217"):
        shrink(model(tmp_path), tmp_path / "models", command=trainer())
    assert verify(other.path) == other.card


def test_another_model_that_is_still_arriving_is_left_alone(tmp_path: Path):
    folder = tmp_path / "models" / "m-int4"
    folder.mkdir(parents=True)
    begin(folder, Mark("modelscope", "they/m-int4", "1"))
    (folder / ".weights.part").write_bytes(b"half")
    with pytest.raises(AssistantError, match="MOD-217"):
        shrink(model(tmp_path), tmp_path / "models", command=trainer())
    assert (folder / ".weights.part").read_bytes() == b"half"


def test_a_long_name_loses_its_end_and_not_what_tells_the_copy_from_it(tmp_path: Path):
    source = put(tmp_path / "models" / ("n" * 64), "n" * 64)
    made = [
        shrink(source, tmp_path / "models", kind, command=trainer())
        for kind in ("openvino-int4", "nf4")
    ]
    assert [one.card.name for one in made] == ["n" * 59 + "-int4", "n" * 60 + "-nf4"]
    assert [one.path.name for one in made] == [one.card.name for one in made]
    assert verify(source.path) == source.card


def test_a_model_is_never_its_own_copy(tmp_path: Path):
    name = "n" * 59 + "-int4"
    source = put(tmp_path / "models" / name, name)
    with pytest.raises(AssistantError, match="MOD-217"):
        shrink(source, tmp_path / "models", command=trainer())
    assert verify(source.path) == source.card


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
