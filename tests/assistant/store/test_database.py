import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from assistant.errors import AssistantError
from assistant.store.database import FILE, VERSION, Database, told


def test_the_log_is_written_ahead_and_the_file_is_one_s_own(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE)
    with database.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    if sys.platform != "win32":
        for path in tmp_path.iterdir():
            assert path.stat().st_mode & 0o077 == 0, path.name
    database.close()


def test_a_transaction_is_whole_or_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE)
    row = ("a", "o", "t", 0, "s", 0)
    with pytest.raises(AssistantError), database.writing() as connection:
        connection.executemany("INSERT INTO conversation VALUES (?,?,?,?,?,?)", [row, row])
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM conversation").fetchone() == (0,)
    database.close()


def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(AssistantError, match="STO-102") as refusal:
        Database(tmp_path / FILE)
    assert FILE in refusal.value.next_step
    assert (tmp_path / FILE).read_bytes() == b"not a database" * 100


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(AssistantError, match="STO-105"):
        Database(tmp_path / FILE)


def test_a_file_of_the_first_version_is_carried_over(tmp_path: Path) -> None:
    path = tmp_path / FILE
    Database(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE shown DROP COLUMN sides")
        connection.execute("INSERT INTO conversation VALUES ('a','o','t',0,'s',0)")
        connection.execute("INSERT INTO exchange VALUES ('e','a',0,'','','','','','',0,0,'','','')")
        connection.execute("INSERT INTO shown VALUES ('e',0,'',1,2,'','',0,0,'第 3/5 层',0)")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    for _ in range(2):
        with closing(Database(path)) as database, database.reading() as connection:
            assert connection.execute("SELECT words, sides FROM shown").fetchall() == [
                ("第 3/5 层", "")
            ]
            assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="STO-101"):
        Database(tmp_path / "missing" / FILE)


def test_a_full_disk_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE)
    with database.writing() as connection:
        connection.execute("INSERT INTO conversation VALUES ('a','o','t',0,'s',0)")
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    with database.reading() as connection:
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(AssistantError, match="STO-103"), database.writing() as connection:
        connection.execute(
            "INSERT INTO conversation VALUES ('b','o',?,0,'s',0)", (os.urandom(99999).hex(),)
        )
    with database.reading() as connection:
        assert connection.execute("SELECT id FROM conversation").fetchall() == [("a",)]
    database.close()


def test_a_busy_file_is_told() -> None:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorname = "SQLITE_BUSY"
    with pytest.raises(AssistantError, match="STO-104"), told():
        raise error


def test_a_program_that_starts_while_another_makes_the_file_waits_for_it(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        Timer(0.3, lambda: other.execute("ROLLBACK")).start()
        with closing(Database(path)) as database, database.reading() as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
