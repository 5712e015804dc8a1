"""Single statements about what was found, for short answers: what, where, how large."""

from trainer.data import phrases
from trainer.data.phantom.truth import Observation
from trainer.data.wording import RENAL, is_several, place_of, single_organ, size_text, where_of

GRADES = ("量", "%", "度")


def name_and_place(observation: Observation) -> str:
    """Sign with place and size or amount, as short as it can be said."""
    finding = observation.finding
    if finding.sign == "中线移位":
        size = _size(observation) if finding.size_mm is not None else ""
        return f"中线结构向{finding.side}侧移位{size}"
    much = _size(observation) if finding.size_mm is not None else _grade(observation)
    named = single_organ(f"{place_of(finding)}{_after_place(observation)}")
    if is_several(observation):
        named = phrases.SIGNS[finding.sign].several_named[0]
    return f"{named}，{much}" if much else named


def place_in_words(observation: Observation) -> str:
    """Where it is; on both sides and of a whole organ it is not said to lie at a place."""
    finding = observation.finding
    if finding.sign == "中线移位":
        return f"中线结构向{finding.side}侧移位"
    if finding.side == "双侧" and not finding.site:
        return f"{place_of(finding)}{_both(finding.sign)}"
    if place := place_of(finding):
        several = "等处" if is_several(observation) else ""
        return f"{finding.sign}位于{place}{several}{'肾' if finding.sign in RENAL else ''}"
    return where_of(observation)


def extent_of(observation: Observation) -> str:
    """How large it is, or how much; else how far it reaches."""
    finding, said = observation.finding, phrases.SIGNS[observation.finding.sign]
    if finding.size_mm is None:
        return f"{finding.sign}，{_grade(observation) or said.extent}"
    return f"{finding.sign}{'，' if said.measured else ''}{_size(observation)}"


def _size(observation: Observation) -> str:
    size = size_text(observation.finding.size_mm or 0.0)
    largest = "大者" if is_several(observation) else ""
    return f"{phrases.SIGNS[observation.finding.sign].measured}{largest}{size}"


def _grade(observation: Observation) -> str:
    grade = next((trait for trait in observation.traits if trait.endswith(GRADES)), "")
    return grade.replace("压缩", "肺压缩约")


def _both(sign: str) -> str:
    """均见硬膜下血肿 after 双侧, 肾均见结石 after 双."""
    return f"肾均见{sign.removeprefix('肾')}" if sign in RENAL else f"均见{sign}"


def _after_place(observation: Observation) -> str:
    """结节 after 左肺上叶, 结石 after 左肾, 囊肿 after 肝左叶, 骨折 after 左侧颞骨."""
    finding = observation.finding
    short = phrases.SIGNS[finding.sign].short
    if finding.sign == "肺气肿" or short:
        return short or finding.sign
    organ = finding.site[:1] if finding.site[:1] in ("肺", "肝") else ""
    return finding.sign.removeprefix(organ) if organ else finding.sign
