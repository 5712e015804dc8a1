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


def test_answers_go_on_by_turns_and_who_comes_last_is_heard_first() -> None:
    going = Round(ScriptedEngine(echo))
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

    going = Round(Silent(echo))
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


def test_who_broke_is_left_out_and_the_others_go_on() -> None:
    class Picky(ScriptedEngine):
        def stream(self, conversation, options, cancel):  # type: ignore[no-untyped-def]
            if conversation.turns[-1].text == "坏":
                raise RuntimeError("boom")
            return super().stream(conversation, options, cancel)

    going = Round(Picky(echo))
    good, bad = request("好"), request("坏")
    going.join(good)
    going.join(bad)
    with pytest.raises(RuntimeError):
        going.go_on()
    assert going.requests == (good,)
    while going.requests:
        going.go_on()
    assert told(good) == "好好好"
