from itertools import count
from threading import Event

import pytest

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chunk, Options
from assistant.engine.request import Request
from assistant.engine.round import Round
from assistant.engine.scripted import ScriptedEngine


def request(text: str) -> Request:
    return Request(Conversation.new("系统").ask(text), Options(), Event())


def told(one: Request) -> str:
    found = ""
    while not one.results.empty():
        item = one.results.get()
        if isinstance(item, Chunk):
            found += item.text
    return found


def echo(talk: Conversation) -> str:
    return talk.turns[-1].text * 3


def ticking(engine: ScriptedEngine) -> Round:
    """Every piece takes as long as the others."""
    return Round(engine, map(float, count()).__next__)


def test_answers_go_on_by_turns_and_who_comes_last_is_heard_first() -> None:
    going = ticking(ScriptedEngine(echo))
    first, second = request("甲"), request("乙")
    going.join(first)
    going.go_on()
    going.join(second)
    assert going.requests == (second, first)
    for _ in range(3):
        going.go_on()
    assert (told(first), told(second)) == ("甲甲", "乙乙")
    while going.requests:
        going.go_on()
    assert (told(first), told(second)) == ("甲", "乙")


def test_who_has_nothing_to_say_yet_lets_the_others_go_on() -> None:
    class Silent(ScriptedEngine):
        def stream(self, conversation, options, cancel):  # type: ignore[no-untyped-def]
            if conversation.turns[-1].text == "默":
                yield from (Chunk("") for _ in range(9))
            yield from super().stream(conversation, options, cancel)

    going = ticking(Silent(echo))
    silent, other = request("默"), request("言")
    going.join(other)
    going.join(silent)
    for _ in range(6):
        going.go_on()
    assert silent.results.empty()
    assert told(other) == "言言言"
    while going.requests:
        going.go_on()
    assert told(silent) == "默默默"


def test_after_a_long_piece_the_others_have_their_time_but_not_all_of_it() -> None:
    now = 0.0

    class Slow(ScriptedEngine):
        def stream(self, conversation, options, cancel):  # type: ignore[no-untyped-def]
            nonlocal now
            for chunk in super().stream(conversation, options, cancel):
                now += 3.0 if conversation.turns[-1].text == "慢" else 0.1
                yield chunk

    going = Round(Slow(lambda talk: talk.turns[-1].text * 9), lambda: now)
    slow, quick = request("慢"), request("快")
    going.join(quick)
    going.join(slow)
    for _ in range(8):
        going.go_on()
    assert (told(slow), told(quick)) == ("慢慢", "快" * 6)


def test_who_comes_later_owes_nothing_for_what_was_before() -> None:
    going = ticking(ScriptedEngine(lambda talk: talk.turns[-1].text * 9))
    first, second = request("甲"), request("乙")
    going.join(first)
    for _ in range(4):
        going.go_on()
    going.join(second)
    for _ in range(4):
        going.go_on()
    assert (told(first), told(second)) == ("甲" * 6, "乙" * 2)


def test_who_broke_is_left_out_and_the_others_go_on() -> None:
    class Picky(ScriptedEngine):
        def stream(self, conversation, options, cancel):  # type: ignore[no-untyped-def]
            if conversation.turns[-1].text == "坏":
                raise RuntimeError("boom")
            return super().stream(conversation, options, cancel)

    going = ticking(Picky(echo))
    good, bad = request("好"), request("坏")
    going.join(good)
    going.join(bad)
    with pytest.raises(RuntimeError):
        going.go_on()
    assert going.requests == (good,)
    while going.requests:
        going.go_on()
    assert told(good) == "好好好"
