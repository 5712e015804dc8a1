"""Whether this machine can hold an environment: system, codec wheels, room on disk."""

import importlib.util
import os
import platform
import shutil
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import AssistantError

# The wheels of pylibjpeg-libjpeg 2.5.0 are tagged manylinux_2_31.
OLDEST_GLIBC = (2, 31)
GIGABYTE = 10**9
# Extension modules that a Python built from source goes without when a library is missing.
NEEDED_MODULES = ("_bz2", "_ctypes", "_lzma", "_sqlite3", "_ssl", "zlib")


def check_system() -> None:
    """Refuse a machine that the locks hold no files for, or a Python that lacks parts.

    Raises:
        AssistantError: ENV-102 for another system or processor, ENV-103 for a C library
            that the JPEG codec cannot run on, ENV-114 for a Python compiled without
            modules that set-up and the assistant use.
    """
    if (
        platform.system() not in ("Linux", "Windows")
        or platform.machine().lower() not in ("x86_64", "amd64")
        or struct.calcsize("P") != 8
    ):
        raise AssistantError(
            "ENV-102",
            f"不支持这台机器：{platform.system()} {platform.machine()}，"
            f"{8 * struct.calcsize('P')} 位 Python。",
            next_step="请改用 64 位的 Linux（x86-64）或 Windows 10/11，并安装 64 位 Python。",
        )
    if platform.system() == "Linux":
        _check_glibc()
    missing = [name for name in NEEDED_MODULES if importlib.util.find_spec(name) is None]
    if missing:
        raise AssistantError(
            "ENV-114",
            f"这个 Python 编译时缺少标准模块：{'、'.join(missing)}。",
            next_step="请改用系统软件包或官方安装程序提供的 Python 3.11–3.13。",
        )


def _check_glibc() -> None:
    library, version = platform.libc_ver()
    if library == "glibc" and _numbers(version) >= OLDEST_GLIBC:
        return
    found = f"glibc {version}" if library == "glibc" else "非 glibc 的 C 运行库"
    oldest = ".".join(map(str, OLDEST_GLIBC))
    raise AssistantError(
        "ENV-103",
        f"系统的 C 运行库不合要求：现为 {found}，JPEG 影像解码组件需要 glibc {oldest} 或更新。",
        next_step="请改用 Debian 11、Ubuntu 20.04、openEuler 22.03 或更新的系统。",
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def check_room(folder: Path, gigabytes: float) -> None:
    """Refuse to start what the disk cannot hold.

    Raises:
        AssistantError: ENV-105 with the room that is needed and the room there is,
            ENV-109 when ``folder`` cannot be written to.
    """
    if not os.access(folder, os.W_OK | os.X_OK):
        raise not_writable()
    free = free_gigabytes(folder)
    if free < gigabytes:
        raise AssistantError(
            "ENV-105",
            f"磁盘空间不足：安装需要 {gigabytes:.1f} GB，现余 {free:.1f} GB。",
            next_step="请清理磁盘，或把程序移到空间充足的磁盘后重试。",
        )


def not_writable() -> AssistantError:
    """ENV-109: the environments lie beside the program, where nothing can be written."""
    return AssistantError(
        "ENV-109",
        "程序所在的文件夹不可写，无法在其中建立运行环境。",
        next_step="请把程序复制到当前用户可写的位置（例如主目录或“文档”）后重试。",
    )


def free_gigabytes(folder: Path) -> float:
    """Room left on the disk that holds ``folder``."""
    return shutil.disk_usage(folder).free / GIGABYTE


def describe(folder: Path) -> Iterator[str]:
    """What a person at the telephone should read out, line by line."""
    library = " ".join(platform.libc_ver())
    yield f"Python：{platform.python_version()}（{sys.executable}）"
    yield f"系统：{platform.system()} {platform.release()} {platform.machine()} {library}".rstrip()
    yield f"处理器：{os.cpu_count()} 个逻辑核心"
    yield f"程序所在磁盘：余 {free_gigabytes(folder):.1f} GB"
