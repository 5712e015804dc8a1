"""Agreement of two readers beyond chance: Cohen's kappa, with intervals over cases."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trainer.metrics.share import Measure, bootstrap


def kappa(one: Sequence[bool], other: Sequence[bool]) -> float:
    """Cohen's kappa of two readers' yes and no; 1 when both always say the same one thing.

    >>> round(kappa([True, True, False, False], [True, False, False, False]), 2)
    0.5
    """
    return _kappa(np.asarray(one, bool), np.asarray(other, bool))


def kappa_over_cases(
    one: Sequence[Sequence[bool]], other: Sequence[Sequence[bool]], *, seed: int = 0
) -> Measure:
    """Kappa over every label of every case; whole cases are resampled, for labels of a case hang
    together.

    Args:
        one, other: for each case the labels in the same order, as many as its signs.
        seed: of the resampling.
    """
    pairs = [
        np.stack([np.asarray(a, bool), np.asarray(b, bool)])
        for a, b in zip(one, other, strict=True)
    ]

    def figure(chosen: NDArray[np.intp]) -> float:
        both = np.concatenate([pairs[index] for index in chosen], axis=1)
        return _kappa(both[0], both[1])

    return bootstrap(len(pairs), figure, seed=seed)


def _kappa(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    if not len(one):
        return 0.0
    agreed = float((one == other).mean())
    p, q = float(one.mean()), float(other.mean())
    chance = p * q + (1 - p) * (1 - q)
    return 1.0 if chance == 1.0 else (agreed - chance) / (1 - chance)
