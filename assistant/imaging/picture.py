"""A JPG or PNG as a :class:`Slice` of gray or color."""

from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from assistant.errors import AssistantError
from assistant.imaging import gate, notice
from assistant.imaging.slice import Slice

_FORMATS = ("JPEG", "PNG")
DEEP = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N"})
"""Pillow's modes of gray with more than eight bits."""
_PNG_DEPTH = 24
"""Where a PNG says how many bits a sample has: in its first chunk, behind width and height."""

_GRAY = frozenset({"1", "L"})


def read(stream: BinaryIO) -> Slice:
    """The picture upright, transparency on black.

    Raises:
        AssistantError: IMG-105 too large, IMG-114 damaged.
    """
    try:
        with Image.open(stream, formats=_FORMATS) as opened:
            gate.check_dimensions(opened.height, opened.width)
            deep = opened.format == "PNG" and _is_deep(stream)
            opened.load()
            upright = _upright(opened)
    except Image.DecompressionBombError as error:
        raise gate.too_large("像素数过多") from error
    except AssistantError:
        raise
    except Exception as error:  # Pillow raises a wide range on malformed files
        raise AssistantError(
            "IMG-114",
            "JPG/PNG 图片已损坏或不完整，无法读取。",
            next_step="请重新导出或重新拷贝该图片。",
            detail=type(error).__name__,
        ) from error
    if upright.mode in DEEP:
        gray, bits = shallow(np.asarray(upright))
        return Slice(gray=gray, notices=(notice.PICTURE, notice.deep_gray(bits)))
    cut = (notice.DEEP_COLOUR,) if deep else ()
    return Slice(gray=_eight_bit(upright), notices=(notice.PICTURE, *cut))


def shallow(deep: NDArray[np.generic]) -> tuple[NDArray[np.uint8], int]:
    """Deep gray as 8-bit and its bit depth: the smallest usual one that holds every value.

    What a value looks like does not depend on what else is in the picture, within a depth.

    >>> shallow(np.array([[0, 1365, 4095]], np.uint16))
    (array([[  0,  85, 255]], dtype=uint8), 12)
    """
    brightest = int(deep.max())
    bits = next(bits for bits in (8, 10, 12, 14, 16, 32) if brightest < 1 << bits)
    return np.rint(np.clip(deep, 0, None) * (255.0 / ((1 << bits) - 1))).astype(np.uint8), bits


def _is_deep(stream: BinaryIO) -> bool:
    """Whether a PNG has 16 bits a sample, of which Pillow keeps eight unless it is gray."""
    place = stream.tell()
    stream.seek(_PNG_DEPTH)
    depth = stream.read(1)
    stream.seek(place)
    return depth == b"\x10"


def _upright(opened: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(opened)
    except Exception:  # a malformed EXIF block says nothing about the pixels
        return opened.copy()


def _eight_bit(upright: Image.Image) -> NDArray[np.uint8]:
    if upright.mode in _GRAY:
        return np.array(upright.convert("L"), dtype=np.uint8)
    if upright.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        black = Image.new("RGBA", seen.size, (0, 0, 0, 255))
        upright = Image.alpha_composite(black, seen)
    return np.array(upright.convert("RGB"), dtype=np.uint8)
