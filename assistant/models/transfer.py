"""One file from a hub to disk: resumed where it stopped, checked before it gets its name."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from assistant.errors import AssistantError
from assistant.models.hub import Hub, HubDropped, RemoteFile

IDLE_ATTEMPTS = 5
"""Attempts in a row that may end without a new byte."""

BAD_COPIES = 2
"""Whole copies with a wrong checksum after which we give up."""

Meter = Callable[[int], None]
"""Told how many bytes of a file are on disk now."""


def fetch_file(
    hub: Hub,
    repository: str,
    revision: str,
    file: RemoteFile,
    folder: Path,
    *,
    meter: Meter = lambda _: None,
    cancel: Event | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Path:
    """Bring one file below ``folder``; one that is there and intact is left alone.

    Raises:
        AssistantError: MOD-207 the connection kept failing, MOD-208 the content is not what
            the hub says it is, MOD-209 cancelled; and the hub's refusals. What has arrived
            stays, in a hidden file beside the target, for the next attempt.
    """
    target = folder / file.path
    if target.is_file() and is_intact(target, file):
        meter(file.size)
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = partial_path(target)
    bad = 0
    while True:
        _complete(hub, repository, revision, file, part, meter, cancel, pause)
        if is_intact(part, file):
            part.replace(target)
            return target
        part.unlink()
        bad += 1
        if bad == BAD_COPIES:
            raise AssistantError(
                "MOD-208",
                f"文件 {target.name} 下载了 {bad} 次，校验值都与 {hub.title} 公布的不符，已丢弃。",
                next_step="请稍后重试，或换用 --from 的另一个站点；若一直如此，请检查网络代理。",
                detail=f"expected {file.algorithm}:{file.checksum}",
            )


def partial_path(target: Path) -> Path:
    """Where a file is while it is not complete; hidden, so it never counts as the model's."""
    return target.with_name(f".{target.name}.part")


def is_intact(path: Path, file: RemoteFile) -> bool:
    """Whether the file at ``path`` has the listed size and, if there is one, checksum."""
    if path.stat().st_size != file.size:
        return False
    if not file.algorithm:
        return True
    digest = hashlib.sha256() if file.algorithm == "sha256" else hashlib.sha1(usedforsecurity=False)
    if file.algorithm == "git":
        digest.update(b"blob %d\0" % file.size)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() == file.checksum


def _complete(
    hub: Hub,
    repository: str,
    revision: str,
    file: RemoteFile,
    part: Path,
    meter: Meter,
    cancel: Event | None,
    pause: Callable[[float], None],
) -> None:
    """Append to ``part`` until it has the file's size, however often the connection breaks."""
    idle, reason = 0, ""
    while (have := _size(part)) != file.size or not part.exists():
        if have > file.size:
            part.unlink()
            continue
        if idle == IDLE_ATTEMPTS:
            raise AssistantError(
                "MOD-207",
                f"下载 {file.path} 时与 {hub.title} 的连接反复中断（已完成 "
                f"{have / 1e6:.1f} / {file.size / 1e6:.1f} MB）。",
                next_step="请检查网络后再次运行同一命令，会从中断处继续。",
                detail=reason,
            )
        if idle:
            pause(min(2.0 ** (idle - 1), 8.0))
        try:
            _append(hub, repository, revision, file, part, meter, cancel)
        except HubDropped as dropped:
            reason = str(dropped)
        idle = 0 if _size(part) > have else idle + 1


def _append(
    hub: Hub,
    repository: str,
    revision: str,
    file: RemoteFile,
    part: Path,
    meter: Meter,
    cancel: Event | None,
) -> None:
    with hub.open(repository, revision, file.path, _size(part)) as body, part.open("ab") as stream:
        stream.truncate(body.start)
        have = body.start
        meter(have)
        for chunk in body.chunks:
            if cancel is not None and cancel.is_set():
                raise cancelled()
            # A longer body than listed is not this file; the checksum will say so.
            have += stream.write(chunk[: file.size - have])
            meter(have)
            if have == file.size:
                return


def cancelled() -> AssistantError:
    """MOD-209: the person who asked for it stopped it."""
    return AssistantError(
        "MOD-209",
        "获取模型已停止，已完成的部分保留着。",
        next_step="再次运行同一命令会从中断处继续。",
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
