"""Temporary files, which may be patients' pictures: gone with their process, however it ends."""

import atexit
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock

_HELD = ".held"


def own_scratch(parent: Path) -> Path:
    """A new folder below ``parent`` for the temporary files of this process, gone at its end.

    A process that is killed leaves its folder, and with it a lock that nobody holds any
    more: the next one removes both.

    Raises:
        OSError: ``parent`` cannot be written.
    """
    with FileLock(parent / "scratch.lock"):
        for left in parent.glob("run-*"):
            _remove_unless_held(left)
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
        held = FileLock(folder / _HELD)
        held.acquire()
    atexit.register(_remove, folder, held)
    return folder


def _remove_unless_held(folder: Path) -> None:
    lock = FileLock(folder / _HELD, timeout=0)
    try:
        lock.acquire()
    except OSError:  # its process lives, or is just ending
        return
    _remove(folder, lock)


def _remove(folder: Path, lock: FileLock) -> None:
    lock.release()  # first: Windows removes no file that is open
    shutil.rmtree(folder, ignore_errors=True)
