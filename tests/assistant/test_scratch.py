import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.places import CHECKOUT
from assistant.scratch import own_scratch

PROCESS = """
import sys, tempfile
from pathlib import Path
from assistant.commands import start
start("batch", data_dir=sys.argv[1])
folder = tempfile.mkdtemp(prefix="batch-")
Path(folder, "张三.dcm").write_bytes(b"unpacked")
print(folder, flush=True)
sys.stdin.readline()
"""


@contextmanager
def process(data: Path) -> Iterator["subprocess.Popen[str]"]:
    """One that keeps a patient's picture among its temporary files, until it is told to end."""
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS, data],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as child:
        yield child
        child.kill()


def kept_by(child: "subprocess.Popen[str]") -> Path:
    assert child.stdout is not None
    return Path(child.stdout.readline().strip())


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    with process(tmp_path) as killed:
        left = kept_by(killed)
        killed.kill()
        killed.wait(30)
    assert left.is_relative_to(tmp_path)
    assert left.exists()
    with process(tmp_path) as following:
        assert kept_by(following).exists()
        assert not left.exists()


def test_a_living_process_keeps_its_own_until_it_ends(tmp_path: Path) -> None:
    with process(tmp_path) as first, process(tmp_path) as second:
        one, other = kept_by(first), kept_by(second)
        assert one.exists()
        assert other.exists()
        first.communicate("\n", timeout=30)
        assert not one.exists()
        assert other.exists()
        second.communicate("\n", timeout=30)
    assert not list((tmp_path / "tmp").rglob("*.dcm"))


def test_what_earlier_versions_left_is_removed_when_it_is_a_day_old(tmp_path: Path) -> None:
    names = ("page-7860", "batch-a1b2_c3d", "page-7861", "batch-2026-07", "pages")
    for name in names:
        (tmp_path / name / "uploads").mkdir(parents=True)
        (tmp_path / name / "uploads" / "张三.dcm").write_bytes(b"uploaded")
        age_s = 3600 if name == "page-7861" else 25 * 3600  # one may still be running
        os.utime(tmp_path / name, (time.time() - age_s, time.time() - age_s))
    own_scratch(tmp_path)
    assert [name for name in names if (tmp_path / name).exists()] == list(names[2:])
