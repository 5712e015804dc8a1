from dataclasses import replace

from assistant.store.exchange import Exchange, Record
from assistant.ui.session import Desk, Desks


def test_every_tab_has_a_desk_of_its_own() -> None:
    desks = Desks(lambda: "system")
    one, two = desks.of("one"), desks.of("two")
    assert one is desks.of("one")
    assert one is not two
    assert one.record.id != two.record.id
    assert one.record.system == "system"


def test_a_closed_tab_leaves_nothing_behind() -> None:
    desks = Desks(lambda: "system")
    desk = desks.of("one")
    desk.watcher = object()
    assert desks.leave("one") is desk
    assert desk.watcher is None
    assert len(desks) == 0
    assert desks.of("one") is not desk


def test_leaving_twice_is_harmless() -> None:
    assert Desks(lambda: "system").leave("nobody") is None


def test_another_conversation_ends_what_was_begun_with_the_former() -> None:
    desk = Desk(Record("s"), editing="x", study="y", watcher=object(), kept=True)
    desk.lay(Record("s"), kept=False)
    assert (desk.editing, desk.study, desk.watcher, desk.kept) == ("", "", None, False)


def test_an_answer_that_nobody_writes_any_more_was_interrupted() -> None:
    record = Record("s", (Exchange("一", "一", answer="写到一半"),))
    desk = Desk(record)
    desk.read(record, live=True)
    assert desk.record.running
    desk.read(record, live=False)
    (found,) = desk.record.exchanges
    assert found.state == "interrupted"
    assert replace(found, state="running").answer == "写到一半"
