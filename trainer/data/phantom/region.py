"""What a body region offers to the case maker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from trainer.data.phantom.lesion import Lesion
from trainer.data.phantom.scene import Body, Scene
from trainer.data.phantom.spectrum import Spectrum


class Drawn(Protocol):
    """One person's slice, planned and ready to be painted."""

    @property
    def body(self) -> Body:
        """Outer size in mm."""
        ...

    @property
    def lesions(self) -> tuple[Lesion, ...]:
        """Findings, the most important first."""
        ...

    def paint(self, scene: Scene) -> None:
        """Paint healthy anatomy and lesions."""
        ...


Draw = Callable[[np.random.Generator, str, tuple[str, ...], Spectrum], Drawn]


@dataclass(frozen=True)
class Region:
    """A region's levels and findings.

    Attributes:
        name: one of ``lexicon.REGIONS``.
        levels: share of every level among normal slices.
        sign_levels: levels at which a sign can be shown.
        combinations: signs that occur, with their weights.
        draw: plans a slice.
        enhanced: share of slices with contrast medium.
        contrast: signs that are shown with contrast medium only (True) or without (False).
    """

    name: str
    levels: Mapping[str, float]
    sign_levels: Mapping[str, tuple[str, ...]]
    combinations: tuple[tuple[tuple[str, ...], float], ...]
    draw: Draw
    enhanced: float
    contrast: Mapping[str, bool] = field(default_factory=dict)
