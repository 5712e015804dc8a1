import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import AssistantError
from assistant.store.exchange import Exchange, Record
from assistant.store.ledger import Ledger
from assistant.store.scribe import Progress, Scribe
from tests.assistant.store.conftest import picture

LONG = "右肺上叶见结节。" * 40
Open = Callable[..., Scribe]


def explain(error: Exception) -> AssistantError:
    if isinstance(error, AssistantError):
        return error
    return AssistantError("SYS-201", "意外。", next_step="重试。")


@pytest.fixture
def open_scribe(ledger: Ledger) -> Iterator[Open]:
    opened: list[tuple[Scribe, Lane]] = []

    def open_(script: Callable[[Conversation], str], delay_s: float = 0.0) -> Scribe:
        lane = Lane.of(ScriptedEngine(script, token_delay_s=delay_s))
        opened.append((Scribe(lane, ledger, explain), lane))
        return opened[-1][0]

    yield open_
    for scribe, lane in opened:
        scribe.close()
        lane.close()


def asked(question: str = "一") -> Exchange:
    return Exchange(question, question, pictures=(picture(),))


def last(scribe: Scribe, record: Record) -> Exchange:
    return [*scribe.follow(record.id)][-1].exchange


def test_the_answer_is_kept_under_the_region_it_names(open_scribe: Open, ledger: Ledger) -> None:
    scribe = open_scribe(lambda _: "检查所见：右肺上叶结节。", 0.002)
    record = scribe.ask("甲", Record("s"), asked("有无结节？"), Options())
    assert last(scribe, record).state == "done"
    (kept,) = ledger.load("甲", record.id).exchanges
    assert kept.answer == "检查所见：右肺上叶结节。"
    assert kept.tokens_per_s > 0
    assert [h.title for h in ledger.headings("甲")] == ["胸部 · 有无结节？"]
    assert scribe.running(record.id) is None
    assert [*scribe.follow(record.id)] == []


def test_everything_shown_is_kept_before(open_scribe: Open, ledger: Ledger) -> None:
    scribe = open_scribe(lambda _: LONG, 0.005)
    record = scribe.ask("甲", Record("s"), asked(), Options(max_tokens=80))
    seen: list[Progress] = []
    for progress in scribe.follow(record.id):
        seen.append(progress)
        (kept,) = ledger.load("甲", record.id).exchanges
        assert kept.answer.startswith(progress.exchange.answer)
    assert len({progress.exchange.answer for progress in seen}) > 3
    assert seen[-1].exchange.state == "cut"


def test_it_goes_on_while_nobody_looks_and_many_may_look(open_scribe: Open, ledger: Ledger) -> None:
    scribe = open_scribe(lambda _: LONG, 0.002)
    record = scribe.ask("甲", Record("s"), asked(), Options())
    left = scribe.follow(record.id)
    next(left)
    left.close()
    assert last(scribe, record).answer == LONG
    assert ledger.load("甲", record.id).exchanges[0].state == "done"


def test_stop_stops_computing_and_keeps_what_is_written(open_scribe: Open, ledger: Ledger) -> None:
    scribe = open_scribe(lambda _: LONG, 0.01)
    record = scribe.ask("甲", Record("s"), asked(), Options())
    for progress in scribe.follow(record.id):
        if progress.exchange.answer:
            scribe.stop(record.id)
    (kept,) = ledger.load("甲", record.id).exchanges
    assert kept.state == "stopped"
    assert 0 < len(kept.answer) < len(LONG) / 2


def test_one_answer_at_a_time_in_one_conversation(open_scribe: Open) -> None:
    scribe = open_scribe(lambda _: LONG, 0.01)
    record = scribe.ask("甲", Record("s"), asked(), Options())
    with pytest.raises(AssistantError, match="STO-203"):
        scribe.ask("甲", record, asked("二"), Options())
    scribe.stop(record.id)
    last(scribe, record)
    with pytest.raises(AssistantError, match="STO-203"):  # it was read before the answer's end
        scribe.ask("甲", record, asked("二"), Options())


def test_what_breaks_is_told_and_kept(open_scribe: Open, ledger: Ledger) -> None:
    def broken(_: Conversation) -> str:
        raise RuntimeError("C:/患者/张三.dcm")

    scribe = open_scribe(broken)
    record = scribe.ask("甲", Record("s"), asked(), Options())
    error = last(scribe, record).error
    assert error is not None
    assert error.code == "ENG-002"
    (kept,) = ledger.load("甲", record.id).exchanges
    assert kept.error is not None
    assert "张三" not in str(vars(kept.error))


def test_a_question_waits_for_the_same_persons_other_answer(open_scribe: Open) -> None:
    scribe = open_scribe(lambda _: LONG, 0.005)
    first = scribe.ask("甲", Record("s"), asked(), Options(max_tokens=60))
    second = scribe.ask("甲", Record("s"), asked(), Options(max_tokens=5))
    ahead = [progress.ahead for progress in scribe.follow(second.id)]
    assert 1 in ahead
    assert ahead[-1] is None
    assert last(scribe, first) if scribe.running(first.id) else True


def test_the_end_of_the_program_interrupts(open_scribe: Open, ledger: Ledger) -> None:
    scribe = open_scribe(lambda _: LONG, 0.01)
    record = scribe.ask("甲", Record("s"), asked(), Options())
    while not (scribe.running(record.id) or asked()).answer:
        time.sleep(0.01)
    scribe.close()
    (kept,) = ledger.load("甲", record.id).exchanges
    assert kept.state == "interrupted"
    assert kept.answer
    with pytest.raises(AssistantError, match="ENG-005"):
        scribe.ask("甲", record, asked("二"), Options())


def test_asking_anew_hands_the_engine_only_what_came_before(open_scribe: Open) -> None:
    told: list[list[str]] = []

    def script(conversation: Conversation) -> str:
        told.append([turn.text for turn in conversation.turns])
        return f"答{len(told)}"

    scribe = open_scribe(script)
    record = scribe.ask("甲", Record("s"), asked("一"), Options())
    record = record.updated(last_or_kept(scribe, record))
    record = scribe.ask("甲", record, replace(asked("二"), pictures=()), Options())
    second = record.exchanges[1]
    last_or_kept(scribe, record)
    again = scribe.ask("甲", record.before(second.id), Exchange("三", "三"), Options())
    last_or_kept(scribe, again)
    assert told == [["一"], ["一", "答1", "二"], ["一", "答1", "三"]]


def last_or_kept(scribe: Scribe, record: Record) -> Exchange:
    for _ in scribe.follow(record.id):
        pass
    return scribe._ledger.load("甲", record.id).exchanges[-1]
