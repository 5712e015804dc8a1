"""One SQLite file: opened, its tables made, its troubles told in Chinese."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from assistant.errors import AssistantError

FILE = "conversations.sqlite3"
VERSION = 2
_WAIT_S = 10.0
"""For another program that writes, seconds."""

_TABLES = """
CREATE TABLE conversation (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, named INTEGER NOT NULL,
  system TEXT NOT NULL, changed REAL NOT NULL);
CREATE INDEX conversation_by_owner ON conversation (owner, changed);
CREATE TABLE exchange (
  id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversation ON DELETE CASCADE,
  place INTEGER NOT NULL, question TEXT NOT NULL, asked TEXT NOT NULL, mode TEXT NOT NULL,
  answer TEXT NOT NULL, state TEXT NOT NULL, "window" TEXT NOT NULL, seconds REAL NOT NULL,
  tokens_per_s REAL NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, next_step TEXT NOT NULL,
  UNIQUE (conversation, place));
CREATE TABLE picture (
  conversation TEXT NOT NULL REFERENCES conversation ON DELETE CASCADE,
  sha256 TEXT NOT NULL, png BLOB NOT NULL, PRIMARY KEY (conversation, sha256));
CREATE TABLE shown (
  exchange TEXT NOT NULL REFERENCES exchange ON DELETE CASCADE, place INTEGER NOT NULL,
  sha256 TEXT NOT NULL, center REAL, width REAL, window_name TEXT NOT NULL,
  series_uid TEXT NOT NULL, slice_index INTEGER NOT NULL, frame INTEGER NOT NULL,
  words TEXT NOT NULL, replaced INTEGER NOT NULL, sides TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (exchange, place));
"""
_SIDES = "ALTER TABLE shown ADD COLUMN sides TEXT NOT NULL DEFAULT ''"
"""What version 1 did not have."""


class Database:
    """A connection that threads share, one transaction at a time.

    Write-ahead log, so that what was committed survives the end of the process; deleted
    content is overwritten with zeros.

    Args:
        path: the file; made, with its tables, when it is not there.

    Raises:
        AssistantError: STO-101 not to be opened, STO-102 damaged or foreign, STO-103 disk
            full, STO-104 locked, STO-105 made by a newer version.
    """

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        with told():
            fresh = not path.exists()
            self._connection = sqlite3.connect(
                path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
            )
        try:
            with told():
                if fresh:
                    path.chmod(0o600)
                    self._connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                self._write_ahead()
                for pragma in (
                    *("synchronous = FULL", "secure_delete = ON"),
                    *("foreign_keys = ON", "temp_store = MEMORY"),
                ):
                    self._connection.execute(f"PRAGMA {pragma}").fetchall()
                self._make_tables()
        except BaseException:
            self._connection.close()
            raise

    def _write_ahead(self) -> None:
        """Of two programs that make the file at the same time one waits: SQLite does not."""
        until = time.monotonic() + _WAIT_S
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL").fetchall()
                return
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # whatever the kind
                if not busy or time.monotonic() > until:
                    raise
            time.sleep(0.02)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for questions only."""
        with self._lock, told():
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it, or nothing."""
        with self._lock, told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                if self._connection.in_transaction:  # a full disk has rolled it back already
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def wipe(self) -> None:
        """Give freed pages back, and empty the log of what was deleted."""
        with self._lock, told():
            self._connection.execute("PRAGMA incremental_vacuum").fetchall()
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Write the log back into the file and let it go."""
        with self._lock:
            self._connection.close()

    def _make_tables(self) -> None:
        with self.writing() as connection:
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            if found > VERSION:
                raise AssistantError(
                    "STO-105",
                    "对话记录由更新版本的程序写成，本版本不能读取。",
                    next_step="请使用更新的版本，或用 --data 指定另一个数据文件夹。",
                )
            if found == 0:
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
            if found == 1:
                connection.execute(_SIDES)
            if found < VERSION:
                connection.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def told() -> Iterator[None]:
    """What SQLite complains of, as a sentence with a code."""
    try:
        yield
    except sqlite3.Error as error:
        raise _as_told(error) from error


def _as_told(error: sqlite3.Error) -> AssistantError:
    name = getattr(error, "sqlite_errorname", "")
    detail = f"{type(error).__name__} {name}"
    if name.startswith("SQLITE_FULL") or name.startswith("SQLITE_IOERR"):
        return AssistantError(
            "STO-103",
            "磁盘已满或出错，对话没有写下；此前的记录都在。",
            next_step="请腾出磁盘空间后再问一次。",
            detail=detail,
        )
    if name.startswith("SQLITE_BUSY") or name.startswith("SQLITE_LOCKED"):
        return AssistantError(
            "STO-104",
            "对话记录正被另一个程序占用。",
            next_step="请关闭正在打开该文件的程序后再试。",
            detail=detail,
        )
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return AssistantError(
            "STO-101",
            "对话记录无法打开或写入。",
            next_step="请检查数据文件夹的权限，或用 --data 指定另一个文件夹。",
            detail=detail,
        )
    return AssistantError(
        "STO-102",
        "对话记录文件已损坏，或不是本软件的文件。",
        next_step=f"请把数据文件夹中的 {FILE} 改名留存，再重新启动；将从空白记录开始。",
        detail=detail,
    )
