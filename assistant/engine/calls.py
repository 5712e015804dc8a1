"""What passes between the assistant and its engine process."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.engine.base import Capabilities
from assistant.engine.loader import EngineChoice
from assistant.engine.memory import Budget
from assistant.models.catalog import ModelFolder


@dataclass(frozen=True)
class Load:
    """The first thing said: which model, as ``loader.load_engine`` takes it."""

    model: ModelFolder
    engine: EngineChoice
    cache_dir: Path | None
    budget: Budget | None


@dataclass(frozen=True)
class Loaded:
    """The answer to that, when all is well.

    Attributes:
        resident_bytes: memory that loading took; None where it cannot be told.
    """

    capabilities: Capabilities
    resident_bytes: int | None


@dataclass(frozen=True)
class Call:
    """Call a method of the engine.

    Attributes:
        number: names the call in later messages.
        stoppable: the method takes an event as its last argument, set by ``Cancel``.
        streamed: the method gives an iterator, which ``Next`` moves on; this only begins it.
    """

    number: int
    method: str
    arguments: tuple[Any, ...] = field(repr=False)
    stoppable: bool = False
    streamed: bool = False


@dataclass(frozen=True)
class Next:
    """The next item of a streamed call, please."""

    number: int


@dataclass(frozen=True)
class Cancel:
    """Set the event of a call, at once. Has no reply."""

    number: int


@dataclass(frozen=True)
class Drop:
    """Nobody wants the rest of a streamed call. Has no reply: it may be sent at any time."""

    number: int


@dataclass(frozen=True)
class Ended:
    """A streamed call has no more items."""


@dataclass(frozen=True)
class Broken:
    """What nobody foresaw, for the log."""

    detail: str
