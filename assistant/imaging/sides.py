"""Which sides of the patient lie at the edges of a rendered picture."""

import numpy as np

from assistant.imaging.orientation import Orientation


def sides(orientation: Orientation | None) -> tuple[str, str, str, str] | None:
    """Letters for the left, right, upper and lower edge, or None when they are not known.

    Follows the convention of :mod:`assistant.imaging.orientation`, to which pictures are
    turned. Of an oblique plane, the nearest sides: R and L, A (front) and P, H (head) and F.

    Args:
        orientation: direction cosines of the slice as stored.
    """
    if orientation is None:
        return None
    row, column = np.abs(orientation[:3]), np.abs(orientation[3:])
    planes = {int(row.argmax()), int(column.argmax())}
    if len(planes) < 2:
        return None
    across = ("R", "L") if 0 in planes else ("A", "P")
    return (*across, *(("H", "F") if 2 in planes else ("A", "P")))
