import json
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from assistant.batch.run import Job
from assistant.engine.lane import Lane
from assistant.ui.batch_page import Standing
from assistant.ui.batch_source import put_down, typed_folder
from assistant.ui.batching import Results, run_batch
from assistant.ui.uploads import Upload

JOB = Job("system", "所见？")
OpenLane = Callable[..., Lane]


@pytest.fixture
def lane(open_lane: OpenLane) -> Lane:
    return open_lane(lambda _: "检查所见：颅内未见异常。\n诊断意见：正常。")


def test_a_row_a_file_and_both_results(tmp_path: Path, ct: bytes, lane: Lane) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.dcm").write_bytes(ct)
    (folder / "b.txt").write_bytes(b"not a picture")
    states = list(run_batch(typed_folder(str(folder)), tmp_path / "out", lane, JOB, Event()))
    last, results = states[-2:]
    assert isinstance(last, Standing)
    assert isinstance(results, Results)
    assert last.phase == "done"
    assert [(row.file, row.status) for row in last.rows] == [
        ("a.dcm", "done"),
        ("b.txt", "refused"),
    ]
    assert [row["file"] for row in json.loads(results.json)] == ["a.dcm", "b.txt"]
    assert results.csv.decode("utf-8-sig").count("\n") >= 3


def test_sent_files_are_shown_by_their_names(tmp_path: Path, ct: bytes, lane: Lane) -> None:
    source = put_down([Upload("张三.dcm", ct)], tmp_path / "files", most=9)
    *_, last, results = run_batch(source, tmp_path / "out", lane, JOB, Event())
    assert isinstance(last, Standing)
    assert isinstance(results, Results)
    assert last.rows[0].file == "张三.dcm"
    assert json.loads(results.json)[0]["file"] == "张三.dcm"
    assert "张三.dcm" in results.csv.decode("utf-8-sig")


def test_stopping_keeps_the_rows_so_far(tmp_path: Path, ct: bytes, lane: Lane) -> None:
    uploads = [Upload(f"{n}.dcm", ct + bytes(n)) for n in range(5)]
    source = put_down(uploads, tmp_path / "files", most=9)
    cancel = Event()
    states = []
    for state in run_batch(source, tmp_path / "out", lane, JOB, cancel):
        states.append(state)
        if isinstance(state, Standing) and state.rows:
            cancel.set()
    last, results = states[-2:]
    assert isinstance(last, Standing)
    assert isinstance(results, Results)
    assert last.phase == "stopped"
    assert 1 <= len(last.rows) < 5
    assert len(json.loads(results.json)) == len(last.rows)


def test_a_folder_that_is_none_is_a_refusal_without_results(tmp_path: Path, lane: Lane) -> None:
    states = list(
        run_batch(typed_folder(str(tmp_path / "none")), tmp_path / "out", lane, JOB, Event())
    )
    assert isinstance(states[-1], Standing)
    assert states[-1].error is not None
    assert states[-1].error.code == "BAT-101"
