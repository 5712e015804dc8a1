"""Compiled models are used only as they were written: the runtime does not look for damage."""

import json
import stat
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from assistant.machine import cores

SEAL = "seal.json"
LOCK = "seal.lock"
COMPILED = "*.blob"
"""What the runtime keeps; other files are not looked at."""

PIECE_BYTES = 16 << 20
"""What has a sum of its own, and is read by one thread."""

BLOCK_BYTES = 1 << 20
PATIENCE_S = 60.0
"""How long another load of the same model is waited for, seconds; a 2B compiles in about 20."""


@dataclass(frozen=True)
class Entry:
    """A file.

    Attributes:
        written: when, ns.
        sums: CRC-32 of each piece. Against damage only: who may write the file may write its
            seal as well. SHA-256 takes five times as long where a processor does not help.
    """

    written: int
    sums: tuple[int, ...]


@contextmanager
def sealed(folder: Path | None) -> Iterator[Path | None]:
    """A folder of compiled models for one load, by one process at a time.

    What is not as the last load left it is removed before, to be compiled anew; what the load
    adds is sealed after it, unless it fails. None where a damaged file cannot be removed, or
    another load does not end: then nothing kept is used.
    """
    with ExitStack() as held:
        intact = None if folder is None else _claim(folder, held)
        yield None if intact is None else folder
        if folder is not None and intact is not None:
            with suppress(OSError):  # no room: the next load compiles anew
                _write(folder, intact)


def _claim(folder: Path, held: ExitStack) -> dict[str, Entry] | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held.enter_context(FileLock(folder / LOCK, timeout=PATIENCE_S))
        return _clear(folder)
    except (OSError, NotImplementedError):  # a file system without locks
        return None


def _clear(folder: Path) -> dict[str, Entry]:
    """Remove what is not as sealed; the rest."""
    told = _read(folder)
    found = _entries(path for path in _files(folder) if path.name in told)
    intact = {name: entry for name, entry in found.items() if entry.sums == told[name]}
    for path in _files(folder):
        if path.name not in intact:
            path.chmod(stat.S_IREAD | stat.S_IWRITE)  # Windows removes no read-only file
            path.unlink()
    return intact


def _write(folder: Path, intact: dict[str, Entry]) -> None:
    """Seal what is there now; what nobody has written again is not read again."""
    kept = {
        path.name: intact[path.name]
        for path in _files(folder)
        if path.name in intact and intact[path.name].written == path.stat().st_mtime_ns
    }
    added = _entries(path for path in _files(folder) if path.name not in kept)
    if kept.keys() == _read(folder).keys() and not added:
        return
    sums = {name: entry.sums for name, entry in (kept | added).items()}
    partial = folder / f".{SEAL}.part"
    partial.write_text(json.dumps(sums), encoding="utf-8")
    partial.replace(folder / SEAL)


def _read(folder: Path) -> dict[str, tuple[int, ...]]:
    """Sums by name; none where the seal is missing or damaged itself."""
    try:
        told = json.loads((folder / SEAL).read_text(encoding="utf-8"))
        return {name: tuple(sums) for name, sums in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(COMPILED))


def _entries(paths: Iterable[Path]) -> dict[str, Entry]:
    with ThreadPoolExecutor(cores()) as pool:
        found = {
            path.name: (
                path.stat().st_mtime_ns,
                [pool.submit(_sum, path, start) for start in _starts(path)],
            )
            for path in paths
        }
        return {
            name: Entry(written, tuple(one.result() for one in sums))
            for name, (written, sums) in found.items()
        }


def _starts(path: Path) -> range:
    return range(0, path.stat().st_size, PIECE_BYTES)


def _sum(path: Path, start: int) -> int:
    block = memoryview(bytearray(BLOCK_BYTES))
    found = 0
    with path.open("rb") as file:
        file.seek(start)
        for _ in range(PIECE_BYTES // BLOCK_BYTES):
            found = zlib.crc32(block[: file.readinto(block)], found)
    return found
