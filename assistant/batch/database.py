"""The SQLite file of a results folder: one owner, whole transactions, errors in Chinese."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from filelock import FileLock, Timeout

from assistant.errors import AssistantError

LEDGER = "progress.sqlite3"
LOCK = ".progress.lock"


class Database:
    """A SQLite connection that any thread may use.

    Args:
        path: the file, made if need be.
        schema: statements that make what is not there yet.
        added: table, column and type of what files of earlier versions lack.
    """

    def __init__(self, path: Path, schema: str, added: Iterable[tuple[str, str, str]] = ()) -> None:
        self._lock = RLock()
        with _told():
            self._connection = sqlite3.connect(
                path, timeout=30, isolation_level=None, check_same_thread=False
            )
            # Full: a row that was shown is on the disk, whatever happens to the power.
            self._connection.executescript(f"PRAGMA synchronous = FULL; {schema}")
        for table, column, kind in added:
            if not self._has(table, column):
                with self.writing() as connection:
                    if not self._has(table, column):  # another process may have been first
                        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")

    def _has(self, table: str, column: str) -> bool:
        return any(name == column for _, name, *_ in self.fetch(f"PRAGMA table_info({table})"))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def fetch(self, sql: str, values: tuple[object, ...] = ()) -> list[Any]:
        """All rows of a query.

        Raises:
            AssistantError: BAT-106 the disk refuses, BAT-108 the file is damaged.
        """
        with self._lock, _told():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is on the disk at the end, or none.

        Raises:
            AssistantError: BAT-106 the disk refuses, BAT-108 the file is damaged.
        """
        with self._lock, _told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


@contextmanager
def own_database(
    out: Path, schema: str, added: Iterable[tuple[str, str, str]] = ()
) -> Iterator[Database]:
    """The database of a results folder, which is made if need be, for this process alone.

    Raises:
        AssistantError: BAT-105 the folder cannot be made or written, BAT-107 another batch
            writes there, BAT-108 the file is damaged.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = FileLock(out / LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise AssistantError(
            "BAT-107",
            "另一个批量任务正在使用这个输出文件夹。",
            next_step="请等它结束，或换一个输出文件夹。",
        ) from error
    except OSError as error:
        raise AssistantError(
            "BAT-105",
            "输出文件夹无法创建或写入。",
            next_step="请换一个有写入权限的文件夹。",
            detail=type(error).__name__,
        ) from error
    try:
        with closing(Database(out / LEDGER, schema, added)) as database:
            yield database
    finally:
        lock.release()


def cannot_write(name: str, error: Exception) -> AssistantError:
    """BAT-106: the disk does not take it."""
    return AssistantError(
        "BAT-106",
        f"{name} 写不进去，可能磁盘已满，或文件正被其他程序（如 Excel）打开。",
        next_step="请关闭该文件或腾出空间后重新运行，已完成的结果会直接沿用。",
        detail=type(error).__name__,
    )


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise cannot_write(LEDGER, error) from error
    except sqlite3.DatabaseError as error:
        raise AssistantError(
            "BAT-108",
            f"进度文件 {LEDGER} 已损坏。",
            next_step="请把它移走后重新运行；已写出的结果文件不受影响。",
            detail=type(error).__name__,
        ) from error
