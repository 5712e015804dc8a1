"""The folder a model arrives in: claimed by one process, no model until its card is written."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import AssistantError
from assistant.models.card import CARD, Format, ModelCard, write_card

MARK = ".arriving.json"
SPARE_BYTES = 64 << 20
"""Room to leave on the disk."""


@dataclass(frozen=True)
class Mark:
    """Where the files of an unfinished folder come from, so that the same are asked for again."""

    source: str
    repository: str
    revision: str


@dataclass(frozen=True)
class Progress:
    """How far a model has arrived: bytes of all its files, and the file in hand."""

    file: str
    done: int
    total: int


Report = Callable[[Progress], None]


@contextmanager
def claim(models_dir: Path, name: str) -> Iterator[Path]:
    """``models_dir / name`` for this process alone.

    Raises:
        AssistantError: MOD-211 another process has it, MOD-212 something else is there,
            MOD-213 the disk refused.
    """
    folder = models_dir / name
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(models_dir / f".{name}.lock", timeout=0):
            if folder.exists() and not _is_ours(folder):
                raise AssistantError(
                    "MOD-212",
                    f"模型文件夹 {name} 已经存在，里面却不是模型。",
                    next_step="请把它移走或改名后重试。",
                )
            folder.mkdir(exist_ok=True)
            yield folder
    except Timeout as error:
        raise AssistantError(
            "MOD-211",
            f"另一个程序正在获取模型 {name}。",
            next_step="请等它完成，或先停止它。",
        ) from error
    except OSError as error:
        raise AssistantError(
            "MOD-213",
            "写入模型文件夹失败。",
            next_step="请检查磁盘空间与写入权限，再次运行同一命令会从中断处继续。",
            detail=f"{type(error).__name__}: {error}",
        ) from error


def refuse_if_full(folder: Path, needed: int) -> None:
    """MOD-214 unless ``needed`` more bytes fit."""
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        raise AssistantError(
            "MOD-214",
            f"磁盘空间不足：还需 {needed / 1e9:.1f} GB，只剩 {free / 1e9:.1f} GB。",
            next_step="请清理磁盘，或用 --data 指定另一块磁盘上的数据文件夹。",
        )


def name_taken(name: str) -> AssistantError:
    """MOD-217: a different model has this name; it is not touched."""
    return AssistantError(
        "MOD-217",
        f"已经有一个名为 {name} 的其他模型，没有改动它。",
        next_step="请先把数据文件夹 models 中的那个文件夹改名或移走。",
    )


def read_mark(folder: Path) -> Mark | None:
    """The mark of an unfinished folder."""
    try:
        return Mark(**json.loads((folder / MARK).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def begin(folder: Path, mark: Mark) -> None:
    """Mark the folder as unfinished: from here on it has no card."""
    (folder / MARK).write_text(json.dumps(asdict(mark)), encoding="utf-8")
    (folder / CARD).unlink(missing_ok=True)


def finish(folder: Path, files: tuple[str, ...], mark: Mark, format: Format) -> ModelCard:
    """Drop what is not of this model, write its card, and unmark the folder."""
    drop_strangers(folder, files)
    card = write_card(
        folder,
        name=folder.name,
        title=folder.name,
        base=f"{mark.source}:{mark.repository}@{mark.revision}",
        format=format,
        trained_on="上游公开发布的通用图文模型，未经本项目训练。",
        use="作为训练的基座，或与训练后的模型对照。",
        limits="没有在医学影像上验证过，不得用于诊断。",
        created=date.today().isoformat(),
    )
    unmark(folder)
    return card


def drop_strangers(folder: Path, files: tuple[str, ...]) -> None:
    """Delete files of an earlier version, and partial ones, from a folder that is ours."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in files and name not in (CARD, MARK):
            path.unlink()


def unmark(folder: Path) -> None:
    """Say that the folder is finished."""
    (folder / MARK).unlink(missing_ok=True)


def _is_ours(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    return (folder / CARD).is_file() or (folder / MARK).is_file() or not any(folder.iterdir())
