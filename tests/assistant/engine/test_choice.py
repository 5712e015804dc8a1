from threading import Event

import numpy as np
import pytest
from tokenizers import Tokenizer

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chooser, Options
from assistant.engine.choice import first_tokens, likelihoods
from assistant.engine.loader import load_engine
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.models.card import read_card
from assistant.models.catalog import ModelFolder
from assistant.places import ASSETS

DEMO = ASSETS / "demo-model"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(DEMO / "tokenizer.json"))


def test_likelihoods_are_the_softmax_over_the_whole_vocabulary():
    logits = np.log(np.array([0.5, 0.2, 0.3], np.float32)) + 100
    assert likelihoods(logits, (2, 0)) == pytest.approx((0.3, 0.5), abs=1e-6)


def test_large_logits_do_not_overflow():
    assert likelihoods(np.array([2000.0, 0.0], np.float32), (0, 1)) == (1.0, 0.0)


def test_answers_must_begin_differently(tokenizer: Tokenizer):
    assert len(first_tokens(tokenizer, ("正常", "不正常"))) == 2
    for answers in (("不正常，右侧", "不正常，左侧"), ("",), ("正常", "")):
        with pytest.raises(AssistantError) as caught:
            first_tokens(tokenizer, answers)
        assert caught.value.code == "ENG-104"


def test_the_answer_that_greedy_decoding_begins_is_the_likeliest():
    engine = load_engine(ModelFolder(DEMO, read_card(DEMO)))
    assert isinstance(engine, Chooser)
    pixels = np.full((256, 256, 3), 90, np.uint8)
    picture = RenderedImage(pixels, None, "", SliceRef(), "grey")
    talk = Conversation.new("You are a helpful assistant.").ask("这张CT正常吗？", (picture,))
    before = engine.likelihoods(talk, ("不正常", "有", "这"))
    text = "".join(chunk.text for chunk in engine.stream(talk, Options(), Event()))
    likely, *rest = engine.likelihoods(talk, (text, "请", "左"))
    again = engine.likelihoods(talk, ("不正常", "有", "这"))
    engine.close()
    assert likely > max(rest)
    assert 0 < sum(before) <= 1
    assert again == pytest.approx(before, abs=1e-3)  # asking changes nothing


def test_an_engine_without_probabilities_is_told_apart():
    assert not isinstance(ScriptedEngine(), Chooser)
