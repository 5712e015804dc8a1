"""What is said of the next question: whether the picture goes along, and what might be asked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from assistant.dialogue.suggestion import Situation, Suggestion
from assistant.report.findings import extract, is_sided
from assistant.report.region import NOT_CT, UNSURE, region_of
from assistant.store.exchange import Exchange, Record
from assistant.ui import wording
from assistant.ui.session import Desk

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Upcoming:
    """The two lines around the conversation.

    Attributes:
        suggestions: all there are, as set now.
    """

    attaches: gr.HTML
    suggested: gr.HTML
    suggestions: Callable[[], tuple[Suggestion, ...]]

    @property
    def outputs(self) -> list[Any]:
        """Everything that is drawn."""
        return [self.attaches, self.suggested]

    def drawn(self, desk: Desk) -> Updates:
        """Both lines, as they are now."""
        return {self.attaches: attach_line(desk), self.suggested: self.row(desk)}

    def row(self, desk: Desk) -> str:
        """What might be asked, alone."""
        return suggestion_row(fitting(self.suggestions(), situation_of(desk)))


def attach_line(desk: Desk) -> str:
    """Whether the next question takes the picture along, and whether an answer is being written.

    The style sheet shows 停止 instead of 发送 by it: buttons that Gradio itself hides and
    shows in quick succession may stay as they were.
    """
    busy = " busy" if desk.record.running else ""
    if desk.editing:
        return f'<div class="attach sent{busy}">{wording.ITS_OWN_PICTURE}</div>'
    if desk.view is None:
        text = wording.FORMER_PICTURE if desk.record.last_image else wording.NO_PICTURE
        return f'<div class="attach none{busy}">{text}</div>'
    image = desk.view.image
    new = desk.needs(image)
    text = wording.ATTACHES if new else wording.ATTACHED
    return f'<div class="attach {"new" if new else "sent"}{busy}">{text}</div>'


def suggestion_row(suggestions: Iterable[Suggestion]) -> str:
    """Markup: a button for each; the page's script asks what it stands for."""
    return "".join(
        f'<button type="button" class="suggest" data-ask="{escape(one.ask)}" '
        f'title="{escape(one.ask)}">{escape(one.label)}</button>'
        for one in suggestions
    )


def fitting(
    suggestions: Iterable[Suggestion], situation: Situation | None
) -> tuple[Suggestion, ...]:
    """Those that make sense; none without a picture."""
    if situation is None:
        return ()
    return tuple(one for one in suggestions if one.suits(situation))


def situation_of(desk: Desk) -> Situation | None:
    """What is known of the picture that the next question is about, None without one."""
    view = desk.view
    if view is not None and desk.needs(view.image):
        return Situation(view.region)
    if desk.record.last_image is None:
        return None
    answered = [one for one in _about_last_picture(desk.record) if one.state in ("done", "cut")]
    findings = [finding for one in answered for finding in extract(one.answer)]
    named = (region_of(one.answer) for one in answered)
    told = next((region for region in named if region not in (UNSURE, NOT_CT)), "")
    return Situation(
        region=told or (view.region if view else ""),
        asked=frozenset(one.question for one in answered),
        found=any(finding.status != "无" for finding in findings),
        sided=is_sided(findings),
    )


def _about_last_picture(record: Record) -> tuple[Exchange, ...]:
    """The exchange that brought the last picture, and those that followed it."""
    brought = [place for place, one in enumerate(record.exchanges) if one.pictures]
    return record.exchanges[brought[-1] :]
