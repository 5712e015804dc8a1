"""Makes an environment ready: once, whole, and safely when two launches want it at a time."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import AssistantError
from requirements.console import say
from requirements.diagnosis import (
    incomplete_wheels,
    refuse_full_disk,
    refuse_unreachable,
    unexplained,
)
from requirements.environment import Environment, is_ready, write_stamp
from requirements.installers import Uv, fetch_uv, find_pip, present_uv
from requirements.machine import check_room, not_writable

LONGEST_WAIT_S = 3600.0


def ensure(environment: Environment, *, wheels: Path | None = None) -> None:
    """Return when ``environment`` is ready, building it if it is missing or out of date.

    Args:
        environment: what to have.
        wheels: take every file from this folder and use no network.

    Raises:
        AssistantError: of the family ENV; whatever was there before is then still there.
    """
    if is_ready(environment):
        return
    check_room(environment.folder.parent, environment.room_gb)
    if wheels is not None and not wheels.is_dir():
        raise incomplete_wheels(wheels)
    with _turn(environment.folder.parent):
        if not is_ready(environment):  # else another launch built it while this one waited
            _build(environment, wheels)


def _build(environment: Environment, wheels: Path | None) -> None:
    home = environment.folder.parent
    started = time.monotonic()
    say(f"正在准备{environment.title}，首次需下载组件，请稍候…")
    for leftover in [*home.glob(".venv*.new-*"), *home.glob(".venv*.old-*")]:
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = home / f"{environment.folder.name}.new-{os.getpid()}"
    try:
        _install(fresh, environment.lock, wheels)
        write_stamp(environment, fresh)
        _replace(environment.folder, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    say(f"{environment.title}已就绪，用时 {time.monotonic() - started:.0f} 秒。")


def _install(folder: Path, lock: Path, wheels: Path | None) -> None:
    uv = _uv(folder.parent, wheels)
    if uv is not None:
        if uv.install(folder, lock, wheels):
            return
        refuse_full_disk(folder.parent)
        if wheels is not None:
            raise incomplete_wheels(wheels)
        refuse_unreachable(uv.probe())
    say("uv 不可用，改用 pip 安装，速度较慢，请稍候…")
    pip = find_pip(folder.parent)
    if pip.install(folder, lock, wheels):
        return
    refuse_full_disk(folder.parent)
    if wheels is not None:
        raise incomplete_wheels(wheels)
    refuse_unreachable(pip.probe())
    raise unexplained()


def _uv(tools: Path, wheels: Path | None) -> Uv | None:
    present = present_uv(tools)
    if present is not None:
        return present
    complaint = fetch_uv(tools, wheels)
    if complaint and wheels is None:
        refuse_full_disk(tools)
        refuse_unreachable(complaint)
    return present_uv(tools)


def _replace(folder: Path, fresh: Path) -> None:
    """Put ``fresh`` in the place of ``folder``; Windows refuses that while a program runs in it."""
    old = folder.with_name(f"{folder.name}.old-{os.getpid()}")
    try:
        if folder.exists():
            folder.replace(old)
        try:
            fresh.replace(folder)
        except OSError:
            if old.exists():
                old.replace(folder)
            raise
    except OSError as error:
        raise AssistantError(
            "ENV-111",
            "运行环境需要更新，但正被占用。",
            next_step="请关闭正在运行的阅片页面和训练，再重试。",
            detail=str(error),
        ) from error
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Hold the only right to set up in ``folder``.

    An exclusive SQLite transaction, because the system ends it with the process however
    that dies, on Linux and Windows alike; a lock file with a process number would go stale.
    """
    import sqlite3  # late: a Python without it is to be told so, not to fail at import

    try:
        database = sqlite3.connect(folder / ".venv-setup.lock", timeout=0, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise not_writable() from error
    with contextlib.closing(database):
        for waited in _half_seconds():
            try:
                database.execute("PRAGMA journal_mode = MEMORY")  # leaves no second file behind
                database.execute("BEGIN EXCLUSIVE")
                break
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise not_writable() from error
            if waited == 0:
                say("另一个窗口正在安装，等待其完成…")
        yield


def _half_seconds() -> Iterator[float]:
    started = time.monotonic()
    yield 0.0
    while (waited := time.monotonic() - started) < LONGEST_WAIT_S:
        time.sleep(0.5)
        yield waited
    raise AssistantError(
        "ENV-110",
        "另一个窗口的安装一小时仍未结束，已停止等待。",
        next_step="请查看那个窗口；确认其已停止后重试。",
    )
