"""What a conversation is called as long as nobody named it."""

from assistant.report.findings import Finding, extract
from assistant.report.region import NOT_CT, UNSURE, region_of
from assistant.store.exchange import Exchange

_LONGEST = 24
_MOST_FINDINGS = 2
_ASKS_FOR_ALL = ("描述", "诊断", "报告")


def title_of(exchange: Exchange) -> str:
    """The region that the answer names, and the beginning of the question.

    A question that asks for everything tells nothing: then it is what was found, if anything.
    """
    region = region_of(exchange.answer) if exchange.answer else UNSURE
    if region in (UNSURE, NOT_CT):
        return _shortened(exchange.question)
    said = ""
    if any(word in exchange.question for word in _ASKS_FOR_ALL):
        found = [finding for finding in extract(exchange.answer) if finding.status != "无"]
        said = "、".join(_said(finding) for finding in found[:_MOST_FINDINGS])
    return f"{region} · {_shortened(said or exchange.question)}"


def _said(finding: Finding) -> str:
    side = f"{finding.side}侧" if finding.side in ("左", "右") else finding.side
    return f"{side}{finding.sign}{'？' if finding.status == '可疑' else ''}"


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else words[:_LONGEST] + "…"
