from threading import Event, Thread

import pytest

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chunk, Options
from assistant.engine.lane import Lane, Waiting
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import AssistantError


def question(text: str = "有出血吗？") -> Conversation:
    return Conversation.new("系统").ask(text)


def answer_of(lane: Lane, conversation: Conversation, cancel: Event | None = None) -> str:
    items = lane.stream(conversation, Options(), cancel or Event())
    return "".join(item.text for item in items if isinstance(item, Chunk))


class GatedEngine(ScriptedEngine):
    """Holds every answer until the gate opens, deaf to cancel like an encoder."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Event()
        self.entered = Event()

    def stream(self, conversation, options, cancel):
        self.entered.set()
        assert self.gate.wait(10)
        yield from super().stream(conversation, options, cancel)


class BrokenOnce(ScriptedEngine):
    def __init__(self) -> None:
        super().__init__()
        self.broken = False

    def stream(self, conversation, options, cancel):
        if not self.broken:
            self.broken = True
            raise RuntimeError("boom")
        return super().stream(conversation, options, cancel)


def test_an_answer_is_the_engines_answer_and_ends_with_stats():
    lane = Lane.of(ScriptedEngine())
    items = list(lane.stream(question(), Options(), Event()))
    chunks = [item for item in items if isinstance(item, Chunk)]
    assert "有出血吗？" in "".join(chunk.text for chunk in chunks)
    assert [chunk.stats is not None for chunk in chunks].count(True) == 1
    assert chunks[-1].stats is not None
    assert chunks[-1].stats.finish == "stop"
    lane.close()


def test_the_queue_shows_the_place_and_refuses_when_full():
    engine = GatedEngine()
    lane = Lane.of(engine, max_waiting=1)
    first = Thread(target=answer_of, args=(lane, question()))
    first.start()
    assert engine.entered.wait(10)
    second = lane.stream(question("第二问"), Options(), Event())
    assert next(second) == Waiting(ahead=1)
    with pytest.raises(AssistantError, match="ENG-001"):
        next(lane.stream(question("第三问"), Options(), Event()))
    engine.gate.set()
    rest = "".join(item.text for item in second if isinstance(item, Chunk))
    assert "第二问" in rest
    first.join(10)
    lane.close()


def test_a_folder_is_not_counted_before_a_person():
    engine = GatedEngine()
    lane = Lane.of(engine)
    folder = Thread(
        target=lambda: list(lane.stream(question("夹"), Options(), Event(), folder=True))
    )
    folder.start()
    assert engine.entered.wait(10)
    person = lane.stream(question("人"), Options(), Event())
    assert next(person) == Waiting(ahead=0)
    engine.gate.set()
    assert "人" in "".join(item.text for item in person if isinstance(item, Chunk))
    folder.join(10)
    lane.close()


def test_cancel_returns_while_the_engine_is_still_encoding_and_the_lane_lives():
    engine = GatedEngine()
    lane = Lane.of(engine)
    cancel = Event()
    stream = lane.stream(question(), Options(), cancel)
    Thread(target=lambda: engine.entered.wait(10) and cancel.set()).start()
    last = list(stream)[-1]
    assert isinstance(last, Chunk)
    assert last.stats is not None
    assert last.stats.finish == "cancel"
    assert not engine.gate.is_set()
    engine.gate.set()
    assert "第二问" in answer_of(lane, question("第二问"))
    lane.close()


def test_closing_the_iterator_cancels_the_request():
    lane = Lane.of(ScriptedEngine(token_delay_s=0.005))
    cancel = Event()
    stream = lane.stream(question(), Options(), cancel)
    while not isinstance(next(stream), Chunk):
        pass
    stream.close()
    assert cancel.is_set()
    lane.close()


def test_a_broken_engine_answers_one_request_with_a_code_and_is_restarted():
    loaded = [BrokenOnce(), Closing("新")]
    waiting = iter(loaded)
    lane = Lane(lambda: next(waiting))
    talk = question()
    with pytest.raises(AssistantError, match="ENG-002") as caught:
        answer_of(lane, talk)
    assert "boom" not in caught.value.message
    assert "boom" in caught.value.detail
    assert answer_of(lane, talk) == "新"
    lane.close()


def test_a_failed_load_is_told_to_everyone():
    def load():
        raise AssistantError("MOD-999", "没有模型。", next_step="请安装。")

    lane = Lane(load)
    with pytest.raises(AssistantError, match="MOD-999"):
        lane.wait_ready(10)
    with pytest.raises(AssistantError, match="MOD-999"):
        answer_of(lane, question())
    assert lane.status.phase == "failed"


def test_many_people_get_their_own_answers():
    lane = Lane.of(ScriptedEngine(), max_waiting=32)
    answers: dict[int, str] = {}

    def ask(person: int) -> None:
        answers[person] = answer_of(lane, question(f"标记{person:03d}"))

    people = [Thread(target=ask, args=(person,)) for person in range(20)]
    for person in people:
        person.start()
    for person in people:
        person.join(20)
    assert all(f"标记{person:03d}" in answers[person] for person in range(20))
    lane.close()


def test_forget_reaches_the_engine():
    engine = ScriptedEngine()
    forgotten = Event()
    engine.forget = lambda conversation_id: forgotten.set()  # type: ignore[method-assign]
    lane = Lane.of(engine)
    lane.forget("x")
    assert forgotten.wait(10)
    lane.close()


class Chooses(ScriptedEngine):
    def likelihoods(self, conversation, answers):
        return tuple(0.1 * len(answer) for answer in answers)


def test_likelihoods_wait_their_turn_and_are_none_where_nobody_can_tell():
    for engine, found in ((Chooses(), (0.1, pytest.approx(0.3))), (ScriptedEngine(), None)):
        lane = Lane.of(engine)
        assert lane.likelihoods(question(), ("无", "不正常"), Event()) == found
        assert answer_of(lane, question())
        lane.close()


def test_likelihoods_that_are_cancelled_are_none():
    lane = Lane.of(Chooses())
    cancel = Event()
    cancel.set()
    lane.likelihoods(question(), ("无",), cancel)
    assert answer_of(lane, question())
    lane.close()


def test_an_engine_that_cannot_be_restarted_is_said_to_everyone():
    loaded = iter([BrokenOnce()])

    def load() -> ScriptedEngine:
        try:
            return next(loaded)
        except StopIteration:
            raise AssistantError("MOD-104", "变动。", next_step="重新复制。") from None

    lane = Lane(load)
    with pytest.raises(AssistantError, match="ENG-002"):
        answer_of(lane, question())
    with pytest.raises(AssistantError, match="MOD-104"):
        lane.wait_ready(10)
    assert lane.status.phase == "failed"


class Closing(ScriptedEngine):
    """Knows its name and whether it was closed."""

    def __init__(self, name: str) -> None:
        super().__init__(lambda _: name)
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_a_switch_finishes_what_runs_and_answers_the_rest_with_the_other():
    first, second = GatedEngine(), Closing("新")
    lane = Lane.of(first)
    texts: dict[str, str] = {}

    def ask(name: str) -> None:
        texts[name] = answer_of(lane, question(name))

    running = Thread(target=ask, args=("前",))
    running.start()
    assert first.entered.wait(10)
    switching = Thread(target=lambda: lane.switch(lambda: second))
    switching.start()
    later = Thread(target=ask, args=("后",))
    later.start()
    first.gate.set()
    for thread in (running, switching, later):
        thread.join(10)
    assert "前" in texts["前"]
    assert texts["后"] == "新"
    assert lane.status.phase == "ready"
    lane.close()
    assert second.closed


def test_the_former_engine_is_freed_before_the_other_is_loaded():
    former = Closing("旧")
    lane = Lane.of(former)
    lane.wait_ready(10)
    seen: list[bool] = []

    def load() -> ScriptedEngine:
        seen.append(former.closed)
        return ScriptedEngine()

    lane.switch(load)
    assert seen == [True]
    lane.close()


def test_a_switch_that_fails_has_the_former_loaded_again():
    loads: list[Closing] = []

    def load() -> Closing:
        loads.append(Closing(f"第{len(loads) + 1}次"))
        return loads[-1]

    def broken() -> ScriptedEngine:
        raise AssistantError("MOD-104", "变动。", next_step="重新复制。")

    lane = Lane(load)
    with pytest.raises(AssistantError, match="MOD-104"):
        lane.switch(broken)
    assert answer_of(lane, question()) == "第2次"
    assert lane.status.error is None
    lane.close()


def test_a_lane_that_failed_can_be_switched_to_a_model_that_loads():
    def broken() -> ScriptedEngine:
        raise AssistantError("MOD-104", "变动。", next_step="重新复制。")

    lane = Lane(broken)
    with pytest.raises(AssistantError, match="MOD-104"):
        lane.wait_ready(10)
    with pytest.raises(AssistantError, match="MOD-104"):
        lane.switch(broken)
    assert lane.status.phase == "failed"
    lane.switch(lambda: Closing("好"))
    assert answer_of(lane, question()) == "好"
    lane.close()
    with pytest.raises(AssistantError, match="ENG-004"):
        lane.switch(broken)


def test_two_switches_at_a_time_are_refused():
    gate, entered = Event(), Event()

    def slow() -> ScriptedEngine:
        entered.set()
        assert gate.wait(10)
        return ScriptedEngine()

    lane = Lane.of(ScriptedEngine())
    lane.wait_ready(10)
    switching = Thread(target=lambda: lane.switch(slow))
    switching.start()
    assert entered.wait(10)
    with pytest.raises(AssistantError, match="ENG-006"):
        lane.switch(slow)
    gate.set()
    switching.join(10)
    lane.close()
