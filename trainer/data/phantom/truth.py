"""What a phantom shows, exactly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.report.finding import Finding


@dataclass(frozen=True)
class Observation:
    """One finding with what a report says beyond it.

    Attributes:
        finding: sign, site, the patient's side and size; for 中线移位 the side moved to.
        hu: mean HU of its pixels; NaN for a midline shift.
        traits: 少量/中量/大量, 分叶, 毛刺, 空洞, 多发, 水肿 and the like, as painted.
    """

    finding: Finding
    hu: float
    traits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Truth:
    """Everything the wording may say.

    Attributes:
        region: one of ``lexicon.REGIONS``.
        level: which slice of the region, a key of the region's builder.
        enhanced: contrast medium was given.
        observations: in order of importance; empty for a normal slice.
    """

    region: str
    level: str
    enhanced: bool = False
    observations: tuple[Observation, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings alone."""
        return tuple(seen.finding for seen in self.observations)


@dataclass(frozen=True, eq=False)
class Phantom:
    """A generated slice.

    Attributes:
        hu: int16 (H, W), Hounsfield units as a scanner would store them.
        labels: uint8 (H, W), :class:`trainer.data.phantom.labels.Label`.
        spacing_mm: distance of pixel centres, the same both ways.
        truth: what it shows.
        prone: the patient lies on the belly; the picture still has the front on top.
        thickness_mm: of the slice.
    """

    hu: NDArray[np.int16]
    labels: NDArray[np.uint8]
    spacing_mm: float
    truth: Truth
    prone: bool = False
    thickness_mm: float = 5.0
