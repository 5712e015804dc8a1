"""Small CT files made on the spot, and pydicom's bundled ones; nothing is downloaded."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

BUNDLED = Path(pydicom.__file__).parent / "data"
SECRETS = {
    "PatientName": "Zhang^San",
    "PatientID": "PID-778899",
    "PatientBirthDate": "19611213",
    "PatientAddress": "Lane 42",
    "AccessionNumber": "ACC-5551212",
    "InstitutionName": "Sample Hospital",
    "ReferringPhysicianName": "Li^Si",
    "OperatorsName": "Wang^Wu",
    "StationName": "CT-ROOM-9",
    "StudyDate": "20240229",
    "StudyInstanceUID": "1.2.826.0.1.3680043.8.498.11",
    "SOPInstanceUID": "1.2.826.0.1.3680043.8.498.12",
    "SeriesInstanceUID": "1.2.826.0.1.3680043.8.498.13",
    "FrameOfReferenceUID": "1.2.826.0.1.3680043.8.498.14",
    "PatientComments": "knows the mayor",
}

CTMaker = Callable[..., Dataset]


@pytest.fixture
def bundled() -> Callable[[str], bytes]:
    """Content of a file that pydicom brings along."""
    return lambda name: (BUNDLED / "test_files" / name).read_bytes()


@pytest.fixture
def make_ct() -> CTMaker:
    """Data set of an axial CT slice around stored values; keywords replace attributes.

    ``None`` as a value removes the attribute.
    """

    def make(stored: Any, **attributes: Any) -> Dataset:
        array = np.asarray(stored)
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        ds.file_meta.MediaStorageSOPInstanceUID = SECRETS["SOPInstanceUID"]
        ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        for keyword, value in SECRETS.items():
            setattr(ds, keyword, value)
        ds.Modality = "CT"
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.Rows, ds.Columns = array.shape[-2:]
        ds.SamplesPerPixel = 1
        ds.PhotometricInterpretation = "MONOCHROME2"
        ds.BitsAllocated = ds.BitsStored = array.dtype.itemsize * 8
        ds.HighBit = ds.BitsStored - 1
        ds.PixelRepresentation = int(array.dtype.kind == "i")
        ds.PixelSpacing = [0.5, 0.5]
        ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        ds.ImagePositionPatient = [0, 0, 10]
        ds.RescaleSlope, ds.RescaleIntercept = "1", "-1024"
        ds.add_new("PixelData", "OW", array.tobytes())
        for keyword, value in attributes.items():
            if value is None:
                del ds[keyword]
            else:
                setattr(ds, keyword, value)
        return ds

    return make


@pytest.fixture
def save() -> Callable[[Dataset], bytes]:
    """A data set as the bytes of a file with preamble and file meta."""

    def to_bytes(ds: Dataset) -> bytes:
        buffer = BytesIO()
        syntax = ds.file_meta.TransferSyntaxUID
        pydicom.dcmwrite(
            buffer,
            ds,
            implicit_vr=syntax.is_implicit_VR,
            little_endian=syntax.is_little_endian,
            enforce_file_format=True,
        )
        return buffer.getvalue()

    return to_bytes


@pytest.fixture
def read(save: Callable[[Dataset], bytes]) -> Callable[..., Any]:
    """A data set through ``dicom.read`` in this process."""
    from assistant.imaging import dicom

    def through(ds: Dataset, frame: int | None = None) -> Any:
        content = save(ds)
        return dicom.read(BytesIO(content), len(content), frame=frame, salt=b"salt")

    return through
