"""A phantom as a DICOM file of the CT Image Storage class, as a scanner would write it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from assistant.imaging.window import Window
from trainer.data.phantom.truth import Phantom

INTERCEPT = -1024
PARTS = {"头颅": "HEAD", "胸部": "CHEST", "腹部": "ABDOMEN", "盆腔": "PELVIS"}


@dataclass(frozen=True)
class Place:
    """Where a slice belongs in its study.

    Attributes:
        study: text that decides all UIDs; the same text gives the same UIDs.
        number: of the slice in its series, from 1.
        position_mm: along the body, of the first pixel.
    """

    study: str
    number: int = 1
    position_mm: float = 0.0


def write_dicom(
    phantom: Phantom, path: Path, place: Place, *, window: Window | None = None, rle: bool = False
) -> None:
    """Write the phantom's HU unchanged.

    Args:
        phantom: HU of -1024 or more; what lies below is stored as padding.
        path: the file to write.
        place: study and position.
        window: the file's own window; None leaves it out.
        rle: compress without loss.
    """
    hu = phantom.hu.astype(np.int32)
    stored = np.where(hu < INTERCEPT, -2000, hu - INTERCEPT).astype(np.int16)
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.MediaStorageSOPClassUID = CTImageStorage
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID = CTImageStorage
    data.SOPInstanceUID = _uid(place.study, "image", str(place.number))
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.SpecificCharacterSet = "ISO_IR 192"
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.StudyInstanceUID = _uid(place.study, "study")
    data.SeriesInstanceUID = _uid(place.study, "series")
    data.FrameOfReferenceUID = _uid(place.study, "frame")
    data.PatientName = f"PHANTOM^{place.study}"
    data.PatientID = f"PHANTOM-{place.study}"
    data.PatientBirthDate, data.PatientSex = "", "O"
    data.StudyDate, data.StudyTime, data.AccessionNumber = "", "", ""
    data.ReferringPhysicianName, data.StudyID, data.PositionReferenceIndicator = "", "1", ""
    data.Modality, data.Manufacturer = "CT", "PHANTOM"
    data.BodyPartExamined = PARTS[phantom.truth.region]
    data.PatientPosition = "HFS"
    data.SeriesNumber, data.InstanceNumber = 1, place.number
    data.KVP, data.SliceThickness = 120, _decimal(phantom.thickness_mm)
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    first = -phantom.spacing_mm * (phantom.hu.shape[0] - 1) / 2
    data.ImagePositionPatient = [_decimal(first), _decimal(first), _decimal(place.position_mm)]
    data.SliceLocation = _decimal(place.position_mm)
    data.PixelSpacing = [_decimal(phantom.spacing_mm)] * 2
    data.BurnedInAnnotation = "NO"
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns = phantom.hu.shape
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = INTERCEPT, 1, "HU"
    if (hu < INTERCEPT).any():
        data.add_new("PixelPaddingValue", "SS", -2000)
    if window is not None:
        data.WindowCenter, data.WindowWidth = _decimal(window.center), _decimal(window.width)
    data.PixelData = stored.astype("<i2").tobytes()
    data["PixelData"].VR = "OW"
    if rle:
        from pydicom.uid import RLELossless

        data.compress(RLELossless, generate_instance_uid=False)
    data.save_as(path, enforce_file_format=True)


def _uid(*parts: str) -> str:
    return str(generate_uid(entropy_srcs=["ct-assistant phantom", *parts]))


def _decimal(value: float) -> str:
    """A decimal string of at most 16 characters."""
    return f"{value:.6g}"
