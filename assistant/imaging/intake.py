"""The way in: from a file or its content to a :class:`Slice` without identity."""

import secrets
from functools import cache
from pathlib import Path

from assistant.errors import AssistantError
from assistant.imaging import gate
from assistant.imaging.isolation import shared_child
from assistant.imaging.request import Request
from assistant.imaging.slice import Slice


def read_slice(source: Path | bytes, *, frame: int | None = None) -> Slice:
    """Read one picture, told apart by content, not by name.

    The file is read in a child process, which is killed when it takes too long, so
    a malformed one neither hangs nor crashes the caller. Safe from several threads.

    Args:
        source: a DICOM, JPG or PNG file, or its content.
        frame: of a multi-frame DICOM file, from 0; by default the file's
            representative frame, else the middle one.

    Raises:
        AssistantError: IMG-101 to IMG-117, see ``docs/imaging.md``.
    """
    if isinstance(source, Path):
        source = source.absolute()
        head, size = _look(source)
    else:
        head, size = source[: gate.HEAD_BYTES], len(source)
    gate.check_size(size)
    kind = gate.sniff(head)
    return shared_child().read(Request(source, kind, size, frame, _salt()))


def unreadable(error: OSError) -> AssistantError:
    """IMG-101: a file cannot be opened or read."""
    messages = {
        FileNotFoundError: "找不到该文件。",
        IsADirectoryError: "这是一个文件夹，不是文件。",
        PermissionError: "没有读取该文件的权限。",
    }
    return AssistantError(
        "IMG-101",
        messages.get(type(error), "文件无法读取。"),
        next_step="请检查路径和权限，或重新选择文件。",
        detail=type(error).__name__,
    )


def warm_up() -> None:
    """Start the reading process now, without waiting, so that the first file is read sooner."""
    shared_child().start()


def _look(path: Path) -> tuple[bytes, int]:
    try:
        if path.is_dir():
            raise IsADirectoryError
        with path.open("rb") as file:
            return file.read(gate.HEAD_BYTES), path.stat().st_size
    except OSError as error:
        raise unreadable(error) from error


@cache
def _salt() -> bytes:
    """Key of the UID remapping: random, new in every process, never stored."""
    return secrets.token_bytes(32)
