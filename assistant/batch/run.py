"""Goes through a folder: one picture, one question, one row a file."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from assistant.batch.job import Job, diagnose
from assistant.batch.plan import Entry, plan_folder
from assistant.batch.results import open_journal, write_results
from assistant.batch.row import Row
from assistant.engine.base import Capabilities
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.imaging.gate import MAX_FILE_BYTES
from assistant.imaging.window import parse_window

__all__ = ["Job", "Progress", "Row", "run_folder"]

POLL_S = 0.5
"""How soon a cancel is noticed while the model loads, seconds."""


@dataclass(frozen=True)
class Progress:
    """A row is there.

    Attributes:
        done: rows so far, this one included; total: rows in the end.
        row: the newest.
        reused: it was answered in an earlier run.
    """

    done: int
    total: int
    row: Row
    reused: bool = False


def run_folder(folder: Path, out: Path, lane: Lane, job: Job, cancel: Event) -> Iterator[Progress]:
    """Diagnose every file below a folder; results are written when the iterator ends.

    A rerun into the same ``out`` with the same model and job asks only about files
    that are new, changed or not done. Once ``cancel`` is set or the iterator is
    closed, the rows so far are written and the rest is left for a rerun.

    Raises:
        AssistantError: BAT-101 to BAT-106, USE-111 and USE-112 the window, or the
            engine could not be loaded.
    """
    parse_window(job.window)
    entries = plan_folder(folder, out, max_files=job.max_files)
    model = _wait_for_model(lane, cancel)
    if model is None:
        return
    journal = open_journal(out, job.digest(model))
    answers = journal.answers()
    rows: list[Row] = []
    try:
        for entry in entries:
            sha256 = _sha256(entry)
            known = answers.get(sha256)
            if known is None:
                row = diagnose(entry, sha256, lane, job, model.model, cancel)
            else:
                row = replace(known, file=entry.name)
            if row is None:
                break
            if known is None:
                journal.append(row)
            rows.append(row)
            yield Progress(len(rows), len(entries), row, reused=known is not None)
            if cancel.is_set():
                break
    finally:
        write_results(out, rows)


def _wait_for_model(lane: Lane, cancel: Event) -> Capabilities | None:
    while not cancel.is_set():
        try:
            return lane.wait_ready(POLL_S)
        except AssistantError as error:
            if error.code != "ENG-003":
                raise
    return None


def _sha256(entry: Entry) -> str:
    try:
        if entry.why_not or entry.path.stat().st_size > MAX_FILE_BYTES:
            return ""  # intake refuses it unread
        with entry.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
