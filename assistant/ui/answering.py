"""One question and its answer: from the desk through the lane back to the page."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Event

from assistant.engine.base import Chunk, Options, Stats
from assistant.engine.lane import Lane, Waiting
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage
from assistant.ui import wording
from assistant.ui.guard import as_assistant_error
from assistant.ui.session import Desk, Talk
from assistant.ui.study import View
from assistant.ui.transcript import Entry, thumbnail

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
        yield from _answer(desk, lane, question, options, cancel)
    finally:
        if desk.cancel is cancel:
            desk.cancel = None


def _answer(
    desk: Desk, lane: Lane, question: str, options: Options, cancel: Event
) -> Iterator[Talk | Refused]:
    talk = desk.talk
    try:
        text = _checked(question)
        view = desk.view
        image = view.image if view is not None else None
        if image is None and not talk.conversation.images:
            raise AssistantError(
                "USE-201", "还没有图像。", next_step="请先把 CT 图像拖到左侧，再提问。"
            )
    except Exception as error:
        card = Entry("assistant", error=as_assistant_error(error))
        desk.talk = replace(talk, entries=(*_without_refusal(talk), card))
        yield Refused(desk.talk)
        return
    sent = image if image is not None and talk.needs(image) else None
    if view is not None and sent is not None:
        asked = _ask_about(talk, text, sent, view)
    else:
        asked = _ask(talk, text, ())
    desk.talk = asked
    yield asked
    yield from _follow(desk, lane, asked, options, cancel, sent is not None)


def _follow(
    desk: Desk, lane: Lane, asked: Talk, options: Options, cancel: Event, looking: bool
) -> Iterator[Talk]:
    """Stream the answer to the last question of ``asked``."""
    entry = asked.entries[-1]
    window = _window_name(asked)
    stats: Stats | None = None
    drawn_at = 0.0
    try:
        for item in lane.stream(asked.conversation, options, cancel):
            if desk.cancel is not cancel:
                return
            entry, stats = _grown(entry, item, lane, looking)
            if stats is None and time.monotonic() - drawn_at < REDRAW_S and entry.text:
                continue
            drawn_at = time.monotonic()
            desk.talk = asked.with_last(entry)
            if stats is None:
                yield desk.talk
    except Exception as error:
        if desk.cancel is not cancel:
            return
        entry = replace(entry, waiting="", error=as_assistant_error(error))
    if stats is not None:
        entry = replace(entry, waiting="", note=_note(window, stats))
    desk.talk = _settled(asked, entry)
    desk.cancel = None
    yield desk.talk


def _grown(
    entry: Entry, item: Waiting | Chunk, lane: Lane, looking: bool
) -> tuple[Entry, Stats | None]:
    if isinstance(item, Waiting):
        if lane.status.phase == "loading":
            return replace(entry, waiting=wording.LOADING_HINT), None
        busy = wording.LOOKING if looking else wording.THINKING
        return replace(entry, waiting=wording.waiting(item.ahead) if item.ahead else busy), None
    text = entry.text + item.text
    waiting = entry.waiting if not text else ""
    return replace(entry, text=text, waiting=waiting), item.stats


def _settled(asked: Talk, entry: Entry) -> Talk:
    """The talk with its answer; a question that got no text is not part of the conversation."""
    if entry.text:
        return replace(asked.with_last(entry), conversation=asked.conversation.answer(entry.text))
    turns = asked.conversation.turns[:-1]
    return replace(asked.with_last(entry), conversation=replace(asked.conversation, turns=turns))


def _ask_about(talk: Talk, text: str, image: RenderedImage, view: View) -> Talk:
    changed = talk.study not in ("", view.study.key)
    marker = wording.REPLACED if changed else ""
    caption = " · ".join(part for part in (marker, image.window_name, view.place) if part)
    asked = _ask(talk, text, (image,), thumbnail(image, caption))
    return replace(asked, study=view.study.key)


def _ask(talk: Talk, text: str, images: tuple[RenderedImage, ...], picture: str = "") -> Talk:
    question = Entry("user", text, picture=picture)
    pending = Entry("assistant", waiting=wording.LOOKING if images else wording.THINKING)
    return replace(
        talk,
        conversation=talk.conversation.ask(text, images),
        entries=(*_without_refusal(talk), question, pending),
    )


def _without_refusal(talk: Talk) -> tuple[Entry, ...]:
    """Entries without a last card that answered no question; it has served."""
    entries = talk.entries
    alone = entries and entries[-1].error and (len(entries) == 1 or entries[-2].role != "user")
    return entries[:-1] if alone else entries


def _checked(question: str) -> str:
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
    return text


def _window_name(talk: Talk) -> str:
    images = talk.conversation.images
    return images[-1].window_name if images and images[-1].window_name else wording.NO_WINDOW


def _note(window: str, stats: Stats) -> str:
    if stats.finish == "cancel":
        return wording.STOPPED
    decode_s = (stats.tokens - 1) / stats.tokens_per_s if stats.tokens_per_s > 0 else 0.0
    note = wording.answer_note(window, stats.ttft_s + decode_s, stats.tokens_per_s)
    return f"{note} · {wording.CUT}" if stats.finish == "length" else note
