"""The machine as it is: processor, memory, graphics card, disk."""

import ctypes
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_QUERY = "name,driver_version,memory.total"
_SECONDS = 10


@dataclass(frozen=True)
class Gpu:
    """An NVIDIA card as its driver describes it."""

    name: str
    driver: str
    memory_mib: int


def processor() -> str:
    """Model name of the processor, as the system knows it."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """Logical processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_bytes() -> int | None:
    """Physical memory."""
    if sys.platform == "win32":
        return _windows_memory()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def resident_bytes(pid: int | None = None) -> int | None:
    """Memory that this process takes now, or another; None where that cannot be told."""
    if sys.platform == "win32":
        return _windows_resident() if pid is None else None
    try:
        statm = Path(f"/proc/{pid or 'self'}/statm")
        pages = int(statm.read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def free_bytes(folder: Path) -> int:
    """Free space where a folder is, or will be."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def gpus() -> tuple[Gpu, ...] | None:
    """NVIDIA cards, or None when there is no working driver."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return None
    try:
        done = subprocess.run(
            [command, f"--query-gpu={_QUERY}", "--format=csv,noheader,nounits"],
            capture_output=True,
            timeout=_SECONDS,
            check=True,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return parse_gpus(done.stdout)


def parse_gpus(table: str) -> tuple[Gpu, ...]:
    """Cards from the driver's table; a line that is not understood is left out."""
    found: list[Gpu] = []
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) == 3 and cells[2].isdigit():
            found.append(Gpu(cells[0], cells[1], int(cells[2])))
    return tuple(found)


def _windows_memory() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in (
                "total", "available", "total_page", "available_page",
                "total_virtual", "available_virtual", "available_extended",
            )),
        )  # fmt: skip

    status = Status()
    status.length = ctypes.sizeof(Status)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    return int(status.total) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None


def _windows_resident() -> int | None:
    class Counters(ctypes.Structure):
        _fields_ = (
            ("size", ctypes.c_ulong),
            ("faults", ctypes.c_ulong),
            *((name, ctypes.c_size_t) for name in (
                "peak_working_set", "working_set", "peak_paged", "paged", "peak_nonpaged",
                "nonpaged", "pagefile", "peak_pagefile",
            )),
        )  # fmt: skip

    counters = Counters()
    counters.size = ctypes.sizeof(Counters)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    found = kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.size)
    return int(counters.working_set) if found else None
