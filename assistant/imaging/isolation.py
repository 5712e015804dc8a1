"""Reading in a child process, so that no file can hang or bring down the assistant.

Decoders written in C can spin or crash on malformed data, and a thread inside one
cannot be stopped. One child is kept and reused; it is killed when a file takes too
long, and a new one starts at once. Its processor time is counted: where the engine
computes on every core, a sound file waits for its turn and is not to blame.
"""

import atexit
import contextlib
import os
import pickle
import subprocess
import threading
import time
from functools import lru_cache
from typing import Any

import psutil

from assistant.errors import AssistantError
from assistant.imaging.request import READY, Request
from assistant.imaging.slice import Slice
from assistant.pipe import receive, send, spawn

START_SECONDS = 30.0
BASE_SECONDS = 1.2
BYTES_PER_SECOND = 4 * 2**20
MOST_SECONDS = 20.0
"""Processor time for one file: for DICOM by its size, for JPG and PNG, which do not spin, most."""

LONGEST_SECONDS = 60.0
LONGEST_START_SECONDS = 300.0
"""On the clock, however busy the machine is: for a file, and before the first one."""

_LEAST_WAIT = 0.02
_SERVE = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from assistant.imaging.reader import serve; serve()"
)
_BROKEN = (OSError, EOFError, ValueError, pickle.UnpicklingError)


class Child:
    """The reading process; safe from several threads, which take turns.

    Args:
        program: Python source that the child runs; its first argument is the folder
            of the package.
    """

    def __init__(self, program: str = _SERVE) -> None:
        self._program = program
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False

    def start(self) -> None:
        """Begin starting the child without waiting for it."""
        with self._lock:
            self._spawn()

    def read(self, request: Request) -> Slice:
        """Read one file.

        Raises:
            AssistantError: what the reader refuses, IMG-115 too slow, IMG-116 crashed,
                IMG-117 the child cannot start.
        """
        seconds = min(MOST_SECONDS, BASE_SECONDS + request.size / BYTES_PER_SECOND)
        if request.kind == "picture":
            seconds = MOST_SECONDS
        with self._lock:
            process = self._await_ready()
            with _Deadline(process, seconds, LONGEST_SECONDS) as deadline:
                reply = _exchange(process, request)
            if reply is None:
                self._stop()
                self._spawn()
                raise _too_slow() if deadline.passed else _crashed()
        if isinstance(reply, Slice):
            return reply
        raise reply.error()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._stop()

    def _await_ready(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._stop()
        process = self._spawn()
        if not self._ready:
            with _Deadline(process, START_SECONDS, LONGEST_START_SECONDS):
                self._ready = _exchange(process, None) == READY
        if not self._ready:
            self._stop()
            raise AssistantError(
                "IMG-117",
                "读图组件无法启动。",
                next_step="电脑正忙时请稍后再试；"
                "仍然如此请运行 python launcher.py doctor 检查环境。",
            )
        return process

    def _spawn(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._ready = False
            self._process = spawn(self._program)
        return self._process

    def _stop(self) -> None:
        if self._process is None:
            return
        process, self._process, self._ready = self._process, None, False
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()


class _Deadline:
    """Kills a process that computes for too long, or that is not left in time.

    Args:
        process: that is asked for something.
        seconds: of processor time.
        longest: seconds on the clock.
    """

    def __init__(self, process: subprocess.Popen[bytes], seconds: float, longest: float) -> None:
        self.passed = False
        self._process = process
        self._seconds = seconds
        self._until = time.monotonic() + longest
        self._spent = _processor_seconds(process.pid)
        self._over = threading.Event()

    def _watch(self) -> None:
        left = min(self._seconds, self._until - time.monotonic())
        while not self._over.wait(max(left, _LEAST_WAIT)):
            computed = _processor_seconds(self._process.pid) - self._spent
            left = min(self._seconds - computed, self._until - time.monotonic())
            if left <= 0:
                self.passed = True
                self._process.kill()
                return

    def __enter__(self) -> "_Deadline":
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()


def _processor_seconds(pid: int) -> float:
    """What a process has computed so far; 0 of one that is gone."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def shared_child() -> Child:
    """The child of this process; a forked copy of the process gets its own."""
    return _child_of(os.getpid())


@lru_cache(maxsize=1)
def _child_of(_pid: int) -> Child:
    child = Child()
    atexit.register(child.close)
    return child


def _exchange(process: subprocess.Popen[bytes], request: Request | None) -> Any:
    """Send a request, if any, and wait for what comes; None when the child is gone."""
    if process.stdin is None or process.stdout is None:
        return None
    try:
        if request is not None:
            send(process.stdin, request)
        return receive(process.stdout)
    except _BROKEN:
        return None


def _too_slow() -> AssistantError:
    return AssistantError(
        "IMG-115",
        "读取该文件超时，已中止。",
        next_step="请再试一次；仍然如此时文件很可能已损坏，请重新从 PACS 导出，必要时选择不压缩。",
    )


def _crashed() -> AssistantError:
    return AssistantError(
        "IMG-116",
        "读取该文件时解码器异常退出，已中止。",
        next_step="文件很可能已损坏，请重新从 PACS 导出，必要时选择不压缩。",
    )
