"""The headers of compressed frames, read before any decoder sees them.

A header may ask for far more memory than the file declares, and some decoders
answer a truncated stream with an invented picture; both are refused here.
"""

from dataclasses import dataclass

from assistant.imaging.refusal import truncated, undecodable

_JPEG_SOI, _J2K_SOC, _JP2 = b"\xff\xd8", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  "
_END = b"\xff\xd9"  # EOI of JPEG and JPEG-LS, EOC of JPEG 2000
_NOT_FRAMES = frozenset({0xC4, 0xC8, 0xCC})  # DHT, JPG, DAC lie among the SOF markers


@dataclass(frozen=True)
class Header:
    """What a codestream declares.

    Attributes:
        rows, columns, samples: picture dimensions.
        marker: the SOF marker's second byte, or 0x4F for JPEG 2000.
    """

    rows: int
    columns: int
    samples: int
    marker: int


def read_header(stream: bytes) -> Header | None:
    """Dimensions of a JPEG, JPEG-LS or JPEG 2000 stream; None when it is none of them."""
    if stream.startswith(_JP2):
        start = stream.find(_J2K_SOC)
        return _j2k(stream[start:]) if start > 0 else None
    if stream.startswith(_J2K_SOC):
        return _j2k(stream)
    return _jpeg(stream) if stream.startswith(_JPEG_SOI) else None


def check_frame(stream: bytes, rows: int, columns: int, samples: int) -> None:
    """Refuse a frame whose header contradicts the file (IMG-110) or that is cut (IMG-106)."""
    header = read_header(stream)
    if header is None or (header.rows, header.columns, header.samples) != (rows, columns, samples):
        raise undecodable("codestream header")
    if _END not in stream[-64:]:
        raise truncated("no end marker")


def _j2k(stream: bytes) -> Header | None:
    """SIZ segment, ISO/IEC 15444-1 A.5.1."""
    if len(stream) < 42:
        return None
    right, bottom, left, top = (
        int.from_bytes(stream[at : at + 4], "big") for at in range(8, 24, 4)
    )
    tile_width = int.from_bytes(stream[24:28], "big")
    tile_height = int.from_bytes(stream[28:32], "big")
    samples = int.from_bytes(stream[40:42], "big")
    # Thousands of tiny tiles keep a decoder busy for minutes with no picture to show.
    if tile_width < 1 or tile_height < 1:
        return None
    if -(-right // tile_width) * -(-bottom // tile_height) > 4096:
        return None
    return Header(bottom - top, right - left, samples, 0x4F)


def _jpeg(stream: bytes) -> Header | None:
    """First frame header (SOF0..SOF15, SOF55), ISO/IEC 10918-1 B.2.2."""
    at = 2
    while at + 10 <= len(stream):
        if stream[at] != 0xFF:
            return None
        marker = stream[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in _NOT_FRAMES):
            rows = int.from_bytes(stream[at + 5 : at + 7], "big")
            columns = int.from_bytes(stream[at + 7 : at + 9], "big")
            return Header(rows, columns, stream[at + 9], marker)
        else:
            at += 2 + max(2, int.from_bytes(stream[at + 2 : at + 4], "big"))
    return None
