"""Findings of an answer and of the truth, tuple against tuple: 征象, 部位, 侧别, 状态, 大小.

A finding on both sides counts as one on the left and one on the right. A finding on the wrong
side is two errors: what is there was missed, and what is not there was reported.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.report.finding import Finding

SIZE_TOLERANCE = 0.3
"""Sizes agree when they differ by no more than this share of the true one."""


@dataclass(frozen=True)
class Pair:
    """A true finding and what the answer says of it."""

    known: Finding
    stated: Finding

    @property
    def side(self) -> bool:
        """The side agrees."""
        return self.known.side == self.stated.side

    @property
    def size(self) -> bool:
        """The size agrees, or the truth has none."""
        known, stated = self.known.size_mm, self.stated.size_mm
        return known is None or (stated is not None and close(stated, known))

    @property
    def exact(self) -> bool:
        """Sign, site, side, status and size all agree."""
        known, stated = self.known, self.stated
        same = (known.site, known.status) == (stated.site, stated.status)
        return same and self.side and self.size


@dataclass(frozen=True)
class Matched:
    """An answer's findings beside the truth's, each with at most one other of its sign.

    Attributes:
        pairs: same sign, whatever the rest.
        missed: true findings without a partner.
        extra: stated findings without a partner.
    """

    pairs: tuple[Pair, ...]
    missed: tuple[Finding, ...]
    extra: tuple[Finding, ...]

    @property
    def sides(self) -> "Count":
        """Sign and side agree."""
        return self._count(sum(pair.side for pair in self.pairs))

    @property
    def exact(self) -> "Count":
        """All five agree."""
        return self._count(sum(pair.exact for pair in self.pairs))

    @property
    def wrong_side(self) -> tuple[Pair, ...]:
        """Both name a side, and not the same one."""
        return tuple(p for p in self.pairs if p.known.side and p.stated.side and not p.side)

    def _count(self, hits: int) -> "Count":
        paired = len(self.pairs)
        return Count(hits, paired + len(self.extra), paired + len(self.missed))


@dataclass(frozen=True)
class Count:
    """Findings that agree, of those stated and of those known."""

    hits: int
    stated: int
    known: int


def match(known: Sequence[Finding], stated: Sequence[Finding]) -> Matched:
    """Pair findings of the same sign, those that agree most first.

    >>> left = Finding("气胸", side="左")
    >>> match([Finding("气胸", side="双侧")], [left]).missed
    (Finding(sign='气胸', site='', side='右', status='有', size_mm=None),)
    """
    left, right = list(each_side(known)), list(each_side(stated))
    offers = sorted(
        ((_agreement(Pair(k, s)), -i, -j) for i, k in enumerate(left) for j, s in enumerate(right)
         if k.sign == s.sign),
        reverse=True,
    )  # fmt: skip
    taken: dict[int, int] = {}
    for _, i, j in offers:
        if -i not in taken and -j not in taken.values():
            taken[-i] = -j
    return Matched(
        tuple(Pair(left[i], right[j]) for i, j in sorted(taken.items())),
        tuple(one for i, one in enumerate(left) if i not in taken),
        tuple(one for j, one in enumerate(right) if j not in taken.values()),
    )


def each_side(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings with 双侧 as 左 and 右; what is said twice of a place counts once."""
    seen: set[tuple[str, str, str]] = set()
    for finding in findings:
        sides = ("左", "右") if finding.side == "双侧" else (finding.side,)
        for side in sides:
            key = (finding.sign, finding.site, side)
            if key not in seen:
                seen.add(key)
                yield replace(finding, side=side)  # type: ignore[arg-type]


def close(stated: float, known: float) -> bool:
    """Within ``SIZE_TOLERANCE`` of the truth."""
    return abs(stated - known) <= SIZE_TOLERANCE * known


def _agreement(pair: Pair) -> tuple[bool, bool, bool, bool]:
    known, stated = pair.known, pair.stated
    return pair.side, known.site == stated.site, pair.size, known.status == stated.status
