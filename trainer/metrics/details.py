"""An examination finding by finding: tuples, sizes, contrasts, inventions, denials."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.report.finding import Finding
from assistant.report.findings import extract
from trainer.metrics.share import Measure, Share, ratio
from trainer.metrics.tuples import Count, Matched, each_side, match
from trainer.metrics.verdict import Known, Verdict, judge

SIZES = ((10.0, "< 10 mm"), (20.0, "10–20 mm"), (40.0, "20–40 mm"), (float("inf"), "≥ 40 mm"))
CONTRASTS = ((20.0, "< 20 灰阶"), (40.0, "20–40 灰阶"), (80.0, "40–80 灰阶"),
             (float("inf"), "≥ 80 灰阶"))  # fmt: skip
"""Upper edges of the bins and their names; grey levels are of the picture shown, 0 to 255."""


@dataclass(frozen=True)
class Agreement:
    """Precision, recall and F1 of findings."""

    precision: Measure
    recall: Measure
    f1: Measure


@dataclass(frozen=True)
class SignRow:
    """One sign: true findings, those found on the right side, stated without being there."""

    sign: str
    known: int
    hits: int
    extra: int
    wrong_side: int
    agreement: Agreement


@dataclass(frozen=True)
class Details:
    """Figures beyond the summary.

    Attributes:
        sides: sign and side agree; a wrong side is a miss and an invention.
        exact: sign, site, side, status and size agree.
        wrong_side: findings reported on the other side, of the true findings that were named.
        invented: reported findings of signs that are not there, a report.
        denied: true findings that the answer says are not there.
        signs: by sign, commonest first.
        sizes, contrasts: true findings found on the right side, by bin; empty bins left out.
        regions: right answers by true region.
    """

    sides: Agreement
    exact: Agreement
    wrong_side: Share
    invented: Measure
    denied: Share
    signs: tuple[SignRow, ...]
    sizes: tuple[tuple[str, Share], ...]
    contrasts: tuple[tuple[str, Share], ...]
    regions: tuple[tuple[str, Share], ...]


@dataclass(frozen=True)
class Graded:
    """One answer beside the truth.

    Attributes:
        verdict: the truth and what the answer states.
        contrasts: of each true finding, in grey levels; None where it has no pixels.
        text: the answer.
        matched: tuple by tuple.
        denied: signs that the answer says are not there.
    """

    verdict: Verdict
    contrasts: tuple[float | None, ...]
    text: str
    matched: Matched
    denied: frozenset[str]

    @property
    def known(self) -> Known:
        """The truth."""
        return self.verdict.known

    @property
    def right(self) -> bool:
        """Region, signs and sides are exactly the truth's."""
        return self.verdict.right


def grade(known: Known, contrasts: tuple[float | None, ...], text: str) -> Graded:
    """Read an answer."""
    verdict = judge(known, text)
    affirmed = {finding.sign for finding in verdict.stated}
    denied = {finding.sign for finding in extract(text) if finding.status == "无"} - affirmed
    return Graded(
        verdict, contrasts, text, match(known.findings, verdict.stated), frozenset(denied)
    )


def detail(answers: Sequence[Graded]) -> Details:
    """Add up."""
    truth = [{finding.sign for finding in one.known.findings} for one in answers]
    paired = [pair for one in answers for pair in one.matched.pairs]
    inventions = [
        len({f.sign for f in one.matched.extra} - signs)
        for one, signs in zip(answers, truth, strict=True)
    ]
    regions = sorted({one.known.region for one in answers})
    return Details(
        sides=_agreement([one.matched.sides for one in answers]),
        exact=_agreement([one.matched.exact for one in answers]),
        wrong_side=Share(sum(len(one.matched.wrong_side) for one in answers), len(paired)),
        invented=ratio(inventions, [1] * len(answers)),
        denied=Share.among(f.sign in one.denied for one in answers for f in one.known.findings),
        signs=_by_sign(answers),
        sizes=_by_bin(answers, SIZES, lambda one: [f.size_mm for f in one.known.findings]),
        contrasts=_by_bin(answers, CONTRASTS, lambda one: list(one.contrasts)),
        regions=tuple(
            (name, Share.among(one.right for one in answers if one.known.region == name))
            for name in regions
        ),
    )


def _agreement(counts: Sequence[Count]) -> Agreement:
    hits = [count.hits for count in counts]
    stated, known = [count.stated for count in counts], [count.known for count in counts]
    both = [(s + k) / 2 for s, k in zip(stated, known, strict=True)]
    return Agreement(ratio(hits, stated), ratio(hits, known), ratio(hits, both))


def _by_sign(answers: Sequence[Graded]) -> tuple[SignRow, ...]:
    names = {
        f.sign
        for one in answers
        for f in (*one.known.findings, *one.matched.extra, *(p.stated for p in one.matched.pairs))
    }
    rows = [_sign(name, [_only(one.matched, name) for one in answers]) for name in names]
    return tuple(sorted(rows, key=lambda row: (-row.known, row.sign)))


def _sign(name: str, matched: Sequence[Matched]) -> SignRow:
    counts = [one.sides for one in matched]
    return SignRow(
        name,
        sum(count.known for count in counts),
        sum(count.hits for count in counts),
        sum(len(one.extra) for one in matched),
        sum(len(one.wrong_side) for one in matched),
        _agreement(counts),
    )


def _only(matched: Matched, sign: str) -> Matched:
    return Matched(
        tuple(pair for pair in matched.pairs if pair.known.sign == sign),
        tuple(finding for finding in matched.missed if finding.sign == sign),
        tuple(finding for finding in matched.extra if finding.sign == sign),
    )


def _by_bin(
    answers: Sequence[Graded],
    bins: tuple[tuple[float, str], ...],
    values_of: Callable[[Graded], list[float | None]],
) -> tuple[tuple[str, Share], ...]:
    found: dict[str, list[bool]] = {name: [] for _, name in bins}
    for one in answers:
        hits = {_key(pair.known) for pair in one.matched.pairs if pair.side}
        for finding, value in zip(one.known.findings, values_of(one), strict=True):
            if value is not None:
                name = next(name for edge, name in bins if value < edge or edge == bins[-1][0])
                found[name] += [_key(side) in hits for side in each_side([finding])]
    return tuple((name, Share.among(hits)) for name, hits in found.items() if hits)


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.sign, finding.site, finding.side
