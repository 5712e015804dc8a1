"""Figures of an examination, with intervals and controls."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.report.findings import Finding, is_urgent
from trainer.metrics.share import Share
from trainer.metrics.tuples import close
from trainer.metrics.verdict import Known, Verdict, judge


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
    moved = _moved(answers)
    commonest = Counter(truth.key for truth in known).most_common(1)[0][1]
    return Summary(
        right=Share.among(v.right for v in verdicts),
        region=Share.among(v.region == v.known.region for v in verdicts),
        normal=Share.among(v.normal for v in verdicts if not v.known.findings),
        urgent=Share.among(is_urgent(v.stated) for v in verdicts if is_urgent(v.known.findings)),
        size=Share.among(close(guess, truth) for v in verdicts for guess, truth in _sizes(v)),
        majority=Share(commonest, len(known)),
        blank=Share.among(judge(truth, blank).right for truth in known),
        shuffled=Share.among(judge(known[at], text).right for at, text in moved.items()),
        not_ct=Share.among(judge(Known("非CT"), text).region == "非CT" for text in strangers),
        signs=_by_sign(verdicts),
    )


def _moved(answers: Sequence[str]) -> dict[int, str]:
    """Another picture's answer for each; none where there is but one.

    Decoding is greedy, so it is what a shuffled picture would get. Neighbours are mixed first:
    real slices come study by study, and the next one of a study is hardly another picture.
    """
    if len(answers) < 2:
        return {}
    order = [int(at) for at in np.random.default_rng(0).permutation(len(answers))]
    return {at: answers[other] for at, other in zip(order, order[1:] + order[:1], strict=True)}


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
