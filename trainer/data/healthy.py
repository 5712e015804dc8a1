"""What a report says of the healthy, and denies: only what the slice and its window can show."""

from collections.abc import Mapping, Sequence

import numpy as np

from assistant.report.findings import extract
from assistant.report.lexicon import SIGNS
from trainer.data import further_phrases, healthy_phrases, phrases
from trainer.data.chance import pick
from trainer.data.phantom.atlas import REGIONS
from trainer.data.phantom.labels import TIER_ONE
from trainer.data.phantom.truth import Truth

MOST_NEGATIVES = 2
WITHOUT_MIDLINE = ("颌面", "颅底", "眼眶")
"""Levels of the head at which nobody speaks of the midline."""

OF_ANOTHER_WINDOW = {"颅骨骨折", "主动脉夹层"}
"""Signs that nobody misses in the usual window of the region, as they have one of their own."""


def fits(text: str, truth: Truth) -> bool:
    """Whether a phrase may be said of an enhanced slice, if it is one."""
    return not truth.enhanced or not ("平扫" in text or "增强" in text)


def known_signs(region: str, signs: Sequence[str] | None) -> list[str]:
    """Signs of a region that phrases exist of and that occur, in the lexicon's order."""
    occurring = {*TIER_ONE, *(signs or ())}
    names = [sign.name for sign in SIGNS if sign.region == region and sign.name in occurring]
    return [name for name in names if name in phrases.SIGNS]


def can_show(truth: Truth, sign: str) -> bool:
    """Whether a slice of this level, with or without contrast medium, would show a sign."""
    region = REGIONS[truth.region]
    if region.contrast.get(sign, truth.enhanced) != truth.enhanced:
        return False
    if truth.level not in region.levels:
        return True
    if sign == "中线移位":
        return truth.level not in WITHOUT_MIDLINE
    return truth.level in region.sign_levels.get(sign, ())


def clear_of(truth: Truth, rng: np.random.Generator, hidden: Sequence[str] = ()) -> str:
    """The diagnosis of a slice on which nothing is seen."""
    if set(hidden) - OF_ANOTHER_WINDOW:
        return pick(rng, without_denial(healthy_phrases.CLEAR_HERE[truth.region], hidden))
    return pick(rng, [text for text in healthy_phrases.CLEAR[truth.region] if fits(text, truth)])


def normal_of(
    truth: Truth, rng: np.random.Generator, hidden: tuple[str, ...], signs: Sequence[str] | None
) -> str:
    """The description of a slice on which nothing is seen."""
    usual = healthy_phrases.NORMAL_AT.get(truth.level, healthy_phrases.NORMAL[truth.region])
    further = set(known_signs(truth.region, signs)) - set(TIER_ONE)
    whole = truth.level not in healthy_phrases.NORMAL_AT or truth.region == "盆腔"
    options = usual + further_phrases.NORMAL[truth.region] if further and whole else usual
    return pick(rng, _undenying(options, truth.region, hidden))


def rest_of(truth: Truth, rng: np.random.Generator, hidden: Sequence[str]) -> list[str]:
    """One sentence about what is healthy beside a finding, if any is true."""
    there = [finding.sign for finding in truth.findings]
    options = without_denial(healthy_phrases.REST[truth.region], there, further_phrases.DENIES)
    options = without_denial(options, there, healthy_phrases.UNFIT)
    options = without_denial(options, hidden)
    if any(finding.sign == "气胸" for finding in truth.findings):
        options = tuple(text.replace("余肺野", "对侧肺野") for text in options)
    return [pick(rng, options)] if options else []


def negatives_of(
    truth: Truth, rng: np.random.Generator, hidden: Sequence[str], signs: Sequence[str] | None
) -> list[str]:
    """The midline, or up to two relevant negatives of the level."""
    present = {finding.sign for finding in truth.findings} | set(hidden)
    names = [name for name in known_signs(truth.region, signs) if name not in present]
    names = [name for name in names if can_show(truth, name)]
    if "中线移位" in names and rng.random() < 0.7:
        return ["中线结构居中"]
    count = min(int(rng.integers(0, MOST_NEGATIVES + 1)), len(names))
    if not count:
        return []
    chosen = rng.choice(len(names), count, replace=False)
    return ["未见" + "及".join(phrases.SIGNS[names[i]].absent for i in chosen)]


def without_denial(
    options: Sequence[str],
    there: Sequence[str],
    denies: Mapping[str, tuple[str, ...]] = healthy_phrases.DENIES,
) -> tuple[str, ...]:
    """Those of the phrases that use no word by which a sign that is there would be denied."""
    words = [word for sign in there for word in denies.get(sign, ())]
    return tuple(text for text in options if not any(word in text for word in words))


def _undenying(options: tuple[str, ...], region: str, hidden: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the phrases that do not deny what is hidden."""
    if not hidden:
        return options
    for phrasings in (options, healthy_phrases.ELSEWHERE.get(region, ())):
        kept = [text for text in phrasings if not {f.sign for f in extract(text)} & set(hidden)]
        if kept := list(without_denial(kept, hidden)):
            return tuple(kept)
    return (healthy_phrases.UNSEEN,)
