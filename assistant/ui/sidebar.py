"""The list of conversations at the left."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import gradio as gr

from assistant.store.exchange import Heading
from assistant.ui import wording
from assistant.ui.theme import html

_WEEK_S = 7 * 86400
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Sidebar:
    """The components of the list.

    Attributes:
        search: narrows the list.
        talks: the list itself, as markup.
        errand: what the page's script wants done, see ``errand.py``.
        pulse: told by the page's script when something changed.
    """

    search: gr.Textbox
    talks: gr.HTML
    errand: gr.Textbox
    pulse: gr.Textbox


def build_sidebar() -> Sidebar:
    """Lay the list out inside the current Blocks."""
    with gr.Column(elem_id="sidebar", scale=0, min_width=212):
        search = gr.Textbox(
            label=wording.SEARCH, placeholder=wording.SEARCH, show_label=False, container=False,
            max_lines=1, max_length=LONGEST_SEARCH, elem_id="search",
        )  # fmt: skip
        talks = html(talk_list((), "", frozenset()), "talks")
        errand = gr.Textbox(label=wording.ERRAND, elem_id="errand", elem_classes="unseen")
        pulse = gr.Textbox(label=wording.PULSE, elem_id="pulse", elem_classes="unseen")
    return Sidebar(search, talks, errand, pulse)


def talk_list(
    headings: Sequence[Heading],
    opened: str,
    answering: frozenset[str],
    *,
    searched: bool = False,
    now: float | None = None,
) -> str:
    """Markup of the list, newest first, under the days they belong to.

    Args:
        headings: what there is.
        opened: id of the conversation on the page.
        answering: ids of those in which an answer is being written.
        searched: the list is narrowed.
        now: seconds since the epoch; the clock's where nothing is given.
    """
    now = time.time() if now is None else now
    if not headings:
        words = wording.TALKS_NONE if searched else wording.TALKS_EMPTY
        return f'<div class="talks" data-open=""><p class="none">{words}</p></div>'
    rows: list[str] = []
    day = ""
    for heading in headings:
        if (found := _day(heading.changed, now)) != day:
            day = found
            rows.append(f'<div class="day">{day}</div>')
        rows.append(_row(heading, opened == heading.id, heading.id in answering))
    return f'<div class="talks" data-open="{escape(opened)}">{"".join(rows)}</div>'


def _row(heading: Heading, opened: bool, answering: bool) -> str:
    title = escape(heading.title)
    busy = f'<i class="dot" title="{wording.ANSWERING}"></i>' if answering else ""
    return (
        f'<div class="talk{" opened" if opened else ""}" data-id="{escape(heading.id)}">'
        f'<button type="button" class="open" title="{title}">{busy}<span>{title}</span></button>'
        f'<button type="button" class="rename" title="{wording.RENAME}" '
        f'aria-label="{wording.RENAME}">✎</button>'
        f'<button type="button" class="delete" title="{wording.DELETE}" '
        f'aria-label="{wording.DELETE}">✕</button></div>'
    )


def _day(changed: float, now: float) -> str:
    if time.localtime(changed)[:3] == time.localtime(now)[:3]:
        return wording.DAYS[0]
    return wording.DAYS[1] if now - changed < _WEEK_S else wording.DAYS[2]
