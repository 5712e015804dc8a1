"""One mention of a sign or a lesion in a text."""

from dataclasses import dataclass

from assistant.report.lexicon import Sign
from assistant.report.places import Place


@dataclass(frozen=True)
class Mention:
    """One mention.

    Attributes:
        sign: what; None for a lesion that the text describes without naming.
        status: "有", "无" or "可疑".
        place: where, as far as stated.
        size_mm: largest diameter, if stated.
    """

    sign: Sign | None
    status: str
    place: Place
    size_mm: float | None = None
