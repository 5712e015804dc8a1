from threading import Event

from assistant.ui.session import Desks


def test_every_tab_has_a_desk_of_its_own() -> None:
    desks = Desks("system")
    one, two = desks.of("one"), desks.of("two")
    assert one is desks.of("one")
    assert one is not two
    assert one.talk.conversation.id != two.talk.conversation.id
    assert one.talk.conversation.system == "system"


def test_a_closed_tab_leaves_nothing_running_and_nothing_behind() -> None:
    desks = Desks("system")
    desk = desks.of("one")
    answer = desk.begin()
    assert answer is not None
    assert desks.leave("one") is desk
    assert answer.is_set()
    assert len(desks) == 0
    assert desks.of("one") is not desk


def test_leaving_twice_is_harmless() -> None:
    assert Desks("system").leave("nobody") is None


def test_one_answer_at_a_time() -> None:
    desk = Desks("system").of("one")
    assert isinstance(desk.begin(), Event)
    assert desk.begin() is None
