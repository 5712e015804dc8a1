"""Values of interest: the DICOM PS3.3 C.11.2 transforms from values to 8-bit gray."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.imaging.window import Window

Function = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]


@dataclass(frozen=True, eq=False)
class Lut:
    """A VOI lookup table.

    Attributes:
        first: value mapped to the first entry.
        table: uint8 (N,), gray of each entry.
    """

    first: int
    table: NDArray[np.uint8]


def apply_window(
    values: NDArray[Any], window: Window, function: Function = "LINEAR"
) -> NDArray[np.uint8]:
    """Gray 0..255 of ``values``, same shape, rounded to the nearest integer.

    int16 values go through a table of all 65536 values, which gives the same
    result several times faster for a picture of ordinary size.

    Args:
        values: any real dtype, HU or the units of the window.
        window: width >= 1 for LINEAR, > 0 for the other functions.
        function: VOI LUT Function of PS3.3 C.11.2.1.3.
    """
    if values.dtype == np.int16 and values.size > 65536:
        everything = np.arange(65536, dtype=np.uint16).view(np.int16)
        table = _gray(everything.astype(np.float64), window, function)
        places: NDArray[np.uint16] = values.view(np.uint16)
        gray: NDArray[np.uint8] = table[places]
        return gray
    return _gray(values.astype(np.float64), window, function)


def apply_lut(values: NDArray[Any], lut: Lut) -> NDArray[np.uint8]:
    """Gray of ``values`` through a table; values outside take its ends."""
    place = np.clip(np.rint(values.astype(np.float64)) - lut.first, 0, len(lut.table) - 1)
    gray: NDArray[np.uint8] = lut.table[place.astype(np.int64)]
    return gray


def _gray(values: NDArray[np.float64], window: Window, function: Function) -> NDArray[np.uint8]:
    center, width = window.center, window.width
    if function == "SIGMOID":
        # C.11.2.1.3.1; the exponent is bounded so that it cannot overflow.
        exponent = np.clip(-4.0 * (values - center) / width, -700.0, 700.0)
        share = 1.0 / (1.0 + np.exp(exponent))
    elif function == "LINEAR_EXACT":
        share = (values - center) / width + 0.5
    elif width <= 1:
        # C.11.2.1.2.1 with w = 1 leaves a step: x <= c - 0.5 is black, all else white.
        share = (values > center - 0.5).astype(np.float64)
    else:
        share = (values - (center - 0.5)) / (width - 1.0) + 0.5
    gray: NDArray[np.uint8] = np.floor(np.clip(share, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return gray
