import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import AssistantError
from assistant.store.exchange import Exchange, Record
from assistant.store.ledger import Ledger
from tests.assistant.store.conftest import done, keep, picture

OpenLedger = Callable[[], Ledger]


def titles(ledger: Ledger, owner: str, search: str = "") -> list[str]:
    return [heading.title for heading in ledger.headings(owner, search)]


def test_everything_is_there_after_a_restart(open_ledger: OpenLedger) -> None:
    failed = Exchange(
        "三", "三", state="failed", error=AssistantError("ENG-002", "出错。", next_step="重试。")
    )
    second = replace(
        done("二", "肺结节。"), mode="report", window="肺", seconds=1.5, tokens_per_s=20.0,
        asked="二\n请分段。", state="cut",
    )  # fmt: skip
    before = open_ledger()
    record = keep(before, "甲", done("一", "好。", picture(0), picture(1)), second, failed)
    before.close()
    found = open_ledger().load("甲", record.id)
    assert (found.id, found.system, found.title) == (record.id, "system", "题")
    first, again, broken = found.exchanges
    assert [p.place for p in first.pictures] == ["第 3/20 层"] * 2
    assert [p.replaced for p in first.pictures] == [False, True]
    assert [p.sides for p in first.pictures] == ["RL", "RL"]
    for kept, shown in zip(first.pictures, record.exchanges[0].pictures, strict=True):
        assert np.array_equal(kept.image.pixels, shown.image.pixels)
        assert kept.image.window == shown.image.window
        assert kept.image.window_name == shown.image.window_name
        assert kept.image.slice_ref == shown.image.slice_ref
        assert kept.image.sha256 == shown.image.sha256
    fields = ("id", "question", "asked", "mode", "answer", "state", "window", "seconds")
    assert [getattr(again, name) for name in fields] == [getattr(second, name) for name in fields]
    assert broken.error is not None
    assert broken.error.code == "ENG-002"
    assert [turn.text for turn in found.conversation.turns] == [
        "一",
        "好。",
        "二\n请分段。",
        "肺结节。",
    ]


def test_a_picture_sent_twice_is_kept_once(ledger: Ledger) -> None:
    keep(ledger, "甲", done("一", "好。", picture()), done("二", "好。", picture()))
    with sqlite3.connect(ledger.path) as other:
        assert other.execute("SELECT count(*) FROM picture").fetchone() == (1,)
        assert other.execute("SELECT count(*) FROM shown").fetchone() == (2,)


def test_nobody_sees_or_touches_what_is_another_s(ledger: Ledger) -> None:
    record = keep(ledger, "甲", done("只有甲知道", "好。", picture()))
    sha256 = record.exchanges[0].pictures[0].image.sha256
    assert ledger.picture("甲", record.id, sha256) is not None
    assert ledger.picture("乙", record.id, sha256) is None
    assert titles(ledger, "乙") == []
    for refused in (
        lambda: ledger.load("乙", record.id),
        lambda: ledger.rename("乙", record.id, "新"),
        lambda: ledger.delete("乙", record.id),
        lambda: ledger.begin("乙", record, done("二")),
        lambda: ledger.begin("乙", Record("s", id=record.id), done("二")),
    ):
        with pytest.raises(AssistantError, match="STO-201"):
            refused()
    assert titles(ledger, "甲") == ["题"]


def test_words_are_looked_up_in_titles_questions_and_answers(ledger: Ledger) -> None:
    keep(ledger, "甲", done("右肺有无结节？", "见 CT 征象。"), title="胸部")
    keep(ledger, "甲", done("脑出血？", "未见 100% 把握。"), title="头颅")
    keep(ledger, "乙", done("右肺"), title="别人的")
    assert titles(ledger, "甲") == ["头颅", "胸部"]
    assert titles(ledger, "甲", "右肺") == ["胸部"]
    assert titles(ledger, "甲", "ct 结节") == ["胸部"]
    assert titles(ledger, "甲", "头颅") == ["头颅"]
    assert titles(ledger, "甲", "100%") == ["头颅"]
    assert titles(ledger, "甲", "%") == ["头颅"]
    assert titles(ledger, "甲", "_") == []
    assert titles(ledger, "甲", "右肺 出血") == []


def test_a_name_given_by_hand_stays_and_identifies_nobody(ledger: Ledger) -> None:
    record = keep(ledger, "甲", done("一"))
    ledger.rename("甲", record.id, "  随访\n患者姓名：张三 ")
    ledger.finish("甲", record.id, record.exchanges[0], "胸部 · 一")
    assert titles(ledger, "甲") == ["随访 患者姓名：〔已隐去〕"]
    with pytest.raises(AssistantError, match="STO-202"):
        ledger.rename("甲", record.id, " \n")


def raw(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_what_is_deleted_is_in_no_file_any_more(ledger: Ledger, tmp_path: Path) -> None:
    stays = keep(ledger, "甲", done("留下的话", "好。", picture(1)))
    gone = keep(ledger, "甲", done("删掉的话" * 50, "删掉的答" * 900, picture(2)))
    png = ledger.picture("甲", gone.id, gone.exchanges[0].pictures[0].image.sha256)
    assert png is not None
    assert "删掉的话".encode() in raw(tmp_path)
    assert png[40:80] in raw(tmp_path)
    ledger.delete("甲", gone.id)
    left = raw(tmp_path)
    assert "删掉".encode() not in left
    assert png[40:80] not in left
    assert "留下的话".encode() in left
    assert [heading.id for heading in ledger.headings("甲")] == [stays.id]
    with pytest.raises(AssistantError, match="STO-201"):
        ledger.load("甲", gone.id)


def test_going_on_from_an_earlier_question_removes_what_followed(
    ledger: Ledger, tmp_path: Path
) -> None:
    record = keep(
        ledger, "甲", done("一", "好。", picture()), done("二旧问", "旧答", picture(9)), done("三")
    )
    place = record.before(record.exchanges[1].id)
    ledger.begin("甲", place, done("二新问", "新答"))
    found = ledger.load("甲", record.id)
    assert [exchange.question for exchange in found.exchanges] == ["一", "二新问"]
    assert "旧问".encode() not in raw(tmp_path)
    with sqlite3.connect(ledger.path) as other:
        assert other.execute("SELECT count(*) FROM picture").fetchone() == (1,)


def test_an_answer_of_a_deleted_conversation_does_not_bring_it_back(ledger: Ledger) -> None:
    record = Record("s")
    asked = Exchange("一", "一")
    ledger.begin("甲", record, asked)
    ledger.delete("甲", record.id)
    ledger.write(replace(asked, answer="迟到的话"))
    ledger.finish("甲", record.id, replace(asked, answer="迟到的话", state="done"), "题")
    assert ledger.count() == 0
    with pytest.raises(AssistantError, match="STO-201"):
        ledger.begin("甲", record.updated(asked), Exchange("二", "二"))


def test_what_nobody_touched_for_long_goes(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = time.time()
    monkeypatch.setattr("assistant.store.ledger.time.time", lambda: now - 40 * 86400)
    keep(ledger, "甲", done("四十天前"))
    monkeypatch.setattr("assistant.store.ledger.time.time", lambda: now)
    keep(ledger, "甲", done("今天"), title="今天")
    before = ledger.revision("甲")
    assert ledger.expire(0) == 0
    assert ledger.expire(41) == 0
    assert ledger.expire(30) == 1
    assert titles(ledger, "甲") == ["今天"]
    assert ledger.revision("甲") > before
    assert "四十天前".encode() not in raw(tmp_path)


def test_the_revision_follows_everything_of_the_owner_and_nothing_else(ledger: Ledger) -> None:
    seen = [ledger.revision("甲")]
    record = keep(ledger, "甲", done("一"))
    seen.append(ledger.revision("甲"))
    ledger.finish("甲", record.id, record.exchanges[0], "题")
    seen.append(ledger.revision("甲"))
    ledger.rename("甲", record.id, "新")
    seen.append(ledger.revision("甲"))
    keep(ledger, "乙", done("一"))
    assert ledger.revision("甲") == seen[-1]
    ledger.delete("甲", record.id)
    seen.append(ledger.revision("甲"))
    assert seen == sorted(set(seen))


def test_only_who_has_the_file_alone_calls_answers_interrupted(open_ledger: OpenLedger) -> None:
    first = open_ledger()
    record, asked = Record("s"), Exchange("一", "一", answer="写到一半")
    first.begin("甲", record, asked)
    assert open_ledger().load("甲", record.id).exchanges[0].state == "running"
    first.close()
    second = open_ledger()
    (found,) = second.load("甲", record.id).exchanges
    assert (found.state, found.answer) == ("interrupted", "写到一半")
