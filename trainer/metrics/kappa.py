"""Agreement of two readers beyond chance: Cohen's kappa, with intervals over cases."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trainer.metrics.share import Measure, bootstrap

Crossed = NDArray[np.float64]
"""(cases, 4): labels of a case that both affirm, the first alone, the second alone, neither."""


def kappa(one: Sequence[bool], other: Sequence[bool]) -> float:
    """Cohen's kappa of two readers' yes and no; 1 when both always say the same one thing.

    Without labels it is 0.

    >>> round(kappa([True, True, False, False], [True, False, False, False]), 2)
    0.5
    """
    found = kappa_of(cross(list(zip(one, other, strict=True))))
    return found if not math.isnan(found) else float(len(one) > 0)


def cross(labels: Sequence[tuple[bool, bool]]) -> Crossed:
    """Counts (4,) of one case's labels by two readers."""
    counts = np.zeros(4)
    for one, other in labels:
        counts[2 * (not one) + (not other)] += 1
    return counts


def mean_kappa(pairs: Sequence[Crossed], *, seed: int = 0) -> Measure:
    """The mean kappa of pairs of readers over the same cases.

    Whole cases are resampled, for the labels of a case hang together. A pair without a label
    in common counts for nothing, nor does a case of which no pair shares a label, nor in a
    resample a pair that says only one thing; where no pair ever says another, the mean is 1.

    Args:
        pairs: (cases, 4) each; zeros where a pair does not share a case.
        seed: of the resampling.
    """
    shared = [pair for pair in pairs if pair.sum()]
    if not shared:
        return Measure(0.0, 0.0, 0.0, 0)
    counts = np.any(shared, axis=(0, 2))
    kept = [pair[counts] for pair in shared]

    def figure(chosen: NDArray[np.intp]) -> float:
        found = [kappa_of(pair[chosen].sum(axis=0)) for pair in kept]
        defined = [value for value in found if not math.isnan(value)]
        return float(np.mean(defined)) if defined else math.nan

    return bootstrap(len(kept[0]), figure, seed=seed, undefined=1.0)


def kappa_of(counts: Crossed) -> float:
    """Kappa of counts (4,); undefined without any, or when both always say the same one thing."""
    whole = float(counts.sum())
    if not whole:
        return math.nan
    both, first, second, neither = (float(count) / whole for count in counts)
    p, q = both + first, both + second
    chance = p * q + (1 - p) * (1 - q)
    return math.nan if chance == 1.0 else (both + neither - chance) / (1 - chance)
