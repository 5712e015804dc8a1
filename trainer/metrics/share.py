"""Figures with their 95 % intervals: shares by Wilson, everything else by the bootstrap."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000


@dataclass(frozen=True)
class Share:
    """``hits`` of ``of``, with Wilson's 95 % interval."""

    hits: int
    of: int

    @classmethod
    def among(cls, hits: Iterable[bool]) -> "Share":
        """The share of true values."""
        values = list(hits)
        return cls(sum(values), len(values))

    @property
    def value(self) -> float:
        """The share, 0 when there is nothing to share."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        if not self.of:
            return 0.0, 1.0
        z2 = 1.96**2
        middle = (self.value + z2 / (2 * self.of)) / (1 + z2 / self.of)
        spread = self.value * (1 - self.value) / self.of + z2 / (4 * self.of**2)
        half = 1.96 * math.sqrt(spread) / (1 + z2 / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Measure:
    """A figure that is no plain share.

    Attributes:
        value: the figure.
        low, high: 95 % interval, by resampling whole cases.
        of: cases.
    """

    value: float
    low: float
    high: float
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """The interval."""
        return self.low, self.high


Figure = Callable[[NDArray[np.intp]], float]
"""Of the cases with these indices, which may repeat; not a number where they leave it undefined."""


def bootstrap(cases: int, figure: Figure, *, seed: int = 0, undefined: float = 0.0) -> Measure:
    """A figure with its percentile interval over resampled cases.

    A resample that leaves the figure undefined says nothing of it and does not count.

    Args:
        cases: how many there are; with none the figure is 0.
        figure: of resampled cases.
        seed: of the resampling; the same seed gives the same interval.
        undefined: what stands for a figure that all cases together leave undefined.
    """
    value, low, high = _spread(cases, figure, seed)
    if math.isnan(value):
        return Measure(undefined, undefined, undefined, cases)
    return Measure(value, low, high, cases)


def bootstrap_bounded(cases: int, figure: Figure, *, seed: int = 0) -> Measure:
    """An error from 0 to 1 with its basic interval, which reaches to the figure itself.

    Resampling adds chance to chance and makes such an error larger: percentiles of the resamples
    may all lie above the figure.

    Args:
        cases, figure, seed: as in :func:`bootstrap`; the figure is always defined.
    """
    value, low, high = _spread(cases, figure, seed)
    low, high = 2 * value - high, 2 * value - low
    return Measure(value, max(0.0, min(low, value)), min(1.0, max(high, value)), cases)


def ratio(top: Sequence[float], bottom: Sequence[float]) -> Measure:
    """The sum of ``top`` over the sum of ``bottom``, one of each a case; 0 over nothing."""
    return bootstrap(len(top), share_of(top, bottom))


def share_of(top: Sequence[float], bottom: Sequence[float]) -> Figure:
    """The figure of :func:`ratio`; undefined over nothing."""
    above, below = np.asarray(top, float), np.asarray(bottom, float)

    def figure(chosen: NDArray[np.intp]) -> float:
        whole = below[chosen].sum()
        return float(above[chosen].sum() / whole) if whole else math.nan

    return figure


def _spread(cases: int, figure: Figure, seed: int) -> tuple[float, float, float]:
    """The figure and its resamples' percentiles; itself where no resample defines it."""
    if cases == 0:
        return 0.0, 0.0, 0.0
    rng = np.random.default_rng(seed)
    drawn = np.array([figure(rng.integers(0, cases, cases)) for _ in range(RESAMPLES)])
    defined, value = drawn[~np.isnan(drawn)], figure(np.arange(cases))
    if not len(defined):
        return value, value, value
    low, high = np.percentile(defined, (2.5, 97.5))
    return value, float(low), float(high)
