"""What a conversation is called as long as nobody named it."""

from assistant.report.region import NOT_CT, UNSURE, region_of
from assistant.store.exchange import Exchange

_LONGEST = 24


def title_of(exchange: Exchange) -> str:
    """The region that the answer names, and the beginning of the question."""
    words = " ".join(exchange.question.split())
    short = words if len(words) <= _LONGEST else words[:_LONGEST] + "…"
    region = region_of(exchange.answer) if exchange.answer else UNSURE
    return short if region in (UNSURE, NOT_CT) else f"{region} · {short}"
