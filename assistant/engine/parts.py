"""What the loop needs of a runtime: a vision tower, a language model, KV states.

Rows are the runtime's own arrays or tensors; the loop only passes them on. What takes long
is done in steps, a generator that pauses where others may have their turn.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.imaging.slice import RenderedImage


class HasBytes(Protocol):
    """An array or tensor."""

    @property
    def nbytes(self) -> int:
        """Bytes it takes."""
        ...


Rows = TypeVar("Rows", bound=HasBytes)
RowsOut = TypeVar("RowsOut", bound=HasBytes, covariant=True)
RowsIn = TypeVar("RowsIn", bound=HasBytes, contravariant=True)

Value = TypeVar("Value")
Steps = Generator[None, None, Value]
"""Pauses, and a value in the end."""


@dataclass(frozen=True)
class Done(Generic[Value]):
    """What came of all steps."""

    value: Value


def step(steps: Steps[Value]) -> Done[Value] | None:
    """Take one; None when there are more."""
    try:
        next(steps)
    except StopIteration as end:
        return Done(end.value)
    return None


def at_once(steps: Steps[Value]) -> Value:
    """Their value, without a pause."""
    while (done := step(steps)) is None:
        pass
    return done.value


class Vision(Protocol[RowsOut]):
    """Pixels to picture embeddings; keeps nothing."""

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of merged tokens; ValueError for a shape that cannot be read."""
        ...

    def encode(self, image: RenderedImage, cancel: Event) -> Steps[RowsOut]:
        """Embeddings (tokens, hidden).

        InterruptedError where a step can be cancelled. What has paused may be gone on with for
        somebody else, and minds ``cancel`` no more.
        """
        ...


class Session(Protocol[RowsIn]):
    """One conversation's KV state."""

    @property
    def nbytes(self) -> int:
        """Bytes it takes."""
        ...

    def keep(self, length: int) -> int:
        """Forget every position from ``length`` on, or more; how many are left."""
        ...

    def feed(self, rows: RowsIn, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Append positions (3, n); logits (vocabulary,) after the last."""
        ...


class Batch(Protocol[RowsIn]):
    """Several KV states that grow by one position each at a time."""

    def feed(self, rows: RowsIn, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Append a position (3, n) to each of n states; logits (n, vocabulary) after them."""
        ...

    def keep(self, numbers: Sequence[int]) -> None:
        """Go on with some of the states only."""
        ...


class Language(Protocol[Rows]):
    """Token embeddings and the decoder, shared by all sessions."""

    @property
    def piece(self) -> int:
        """Positions of a prompt that are best computed at a time."""
        ...

    def rows(self, keys: Sequence[int | tuple[str, int]], pictures: dict[str, Rows]) -> Rows:
        """Input (n, hidden): a token's embedding, or the row of a picture by its hash."""
        ...

    def session(self) -> Session[Rows]:
        """A new, empty KV state."""
        ...

    def join(self, sessions: Sequence[Any]) -> Batch[Rows]:
        """Copies of several sessions of its own, to go on together; they stay as they are."""
        ...
