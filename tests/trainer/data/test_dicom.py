from pathlib import Path

import numpy as np
import pydicom
import pytest

from assistant.imaging.intake import read_slice
from assistant.imaging.window import Window
from trainer.data.dicom import Place, write_dicom
from trainer.data.phantom.case import make_case


@pytest.mark.parametrize("rle", [False, True])
def test_hu_survive_unchanged(tmp_path: Path, rle: bool):
    phantom = make_case(2, "腹部", size=96)
    path = tmp_path / "slice.dcm"
    write_dicom(phantom, path, Place("T2"), window=Window(50, 400), rle=rle)
    read = read_slice(path)
    kept = phantom.hu >= -1024
    assert read.hu is not None
    assert np.array_equal(read.hu[kept], phantom.hu[kept])
    assert read.spacing_mm == pytest.approx((phantom.spacing_mm,) * 2, rel=1e-4)
    assert read.file_windows == (Window(50, 400),)
    assert read.modality == "CT"


def test_outside_the_circle_is_padding(tmp_path: Path):
    phantom = next(p for p in (make_case(s, size=64) for s in range(200)) if p.hu.min() == -2000)
    write_dicom(phantom, tmp_path / "a.dcm", Place("T3"))
    read = read_slice(tmp_path / "a.dcm")
    assert read.padding is not None
    assert np.array_equal(read.padding, phantom.hu == -2000)


def test_it_is_a_valid_ct_image_of_nobody(tmp_path: Path):
    phantom = make_case(4, "头颅", size=64)
    write_dicom(phantom, tmp_path / "a.dcm", Place("T4", 3, 15.0))
    data = pydicom.dcmread(tmp_path / "a.dcm")
    assert data.SOPClassUID == "1.2.840.10008.5.1.4.1.1.2"
    assert str(data.PatientName) == "PHANTOM^T4"
    assert data.InstanceNumber == 3
    assert float(data.ImagePositionPatient[2]) == 15.0
    assert "WindowCenter" not in data


def test_its_thickness_is_the_one_it_was_taken_with(tmp_path: Path):
    written = set()
    for seed in range(6):
        phantom = make_case(seed, "盆腔", (), size=64)
        write_dicom(phantom, tmp_path / "a.dcm", Place("T6"))
        written.add(float(pydicom.dcmread(tmp_path / "a.dcm").SliceThickness))
        assert phantom.thickness_mm in written
    assert len(written) > 1


def test_slices_of_a_study_share_a_series_but_not_an_instance(tmp_path: Path):
    phantom = make_case(4, "头颅", size=64)
    for number in (1, 2):
        write_dicom(phantom, tmp_path / f"{number}.dcm", Place("T5", number, 5.0 * number))
    first, second = (pydicom.dcmread(tmp_path / f"{n}.dcm") for n in (1, 2))
    assert first.SeriesInstanceUID == second.SeriesInstanceUID
    assert first.SOPInstanceUID != second.SOPInstanceUID
