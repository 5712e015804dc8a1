"""Phrases of a clause that say where: 左肺上叶, 双侧额叶, 肝."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from assistant.report.finding import Side
from assistant.report.tokens import Token

_JOINERS = re.compile(r"(?:[前后内外尖背侧基底]{1,5}段)?[、及和与以]*")
_JOINER = re.compile(r"[、及和与]")
_NUMBERED = re.compile(r"第?\d+(?:[、,~-]\d+)*[前后腋]?")
"""左侧第3-7肋骨 is a rib of the left side."""

_NEAR = 3


@dataclass(frozen=True)
class Place:
    """Where something is, as far as stated.

    Attributes:
        organ: name of an organ, "" for a side alone.
        site: canonical site in the organ.
        side: "左", "右", "双侧" or "".
        start: first character in its clause; end: one past the last.
    """

    organ: str = ""
    site: str = ""
    side: Side = ""
    start: int = 0
    end: int = 0

    def is_in(self, organs: Container[str]) -> bool:
        """A side alone can be anywhere."""
        return not self.organ or self.organ in organs


def places_of(clause: str, words: Sequence[Token]) -> list[Place]:
    """Places in order; in 左侧额叶及颞叶 the second takes the side of the first."""
    found: list[Place] = []
    for word in words:
        last = found[-1] if found else None
        if word.kind == "side":
            found.append(Place(side=cast(Side, word.value), start=word.start, end=word.end))
        elif word.kind in ("site", "organ"):
            site = word.value if word.kind == "site" else ""
            gap = clause[last.end : word.start] if last else ""
            if last and _continues(last, word, gap):
                found[-1] = replace(last, organ=word.organ, site=site or last.site, end=word.end)
            else:
                joined = last and last.organ == word.organ and _JOINERS.fullmatch(gap)
                side = last.side if last and joined else ""
                found.append(Place(word.organ, site, side, word.start, word.end))
    return found


def joined_before(clause: str, places: Sequence[Place], index: int) -> Iterator[Place]:
    """The place at ``index`` and those joined to it from the left, nearest first."""
    yield places[index]
    while index and _JOINERS.fullmatch(clause[places[index - 1].end : places[index].start]):
        index -= 1
        yield places[index]


def _continues(last: Place, word: Token, gap: str) -> bool:
    """左侧 + 额叶 is one place, so is 肺 + 胸膜下; 额叶 + 颞叶 and 肝 + 肾 are two."""
    gap = _NUMBERED.sub("", gap)
    if len(gap) > _NEAR or _JOINER.search(gap):
        return False
    return not last.organ or (last.organ == word.organ and not (last.site and word.kind == "site"))
