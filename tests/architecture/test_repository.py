"""What is committed speaks of the project alone, and leaves the patient's data out."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".json", ".css", ".js", ".html", ".svg", ""}
MACHINE_PATH = re.compile(r"(?<![\w.<])(?:/(?:home|root|Users|opt|work|mnt)/[\w.]|[C-Z]:\\Users\\)")


def committed() -> list[Path]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    paths = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_path_of_a_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in committed()
        if path.suffix in TEXT and path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("line", ["cd /home/user/x", 'Path("/opt/thing")', r"D:\Users\me"])
def test_a_path_of_a_machine_would_be_seen(line: str) -> None:
    assert MACHINE_PATH.search(line)


def test_everything_committed_is_small_enough_to_clone() -> None:
    assert sum(path.stat().st_size for path in committed()) < 64 * 2**20


def test_no_folder_beside_those_of_the_layout() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in committed() if path.parent != ROOT}
    assert folders <= {
        *("assistant", "trainer", "assets", "configs", "tests", "benchmarks", "docs"),
        *("requirements", ".ci"),
    }
