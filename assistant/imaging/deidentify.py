"""Only what the picture needs leaves intake: an allow-list, and UIDs that cannot be traced back.

Everything not named here is dropped, so an attribute that a later edition of the
standard adds, or a private one, is dropped too. PS3.15 Annex E names what identifies.
"""

import hmac
import re
from dataclasses import dataclass

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

PIXEL_KEYWORDS = frozenset({
    "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames",
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "PixelData", "FloatPixelData", "DoubleFloatPixelData", "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
})  # fmt: skip
ALLOWED_KEYWORDS = PIXEL_KEYWORDS | {
    "ImageType", "BurnedInAnnotation", "LossyImageCompression", "FrameType",
    "RepresentativeFrameNumber",
    "PixelAspectRatio", "PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing",
    "ImageOrientationPatient", "ImagePositionPatient",
    "PixelPaddingValue", "PixelPaddingRangeLimit",
    "RescaleSlope", "RescaleIntercept", "RescaleType",
    "ModalityLUTSequence", "ModalityLUTType", "VOILUTSequence", "LUTDescriptor", "LUTData",
    "WindowCenter", "WindowWidth", "VOILUTFunction",
    "RedPaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableDescriptor", "BluePaletteColorLookupTableData",
    "SegmentedRedPaletteColorLookupTableData", "SegmentedGreenPaletteColorLookupTableData",
    "SegmentedBluePaletteColorLookupTableData",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
    "PixelValueTransformationSequence", "FrameVOILUTSequence", "PlanePositionSequence",
    "PlaneOrientationSequence", "PixelMeasuresSequence", "CTImageFrameTypeSequence",
}  # fmt: skip
READ_KEYWORDS = ALLOWED_KEYWORDS | {"Modality", "SeriesInstanceUID"}  # these leave as other values
_CODE = re.compile(r"[A-Z][A-Z0-9_ ]{0,15}")


@dataclass(frozen=True)
class Stripped:
    """What is left of a file.

    Attributes:
        dataset: allowed attributes only, with the transfer syntax as its file meta.
        series_uid: remapped, "" when the file has none.
        modality: a DICOM code such as "CT", or "".
        unreadable: keywords of allowed attributes whose values could not be read.
    """

    dataset: Dataset
    series_uid: str
    modality: str
    unreadable: frozenset[str]


def remap_uid(uid: str, salt: bytes) -> str:
    """A name for a UID that is always the same under one salt and cannot be reversed.

    Returns:
        32 hex digits, or "" for an empty UID.
    """
    return hmac.digest(salt, uid.encode(), "sha256").hex()[:32] if uid else ""


def strip(dataset: Dataset, salt: bytes) -> Stripped:
    """A copy of ``dataset`` with the allowed attributes alone, sequences included."""
    unreadable: set[str] = set()
    clean = _copy(dataset, unreadable)
    clean.file_meta = FileMetaDataset()
    clean.file_meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    implicit, little = dataset.original_encoding
    clean.set_original_encoding(bool(implicit), bool(little))
    return Stripped(
        dataset=clean,
        series_uid=remap_uid(_text(dataset, "SeriesInstanceUID"), salt),
        modality=safe_code(_text(dataset, "Modality")),
        unreadable=frozenset(unreadable),
    )


def safe_code(value: object) -> str:
    """A DICOM code string such as a modality, or "" when it is anything else."""
    text = str(value or "").strip().upper()
    return text if _CODE.fullmatch(text) else ""


def _text(dataset: Dataset, keyword: str) -> str:
    try:
        return str(dataset.get(keyword) or "")
    except Exception:  # pydicom raises a wide range on malformed values
        return ""


def _copy(dataset: Dataset, unreadable: set[str]) -> Dataset:
    clean = Dataset()
    for keyword in ALLOWED_KEYWORDS:
        try:
            if keyword not in dataset:
                continue
            element = dataset[keyword]
            if isinstance(element.value, Sequence):
                items = [_copy(item, unreadable) for item in element.value]
                setattr(clean, keyword, Sequence(items))
            else:
                clean[keyword] = element
        except Exception:  # pydicom raises a wide range on malformed values
            unreadable.add(keyword)
    return clean
