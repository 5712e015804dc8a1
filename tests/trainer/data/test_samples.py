import json
from pathlib import Path

import numpy as np
import pytest

from assistant.imaging.intake import read_slice
from assistant.imaging.series import sort_series
from trainer.data.samples import CASES, SERIES_TITLE, write_samples

ASSETS = Path(__file__).resolve().parents[3] / "assets" / "samples"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


@pytest.mark.parametrize("place", ["assets", "written"])
def test_six_cases_are_listed_and_readable(place: str, written: Path):
    folder = ASSETS if place == "assets" else written
    listed = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
    assert len(listed) == 6
    assert {case.title for case in CASES} < {entry["title"] for entry in listed}
    for entry in listed:
        slices = [read_slice(folder / name) for name in entry["files"]]
        assert all(s.hu is not None and s.file_windows for s in slices)
        assert len(sort_series(slices)) == 1


def test_the_series_lies_from_the_apices_down(written: Path):
    listed = json.loads((written / "samples.json").read_text(encoding="utf-8"))
    names = next(entry["files"] for entry in listed if entry["title"] == SERIES_TITLE)
    (series,) = sort_series([read_slice(written / name) for name in names])
    assert len(series.slices) == 5
    assert series.members == (4, 3, 2, 1, 0)
    assert series.gaps == ()
    sizes = {s.hu.shape for s in series.slices if s.hu is not None}
    assert sizes == {(336, 336)}


def test_the_committed_files_are_small_and_nobody_s():
    import pydicom

    assert sum(path.stat().st_size for path in ASSETS.iterdir()) < 1_500_000
    for path in ASSETS.glob("*.dcm"):
        assert str(pydicom.dcmread(path).PatientName).startswith("PHANTOM^")


def test_a_sample_shows_what_its_title_says(written: Path):
    hu = read_slice(written / "head-haemorrhage.dcm").hu
    assert hu is not None
    normal = read_slice(written / "head-normal.dcm").hu
    assert normal is not None

    def dense(picture: np.ndarray) -> int:
        return int(((picture > 52) & (picture < 90)).sum())

    assert dense(hu) > dense(normal)
