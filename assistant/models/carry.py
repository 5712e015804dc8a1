"""From a folder carried in, on a disk or from another machine, to the data folder."""

import hashlib
import re
from pathlib import Path
from threading import Event

from assistant.errors import AssistantError
from assistant.models.card import CARD, digest, read_card, verify
from assistant.models.catalog import ModelFolder
from assistant.models.kind import (
    INDEX,
    format_of,
    missing_shards,
    unsupported,
    wanted,
)
from assistant.models.shelf import (
    Mark,
    Progress,
    Report,
    begin,
    claim,
    drop_strangers,
    finish,
    name_taken,
    refuse_if_full,
    unmark,
)
from assistant.models.transfer import cancelled, partial_path
from assistant.models.whole import check_whole

BLOCK_BYTES = 1 << 20


def carry_in(
    source: Path,
    models_dir: Path,
    *,
    report: Report = lambda _: None,
    cancel: Event | None = None,
) -> ModelFolder:
    """Copy a model folder into ``models_dir``, hashed on the way and again where it lies.

    A folder with a card is verified first and keeps it; one without, such as a hub's
    snapshot, gets a card. Copies that are there and intact are left alone.

    Raises:
        AssistantError: MOD-218 a copy differs from its source, MOD-209 cancelled, MOD-210 it
            is no model that we can use, MOD-211 to MOD-217; those of ``card.verify``.
    """
    source = source.resolve()
    carded = (source / CARD).is_file()
    files = tuple(sorted(verify(source).files)) if carded else _usable_files(source)
    name = read_card(source).name if carded else _name_for(source)
    if source == (models_dir / name).resolve() and carded:
        return ModelFolder(source, read_card(source))
    if source.is_relative_to((models_dir / name).resolve()):
        raise unsupported("它已经在数据文件夹里")
    with claim(models_dir, name) as folder:
        if (folder / CARD).is_file():
            held = read_card(folder).files
            if held != {file: digest(source / file) for file in files}:
                raise name_taken(name)
        mark = Mark("folder", name, "")
        begin(folder, mark)
        sizes = {file: (source / file).stat().st_size for file in files}
        total = sum(sizes.values())
        refuse_if_full(folder, total)
        done = 0
        for file in files:
            report(Progress(file, done, total))
            _copy(source / file, folder / file, cancel)
            done += sizes[file]
        report(Progress("", total, total))
        if not carded:
            form = format_of((folder / "config.json").read_bytes(), files)
            return ModelFolder(folder, finish(folder, files, mark, form))
        drop_strangers(folder, files)
        partial = partial_path(folder / CARD)
        partial.write_bytes((source / CARD).read_bytes())
        partial.replace(folder / CARD)
        unmark(folder)
        return ModelFolder(folder, verify(folder))


def _usable_files(source: Path) -> tuple[str, ...]:
    present = (path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file())
    files = tuple(sorted(wanted(present)))
    if "config.json" not in files:
        raise unsupported("文件夹里没有 config.json")
    format_of((source / "config.json").read_bytes(), files)
    if INDEX in files and (lost := missing_shards((source / INDEX).read_bytes(), files)):
        raise unsupported(f"缺少权重 {'、'.join(lost)}")
    for file in files:
        check_whole(source / file)
    return files


def _name_for(source: Path) -> str:
    """A name for the model, from its folder's."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", source.name).strip("-._")[:64] or "model"


def _copy(source: Path, target: Path, cancel: Event | None) -> None:
    same_size = target.is_file() and target.stat().st_size == source.stat().st_size
    if same_size and digest(target) == digest(source):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = partial_path(target)
    hashed = hashlib.sha256()
    with source.open("rb") as reader, part.open("wb") as writer:
        while block := reader.read(BLOCK_BYTES):
            if cancel is not None and cancel.is_set():
                raise cancelled()
            hashed.update(block)
            writer.write(block)
    if digest(part) != hashed.hexdigest():
        part.unlink()
        raise AssistantError(
            "MOD-218",
            f"文件 {target.name} 复制后校验不一致，已丢弃。",
            next_step="请检查磁盘后重试。",
        )
    part.replace(target)
