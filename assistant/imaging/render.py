"""From a slice and a window to the pixels that the page shows and the model sees."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assistant.errors import AssistantError
from assistant.imaging import content, orientation
from assistant.imaging.slice import RenderedImage, Slice, SliceRef
from assistant.imaging.voi import Function, Lut, apply_lut, apply_window
from assistant.imaging.window import (
    AUTO,
    FILE_WINDOW,
    Window,
    check_window,
    find_preset,
    parse_window,
)

MAX_SIDE = 1024
MAX_ASPECT = 10.0
MIN_SHADED = 0.005  # share of pixels that a file's window must show as neither black nor white
ORIGINAL = "原图"


@dataclass(frozen=True, eq=False)
class _Look:
    """A window that has been decided on, and what to call it."""

    name: str
    window: Window | None = None
    function: Function = "LINEAR"
    lut: Lut | None = None


def render(
    slice_: Slice, window: str | Window = AUTO, *, index: int = 0, guide: Slice | None = None
) -> RenderedImage:
    """The picture under a window: same input, same pixels.

    HU go through the window, padding is black, the patient's right is on the
    picture's left, pixels are made square, and a side longer than ``MAX_SIDE`` is
    reduced. A slice without HU is shown as it is, whatever the window.

    Args:
        slice_: from ``intake.read_slice``, or made by hand.
        window: "auto", "DICOM 默认", a preset's name, "C/W", or a Window.
        index: place of the slice in its series as shown, for the reference.
        guide: slice by whose content a window is chosen where the file gives none, the same
            for a whole series (see ``Series.middle``); the slice itself by default.

    Raises:
        AssistantError: USE-111 unknown window, USE-112 impossible width.
    """
    if slice_.hu is not None:
        look = _choose(slice_, slice_.hu, window, guide or slice_)
        pixels = _shade(slice_, slice_.hu, look)
    elif slice_.gray is not None:
        look, pixels = _Look(ORIGINAL), slice_.gray
    else:
        raise ValueError("a slice has either hu or gray")
    shown = orientation.plan(slice_.orientation)
    aspect = 1 / slice_.pixel_aspect if shown.transpose else slice_.pixel_aspect
    pixels = _resize(shown.apply(pixels), aspect)
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., np.newaxis], 3, axis=2)
    pixels = np.array(pixels, order="C")  # a copy: the slice's own array stays writeable
    pixels.flags.writeable = False
    return RenderedImage(
        pixels=pixels,
        window=look.window,
        window_name=look.name,
        slice_ref=SliceRef(slice_.series_uid, index, slice_.frame),
        sha256=digest(pixels),
    )


def _choose(slice_: Slice, hu: NDArray[Any], window: str | Window, guide: Slice) -> _Look:
    wanted = parse_window(window) if isinstance(window, str) else check_window(window)
    if isinstance(wanted, Window):
        return _Look(wanted.label, wanted)
    if wanted not in (AUTO, FILE_WINDOW):
        return _preset(wanted)
    start = "自动：" if wanted == AUTO else ""
    own = _own(slice_, hu)
    if own is not None:
        return _Look(start + own.name, own.window, own.function, own.lut)
    found = _preset(content.suggest(hu if guide.hu is None else guide.hu))
    if wanted == FILE_WINDOW:
        start = "文件未给窗，自动："
    return _Look(start + found.name, found.window)


def _own(slice_: Slice, hu: NDArray[Any]) -> _Look | None:
    """The first of the file's windows that shows anything, else its lookup table."""
    for window in slice_.file_windows:
        low, high = window.center - window.width / 2, window.center + window.width / 2
        if np.count_nonzero((hu > low) & (hu < high)) >= MIN_SHADED * hu.size:
            curve = "" if slice_.file_function == "LINEAR" else f" {slice_.file_function}"
            return _Look(f"{FILE_WINDOW} {window.label}{curve}", window, slice_.file_function)
    if slice_.file_lut is not None:
        return _Look(f"{FILE_WINDOW} VOI LUT", lut=slice_.file_lut)
    return None


def _preset(name: str) -> _Look:
    preset = find_preset(name)
    if preset is None:  # only when a person removed one that the content asks for
        raise AssistantError(
            "CFG-123",
            f"configs/windows.yaml 中缺少自动选窗需要的“{name}”。",
            next_step="请补上该窗，或不使用 auto。",
        )
    return _Look(f"{preset.name} {preset.window.label}", preset.window)


def _shade(slice_: Slice, hu: NDArray[Any], look: _Look) -> NDArray[np.uint8]:
    if look.lut is not None:
        gray = apply_lut(hu, look.lut)
    elif look.window is not None:
        gray = apply_window(hu, look.window, look.function)
    else:
        raise ValueError("a look has a window or a table")
    if slice_.inverted:
        gray = 255 - gray
    if slice_.padding is not None:
        gray[slice_.padding] = 0
    return gray


def _resize(pixels: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    """Square pixels by enlarging the coarser side, then no side above ``MAX_SIDE``."""
    height, width = pixels.shape[:2]
    target_height, target_width = float(height), float(width)
    if 1 / MAX_ASPECT <= aspect <= MAX_ASPECT:
        target_height *= max(aspect, 1.0)
        target_width *= max(1 / aspect, 1.0)
    scale = min(1.0, MAX_SIDE / max(target_height, target_width))
    size = max(1, round(target_width * scale)), max(1, round(target_height * scale))
    if size == (width, height):
        return pixels
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    method = Image.Resampling.BILINEAR
    return np.array(picture.resize(size, method), dtype=np.uint8)


def digest(pixels: NDArray[np.uint8]) -> str:
    """Sha256 of shape and pixels, hex; what ``RenderedImage.sha256`` holds."""
    shape = "x".join(str(side) for side in pixels.shape)
    whole = hashlib.sha256(f"{shape}:".encode())
    whole.update(pixels.data)
    return whole.hexdigest()
