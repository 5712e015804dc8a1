"""How the assistant and its child processes speak: pickled objects over pipes."""

import pickle
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from assistant.errors import AssistantError

_ROOT = Path(__file__).resolve().parents[1]
_OPTIONS = ("-P", "-X", "utf8", "-W", "ignore", "-c")


def spawn(program: str) -> "subprocess.Popen[bytes]":
    """A child that runs Python source, its first argument the folder of the package."""
    return subprocess.Popen(
        [sys.executable, *_OPTIONS, program, str(_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # warnings of libraries may quote a file or a question
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


@dataclass(frozen=True)
class Refusal:
    """The parts of an AssistantError."""

    code: str
    message: str
    next_step: str
    detail: str

    @classmethod
    def of(cls, error: AssistantError) -> "Refusal":
        """The parts of ``error``."""
        return cls(error.code, error.message, error.next_step, error.detail)

    def error(self) -> AssistantError:
        """The error to raise on this side."""
        return AssistantError(self.code, self.message, next_step=self.next_step, detail=self.detail)


def send(pipe: IO[bytes], thing: object) -> None:
    """Write one object, whole: several threads may send."""
    content = pickle.dumps(thing, protocol=5)
    pipe.write(struct.pack("<Q", len(content)) + content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """Read one object; EOFError when the other side is gone."""
    head = pipe.read(8)
    if len(head) < 8:
        raise EOFError
    (length,) = struct.unpack("<Q", head)
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError
    return pickle.loads(content)
