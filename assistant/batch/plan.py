"""Which files a batch goes through."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from assistant.imaging.slice import Notice

LINK_OUT = Notice("BAT-111", "指向文件夹之外的链接，未读取。")
NOT_A_FILE = Notice("BAT-112", "不是普通文件，未读取。")
_CLUTTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
UNREADABLE = Notice("BAT-113", "没有读取权限，或链接已失效，未读取。")


@dataclass(frozen=True)
class Entry:
    """One thing found in the folder.

    Attributes:
        path: where it is.
        name: path relative to the folder with ``/``, always encodable as UTF-8.
        why_not: why it is not to be read, if so.
    """

    path: Path
    name: str
    why_not: Notice | None = None


def walk_folder(folder: Path, out: Path | None = None) -> Iterator[Entry]:
    """Every file below a folder, in no order; results in ``out`` and clutter excepted.

    Links that lead outside are not followed but have an entry, as have pipes and
    folders that cannot be opened.

    Raises:
        AssistantError: BAT-101 not a readable folder, BAT-104 ``out`` is the folder itself.
    """
    root = _resolved(folder)
    results = None if out is None else out.resolve()
    if results == root:
        raise AssistantError(
            "BAT-104",
            "输出文件夹不能就是待诊断的文件夹。",
            next_step="请用 --out 指定另一个文件夹。",
        )
    return _walk(folder, root, results)


def is_clutter(name: str) -> bool:
    """Whether a path with ``/`` is of what macOS and Windows leave beside people's files."""
    *folders, file = name.split("/")
    return "__MACOSX" in folders or file.startswith("._") or file in _CLUTTER


def at_most(entries: Iterable[Entry], most: int) -> Iterator[Entry]:
    """The same entries.

    Raises:
        AssistantError: BAT-102 there are more than ``most``, BAT-103 there is none.
    """
    count = 0
    for count, entry in enumerate(entries, start=1):
        if count > most:
            raise AssistantError(
                "BAT-102",
                f"文件夹中的文件超过 {most} 个。",
                next_step="请分成几个文件夹处理，或调大设置项 max_batch_files。",
            )
        yield entry
    if not count:
        raise AssistantError(
            "BAT-103", "文件夹中没有文件。", next_step="请确认选择的是存放影像的文件夹。"
        )


def check_root(folder: Path, roots: Iterable[Path]) -> None:
    """Refuse a folder outside the allowed ones; with none given every folder is allowed.

    Raises:
        AssistantError: BAT-114, which does not tell whether the folder exists.
    """
    allowed = [root.resolve() for root in roots]
    try:
        within = not allowed or any(folder.resolve().is_relative_to(root) for root in allowed)
    except (OSError, RuntimeError, ValueError):
        within = False
    if not within:
        raise AssistantError(
            "BAT-114",
            "这个文件夹不在允许读取的范围内。",
            next_step="请选择设置项 batch_roots 所列文件夹中的文件夹，或上传文件。",
        )


def _resolved(folder: Path) -> Path:
    try:
        if stat.S_ISDIR(folder.stat().st_mode) and os.access(folder, os.R_OK | os.X_OK):
            return folder.resolve()
        detail = "not a readable directory"
    except (OSError, ValueError) as error:
        detail = type(error).__name__
    raise AssistantError(
        "BAT-101",
        "找不到该文件夹，或没有读取它的权限。",
        next_step="请检查路径与权限。",
        detail=detail,
    )


def _walk(folder: Path, root: Path, out: Path | None) -> Iterator[Entry]:
    closed: list[str] = []
    seen = {root}
    for where, below, names in os.walk(folder, onerror=lambda e: closed.append(e.filename)):
        kept: list[str] = []
        for name in below:
            path = Path(where, name)
            target = path.resolve()
            if not target.is_relative_to(root):
                yield Entry(path, _name(path, folder), LINK_OUT)
            elif target != out and target not in seen and not path.is_symlink():
                seen.add(target)  # a Windows junction can lead back up without being a link
                kept.append(name)
        below[:] = kept
        for name in names:
            path = Path(where, name)
            if is_clutter(_name(path, folder)):
                continue
            yield Entry(path, _name(path, folder), _why_not(path, root))
    yield from (Entry(Path(name), _name(Path(name), folder), UNREADABLE) for name in closed)


def _why_not(path: Path, root: Path) -> Notice | None:
    try:
        if not path.resolve().is_relative_to(root):
            return LINK_OUT
        # Opening a pipe would wait for its other end for ever.
        return None if stat.S_ISREG(path.stat().st_mode) else NOT_A_FILE
    except (OSError, RuntimeError):
        return UNREADABLE


def _name(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix()
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
