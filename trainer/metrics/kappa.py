"""Agreement of two readers beyond chance: Cohen's kappa, with intervals over cases."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trainer.metrics.share import Measure, bootstrap

Crossed = NDArray[np.float64]
"""(cases, 4): labels of a case that both affirm, the first alone, the second alone, neither."""


def kappa(one: Sequence[bool], other: Sequence[bool]) -> float:
    """Cohen's kappa of two readers' yes and no; 1 when both always say the same one thing.

    >>> round(kappa([True, True, False, False], [True, False, False, False]), 2)
    0.5
    """
    return kappa_of(cross(list(zip(one, other, strict=True))))


def cross(labels: Sequence[tuple[bool, bool]]) -> Crossed:
    """Counts (4,) of one case's labels by two readers."""
    counts = np.zeros(4)
    for one, other in labels:
        counts[2 * (not one) + (not other)] += 1
    return counts


def mean_kappa(pairs: Sequence[Crossed], *, seed: int = 0) -> Measure:
    """The mean kappa of pairs of readers over the same cases.

    Whole cases are resampled, for the labels of a case hang together. A pair without a label
    in common counts for nothing, nor does a case of which no pair shares a label.

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
        return float(np.mean([kappa_of(pair[chosen].sum(axis=0)) for pair in kept]))

    return bootstrap(len(kept[0]), figure, seed=seed)


def kappa_of(counts: Crossed) -> float:
    """Kappa of counts (4,), 0 without any."""
    whole = float(counts.sum())
    if not whole:
        return 0.0
    both, first, second, neither = (float(count) / whole for count in counts)
    p, q = both + first, both + second
    chance = p * q + (1 - p) * (1 - q)
    return 1.0 if chance == 1.0 else (both + neither - chance) / (1 - chance)
