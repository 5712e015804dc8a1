"""Is an answer right? Truth and text compared as findings."""

from dataclasses import dataclass

from assistant.report.findings import Finding, extract
from assistant.report.region import NOT_CT, UNSURE, region_of


@dataclass(frozen=True)
class Known:
    """What a picture is known to show.

    Attributes:
        region: one of ``lexicon.REGIONS``.
        findings: what is there; empty for a normal slice.
    """

    region: str
    findings: tuple[Finding, ...] = ()

    @property
    def key(self) -> tuple[str, frozenset[tuple[str, str]]]:
        """Region, and signs with their sides."""
        return self.region, _sided(self.findings)


@dataclass(frozen=True)
class Verdict:
    """An answer held against the truth.

    Attributes:
        known: the truth.
        region: region that the answer names.
        stated: findings that the answer affirms or suspects.
        right: region, signs and sides are exactly the truth's.
    """

    known: Known
    region: str
    stated: tuple[Finding, ...]

    @property
    def key(self) -> tuple[str, frozenset[tuple[str, str]]]:
        """Region, and signs with their sides, as the answer has them."""
        return self.region, _sided(self.stated)

    @property
    def normal(self) -> bool:
        """The answer is about a part of the body and states no finding.

        Silence, or words in which nothing can be read, call nothing normal.
        """
        return not self.stated and self.region not in (UNSURE, NOT_CT)

    @property
    def right(self) -> bool:
        """Region, findings and sides agree, and nothing is added."""
        return self.key == self.known.key


def judge(known: Known, text: str) -> Verdict:
    """Read an answer and hold it against the truth."""
    stated = tuple(finding for finding in extract(text) if finding.status != "无")
    return Verdict(known, region_of(text), stated)


def _sided(findings: tuple[Finding, ...]) -> frozenset[tuple[str, str]]:
    """Signs with sides; a sign seen on the left and on the right counts as on both."""
    sides: dict[str, set[str]] = {}
    for finding in findings:
        sides.setdefault(finding.sign, set()).add(finding.side)
    return frozenset((sign, _one_side(found)) for sign, found in sides.items())


def _one_side(sides: set[str]) -> str:
    named = sides - {""}
    if not named:
        return ""
    return named.pop() if len(named) == 1 else "双侧"
