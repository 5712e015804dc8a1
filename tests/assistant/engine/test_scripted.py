from threading import Event

import numpy as np

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.engine.scripted import ScriptedEngine
from assistant.imaging.slice import RenderedImage, SliceRef


def picture(key: str) -> RenderedImage:
    return RenderedImage(np.zeros((4, 4, 3), np.uint8), None, "原图", SliceRef(), key)


def test_pictures_are_encoded_once_a_conversation():
    engine = ScriptedEngine()
    talk = Conversation.new("系统").ask("描述", (picture("a"), picture("b")))
    first = list(engine.stream(talk, Options(), Event()))[-1].stats
    talk = talk.answer("好").ask("哪一侧？")
    second = list(engine.stream(talk, Options(), Event()))[-1].stats
    assert (first.pictures_encoded, second.pictures_encoded) == (2, 0)


def test_max_tokens_ends_with_length():
    chunks = list(
        ScriptedEngine().stream(Conversation.new("").ask("问"), Options(max_tokens=5), Event())
    )
    assert len("".join(chunk.text for chunk in chunks)) == 5
    assert chunks[-1].stats.finish == "length"


def test_cancel_stops_before_the_next_character():
    cancel = Event()
    seen = []
    for chunk in ScriptedEngine().stream(Conversation.new("").ask("问"), Options(), cancel):
        seen.append(chunk)
        cancel.set()
    assert len(seen) == 2
    assert seen[-1].stats.finish == "cancel"
