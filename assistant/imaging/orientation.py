"""Where the patient's sides lie in a picture, and how to show them by convention.

Patient axes are DICOM's: x to the patient's left, y to the back, z to the head.
Axial pictures show the patient's right on the picture's left and the front on top;
coronal ones the right on the left and the head on top; sagittal ones the front on
the left and the head on top.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Orientation = tuple[float, float, float, float, float, float]

# Normal axis -> ((axis, sign) of a picture row to the right, (axis, sign) of a column down).
_CONVENTION = {
    2: ((0, 1), (1, 1)),
    1: ((0, 1), (2, -1)),
    0: ((1, 1), (2, -1)),
}


@dataclass(frozen=True)
class Moves:
    """Steps from the stored picture to the conventional one, in this order."""

    transpose: bool = False
    flip_columns: bool = False
    flip_rows: bool = False

    def __bool__(self) -> bool:
        return self.transpose or self.flip_columns or self.flip_rows

    def apply(self, picture: NDArray[Any]) -> NDArray[Any]:
        """A view of ``picture`` (H, W) or (H, W, 3) as it should be shown."""
        if self.transpose:
            picture = picture.swapaxes(0, 1)
        if self.flip_columns:
            picture = picture[:, ::-1]
        return picture[::-1] if self.flip_rows else picture


def read_orientation(cosines: tuple[float, ...]) -> Orientation | None:
    """Six direction cosines, or None unless they are two perpendicular unit vectors."""
    if len(cosines) != 6:
        return None
    row, column = np.array(cosines[:3]), np.array(cosines[3:])
    lengths = np.linalg.norm(row), np.linalg.norm(column)
    if any(abs(length - 1) > 0.05 for length in lengths) or abs(row @ column) > 0.05:
        return None
    return (cosines[0], cosines[1], cosines[2], cosines[3], cosines[4], cosines[5])


def normal(orientation: Orientation) -> NDArray[np.float64]:
    """Unit vector (3,) through the slice: row direction x column direction."""
    crossed = np.cross(np.array(orientation[:3]), np.array(orientation[3:]))
    return np.asarray(crossed / np.linalg.norm(crossed), dtype=np.float64)


def plan(orientation: Orientation | None) -> Moves:
    """How to bring a picture of this orientation to the convention; nothing when unknown."""
    if orientation is None:
        return Moves()
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    row_axis, column_axis = int(np.abs(row).argmax()), int(np.abs(column).argmax())
    if row_axis == column_axis:  # an oblique plane without a name is shown as stored
        return Moves()
    right, down = _CONVENTION[3 - row_axis - column_axis]
    transpose = row_axis != right[0]
    if transpose:
        row, column = column, row
    return Moves(
        transpose=transpose,
        flip_columns=bool(np.sign(row[right[0]]) != right[1]),
        flip_rows=bool(np.sign(column[down[0]]) != down[1]),
    )
