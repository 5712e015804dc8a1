"""What passes between the assistant and its reading process, and how."""

import pickle
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from assistant.errors import AssistantError
from assistant.imaging.gate import Kind

READY = "ready"


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

    source: Path | bytes = field(repr=False)
    kind: Kind
    size: int
    frame: int | None
    salt: bytes = field(repr=False)


@dataclass(frozen=True)
class Refusal:
    """The parts of an AssistantError."""

    code: str
    message: str
    next_step: str
    detail: str

    def error(self) -> AssistantError:
        """The error to raise on this side."""
        return AssistantError(self.code, self.message, next_step=self.next_step, detail=self.detail)


def send(pipe: IO[bytes], thing: object) -> None:
    """Write one object."""
    content = pickle.dumps(thing, protocol=5)
    pipe.write(struct.pack("<Q", len(content)))
    pipe.write(content)
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
