"""Memory that training on a processor needs again at every step is kept, not given back.

glibc returns a freed tensor of some megabytes to the system, and the next one is paid for page
by page: three passes over 14 MB take 24 ms instead of 4, a step of the pre-training a quarter
longer. A child that trains is given variables; this process sets the same in itself.
"""

import ctypes
import sys
from collections.abc import Mapping

_MOST = 2**31 - 1
_AHEAD = 256 << 20
_KNOBS = {"TRIM_THRESHOLD": (-1, _MOST), "TOP_PAD": (-2, _AHEAD), "MMAP_THRESHOLD": (-3, _MOST)}
"""glibc's names, its numbers for ``mallopt`` and the values, in bytes."""

KEEPING: Mapping[str, str] = {f"MALLOC_{name}_": str(value) for name, (_, value) in _KNOBS.items()}
"""Environment of a child that trains on a processor; without effect where there is no glibc."""


def keep_freed_memory() -> bool:
    """From now on, in this process; False where the C library cannot."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    return mallopt is not None and all(mallopt(*knob) == 1 for knob in _KNOBS.values())
