"""What a report has said so far, for what it leaves out next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.report.lexicon import Sign
from assistant.report.mention import Mention
from assistant.report.places import Place, joined_before
from assistant.report.tokens import Token


@dataclass(frozen=True)
class Context:
    """What was said before a clause.

    Attributes:
        region: of the whole text.
        places: the last ones, joined to each other.
        sign: the last one that was not denied.
        same_sentence: the clause goes on with a sentence.
    """

    region: str
    places: tuple[Place, ...] = ()
    sign: Sign | None = None
    same_sentence: bool = False

    @property
    def organ(self) -> str:
        """The organ last spoken of."""
        return self.places[-1].organ if self.places else ""

    def means(self, noun: Token, places: Sequence[Place]) -> bool:
        """血肿 after 硬膜下血肿 is that haematoma, unless a new place is named first."""
        names = (self.sign.name, *self.sign.synonyms) if self.sign else ()
        placed = any(place.start < noun.start for place in places)
        return not placed and any(name.endswith(noun.value) for name in names)


def after(
    clause: str, places: Sequence[Place], said: Sequence[Mention], context: Context
) -> Context:
    """The context that a clause leaves for the next."""
    affirmed = [m.sign for m in said if m.sign is not None and m.status in ("有", "可疑")]
    sign = affirmed[-1] if affirmed else context.sign
    if places:
        joined = tuple(joined_before(clause, places, len(places) - 1))[::-1]
        return replace(context, places=joined, sign=sign)
    organs = said[-1].sign.organs if said and said[-1].sign else ()
    if organs and context.organ not in organs:
        return replace(context, places=(Place(organ=organs[0]),), sign=sign)
    return replace(context, sign=sign)
