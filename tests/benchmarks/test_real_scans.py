"""The volumes of real CT are read the right way up and counted the right way."""

import gzip
import importlib.util
import io
import plistlib
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from assistant.places import CHECKOUT
from assistant.report.finding import Finding


@pytest.fixture(scope="module")
def scans() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "real_scans", CHECKOUT / "benchmarks" / "real_scans.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def test_slices_of_an_nrrd_come_feet_first_with_their_spacing(scans, tmp_path):
    volume = np.arange(3 * 4 * 5, dtype="<i2").reshape(3, 4, 5)
    header = (
        "NRRD0004\ntype: short\ndimension: 3\nsizes: 5 4 3\nendian: little\nencoding: gzip\n"
        "space directions: (-0.6,0,0) (0,0.6,0) (0,0,5)"
    )
    packed = header.encode() + b"\n\n" + gzip.compress(volume.tobytes())
    names = [f"pyradiomics-3.1.0/data/{name}_image.nrrd" for name in ("lung1", "lung2")]
    path = archive(tmp_path / "radiomics.tar.gz", dict.fromkeys(names, packed))
    found = scans.read_radiomics(path)
    assert set(found) == {"lung1", "lung2"}
    assert np.array_equal([one.hu for one in found["lung1"]], volume)
    assert {one.spacing_mm for one in found["lung2"]} == {(0.6, 0.6)}


def test_slices_of_an_invesalius_project_are_turned_upright(scans, tmp_path):
    volume = np.arange(2 * 3 * 3, dtype=np.int16).reshape(2, 3, 3)
    plan = {"matrix": {"shape": [2, 3, 3], "dtype": "int16"}, "spacing": [0.9, 0.9, 1.5]}
    members = {"head/main.plist": plistlib.dumps(plan), "head/matrix.dat": volume.tobytes()}
    found = scans.read_inv3(archive(tmp_path / "head.inv3", members))
    assert np.array_equal(found[0].hu, volume[0, ::-1])
    assert found[0].spacing_mm == (0.9, 0.9)


def test_another_file_than_the_known_one_is_refused(scans, tmp_path):
    other = tmp_path / "other.inv3"
    other.write_bytes(b"other")
    with pytest.raises(SystemExit, match=r"other\.inv3"):
        scans.checked(other, scans.CRANIUM_SHA256)


def test_a_row_counts_regions_statements_and_the_marked_tumour(scans):
    stretch = scans.Stretch("lung", "胸部", range(3), range(1, 3), "左")
    looks = [
        scans.Look("肺", 0, "胸部", ()),
        scans.Look("肺", 1, "胸部", (Finding("肺结节", side="左"),)),
        scans.Look("肺", 2, "盆腔", (Finding("肺结节", side="右"), Finding("气胸", side="右"))),
    ]
    assert scans.row(stretch, "肺", looks) == (
        "| lung | 肺 | 3 | 2（67%） | 2（67%） | 1（33%） | 1/2 |"
    )
