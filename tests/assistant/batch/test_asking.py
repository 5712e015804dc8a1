"""What a batch does about an engine that dies."""

import time
from pathlib import Path
from threading import Event, Timer

import pytest

from assistant.batch.control import Control
from assistant.batch.run import run_batch
from assistant.batch.source import Source
from assistant.dialogue.conversation import Conversation
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from tests.assistant.batch.conftest import JOB, results, run
from tests.assistant.engine.mortal import Mortals


def test_an_engine_that_is_loaded_again_slowly_costs_one_row(folder: Path, tmp_path: Path):
    lane = Lane(Mortals("stream", "", reload_s=1.0))
    rows = {step.row.file: step.row for step in run(folder, tmp_path / "out", lane)}
    lane.close()
    assert rows["ct"].code == "ENG-002"
    assert [rows[f"sub/{shade}.jpg"].status for shade in (80, 160)] == ["done", "done"]


def test_an_engine_that_cannot_be_loaded_again_ends_the_batch(folder: Path, tmp_path: Path):
    lane = Lane(Mortals("stream", "warm_up", reload_s=1.0))
    with pytest.raises(AssistantError, match="ENG-007"):
        run(folder, tmp_path / "out", lane)
    lane.close()
    assert {row.file for row in results(tmp_path / "out")} <= {"ct", "notes.txt"}


def test_files_are_not_to_blame_for_an_engine_that_another_broke(folder: Path, tmp_path: Path):
    mortals = Mortals("", "warm_up")
    lane = Lane(mortals)
    steps = run_batch(Source(folder), tmp_path / "out", lane, JOB, Control())
    assert next(steps).row.status == "done"
    mortals.loaded[0].dead = True
    with pytest.raises(AssistantError):
        list(lane.stream(Conversation.new("").ask("问"), JOB.options, Event()))
    while lane.status.phase != "failed":
        time.sleep(0.01)
    with pytest.raises(AssistantError, match="ENG-007"):
        list(steps)
    lane.close()
    assert [row.status for row in results(tmp_path / "out")] == ["done", "refused"]


def test_a_batch_is_cancelled_while_the_engine_is_loaded_again(folder: Path, tmp_path: Path):
    control = Control()
    lane = Lane(Mortals("stream", "", reload_s=3.0))
    lane.wait_ready(10)
    Timer(1.0, control.cancel).start()
    list(run_batch(Source(folder), tmp_path / "out", lane, JOB, control))
    lane.close()
    assert {row.file for row in results(tmp_path / "out")} <= {"ct", "notes.txt"}
