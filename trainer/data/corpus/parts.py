"""Part files: judged rows on disk, committed by rename, a few hundred at a time."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from trainer.data.corpus.origin import digest, origin_of
from trainer.data.corpus.row import Judged, Turn

_TURNS = pa.list_(
    pa.struct([("role", pa.string()), ("text", pa.string()), ("pictures", pa.int32())])
)
SCHEMA = pa.schema(
    [
        ("ordinal", pa.uint64()),
        ("file", pa.string()),
        ("number", pa.int64()),
        ("id", pa.string()),
        ("code", pa.string()),
        ("detail", pa.string()),
        ("why", pa.string()),
        ("turns", _TURNS),
        ("keys", pa.list_(pa.binary(16))),
        ("looks", pa.list_(pa.uint64())),
        ("jpegs", pa.list_(pa.binary())),
        ("same", pa.binary(16)),
        ("origin", pa.uint64()),
        ("ties", pa.list_(pa.binary(16))),
        ("told", pa.string()),
        ("thumbnail", pa.binary()),
    ]
)
WORDS = tuple(name for name in SCHEMA.names if name not in ("jpegs", "thumbnail"))


@dataclass(frozen=True)
class Kept:
    """A row read back from a part.

    Attributes:
        ordinal: place among all rows of all sources.
        code: of the reason why it is left out, "" where it stays.
        keys, looks: of its pictures. jpegs: their files, where the part carries them.
        same: equal for rows that say the same of the same pictures.
        origin, ties, told: as in :class:`~trainer.data.corpus.origin.Origin`.
    """

    ordinal: int
    file: str
    number: int
    id: str
    code: str
    detail: str
    why: str
    turns: tuple[Turn, ...]
    keys: tuple[bytes, ...]
    looks: tuple[int, ...]
    same: bytes
    origin: int
    ties: tuple[bytes, ...]
    told: str
    jpegs: tuple[bytes, ...] = ()
    thumbnail: bytes = b""


@dataclass(frozen=True)
class Marking:
    """How rows are told apart and put together.

    Attributes:
        by_picture: rows of the same pictures are the same, whatever they say.
        pattern: finds the source picture's name in a row's id.
        carry: the part carries the pictures' files.
    """

    by_picture: bool
    pattern: str | None
    carry: bool


def write_part(path: Path, first: int, rows: Sequence[Judged], marking: Marking) -> None:
    """Write rows whose ordinals begin with ``first``; the part is there whole or not at all."""
    records = [_record(first + place, row, marking) for place, row in enumerate(rows)]
    table = pa.Table.from_pylist(records, schema=SCHEMA)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    with partial.open("wb") as file:
        with pa.ipc.new_file(file, SCHEMA) as writer:
            writer.write_table(table)
        if marking.carry:  # else the pictures are files of their own, and not flushed either
            file.flush()
            os.fsync(file.fileno())
    partial.replace(path)


def is_whole(path: Path) -> bool:
    """It is there and was written to its end."""
    try:
        with path.open("rb") as file:
            file.seek(-6, os.SEEK_END)
            return file.read() == b"ARROW1"
    except OSError:
        return False


def read_columns(path: Path, columns: Iterable[str]) -> pa.Table:
    """Some columns of a part; the others are not read from disk."""
    wanted = sorted(SCHEMA.names.index(name) for name in columns)
    options = pa.ipc.IpcReadOptions(included_fields=wanted)
    with pa.OSFile(str(path)) as file, pa.ipc.open_file(file, options=options) as reader:
        return reader.read_all()


def read_part(path: Path, columns: Iterable[str] = SCHEMA.names) -> Iterator[Kept]:
    """The rows of a part, in order."""
    for row in read_columns(path, columns).to_pylist():
        for name in ("keys", "looks", "jpegs", "ties"):
            row[name] = tuple(row.get(name) or ())
        row["turns"] = tuple(Turn(**turn) for turn in row["turns"])
        yield Kept(**row)


def _record(ordinal: int, row: Judged, marking: Marking) -> dict[str, object]:
    keys = [picture.key for picture in row.pictures]
    origin = origin_of(row, marking.pattern)
    words = [] if marking.by_picture else [turn.text for turn in row.turns]
    return {
        "ordinal": ordinal,
        "file": row.raw.file,
        "number": row.raw.number,
        "id": row.raw.id,
        "code": row.reason.code if row.reason else "",
        "detail": row.detail,
        "why": row.why,
        "turns": [vars(turn) for turn in row.turns],
        "keys": keys,
        "looks": [picture.look for picture in row.pictures],
        "jpegs": [p.jpeg for p in row.pictures] if marking.carry else [],
        "same": digest(*keys, *words),
        "origin": origin.number,
        "ties": list(origin.ties),
        "told": origin.told,
        "thumbnail": row.thumbnail,
    }
