"""Weight files that the runtime maps into memory, and needs no more once it has packed them."""

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path

_DONTNEED = 4
"""``MADV_DONTNEED`` of Linux: a file's pages leave memory, and are read again if ever touched."""


def give_back(*folders: Path) -> int:
    """Give back the memory in which these folders' files are mapped; bytes of address space.

    OpenVINO copies weights into the layout of its kernels at the first inference, and keeps
    the files mapped, the model's or those of its own cache: at the 2B shape 1.6 GB of resident
    memory that nobody reads again. Elsewhere than on Linux nothing is given back.
    """
    if sys.platform != "linux":
        return 0
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    wanted = [folder.resolve() for folder in folders]
    given = 0
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        span, rights, *_, path = line.split(maxsplit=5)
        # A page that may be written could hold what the file does not.
        if Path(path).parent in wanted and "w" not in rights:
            start, end = (int(part, 16) for part in span.split("-"))
            if madvise(start, end - start, _DONTNEED) == 0:
                given += end - start
    return given


def giver(*folders: Path) -> Callable[[], None]:
    """Gives back at its first call only: what is packed once is not touched again."""
    waiting = [folders]

    def give() -> None:
        if waiting:
            give_back(*waiting.pop())

    return give
