"""Findings: what an answer or a truth says, as tuples that can be compared."""

from collections.abc import Iterable

from assistant.report.finding import Finding, Side, Status
from assistant.report.lexicon import SIGNS, Sign
from assistant.report.mentions import mentions
from assistant.report.merge import merge
from assistant.report.region import region_of
from assistant.report.sections import split

__all__ = ["Finding", "Side", "Status", "extract", "is_sided", "is_urgent"]


def extract(text: str) -> tuple[Finding, ...]:
    """Findings of a Chinese report, one for each thing, in order of first mention.

    检查所见 and 诊断意见 speak of the same things: what agrees in place and side is one
    finding with the most that is known of it, and the impression decides its status.
    建议 and history make none. What is denied and nowhere affirmed has the status 无.

    >>> extract("右肺上叶见结节影，直径约8mm；双侧胸腔未见积液。")[0]
    Finding(sign='肺结节', site='肺上叶', side='右', status='有', size_mm=8.0)
    """
    region = region_of(text)
    sections = split(text)
    return merge(mentions(sections.findings, region), mentions(sections.impression, region))


def is_sided(findings: Iterable[Finding]) -> bool:
    """True when something is present or suspected of which a side is to be stated."""
    sided = {sign.name for sign in SIGNS if sign.sided}
    return any(finding.status != "无" and finding.sign in sided for finding in findings)


def is_urgent(findings: Iterable[Finding]) -> bool:
    """True when something urgent is present or suspected."""
    signs = {sign.name: sign for sign in SIGNS}
    return any(
        finding.status != "无" and _alarms(signs.get(finding.sign), finding.size_mm)
        for finding in findings
    )


def _alarms(sign: Sign | None, size_mm: float | None) -> bool:
    """Whether a sign calls for a doctor by itself or by its size."""
    if sign is None:
        return False
    large = sign.urgent_mm is not None and size_mm is not None and size_mm >= sign.urgent_mm
    return sign.urgent or large
