"""One question and its answer: from the desk through the lane back to the page."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Event

from assistant.engine.base import Chunk, Options, Stats
from assistant.engine.lane import Lane, Waiting
from assistant.errors import AssistantError
from assistant.ui import wording
from assistant.ui.guard import as_assistant_error
from assistant.ui.session import Desk
from assistant.ui.talk import Talk
from assistant.ui.transcript import Entry

REDRAW_S = 0.05
"""Shortest time between two redraws of a streaming answer, seconds."""

LONGEST_QUESTION = 2000
"""Characters."""


@dataclass(frozen=True)
class Refused:
    """The question was not sent; what was typed stays in its box."""

    talk: Talk


def answer(desk: Desk, lane: Lane, question: str, options: Options) -> Iterator[Talk | Refused]:
    """Ask, and yield the talk as it grows; nothing once it is no longer the desk's own.

    The talk on the desk always holds what was shown last, also after an error.
    """
    cancel = desk.begin()
    if cancel is None:
        return
    try:
        try:
            asked = _ask(desk, question)
        except Exception as error:
            desk.talk = desk.talk.refuse(as_assistant_error(error))
            yield Refused(desk.talk)
            return
        desk.talk = asked
        yield asked
        yield from _follow(desk, lane, asked, options, cancel)
    finally:
        if desk.cancel is cancel:
            desk.cancel = None


def _ask(desk: Desk, question: str) -> Talk:
    text = question.strip()
    if not text:
        raise AssistantError(
            "USE-202", "问题是空的。", next_step="请写下要问的内容，或点选一个常用问题。"
        )
    if len(text) > LONGEST_QUESTION:
        raise AssistantError(
            "USE-203",
            f"问题太长（{len(text)} 字，上限 {LONGEST_QUESTION} 字）。",
            next_step="请精简后再问。",
        )
    if desk.view is None and not desk.talk.conversation.images:
        raise AssistantError(
            "USE-201", "还没有图像。", next_step="请先把 CT 图像拖到左侧，再提问。"
        )
    return desk.talk.ask(text, desk.view)


def _follow(desk: Desk, lane: Lane, asked: Talk, options: Options, cancel: Event) -> Iterator[Talk]:
    """Stream the answer to the last question of ``asked``."""
    entry = asked.entries[-1]
    stats: Stats | None = None
    drawn_at = 0.0
    try:
        for item in lane.stream(asked.conversation, options, cancel):
            if desk.cancel is not cancel:
                return
            if isinstance(item, Waiting):
                entry = replace(entry, waiting=_waiting(item, lane, asked))
            else:
                entry, stats = _grown(entry, item)
            if stats is None and (not entry.text or time.monotonic() - drawn_at >= REDRAW_S):
                drawn_at = time.monotonic()
                desk.talk = asked.show(entry)
                yield desk.talk
    except Exception as error:
        if desk.cancel is not cancel:
            return
        entry = replace(entry, waiting="", error=as_assistant_error(error))
    if stats is not None:
        entry = replace(entry, waiting="", note=_note(asked.window, stats))
    desk.talk = asked.settle(entry)
    desk.cancel = None
    yield desk.talk


def _waiting(item: Waiting, lane: Lane, asked: Talk) -> str:
    if lane.status.phase == "loading":
        return wording.LOADING_HINT
    if item.ahead:
        return wording.waiting(item.ahead)
    return wording.LOOKING if asked.carries_picture else wording.THINKING


def _grown(entry: Entry, item: Chunk) -> tuple[Entry, Stats | None]:
    text = entry.text + item.text
    return replace(entry, text=text, waiting="" if text else entry.waiting), item.stats


def _note(window: str, stats: Stats) -> str:
    if stats.finish == "cancel":
        return wording.STOPPED
    decode_s = (stats.tokens - 1) / stats.tokens_per_s if stats.tokens_per_s > 0 else 0.0
    note = wording.answer_note(window, stats.ttft_s + decode_s, stats.tokens_per_s)
    return f"{note} · {wording.CUT}" if stats.finish == "length" else note
