import json

import numpy as np
import pytest

from assistant.dialogue.codec import from_json, to_json
from assistant.dialogue.conversation import Conversation
from assistant.errors import AssistantError
from assistant.imaging.render import render
from assistant.imaging.slice import Slice
from assistant.imaging.window import Window


def conversation() -> Conversation:
    hu = np.arange(-1024, 1024, dtype=np.int16).reshape(32, 64)
    pictures = (render(Slice(hu=hu, source="dicom"), Window(40, 80), index=3), render(Slice(hu=hu)))
    return Conversation.new("系统").ask("左侧？", pictures).answer("是。").ask("多大？")


def test_there_and_back():
    before = conversation()
    after = from_json(to_json(before))
    assert (after.id, after.system) == (before.id, before.system)
    assert [(t.role, t.text, len(t.images)) for t in after.turns] == [
        ("user", "左侧？", 2), ("assistant", "是。", 0), ("user", "多大？", 0),
    ]  # fmt: skip
    for one, other in zip(before.images, after.images, strict=True):
        assert np.array_equal(one.pixels, other.pixels)
        assert one.sha256 == other.sha256
        assert (one.window, one.window_name, one.slice_ref) == (
            other.window, other.window_name, other.slice_ref,
        )  # fmt: skip


def test_chinese_stays_readable():
    assert "左侧？" in to_json(conversation())


def changed(**fields: object) -> str:
    return json.dumps({**json.loads(to_json(conversation())), **fields})


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", b"\xff", to_json(conversation())[:-9], changed(turns=3),
        changed(turns=[{"role": "system", "text": "", "images": []}]),
        changed(turns=[{"role": "user", "text": "", "images": [{"png": "AAAA"}]}]),
        changed(turns=[{"role": "user", "text": "", "images": [
            {"png": "AAAA", "window": None, "window_name": "", "slice_ref": {}}]}]),
    ],
    ids=lambda _: "spoiled",  # some hold a new conversation's id
)  # fmt: skip
def test_anything_else_is_refused(text: str | bytes):
    with pytest.raises(AssistantError) as caught:
        from_json(text)
    assert caught.value.code == "USE-121"
