import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread, Timer

import numpy as np
import pytest
from PIL import Image

from assistant.batch.control import Control
from assistant.batch.job import Job
from assistant.batch.ledger import open_ledger
from assistant.batch.query import Query
from assistant.batch.question import Questions
from assistant.batch.run import run_batch
from assistant.batch.source import Source
from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Options
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import AssistantError
from tests.assistant.batch.conftest import JOB, Counted, results, run, write_series


def test_every_file_has_its_row(folder: Path, tmp_path: Path, lane: Lane, script: Counted):
    seen = run(folder, tmp_path / "out", lane)
    assert [(p.done, p.total) for p in seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [(p.row.file, p.row.status, p.asked) for p in seen] == [
        ("ct", "done", True), ("notes.txt", "refused", False), ("sub/160.jpg", "done", True),
        ("sub/80.jpg", "done", True),
    ]  # fmt: skip
    assert {row.file for row in results(tmp_path / "out")} == {p.row.file for p in seen}
    ct, notes, *_ = (p.row for p in seen)
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


def test_a_file_that_is_gone_has_no_row_any_longer(folder: Path, tmp_path: Path, lane: Lane):
    run(folder, tmp_path / "out", lane)
    (folder / "ct").unlink()
    run(folder, tmp_path / "out", lane)
    assert "ct" not in {row.file for row in results(tmp_path / "out")}


@pytest.mark.parametrize(
    "job",
    [
        replace(JOB, questions=Questions("another")),
        replace(JOB, window="骨"),
        replace(JOB, system="other"),
    ],
)
def test_another_job_is_asked_anew(
    folder: Path, tmp_path: Path, lane: Lane, script: Counted, job: Job
):
    run(folder, tmp_path / "out", lane)
    script.asked.clear()
    run(folder, tmp_path / "out", lane, job)
    assert len(script.asked) == 3


class Named(ScriptedEngine):
    """A scripted engine that says which weights it has."""

    fingerprint = ""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, fingerprint=self.fingerprint)


def test_answers_of_another_model_of_the_same_name_are_not_reused(folder: Path, tmp_path: Path):
    for fingerprint, asked in (("a", 3), ("b", 3), ("a", 0)):
        script = Counted()
        engine = Named(script)
        engine.fingerprint = fingerprint
        lane = Lane.of(engine)
        run(folder, tmp_path / "out", lane)
        lane.close()
        assert len(script.asked) == asked


def test_a_model_that_changes_meanwhile_ends_the_batch(folder: Path, tmp_path: Path):
    def changing(_: Conversation) -> str:
        engine.fingerprint = "other"
        return "右侧气胸。"

    engine = Named(changing)
    lane = Lane.of(engine)
    with pytest.raises(AssistantError, match="BAT-110"):
        run(folder, tmp_path / "out", lane)
    lane.close()
    assert results(tmp_path / "out") == []


def test_a_closed_run_keeps_what_is_done(folder: Path, tmp_path: Path, lane: Lane, script: Counted):
    running = run_batch(Source(folder), tmp_path / "out", lane, JOB, Control())
    next(running)
    next(running)
    running.close()
    assert {r.file for r in results(tmp_path / "out")} == {"ct", "notes.txt"}
    script.asked.clear()
    run(folder, tmp_path / "out", lane)
    assert len(script.asked) == 2


def test_cancel_between_files(folder: Path, tmp_path: Path, lane: Lane):
    control = Control()
    seen = []
    for progress in run_batch(Source(folder), tmp_path / "out", lane, JOB, control):
        seen.append(progress.row)
        control.cancel()
    assert seen == results(tmp_path / "out")
    assert len(seen) == 1


def test_cancel_within_an_answer_leaves_no_row(folder: Path, tmp_path: Path):
    control = Control()

    def cancelling(_: Conversation) -> str:
        control.cancel()
        return "右侧气胸。"

    lane = Lane.of(ScriptedEngine(cancelling))
    assert list(run_batch(Source(folder), tmp_path / "out", lane, JOB, control)) == []
    lane.close()
    assert results(tmp_path / "out") == []


def test_a_program_that_ends_leaves_the_rest_for_later(folder: Path, tmp_path: Path):
    """A lane that closes in mid-batch is no fault of the files."""

    def closing(_: Conversation) -> str:
        Thread(target=lane.close).start()
        while lane.status.phase != "closed":
            time.sleep(0.01)
        return "右侧气胸。"

    lane = Lane.of(ScriptedEngine(closing))
    assert list(run_batch(Source(folder), tmp_path / "out", lane, JOB, Control())) == []
    assert results(tmp_path / "out") == []


def test_cancel_while_the_model_loads(folder: Path, tmp_path: Path):
    gate, control = Event(), Control()

    def load() -> ScriptedEngine:
        control.cancel()
        gate.wait(60)
        return ScriptedEngine()

    lane = Lane(load)
    assert list(run_batch(Source(folder), tmp_path / "out", lane, JOB, control)) == []
    gate.set()
    lane.close()
    assert not (tmp_path / "out").exists()


def test_paused_it_waits_and_resumed_it_goes_on(folder: Path, tmp_path: Path, lane: Lane):
    control = Control()
    steps = run_batch(Source(folder), tmp_path / "out", lane, JOB, control)
    next(steps)
    control.pause()
    came: list[int] = []
    rest = Thread(target=lambda: came.extend(step.done for step in steps))
    rest.start()
    time.sleep(0.3)
    assert came == []
    assert control.paused
    control.resume()
    rest.join(60)
    assert came == [2, 3, 4]
    assert control.held_s > 0.2


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
        run(folder, tmp_path / "out", lane, replace(JOB, window="没有这个窗"))
    assert not (tmp_path / "out").exists()


def test_a_folder_that_vanishes_ends_the_batch_and_keeps_its_rows(
    folder: Path, tmp_path: Path, lane: Lane
):
    steps = run_batch(Source(folder), tmp_path / "out", lane, JOB, Control())
    first = next(steps).row
    shutil.rmtree(folder)
    with pytest.raises(AssistantError, match="BAT-109"):
        list(steps)
    assert results(tmp_path / "out") == [first]


def test_a_file_that_vanishes_costs_only_its_own_row(folder: Path, tmp_path: Path, lane: Lane):
    steps = run_batch(Source(folder), tmp_path / "out", lane, JOB, Control())
    next(steps)
    (folder / "sub" / "160.jpg").unlink()
    rows = {step.row.file: step.row for step in steps}
    assert (rows["sub/160.jpg"].status, rows["sub/160.jpg"].code) == ("refused", "IMG-101")
    assert rows["sub/80.jpg"].status == "done"


def test_two_batches_never_share_an_output_folder(folder: Path, tmp_path: Path, lane: Lane):
    steps = run_batch(Source(folder), tmp_path / "out", lane, JOB, Control())
    next(steps)
    with pytest.raises(AssistantError, match="BAT-107"):
        run(folder, tmp_path / "out", lane)
    steps.close()
    assert len(run(folder, tmp_path / "out", lane)) == 4


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


BY_SERIES = replace(JOB, by="series", per_series=3)


def test_by_series_asks_once_about_representative_slices(
    tmp_path: Path, lane: Lane, script: Counted
):
    # File names run against the place in the patient.
    write_series(tmp_path / "in", [float(10 * n) for n in reversed(range(9))])
    (tmp_path / "in" / "notes.txt").write_text("不是影像", encoding="utf-8")
    seen = run(tmp_path / "in", tmp_path / "out", lane, BY_SERIES)
    assert [len(c.images) for c in script.asked] == [3]
    rows = {row.file: row for row in results(tmp_path / "out")}
    assert len(rows) == len(seen) == 10
    assert [file for file, row in rows.items() if row.status == "done"] == ["0-04.dcm"]
    assert rows["notes.txt"].status == "refused"
    others = [row for row in rows.values() if row.status == "skipped"]
    assert {row.code for row in others} == {"BAT-142"}
    assert all("0-04.dcm" in row.text for row in others)


def test_by_series_an_unchanged_series_is_not_asked_again(
    tmp_path: Path, lane: Lane, script: Counted
):
    write_series(tmp_path / "in", [0, 10, 20])
    run(tmp_path / "in", tmp_path / "out", lane, BY_SERIES)
    again = run(tmp_path / "in", tmp_path / "out", lane, BY_SERIES)
    assert len(script.asked) == 1
    assert [p.reused for p in again].count(True) == 1
    run(tmp_path / "in", tmp_path / "out", lane)  # by slice is another job
    assert len(script.asked) == 4


def test_by_series_an_engine_that_breaks_fails_the_speaker(tmp_path: Path):
    def breaking(_: Conversation) -> str:
        raise RuntimeError

    write_series(tmp_path / "in", [0, 10, 20])
    lane = Lane.of(ScriptedEngine(breaking))
    seen = run(tmp_path / "in", tmp_path / "out", lane, BY_SERIES)
    lane.close()
    assert sorted(p.row.status for p in seen) == ["failed", "skipped", "skipped"]


def test_a_question_may_depend_on_the_region(folder: Path, tmp_path: Path, script: Counted):
    lane = Lane.of(ScriptedEngine(script))
    questions = Questions("其他？", (("头颅", "头？"), ("胸部", "胸？"), ("腹部", "腹？")))
    run(folder, tmp_path / "out", lane, replace(JOB, questions=questions))
    lane.close()
    asked = [conversation.turns[0].text for conversation in script.asked]
    assert asked[0] in ("胸？", "腹？")  # CT_small is a crop of the trunk
    assert asked[1:] == ["其他？", "其他？"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("检查所见：双肺纹理清晰，诊断意见：右侧气胸。", "BAT-122"), ("", "BAT-123")],
)
def test_a_cut_or_empty_answer_is_left_to_a_doctor(
    folder: Path, tmp_path: Path, text: str, code: str
):
    def script(conversation: Conversation) -> str:
        bright = conversation.images[0].pixels[0, 0, 0] == 160
        return text if bright else "双肺清晰。"

    lane = Lane.of(ScriptedEngine(script))
    job = replace(JOB, options=Options(max_tokens=len("检查所见：双肺纹理清晰，诊断意见：")))
    run(folder, tmp_path / "out", lane, job)
    lane.close()
    first, *others = results(tmp_path / "out")
    assert (first.file, first.status, first.code) == ("sub/160.jpg", "done", code)
    assert first.urgency == "需复核"
    assert "常规" in {row.urgency for row in others}


class Chooses(ScriptedEngine):
    """Finds a picture the more suspicious the brighter it is."""

    def likelihoods(self, conversation: Conversation, answers: Sequence[str]) -> tuple[float, ...]:
        assert conversation.turns[-1].text == "这张CT正常吗？"
        assert answers == ("不正常",)
        return (float(conversation.images[0].pixels.mean() / 255),)


def test_of_equal_urgency_the_more_suspicious_comes_first(
    folder: Path, tmp_path: Path, script: Counted
):
    (folder / "ct").unlink()
    lane = Lane.of(Chooses(script))
    run(folder, tmp_path / "out", lane)
    lane.close()
    files = [row.file for row in results(tmp_path / "out")]
    assert files == ["sub/160.jpg", "sub/80.jpg", "notes.txt"]


class Several(Chooses):
    """Is asked about three pictures at a time; of the bright one it cannot tell P(异常)."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, batch_size=3)

    def likelihoods(self, conversation: Conversation, answers: Sequence[str]) -> tuple[float, ...]:
        if conversation.images[0].pixels[0, 0, 0] == 160:
            raise AssistantError("ENG-104", "不能。", next_step="")
        return super().likelihoods(conversation, answers)


def test_answers_are_kept_when_their_suspicion_cannot_be_had(
    folder: Path, tmp_path: Path, script: Counted
):
    lane = Lane.of(Several(script))
    seen = {step.row.file: step.row.status for step in run(folder, tmp_path / "out", lane)}
    lane.close()
    assert seen == {
        "ct": "done", "notes.txt": "refused", "sub/160.jpg": "done", "sub/80.jpg": "done",
    }  # fmt: skip
    assert len(script.asked) == 3
    with open_ledger(tmp_path / "out") as ledger:
        found = {filed.row.file: filed.suspicion for filed in ledger.find(Query())}
    assert found["sub/160.jpg"] is None
    assert found["sub/80.jpg"] == pytest.approx(80 / 255)


def test_a_full_queue_costs_neither_answers_nor_their_suspicion(
    folder: Path, tmp_path: Path, script: Counted, monkeypatch: pytest.MonkeyPatch
):
    lane, refused = Lane.of(Several(script)), []
    tell = lane.likelihoods

    def full_at_first(*asked, **how):
        if not refused:
            refused.append(asked)
            raise AssistantError("ENG-001", "满。", next_step="")
        return tell(*asked, **how)

    monkeypatch.setattr(lane, "likelihoods", full_at_first)
    run(folder, tmp_path / "out", lane)
    lane.close()
    assert len(script.asked) == 3
    with open_ledger(tmp_path / "out") as ledger:
        found = {filed.row.file: filed.suspicion for filed in ledger.find(Query())}
    assert found["ct"] is not None


def test_the_ledger_keeps_a_small_picture_of_what_was_shown(
    folder: Path, tmp_path: Path, lane: Lane
):
    run(folder, tmp_path / "out", lane)
    with open_ledger(tmp_path / "out") as ledger:
        filed = {found.row.file: found for found in ledger.find(Query())}
    assert filed["ct"].thumbnail.startswith(b"\xff\xd8")
    assert filed["notes.txt"].thumbnail == b""
