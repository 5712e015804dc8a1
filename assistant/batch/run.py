"""Goes through a folder: one picture, one question, one row a file."""

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from assistant.batch.plan import LINK_OUT, NOT_A_FILE, UNREADABLE, Entry, plan_folder
from assistant.batch.results import open_journal, write_results
from assistant.batch.row import Row, RowStatus
from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chunk, Options
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.imaging.gate import MAX_FILE_BYTES
from assistant.imaging.intake import read_slice
from assistant.imaging.render import render
from assistant.imaging.window import parse_window

_log = logging.getLogger(__name__)

RETRY_S = 0.5
"""Pause before asking again when the engine's queue is full, seconds."""

_SKIPPED: Mapping[str, str] = {
    LINK_OUT: "指向文件夹之外的链接，未读取。",
    NOT_A_FILE: "不是普通文件，未读取。",
    UNREADABLE: "没有读取权限，或链接已失效，未读取。",
}


@dataclass(frozen=True)
class Job:
    """What is asked of every file.

    Attributes:
        system: system prompt.
        question: the one question.
        window: as ``parse_window`` understands it.
        options: how to generate.
        max_files: most files of a folder.
    """

    system: str
    question: str
    window: str = "auto"
    options: Options = field(default_factory=Options)
    max_files: int = 20000


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
    journal = open_journal(out, _digest_of(job, model))
    answers = journal.answers()
    rows: list[Row] = []
    try:
        for entry in entries:
            sha256 = _sha256(entry)
            known = answers.get(sha256)
            row = _again(known, entry) if known else _row(entry, sha256, lane, job, model, cancel)
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


class _Either(Event):
    """Set when itself is, or the batch's: the lane sets the event of each request at its end."""

    def __init__(self, batch: Event) -> None:
        super().__init__()
        self._batch = batch

    def is_set(self) -> bool:
        return super().is_set() or self._batch.is_set()


def _again(known: Row, entry: Entry) -> Row:
    return replace(known, file=entry.name)


def _row(entry: Entry, sha256: str, lane: Lane, job: Job, model: str, cancel: Event) -> Row | None:
    """The row of one file, None when cancelled."""
    if entry.code:
        text = _SKIPPED[entry.code]
        return Row(entry.name, "", "skipped", entry.code, model=model, text=text)
    try:
        picture = render(read_slice(entry.path), job.window)
        conversation = Conversation.new(job.system).ask(job.question, (picture,))
        answer = _answer(lane, conversation, job.options, cancel)
    except AssistantError as error:
        status: RowStatus = "refused" if error.code.startswith("IMG") else "failed"
        return Row(entry.name, sha256, status, error.code, model=model, text=error.message)
    except Exception as error:
        _log.error("BAT-121 %s", type(error).__name__)
        return Row(
            entry.name, sha256, "failed", "BAT-121", model=model, text="处理时出现意外错误。"
        )
    if answer is None:
        return None
    return Row.answered(entry.name, sha256, window=picture.window_name, model=model, text=answer)


def _answer(lane: Lane, conversation: Conversation, options: Options, cancel: Event) -> str | None:
    """The whole answer, None when cancelled; waits its turn when the queue is full."""
    while not cancel.is_set():
        pieces: list[str] = []
        try:
            for item in lane.stream(conversation, options, _Either(cancel)):
                if isinstance(item, Chunk):
                    pieces.append(item.text)
            return None if cancel.is_set() else "".join(pieces).strip()
        except AssistantError as error:
            if error.code != "ENG-001":
                raise
            cancel.wait(RETRY_S)
        finally:
            lane.forget(conversation.id)
    return None


def _wait_for_model(lane: Lane, cancel: Event) -> str | None:
    while not cancel.is_set():
        try:
            return lane.wait_ready(RETRY_S).model
        except AssistantError as error:
            if error.code != "ENG-003":
                raise
    return None


def _sha256(entry: Entry) -> str:
    try:
        if entry.code or entry.path.stat().st_size > MAX_FILE_BYTES:
            return ""  # intake refuses it unread
        with entry.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _digest_of(job: Job, model: str) -> str:
    asked = [job.system, job.question, job.window, vars(job.options), model]
    return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()
