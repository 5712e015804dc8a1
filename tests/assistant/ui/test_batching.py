import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from assistant.batch.job import Job
from assistant.batch.question import Questions
from assistant.batch.source import Source
from assistant.dialogue.conversation import Conversation
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.ui.batching import Batch, Batches, Prepare

JOB = Job("system", Questions("所见？"))
OpenLane = Callable[..., Lane]
TEXT = "检查所见：颅内未见异常。\n诊断意见：正常。"


@pytest.fixture
def folder(tmp_path: Path, ct: bytes) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.dcm").write_bytes(ct + bytes(number))
    (folder / "b.txt").write_bytes(b"not a picture")
    return folder


@pytest.fixture
def batches() -> Iterator[Batches]:
    batches = Batches()
    yield batches
    batches.close()


def finished(batch: Batch) -> Batch:
    until = time.monotonic() + 120
    while batch.standing.going and time.monotonic() < until:
        time.sleep(0.02)
    assert not batch.standing.going
    return batch


def begin(
    batches: Batches,
    prepare: Prepare,
    out: Path | None,
    lane: Lane,
    scratch: Path,
    *,
    job: Job = JOB,
    dry: bool = False,
    person: str = "one",
) -> Batch:
    return batches.begin(person, lambda: Batch(prepare, out, lane, job, scratch=scratch, dry=dry))


def test_it_goes_through_by_itself(
    folder: Path, tmp_path: Path, batches: Batches, open_lane: OpenLane
) -> None:
    lane = open_lane(lambda _: TEXT)
    batch = finished(begin(batches, lambda _: Source(folder), tmp_path / "out", lane, tmp_path))
    assert batch.standing.error is None
    assert (batch.standing.phase, batch.standing.done, batch.standing.total) == ("done", 5, 5)
    rows = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert {row["file"]: row["status"] for row in rows}["b.txt"] == "refused"
    assert batches.of("one") is batch
    assert batches.of("two") is None


def test_one_batch_a_person_at_a_time(
    folder: Path, tmp_path: Path, batches: Batches, open_lane: OpenLane
) -> None:
    lane = open_lane(lambda _: TEXT, token_delay_s=0.02)
    first = begin(batches, lambda _: Source(folder), None, lane, tmp_path)
    assert batches.going
    with pytest.raises(AssistantError, match="BAT-136"):
        batches.begin("one", lambda: pytest.fail("a second batch"))
    other = begin(batches, lambda _: Source(folder), None, lane, tmp_path, person="two")
    first.control.cancel()
    finished(first)
    assert other.standing.going
    batches.close()
    assert not batches.going
    assert not list(tmp_path.glob("batch-*"))


def test_paused_and_stopped_it_says_so_and_keeps_its_rows(
    folder: Path, tmp_path: Path, batches: Batches, open_lane: OpenLane
) -> None:
    lane = open_lane(lambda _: TEXT, token_delay_s=0.01)
    batch = begin(batches, lambda _: Source(folder), tmp_path / "out", lane, tmp_path)
    while batch.standing.done < 1:
        time.sleep(0.01)
    assert batch.standing.left_s is not None
    batch.control.pause()
    assert batch.standing.phase == "paused"
    batch.control.cancel()
    finished(batch)
    assert batch.standing.phase == "stopped"
    rows = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert len(rows) == batch.standing.done < 5


def test_what_goes_wrong_is_told(tmp_path: Path, batches: Batches, open_lane: OpenLane) -> None:
    nowhere = Source(tmp_path / "none")
    batch = finished(begin(batches, lambda _: nowhere, None, open_lane(), tmp_path))
    assert batch.standing.error is not None
    assert batch.standing.error.code == "BAT-101"
    assert batch.standing.phase == "stopped"

    def breaking(_: Path) -> Source:
        raise RuntimeError("C:/患者/张三")

    batch = finished(begin(batches, breaking, None, open_lane(), tmp_path))
    assert batch.standing.error is not None
    assert batch.standing.error.code == "SYS-201"


def test_a_dry_run_ends_with_an_estimate(
    folder: Path, tmp_path: Path, batches: Batches, open_lane: OpenLane
) -> None:
    asked: list[Conversation] = []

    def script(conversation: Conversation) -> str:
        asked.append(conversation)
        return TEXT

    source = Source(folder)
    out = tmp_path / "out"
    dry = begin(batches, lambda _: source, out, open_lane(script), tmp_path, dry=True)
    finished(dry)
    assert dry.standing.phase == "counted"
    assert dry.standing.estimate is not None
    assert (dry.standing.estimate.files, dry.standing.estimate.questions) == (5, 4)
    assert len(asked) == 3
    assert not out.exists()


def test_the_time_left_grows_no_longer_while_paused(
    folder: Path, tmp_path: Path, batches: Batches, open_lane: OpenLane
) -> None:
    lane = open_lane(lambda _: TEXT, token_delay_s=0.005)
    job = replace(JOB, max_files=9)
    batch = begin(batches, lambda _: Source(folder), None, lane, tmp_path, job=job)
    while batch.standing.done < 1:
        time.sleep(0.005)
    batch.control.pause()
    time.sleep(1.5)
    batch.control.resume()
    while batch.standing.going and batch.standing.done < 3:
        time.sleep(0.005)
    assert (batch.standing.left_s or 0.0) < 1.5


def test_results_stay_until_the_next_batch_has_some(
    folder: Path, tmp_path: Path, batches: Batches, open_lane: OpenLane
) -> None:
    lane = open_lane(lambda _: TEXT)
    first = finished(begin(batches, lambda _: Source(folder), None, lane, tmp_path))
    assert batches.results_of("one") is first
    counted = begin(batches, lambda _: Source(folder), None, lane, tmp_path, dry=True)
    assert batches.results_of("one") is first
    finished(counted)
    nowhere = begin(batches, lambda _: Source(tmp_path / "none"), None, lane, tmp_path)
    finished(nowhere)
    assert batches.results_of("one") is first
    assert (first.out / "results.json").is_file()
    second = finished(begin(batches, lambda _: Source(folder), None, lane, tmp_path))
    assert batches.results_of("one") is second
    assert not first.out.exists()
    assert len(list(tmp_path.glob("batch-*"))) == 1


def test_a_rerun_shows_no_rows_of_another_before_its_own(
    folder: Path, tmp_path: Path, batches: Batches, open_lane: OpenLane
) -> None:
    waiting = Event()

    def prepare(_: Path) -> Source:
        assert waiting.wait(60)
        return Source(folder)

    batch = begin(batches, prepare, tmp_path / "out", open_lane(lambda _: TEXT), tmp_path)
    assert batches.results_of("one") is None
    waiting.set()
    finished(batch)
    assert batches.results_of("one") is batch
