"""Temporary files, which may be patients' pictures: gone with their process, however it ends."""

import atexit
import contextlib
import re
import shutil
import tempfile
import time
from pathlib import Path

from filelock import FileLock

_HELD = ".held"

_EARLIER = re.compile(r"page-\d{1,5}|batch-[a-z0-9_]{8}")
"""Folders that versions before this one made in the parent itself, without a lock."""

_DAY_S = 24 * 3600.0


def own_scratch(parent: Path) -> Path:
    """A new folder below ``parent`` for the temporary files of this process, gone at its end.

    A process that is killed leaves its folder, and with it a lock that nobody holds any
    more: the next one removes both, and what earlier versions left.

    Raises:
        OSError: ``parent`` cannot be written.
    """
    with FileLock(parent / "scratch.lock"):
        for left in parent.glob("run-*"):
            _remove_unless_held(left)
        _remove_earlier(parent)
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


def _remove_earlier(parent: Path) -> None:
    """Only what nobody has written to for a day: an earlier version may still be running."""
    for left in [path for path in parent.iterdir() if _EARLIER.fullmatch(path.name)]:
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _DAY_S:
                shutil.rmtree(left)


def _remove(folder: Path, lock: FileLock) -> None:
    lock.release()  # first: Windows removes no file that is open
    shutil.rmtree(folder, ignore_errors=True)
