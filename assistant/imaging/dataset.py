"""From bytes to a DICOM data set, whatever is missing around it, within bounds."""

import re
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO, cast

from pydicom import uid
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag

from assistant.errors import AssistantError
from assistant.imaging import codestream
from assistant.imaging.deidentify import READ_KEYWORDS
from assistant.imaging.gate import MAX_FILE_BYTES
from assistant.imaging.refusal import malformed, truncated, unsupported

_PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_UNDEFINED = 0xFFFFFFFF
_BY_MARKER = {
    0x4F: uid.JPEG2000,
    0xC0: uid.JPEGBaseline8Bit,
    0xC1: uid.JPEGExtended12Bit,
    0xC3: uid.JPEGLosslessSV1,
    0xF7: uid.JPEGLSNearLossless,
}


def parse(stream: BinaryIO, size: int) -> tuple[Dataset, bool]:
    """Read the allowed attributes and the pixel data of one DICOM file.

    Attributes outside the allow-list are skipped over, not read.

    Args:
        stream: at its start, seekable; with or without preamble and file meta.
        size: length of the stream in bytes.

    Returns:
        The data set, with ``file_meta.TransferSyntaxUID`` set, and whether that
        had to be guessed.

    Raises:
        AssistantError: IMG-104 inflates beyond the limit, IMG-106 cut short,
            IMG-107 cannot be parsed, IMG-108 no pixel data, IMG-109 unknown syntax.
    """
    stream.seek(128)
    start = 132 if stream.read(4) == b"DICM" else 0
    stream.seek(start)
    meta = read_dataset(stream, False, True, stop_when=lambda tag, vr, length: tag >> 16 != 2)
    syntax = uid.UID(str(meta.get("TransferSyntaxUID") or ""))
    guessed = not syntax
    if guessed:
        syntax = _guess_encoding(stream)
    elif syntax == uid.DeflatedExplicitVRLittleEndian:
        stream, size = _inflate(stream.read())
    watch = _Watch(stream, size)
    dataset = read_dataset(
        stream,
        syntax == uid.ImplicitVRLittleEndian,
        syntax != uid.ExplicitVRBigEndian,
        stop_when=cast("Callable[[BaseTag, str | None, int], bool]", watch),
        specific_tags=[cast(int, tag_for_keyword(word)) for word in READ_KEYWORDS],
    )
    _check_complete(dataset, watch)
    if guessed:
        syntax = _guess_syntax(dataset)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    return dataset, guessed


class _Watch:
    """Sees every top-level element before its value is read; stops at one that is cut."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self._size = stream, size
        self.elements = 0
        self.pixels_seen = False
        self.cut = False

    def __call__(self, tag: int, vr: str | None, length: int) -> bool:
        self.elements += 1
        self.pixels_seen |= tag in _PIXEL_TAGS
        self.cut = length != _UNDEFINED and self._stream.tell() + length > self._size
        return self.cut


def _check_complete(dataset: Dataset, watch: _Watch) -> None:
    if any(tag in dataset for tag in _PIXEL_TAGS):
        return
    if watch.cut or watch.pixels_seen:
        raise truncated()
    if watch.elements == 0:
        raise malformed("no elements")
    raise AssistantError(
        "IMG-108",
        "这个 DICOM 文件里没有图像（可能是目录、结构化报告、放疗计划或波形）。",
        next_step="请选择包含图像的 DICOM 文件。",
    )


def _guess_encoding(stream: BinaryIO) -> uid.UID:
    """Encoding of a data set without a transfer syntax, from its first element."""
    at = stream.tell()
    head = stream.read(6)
    stream.seek(at)
    if not re.fullmatch(rb"[A-Z]{2}", head[4:6]):
        return uid.ImplicitVRLittleEndian
    # Groups at the start of a file are small: 0x0008 big endian reads as 0x0800 little endian.
    big = int.from_bytes(head[:2], "little") >= 0x0100
    return uid.ExplicitVRBigEndian if big else uid.ExplicitVRLittleEndian


def _guess_syntax(dataset: Dataset) -> uid.UID:
    """Transfer syntax from how the pixel data looks."""
    if "PixelData" in dataset and dataset["PixelData"].is_undefined_length:
        return _guess_compression(dataset.PixelData)
    implicit, little = dataset.original_encoding
    if implicit:
        return uid.ImplicitVRLittleEndian
    return uid.ExplicitVRLittleEndian if little else uid.ExplicitVRBigEndian


def _guess_compression(pixels: bytes) -> uid.UID:
    found = re.search(rb"\xff\xd8\xff|\xff\x4f\xff\x51", pixels[:65536])
    header = codestream.read_header(pixels[found.start() :]) if found else None
    if header is None:
        return uid.RLELossless
    if header.marker not in _BY_MARKER:
        raise unsupported()
    return _BY_MARKER[header.marker]


def _inflate(packed: bytes) -> tuple[BinaryIO, int]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = unpacker.decompress(packed, MAX_FILE_BYTES + 1)
    except zlib.error as error:
        raise malformed(type(error).__name__) from error
    if len(content) > MAX_FILE_BYTES:
        raise AssistantError(
            "IMG-104",
            f"文件解压后过大，上限为 {MAX_FILE_BYTES // 2**20} MB。",
            next_step="请只导出需要的那一层，或换一种导出方式。",
        )
    return BytesIO(content), len(content)
