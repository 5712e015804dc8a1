"""A row on its way from a source to the training data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from trainer.data.corpus.reasons import Reason

Fetch = Callable[[], bytes | None]
"""Reads a picture when it is needed; None where the source has none.

Raises ``MissingError`` where it can say why, ``OSError`` where it cannot be read.
"""


class MissingError(Exception):
    """The source has no such picture; the text says why, in Chinese."""


@dataclass(frozen=True)
class Turn:
    """One utterance; ``pictures`` are shown before it.

    A user's turn with no text stands for the default question.
    """

    role: Literal["user", "assistant"]
    text: str
    pictures: int = 0


@dataclass(frozen=True)
class RawRow:
    """What a source says, unjudged.

    Attributes:
        file: the file it is in, relative to its source.
        number: which row of that file, from 0.
        id: what the source calls it.
        turns: alternating, the user's first.
        pictures: in the order of the turns.
        case: names the source picture or patient where the source does, else "".
        fault: a reader's own objection, with detail.
    """

    file: str
    number: int
    id: str
    turns: tuple[Turn, ...] = ()
    pictures: tuple[Fetch, ...] = ()
    case: str = ""
    fault: tuple[Reason, str] | None = None


@dataclass(frozen=True)
class Unit:
    """A piece of a source that one worker reads from its beginning.

    Attributes:
        number: over all sources; ``number << 24`` is the ordinal of its first row.
        source: which source, from 0.
        file: which file of it.
        start, stop: row groups, entries or shards, as the source counts.
        first: number of its first row in the file.
        rows: how many, None where only reading tells.
    """

    number: int
    source: int
    file: str
    start: int
    stop: int
    first: int
    rows: int | None


@dataclass(frozen=True)
class Stored:
    """A picture of a kept row.

    Attributes:
        key: 16 bytes of the sha256 of its grey pixels and shape; its hex names the file.
        jpeg: the file to write, without metadata.
        look: 64-bit difference hash, equal for pictures that look alike.
        identity: as in :class:`~trainer.data.corpus.picture.Picture`.
    """

    key: bytes
    jpeg: bytes
    look: int
    identity: bytes = b""


@dataclass(frozen=True)
class Judged:
    """A row with its verdict.

    Attributes:
        raw: the row.
        reason: why it is left out, None if it stays.
        detail: of the reason.
        why: on what evidence it counts as CT.
        turns: cleaned.
        pictures: of a kept row.
        thumbnail: small JPEG for the data card, of sampled rows only.
    """

    raw: RawRow
    reason: Reason | None = None
    detail: str = ""
    why: str = ""
    turns: tuple[Turn, ...] = ()
    pictures: tuple[Stored, ...] = ()
    thumbnail: bytes = b""
