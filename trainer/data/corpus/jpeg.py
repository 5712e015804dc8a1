"""JPEG files: kept as they are, without their metadata."""

from io import BytesIO

from PIL import Image

_START = b"\xff\xd8"
_END = b"\xff\xd9"
_SCAN = 0xDA
_COMMENT = 0xFE
_ADOBE = 0xEE
_JFIF = 0xE0


def is_jpeg(data: bytes) -> bool:
    """It begins as a JPEG file does."""
    return data[:3] == b"\xff\xd8\xff"


def without_metadata(data: bytes) -> bytes | None:
    """The same compressed picture without EXIF, XMP, comments, thumbnails and trailing bytes.

    Only JFIF and Adobe headers stay: they say how colours are stored. None where the file is not
    built as it should be; such a file is to be decoded and encoded anew.
    """
    if not data.startswith(_START):
        return None
    kept = [_START]
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        size = int.from_bytes(data[place + 2 : place + 4], "big")
        if marker == _SCAN:
            end = data.rfind(_END)
            return b"".join((*kept, data[place : end + 2])) if end > place else None
        segment = data[place : place + 2 + size]
        if size < 2 or len(segment) < 2 + size:
            return None
        application = 0xE0 <= marker <= 0xEF
        colours = marker == _ADOBE or (marker == _JFIF and segment[4:9] == b"JFIF\0")
        if marker != _COMMENT and (not application or colours):
            kept.append(segment)
        place += 2 + size
    return None


def encode(picture: Image.Image, quality: int) -> bytes:
    """A JPEG of a picture of mode L or RGB."""
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
