"""Where a frame lies in the patient, and the shape of its pixels."""

from assistant.imaging.functional import FrameView
from assistant.imaging.orientation import Orientation, normal

_LEAST, _MOST = 1e-6, 1e6  # of a spacing in mm; beyond lie slips, and divisions by zero
_LONGEST_NUMBER = 2**31  # an InstanceNumber's limit; beyond lie dates, which are no order
_SPACINGS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")


def spacing_of(view: FrameView) -> tuple[float, float] | None:
    """(row, column) distance of pixel centres in mm, or None; an absurd one counts as none."""
    for keyword in _SPACINGS:
        found = view.numbers(keyword)
        if _usable(found):
            return found[0], found[1]
    return None


def aspect_of(view: FrameView) -> float:
    """Height of a pixel divided by its width; 1.0 when unknown."""
    ratio = spacing_of(view) or view.numbers("PixelAspectRatio")
    return ratio[0] / ratio[1] if _usable(ratio) else 1.0


def number_of(view: FrameView) -> int | None:
    """Number that the scanner gave the slice in its series, or None."""
    found = view.numbers("InstanceNumber")
    return int(found[0]) if len(found) == 1 and abs(found[0]) < _LONGEST_NUMBER else None


def position_of(view: FrameView, orientation: Orientation | None) -> float | None:
    """Place along the slice normal in mm, or None."""
    place = view.numbers("ImagePositionPatient")
    if orientation is None or len(place) != 3:
        return None
    return float(normal(orientation) @ place)


def _usable(pair: tuple[float, ...]) -> bool:
    return len(pair) == 2 and min(pair) >= _LEAST and max(pair) <= _MOST
