"""Makes the locks anew from pyproject.toml: ``python requirements/lock.py [--upgrade]``.

Needs uv and the network. Each lock is universal (Linux and Windows, Python 3.11 to 3.13),
names a sha256 for every file and no place to fetch it from, so that the reader's own
index settings decide that. Without ``--upgrade`` the versions of the present locks are
kept wherever they still fit.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
UV_VERSION = "0.13.9"
HEADER = "# Made by requirements/lock.py; change pyproject.toml and run it again.\n"

# cuda holds the most, so it is resolved first; what shares a package with it takes its version.
EXTRAS = {
    "cuda": ("--extra", "cuda"),
    "assistant": ("--extra", "assistant", "-c", "requirements/cuda.txt"),
    "test": ("--extra", "assistant", "--extra", "test", "-c", "requirements/cuda.txt"),
    "train": ("--extra", "train"),
}

COMPILE = (
    *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-emit-index-url", "--no-header", "--annotation-style", "line"),
    # OpenVINO and NNCF phone home through this package, and do without it where it is missing.
    *("--no-emit-package", "openvino-telemetry"),
)


def main(arguments: list[str]) -> None:
    """Write every lock; a failed resolution leaves the old file."""
    for name, extras in EXTRAS.items():
        _compile(name, [*extras, *arguments, "pyproject.toml"], source=None)
    _compile("uv", [*arguments, "-"], source=f"uv=={UV_VERSION}\n")


def _compile(name: str, arguments: list[str], *, source: str | None) -> None:
    lock = HERE / f"{name}.txt"
    command = [*COMPILE, "--output-file", str(lock), *arguments]
    subprocess.run(command, cwd=HERE.parent, input=source, text=True, check=True)
    pins = lock.read_text(encoding="utf-8")
    lock.write_text(HEADER + pins, encoding="utf-8", newline="\n")
    print(f"{lock.name}: {sum(line[:1].isalnum() for line in pins.splitlines())} pins")


if __name__ == "__main__":
    main(sys.argv[1:])
