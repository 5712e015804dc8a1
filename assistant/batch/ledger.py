"""What a batch knows, on disk: the files of this run, and every answer ever given.

A row is there whole or not at all, however the program ends, and memory does not grow
with the number of files.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.batch.database import LEDGER, Database, own_database
from assistant.batch.plan import Entry
from assistant.batch.query import Query
from assistant.batch.row import Row
from assistant.imaging.slice import Notice, Slice

PAGE = 500
"""Rows in memory at a time."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers(
  job TEXT, sha256 TEXT, row TEXT NOT NULL, suspicion REAL, thumbnail BLOB,
  PRIMARY KEY(job, sha256));
CREATE TABLE IF NOT EXISTS files(
  name TEXT PRIMARY KEY, path BLOB NOT NULL, why_code TEXT, why_text TEXT,
  sha256 TEXT, series TEXT, orientation TEXT, position REAL, number INTEGER,
  row TEXT, status TEXT, urgency TEXT, rank INTEGER, suspicion REAL, arrived INTEGER,
  thumbnail BLOB);
CREATE INDEX IF NOT EXISTS by_rank ON files(rank, suspicion, name);
CREATE INDEX IF NOT EXISTS by_series ON files(series, name);
CREATE INDEX IF NOT EXISTS by_status ON files(status, urgency);
CREATE INDEX IF NOT EXISTS by_arrival ON files(arrived);
"""
_ADDED = (("files", "number", "INTEGER"),)
_RANKS = {"紧急": 0, "需复核": 1, "关注": 2, "常规": 3, "": 4}


@dataclass(frozen=True)
class Filed:
    """A row and what is shown with it.

    Attributes:
        row: what became of the file.
        suspicion: P(异常) from 0 to 1, where the engine can tell.
        thumbnail: a small JPEG, b"" without a picture.
    """

    row: Row
    suspicion: float | None = None
    thumbnail: bytes = b""


@dataclass(frozen=True)
class Tally:
    """How many files there are, and how many rows of each kind."""

    total: int = 0
    done: int = 0
    refused: int = 0
    failed: int = 0
    skipped: int = 0
    urgent: int = 0
    review: int = 0

    @property
    def settled(self) -> int:
        """Files that have their row."""
        return self.done + self.refused + self.failed + self.skipped


@dataclass(frozen=True)
class Member:
    """A file of a series: ``place`` is its slice without the pixels."""

    name: str
    sha256: str
    place: Slice


@dataclass(frozen=True)
class Ledger:
    """The batch's book; methods may be called from any thread."""

    _database: Database

    def plan(self, entries: Iterable[Entry]) -> int:
        """Begin a run: these are its files, none has a row yet; how many they are."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM files")
            connection.executemany(
                "INSERT INTO files(path, name, why_code, why_text) VALUES (?, ?, ?, ?)",
                map(_planned, entries),
            )
        return self.tally().total

    def entries(self) -> Iterator[Entry]:
        """The files without a row, in order of name."""
        after = ""
        while page := self._database.fetch(
            "SELECT path, name, why_code, why_text FROM files"
            " WHERE row IS NULL AND name > ? ORDER BY name LIMIT ?",
            (after, PAGE),
        ):
            yield from (_entry(*found) for found in page)
            after = page[-1][1]

    def entry(self, name: str) -> Entry | None:
        """One file of this run."""
        sql = "SELECT path, name, why_code, why_text FROM files WHERE name = ?"
        return next((_entry(*found) for found in self._database.fetch(sql, (name,))), None)

    def row(self, name: str) -> Filed | None:
        """The row of one file, if it has one."""
        sql = "SELECT row, suspicion, thumbnail FROM files WHERE name = ? AND row IS NOT NULL"
        return next((_filed(*found) for found in self._database.fetch(sql, (name,))), None)

    def note(self, name: str, sha256: str, slice_: Slice) -> None:
        """Where in the patient a file's slice lies."""
        turned = json.dumps(slice_.orientation) if slice_.orientation else None
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE files SET sha256 = ?, series = ?, orientation = ?, position = ?,"
                " number = ? WHERE name = ?",
                (
                    *(sha256, slice_.series_uid or f"/{name}", turned),
                    *(slice_.position_mm, slice_.number, name),
                ),
            )

    def series(self) -> Iterator[tuple[Member, ...]]:
        """The files of each series that were read in this run."""
        uid = ""
        while found := self._database.fetch(
            "SELECT DISTINCT series FROM files WHERE series > ? ORDER BY series LIMIT 1", (uid,)
        ):
            uid = found[0][0]
            yield tuple(
                Member(name, sha256, _place(uid, *place))
                for name, sha256, *place in self._database.fetch(
                    "SELECT name, sha256, orientation, position, number FROM files"
                    " WHERE series = ? ORDER BY name",
                    (uid,),
                )
            )

    def answer(self, job: str, sha256: str) -> Filed | None:
        """What was answered before to the same question about the same content."""
        sql = "SELECT row, suspicion, thumbnail FROM answers WHERE job = ? AND sha256 = ?"
        found = self._database.fetch(sql, (job, sha256))
        return next((_filed(*values) for values in found), None)

    def settle(self, filed: Filed, *, answers: tuple[str, str] | None = None) -> None:
        """Give a file its row; ``answers`` is the job and digest that it is an answer to."""
        row = filed.row
        text = json.dumps(row.to_json(), ensure_ascii=False)
        with self._database.writing() as connection:
            if answers is not None:
                connection.execute(
                    "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
                    (*answers, text, filed.suspicion, filed.thumbnail),
                )
            connection.execute(
                "UPDATE files SET row = ?, status = ?, urgency = ?, rank = ?, suspicion = ?,"
                " thumbnail = ?, arrived = (SELECT 1 + coalesce(max(arrived), 0) FROM files)"
                " WHERE name = ?",
                (
                    *(text, row.status, row.urgency, _RANKS[row.urgency], filed.suspicion),
                    *(filed.thumbnail, row.file),
                ),
            )

    def find(self, query: Query, *, limit: int | None = None) -> Iterator[Filed]:
        """Rows in the query's order, up to ``limit`` of them; one page in memory at a time."""
        condition, values = query.condition()
        sql = (
            f"SELECT row, suspicion, thumbnail FROM files WHERE row IS NOT NULL{condition}"
            f" ORDER BY {query.ordering} LIMIT ? OFFSET ?"
        )
        shown = 0
        while limit is None or shown < limit:
            size = PAGE if limit is None else min(PAGE, limit - shown)
            page = self._database.fetch(sql, (*values, size, shown))
            yield from (_filed(*found) for found in page)
            shown += len(page)
            if len(page) < size:
                return

    def count(self, query: Query) -> int:
        """Rows that the query finds."""
        condition, values = query.condition()
        sql = f"SELECT count(*) FROM files WHERE row IS NOT NULL{condition}"
        return int(self._database.fetch(sql, values)[0][0])

    def tally(self) -> Tally:
        """Counts of this run."""
        found = self._database.fetch(
            "SELECT status, urgency, count(*) FROM files GROUP BY status, urgency"
        )
        rows = dict.fromkeys(Row.STATUSES, 0)
        kinds: Counter[str] = Counter()
        for status, urgency, count in found:
            if status is not None:
                rows[status] += count
                kinds[urgency] += count
        total = sum(count for *_, count in found)
        return Tally(total, urgent=kinds["紧急"], review=kinds["需复核"], **rows)


@contextmanager
def open_ledger(out: Path) -> Iterator[Ledger]:
    """The book in a results folder, for this process alone.

    Raises:
        AssistantError: BAT-105 the folder cannot be made or written, BAT-107 another batch
            writes there, BAT-108 the book is damaged.
    """
    with own_database(out, _SCHEMA, _ADDED) as database:
        yield Ledger(database)


@contextmanager
def read_ledger(out: Path) -> Iterator[Ledger]:
    """The book as it stands, also while a batch writes it.

    Raises:
        AssistantError: BAT-106, BAT-108 it cannot be read.
    """
    with closing(Database(out / LEDGER, _SCHEMA, _ADDED)) as database:
        yield Ledger(database)


def _planned(entry: Entry) -> tuple[bytes, str, str | None, str | None]:
    why = entry.why_not
    said = (why.code, why.message) if why else (None, None)
    return os.fsencode(entry.path), entry.name, *said


def _entry(path: bytes, name: str, code: str | None, text: str | None) -> Entry:
    why_not = Notice(code, text) if code and text else None
    return Entry(Path(os.fsdecode(path)), name, why_not)


def _place(uid: str, turned: str | None, position: float | None, number: int | None) -> Slice:
    orientation = tuple(json.loads(turned)) if turned else None
    alone = uid.startswith("/")
    return Slice(
        series_uid="" if alone else uid,
        orientation=orientation,
        position_mm=position,
        number=number,
    )


def _filed(row: str, suspicion: float | None, thumbnail: bytes | None) -> Filed:
    return Filed(Row.from_json(json.loads(row)), suspicion, thumbnail or b"")
