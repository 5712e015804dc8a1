import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread, Timer

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from assistant.batch.row import Row
from assistant.batch.run import Job, Progress, run_folder
from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import AssistantError

JOB = Job(system="s", question="q")


class Counted:
    """A script that counts its questions and can set an event or break."""

    def __init__(self, text: str = "右侧气胸。") -> None:
        self.text = text
        self.asked: list[Conversation] = []

    def __call__(self, conversation: Conversation) -> str:
        self.asked.append(conversation)
        return self.text


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a sound file may take longer than a person would wait."""
    monkeypatch.setattr("assistant.imaging.isolation.BASE_SECONDS", 60.0)
    monkeypatch.setattr("assistant.imaging.isolation.MOST_SECONDS", 60.0)


@pytest.fixture
def script() -> Counted:
    return Counted()


@pytest.fixture
def lane(script: Counted) -> Iterator[Lane]:
    lane = Lane.of(ScriptedEngine(script))
    yield lane
    lane.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    shutil.copy(get_testdata_file("CT_small.dcm", download=False), folder / "ct")
    (folder / "notes.txt").write_text("不是影像", encoding="utf-8")
    for shade in (80, 160):
        gray = np.full((32, 32), shade, np.uint8)
        Image.fromarray(gray).save(folder / "sub" / f"{shade}.jpg")
    return folder


def run(folder: Path, out: Path, lane: Lane, job: Job = JOB) -> list[Progress]:
    return list(run_folder(folder, out, lane, job, Event()))


def results(out: Path) -> list[Row]:
    return [Row.from_json(r) for r in json.loads((out / "results.json").read_text("utf-8"))]


def test_every_file_has_its_row(folder: Path, tmp_path: Path, lane: Lane, script: Counted):
    seen = run(folder, tmp_path / "out", lane)
    assert [(p.done, p.total) for p in seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    rows = results(tmp_path / "out")
    assert rows == [p.row for p in seen]
    assert [(r.file, r.status) for r in rows] == [
        ("ct", "done"), ("notes.txt", "refused"), ("sub/160.jpg", "done"), ("sub/80.jpg", "done"),
    ]  # fmt: skip
    ct, notes, *_ = rows
    assert (ct.region, ct.urgency, ct.model, ct.text) == ("胸部", "紧急", "脚本引擎", "右侧气胸。")
    assert "C" in ct.window
    assert notes.code.startswith("IMG-")
    assert notes.text
    assert len(ct.sha256) == len(notes.sha256) == 64
    assert [c.turns[0].text for c in script.asked] == ["q"] * 3
    assert all(len(c.images) == 1 and c.system == "s" for c in script.asked)


def test_a_rerun_asks_only_about_what_is_new_or_changed(
    folder: Path, tmp_path: Path, lane: Lane, script: Counted
):
    first = run(folder, tmp_path / "out", lane)
    (folder / "sub" / "160.jpg").rename(folder / "renamed.jpg")
    Image.fromarray(np.full((32, 32), 99, np.uint8)).save(folder / "sub" / "80.jpg")
    script.asked.clear()
    second = run(folder, tmp_path / "out", lane)
    assert len(script.asked) == 1
    assert {p.row.file: p.reused for p in second} == {
        "ct": True, "notes.txt": False, "renamed.jpg": True, "sub/80.jpg": False,
    }  # fmt: skip
    assert second[0].row == first[0].row
    assert len(results(tmp_path / "out")) == 4


@pytest.mark.parametrize(
    "job", [Job("s", "another"), Job("s", "q", window="骨"), Job("other", "q")]
)
def test_another_job_is_asked_anew(
    folder: Path, tmp_path: Path, lane: Lane, script: Counted, job: Job
):
    run(folder, tmp_path / "out", lane)
    script.asked.clear()
    run(folder, tmp_path / "out", lane, job)
    assert len(script.asked) == 3


def test_answers_of_another_model_of_the_same_name_are_not_reused(folder: Path, tmp_path: Path):
    class Engine(ScriptedEngine):
        def __init__(self, script: Counted, fingerprint: str) -> None:
            super().__init__(script)
            self._fingerprint = fingerprint

        @property
        def capabilities(self) -> Capabilities:
            return replace(super().capabilities, fingerprint=self._fingerprint)

    for fingerprint, asked in (("a", 3), ("b", 3), ("a", 0)):
        script = Counted()
        lane = Lane.of(Engine(script, fingerprint))
        run(folder, tmp_path / "out", lane)
        lane.close()
        assert len(script.asked) == asked


def test_a_closed_run_keeps_what_is_done(folder: Path, tmp_path: Path, lane: Lane, script: Counted):
    running = run_folder(folder, tmp_path / "out", lane, JOB, Event())
    next(running)
    next(running)
    running.close()
    assert [r.file for r in results(tmp_path / "out")] == ["ct", "notes.txt"]
    script.asked.clear()
    run(folder, tmp_path / "out", lane)
    assert len(script.asked) == 2


def test_cancel_between_files(folder: Path, tmp_path: Path, lane: Lane):
    cancel = Event()
    seen = []
    for progress in run_folder(folder, tmp_path / "out", lane, JOB, cancel):
        seen.append(progress.row)
        cancel.set()
    assert seen == results(tmp_path / "out")
    assert len(seen) == 1


def test_cancel_within_an_answer_leaves_no_row(folder: Path, tmp_path: Path):
    cancel = Event()

    def cancelling(_: Conversation) -> str:
        cancel.set()
        return "右侧气胸。"

    lane = Lane.of(ScriptedEngine(cancelling))
    assert list(run_folder(folder, tmp_path / "out", lane, JOB, cancel)) == []
    lane.close()
    assert results(tmp_path / "out") == []
    assert (tmp_path / "out" / "results.jsonl").read_bytes() == b""


def test_cancel_while_the_model_loads(folder: Path, tmp_path: Path):
    gate, cancel = Event(), Event()

    def load() -> ScriptedEngine:
        cancel.set()
        gate.wait(60)
        return ScriptedEngine()

    lane = Lane(load)
    assert list(run_folder(folder, tmp_path / "out", lane, JOB, cancel)) == []
    gate.set()
    lane.close()
    assert not (tmp_path / "out").exists()


def test_an_engine_that_breaks_fails_the_row_and_goes_on(folder: Path, tmp_path: Path):
    def breaking(conversation: Conversation) -> str:
        if conversation.images[0].pixels[0, 0, 0] == 160:
            raise RuntimeError("broken")
        return "右侧气胸。"

    lane = Lane.of(ScriptedEngine(breaking))
    rows = {p.row.file: p.row for p in run(folder, tmp_path / "out", lane)}
    lane.close()
    assert (rows["sub/160.jpg"].status, rows["sub/160.jpg"].code) == ("failed", "ENG-002")
    assert rows["sub/80.jpg"].status == "done"


def test_an_engine_that_cannot_load_is_told(folder: Path, tmp_path: Path):
    def load() -> ScriptedEngine:
        raise AssistantError("MOD-101", "没有。", next_step="")

    with pytest.raises(AssistantError, match="MOD-101"):
        run(folder, tmp_path / "out", Lane(load))


def test_a_wrong_window_is_refused_before_anything_is_written(
    folder: Path, tmp_path: Path, lane: Lane
):
    with pytest.raises(AssistantError, match="USE-111"):
        run(folder, tmp_path / "out", lane, Job("s", "q", window="没有这个窗"))
    assert not (tmp_path / "out").exists()


def test_a_full_queue_is_waited_for(folder: Path, tmp_path: Path):
    """With no room to wait, the batch asks again until the other conversation is done."""
    started, release = Event(), Event()

    def slow(conversation: Conversation) -> str:
        if conversation.turns[-1].text == "busy":
            started.set()
            release.wait(60)
        return "右侧气胸。"

    def ask() -> None:
        list(lane.stream(Conversation.new("s").ask("busy"), JOB.options, Event()))

    lane = Lane.of(ScriptedEngine(slow), max_waiting=1)
    others = [Thread(target=ask), Thread(target=ask)]
    others[0].start()
    started.wait(60)
    others[1].start()
    while lane.status.waiting < 2:
        time.sleep(0.01)
    Timer(0.2, release.set).start()
    assert [p.row.status for p in run(folder, tmp_path / "out", lane)].count("done") == 3
    for other in others:
        other.join()
    lane.close()
