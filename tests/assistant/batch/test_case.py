"""An answer belongs to the very bytes that were shown, and a file costs its own row at most."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from PIL import Image
from pydicom import config, dcmread

from assistant.batch import case as casing
from assistant.batch.case import Case, open_case
from assistant.batch.control import Control
from assistant.batch.database import cannot_write
from assistant.batch.estimate import estimate
from assistant.batch.ledger import Ledger
from assistant.batch.plan import Entry
from assistant.batch.row import Row
from assistant.batch.source import Source
from assistant.dialogue.conversation import Conversation
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import AssistantError
from assistant.imaging.slice import Slice
from tests.assistant.batch.conftest import JOB, Counted, results, run, write_series


def put(path: Path, shade: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.full((32, 32), shade, np.uint8)).save(path)
    return path


def shade_of(conversation: Conversation) -> str:
    return f"右侧气胸，亮度{int(conversation.images[0].pixels.mean())}。"


def once_before_reading(monkeypatch: pytest.MonkeyPatch, happens: Callable[[Path], Any]) -> None:
    """Something happens to a file between its digest and its reading, the first time."""
    real, before = casing.read_slice, []

    def read(path: Path) -> Slice:
        if not before:
            before.append(path)
            happens(path)
        return real(path)

    monkeypatch.setattr(casing, "read_slice", read)


def failing_to_open(monkeypatch: pytest.MonkeyPatch, error: OSError, times: int = 1) -> None:
    """The first ``times`` that each picture is opened end in an error."""
    real, failed = Path.open, dict[Path, int]()

    def flaky(self: Path, *how: Any, **more: Any) -> Any:
        if self.suffix == ".png" and failed.get(self, 0) < times:
            failed[self] = failed.get(self, 0) + 1
            raise error
        return real(self, *how, **more)

    monkeypatch.setattr(Path, "open", flaky)


def test_a_case_has_the_digest_of_what_it_shows(tmp_path: Path):
    path = put(tmp_path / "a.png", 10)
    case = open_case(Entry(path, "a.png"))
    assert isinstance(case, Case)
    assert case.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(5, "EIO"), "文件无法读取"),
        (PermissionError(13, "EACCES"), "没有读取该文件的权限"),
        (FileNotFoundError(2, "ENOENT"), "找不到该文件"),
    ],
)
def test_a_file_that_cannot_be_digested_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
):
    path = put(tmp_path / "a.png", 10)
    failing_to_open(monkeypatch, error)
    row = open_case(Entry(path, "a.png"))
    assert isinstance(row, Row)
    assert (row.status, row.code, row.sha256) == ("refused", "IMG-101", "")
    assert said in row.text


def test_files_that_could_not_be_digested_share_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lane: Lane, script: Counted
):
    for shade in (10, 120, 240):
        put(tmp_path / "in" / f"{shade}.png", shade)
    with monkeypatch.context() as flaky:
        failing_to_open(flaky, OSError(5, "EIO"))
        first = run(tmp_path / "in", tmp_path / "out", lane)
    assert [(p.row.status, p.row.code, p.reused) for p in first] == [
        ("refused", "IMG-101", False)
    ] * 3
    assert not script.asked
    again = run(tmp_path / "in", tmp_path / "out", lane)
    assert [(p.row.status, p.reused) for p in again] == [("done", False)] * 3


def test_a_file_replaced_while_it_is_read_gets_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = put(tmp_path / "in" / "1.png", 10)
    lane = Lane.of(ScriptedEngine(shade_of))
    with monkeypatch.context() as meanwhile:
        once_before_reading(meanwhile, lambda path: put(path, 240))
        row = run(tmp_path / "in", tmp_path / "out", lane)[0].row
    assert (row.status, row.code, row.sha256) == ("failed", "BAT-129", "")
    for shade in (10, 240):
        put(path, shade)
        step = run(tmp_path / "in", tmp_path / "out", lane)[0]
        assert not step.reused
        assert f"亮度{shade}" in step.row.text
        assert step.row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    lane.close()


def test_a_file_that_was_too_large_to_digest_is_not_answered_about_when_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = put(tmp_path / "a.png", 10)
    small = path.read_bytes()
    path.write_bytes(small + b"x" * 5000)
    monkeypatch.setattr(casing, "MAX_FILE_BYTES", 4000)
    once_before_reading(monkeypatch, lambda path: path.write_bytes(small))
    row = open_case(Entry(path, "a.png"))
    assert isinstance(row, Row)
    assert (row.code, row.sha256) == ("BAT-129", "")


def test_a_file_that_vanishes_right_after_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = put(tmp_path / "a.png", 10)
    real = casing.read_slice

    def read(path: Path) -> Slice:
        found = real(path)
        path.unlink()
        return found

    monkeypatch.setattr(casing, "read_slice", read)
    row = open_case(Entry(path, "a.png"))
    assert isinstance(row, Row)
    assert (row.status, row.code) == ("refused", "IMG-101")


def test_by_series_a_file_replaced_after_it_was_noted_has_no_part_in_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lane: Lane, script: Counted
):
    write_series(tmp_path / "in", [0, 10, 20])
    write_series(tmp_path / "other", [500], uid="9.9.9")
    replaced = tmp_path / "in" / "0-01.dcm"
    real, opened = casing.read_slice, []

    def read(path: Path) -> Slice:
        opened.append(path)
        if len(opened) == 3:  # the last is being noted, no question is asked yet
            replaced.write_bytes((tmp_path / "other" / "0-00.dcm").read_bytes())
        return real(path)

    monkeypatch.setattr(casing, "read_slice", read)
    job = replace(JOB, by="series", per_series=3)
    run(tmp_path / "in", tmp_path / "out", lane, job)
    rows = {row.file: row for row in results(tmp_path / "out")}
    assert [len(asked.images) for asked in script.asked] == [2]
    assert (rows["0-01.dcm"].status, rows["0-01.dcm"].code) == ("failed", "BAT-129")
    assert sorted(row.status for row in rows.values()) == ["done", "failed", "skipped"]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("by", ["slice", "series"])
@pytest.mark.parametrize("number", [str(2**63), "20240131123456789012", "-9999999999999999999"])
def test_a_number_beyond_the_books_integers_costs_nothing(
    tmp_path: Path, lane: Lane, by: Literal["slice", "series"], number: str
):
    write_series(tmp_path / "in", [0, 10, 20])
    file = tmp_path / "in" / "0-01.dcm"
    with config.disable_value_validation():
        data = dcmread(file)
        data.InstanceNumber = number
        data.save_as(file)
    for _ in range(2):
        seen = run(tmp_path / "in", tmp_path / "out", lane, replace(JOB, by=by, per_series=3))
        assert {p.row.status for p in seen} <= {"done", "skipped"}
        assert len(results(tmp_path / "out")) == 3


@pytest.mark.parametrize("by", ["slice", "series"])
def test_a_file_that_the_book_cannot_place_costs_only_its_own_row(
    folder: Path,
    tmp_path: Path,
    lane: Lane,
    monkeypatch: pytest.MonkeyPatch,
    by: Literal["slice", "series"],
):
    real = Ledger.note

    def note(self: Ledger, name: str, sha256: str, slice_: Slice) -> None:
        number = 2**63 if name == "ct" else None
        real(self, name, sha256, replace(slice_, number=number))

    monkeypatch.setattr(Ledger, "note", note)
    for _ in range(2):
        seen = run(folder, tmp_path / "out", lane, replace(JOB, by=by))
        rows = {p.row.file: p.row for p in seen}
        assert (rows["ct"].status, rows["ct"].code) == ("failed", "BAT-121")
        assert [rows[f"sub/{shade}.jpg"].status for shade in (80, 160)] == ["done", "done"]
    surveyed = estimate(Source(folder), None, lane, JOB, Control())
    assert surveyed is not None
    assert surveyed.tally.failed == 1


def test_a_book_that_fails_ends_the_batch(
    folder: Path, tmp_path: Path, lane: Lane, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise cannot_write("progress.sqlite3", OSError())

    monkeypatch.setattr(Ledger, "note", full)
    with pytest.raises(AssistantError, match="BAT-106"):
        run(folder, tmp_path / "out", lane)
