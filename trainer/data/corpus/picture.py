"""A picture of a source: decoded once, for judging and for writing."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO

import numpy as np
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from assistant.errors import AssistantError
from assistant.imaging.intake import read_slice
from assistant.imaging.picture import DEEP, shallow
from assistant.imaging.render import render
from trainer.data.corpus.jpeg import encode, is_jpeg, without_metadata

MOST_PIXELS = 50_000_000
_ORIENTATION = 0x0112
_NEUTRAL = 24
"""Distance of Cb and Cr from 128 up to which a pixel counts as grey: JPEG noise stays within."""
_COLOURED = [255] * (128 - _NEUTRAL) + [0] * (2 * _NEUTRAL) + [255] * (128 - _NEUTRAL)
_THUMBNAIL = 176
_STEP = 4
"""Grey levels that make a difference in a look; less is noise in the dark around a body."""
_FAILURES = (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError)


class UnreadableError(Exception):
    """A picture that cannot be decoded; the text says why, without naming its file."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    Attributes:
        grey: mode L, its luminance.
        chroma: mode L, 255 where coloured; None where no pixel is.
        colour: mode RGB or YCbCr; None where no pixel is coloured.
        original: its own JPEG file without metadata, if it can be used as it is.
        modality: of a DICOM file, else "".
        identity: sha256 over a DICOM file's HU, the same in every window, else b"".
    """

    grey: Image.Image
    chroma: Image.Image | None = None
    colour: Image.Image | None = None
    original: bytes | None = None
    modality: str = ""
    identity: bytes = b""

    @property
    def coloured(self) -> float:
        """Share of coloured pixels, 0 to 1."""
        if self.chroma is None:
            return 0.0
        return self.chroma.histogram()[255] / (self.grey.width * self.grey.height)

    @cached_property
    def small(self) -> Image.Image:
        """Reduced to some 64 pixels a side, mode L, for what needs no detail."""
        return self.grey.reduce(max(1, min(self.grey.size) // 64))

    def key(self) -> bytes:
        """16 bytes that stand for its content: sha256 of shape and grey pixels."""
        digest = hashlib.sha256(b"%dx%d" % self.grey.size)
        digest.update(self.grey.tobytes())
        return digest.digest()[:16]

    def look(self) -> int:
        """64-bit difference hash: most pictures that look alike to the eye have the same."""
        values = np.asarray(self.small.resize((9, 8), Image.Resampling.BOX), np.int16)
        bits = np.packbits(values[:, 1:] > values[:, :-1] + _STEP)
        return int.from_bytes(bits.tobytes(), "big")

    def jpeg(self, quality: int) -> bytes:
        """The file to write: its own where that is possible, so nothing is lost twice."""
        if self.original is not None:
            return self.original
        return encode(self.grey if self.colour is None else self.colour.convert("RGB"), quality)

    def thumbnail(self) -> bytes:
        """A small JPEG."""
        small = (self.colour or self.grey).copy()
        small.thumbnail((_THUMBNAIL, _THUMBNAIL), reducing_gap=2.0)
        return encode(small if small.mode == "L" else small.convert("RGB"), 72)


def read_picture(data: bytes, window: str = "auto") -> Picture:
    """Decode a JPG, PNG, TIFF, BMP, WebP or DICOM file, told apart by content.

    Raises:
        UnreadableError: broken, too large or of no known kind.
    """
    # Looked for first: a DICOM file's preamble may be that of a TIFF file.
    if data[128:132] == b"DICM":
        return _read_dicom(data, window)
    try:
        opened = Image.open(BytesIO(data))
        if opened.width * opened.height > MOST_PIXELS:
            raise UnreadableError(f"像素过多（{opened.width}×{opened.height}）")
        return _decode(opened, data)
    except UnidentifiedImageError:
        return _read_dicom(data, window)
    except _FAILURES as error:
        raise UnreadableError(f"{type(error).__name__}: {str(error)[:80]}") from error


def _decode(opened: Image.Image, data: bytes) -> Picture:
    turned = "exif" in opened.info and opened.getexif().get(_ORIENTATION, 1) != 1
    original = None
    if is_jpeg(data) and not turned and opened.mode in ("L", "RGB"):
        original = without_metadata(data)
        if opened.mode == "RGB":
            # Spares the way to RGB and back: the file stores these planes.
            opened.draft("YCbCr", opened.size)
    opened.load()
    if turned:
        opened = ImageOps.exif_transpose(opened)
    if opened.mode == "F":
        raise UnreadableError("浮点灰度没有位深，页面也不显示这种图片")
    if opened.mode in DEEP:
        opened = Image.fromarray(shallow(np.asarray(opened))[0])
    if opened.mode == "L":
        return Picture(opened, original=original)
    if "A" in opened.getbands() or "transparency" in opened.info:
        opened = opened.convert("RGBA")
        opened = Image.alpha_composite(Image.new("RGBA", opened.size, (0, 0, 0, 255)), opened)
    planes = opened if opened.mode == "YCbCr" else opened.convert("RGB").convert("YCbCr")
    grey, blue, red = planes.split()
    chroma = _chroma(blue, red)
    if chroma is None:
        return Picture(grey, original=original)
    return Picture(grey, chroma, planes, original)


def _chroma(blue: Image.Image, red: Image.Image) -> Image.Image | None:
    for plane in (blue, red):
        low, high = plane.getextrema()
        if low < 128 - _NEUTRAL or high >= 128 + _NEUTRAL:  # type: ignore[operator]
            break
    else:
        return None
    return ImageChops.lighter(blue.point(_COLOURED), red.point(_COLOURED))


def _read_dicom(data: bytes, window: str) -> Picture:
    try:
        slice_ = read_slice(data)
        shown = render(slice_, window)
    except AssistantError as error:
        raise UnreadableError(f"{error.code} {error.message}") from error
    picture = Image.fromarray(shown.pixels)
    decoded = _decode(picture.convert("L") if slice_.hu is not None else picture, b"")
    identity = b""
    if slice_.hu is not None:
        total = hashlib.sha256(b"%dx%d" % slice_.hu.shape)
        total.update(slice_.hu.tobytes())
        identity = total.digest()
    return replace(decoded, original=None, modality=slice_.modality, identity=identity)
