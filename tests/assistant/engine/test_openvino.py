"""The OpenVINO engine with the embedded model, in arithmetic that can be compared."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from threading import Event, Timer

import numpy as np
import openvino as ov
import pytest

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chooser, Options, Preparer, Stats, Together
from assistant.engine.language import (
    LARGEST_GROUP,
    PREFILL_POSITIONS,
    LanguageModel,
    Session,
    quantised,
    weight_group,
)
from assistant.engine.memory import Budget
from assistant.engine.openvino import OpenVINOEngine, compile_properties
from assistant.engine.parts import at_once, step
from assistant.engine.vision import RESIDUAL, STEPS, VisionTower, cut, drop_mask
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.places import ASSETS

DEMO = ASSETS / "demo-model"
QUESTION = "请使用中文描述下这个图像并给出你的诊断结果"


def picture(seed: int) -> RenderedImage:
    coarse = np.random.default_rng(seed).integers(0, 255, (8, 8, 1), np.uint8)
    pixels = coarse.repeat(16, 0).repeat(16, 1).repeat(3, 2)
    return RenderedImage(pixels, None, "", SliceRef(), hashlib.sha256(pixels).hexdigest())


def load(budget: Budget | None = None) -> OpenVINOEngine:
    return OpenVINOEngine(DEMO, model_name="t", precision="f32", budget=budget)


@pytest.fixture(scope="module")
def fresh() -> Iterator[OpenVINOEngine]:
    """Asked about conversations that it does not know, see ``anew``."""
    engine = load(Budget(states=0, pictures=0))
    yield engine
    engine.close()


@pytest.fixture
def engine() -> Iterator[OpenVINOEngine]:
    engine = load()
    yield engine
    engine.close()


@pytest.fixture
def begun(engine: OpenVINOEngine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pictures that ``engine`` began to encode, as it goes."""
    vision, found = engine._loop._vision, []
    encode = vision.encode

    def noted(image: RenderedImage, cancel: Event) -> object:
        found.append(image.sha256)
        return encode(image, cancel)

    monkeypatch.setattr(vision, "encode", noted)
    return found


def say(engine: OpenVINOEngine, talk: Conversation, tokens: int = 32) -> tuple[str, Stats]:
    chunks = list(engine.stream(talk, Options(max_tokens=tokens), Event()))
    stats = chunks[-1].stats
    assert stats is not None
    return "".join(chunk.text for chunk in chunks), stats


def anew(fresh: OpenVINOEngine, talk: Conversation, tokens: int = 32) -> tuple[str, Stats]:
    fresh.forget("anew")
    return say(fresh, replace(talk, id="anew"), tokens)


def test_it_offers_what_an_engine_may_offer(engine):
    assert isinstance(engine, Chooser)
    assert isinstance(engine, Preparer)


@pytest.mark.parametrize("budget", [Budget(), Budget(states=0, pictures=0)])
def test_answers_told_by_turns_are_those_told_alone(fresh, budget):
    engine = load(budget)
    talks = [Conversation.new("系统").ask(QUESTION, (picture(seed),)) for seed in range(3)]
    texts = ["", "", ""]
    streams = [engine.stream(talk, Options(max_tokens=24), Event()) for talk in talks]
    for _ in range(40):
        for number, stream in enumerate(streams):
            chunk = next(stream, None)
            texts[number] += chunk.text if chunk else ""
    assert texts == [anew(fresh, talk, 24)[0] for talk in talks]
    assert all(texts)
    engine.close()


def test_what_is_prepared_is_not_computed_again(engine, fresh):
    base = Conversation.new("You are a helpful assistant.")
    assert engine.prepare(base.ask("", (picture(1),)), Event())
    talk = base.ask(QUESTION, (picture(1),))
    text, stats = say(engine, talk)
    whole_text, whole = anew(fresh, talk)
    assert text == whole_text
    assert (stats.pictures_encoded, whole.pictures_encoded) == (0, 1)
    assert stats.prefill_tokens < 30 < whole.prefill_tokens
    assert engine.prepare(base.ask("", (picture(1),)), Event())  # nothing to do


def test_another_window_replaces_what_was_prepared(engine, fresh):
    base = Conversation.new("系统")
    for seed in (1, 2):
        assert engine.prepare(base.ask("", (picture(seed),)), Event())
    talk = base.ask(QUESTION, (picture(2),))
    text, stats = say(engine, talk)
    assert stats.pictures_encoded == 0
    assert text == anew(fresh, talk)[0]


def test_preparing_the_next_picture_keeps_the_turns_before(engine, fresh):
    talk = Conversation.new("系统").ask("描述", (picture(1),))
    text, _ = say(engine, talk)
    talk = talk.answer(text)
    assert engine.prepare(talk.ask("", (picture(2),)), Event())
    talk = talk.ask("与上一幅相比？", (picture(2),))
    again, stats = say(engine, talk)
    assert stats.pictures_encoded == 0
    assert stats.prefill_tokens < 30
    assert again == anew(fresh, talk)[0]


def test_a_changed_question_computes_only_the_question_again(engine, fresh):
    base = Conversation.new("系统")
    say(engine, base.ask("第一问", (picture(1),)))
    other = base.ask("另一个问题", (picture(1),))
    text, stats = say(engine, other)
    assert text == anew(fresh, other)[0]
    assert (stats.pictures_encoded, stats.prefill_tokens < 30) == (0, True)


def test_many_conversations_in_turn_stay_apart_and_at_hand(engine, fresh):
    talks = [Conversation.new("系统").ask(f"问题{i}", (picture(i),)) for i in range(6)]
    answers = [say(engine, talk)[0] for talk in talks]
    assert answers == [anew(fresh, talk)[0] for talk in talks]
    for talk, answer in zip(talks, answers, strict=True):
        further = talk.answer(answer).ask("哪一侧？")
        text, stats = say(engine, further)
        assert (stats.pictures_encoded, stats.prefill_tokens < 30) == (0, True)
        assert text == anew(fresh, further)[0]


def test_states_keep_within_their_budget_and_are_restored_without_encoding(fresh):
    engine = load(Budget(states=4_000_000))
    talks = [Conversation.new("系统").ask(f"问题{i}", (picture(i),)) for i in range(6)]
    answers = [say(engine, talk)[0] for talk in talks]
    states = engine._loop.memory.states
    assert len(states) < len(talks)
    assert states.nbytes <= 4_000_000
    further = talks[0].answer(answers[0]).ask("哪一侧？")
    text, stats = say(engine, further)
    assert (stats.pictures_encoded, stats.prefill_tokens > 30) == (0, True)
    assert text == anew(fresh, further)[0]
    engine.close()


def test_a_state_counts_what_the_runtime_holds_for_it(engine):
    say(engine, Conversation.new("系统").ask("问", (picture(1),)), 1)
    kept = engine._loop.memory.states
    (state, *_) = kept._values.values()
    layers, heads, width, float32 = 4, 2, 64, 4  # the embedded model's; keys and values each
    assert state.session.nbytes == state.session.length * 2 * layers * heads * width * float32 * 2


def test_pictures_keep_within_their_budget():
    engine = load(Budget(states=0, pictures=400_000))
    for seed in range(8):
        say(engine, Conversation.new("").ask("问", (picture(seed),)), 1)
    pictures = engine._loop.memory.pictures
    assert 0 < pictures.nbytes <= 400_000
    engine.close()


def test_a_cancelled_preparation_leaves_nothing_half_done(engine, fresh):
    base = Conversation.new("系统")
    pictures = tuple(picture(seed) for seed in range(8))
    cancel = Event()
    Timer(0.01, cancel.set).start()
    engine.prepare(base.ask("", pictures), cancel)
    talk = base.ask("描述", pictures)
    assert say(engine, talk)[0] == anew(fresh, talk)[0]


def test_a_follow_up_cancelled_while_it_is_read_forgets_no_picture(engine, fresh):
    talk = Conversation.new("系统").ask("描述", (picture(1),))
    talk = talk.answer(say(engine, talk)[0]).ask("哪一侧？" * 30)
    cancel = Event()
    Timer(0.005, cancel.set).start()
    assert list(engine.stream(talk, Options(), cancel))[-1].stats.finish == "cancel"
    text, stats = say(engine, talk)
    assert (text, stats.pictures_encoded) == (anew(fresh, talk)[0], 0)


def test_a_long_prompt_is_cancelled_between_pieces_and_what_was_computed_stays(
    engine, fresh, monkeypatch
):
    talk = Conversation.new("肺" * (PREFILL_POSITIONS + 50)).ask("问")
    cancel = Event()
    feed = Session.feed

    def feed_and_cancel(*piece: object) -> object:
        cancel.set()
        return feed(*piece)

    monkeypatch.setattr(Session, "feed", feed_and_cancel)
    assert not engine.prepare(talk, cancel)
    monkeypatch.undo()
    whole = anew(fresh, talk, 8)
    text, stats = say(engine, talk, 8)
    assert (text, stats.prefill_tokens) == (whole[0], whole[1].prefill_tokens - PREFILL_POSITIONS)


def test_others_have_their_turn_while_a_picture_is_encoded_and_a_prompt_is_read(engine, fresh):
    other = Conversation.new("系统").ask(QUESTION, (picture(1),))
    other = other.answer(say(engine, other)[0]).ask("哪一侧？")
    talk = Conversation.new("肺" * PREFILL_POSITIONS).ask(QUESTION, (picture(2),))
    stream = engine.stream(talk, Options(max_tokens=24), Event())
    pauses = 0
    while not (chunk := next(stream)).text:
        pauses += 1
        assert say(engine, other)[0] == anew(fresh, other)[0]
    assert pauses >= STEPS + 1
    assert chunk.text + "".join(one.text for one in stream) == anew(fresh, talk, 24)[0]


def test_an_encoding_that_made_way_goes_on_where_it_was(engine, fresh, begun):
    base = Conversation.new("系统")
    looks = 0

    class Later(Event):
        def is_set(self) -> bool:
            nonlocal looks
            looks += 1
            return looks > 2

    assert not engine.prepare(base.ask("", (picture(1),)), Later())
    other = base.ask("描述", (picture(2),))
    assert say(engine, other)[0] == anew(fresh, other)[0]
    assert engine.prepare(base.ask("", (picture(1),)), Event())
    assert begun == [picture(1).sha256, picture(2).sha256]
    talk = base.ask("描述", (picture(1),))
    assert say(engine, talk)[0] == anew(fresh, talk)[0]


def test_two_who_ask_about_one_picture_at_a_time_have_it_encoded_once(engine, fresh, begun):
    talks = [Conversation.new(words).ask(QUESTION, (picture(4),)) for words in ("甲", "乙")]
    streams = [engine.stream(talk, Options(max_tokens=24), Event()) for talk in talks]
    texts = ["", ""]
    for _ in range(40):
        for number, stream in enumerate(streams):
            texts[number] += getattr(next(stream, None), "text", "")
    assert texts == [anew(fresh, talk, 24)[0] for talk in talks]
    assert begun == [picture(4).sha256]


def test_when_memory_runs_out_nothing_begun_is_kept(engine, fresh, monkeypatch):
    talk = Conversation.new("系统").ask(QUESTION, (picture(5),))
    paused = engine.stream(talk, Options(max_tokens=24), Event())
    next(paused)
    assert len(engine._loop.memory.begun) == 1

    def scarce(*_: object) -> None:
        raise RuntimeError("bad_alloc")

    other = Conversation.new("系统").ask("问")
    with monkeypatch.context() as patch:
        patch.setattr(Session, "feed", scarce)
        with pytest.raises(AssistantError, match="ENG-203"):
            say(engine, other)
    assert len(engine._loop.memory.begun) == 0
    assert "".join(chunk.text for chunk in paused) == anew(fresh, talk, 24)[0]


def test_a_cancel_spoils_nothing_for_other_conversations(engine, fresh):
    """Requests of one compiled model share its graph: prefills are cancelled between answers."""
    other = Conversation.new("系统").ask("描述", (picture(3),))
    expected = anew(fresh, other, 64)[0]
    for number in range(40):
        words = "右肺有无结节？" * (1 + number % 5)
        talk = Conversation.new("系统").ask(f"{number}{words}", (picture(number % 3),))
        cancel = Event()
        Timer(0.001 * (number % 12), cancel.set).start()
        list(engine.stream(talk, Options(max_tokens=8), cancel))
        engine.forget(talk.id)
        if number % 4 == 0:
            engine.forget(other.id)
            assert say(engine, other, 64)[0] == expected


def test_answers_together_are_those_of_each_alone(engine, fresh):
    assert isinstance(engine, Together)
    talks = [
        Conversation.new("系统" * i).ask(QUESTION + "。" * i, (picture(i),)[: i % 3])
        for i in range(6)
    ]
    told: dict[int, list] = {}
    for number, item in engine.stream_together(talks, Options(max_tokens=64), Event()):
        told.setdefault(number, []).append(item)
    lengths = set()
    for number, talk in enumerate(talks):
        text, stats = anew(fresh, talk, 64)
        assert "".join(chunk.text for chunk in told[number]) == text
        last = told[number][-1].stats
        assert (last.tokens, last.finish) == (stats.tokens, stats.finish)
        lengths.add(last.tokens)
    assert len(lengths) > 1  # some ended before others
    further = talks[1].answer("".join(chunk.text for chunk in told[1])).ask("哪一侧？")
    assert say(engine, further)[0] == anew(fresh, further)[0]


def test_one_that_cannot_be_answered_does_not_stop_the_others(engine):
    talks = [Conversation.new("").ask("长" * 3000), Conversation.new("").ask(QUESTION)]
    told = list(engine.stream_together(talks, Options(max_tokens=8), Event()))
    assert [item.code for number, item in told if number == 0] == ["ENG-103"]
    assert told[-1][1].stats.tokens > 0


def test_answers_together_are_cancelled_together(engine):
    cancel = Event()
    cancel.set()
    talks = [Conversation.new("").ask(QUESTION, (picture(i),)) for i in range(3)]
    told = list(engine.stream_together(talks, Options(), cancel))
    assert [(number, item.stats.finish) for number, item in told] == [
        (number, "cancel") for number in range(3)
    ]


def test_cancel_stops_within_one_token(engine):
    cancel = Event()
    chunks = []
    for chunk in engine.stream(
        Conversation.new("").ask(QUESTION, (picture(3),)), Options(), cancel
    ):
        chunks.append(chunk)
        if chunk.text:
            cancel.set()
    assert chunks[-1].stats.finish == "cancel"
    assert 1 <= chunks[-1].stats.tokens <= 4


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        (Conversation.new("").ask("长" * 3000), "ENG-103"),
        (Conversation.new("").ask("问", tuple(picture(i) for i in range(30))), "ENG-105"),
        (
            Conversation.new("").ask(
                "问", (RenderedImage(np.zeros((1, 4000, 3), np.uint8), None, "", SliceRef(), "n"),)
            ),
            "ENG-102",
        ),
    ],
)
def test_what_cannot_be_answered_is_said_and_the_next_question_works(engine, talk, code):
    with pytest.raises(AssistantError, match=code):
        say(engine, talk)
    if code != "ENG-103":  # the question, which is too long here, is not known yet
        with pytest.raises(AssistantError, match=code):
            engine.prepare(talk, Event())
    assert say(engine, Conversation.new("").ask(QUESTION, (picture(1),)))[0]


@pytest.mark.parametrize("side", [1, 10_000])
def test_the_smallest_and_the_largest_picture_are_read(engine, side):
    pixels = np.broadcast_to(np.uint8(90), (side, side, 3))
    image = RenderedImage(pixels, None, "", SliceRef(), f"of {side}")
    assert say(engine, Conversation.new("").ask(QUESTION, (image,)), 4)[1].pictures_encoded == 1


@pytest.mark.parametrize("failure", [MemoryError(), RuntimeError("Exception: std::bad_alloc")])
def test_memory_running_out_is_said_and_survived(engine, fresh, failure, monkeypatch):
    talk = Conversation.new("系统").ask("描述", (picture(1),))

    def no_room(*_: object) -> None:
        raise failure

    for ask in (
        lambda: say(engine, talk),
        lambda: engine.prepare(talk, Event()),
        lambda: engine.likelihoods(talk, ("是", "不")),
        lambda: list(engine.stream_together([talk, talk], Options(), Event())),
    ):
        with monkeypatch.context() as scarce:
            scarce.setattr("assistant.engine.language.Session.feed", no_room)
            with pytest.raises(AssistantError, match="ENG-203"):
                ask()
        assert not len(engine._loop.memory.states)
    assert engine._loop.memory.states._budget == Budget.states >> 4
    assert say(engine, talk)[0] == anew(fresh, talk)[0]


def test_memory_running_out_while_loading_is_said(engine, monkeypatch):
    def no_room(*_: object, **__: object) -> None:
        raise RuntimeError("Check 'ptr' failed: could not allocate 4 GB")

    monkeypatch.setattr("assistant.engine.language.Session.feed", no_room)
    with pytest.raises(AssistantError, match="ENG-202"):
        engine.warm_up()
    monkeypatch.setattr("assistant.engine.openvino.VisionTower", no_room)
    with pytest.raises(AssistantError, match="ENG-202"):
        load()


def test_activations_share_a_scale_among_no_more_than_the_weights():
    core = ov.Core()
    model = core.read_model(DEMO / "openvino_language_model.xml")
    assert weight_group(model) == 64
    model.set_rt_info(-1, ["nncf", "weight_compression", "group_size"])  # a scale a row
    assert weight_group(model) == LARGEST_GROUP


def test_activations_are_quantised_also_where_there_is_amx():
    assert quantised(64, tiles=False) == {"DYNAMIC_QUANTIZATION_GROUP_SIZE": "64"}
    assert quantised(64, tiles=True)["INFERENCE_PRECISION_HINT"] == "f32"
    core = ov.Core()
    language = LanguageModel(core, DEMO, compile_properties(None, "auto"), fed=lambda: None)
    compiled = language._compiled
    assert int(compiled.get_property("DYNAMIC_QUANTIZATION_GROUP_SIZE")) == 64
    if "FP16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        assert compiled.get_property("INFERENCE_PRECISION_HINT") == ov.Type.f32


def test_weights_are_given_back_as_each_part_of_the_tower_packs_them():
    told = []
    tower = VisionTower(
        ov.Core(), DEMO, 64, compile_properties(None, "f32"), packed=lambda: told.append(1)
    )
    steps = tower.encode(picture(0), Event())
    for number in range(1, STEPS):
        assert step(steps) is None
        assert len(told) == number
    assert step(steps) is not None
    assert len(told) == STEPS
    at_once(tower.encode(picture(1), Event()))
    assert len(told) == STEPS


def test_pictures_are_encoded_without_a_mask():
    core = ov.Core()
    model = core.read_model(DEMO / "openvino_vision_embeddings_merger_model.xml")
    with_mask = core.compile_model(model, "CPU", compile_properties(None, "f32"))
    drop_mask(model)
    without = core.compile_model(model, "CPU", compile_properties(None, "f32"))
    rng = np.random.default_rng(0)
    shapes = {"hidden_states": (16, 192), "rotary_pos_emb": (16, 32)}
    feed = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    masked = with_mask({**feed, "attention_mask": np.zeros((1, 16, 16), np.float32)})[0]
    assert [port.get_any_name() for port in without.inputs] == list(shapes)
    np.testing.assert_allclose(without(feed)[0], masked, atol=1e-5)


def test_a_tower_in_parts_gives_the_same_embeddings():
    core = ov.Core()

    def read() -> ov.Model:
        model = core.read_model(DEMO / "openvino_vision_embeddings_merger_model.xml")
        drop_mask(model)
        return model

    rng = np.random.default_rng(0)
    hidden, angles = (rng.standard_normal((16, width)).astype(np.float32) for width in (192, 32))
    found = {}
    for most, count in ((1, 1), (STEPS, STEPS), (1000, 6)):
        parts = cut(read(), most)
        assert len(parts) == count
        given = {"hidden_states": hidden, "rotary_pos_emb": angles}
        for part in parts:
            compiled = core.compile_model(part, "CPU", compile_properties(None, "f32"))
            wanted = {port.get_any_name(): given[port.get_any_name()] for port in compiled.inputs}
            given[RESIDUAL] = compiled(wanted)[0]
        found[most] = given[RESIDUAL]
    np.testing.assert_allclose(found[STEPS], found[1], atol=1e-5)
    np.testing.assert_allclose(found[1000], found[1], atol=1e-5)
