"""Figures of an examination, with intervals and controls."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.report.findings import Finding, is_urgent
from trainer.metrics.verdict import Known, Verdict, judge


@dataclass(frozen=True)
class Share:
    """``hits`` of ``of``, with Wilson's 95 % interval."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0 when there is nothing to share."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        if not self.of:
            return 0.0, 1.0
        z2 = 1.96**2
        middle = (self.value + z2 / (2 * self.of)) / (1 + z2 / self.of)
        spread = self.value * (1 - self.value) / self.of + z2 / (4 * self.of**2)
        half = 1.96 * math.sqrt(spread) / (1 + z2 / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class SignScore:
    """One sign over all slices."""

    sign: str
    present: int
    found: int
    extra: int
    wrong_side: int

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision."""
        whole = self.present + self.found + self.extra
        return 2 * self.found / whole if whole else 0.0


@dataclass(frozen=True)
class Summary:
    """Everything an examination found.

    Attributes:
        right: region, findings and sides all correct and nothing extra.
        region: region alone. normal: normal slices answered without a finding.
        urgent: slices with an urgent finding whose answer has one.
        size: sizes of found lesions within 30 % of the truth.
        majority: always giving the commonest truth.
        blank: the answer to a black picture, held against every slice.
        shuffled: every answer held against another slice.
        not_ct: pictures that are no CT and were refused.
        signs: by sign.
    """

    right: Share
    region: Share
    normal: Share
    urgent: Share
    size: Share
    majority: Share
    blank: Share
    shuffled: Share
    not_ct: Share
    signs: tuple[SignScore, ...]


def summarize(
    known: Sequence[Known], answers: Sequence[str], blank: str, strangers: Sequence[str]
) -> Summary:
    """Judge every answer.

    Args:
        known: truth of each slice.
        answers: text for each slice.
        blank: text for a black picture.
        strangers: texts for pictures that are no CT.
    """
    verdicts = [judge(truth, text) for truth, text in zip(known, answers, strict=True)]
    # Decoding is greedy, so another picture's answer is what a shuffled picture would get.
    moved = [*answers[1:], *answers[:1]]
    commonest = Counter(truth.key for truth in known).most_common(1)[0][1]
    return Summary(
        right=_share(v.right for v in verdicts),
        region=_share(v.region == v.known.region for v in verdicts),
        normal=_share(not v.stated for v in verdicts if not v.known.findings),
        urgent=_share(is_urgent(v.stated) for v in verdicts if is_urgent(v.known.findings)),
        size=_share(_close(guess, truth) for v in verdicts for guess, truth in _sizes(v)),
        majority=Share(commonest, len(known)),
        blank=_share(judge(truth, blank).right for truth in known),
        shuffled=_share(judge(t, a).right for t, a in zip(known, moved, strict=True)),
        not_ct=_share(judge(Known("非CT"), text).region == "非CT" for text in strangers),
        signs=_by_sign(verdicts),
    )


def _share(hits: Iterable[bool]) -> Share:
    values = list(hits)
    return Share(sum(values), len(values))


def _by_sign(verdicts: Sequence[Verdict]) -> tuple[SignScore, ...]:
    names = sorted({f.sign for v in verdicts for f in (*v.known.findings, *v.stated)})
    scores = []
    for name in names:
        pairs = [(_sides(v.known.findings, name), _sides(v.stated, name)) for v in verdicts]
        present = sum(bool(truth) for truth, _ in pairs)
        found = sum(bool(truth and guess) for truth, guess in pairs)
        extra = sum(bool(guess and not truth) for truth, guess in pairs)
        wrong = sum(bool(truth and guess and truth != guess) for truth, guess in pairs)
        scores.append(SignScore(name, present, found, extra, wrong))
    return tuple(sorted(scores, key=lambda score: -score.present))


def _sides(findings: Sequence[Finding], sign: str) -> frozenset[str]:
    sides = {finding.side for finding in findings if finding.sign == sign}
    return frozenset({"左", "右"} if "双侧" in sides else sides)


def _sizes(verdict: Verdict) -> list[tuple[float, float]]:
    """Largest stated and true size of each sign that both have."""
    pairs = []
    for sign in {finding.sign for finding in verdict.known.findings}:
        guess = [f.size_mm for f in verdict.stated if f.sign == sign and f.size_mm]
        truth = [f.size_mm for f in verdict.known.findings if f.sign == sign and f.size_mm]
        if guess and truth:
            pairs.append((max(guess), max(truth)))
    return pairs


def _close(guess: float, truth: float) -> bool:
    return abs(guess - truth) <= 0.3 * truth
