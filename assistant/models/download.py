"""From a model hub to the data folder."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from assistant.errors import AssistantError
from assistant.models.card import CARD, read_card, verify
from assistant.models.catalog import ModelFolder
from assistant.models.hub import Hub, HubDropped, HubName, Listing, RemoteFile, connect, unreachable
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
    finish,
    name_taken,
    read_mark,
    refuse_if_full,
)
from assistant.models.transfer import Meter, fetch_file, partial_path
from assistant.models.whole import check_whole

_PART = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_REPOSITORY = re.compile(f"{_PART}/{_PART}")
_LISTING_ATTEMPTS = 3


def repository_of(name: str) -> str:
    """The repository a name means: as it stands with an owner, else Qwen's.

    Raises:
        AssistantError: MOD-215 it is no such name.
    """
    repository = name if "/" in name else f"Qwen/{name}"
    if not _REPOSITORY.fullmatch(repository):
        raise AssistantError(
            "MOD-215",
            "模型名称不合规，或没有这个文件夹。",
            next_step="名称应形如 Qwen/Qwen2-VL-2B-Instruct；也可以给出一个已有的模型文件夹。",
        )
    return repository


def download_model(
    name: str,
    models_dir: Path,
    source: HubName = "modelscope",
    *,
    report: Report = lambda _: None,
    cancel: Event | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> ModelFolder:
    """Bring a model into ``models_dir``; resumes what was interrupted, keeps what is intact.

    Raises:
        AssistantError: MOD-201 to MOD-217, MOD-219. Nothing is lost; the same call goes on.
    """
    repository = repository_of(name)
    with claim(models_dir, repository.rpartition("/")[2]) as folder:
        if (folder / CARD).is_file() and (kept := _kept(folder, repository)):
            return kept
        hub = connect(source)
        before = read_mark(folder)
        same = before and (before.source, before.repository) == (source, repository)
        listing = _list(hub, repository, before.revision if before and same else None, pause)
        mark = Mark(source, repository, listing.revision)
        begin(folder, mark)
        files = _ordered(listing)
        names = tuple(file.path for file in files)
        # Refuse what we cannot use before its gigabytes are fetched.
        total = sum(file.size for file in files)
        refuse_if_full(folder, total - sum(_present(folder / file.path) for file in files))
        done = 0
        for file in files:
            meter = _meter(report, file.path, done, total)
            path = fetch_file(
                hub, repository, listing.revision, file, folder,
                meter=meter, cancel=cancel, pause=pause,
            )  # fmt: skip
            done += file.size
            if file.path == "config.json":
                form = format_of(path.read_bytes(), names)
            if file.path == INDEX and (lost := missing_shards(path.read_bytes(), names)):
                raise unsupported(f"仓库里缺少权重 {'、'.join(lost)}")
            check_whole(path)
        return ModelFolder(folder, finish(folder, names, mark, form))


def _kept(folder: Path, repository: str) -> ModelFolder | None:
    """The model that is there already, or None when its files were altered or lost.

    Raises:
        AssistantError: MOD-217 it is another model of the same name.
    """
    if f":{repository}@" not in read_card(folder).base:
        raise name_taken(folder.name)
    try:
        return ModelFolder(folder, verify(folder))
    except AssistantError:
        return None


def _list(
    hub: Hub, repository: str, revision: str | None, pause: Callable[[float], None]
) -> Listing:
    for attempt in range(_LISTING_ATTEMPTS):
        try:
            return hub.list_files(repository, revision)
        except HubDropped as dropped:
            reason = str(dropped)
            pause(2.0**attempt)
    raise unreachable(hub.title, reason)


def _ordered(listing: Listing) -> tuple[RemoteFile, ...]:
    """The files we want: first config.json, then the others from small to large.

    A ``.bin`` comes after them: what it has to hold stands in its ``.xml``.

    Raises:
        AssistantError: MOD-210 there is no config.json.
    """
    names = set(wanted(file.path for file in listing.files))
    if "config.json" not in names:
        raise unsupported("缺少 config.json")
    files = [file for file in listing.files if file.path in names]
    return tuple(sorted(files, key=_turn))


def _turn(file: RemoteFile) -> tuple[bool, bool, int, str]:
    return file.path != "config.json", file.path.endswith(".bin"), file.size, file.path


def _present(target: Path) -> int:
    return max(
        (path.stat().st_size for path in (target, partial_path(target)) if path.is_file()),
        default=0,
    )


def _meter(report: Report, file: str, before: int, total: int) -> Meter:
    return lambda size: report(Progress(file, before + size, total))
