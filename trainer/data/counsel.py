"""What to do next: the advice of a report."""

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np

from assistant.report.findings import is_urgent
from trainer.data import phrases
from trainer.data.chance import pick
from trainer.data.healthy import fits, without_denial
from trainer.data.phantom.truth import Observation, Truth

GRAVITY = MappingProxyType(
    {
        **dict.fromkeys(("肺肿块", "肝占位", "骨转移", "主动脉瘤"), 1),
        **dict.fromkeys(("胆囊结石", "肾结石", "肺气肿"), 3),
        **dict.fromkeys(("肝囊肿", "脂肪肝"), 4),
    }
)
"""How grave a sign is that is not urgent: the lower the graver; others 2."""

SUSPICIOUS_MM = 15.0
"""From this size on, or with spicules, a nodule is not merely followed up."""


def advice_of(truth: Truth, rng: np.random.Generator) -> str:
    """What to do next, by the gravest finding; of equals by the first."""
    if not truth.observations:
        return pick(rng, phrases.ADVICE_NORMAL)
    advice = _advice(min(truth.observations, key=_rank))
    there = [finding.sign for finding in truth.findings]
    apt = [text for text in without_denial(advice, there, phrases.INAPT) if fits(text, truth)]
    return pick(rng, apt or advice)


def is_suspicious(observation: Observation) -> bool:
    """A nodule that calls for more than a look later on."""
    size = observation.finding.size_mm or 0.0
    large = size >= SUSPICIOUS_MM or "毛刺" in observation.traits
    return observation.finding.sign == "肺结节" and large


def _rank(observation: Observation) -> int:
    if is_urgent((observation.finding,)):
        return 0
    return 1 if is_suspicious(observation) else GRAVITY.get(observation.finding.sign, 2)


def _advice(observation: Observation) -> Sequence[str]:
    said = phrases.SIGNS[observation.finding.sign]
    grave = is_urgent((observation.finding,)) or is_suspicious(observation)
    return said.alarm if said.alarm and grave else said.advice
