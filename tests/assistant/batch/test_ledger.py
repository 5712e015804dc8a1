import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.batch import ledger as book
from assistant.batch.database import LEDGER
from assistant.batch.ledger import Filed, Ledger, Tally, open_ledger, read_ledger
from assistant.batch.plan import LINK_OUT, Entry
from assistant.batch.query import Query
from assistant.batch.row import Row
from assistant.errors import AssistantError
from assistant.imaging.slice import Slice


def row(file: str, text: str = "右肺上叶结节。") -> Row:
    return Row.answered(file, "00", window="肺", model="m", text=text)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "out") as ledger:
        yield ledger


def entries(*names: str) -> Iterator[Entry]:
    return (Entry(Path("in", name), name) for name in names)


def test_entries_come_in_order_and_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(book, "PAGE", 2)
    assert ledger.plan(entries("c", "a", "b", "e", "d")) == 5
    seen = []
    for entry in ledger.entries():
        seen.append(entry)
        ledger.settle(Filed(row(entry.name)))
    assert seen == list(entries("a", "b", "c", "d", "e"))
    assert list(ledger.entries()) == []
    assert [f.row.file for f in ledger.find(Query("file"))] == ["a", "b", "c", "d", "e"]


def test_a_name_of_any_bytes_leads_back_to_its_file(ledger: Ledger):
    path = Path("in") / b"\xff.dcm".decode("utf-8", "surrogateescape")
    ledger.plan([Entry(path, "\\xff.dcm", LINK_OUT)])
    assert ledger.entry("\\xff.dcm") == Entry(path, "\\xff.dcm", LINK_OUT)
    assert ledger.entry("none") is None


def test_answers_are_of_one_job_and_content_and_outlive_a_run(tmp_path: Path):
    for _ in range(2):
        with open_ledger(tmp_path) as ledger:
            ledger.plan(entries("a", "b"))
            filed = Filed(row("a"), 0.5, b"jpg")
            ledger.settle(filed, answers=("job", "aa"))
            ledger.settle(Filed(Row("b", "bb", "failed", "ENG-002")))
            assert ledger.answer("job", "aa") == filed
            assert ledger.answer("job", "bb") is None
            assert ledger.answer("other", "aa") is None


def test_rows_are_found_filtered_and_sorted(ledger: Ledger):
    texts = {"a": "未见异常。", "b_1": "右肺结节。", "c": "右侧气胸。", "b%1": "右侧气胸。"}
    ledger.plan(entries(*texts, "d", "e", "f"))
    for name, text in texts.items():
        ledger.settle(Filed(row(name, text)))
    ledger.settle(Filed(Row("d", "", "refused", "IMG-102", text="文件是空的。")))
    ledger.settle(Filed(row("e", "")))

    def found(query: Query, limit: int | None = None) -> list[str]:
        return [filed.row.file for filed in ledger.find(query, limit=limit)]

    assert found(Query("urgency")) == ["b%1", "c", "e", "b_1", "a", "d"]
    assert found(Query("arrival")) == ["e", "d", "b%1", "c", "b_1", "a"]
    assert found(Query(kind="紧急")) == ["b%1", "c"]
    assert found(Query(kind="需复核")) == ["e"]
    assert found(Query(kind="refused")) == ["d"]
    assert found(Query(text="b%1")) == ["b%1"]
    assert found(Query(text="气胸")) == ["b%1", "c"]
    assert found(Query(), limit=2) == ["b%1", "c"]
    assert ledger.count(Query(kind="关注")) == 1
    assert ledger.tally() == Tally(total=7, done=5, refused=1, urgent=2, review=1)
    assert ledger.tally().settled == 6


def test_what_is_found_is_what_a_person_reads_of_a_row(ledger: Ledger):
    ledger.plan(entries("IM1", "IM12"))
    for name in ("IM1", "IM12"):
        answer = Row.answered(name, "12" * 32, window="肺", model="m", text="右肺上叶结节，约8mm。")
        ledger.settle(Filed(answer))

    def found(text: str) -> int:
        return ledger.count(Query(text=text))

    assert (found("12"), found("im12"), found("上叶结节"), found("右肺上叶肺结节")) == (1, 1, 2, 2)
    assert [found(key) for key in ("text", "status", "done", '"', "sha256")] == [0] * 5


def test_a_plan_that_fails_leaves_the_last_run_as_it_was(ledger: Ledger):
    ledger.plan(entries("a"))

    def breaking() -> Iterator[Entry]:
        yield from entries("b")
        raise AssistantError("BAT-102", "多。", next_step="")

    with pytest.raises(AssistantError, match="BAT-102"):
        ledger.plan(breaking())
    assert [entry.name for entry in ledger.entries()] == ["a"]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(AssistantError, match="BAT-105"), open_ledger(tmp_path / "file" / "out"):
        pass


def test_a_damaged_book_is_told(tmp_path: Path):
    (tmp_path / LEDGER).write_bytes(b"not a database, but long enough to be looked at" * 99)
    with pytest.raises(AssistantError, match="BAT-108"), open_ledger(tmp_path):
        pass
    (tmp_path / LEDGER).unlink()
    with open_ledger(tmp_path):  # the lock is free again
        pass


def test_a_full_disk_is_told(ledger: Ledger):
    ledger.plan(entries("a"))
    ledger._database._connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(AssistantError, match="BAT-106"):
        ledger.settle(Filed(row("a", "字" * 100000)))
    ledger._database._connection.execute("PRAGMA max_page_count = 1000000")
    assert [entry.name for entry in ledger.entries()] == ["a"]
    ledger.settle(Filed(row("a")))


def test_the_book_can_be_opened_by_other_programs(tmp_path: Path):
    with open_ledger(tmp_path) as ledger:
        ledger.plan(entries("a"))
        assert sqlite3.connect(tmp_path / LEDGER).execute("SELECT name FROM files").fetchall() == [
            ("a",)
        ]


def test_a_series_without_places_keeps_its_numbers(ledger: Ledger):
    ledger.plan(entries("IM1", "IM10"))
    for name, number in (("IM1", 1), ("IM10", 10)):
        ledger.note(name, "aa", Slice(source="dicom", series_uid="s", number=number))
    ((first, last),) = ledger.series()
    assert (first.place.number, last.place.number) == (1, 10)


def test_a_ledger_of_an_earlier_version_is_gone_on_with(tmp_path: Path):
    with open_ledger(tmp_path) as ledger:
        ledger.plan(entries("a"))
        ledger.settle(Filed(row("a")))
    with closing(sqlite3.connect(tmp_path / LEDGER)) as connection:
        connection.execute("ALTER TABLE files DROP COLUMN number")
    with read_ledger(tmp_path) as ledger:
        assert [filed.row.file for filed in ledger.find(Query())] == ["a"]
        ledger.note("a", "aa", Slice(source="dicom", series_uid="s", number=3))
        ((member,),) = ledger.series()
        assert member.place.number == 3
