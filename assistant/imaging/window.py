"""CT display windows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """Window center (level) and width in HU, DICOM PS3.3 C.11.2.1.2 linear formula."""

    center: float
    width: float
