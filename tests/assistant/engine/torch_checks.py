"""What test_transformers.py runs in an environment that has torch.

Every function named ``check_…`` gets a folder with a tiny random Qwen2-VL and passes when it
returns. Run as a script, prints one JSON object: null or the traceback by name.
"""

import contextlib
import hashlib
import importlib.util
import json
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from threading import Event

import numpy as np
import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoConfig, AutoModelForImageTextToText, Qwen2VLImageProcessor

from assistant.dialogue.conversation import Conversation
from assistant.engine import devices, torch_model
from assistant.engine import replay as replay_module
from assistant.engine import transformers as engine_module
from assistant.engine.base import Options
from assistant.engine.parts import at_once
from assistant.engine.replay import LENGTHS, Replay
from assistant.engine.transformers import TransformersEngine
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef

SPECIAL = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"),
    *("<|image_pad|>", "<|video_pad|>"),
)
QUESTIONS = ("请使用中文描述下这个图像并给出你的诊断结果", "与第二幅相比呢？", "哪一侧？")


def main() -> None:
    torch.set_num_threads(1)  # two threads of a tiny model mostly wait for each other
    results: dict[str, str | None] = {}
    with tempfile.TemporaryDirectory() as scratch, contextlib.redirect_stdout(sys.stderr):
        folder = make_model(Path(scratch) / "tiny", "qwen2_vl")
        for name, check in [item for item in globals().items() if item[0].startswith("check_")]:
            try:
                check(folder)
                results[name] = None
            except Exception:
                results[name] = traceback.format_exc()
    sys.stdout.write(json.dumps(results))


def make_model(folder: Path, model_type: str) -> Path:
    """A Qwen2-VL with random weights wide enough apart that greedy tokens are not ties."""
    folder.mkdir(parents=True)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {character: index for index, character in enumerate(alphabet)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(word, special=True) for word in SPECIAL])
    tokenizer.save(str(folder / "tokenizer.json"))
    ids = {word: tokenizer.token_to_id(word) for word in SPECIAL}
    text = {
        **{"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 3},
        **{"num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 264},
        **{"max_position_embeddings": 1024, "initializer_range": 0.1},
        "rope_scaling": {"type": "mrope", "rope_type": "default", "mrope_section": [2, 3, 3]},
        **{"bos_token_id": None, "eos_token_id": ids["<|im_end|>"]},
    }
    vision = {
        "qwen2_vl": {"embed_dim": 32, "hidden_size": 64, "mlp_ratio": 2},
        "qwen2_5_vl": {"hidden_size": 32, "out_hidden_size": 64, "intermediate_size": 64}
        | {"fullatt_block_indexes": [1], "window_size": 56},
    }[model_type]
    config = AutoConfig.for_model(
        model_type,
        text_config=text,
        vision_config={"depth": 2, "num_heads": 2, "initializer_range": 0.1, **vision},
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
        tie_word_embeddings=False,
    )
    torch.manual_seed(0)
    model = AutoModelForImageTextToText.from_config(config, dtype=torch.float32)
    model.save_pretrained(folder)
    processor = Qwen2VLImageProcessor(min_pixels=56 * 56, max_pixels=28 * 28 * 30)
    processor.save_pretrained(folder)
    return folder


def picture(seed: int, height: int = 120, width: int = 150) -> RenderedImage:
    coarse = np.random.default_rng(seed).integers(0, 255, (height // 10, width // 10, 3), np.uint8)
    pixels = coarse.repeat(10, 0).repeat(10, 1)
    return RenderedImage(pixels, None, "", SliceRef(), hashlib.sha256(pixels).hexdigest())


def engine(folder: Path) -> TransformersEngine:
    return TransformersEngine(folder, model_name="tiny", device="cpu", precision="f32")


@cache
def shared(folder: Path) -> TransformersEngine:
    return engine(folder)


def say(answerer: TransformersEngine, talk: Conversation, tokens: int = 64):
    """The answer's text and stats."""
    chunks = list(answerer.stream(talk, Options(max_tokens=tokens), Event()))
    return "".join(chunk.text for chunk in chunks), chunks[-1].stats


def reference(folder: Path, talk: Conversation, tokens: int) -> list[int]:
    """transformers' own generate, over a prompt written out here."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    processor = Qwen2VLImageProcessor.from_pretrained(folder)
    text = f"<|im_start|>system\n{talk.system}<|im_end|>\n"
    pixels: list[torch.Tensor] = []
    grids: list[torch.Tensor] = []
    for turn in talk.turns:
        text += f"<|im_start|>{turn.role}\n"
        for image in turn.images:
            found = processor(images=[image.pixels], return_tensors="pt")
            pixels.append(found["pixel_values"])
            grids.append(found["image_grid_thw"])
            pads = int(grids[-1].prod()) // 4
            text += "<|vision_start|>" + "<|image_pad|>" * pads + "<|vision_end|>"
        text += f"{turn.text}<|im_end|>\n"
    ids = torch.tensor([tokenizer.encode(f"{text}<|im_start|>assistant\n").ids])
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    extra = {}
    if transformers.__version__.startswith("5."):
        extra["mm_token_type_ids"] = (ids == model.config.image_token_id).int()
    found = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        pixel_values=torch.cat(pixels),
        image_grid_thw=torch.cat(grids),
        do_sample=False,
        max_new_tokens=tokens,
        eos_token_id=[
            tokenizer.token_to_id("<|im_end|>"),
            tokenizer.token_to_id("<|endoftext|>"),
        ],
        pad_token_id=0,
        **extra,
    )
    return list(found[0, ids.shape[1] :].tolist())


def spoken_ids(answerer: TransformersEngine, talk: Conversation, text: str) -> list[int]:
    """The ids behind an answer, which the loop keeps for the next turn."""
    return list(answerer._loop.memory.spoken(talk.id)[text])


def same_tokens(folder: Path, turns: int) -> None:
    answerer = engine(folder)
    talk = Conversation.new("You are a helpful assistant.")
    for index in range(turns):
        images = {0: (picture(1),), 1: (picture(2, 200, 60),)}.get(index, ())
        talk = talk.ask(QUESTIONS[index], images)
        text, stats = say(answerer, talk)
        ours = spoken_ids(answerer, talk, text)
        assert stats.tokens == len(ours) > 0
        theirs = reference(folder, talk, 64)
        assert ours == theirs[: len(ours)], f"turn {index}: {ours} {theirs}"
        assert len(theirs) - len(ours) == (stats.finish == "stop")  # theirs has the end token
        assert len(set(ours)) > min(8, len(ours) // 2), ours  # not one token over and over
        # Random weights speak in bytes that are no characters, so turns go on with real text.
        talk = talk.answer("未见异常。")


def check_greedy_tokens_are_those_of_generate(folder: Path) -> None:
    same_tokens(folder, 3)


def check_qwen2_5_vl_too(folder: Path) -> None:
    same_tokens(make_model(folder.parent / "tiny25", "qwen2_5_vl"), 2)


def check_a_follow_up_encodes_nothing_and_computes_only_what_is_new(folder: Path) -> None:
    answerer = engine(folder)
    talk = Conversation.new("系统").ask("描述", (picture(1), picture(2)))
    text, first = say(answerer, talk, 8)
    talk = talk.answer(text).ask("哪一侧？")
    again, second = say(answerer, talk, 8)
    assert (first.pictures_encoded, second.pictures_encoded) == (2, 0)
    # the last token spoken, the end of the turn, the question, the opening of the answer
    assert second.prefill_tokens < 60 < first.prefill_tokens
    fresh, stats = say(engine(folder), Conversation(talk.system, talk.turns, "other"), 8)
    if "\ufffd" not in text:
        assert again == fresh
    assert stats.pictures_encoded == 2


def check_a_changed_question_keeps_the_prefix_and_says_what_a_fresh_one_says(
    folder: Path,
) -> None:
    answerer = engine(folder)
    base = Conversation.new("系统")
    say(answerer, base.ask("第一问", (picture(1),)), 8)
    other = base.ask("另一个问题", (picture(1),))
    text, stats = say(answerer, other, 16)
    fresh, whole = say(engine(folder), other, 16)
    assert text == fresh
    assert stats.pictures_encoded == 0
    assert stats.prefill_tokens < whole.prefill_tokens


def check_likelihoods_are_those_of_the_next_token(folder: Path) -> None:
    answerer = engine(folder)
    talk = Conversation.new("系统").ask("正常吗？", (picture(1),))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    words = ("a", "b", "c")
    found = answerer.likelihoods(talk, words)
    loop = answerer._loop
    steps = loop._prefill(talk, loop._layout(talk), loop.memory.state("fresh"), Event())
    logits = at_once(steps).logits
    expected = torch.from_numpy(logits).softmax(0)[[tokenizer.token_to_id(w) for w in words]]
    assert np.allclose(found, expected.numpy(), atol=1e-6)
    assert say(answerer, talk, 12)[0] == say(engine(folder), talk, 12)[0]


def check_an_adapter_changes_the_answers_as_merging_it_does(folder: Path) -> None:
    if importlib.util.find_spec("peft") is None:
        return  # the trainer's environment has it, the assistant's never needs it
    import peft

    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
    wrapped = peft.get_peft_model(
        model, peft.LoraConfig(r=4, target_modules=r".*language_model.*q_proj", lora_alpha=64)
    )
    torch.manual_seed(1)
    for name, weights in wrapped.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.3)
    adapter, merged = folder.parent / "adapter", folder.parent / "merged"
    wrapped.save_pretrained(adapter)
    shutil.copytree(folder, merged)
    wrapped.merge_and_unload().save_pretrained(merged)
    talk = Conversation.new("系统").ask("描述", (picture(1),))
    laid_over = TransformersEngine(
        folder, model_name="tiny", device="cpu", precision="f32", adapter=adapter
    )
    assert say(laid_over, talk, 24)[0] == say(engine(merged), talk, 24)[0]
    assert say(laid_over, talk, 24)[0] != say(engine(folder), talk, 24)[0]


def check_conversations_do_not_mix(folder: Path) -> None:
    answerer = shared(folder)
    talks = [Conversation.new("系统").ask(f"问{i}", (picture(i),)) for i in range(6)]
    alone = [say(engine(folder), talk, 12)[0] for talk in talks]
    together = [say(answerer, talk, 12)[0] for talk in talks]
    assert together == alone
    again, stats = say(answerer, talks[0], 12)  # long pushed out
    assert again == alone[0]
    assert stats.pictures_encoded == 0


def check_what_is_prepared_is_not_computed_again(folder: Path) -> None:
    answerer = engine(folder)
    base = Conversation.new("系统")
    assert answerer.prepare(base.ask("", (picture(1),)), Event())
    text, stats = say(answerer, base.ask("第一问", (picture(1),)), 16)
    fresh, whole = say(engine(folder), base.ask("第一问", (picture(1),)), 16)
    assert text == fresh
    assert (stats.pictures_encoded, whole.pictures_encoded) == (0, 1)
    assert stats.prefill_tokens < 40 < whole.prefill_tokens
    cancelled = Event()
    cancelled.set()
    assert not answerer.prepare(base.ask("", (picture(2),)), cancelled)


def check_states_keep_within_their_budget_and_are_restored(folder: Path) -> None:
    answerer = engine(folder)
    talks = [Conversation.new("系统").ask(f"问{i}", (picture(1),)) for i in range(4)]
    say(answerer, talks[0], 12)
    one = answerer._loop.memory.states.nbytes
    assert one > 0
    answerer._loop.memory.states._budget = int(one * 2.5)
    for talk in talks[1:]:
        say(answerer, talk, 12)
    assert len(answerer._loop.memory.states) == 2
    further = talks[0].answer("未见异常。").ask("哪一侧？")
    again, stats = say(answerer, further, 12)
    assert (stats.pictures_encoded, stats.prefill_tokens > 60) == (0, True)
    assert again == say(engine(folder), further, 12)[0]


def check_answers_together_are_those_of_each_alone(folder: Path) -> None:
    answerer = engine(folder)
    talks = [
        Conversation.new("系统" * i).ask(f"问{i}", (picture(i), picture(9))[: i % 2 + 1])
        for i in range(4)
    ]
    long = Conversation.new("").ask("长" * 2000)
    told: dict[int, list] = {}
    for number, item in answerer.stream_together([*talks, long], Options(max_tokens=40), Event()):
        told.setdefault(number, []).append(item)
    for number, talk in enumerate(talks):
        text, stats = say(engine(folder), talk, 40)
        assert "".join(chunk.text for chunk in told[number]) == text
        last = told[number][-1].stats
        assert (last.tokens, last.finish) == (stats.tokens, stats.finish)
    assert [error.code for error in told[4]] == ["ENG-103"]


def check_cancel_stops_within_one_token(folder: Path) -> None:
    cancel = Event()
    chunks = []
    talk = Conversation.new("").ask("问", (picture(1),))
    for chunk in shared(folder).stream(talk, Options(max_tokens=200), cancel):
        chunks.append(chunk)
        if chunk.text:
            cancel.set()
    assert chunks[-1].stats.finish == "cancel"
    heard = len("".join(chunk.text for chunk in chunks).encode())
    assert chunks[-1].stats.tokens <= max(heard, 4)


def check_a_picture_given_up_before_it_was_begun_is_read_when_it_comes_back(folder: Path) -> None:
    answerer = engine(folder)
    cancel = Event()
    cancel.set()
    talk = Conversation.new("").ask("问", (picture(8),))
    assert not answerer.prepare(talk, cancel)
    text, stats = say(answerer, talk, 12)
    assert (text, stats.pictures_encoded) == (say(engine(folder), talk, 12)[0], 1)


def check_cancel_while_encoding_leaves_nothing_half_done(folder: Path) -> None:
    answerer = engine(folder)
    talk = Conversation.new("").ask("问", (picture(7),))
    cancel = Event()
    blocks = answerer._vision._tower.blocks
    hook = blocks[0].register_forward_hook(lambda *_: cancel.set())
    last = list(answerer.stream(talk, Options(), cancel))[-1].stats
    hook.remove()
    assert (last.finish, last.tokens) == ("cancel", 0)
    text, stats = say(answerer, talk, 12)
    assert stats.pictures_encoded == 1
    assert text == say(engine(folder), talk, 12)[0]


def check_cancel_between_pieces_of_the_prompt(folder: Path) -> None:
    answerer = engine(folder)
    talk = Conversation.new("").ask("很长的问题" * 20, (picture(3),))
    cancel = Event()
    answerer._loop.language.piece = 64
    hook = answerer._loop.language._decoder.register_forward_hook(lambda *_: cancel.set())
    last = list(answerer.stream(talk, Options(), cancel))[-1].stats
    hook.remove()
    assert last.finish == "cancel"
    pieces, _ = say(answerer, talk, 12)
    assert pieces == say(engine(folder), talk, 12)[0]


def replaying(folder: Path) -> TransformersEngine:
    """As on a card, but every step is computed again instead of recorded."""
    answerer = engine(folder)
    language = answerer._language
    language.replay = Replay(language._decoder, language._head, lambda step: step)
    return answerer


def check_replayed_steps_are_those_computed(folder: Path) -> None:
    answerer, plain = replaying(folder), engine(folder)
    talks = [Conversation.new("系统").ask(f"问{i}", (picture(i),)) for i in range(3)]
    texts = ["", "", ""]
    streams = [answerer.stream(talk, Options(max_tokens=40), Event()) for talk in talks]
    for _ in range(60):  # by turns, so that they change places all the time
        for number, stream in enumerate(streams):
            chunk = next(stream, None)
            texts[number] += chunk.text if chunk else ""
    assert texts == [say(plain, talk, 40)[0] for talk in talks]
    for talk, text in zip(talks, texts, strict=True):
        further = talk.answer(text).ask("哪一侧？", (picture(8),))
        again, stats = say(answerer, further, 40)
        expected, usual = say(plain, further, 40)
        assert again == expected
        assert stats.prefill_tokens == usual.prefill_tokens
    changed = talks[0].ask("另一个问题")
    assert say(answerer, changed, 24)[0] == say(plain, changed, 24)[0]


def check_replayed_steps_go_on_in_a_group_and_beyond_the_longest(folder: Path) -> None:
    answerer, plain = replaying(folder), engine(folder)
    talks = [Conversation.new("系统").ask(f"问{i}", (picture(i),)) for i in range(2)]
    for talk in talks:
        say(answerer, talk, 8)
    told = ["", ""]
    for number, item in answerer.stream_together(talks, Options(max_tokens=24), Event()):
        told[number] += item.text
    assert told == [say(plain, talk, 24)[0] for talk in talks]
    kept, replay_module.LENGTHS = LENGTHS, (96, 128)
    try:
        short = replaying(folder)
        assert say(short, talks[0], 64)[0] == say(plain, talks[0], 64)[0]
        _, stats = say(short, talks[0].answer("未见异常。").ask("再说一遍"), 64)
        assert stats.tokens
    finally:
        replay_module.LENGTHS = kept


def check_an_overflow_in_a_group_refuses_that_one_alone(folder: Path) -> None:
    answerer, plain = engine(folder), engine(folder)
    talks = [Conversation.new("系统").ask(f"问{i}", (picture(i),)) for i in range(3)]
    join = answerer._language.join

    def overflowing(sessions):
        batch = join(sessions)
        feed = batch.feed

        def once(rows, positions):
            logits = feed(rows, positions).copy()
            if len(logits) == 3:
                logits[1] = np.nan
            return logits

        batch.feed = once
        return batch

    answerer._language.join = overflowing
    told: dict[int, list] = {0: [], 1: [], 2: []}
    for number, item in answerer.stream_together(talks, Options(max_tokens=24), Event()):
        told[number].append(item)
    assert told[1][-1].code == "ENG-205"
    for number in (0, 2):
        text = "".join(chunk.text for chunk in told[number])
        assert text == say(plain, talks[number], 24)[0]


def check_memory_running_out_while_places_change_harms_no_other_answer(folder: Path) -> None:
    answerer, plain = replaying(folder), engine(folder)
    talks = [Conversation.new("系统").ask(f"问{i}", (picture(i),)) for i in range(2)]
    first = answerer.stream(talks[0], Options(max_tokens=40), Event())
    text = "".join(next(first).text for _ in range(6))
    update, calls = torch_model.DynamicCache.update, []

    def scarce(self, keys, values, layer, *rest):
        if keys.shape[2] < 30 and keys.shape[2] > 1:  # what is taken back, and no prompt
            calls.append(layer)
            if layer == 1:
                raise torch.OutOfMemoryError("CUDA out of memory.")
        return update(self, keys, values, layer, *rest)

    torch_model.DynamicCache.update = scarce
    try:
        refused(lambda: say(answerer, talks[1], 8), "ENG-203")
    finally:
        torch_model.DynamicCache.update = update
    assert calls
    text += "".join(chunk.text for chunk in first)
    assert text == say(plain, talks[0], 40)[0]


def check_an_overflow_while_replaying_harms_nobody_else(folder: Path) -> None:
    answerer, plain = replaying(folder), engine(folder)
    long, short = (Conversation.new("系统").ask("问" * n, (picture(1),)) for n in (40, 2))
    stream = answerer.stream(long, Options(max_tokens=40), Event())
    for _ in range(6):
        next(stream)
    slots = answerer._language.replay._slots
    with torch.inference_mode():
        for part in (*slots._keys, *slots._values):
            part.fill_(float("nan"))
    refused(lambda: list(stream), "ENG-205")
    assert say(answerer, short, 24)[0] == say(plain, short, 24)[0]


def check_replaying_begins_only_if_it_is_right_and_faster(folder: Path) -> None:
    language = engine(folder)._language
    hurried: list[bool] = []
    hook = language._decoder.register_forward_pre_hook(
        lambda *_: None if hurried else time.sleep(0.02)
    )

    def right(step):
        def again():
            hurried.append(True)
            try:
                return step()
            finally:
                hurried.clear()

        return again

    def stale(step):
        once = right(step)()
        return lambda: once

    def impossible(step):
        raise RuntimeError("operation not permitted when stream is capturing")

    def slow(step):
        return lambda: (time.sleep(0.03), right(step)())[1]

    def blind(step):
        """Right in the first of the lengths only."""
        narrow = slots[-1].visible == LENGTHS[0]
        return right(step) if narrow else lambda: right(step)() * 0

    slots: list = []
    original = replay_module.Slots.load
    replay_module.Slots.load = lambda self, cache: (
        slots.append(self),
        original(self, cache),
    )[1]
    try:
        for record in (stale, impossible, slow, blind):
            assert not language.replay_if_better(record), record.__name__
            assert language.replay is None
        assert language.replay_if_better(right)
    finally:
        replay_module.Slots.load = original
        hook.remove()


def check_text_alone(folder: Path) -> None:
    assert say(shared(folder), Conversation.new("系统").ask("你好"), 5)[1].tokens > 0


def check_memory_running_out_is_said_and_survived(folder: Path) -> None:
    for failure in (
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
    ):
        answerer = engine(folder)
        talk = Conversation.new("系统").ask("描述", (picture(1),))
        expected = say(answerer, talk, 8)[0]

        hook = answerer._loop.language._decoder.register_forward_pre_hook(raising(failure))
        refused(partial(say, answerer, talk.answer("好").ask("再问"), 8), "ENG-203")
        hook.remove()
        assert say(answerer, talk, 8)[0] == expected


def check_memory_running_out_is_said_whatever_is_asked(folder: Path) -> None:
    answerer = engine(folder)
    talks = [Conversation.new("系统").ask(f"问{i}", (picture(i),)) for i in range(2)]

    def together() -> list:
        return list(answerer.stream_together(talks, Options(max_tokens=4), Event()))

    for ask in (
        partial(answerer.prepare, talks[0], Event()),
        partial(answerer.likelihoods, talks[0], ("a", "b")),
        together,
    ):
        say(answerer, Conversation.new("").ask("别的"), 2)
        failure = raising(torch.OutOfMemoryError("CUDA out of memory."))
        hook = answerer._loop.language._decoder.register_forward_pre_hook(failure)
        refused(ask, "ENG-203")
        hook.remove()
        assert not len(answerer._loop.memory.states)
        assert ask()


def check_memory_running_out_while_loading_is_said(folder: Path) -> None:
    original = engine_module._load
    engine_module._load = raising(torch.OutOfMemoryError("CUDA out of memory."))
    try:
        refused(lambda: engine(folder), "ENG-202")
    finally:
        engine_module._load = original


def check_overflow_is_said(folder: Path) -> None:
    answerer = engine(folder)
    with torch.no_grad():
        answerer._loop.language._decoder.norm.weight.fill_(float("nan"))
    refused(lambda: say(answerer, Conversation.new("").ask("问"), 4), "ENG-205")


def check_too_long_a_conversation_is_refused(folder: Path) -> None:
    refused(lambda: say(shared(folder), Conversation.new("").ask("长" * 2000), 4), "ENG-103")


def check_too_narrow_a_picture_is_refused(folder: Path) -> None:
    pixels = np.zeros((1, 4000, 3), np.uint8)
    narrow = RenderedImage(pixels, None, "", SliceRef(), "narrow")
    refused(lambda: say(shared(folder), Conversation.new("").ask("问", (narrow,)), 4), "ENG-102")


def check_a_folder_that_is_not_whole_is_refused(folder: Path) -> None:
    for name in ("config.json", "tokenizer.json", "model.safetensors", "preprocessor_config.json"):
        broken = folder.parent / f"without-{name}"
        shutil.copytree(folder, broken)
        (broken / name).unlink()
        refused(partial(engine, broken), "ENG-204")
    (broken / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    refused(lambda: engine(broken), "ENG-204")


def check_without_a_card_the_cpu_is_taken_and_the_reason_said(folder: Path) -> None:
    card = devices.find_card()
    if card.usable:
        return
    assert card.reason.endswith("。")
    refused(lambda: TransformersEngine(folder, model_name="t", device="cuda"), "ENG-207")
    auto = TransformersEngine(folder, model_name="t")
    assert auto.capabilities.device == "CPU · BF16"
    auto.warm_up()
    assert not auto._loop.memory.states


def check_nf4_keeps_tower_merger_and_head_and_answers(folder: Path) -> None:
    from bitsandbytes.nn import Linear4bit

    from trainer.model.nf4 import quantize_nf4

    out = folder.parent / "nf4"
    out.mkdir()
    (out / "stale.txt").write_text("of an earlier run", encoding="utf-8")
    quantize_nf4(folder, out)
    assert not (out / "stale.txt").exists()
    for name in ("tokenizer.json", "preprocessor_config.json"):
        assert (out / name).read_bytes() == (folder / name).read_bytes()
    four = TransformersEngine(out, model_name="t", model_format="nf4", device="cpu")
    assert four.capabilities.device == "CPU · NF4"
    inside = {type(module) for module in four._loop.language._decoder.modules()}
    outside = {type(module) for module in four._vision._tower.modules()}
    assert Linear4bit in inside
    assert torch.nn.Linear not in inside
    assert Linear4bit not in outside
    assert type(four._loop.language._head) is torch.nn.Linear
    whole = engine(folder)
    layer, exact = (
        answerer._loop.language._decoder.layers[0].mlp.up_proj for answerer in (four, whole)
    )
    rows = torch.randn(16, 64)
    with torch.no_grad():
        error = (layer(rows.bfloat16()).float() - exact(rows)).norm() / exact(rows).norm()
    assert 0 < error < 0.15, error
    assert say(four, Conversation.new("系统").ask("描述", (picture(1),)), 8)[1].tokens == 8


def check_four_bit_layers_compute_in_the_type_of_the_card(folder: Path) -> None:
    whole = torch.nn.Linear(2, 2)
    four = torch.nn.Linear(2, 2)
    four.compute_dtype = torch.bfloat16
    engine_module.compute_in(torch.nn.Sequential(whole, four), torch.float16)
    assert four.compute_dtype == torch.float16
    assert not hasattr(whole, "compute_dtype")


def raising(failure: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise failure

    return fail


def refused(action: Callable[[], object], code: str) -> None:
    found = ""
    try:
        action()
    except AssistantError as error:
        found = error.code
    assert found == code, f"refused with {found!r}, not {code}"


if __name__ == "__main__":
    main()
