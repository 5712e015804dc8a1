"""Dense truth of phantom slices, as arrays that a training step can draw from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIDES = ("", "右", "左", "双侧")
"""Class of a present sign's side; class 0 also stands for an absent sign (see ``signs``)."""


@dataclass(frozen=True, eq=False)
class DenseSlices:
    """N slices of one size with their truth.

    Attributes:
        hu: int16 (N, S, S), Hounsfield units.
        labels: uint8 (N, S, S), class of every pixel.
        fov_mm: float32 (N,), edge of the field of view.
        region: int64 (N,), index into ``lexicon.REGIONS``.
        signs: int64 (N, G): 0 absent, else 1 + index into ``SIDES``.
        sizes: float32 (N, G), mm; NaN when absent or unknown.
        windows: float32 (N, 2), center and width that the slice was rendered with, HU.
    """

    hu: NDArray[np.int16]
    labels: NDArray[np.uint8]
    fov_mm: NDArray[np.float32]
    region: NDArray[np.int64]
    signs: NDArray[np.int64]
    sizes: NDArray[np.float32]
    windows: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.hu)


def shrink(
    hu: NDArray[np.int16], labels: NDArray[np.uint8], size: int
) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """A square slice and its labels at ``size`` x ``size``: averaged HU, nearest labels."""
    from PIL import Image

    if hu.shape[0] == size:
        return hu, labels
    averaged = Image.fromarray(hu.astype(np.float32)).resize((size, size), Image.Resampling.BOX)
    nearest = Image.fromarray(labels).resize((size, size), Image.Resampling.NEAREST)
    return np.round(np.asarray(averaged)).astype(np.int16), np.asarray(nearest)
