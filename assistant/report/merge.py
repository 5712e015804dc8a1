"""From mentions to findings: one for each thing that a report speaks of."""

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from assistant.report.finding import Finding, Status
from assistant.report.lexicon import Sign
from assistant.report.mention import Mention


def merge(seen: Iterable[Mention], concluded: Iterable[Mention]) -> tuple[Finding, ...]:
    """Findings of 检查所见 (``seen``) and 诊断意见 (``concluded``), in order of first mention."""
    seen, concluded = tuple(seen), tuple(concluded)
    named = [(m, False) for m in seen] + [(m, True) for m in concluded]
    lesions = [m for m in seen if m.sign is None and m.status != "无"]
    signs = list(dict.fromkeys(mention.sign for mention, _ in named if mention.sign is not None))
    findings: list[Finding] = []
    for sign in signs:
        affirmed: list[Finding] = []
        for mention, decides in named:
            if mention.sign == sign and mention.status != "无":
                affirmed = _join(affirmed, _finding(sign, mention), decides)
        if not _contradict(_sides(sign, seen), _sides(sign, concluded)):
            affirmed = _pair(affirmed)
        measured = any(m.sign == sign and m.size_mm is not None for m in seen)
        lesion = None if measured else _lesion_of(sign, affirmed, lesions)
        if lesion is not None:
            affirmed = [_described(sign, affirmed[0], lesion)]
            lesions.remove(lesion)
        denied = [
            _finding(sign, m) for m, _ in named if m.sign == sign and m.status == "无"
        ]  # fmt: skip
        findings += affirmed + _still_denied(denied, affirmed)
    return tuple(findings)


def _sides(sign: Sign, mentions: Iterable[Mention]) -> set[str]:
    sides = (m.place.side for m in mentions if m.sign == sign and m.status != "无")
    return {str(side) for side in sides if side}


def _contradict(seen: set[str], concluded: set[str]) -> bool:
    """What is seen on one side and concluded on the other is an error, and not on both."""
    return {*seen, *concluded} == {"左", "右"} and not seen & concluded and bool(seen and concluded)


def _finding(sign: Sign, mention: Mention) -> Finding:
    place = mention.place
    return Finding(
        sign=sign.name,
        site=place.site if place.organ in sign.organs else "",
        side=place.side if sign.sided else "",
        status=cast(Status, mention.status),
        size_mm=mention.size_mm,
    )


def _join(known: list[Finding], new: Finding, decides: bool) -> list[Finding]:
    """Add a finding, or what it says more about the one that it repeats."""
    same = [old for old in known if _agree(old.side, new.side) and _agree(old.site, new.site)]
    if not same and new.side == "双侧" and not new.site and {f.side for f in known} >= {"左", "右"}:
        same = known  # 双肺结节 after each was described
    if not same:
        return [*known, new]
    joined = {id(old): _both(old, new, decides, alone=len(same) == 1) for old in same}
    return [joined.get(id(old), old) for old in known]


def _both(old: Finding, new: Finding, decides: bool, *, alone: bool) -> Finding:
    status = new.status if decides or new.status == "有" else old.status
    if not alone:
        return replace(old, status=status)
    sizes = [size for size in (old.size_mm, new.size_mm) if size is not None]
    return replace(
        old,
        site=old.site or new.site,
        side=old.side or new.side,
        status=status,
        size_mm=max(sizes, default=None),
    )


def _agree(one: str, other: str) -> bool:
    return one == other or not one or not other


def _pair(known: list[Finding]) -> list[Finding]:
    """Left and right of the same become 双侧; a 双侧 takes in the one-sided without a site."""
    paired: list[Finding] = []
    for new in known:
        partner = next((old for old in paired if _is_pair(old, new)), None)
        if partner is None:
            paired.append(new)
            continue
        sizes = [size for size in (partner.size_mm, new.size_mm) if size is not None]
        status: Status = "有" if "有" in (partner.status, new.status) else "可疑"
        whole = replace(partner, side="双侧", status=status, size_mm=max(sizes, default=None))
        paired[paired.index(partner)] = whole
    return paired


def _is_pair(one: Finding, other: Finding) -> bool:
    different = one.side != other.side and one.side and other.side
    measured_apart = one.site and one.size_mm is not None and other.size_mm is not None
    return bool(different and one.site == other.site and not measured_apart)


def _lesion_of(sign: Sign, affirmed: list[Finding], lesions: list[Mention]) -> Mention | None:
    """The one nameless lesion of 检查所见 that can be this sign, if no other sign took it.

    Of the widths of an aorta the largest is the aneurysm's: it must not lose its urgency.
    """
    if len(affirmed) != 1 or sign.directed:
        return None
    fitting = [
        lesion for lesion in lesions
        if lesion.place.organ in sign.organs
        and _agree(lesion.place.side, affirmed[0].side)
        and _agree(lesion.place.site, affirmed[0].site)
    ]  # fmt: skip
    if sign.urgent_mm is not None:
        fitting = sorted(fitting, key=lambda lesion: lesion.size_mm or 0.0)[-1:]
    return fitting[0] if len(fitting) == 1 else None


def _described(sign: Sign, finding: Finding, lesion: Mention) -> Finding:
    """The finding with the place and size that the lesion was described with."""
    return replace(
        finding,
        site=finding.site or lesion.place.site,
        side=finding.side or (lesion.place.side if sign.sided else ""),
        size_mm=finding.size_mm or lesion.size_mm,
    )


def _still_denied(denied: list[Finding], affirmed: list[Finding]) -> list[Finding]:
    """One denial a sign, or a side when the other side has it."""
    if not affirmed:
        sides = {finding.side for finding in denied}
        side = sides.pop() if len(sides) == 1 else ""
        one_sided = side if side in ("左", "右") else ""
        return [Finding(f.sign, side=one_sided, status="无") for f in denied[:1]]
    taken = {finding.side for finding in affirmed}
    apart = {f.side: f for f in denied if f.side in ("左", "右") and taken <= {"左", "右"}}
    return [Finding(f.sign, side=s, status="无") for s, f in apart.items() if s not in taken]
