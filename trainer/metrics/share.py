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


def bootstrap(cases: int, figure: Callable[[NDArray[np.intp]], float], *, seed: int = 0) -> Measure:
    """A figure with its percentile interval over resampled cases.

    Args:
        cases: how many there are; with none the figure is 0.
        figure: of the cases with these indices, which may repeat.
        seed: of the resampling; the same seed gives the same interval.
    """
    if cases == 0:
        return Measure(0.0, 0.0, 0.0, 0)
    rng = np.random.default_rng(seed)
    drawn = [figure(rng.integers(0, cases, cases)) for _ in range(RESAMPLES)]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Measure(figure(np.arange(cases)), float(low), float(high), cases)


def ratio(top: Sequence[float], bottom: Sequence[float]) -> Measure:
    """The sum of ``top`` over the sum of ``bottom``, one of each a case; 0 over nothing."""
    above, below = np.asarray(top, float), np.asarray(bottom, float)

    def figure(chosen: NDArray[np.intp]) -> float:
        whole = below[chosen].sum()
        return float(above[chosen].sum() / whole) if whole else 0.0

    return bootstrap(len(above), figure)
