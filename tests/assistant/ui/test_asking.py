from collections.abc import Callable, Iterator

import numpy as np
import pytest

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.engine.lane import Lane
from assistant.engine.scripted import echo_script
from assistant.errors import AssistantError
from assistant.imaging.series import sort_series
from assistant.imaging.slice import Slice
from assistant.settings import Settings
from assistant.store.exchange import Exchange
from assistant.ui import asking
from assistant.ui.asking import LONGEST_QUESTION
from assistant.ui.services import Services, open_services
from assistant.ui.session import Desk, Desks
from assistant.ui.study import Study, View, first_view

OPTIONS = Options()
Open = Callable[..., Services]


def view_of(seed: int, window: str = "肺") -> View:
    hu = np.random.default_rng(seed).integers(-1000, 1000, (32, 32), np.int16)
    return first_view(Study(sort_series([Slice(hu=hu, source="dicom")]), {}), window)


def new_desk(view: View | None = None) -> Desk:
    desk = Desks(lambda: "system").of("one")
    desk.view = view
    return desk


@pytest.fixture
def desk() -> Desk:
    return new_desk(view_of(0))


@pytest.fixture
def open_(settings: Settings, open_lane: Callable[..., Lane]) -> Iterator[Open]:
    opened: list[Services] = []

    def open_with(script: Callable[[Conversation], str] = echo_script, **how: float) -> Services:
        opened.append(open_services(settings, open_lane(script, **how)))
        return opened[-1]

    yield open_with
    for services in opened:
        services.close()


def finish(desk: Desk, services: Services) -> Exchange:
    for progress in services.scribe.follow(desk.record.id):
        desk.record = desk.record.updated(progress.exchange)
    asking.refresh(desk, services, "甲")
    return desk.record.exchanges[-1]


def ask(desk: Desk, services: Services, question: str, mode: str = "") -> Exchange:
    """The exchange as it stands when the answer is complete."""
    asking.ask(desk, services, "甲", question, mode, OPTIONS)  # type: ignore[arg-type]
    return finish(desk, services)


def sent(desk: Desk) -> list[int]:
    return [len(exchange.pictures) for exchange in desk.record.exchanges]


def test_the_engine_gets_exactly_the_pixels_on_screen(desk: Desk, open_: Open) -> None:
    seen: list[Conversation] = []

    def script(conversation: Conversation) -> str:
        seen.append(conversation)
        return "好"

    assert ask(desk, open_(script), "所见？").window.startswith("肺")
    assert desk.view is not None
    (image,) = seen[0].images
    assert np.array_equal(image.pixels, desk.view.image.pixels)
    assert seen[0].system == "system"


def test_a_picture_goes_along_when_it_changed_and_is_bound_to_its_turn(
    desk: Desk, open_: Open
) -> None:
    services = open_()
    for question, view in (
        ("一", desk.view),
        ("二", desk.view),
        ("三", desk.view.through("骨") if desk.view else None),
        ("四", view_of(1)),
    ):
        desk.view = view
        ask(desk, services, question)
    assert sent(desk) == [1, 0, 1, 1]
    pictures = [picture for exchange in desk.record.exchanges for picture in exchange.pictures]
    assert [picture.image.window_name[0] for picture in pictures] == ["肺", "骨", "肺"]
    assert [picture.replaced for picture in pictures] == [False, False, True]
    assert [exchange.window[0] for exchange in desk.record.exchanges] == ["肺", "肺", "骨", "肺"]


@pytest.mark.parametrize(
    ("question", "code"),
    [("", "USE-202"), (" \n\t", "USE-202"), ("长" * (LONGEST_QUESTION + 1), "USE-203")],
)
def test_questions_that_are_none(desk: Desk, open_: Open, question: str, code: str) -> None:
    services = open_()
    with pytest.raises(AssistantError, match=code):
        ask(desk, services, question)
    assert services.ledger.count() == 0


def test_without_a_picture_nothing_is_asked(open_: Open) -> None:
    services = open_()
    with pytest.raises(AssistantError, match="USE-201"):
        ask(new_desk(), services, "所见？")
    assert services.ledger.count() == 0


def test_what_identifies_reaches_neither_the_file_nor_the_engine(desk: Desk, open_: Open) -> None:
    exchange = ask(desk, open_(), "患者姓名：张三，右肺有无结节？")
    assert "张三" not in exchange.question + exchange.asked + exchange.answer
    assert "右肺有无结节" in exchange.asked


def test_a_mode_adds_its_sentence_for_the_model_only(desk: Desk, open_: Open) -> None:
    services = open_()
    for mode, words in (("report", services.prompts.report), ("plain", services.prompts.plain)):
        exchange = ask(desk, services, "所见？", mode)
        assert exchange.question == "所见？"
        assert exchange.asked == f"所见？\n{words}"
        assert exchange.mode == mode
    assert ask(desk, services, "所见？").asked == "所见？"


def test_a_changed_question_takes_the_place_of_the_old_one(desk: Desk, open_: Open) -> None:
    services = open_()
    ask(desk, services, "一")
    desk.view = view_of(1)
    second = ask(desk, services, "二")
    ask(desk, services, "三")
    desk.view = view_of(2)  # on screen now, but not what the question was about
    assert asking.edit(desk, second.id) == "二"
    changed = ask(desk, services, "二改")
    assert [exchange.question for exchange in desk.record.exchanges] == ["一", "二改"]
    assert [p.image.sha256 for p in changed.pictures] == [p.image.sha256 for p in second.pictures]
    assert desk.editing == ""
    assert [
        exchange.question for exchange in services.ledger.load("甲", desk.record.id).exchanges
    ] == ["一", "二改"]


def test_changing_can_be_given_up(desk: Desk, open_: Open) -> None:
    first = ask(desk, open_(), "一")
    asking.edit(desk, first.id)
    assert asking.edit(desk, "") == ""
    assert desk.editing == ""
    with pytest.raises(AssistantError, match="STO-204"):
        asking.edit(desk, "nowhere")


def test_asked_again_a_question_is_answered_anew(desk: Desk, open_: Open) -> None:
    count: list[int] = []

    def script(conversation: Conversation) -> str:
        count.append(len(conversation.images))
        return f"第{len(count)}次"

    services = open_(script)
    first = ask(desk, services, "一")
    asking.again(desk, services, "甲", first.id, OPTIONS)
    assert finish(desk, services).answer == "第2次"
    assert len(desk.record.exchanges) == 1
    assert count == [1, 1]


def test_a_conversation_is_opened_with_its_last_picture(desk: Desk, open_: Open) -> None:
    services = open_()
    ask(desk, services, "一")
    assert desk.view is not None
    other = new_desk()
    asking.open_record(other, services, "甲", desk.record.id)
    assert other.view is not None
    assert other.view.image.window_name == desk.view.image.window_name
    assert not other.needs(desk.view.image)
    ask(other, services, "二")
    assert sent(other) == [1, 0]
    with pytest.raises(AssistantError, match="STO-201"):
        asking.open_record(new_desk(), services, "乙", desk.record.id)


def test_two_tabs_go_on_with_the_same_conversation(desk: Desk, open_: Open) -> None:
    services = open_()
    ask(desk, services, "一")
    other = new_desk()
    asking.open_record(other, services, "甲", desk.record.id)
    ask(other, services, "二")
    ask(desk, services, "三")  # without having looked
    assert [exchange.question for exchange in desk.record.exchanges] == ["一", "二", "三"]


def test_what_was_removed_in_another_tab_is_no_longer_on_this_one(desk: Desk, open_: Open) -> None:
    services = open_()
    ask(desk, services, "一")
    other = new_desk()
    asking.remove(other, services, "甲", desk.record.id, other.record)
    with pytest.raises(AssistantError, match="STO-201"):
        ask(desk, services, "二")
    former = desk.record.id
    asking.refresh(desk, services, "甲")
    assert desk.record.id != former
    assert desk.record.exchanges == ()
    assert services.ledger.count() == 0


def test_removing_ends_the_answer_being_written(desk: Desk, open_: Open) -> None:
    services = open_(lambda _: "很长的回答" * 100, token_delay_s=0.01)
    asking.ask(desk, services, "甲", "一", "", OPTIONS)
    talk = desk.record.id
    asking.remove(desk, services, "甲", talk, new_desk().record)
    for _ in services.scribe.follow(talk):
        pass
    assert services.scribe.running(talk) is None
    assert services.ledger.count() == 0
    assert desk.record.exchanges == ()


def test_a_question_stopped_before_its_answer_was_never_asked(desk: Desk, open_: Open) -> None:
    services = open_(encode_delay_s=0.3)
    asking.ask(desk, services, "甲", "一", "", OPTIONS)
    services.scribe.stop(desk.record.id)
    assert finish(desk, services).state == "stopped"
    assert desk.record.conversation.turns == ()
    assert desk.view is not None
    assert desk.needs(desk.view.image)
