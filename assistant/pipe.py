"""How the assistant and its child processes speak: pickled objects over pipes."""

import pickle
import struct
from dataclasses import dataclass
from typing import IO, Any

from assistant.errors import AssistantError


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
