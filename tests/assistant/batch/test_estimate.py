import shutil
from dataclasses import replace
from pathlib import Path

from assistant.batch.control import Control
from assistant.batch.estimate import SAMPLES, Estimate, estimate
from assistant.batch.job import Job
from assistant.batch.source import Source
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from tests.assistant.batch.conftest import JOB, Counted, run, write_series


def dry(folder: Path, out: Path | None, lane: Lane, job: Job = JOB) -> Estimate:
    found = estimate(Source(folder), out, lane, job, Control())
    assert found is not None
    return found


def test_it_counts_measures_and_writes_nothing(folder: Path, tmp_path: Path, script: Counted):
    write_series(folder / "series", [0, 10, 20, 60])
    lane = Lane.of(ScriptedEngine(script, token_delay_s=0.01))
    found = dry(folder, tmp_path / "out", lane)
    lane.close()
    assert (found.files, found.tally.refused, found.series) == (8, 1, 4)
    assert [[n.code for n in stack.notices] for stack in found.odd] == [["IMG-221"]]
    assert (found.questions, found.known) == (7, 0)
    assert len(script.asked) == SAMPLES
    assert found.seconds_each >= 0.01 * len(script.text)
    assert found.seconds == found.seconds_each * 7
    assert not (tmp_path / "out").exists()


def test_what_is_known_is_not_counted_again(folder: Path, tmp_path: Path, lane: Lane):
    run(folder, tmp_path / "out", lane)
    book = (tmp_path / "out" / "results.json").read_bytes()
    write_series(folder / "series", [0, 10, 20])
    found = dry(folder, tmp_path / "out", lane)
    assert (found.questions, found.known) == (3, 3)
    assert (tmp_path / "out" / "results.json").read_bytes() == book


def test_by_series_counts_series(folder: Path, lane: Lane, script: Counted):
    shutil.rmtree(folder)
    write_series(folder, [0, 10, 20, 30])
    found = dry(folder, None, lane, replace(JOB, by="series"))
    assert (found.questions, found.series) == (1, 1)
    assert [len(conversation.images) for conversation in script.asked] == [3]


def test_a_cancelled_one_says_nothing(folder: Path, lane: Lane):
    control = Control()
    control.cancel()
    assert estimate(Source(folder), None, lane, JOB, control) is None
