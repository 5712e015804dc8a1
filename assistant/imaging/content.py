"""Which preset suits a CT slice, from its HU alone.

The share of lung air, bone, fat and brain-like tissue inside the body outline is
measured; the thresholds separate the regions coarsely and were chosen on real
head, chest and abdomen slices and on phantoms.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

BODY_HU = -300.0
LUNG_HU = (-950.0, -500.0)
FAT_HU = (-150.0, -30.0)
SOFT_HU = (0.0, 80.0)
BONE_HU = 250.0


@dataclass(frozen=True)
class Composition:
    """Shares of the pixels inside the body outline, each 0..1.

    Attributes:
        inside: pixels inside the outline, as a share of the picture.
    """

    inside: float
    lung: float
    fat: float
    soft: float
    bone: float


def measure(hu: NDArray[Any]) -> Composition:
    """Composition of a slice, int16 or float32 (H, W), from every second pixel."""
    sparse = hu[::2, ::2] if min(hu.shape) >= 128 else hu
    body = sparse > BODY_HU
    inside = _filled(body)
    count = int(inside.sum())
    if not count:
        return Composition(0.0, 0.0, 0.0, 0.0, 0.0)
    within = sparse[inside]

    def share(low: float, high: float) -> float:
        return float(np.count_nonzero((within > low) & (within < high)) / count)

    return Composition(
        inside=count / sparse.size,
        lung=share(*LUNG_HU),
        fat=share(*FAT_HU),
        soft=share(*SOFT_HU),
        bone=share(BONE_HU, np.inf),
    )


def suggest(hu: NDArray[Any]) -> Literal["肺", "骨", "脑", "腹部"]:
    """Name of the preset of ``configs/windows.yaml`` that suits the slice."""
    found = measure(hu)
    head = found.bone > 0.07 and found.fat < 0.2 and found.soft > 0.3
    if found.lung > (0.2 if head else 0.09):  # partial volume of mastoid cells looks like lung
        return "肺"
    if head:
        return "脑"
    return "骨" if found.bone > 0.4 else "腹部"


def _filled(body: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels that have body to the left and right and above and below, or are body."""
    sides = [
        np.logical_or.accumulate(body, axis=0),
        np.logical_or.accumulate(body[::-1], axis=0)[::-1],
        np.logical_or.accumulate(body, axis=1),
        np.logical_or.accumulate(body[:, ::-1], axis=1)[:, ::-1],
    ]
    return sides[0] & sides[1] & sides[2] & sides[3]
