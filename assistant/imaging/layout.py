"""How a DICOM file lays out its pixels (PS3.3 C.7.6.3), checked before any of them is read."""

from dataclasses import dataclass

from pydicom.dataset import Dataset

from assistant.errors import AssistantError
from assistant.imaging import gate

_BITS = (1, 8, 16, 32, 64)
_SAMPLES = {
    "MONOCHROME1": 1,
    "MONOCHROME2": 1,
    "PALETTE COLOR": 1,
    "RGB": 3,
    "YBR_FULL": 3,
    "YBR_FULL_422": 3,
    "YBR_ICT": 3,
    "YBR_RCT": 3,
}


@dataclass(frozen=True)
class Layout:
    """The image pixel module.

    Attributes:
        rows, columns, frames: within the limits of the gate.
        samples: per pixel, 1 or 3, in agreement with ``photometric``.
        photometric: one of the photometric interpretations of the standard.
        bits_allocated: container of one sample, 1, 8, 16, 32 or 64.
        bits_stored: significant bits.
        low_bits: unused bits below the value, in old files whose High Bit says so.
        signed: two's complement; None where the file does not say, and then no value may have
            the bit set that would tell.
        planar: color planes follow one another instead of color pixels.
    """

    rows: int
    columns: int
    frames: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    low_bits: int
    signed: bool | None
    planar: bool

    @property
    def frame_bits(self) -> int:
        """Length of one uncompressed frame in bits."""
        bits = self.rows * self.columns * self.samples * self.bits_allocated
        return bits * 2 // 3 if self.photometric == "YBR_FULL_422" else bits


def read_layout(dataset: Dataset) -> Layout:
    """The layout of a stripped data set.

    Raises:
        AssistantError: IMG-105 too large, IMG-111 missing or impossible attributes.
    """
    rows, columns = _number(dataset, "Rows"), _number(dataset, "Columns")
    frames = _number(dataset, "NumberOfFrames", 1) or 1
    gate.check_dimensions(rows, columns, frames)
    photometric = str(dataset.get("PhotometricInterpretation") or "").strip().upper()
    samples = _number(dataset, "SamplesPerPixel", 1)
    if _SAMPLES.get(photometric) != samples:
        raise impossible("PhotometricInterpretation")
    allocated = _number(dataset, "BitsAllocated")
    stored = _number(dataset, "BitsStored", allocated)
    if allocated not in _BITS or not 1 <= stored <= allocated:
        raise impossible("BitsAllocated")
    high = _number(dataset, "HighBit", stored - 1)
    return Layout(
        rows=rows,
        columns=columns,
        frames=frames,
        samples=samples,
        photometric=photometric,
        bits_allocated=allocated,
        bits_stored=stored,
        low_bits=high + 1 - stored if stored <= high < allocated else 0,
        signed=_signed(dataset),
        planar=_number(dataset, "PlanarConfiguration", 0) == 1,
    )


def _signed(dataset: Dataset) -> bool | None:
    if dataset.get("PixelRepresentation") in (None, ""):
        return None
    return _number(dataset, "PixelRepresentation") == 1


def _number(dataset: Dataset, keyword: str, default: int | None = None) -> int:
    value = dataset.get(keyword)
    if value in (None, "") and default is not None:
        return default
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise impossible(keyword) from error


def impossible(keyword: str) -> AssistantError:
    """IMG-111: an attribute that is missing or cannot be."""
    return AssistantError(
        "IMG-111",
        f"DICOM 图像属性 {keyword} 缺失或无效。",
        next_step="请重新从 PACS 导出该图像。",
    )
