"""What a batch asks, and what it does about an engine that dies."""

import shutil
import time
from pathlib import Path
from threading import Event, Timer

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file

from assistant.batch.control import Control
from assistant.batch.run import run_batch
from assistant.batch.source import Source
from assistant.dialogue.conversation import Conversation
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import AssistantError
from tests.assistant.batch.conftest import JOB, Counted, results, run
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


def test_a_picture_that_does_not_stand_for_its_file_is_never_routine(tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, source in (
        ("多帧", "rtdose.dcm"),
        ("磁共振", "MR_small.dcm"),
        ("层面", "CT_small.dcm"),
    ):
        shutil.copy(str(get_testdata_file(source, download=False)), folder / name)
    scout = dcmread(folder / "层面")
    scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    scout.save_as(folder / "定位像")
    lane = Lane.of(ScriptedEngine(Counted("双肺清晰，未见异常。")))
    rows = {step.row.file: step.row for step in run(folder, tmp_path / "out", lane)}
    lane.close()
    assert {name: (row.code, row.urgency) for name, row in rows.items()} == {
        "多帧": ("BAT-124", "需复核"),
        "磁共振": ("BAT-125", "需复核"),
        "定位像": ("BAT-126", "需复核"),
        "层面": ("", "常规"),
    }
    assert all(row.caveat for row in rows.values() if row.code)
