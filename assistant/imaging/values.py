"""From stored values to HU or gray: padding, Modality LUT, VOI of the file."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut

from assistant.imaging.functional import FrameView
from assistant.imaging.layout import Layout
from assistant.imaging.refusal import malformed
from assistant.imaging.voi import Function, Lut, apply_lut, apply_window
from assistant.imaging.window import Window

Values = NDArray[np.int16] | NDArray[np.float32]
Unit = Literal["HU", "unspecified", "missing", "other"]

PADDING_HU = -1024


def padding_mask(
    dataset: Dataset, layout: Layout, stored: NDArray[Any]
) -> NDArray[np.bool_] | None:
    """True where the file says there is no data (PS3.3 C.7.5.1.1.2), or None."""
    first = _stored_number(dataset.get("PixelPaddingValue"), layout)
    if first is None:
        return None
    last = _stored_number(dataset.get("PixelPaddingRangeLimit"), layout)
    low, high = sorted((first, first if last is None else last))
    mask = (stored >= low) & (stored <= high)
    return mask if mask.any() else None


def unit_of(view: FrameView) -> Unit:
    """What the values of a CT mean after the modality transform."""
    table = view.get("ModalityLUTSequence")
    if table:
        kind = str(table[0].get("ModalityLUTType") or "").strip().upper()
    elif view.numbers("RescaleIntercept") and any(view.numbers("RescaleSlope")):
        kind = "".join(view.words("RescaleType")[:1])
    else:
        return "missing"
    if not kind and int(view.get("BitsStored") or 16) <= 8 and _starts_at(view) >= 0:
        return "unspecified"  # 8 bits from 0 hold no air
    if kind in ("", "HU", "HU_MOD"):
        return "HU"
    return "unspecified" if kind == "US" else "other"


def _starts_at(view: FrameView) -> float:
    return (view.numbers("RescaleIntercept") or (0.0,))[0]


def modality_values(view: FrameView, stored: NDArray[Any]) -> Values:
    """Stored values through the Modality LUT or rescale; int16 where nothing is lost."""
    if view.get("ModalityLUTSequence"):
        try:
            return np.asarray(apply_modality_lut(stored, view.dataset), dtype=np.float32)
        except Exception as error:
            raise malformed(f"modality LUT {type(error).__name__}") from error
    slope = (view.numbers("RescaleSlope") or (1.0,))[0] or 1.0
    intercept = (view.numbers("RescaleIntercept") or (0.0,))[0]
    exact = stored.astype(np.float64) * slope + intercept
    whole = slope.is_integer() and intercept.is_integer() and stored.dtype.kind in "iu"
    if whole and exact.min() >= -32768 and exact.max() <= 32767:
        return exact.astype(np.int16)
    return np.nan_to_num(exact.astype(np.float32), posinf=0.0, neginf=0.0)


def file_windows(view: FrameView) -> tuple[tuple[Window, ...], Function]:
    """The file's windows that have a meaning, in its order, and their function."""
    word = "".join(view.words("VOILUTFunction")[:1])
    function: Function = "LINEAR"
    if word == "LINEAR_EXACT":
        function = "LINEAR_EXACT"
    elif word == "SIGMOID":
        function = "SIGMOID"
    narrowest = 1.0 if function == "LINEAR" else 1e-6
    pairs = zip(view.numbers("WindowCenter"), view.numbers("WindowWidth"), strict=False)
    windows = tuple(
        Window(center, width)
        for center, width in pairs
        if narrowest <= width <= 1e6 and abs(center) <= 1e6
    )
    return windows, function


def file_lut(view: FrameView, values: NDArray[Any]) -> Lut | None:
    """The file's first VOI lookup table (PS3.3 C.11.2.1.1), or None."""
    items = view.get("VOILUTSequence")
    if not items:
        return None
    descriptor = list(items[0].get("LUTDescriptor") or [])
    data = items[0].get("LUTData")
    if len(descriptor) != 3 or data is None:
        return None
    entries, first, bits = (int(number) for number in descriptor)
    entries = entries or 65536
    if first >= 32768 and values.min() < 0:
        first -= 65536
    if isinstance(data, bytes):
        wide = len(data) >= 2 * entries
        little = view.dataset.original_encoding[1]
        data = np.frombuffer(data, ("<u2" if little else ">u2") if wide else "u1")
    table = np.atleast_1d(np.asarray(data, dtype=np.float64))[:entries]
    if not 1 <= bits <= 16 or len(table) != entries:
        return None
    gray = np.clip(np.rint(table / (2**bits - 1) * 255), 0, 255).astype(np.uint8)
    return Lut(first, gray)


def to_gray(
    values: NDArray[Any], view: FrameView, mask: NDArray[np.bool_] | None, inverted: bool
) -> NDArray[np.uint8]:
    """8-bit gray of a picture that is not HU: its own window, else its own range."""
    windows, function = file_windows(view)
    lut = file_lut(view, values)
    if windows:
        gray = apply_window(values, windows[0], function)
    elif lut:
        gray = apply_lut(values, lut)
    else:
        gray = _stretch(values, values if mask is None else values[~mask])
    if inverted:
        gray = 255 - gray
    if mask is not None:
        gray[mask] = 0
    return gray


def _stretch(values: NDArray[Any], seen: NDArray[Any]) -> NDArray[np.uint8]:
    """Gray from the 0.5th to the 99.5th percentile, the full range when these meet."""
    if values.dtype == np.uint8 or not seen.size:
        return values.astype(np.uint8)
    low, high = (float(end) for end in np.percentile(seen, (0.5, 99.5)))
    if high <= low:
        low, high = float(seen.min()), float(seen.max())
    scale = 255.0 / (high - low) if high > low else 0.0
    gray = np.rint((values.astype(np.float64) - low) * scale)
    return np.asarray(np.clip(gray, 0, 255).astype(np.uint8))


def _stored_number(value: object, layout: Layout) -> int | None:
    """A US or SS attribute as a stored value; writers often mix up the two."""
    if not isinstance(value, int):
        return None
    bits = layout.bits_allocated
    if layout.signed and value >= 1 << (bits - 1):
        return value - (1 << bits)
    if not layout.signed and value < 0:
        return value + (1 << bits)
    return value
