"""Only what the picture needs leaves intake: an allow-list, and UIDs that cannot be traced back.

Everything not named here is dropped, so an attribute that a later edition of the
standard adds, or a private one, is dropped too. PS3.15 Annex E names what identifies.
"""

import hmac
import re
from dataclasses import dataclass, replace

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

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
    "ImageOrientationPatient", "ImagePositionPatient", "InstanceNumber",
    "PixelPaddingValue", "PixelPaddingRangeLimit",
    "RescaleSlope", "RescaleIntercept", "RescaleType",
    "ModalityLUTSequence", "ModalityLUTType", "VOILUTSequence", "LUTDescriptor", "LUTData",
    "WindowCenter", "WindowWidth", "VOILUTFunction",
    "RedPaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableDescriptor", "BluePaletteColorLookupTableData",
    "SegmentedRedPaletteColorLookupTableData", "SegmentedGreenPaletteColorLookupTableData",
    "SegmentedBluePaletteColorLookupTableData",
    "SharedFunctionalGroupsSequence",
    "PixelValueTransformationSequence", "FrameVOILUTSequence", "PlanePositionSequence",
    "PlaneOrientationSequence", "PixelMeasuresSequence", "CTImageFrameTypeSequence",
}  # fmt: skip
_PER_FRAME = "PerFrameFunctionalGroupsSequence"
READ_KEYWORDS = ALLOWED_KEYWORDS | {"Modality", "SeriesInstanceUID", _PER_FRAME}
"""What is read of a file; the last three leave as other values, or for one frame alone."""

_ALLOWED_TAGS = {Tag(keyword): keyword for keyword in ALLOWED_KEYWORDS}
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
    """A copy of ``dataset`` with the allowed attributes alone, sequences included.

    Groups of single frames are left out, see :func:`strip_frame`.
    """
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


def strip_frame(stripped: Stripped, dataset: Dataset, frame: int) -> Stripped:
    """``stripped`` with the groups of one frame, from 0; those of the others stay empty.

    A file may have a thousand frames, and one is shown.
    """
    unreadable: set[str] = set()
    try:
        items = list(dataset.get(_PER_FRAME) or ())
        if frame < len(items):
            groups = [Dataset()] * len(items)
            groups[frame] = _copy(items[frame], unreadable)
            setattr(stripped.dataset, _PER_FRAME, Sequence(groups))
    except Exception:  # pydicom raises a wide range on malformed values
        unreadable.add(_PER_FRAME)
    return replace(stripped, unreadable=stripped.unreadable | unreadable)


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
    # What is there is looked up in the list, and not the list in what is there: the items of
    # an enhanced multi-frame file are thousands.
    for tag in _ALLOWED_TAGS.keys() & dataset.keys():
        try:
            element = dataset[tag]
            if isinstance(element.value, Sequence):
                items = [_copy(item, unreadable) for item in element.value]
                clean.add_new(tag, "SQ", Sequence(items))
            else:
                clean[tag] = element
        except Exception:  # pydicom raises a wide range on malformed values
            unreadable.add(_ALLOWED_TAGS[tag])
    return clean
