"""What a tab draws of a conversation in which another tab asks."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import gradio as gr
import pytest

from assistant.engine.base import Options
from assistant.engine.lane import Lane
from assistant.settings import Settings
from assistant.ui import asking
from assistant.ui.chat_events import ChatEvents
from assistant.ui.chat_panel import build_panel
from assistant.ui.face import Face
from assistant.ui.owner import owner_of
from assistant.ui.services import open_services
from assistant.ui.session import Desk, Desks
from assistant.ui.sidebar import build_sidebar
from assistant.ui.viewer import Updates, build_viewer
from tests.assistant.ui.test_asking import view_of

TAB = gr.Request(session_hash="one")
ANSWER = "甲乙丙丁" * 40


@pytest.fixture
def events(settings: Settings, open_lane: Callable[..., Lane]) -> Iterator[ChatEvents]:
    services = open_services(settings, open_lane(lambda _: ANSWER, token_delay_s=0.01))
    with gr.Blocks():
        sidebar, viewer = build_sidebar(), build_viewer(lambda: [])
        face = Face(build_panel(services), sidebar, services)
    yield ChatEvents(face, viewer, Desks(lambda: "system"), services)
    services.close()


@pytest.fixture
def here(events: ChatEvents) -> Desk:
    """A tab with a conversation in which another one just asked; the pulse has not come yet."""
    here, there = events.desks.of("one"), events.desks.of("two")
    there.view, here.arrived = view_of(0), True
    asking.ask(there, events.services, owner_of(TAB), "零", "", Options(max_tokens=1))
    for progress in events.services.scribe.follow(there.record.id):
        there.record = there.record.updated(progress.exchange)
    asking.open_record(here, events.services, owner_of(TAB), there.record.id)
    asking.ask(there, events.services, owner_of(TAB), "一", "", Options())
    return here


def chats(events: ChatEvents, updates: Iterable[Updates]) -> list[Any]:
    """Every state of the conversation that is drawn."""
    found = [update.get(events.face.panel.chat) for update in updates]
    return [chat for chat in found if isinstance(chat, list)]


@pytest.mark.parametrize(("question", "code"), [("二", "STO-203"), ("", "USE-202")])
@pytest.mark.usefixtures("here")
def test_a_tab_that_is_refused_shows_the_answer_that_another_tab_waits_for(
    events: ChatEvents, question: str, code: str
) -> None:
    drawn = chats(events, events.ask(question, "", 0, 64, TAB))
    assert len({len(str(chat)) for chat in drawn}) > 5, "the answer did not grow"
    assert all(code in str(chat) for chat in drawn)
    assert ANSWER in str(drawn[-1])


def test_a_refusal_stays_beside_an_answer_that_is_followed_already(
    events: ChatEvents, here: Desk
) -> None:
    following = events.notice(TAB)
    next(following)
    next(following)  # the first state of the answer: from here on it is followed
    (refused,) = chats(events, events.ask("二", "", 0, 64, TAB))
    assert "STO-203" in str(refused)
    drawn = chats(events, following)
    assert all("STO-203" in str(chat) for chat in drawn)
    assert ANSWER in str(drawn[-1])
    assert here.watcher is None


def test_refused_in_a_conversation_that_another_tab_removed_the_page_is_empty(
    events: ChatEvents, here: Desk
) -> None:
    talk = here.record.id
    asking.remove(events.desks.of("two"), events.services, owner_of(TAB), talk, here.record)
    drawn = chats(events, events.ask("二", "", 0, 64, TAB))
    assert "STO-201" in str(drawn[-1])
    assert "零" not in str(drawn[-1])


def box(events: ChatEvents, updates: Iterable[Updates]) -> str:
    """What comes into the question box."""
    found = [update.get(events.face.panel.question) for update in updates]
    return "".join(text for text in found if isinstance(text, str))


def errand(events: ChatEvents, sent: str, typed: str) -> Iterator[Updates]:
    return events.run(f"1|{sent}", "", 0, 64, typed, TAB)


def test_what_was_typed_waits_with_its_conversation(events: ChatEvents, here: Desk) -> None:
    first = here.record.id
    assert box(events, [events.renew("左侧呢", TAB)]) == ""
    assert box(events, [events.renew("右侧呢", TAB)]) == "右侧呢"  # nothing was asked here yet
    assert box(events, errand(events, f"open|{first}", "右侧呢")) == "左侧呢"
    assert box(events, [events.renew("左侧呢？", TAB)]) == "右侧呢"
    assert box(events, errand(events, f"open|{first}", "")) == "左侧呢？"
    assert box(events, errand(events, "open|nowhere", "左侧呢？")) == ""  # it stays as it is
    assert box(events, events.ask("左侧呢？", "", 0, 64, TAB)) == ""
    assert box(events, [events.renew("", TAB)]) == ""
    assert box(events, errand(events, f"open|{first}", "")) == "", "it was sent"


def test_what_was_typed_is_there_again_after_a_question_was_changed(
    events: ChatEvents, here: Desk
) -> None:
    for _ in events.services.scribe.follow(here.record.id):
        pass
    asking.refresh(here, events.services, owner_of(TAB))
    first, second = here.record.exchanges
    assert box(events, errand(events, f"edit|{first.id}", "写到一半")) == "零"
    assert box(events, errand(events, "edit|", "零改")) == "写到一半"
    assert box(events, errand(events, f"edit|{second.id}", "写到一半")) == "一"
    assert box(events, events.ask("一改", "", 0, 64, TAB)) == "写到一半"
    assert box(events, errand(events, f"edit|{first.id}", "")) == "零"
    talk = here.record.id
    assert box(events, [events.renew("零改到一半", TAB)]) == ""
    assert box(events, errand(events, f"open|{talk}", "")) == "零改到一半"


def test_clearing_empties_the_box_and_removing_forgets(events: ChatEvents, here: Desk) -> None:
    talk = here.record.id
    assert box(events, [events.clear("一半", TAB)]) == ""
    assert box(events, [events.clear("新的一半", TAB)]) == ""
    assert list(here.drafts.values()) == ["一半"]
    list(errand(events, f"delete|{talk}", ""))
    assert here.drafts == {}
