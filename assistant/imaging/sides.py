"""Which sides of the patient lie left and right in a rendered picture."""

import numpy as np

from assistant.imaging.orientation import Orientation


def sides(orientation: Orientation | None) -> tuple[str, str] | None:
    """Letters for the picture's left and right edge, or None when they are not known.

    Follows the convention of :mod:`assistant.imaging.orientation`: axial and coronal
    pictures have the patient's right on their left, sagittal ones the front.

    Args:
        orientation: direction cosines of the slice as stored.
    """
    if orientation is None:
        return None
    row, column = np.abs(orientation[:3]), np.abs(orientation[3:])
    planes = {int(row.argmax()), int(column.argmax())}
    if len(planes) < 2:
        return None
    return ("R", "L") if 0 in planes else ("A", "P")
