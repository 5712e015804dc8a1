"""From a row of a batch to the reading tab: the picture, and the conversation about it."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.batch.caveat import CUT
from assistant.batch.ledger import Ledger, Member, read_ledger
from assistant.batch.row import Row
from assistant.batch.stacks import Stack, stacks
from assistant.errors import AssistantError
from assistant.store.exchange import Exchange, Picture, Record
from assistant.store.title import title_of
from assistant.ui.batching import Batch
from assistant.ui.study import View, first_view, open_study


@dataclass(frozen=True)
class Opened:
    """What goes onto the desk: the picture on screen, and what was said about it."""

    view: View
    record: Record


def open_row(batch: Batch, file: str, empty: Record, *, most: int) -> Opened:
    """Read a row's picture again, and begin a conversation with the batch's question and answer.

    Of a series that was asked about as a whole, all slices are opened; of one with more than
    ``most``, those that were asked about.

    Raises:
        AssistantError: USE-231 the row is no longer there, USE-232 its file cannot be read,
            USE-233 it holds something else than when it was asked about; those of intake.
    """
    with read_ledger(batch.out) as ledger:
        entry, filed = ledger.entry(file), ledger.row(file)
        if entry is None or filed is None:
            raise gone()
        stack = _stack_of(ledger, file) if batch.job.by == "series" else None
        members = stack.members if stack else ()
        asked = stack.representatives(batch.job.per_series) if stack else ()
        if len(members) > most:
            members = tuple(one for one in members if one in asked or one.name == file)
        files = [(_path(ledger, member), member.sha256) for member in members]
        files = files or [(entry.path, filed.row.sha256)]
    view = first_view(open_study([_read(*file) for file in files]), batch.job.window)
    if stack is None:
        return Opened(view, _begun(batch, filed.row, (view,), empty))
    places = {member.name: place for place, member in enumerate(members)}
    speaks = view.stack[places[asked[len(asked) // 2].name]]  # whose window the batch used
    view = replace(view, guide=speaks)
    shown = [view.at(places[member.name]) for member in asked]
    return Opened(view.at(places[file]), _begun(batch, filed.row, tuple(shown), empty))


def _begun(batch: Batch, row: Row, views: tuple[View, ...], empty: Record) -> Record:
    """The batch's question and answer as the first exchange; none without an answer."""
    if row.status != "done":
        return empty
    question = batch.job.questions.for_slice(views[len(views) // 2].slice_)
    exchange = Exchange(
        question,
        question,
        pictures=tuple(Picture(view.image, view.place, sides=view.sides) for view in views),
        answer=row.text,
        state="cut" if row.code == CUT.code else "done",
        window=row.window,
    )
    return replace(empty, exchanges=(exchange,), title=title_of(exchange))


def _stack_of(ledger: Ledger, file: str) -> Stack | None:
    for stack in stacks(ledger):
        if any(member.name == file for member in stack.members):
            return stack
    return None


def _path(ledger: Ledger, member: Member) -> Path:
    entry = ledger.entry(member.name)
    if entry is None:
        raise gone()
    return entry.path


def _read(path: Path, sha256: str) -> bytes:
    """The file's content, which must be what was asked about: an inbox reuses its names."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AssistantError(
            "USE-232",
            "文件无法读取，可能已被移走。",
            next_step="请恢复该文件后再打开。",
            detail=type(error).__name__,
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise AssistantError(
            "USE-233",
            "文件的内容在批量之后变了，原来的回答说的不是它。",
            next_step="请重新运行批量，只有变了的文件会重新提问。",
        )
    return content


def gone() -> AssistantError:
    """USE-231."""
    return AssistantError(
        "USE-231", "这一行已经不在当前的批量结果中。", next_step="请刷新页面后再点。"
    )
