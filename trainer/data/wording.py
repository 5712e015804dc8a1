"""From truth to a report in Chinese: 检查所见, 诊断意见, 建议."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.report.finding import Finding
from trainer.data import phrases
from trainer.data.chance import pick
from trainer.data.counsel import advice_of
from trainer.data.healthy import clear_of, negatives_of, normal_of, rest_of
from trainer.data.phantom.truth import Observation, Truth

RENAL = ("肾结石", "肾积水")
_DOUBLED = re.compile("(脑干|小脑|丘脑)脑(出血|梗死)")
ROUND_MM = (
    *(10, 12, 14, 16, 18, 20, 22, 25, 28, 32, 36, 40, 44, 48, 52, 58, 62, 66, 70, 75, 80, 85, 90),
    *(95, 100, 105, 110, 115, 120, 125, 130, 135, 140, 145, 150),
)
"""Sizes as they are told, within a tenth of what was measured: a reader of one slice knows no
more, and a model cannot tell 22 from 23 mm. 30 mm, where a nodule becomes a mass, and 55 mm, where
an aneurysm becomes urgent, lie halfway between two of them, so that neither is crossed."""

UNENHANCED = {"附壁血栓"}
"""Traits that only contrast medium shows."""

LESIONS = {"溶骨性": "溶骨性低密度灶", "成骨性": "成骨性高密度灶", "混合性": "混杂密度影"}


def report(
    truth: Truth,
    rng: np.random.Generator,
    *,
    hidden: tuple[str, ...] = (),
    signs: Sequence[str] | None = None,
) -> str:
    """A compact report that says the truth, and nothing else.

    Args:
        truth: what can be seen.
        rng: chooses among phrases.
        hidden: signs that are there but not visible; they are not denied.
        signs: that occur beside those of ``TIER_ONE``, and may be denied.
    """
    title = pick(rng, phrases.TITLES[truth.region])
    kind = "平扫" if not truth.enhanced else pick(rng, ("增强", "增强扫描"))
    lead = title + (kind if rng.random() < 0.7 or truth.enhanced else "")
    if truth.observations:
        cm = bool(rng.random() < 0.2)
        seen = [
            seen_of(_as_shown(one, truth), rng, centimetres=cm, enhanced=truth.enhanced)
            for one in truth.observations
        ]
        rest = rest_of(truth, rng, hidden) if rng.random() < 0.5 else []
        body = "。".join(seen + rest + negatives_of(truth, rng, hidden, signs))
        named = [name_of(one, rng, centimetres=cm) for one in truth.observations]
        impression = _join(named, rng)
        advice = advice_of(truth, rng)
    else:
        body = normal_of(truth, rng, hidden, signs)
        impression = clear_of(truth, rng, hidden)
        advice = pick(rng, phrases.ADVICE_NORMAL)
    start = pick(rng, ("{}示：{}。", "{}：{}。", "{}，{}。")).format(lead, body)
    heads = pick(
        rng, (("检查所见：", "诊断意见：", "建议："), ("影像所见：", "诊断意见：", "建议："))
    )
    return f"{heads[0]}{start}\n{heads[1]}{impression}。\n{heads[2]}{_bare(advice)}。"


def _as_shown(observation: Observation, truth: Truth) -> Observation:
    """Without traits that the slice cannot show."""
    if truth.enhanced:
        return observation
    traits = tuple(trait for trait in observation.traits if trait not in UNENHANCED)
    return replace(observation, traits=traits)


def place_of(finding: Finding) -> str:
    """Side and site as they are written: 左侧基底节区, 右肺上叶, 肝左叶, 双侧."""
    side = finding.side
    if finding.site.startswith("肺") or finding.sign == "肺气肿":
        return {"双侧": "双"}.get(side, side) + (finding.site or "肺")
    if finding.sign in RENAL:
        return {"双侧": "双"}.get(side, side)
    return (side if side in ("双侧", "") else f"{side}侧") + finding.site


def size_text(size_mm: float, *, centimetres: bool = False) -> str:
    """约22mm, or 约2.2cm: whole millimetres below 10 mm, then the nearest of ``ROUND_MM``."""
    whole = max(1, round(size_mm))
    if whole >= ROUND_MM[0]:
        whole = min(ROUND_MM, key=lambda mm: abs(mm - size_mm))
    return f"约{whole / 10:.1f}cm" if centimetres and whole >= 10 else f"约{whole}mm"


def single_organ(text: str) -> str:
    """脑干出血 for 脑干脑出血, which names the brain twice."""
    return _DOUBLED.sub(r"\1\2", text)


def name_of(
    observation: Observation, rng: np.random.Generator, *, centimetres: bool = False
) -> str:
    """The observation as a diagnosis."""
    said = phrases.SIGNS[observation.finding.sign]
    named = said.several_named if is_several(observation) else said.named
    return _fill(pick(rng, named), observation, centimetres)


def where_of(observation: Observation) -> str:
    """Where a finding is that has no site or side, from what was painted."""
    where = next((t.removeprefix("于") for t in observation.traits if t.startswith("于")), "")
    return phrases.SIGNS[observation.finding.sign].where.format(where=where)


def is_several(observation: Observation) -> bool:
    """Whether there are more than one, and it can be said."""
    return "多发" in observation.traits and bool(phrases.SIGNS[observation.finding.sign].several)


def seen_of(
    observation: Observation,
    rng: np.random.Generator,
    *,
    centimetres: bool = False,
    enhanced: bool = False,
) -> str:
    """The observation as it is described in 检查所见."""
    said = phrases.SIGNS[observation.finding.sign]
    options = said.several if is_several(observation) else said.seen
    text = pick(rng, [phrase for phrase in options if _is_of(phrase, observation.finding)])
    contrast = f"，{pick(rng, said.contrast)}" if enhanced and said.contrast else ""
    return _fill(text, observation, centimetres) + contrast


def _is_of(phrase: str, finding: Finding) -> bool:
    """The cerebellum has hemispheres, and no border of grey and white matter that is seen."""
    if finding.site == "小脑":
        return "灰白质" not in phrase
    return "{at}半球" not in phrase


def _fill(phrase: str, observation: Observation, centimetres: bool) -> str:
    finding, traits = observation.finding, observation.traits
    size = (
        size_text(finding.size_mm, centimetres=centimetres) if finding.size_mm is not None else ""
    )
    grade = next((trait for trait in traits if trait.endswith(("量", "度"))), "")
    kind = next((trait for trait in traits if trait.endswith("型")), "")
    percent = next((trait.removeprefix("压缩") for trait in traits if trait.endswith("%")), "")
    text = phrase.format(
        at=place_of(finding),
        side=finding.side,
        size=size,
        grade=grade,
        percent=percent,
        more=_more(observation),
        where=next((t.removeprefix("于") for t in traits if t.startswith("于")), ""),
        kind=f"（Stanford {kind}）" if kind else "",
        lesion=next((LESIONS[trait] for trait in traits if trait in LESIONS), "骨质破坏"),
    )
    return single_organ(text).rstrip("，")


def _more(observation: Observation) -> str:
    """Further features, as painted."""
    sign, traits = observation.finding.sign, observation.traits
    if sign == "脑出血":
        return "，周围见低密度水肿带" if "水肿" in traits else ""
    if sign in ("肺结节", "肺肿块"):
        words = (
            ["边缘见毛刺"]
            if "毛刺" in traits
            else ["呈分叶状"]
            if "分叶" in traits
            else ["边缘光滑"]
        )
        return "，".join(words + (["其内见空洞"] if "空洞" in traits else []))
    return "".join(f"，{text}" for trait, text in phrases.SIGNS[sign].more if trait in traits)


def _join(named: list[str], rng: np.random.Generator) -> str:
    if len(named) == 1:
        return named[0]
    if rng.random() < 0.5:
        return "；".join(named)
    return "".join(f"{i}.{name}；" for i, name in enumerate(named, 1)).rstrip("；")


def _bare(advice: str) -> str:
    return advice.removeprefix("建议")
