"""One frame's view of a data set: per-frame groups, then shared ones, then the top level."""

import math
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset

# PS3.3 C.7.6.16: where enhanced multi-frame objects keep what single frames keep at the top.
_GROUPS = {
    "RescaleSlope": "PixelValueTransformationSequence",
    "RescaleIntercept": "PixelValueTransformationSequence",
    "RescaleType": "PixelValueTransformationSequence",
    "WindowCenter": "FrameVOILUTSequence",
    "WindowWidth": "FrameVOILUTSequence",
    "VOILUTFunction": "FrameVOILUTSequence",
    "ImagePositionPatient": "PlanePositionSequence",
    "ImageOrientationPatient": "PlaneOrientationSequence",
    "PixelSpacing": "PixelMeasuresSequence",
    "FrameType": "CTImageFrameTypeSequence",
}


@dataclass(frozen=True)
class FrameView:
    """Attributes as they hold for one frame.

    Attributes:
        dataset: stripped data set.
        frame: from 0.
    """

    dataset: Dataset
    frame: int

    def get(self, keyword: str) -> Any:
        """Value for this frame, or None."""
        group = _GROUPS.get(keyword)
        if group:
            for place in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
                item = self._item(place, group)
                if item is not None and item.get(keyword) is not None:
                    return item.get(keyword)
        return self.dataset.get(keyword)

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """Value as finite numbers; () when absent or when one of them is not a number."""
        value = self.get(keyword)
        if value is None or isinstance(value, str | bytes):
            return ()
        items = value if hasattr(value, "__iter__") else [value]
        try:
            found = tuple(float(item) for item in items)
        except (TypeError, ValueError):
            return ()
        return found if all(math.isfinite(number) for number in found) else ()

    def words(self, keyword: str) -> tuple[str, ...]:
        """Value as upper-case words; () when absent."""
        value = self.get(keyword)
        if value is None:
            return ()
        items = [value] if isinstance(value, str) else list(value)
        return tuple(str(item).strip().upper() for item in items)

    def _item(self, place: str, group: str) -> Dataset | None:
        items = self.dataset.get(place) or []
        at = self.frame if place.startswith("PerFrame") else 0
        if at >= len(items):
            return None
        inner = items[at].get(group) or []
        return inner[0] if len(inner) else None
