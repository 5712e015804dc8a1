"""Reading in a child process, so that no file can hang or bring down the assistant.

Decoders written in C can spin or crash on malformed data, and a thread inside one
cannot be stopped. One child is kept and reused; it is killed when a file takes too
long, and a new one starts at once.
"""

import atexit
import contextlib
import os
import pickle
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from assistant.errors import AssistantError
from assistant.imaging.gate import Kind
from assistant.imaging.slice import Slice

START_SECONDS = 30.0
BASE_SECONDS = 1.2
BYTES_PER_SECOND = 4 * 2**20
MOST_SECONDS = 20.0
_ROOT = Path(__file__).resolve().parents[2]
_SERVE = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from assistant.imaging.isolation import serve; serve()"
)


@dataclass(frozen=True)
class Request:
    """One file to read.

    Attributes:
        source: absolute path, or the content itself.
        kind: what the gate found.
        size: bytes.
        frame: from 0, or None for the default one.
        salt: key of the UID remapping.
    """

    source: Path | bytes
    kind: Kind
    size: int
    frame: int | None
    salt: bytes


class Child:
    """The reading process; safe from several threads, which take turns."""

    def __init__(self) -> None:
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
        with self._lock:
            process = self._await_ready()
            with _Deadline(process, seconds) as deadline:
                try:
                    _send(process.stdin, request)
                    reply = _receive(process.stdout)
                except (OSError, EOFError, pickle.UnpicklingError):
                    reply = None
            if reply is None:
                self._stop()
                self._spawn()
                raise _too_slow() if deadline.passed else _crashed()
        if isinstance(reply, Slice):
            return reply
        code, message, next_step, detail = reply
        raise AssistantError(code, message, next_step=next_step, detail=detail)

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._stop()

    def _await_ready(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._stop()
        process = self._spawn()
        if not self._ready:
            with _Deadline(process, START_SECONDS):
                try:
                    self._ready = _receive(process.stdout) == "ready"
                except (OSError, EOFError, pickle.UnpicklingError):
                    self._ready = False
        if not self._ready:
            self._stop()
            raise AssistantError(
                "IMG-117",
                "读图组件无法启动。",
                next_step="请运行 python launcher.py doctor 检查环境。",
            )
        return process

    def _spawn(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._ready = False
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-X", "utf8", "-W", "ignore", "-c", _SERVE, str(_ROOT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # warnings of libraries may quote the file
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
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
    """Kills a process unless left in time."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.passed = False
        self._process = process
        self._timer = threading.Timer(seconds, self._kill)
        self._timer.daemon = True

    def _kill(self) -> None:
        self.passed = True
        self._process.kill()

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def shared_child() -> Child:
    """The child of this process; a forked copy of the process gets its own."""
    return _child_of(os.getpid())


@lru_cache(maxsize=1)
def _child_of(_pid: int) -> Child:
    child = Child()
    atexit.register(child.close)
    return child


def serve() -> None:
    """The child's loop: read requests from stdin until it closes."""
    from assistant.imaging import reader

    incoming = sys.stdin.buffer
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    _send(outgoing, "ready")
    while True:
        try:
            request = _receive(incoming)
        except (EOFError, KeyboardInterrupt):
            return
        _send(outgoing, reader.answer(request))


def _send(pipe: BinaryIO | Any, thing: object) -> None:
    content = pickle.dumps(thing, protocol=5)
    pipe.write(struct.pack("<Q", len(content)))
    pipe.write(content)
    pipe.flush()


def _receive(pipe: BinaryIO | Any) -> Any:
    head = pipe.read(8)
    if len(head) < 8:
        raise EOFError
    (length,) = struct.unpack("<Q", head)
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError
    return pickle.loads(content)


def _too_slow() -> AssistantError:
    return AssistantError(
        "IMG-115",
        "读取该文件超时，已中止。",
        next_step="文件很可能已损坏，请重新从 PACS 导出，必要时选择不压缩。",
    )


def _crashed() -> AssistantError:
    return AssistantError(
        "IMG-116",
        "读取该文件时解码器异常退出，已中止。",
        next_step="文件很可能已损坏，请重新从 PACS 导出，必要时选择不压缩。",
    )
