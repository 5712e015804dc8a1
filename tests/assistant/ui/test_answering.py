from collections.abc import Callable, Iterator
from threading import Event, Thread
from time import sleep

import numpy as np
import pytest

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Chunk, Options
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import AssistantError
from assistant.imaging.series import sort_series
from assistant.imaging.slice import Slice
from assistant.ui.answering import LONGEST_QUESTION, Refused, answer
from assistant.ui.session import Desk, Desks
from assistant.ui.study import Study, View, first_view
from assistant.ui.talk import Talk

OPTIONS = Options()
OpenLane = Callable[..., Lane]


def view_of(seed: int, window: str = "肺") -> View:
    hu = np.random.default_rng(seed).integers(-1000, 1000, (32, 32), np.int16)
    return first_view(Study(sort_series([Slice(hu=hu, source="dicom")]), {}), window)


@pytest.fixture
def desk() -> Desk:
    desk = Desks("system").of("one")
    desk.view = view_of(0)
    return desk


def ask(desk: Desk, lane: Lane, question: str) -> Talk:
    """The talk as it stands when the answer is complete."""
    states = list(answer(desk, lane, question, OPTIONS))
    assert isinstance(states[-1], Talk)
    assert states[-1] is desk.talk
    return states[-1]


def refusal(desk: Desk, lane: Lane, question: str) -> AssistantError:
    states = list(answer(desk, lane, question, OPTIONS))
    assert isinstance(states[-1], Refused)
    error = desk.talk.entries[-1].error
    assert error is not None
    return error


def test_the_answer_grows_and_ends_with_a_note(desk: Desk, open_lane: OpenLane) -> None:
    lane = open_lane(lambda _: "未见明显异常。" * 4, token_delay_s=0.02)
    states = [s for s in answer(desk, lane, "所见？", OPTIONS) if isinstance(s, Talk)]
    texts = [state.entries[-1].text for state in states]
    assert texts == sorted(texts, key=len)
    assert len(set(texts)) > 3
    assert texts[-1] == "未见明显异常。" * 4
    note = desk.talk.entries[-1].note
    assert "肺 C-600/W1500" in note
    assert "词元/秒" in note


def test_the_engine_gets_exactly_the_pixels_on_screen(desk: Desk, open_lane: OpenLane) -> None:
    seen: list[Conversation] = []

    def script(conversation: Conversation) -> str:
        seen.append(conversation)
        return "好"

    ask(desk, open_lane(script), "所见？")
    assert desk.view is not None
    assert seen[0].images == (desk.view.image,)
    assert seen[0].system == "system"


def test_the_same_picture_is_sent_once(desk: Desk, open_lane: OpenLane) -> None:
    lane = open_lane()
    ask(desk, lane, "一")
    talk = ask(desk, lane, "二")
    assert [len(turn.images) for turn in talk.conversation.turns] == [1, 0, 0, 0]


def test_another_window_is_another_picture(desk: Desk, open_lane: OpenLane) -> None:
    lane = open_lane()
    ask(desk, lane, "一")
    assert desk.view is not None
    desk.view = desk.view.through("骨")
    talk = ask(desk, lane, "二")
    assert [len(turn.images) for turn in talk.conversation.turns] == [1, 0, 1, 0]
    asked = talk.entries[2]
    assert "骨" in asked.picture
    assert "已更换图像" not in asked.picture


def test_another_file_is_marked_in_the_same_conversation(desk: Desk, open_lane: OpenLane) -> None:
    lane = open_lane()
    ask(desk, lane, "一")
    desk.view = view_of(1)
    talk = ask(desk, lane, "二")
    assert "已更换图像" in talk.entries[2].picture
    assert len(talk.conversation.images) == 2


def test_without_a_picture_nothing_is_asked(open_lane: OpenLane) -> None:
    desk = Desks("system").of("one")
    assert refusal(desk, open_lane(), "所见？").code == "USE-201"
    assert desk.talk.conversation.turns == ()
    assert desk.cancel is None


@pytest.mark.parametrize(
    ("question", "code"),
    [("", "USE-202"), (" \n\t", "USE-202"), ("长" * (LONGEST_QUESTION + 1), "USE-203")],
)
def test_questions_that_are_none(desk: Desk, open_lane: OpenLane, question: str, code: str) -> None:
    assert refusal(desk, open_lane(), question).code == code


def test_a_refusal_goes_when_a_question_is_asked(desk: Desk, open_lane: OpenLane) -> None:
    lane = open_lane()
    refusal(desk, lane, "")
    refusal(desk, lane, "")
    assert len(desk.talk.entries) == 1
    assert [entry.role for entry in ask(desk, lane, "一").entries] == ["user", "assistant"]


def test_what_was_written_stays_when_stopped(desk: Desk, open_lane: OpenLane) -> None:
    lane = open_lane(lambda _: "很长的回答" * 100, token_delay_s=0.01)
    for state in answer(desk, lane, "所见？", OPTIONS):
        if isinstance(state, Talk) and len(state.entries[-1].text) > 3:
            desk.stop()
    last = desk.talk.entries[-1]
    assert last.note == "已停止"
    assert 3 < len(last.text) < 400
    assert desk.talk.conversation.turns[-1].text == last.text
    assert ask(desk, open_lane(lambda _: "好"), "二").entries[-1].text == "好"


def test_a_question_stopped_before_its_answer_was_never_asked(
    desk: Desk, open_lane: OpenLane
) -> None:
    lane = open_lane(encode_delay_s=0.3)
    for _ in answer(desk, lane, "所见？", OPTIONS):
        desk.stop()
    assert desk.talk.conversation.turns == ()
    assert desk.talk.entries[-1].note == "已停止"
    assert desk.view is not None
    assert desk.talk.needs(desk.view.image)


class Breaking(ScriptedEngine):
    """Breaks after three characters."""

    def stream(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Chunk]:
        yield Chunk("检查所")
        raise RuntimeError("C:/患者/张三.dcm")


def test_text_stays_above_the_card_when_the_engine_breaks(desk: Desk) -> None:
    lane = Lane.of(Breaking())
    talk = ask(desk, lane, "所见？")
    lane.close()
    last = talk.entries[-1]
    assert last.text == "检查所"
    assert last.error is not None
    assert last.error.code == "ENG-002"
    assert "张三" not in str(last.error)


def test_an_engine_that_could_not_load_says_why(desk: Desk) -> None:
    def load() -> ScriptedEngine:
        raise AssistantError("MOD-101", "找不到模型。", next_step="请核对。")

    lane = Lane(load)
    error: AssistantError | None = None
    states = list(answer(desk, lane, "所见？", OPTIONS))
    assert isinstance(states[-1], Talk)
    error = states[-1].entries[-1].error
    assert error is not None
    assert error.code == "MOD-101"
    assert desk.talk.conversation.turns == ()
    lane.close()


def test_a_question_waits_for_the_model(desk: Desk) -> None:
    loaded = Event()

    def load() -> ScriptedEngine:
        loaded.wait(10)
        return ScriptedEngine(lambda _: "好")

    lane = Lane(load)
    waited: list[str] = []
    for state in answer(desk, lane, "所见？", OPTIONS):
        assert isinstance(state, Talk)
        waited.append(state.entries[-1].waiting)
        if "加载" in waited[-1]:
            loaded.set()
    lane.close()
    assert any("模型加载中" in said for said in waited)
    assert desk.talk.entries[-1].text == "好"


class Blocked(ScriptedEngine):
    """Answers when let go."""

    def __init__(self, go: Event) -> None:
        super().__init__(lambda _: "好")
        self._go = go

    def stream(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Chunk]:
        self._go.wait(10)
        yield from super().stream(conversation, options, cancel)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities("scripted", "脚本", "无")


def test_the_place_in_the_queue_is_said(desk: Desk) -> None:
    go = Event()
    lane = Lane.of(Blocked(go))
    lane.wait_ready(10)
    other = Desks("system").of("two")
    other.view = view_of(1)
    first = Thread(target=lambda: list(answer(other, lane, "先问", OPTIONS)))
    first.start()
    while lane.status.waiting == 0:
        sleep(0.01)
    waited: list[str] = []
    for state in answer(desk, lane, "后问", OPTIONS):
        assert isinstance(state, Talk)
        waited.append(state.entries[-1].waiting)
        if "前面还有 1 位" in waited[-1]:
            go.set()
    assert any("前面还有 1 位" in said for said in waited)
    assert desk.talk.entries[-1].text == "好"
    first.join(10)
    assert other.talk.entries[-1].text == "好"
    lane.close()


def test_only_one_answer_is_written_at_a_time(desk: Desk, open_lane: OpenLane) -> None:
    lane = open_lane(token_delay_s=0.01)
    running = answer(desk, lane, "一", OPTIONS)
    next(running)
    assert list(answer(desk, lane, "二", OPTIONS)) == []
    running.close()
    assert desk.cancel is None


def test_a_new_conversation_silences_the_old_answer(desk: Desk, open_lane: OpenLane) -> None:
    lane = open_lane(lambda _: "很长的回答" * 50, token_delay_s=0.01)
    running = answer(desk, lane, "一", OPTIONS)
    next(running)
    desk.stop()
    desk.cancel = None
    fresh = desk.talk = Talk(Conversation.new("system"))
    assert list(running) == []
    assert desk.talk is fresh
