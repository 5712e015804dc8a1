"""A conversation as bubbles, from what is kept of it."""

from assistant.errors import AssistantError
from assistant.report.sections import split
from assistant.store.exchange import Exchange, Picture, Record
from assistant.ui import wording
from assistant.ui.transcript import Entry, thumbnail


def entries(record: Record, refusal: AssistantError | None = None) -> tuple[Entry, ...]:
    """Every bubble, oldest first; a refusal stands last."""
    count = len(record.exchanges)
    shown = [
        entry
        for place, exchange in enumerate(record.exchanges)
        for entry in pair(exchange, last=place == count - 1)
    ]
    return (*shown, *refused(refusal))


def refused(refusal: AssistantError | None) -> tuple[Entry, ...]:
    """The bubble of what was not done, or none."""
    return (Entry("assistant", error=refusal),) if refusal else ()


def pair(
    exchange: Exchange, *, last: bool, ahead: int | None = None, loading: bool = False
) -> tuple[Entry, Entry]:
    """A question and its answer.

    Args:
        exchange: both.
        last: of the conversation: it may be asked again.
        ahead: people who come first, while nothing is written yet.
        loading: the model is not there yet.
    """
    over = exchange.state != "running"
    question = Entry(
        "user",
        exchange.question,
        picture="".join(_sent(picture) for picture in exchange.pictures),
        tag=wording.MODES[exchange.mode] if exchange.mode else "",
        edits=exchange.id if over else "",
    )
    waiting = "" if over or exchange.answer else _waiting(exchange, ahead, loading=loading)
    return question, Entry(
        "assistant",
        exchange.answer,
        note=_note(exchange) if over else "",
        waiting=waiting,
        error=exchange.error,
        again=exchange.id if over and last else "",
    )


def _sent(picture: Picture) -> str:
    marker = wording.REPLACED if picture.replaced else ""
    parts = (marker, picture.image.window_name or wording.NO_WINDOW, picture.place)
    return thumbnail(picture.image, " · ".join(part for part in parts if part))


def _waiting(exchange: Exchange, ahead: int | None, *, loading: bool) -> str:
    if loading:
        return wording.LOADING_HINT
    if ahead:
        return wording.waiting(ahead)
    return wording.LOOKING if exchange.pictures else wording.THINKING


def _note(exchange: Exchange) -> str:
    if exchange.state == "failed":
        return ""
    if exchange.state in ("stopped", "interrupted"):
        return wording.STOPPED if exchange.state == "stopped" else wording.INTERRUPTED
    parts = [wording.answer_note(exchange.window, exchange.seconds, exchange.tokens_per_s)]
    if exchange.state == "cut":
        parts.append(wording.CUT)
    if exchange.mode == "report":
        parts.append(_missing(exchange.answer))
    return " · ".join(part for part in parts if part)


def _missing(answer: str) -> str:
    """Which of the three sections the model left out."""
    found = split(answer)
    parts = (found.findings, found.impression, found.advice)
    names = [name for name, part in zip(wording.SECTIONS, parts, strict=True) if not part]
    return wording.missing(names) if names else ""
