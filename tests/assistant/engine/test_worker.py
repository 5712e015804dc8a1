"""Folder work and preparations beside people, through the lane."""

import time
import weakref
from contextlib import suppress
from dataclasses import replace
from threading import Event, Thread, Timer

import pytest

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chunk, Options
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.engine.worker import grey_talk
from assistant.errors import AssistantError
from tests.assistant.engine.mortal import Mortals


def question(text: str) -> Conversation:
    return Conversation.new("系统").ask(text)


def said(lane: Lane, talk: Conversation, *, folder: bool = False) -> str:
    items = lane.stream(talk, Options(), Event(), folder=folder)
    return "".join(item.text for item in items if isinstance(item, Chunk))


def until(condition, seconds: float = 10.0) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def until_prepared(lane: Lane, mortals: Mortals) -> None:
    until(lambda: mortals.loaded and "prepare" in mortals.loaded[-1].entered)
    until(lambda: lane._line.next_preparation() is None)


class Slow(ScriptedEngine):
    """Prepares until it is stopped or let on; remembers what it did."""

    def __init__(self, script=lambda talk: "答" * 40) -> None:  # type: ignore[no-untyped-def]
        super().__init__(script, token_delay_s=0.01)
        self.go_on = Event()
        self.preparing = Event()
        self.begun = 0
        self.did: list[str] = []

    def prepare(self, conversation, cancel):
        if conversation.id == grey_talk().id:
            return True
        self.begun += 1
        self.preparing.set()
        while not self.go_on.is_set():
            if cancel.is_set():
                self.did.append("given up")
                return False
            time.sleep(0.005)
        self.did.append(f"prepared {conversation.id}")
        return True

    def stream(self, conversation, options, cancel):
        for chunk in super().stream(conversation, options, cancel):
            if chunk.stats is not None:
                self.did.append(f"{chunk.stats.finish} {conversation.turns[-1].text}")
            yield chunk


def test_folder_work_is_paused_while_a_person_is_answered_and_loses_nothing():
    engine = Slow()
    lane = Lane.of(engine)
    texts: list[str] = []
    working = Thread(target=lambda: texts.append(said(lane, question("夹"), folder=True)))
    working.start()
    until(lambda: lane.status.waiting == 1)
    time.sleep(0.05)
    assert said(lane, question("人")) == "答" * 40
    working.join(10)
    assert texts == ["答" * 40]
    assert engine.did == ["stop 人", "stop 夹"]
    lane.close()


class Encoding(ScriptedEngine):
    """Begins to answer only after a while, in which it looks at ``cancel``."""

    def __init__(self) -> None:
        super().__init__(lambda talk: talk.turns[-1].text)
        self.begun: list[str] = []

    def stream(self, conversation, options, cancel):
        self.begun.append(conversation.turns[-1].text)
        for _ in range(40):
            if cancel.is_set():
                break
            time.sleep(0.01)
        yield from super().stream(conversation, options, cancel)


def test_folder_work_that_still_encodes_is_begun_again_after_the_person():
    engine = Encoding()
    lane = Lane.of(engine)
    texts: list[str] = []
    working = Thread(target=lambda: texts.append(said(lane, question("夹"), folder=True)))
    working.start()
    until(lambda: engine.begun)
    assert said(lane, question("人")) == "人"
    working.join(10)
    assert texts == ["夹"]
    assert engine.begun == ["夹", "人", "夹"]
    lane.close()


def test_folder_work_begins_again_when_a_person_breaks_the_engine():
    def script(talk: Conversation) -> str:
        if talk.turns[-1].text == "坏":
            raise RuntimeError("boom")
        return "答" * 40

    lane = Lane(lambda: Slow(script))
    texts: list[str] = []
    working = Thread(target=lambda: texts.append(said(lane, question("夹"), folder=True)))
    working.start()
    until(lambda: lane.status.waiting == 1)
    time.sleep(0.05)
    with pytest.raises(AssistantError, match="ENG-002"):
        said(lane, question("坏"))
    working.join(10)
    assert texts == ["答" * 40]
    lane.close()


def test_a_cancelled_folder_request_ends_also_while_it_is_paused():
    lane = Lane.of(Slow())
    cancel = Event()
    ended = Event()

    def work() -> None:
        for _ in lane.stream(question("夹"), Options(), cancel, folder=True):
            pass
        ended.set()

    Thread(target=work).start()
    until(lambda: lane.status.waiting == 1)
    person = lane.stream(question("人"), Options(), Event())
    while not isinstance(next(person), Chunk):
        pass
    cancel.set()
    assert ended.wait(5)
    person.close()
    assert said(lane, question("后")) == "答" * 40
    lane.close()


def test_a_preparation_makes_way_for_another_person_and_is_taken_up_again():
    engine = Slow()
    lane = Lane.of(engine)
    talk = Conversation.new("系统").ask("")
    lane.prepare(talk)
    assert engine.preparing.wait(10)
    said(lane, question("别人"))
    until(lambda: engine.begun == 2)
    engine.go_on.set()
    until(lambda: f"prepared {talk.id}" in engine.did)
    assert engine.did[:2] == ["given up", "stop 别人"]
    lane.close()


def test_the_question_waits_for_its_own_preparation():
    engine = Slow()
    lane = Lane.of(engine)
    talk = Conversation.new("系统")
    lane.prepare(talk.ask(""))
    assert engine.preparing.wait(10)
    Thread(target=lambda: time.sleep(0.1) or engine.go_on.set()).start()
    said(lane, talk.ask("自己"))
    assert engine.did == [f"prepared {talk.id}", "stop 自己"]
    lane.close()


@pytest.mark.parametrize("what", ["forgotten", "prepared otherwise"])
def test_a_preparation_nobody_wants_is_given_up(what: str):
    engine = Slow()
    lane = Lane.of(engine)
    talk = Conversation.new("系统").ask("")
    lane.prepare(talk)
    assert engine.preparing.wait(10)
    if what == "forgotten":
        lane.forget(talk.id)
    else:
        lane.prepare(talk)
    until(lambda: "given up" in engine.did)
    lane.close()


def test_a_preparation_that_breaks_the_engine_restarts_it_and_is_not_tried_again():
    class Breaks(ScriptedEngine):
        def prepare(self, conversation, cancel):
            if conversation.id != grey_talk().id:
                raise RuntimeError("boom")
            return True

    engines: list[Breaks] = []

    def load() -> Breaks:
        engines.append(Breaks())
        return engines[-1]

    lane = Lane(load)
    lane.wait_ready(10)
    lane.prepare(Conversation.new("").ask(""))
    until(lambda: len(engines) == 2)
    assert "后" in said(lane, question("后"))
    assert len(engines) == 2
    lane.close()


def test_every_engine_gets_ready_for_pictures_first():
    known = Event()

    class Notes(ScriptedEngine):
        def prepare(self, conversation, cancel):
            if conversation.id == grey_talk().id and conversation.images:
                known.set()
            return True

    lane = Lane.of(Notes())
    assert known.wait(10)
    lane.close()


class Choir(Slow):
    """Answers several at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    @property
    def capabilities(self):
        return replace(super().capabilities, batch_size=3)

    def stream_together(self, conversations, options, cancel):
        self.sizes.append(len(conversations))
        if any(talk.turns[-1].text == "坏" for talk in conversations):
            raise RuntimeError("boom")
        each = [self.stream(talk, options, cancel) for talk in conversations]
        for chunks in zip(*each, strict=True):
            yield from enumerate(chunks)


def test_a_folders_questions_are_answered_together_and_still_make_way():
    engine = Choir()
    lane = Lane.of(engine)
    told: list[list[Chunk]] = []
    talks = [question(f"夹{i}") for i in range(4)]
    working = Thread(target=lambda: told.append(lane.together(talks, Options(), Event())))
    working.start()
    until(lambda: lane.status.waiting == 4)
    time.sleep(0.05)
    assert said(lane, question("人")) == "答" * 40
    working.join(10)
    assert [[answer.text for answer in answers] for answers in told] == [["答" * 40] * 4]
    assert engine.sizes == [3]  # and one alone
    assert engine.did[0] == "stop 人"
    lane.close()


def test_closing_ends_a_folder_that_makes_way_for_a_person():
    engine = Choir()
    engine._script = lambda talk: "答" * 4000
    lane = Lane.of(engine)
    talks = [question(f"夹{i}") for i in range(3)]
    options = Options(max_tokens=4000)
    working = Thread(target=lambda: lane.together(talks, options, Event()))
    working.start()
    until(lambda: engine.sizes == [3])
    heard = lane.stream(question("人"), options, Event())
    until(lambda: isinstance(next(heard), Chunk))  # the folder waits
    lane.close()
    working.join(5)
    assert not working.is_alive()
    assert not lane._worker.thread.is_alive()


def test_how_an_answer_of_a_folder_ended_is_told():
    lane = Lane.of(ScriptedEngine(lambda _: "答" * 40))
    for most, text, finish in ((40, "答" * 40, "stop"), (3, "答" * 3, "length")):
        (found,) = lane.together([question("好")], Options(max_tokens=most), Event())
        assert isinstance(found, Chunk)
        assert found.stats is not None
        assert (found.text, found.stats.finish) == (text, finish)
    lane.close()


class Brittle(Choir):
    """Breaks over some questions, whoever is asked beside them."""

    def stream(self, conversation, options, cancel):
        if conversation.turns[-1].text == "坏":
            raise RuntimeError("boom")
        return super().stream(conversation, options, cancel)


def test_of_those_asked_together_only_what_breaks_the_engine_goes_without_an_answer():
    engines: list[Brittle] = []

    def load() -> Brittle:
        engines.append(Brittle())
        return engines[-1]

    lane = Lane(load)
    talks = [question(text) for text in ("好", "坏", "好", "好", "好")]
    found = lane.together(talks, Options(), Event())
    said_or_not = [one.text if isinstance(one, Chunk) else one.code for one in found]
    assert said_or_not == ["答" * 40, "ENG-002", *["答" * 40] * 3]
    # Three broke it, of which one breaks it alone; the last two are answered together.
    assert [engine.sizes for engine in engines] == [[3], [], [2]]
    assert [one.text for one in lane.together([question("好")], Options(), Event())] == ["答" * 40]
    lane.close()


class Narrow(Choir):
    """Has memory for one answer at a time, and for none that is asked to be large."""

    def stream_together(self, conversations, options, cancel):
        self.sizes.append(len(conversations))
        yield 0, Chunk("答")
        raise AssistantError("ENG-203", "内存不足。", next_step="减少。")

    def stream(self, conversation, options, cancel):
        if conversation.turns[-1].text == "大":
            raise AssistantError("ENG-203", "内存不足。", next_step="减少。")
        return super().stream(conversation, options, cancel)


def test_what_is_too_much_together_is_asked_one_after_another() -> None:
    engine = Narrow()
    lane = Lane.of(engine)
    talks = [question(text) for text in ("甲", "大", "乙", "丙", "丁")]
    found = lane.together(talks, Options(), Event())
    said_or_not = [one.text if isinstance(one, Chunk) else one.code for one in found]
    assert said_or_not == ["答" * 40, "ENG-203", *["答" * 40] * 3]
    assert engine.sizes == [3]  # and never again
    lane.close()


def test_a_folder_that_is_cancelled_gets_nothing_and_the_lane_lives():
    lane = Lane.of(Choir())
    cancel = Event()
    Timer(0.1, cancel.set).start()
    assert len(lane.together([question("夹")] * 6, Options(), cancel)) == 6
    assert said(lane, question("人")) == "答" * 40
    assert lane.status.waiting == 0
    lane.close()


def test_who_asks_while_another_is_answered_is_answered_beside_them() -> None:
    lane = Lane.of(ScriptedEngine(lambda talk: talk.turns[-1].text * 60, token_delay_s=0.01))
    ends: list[str] = []

    def ask(text: str) -> None:
        said(lane, question(text))
        ends.append(text)

    long = Thread(target=ask, args=("长",))
    long.start()
    until(lambda: lane.status.waiting == 1)
    cancel = Event()
    for item in lane.stream(question("短"), Options(), cancel):
        if isinstance(item, Chunk) and item.text:
            cancel.set()  # heard something, long before the other's end
    assert ends == []
    long.join(10)
    assert ends == ["长"]
    lane.close()


def test_what_is_deleted_is_forgotten_while_another_is_answered() -> None:
    begun = Event()

    class Forgetful(Slow):
        def stream(self, conversation, options, cancel):  # type: ignore[no-untyped-def]
            begun.set()
            yield from super().stream(conversation, options, cancel)

        def forget(self, conversation_id):  # type: ignore[no-untyped-def]
            self.did.append(f"forgot {conversation_id}")

    engine = Forgetful()
    lane = Lane.of(engine)
    talk = question("长")
    answer = Thread(target=said, args=(lane, talk))
    answer.start()
    assert begun.wait(10)
    lane.forget(talk.id)
    lane.forget("deleted")
    until(lambda: "forgot deleted" in engine.did)
    assert engine.did == ["forgot deleted"]
    answer.join(10)
    until(lambda: f"forgot {talk.id}" in engine.did)
    assert engine.did.index("stop 长") < engine.did.index(f"forgot {talk.id}")
    lane.close()


def test_one_persons_questions_are_answered_one_after_another() -> None:
    engine = Slow()
    lane = Lane.of(engine)

    def ask(text: str) -> None:
        list(lane.stream(question(text), Options(), Event(), owner="甲"))

    threads = [Thread(target=ask, args=(text,)) for text in "一二"]
    for thread in threads:
        thread.start()
        until(lambda: lane.status.waiting > 0)
    most = 0
    while any(thread.is_alive() for thread in threads):
        most = max(most, len(lane._worker.running))
        time.sleep(0.002)
    assert most == 1
    assert sorted(engine.did) == ["stop 一", "stop 二"]
    lane.close()


def test_what_breaks_the_engine_is_told_to_those_answered_beside() -> None:
    class Breaking(ScriptedEngine):
        def stream(self, conversation, options, cancel):
            for number, chunk in enumerate(super().stream(conversation, options, cancel)):
                if conversation.turns[-1].text == "坏" and number == 2:
                    raise RuntimeError("boom")
                yield chunk

    lane = Lane.of(Breaking(lambda talk: "答" * 80, token_delay_s=0.01))
    codes: list[str] = []

    def ask() -> None:
        with pytest.raises(AssistantError) as caught:
            said(lane, question("好"))
        codes.append(caught.value.code)

    beside = Thread(target=ask)
    beside.start()
    until(lambda: lane.status.waiting == 1)
    with pytest.raises(AssistantError, match="ENG-002"):
        said(lane, question("坏"))
    beside.join(10)
    assert codes == ["ENG-002"]
    assert said(lane, question("好")) == "答" * 80
    lane.close()


def test_a_broken_engine_is_out_of_memory_before_the_next_is_loaded() -> None:
    class Breaking(Choir):
        def stream(self, conversation, options, cancel):
            held = self  # as a real engine's frames hold its weights
            for chunk in super().stream(conversation, options, cancel):
                if conversation.turns[-1].text == "坏":
                    raise RuntimeError(type(held).__name__)
                yield chunk

    loaded: list[weakref.ref[Breaking]] = []

    def load() -> Breaking:
        assert all(engine() is None for engine in loaded)
        engine = Breaking()
        loaded.append(weakref.ref(engine))
        return engine

    lane = Lane(load)

    def ask() -> None:
        with suppress(AssistantError):
            said(lane, question("好"))

    beside = Thread(target=ask)
    beside.start()
    until(lambda: lane.status.waiting == 1)
    with pytest.raises(AssistantError, match="ENG-002"):
        said(lane, question("坏"))
    beside.join(10)
    bad, good = lane.together([question("坏"), question("好")], Options(), Event())
    assert (bad.code, good.text) == ("ENG-002", "答" * 40)
    assert said(lane, question("好")) == "答" * 40
    assert len(loaded) == 4  # a person's question, the two together, and the bad one alone
    lane.close()


@pytest.mark.timeout(60)
def test_a_dead_engine_that_is_to_forget_somebody_is_restarted_by_the_next_question() -> None:
    mortals = Mortals("")
    lane = Lane(mortals)
    until_prepared(lane, mortals)
    mortals.loaded[0].dead = True
    lane.forget("x")
    until(lambda: not lane._worker.forgotten)
    with pytest.raises(AssistantError, match="ENG-002"):
        said(lane, question("问"))
    assert "后" in said(lane, question("后"))
    assert len(mortals.loaded) == 2
    lane.close()


@pytest.mark.timeout(60)
def test_a_dead_engine_that_is_to_forget_somebody_makes_way_for_another() -> None:
    mortals = Mortals("")
    lane = Lane(mortals)
    until_prepared(lane, mortals)
    mortals.loaded[0].dead = True
    lane.forget("x")
    lane.switch(lambda: ScriptedEngine(lambda _: "新"))
    assert said(lane, question("问")) == "新"
    lane.close()


@pytest.mark.timeout(60)
def test_an_engine_that_dies_of_forgetting_a_refused_question_is_restarted() -> None:
    def script(talk: Conversation) -> str:
        if talk.turns[-1].text == "太长":
            raise AssistantError("ENG-103", "太长。", next_step="减少。")
        return "答"

    mortals = Mortals("forget", "", script=script)
    lane = Lane(mortals)
    until_prepared(lane, mortals)
    with pytest.raises(AssistantError, match="ENG-103"):
        said(lane, question("太长"))
    with pytest.raises(AssistantError, match="ENG-002"):
        said(lane, question("问"))
    assert said(lane, question("后")) == "答"
    assert len(mortals.loaded) == 2
    lane.close()


def test_an_engine_that_the_first_picture_breaks_is_restarted_once_and_answers() -> None:
    mortals = Mortals("prepare", reload_s=0.0)
    lane = Lane(mortals)
    until(lambda: len(mortals.loaded) > 1)
    assert "问" in said(lane, question("问"))
    time.sleep(0.2)
    assert len(mortals.loaded) == 2
    lane.close()
