"""Pages of mapped files leave memory, and come back as they were when touched."""

import mmap
import sys
from pathlib import Path

import pytest

from assistant.engine.mapped import give_back, giver

BYTES = 4 << 20

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="madvise of Linux")


def resident_kb(path: str) -> int:
    """Of one mapping, as the kernel counts it."""
    inside, found = False, 0
    with Path("/proc/self/smaps").open(encoding="utf-8") as lines:
        for line in lines:
            if "-" in line.split()[0] and not line.split()[0].endswith(":"):
                inside = path in line
            elif inside and line.startswith("Rss:"):
                found += int(line.split()[1])
    return found


@pytest.fixture
def mapped(tmp_path):
    path = tmp_path / "权重 1.bin"
    path.write_bytes(bytes(range(256)) * (BYTES // 256))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        assert view[:] == path.read_bytes()
        yield path, view


def test_a_mapped_file_leaves_memory_and_reads_as_before(mapped):
    path, view = mapped
    assert resident_kb(path.name) == BYTES // 1024
    assert give_back(path.parent) == BYTES
    assert resident_kb(path.name) == 0
    assert view[:] == path.read_bytes()


def test_other_folders_stay(mapped, tmp_path):
    path, _ = mapped
    other = tmp_path / "other"
    other.mkdir()
    assert give_back(other) == 0
    assert resident_kb(path.name) == BYTES // 1024


def test_what_could_have_been_written_stays(tmp_path):
    path = tmp_path / "written.bin"
    path.write_bytes(bytes(BYTES))
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as view:
        view[0] = 7
        assert give_back(tmp_path) == 0
        assert view[0] == 7


def test_it_gives_once(mapped):
    path, view = mapped
    give = giver(path.parent)
    give()
    assert resident_kb(path.name) == 0
    assert view[:] == path.read_bytes()
    give()
    assert resident_kb(path.name) == BYTES // 1024
