"""Is P(异常) what it says? A reliability curve, its expected calibration error, Brier's score."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.metrics.share import Measure, Share, bootstrap, bootstrap_bounded

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Cases whose probability lies in a tenth of the scale.

    Attributes:
        mean: of their probabilities.
        abnormal: how many of them are.
    """

    mean: float
    abnormal: Share


@dataclass(frozen=True)
class Calibration:
    """How a probability fits the truth.

    Attributes:
        bins: that have cases, from low to high.
        ece: mean distance of a bin's probability from its share, weighted by cases.
        brier: mean squared distance of the probability from 0 or 1.
        auc: chance that an abnormal case gets the higher probability of a random two; 0.5 when one
            of the kinds is missing.
    """

    bins: tuple[Bin, ...]
    ece: Measure
    brier: Measure
    auc: Measure


def calibrate(probabilities: Sequence[float], abnormal: Sequence[bool]) -> Calibration:
    """Hold probabilities against what is so."""
    chance, truth = np.asarray(probabilities, float), np.asarray(abnormal, bool)
    place = np.minimum((chance * BINS).astype(int), BINS - 1)
    bins = tuple(
        Bin(float(chance[inside].mean()), Share(int(truth[inside].sum()), int(inside.sum())))
        for inside in (place == number for number in range(BINS))
        if inside.any()
    )
    return Calibration(
        bins,
        bootstrap_bounded(len(chance), lambda i: _ece(chance[i], truth[i])),
        bootstrap(len(chance), lambda i: float(((chance[i] - truth[i]) ** 2).mean())),
        bootstrap(len(chance), lambda i: _auc(chance[i], truth[i]), undefined=0.5),
    )


def _ece(chance: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    place = np.minimum((chance * BINS).astype(int), BINS - 1)
    apart = np.bincount(place, chance - truth, BINS)
    return float(np.abs(apart).sum() / len(chance))


def _auc(chance: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Mann and Whitney's statistic; undefined when one of the kinds is missing."""
    yes, no = chance[truth], chance[~truth]
    if not len(yes) or not len(no):
        return math.nan
    ordered = np.sort(no)
    below = np.searchsorted(ordered, yes, "left") + np.searchsorted(ordered, yes, "right")
    return float(below.sum() / (2 * len(yes) * len(no)))
