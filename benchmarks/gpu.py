"""NVIDIA: our engine beside the calls that LLaMA-Factory's chat engine makes, NF4, one process.

    .venv/bin/python benchmarks/gpu.py --model FOLDER/nf4                  # a card
    .venv-train/bin/python benchmarks/gpu.py --model FOLDER/nf4 --device cpu --tokens 8   # a try

FOLDER is where ``shape_2b.py`` built the true 2B shape; any NF4 or bf16 folder of a Qwen2-VL
will do. Both sides share one loaded model and take turns: first token (picture and question),
follow-up, decode, eight pictures together, and last ours alone with a context of 4,000
positions. Prints one table, with the peak of the card's memory while ours was at work, the read
bandwidth measured by a sum, and the distance to the limit that the weights' bytes set.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from threading import Event
from typing import Any

import numpy as np

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

import torch  # noqa: E402
from transformers import AutoProcessor  # noqa: E402
from transformers.generation.streamers import BaseStreamer  # noqa: E402

from assistant.dialogue.conversation import Conversation  # noqa: E402
from assistant.engine import transformers as engine_module  # noqa: E402
from assistant.engine.base import Options  # noqa: E402
from assistant.engine.transformers import TransformersEngine  # noqa: E402
from assistant.errors import AssistantError  # noqa: E402
from assistant.imaging.slice import RenderedImage, SliceRef  # noqa: E402

QUESTION, FURTHER = "请使用中文描述下这个图像并给出你的诊断结果", "病灶在哪一侧？"
TOGETHER = 8
CONTEXT = 4000
"""Positions of the long conversation, nearly all that a context of 4,096 has."""


@dataclass(frozen=True)
class Side:
    """Seconds of one side: first token, follow-up, a token, eight pictures with answers.

    ``peak`` is the most memory of the card meanwhile, bytes, weights included.
    """

    first: float
    followup: float
    token: float
    together: float
    peak: int = 0


def main() -> None:
    """Measure both sides in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=128)
    given = parser.parse_args()
    model, engine = load(given.model, given.device)
    engine.warm_up()  # where a card decides whether decoding is replayed
    peer = Peer(given.model, model, given.device)
    ours: list[Side] = []
    theirs: list[Side] = []
    for number in range(given.rounds + 1):  # the first warms up
        sides = (measure_ours(engine, given.tokens, number), peer.measure(given.tokens, number))
        if number:
            ours.append(sides[0])
            theirs.append(sides[1])
    long = measure_long(engine, given.tokens)
    print("解码步骤重放为 CUDA graph：" + ("是" if engine.replays else "否"))
    report(given, model, middle(ours), middle(theirs), long)


def load(folder: Path, device: str) -> tuple[Any, TransformersEngine]:
    """The engine, and the model inside it, which the peer uses too."""
    found: list[Any] = []
    original = engine_module._load

    def keep(*arguments: Any) -> Any:
        found.append(original(*arguments))
        return found[0]

    engine_module._load = keep
    try:
        engine = TransformersEngine(folder, model_name="t", device=device)  # type: ignore[arg-type]
    finally:
        engine_module._load = original
    return found[0], engine


def picture(seed: int) -> np.ndarray:
    """Grey 512x512, another one for every seed."""
    coarse = np.random.default_rng(seed).integers(0, 255, (32, 32, 1), np.uint8)
    return coarse.repeat(16, 0).repeat(16, 1).repeat(3, 2)


def rendered(pixels: np.ndarray) -> RenderedImage:
    """As the page gives it to the engine."""
    return RenderedImage(pixels, None, "", SliceRef(), hashlib.sha256(pixels).hexdigest())


def measure_ours(engine: TransformersEngine, tokens: int, seed: int) -> Side:
    """One round of ours, about pictures that it has never seen."""
    reset_peak()
    talk = Conversation.new("You are a helpful assistant.")
    talk = talk.ask(QUESTION, (rendered(picture(100_000 + seed)),))
    first, text, _ = streamed(engine, talk, 4)
    talk = talk.answer(text).ask(FURTHER)
    followup, _, _ = streamed(engine, talk, 4)
    _, _, token = streamed(engine, talk, tokens)
    talks = [
        Conversation.new("").ask(QUESTION, (rendered(picture(1000 * seed + n)),))
        for n in range(TOGETHER)
    ]
    together = timed(
        lambda: list(engine.stream_together(talks, Options(max_tokens=tokens), Event()))
    )
    for one in (talk, *talks):
        engine.forget(one.id)
    return Side(first, followup, token, together, peak())


def measure_long(engine: TransformersEngine, tokens: int) -> Side:
    """Ours with a context of ``CONTEXT`` positions and one picture, nothing else kept."""
    engine._loop.memory.clear()
    reset_peak()
    words = "肺" * (CONTEXT - 700)  # the picture and the frame of the conversation take the rest
    talk = Conversation.new(words).ask(QUESTION, (rendered(picture(99)),))
    try:
        first, text, token = streamed(engine, talk, tokens)
        followup, _, _ = streamed(engine, talk.answer(text).ask(FURTHER), 4)
    except AssistantError as error:  # a small model's context may be shorter
        print(f"长对话没有测：{error}")
        return Side(0.0, 0.0, 0.0, 0.0)
    return Side(first, followup, token, 0.0, peak())


def reset_peak() -> None:
    """Begin to measure the card's memory."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def peak() -> int:
    """Most bytes of the card's memory in use since; 0 without a card."""
    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0


def streamed(
    engine: TransformersEngine, talk: Conversation, tokens: int
) -> tuple[float, str, float]:
    """Seconds to the first token, the text, and seconds for each further token."""
    *chunks, last = engine.stream(talk, Options(max_tokens=tokens), Event())
    stats = last.stats
    assert stats is not None
    token = 1 / stats.tokens_per_s if stats.tokens_per_s else 0.0
    return stats.ttft_s, "".join(chunk.text for chunk in chunks), token


class Clock(BaseStreamer):  # type: ignore[misc]
    """Notes when tokens come out of ``generate``; the first thing put is the prompt."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def put(self, value: Any) -> None:
        """The prompt, or a token."""
        self.times.append(time.perf_counter())

    def end(self) -> None:
        """Of the answer."""


@dataclass(frozen=True)
class Peer:
    """``generate`` with a streamer, as LLaMA-Factory's HuggingfaceEngine calls it."""

    folder: Path
    model: Any
    device: str

    def measure(self, tokens: int, seed: int) -> Side:
        """One round of theirs."""
        processor = AutoProcessor.from_pretrained(self.folder, local_files_only=True)
        pixels = picture(100_000 + seed)
        first, _, _ = self._ask(processor, [pixels], (QUESTION,), 4)
        turns = (QUESTION, "未见异常。", FURTHER)
        followup, _, _ = self._ask(processor, [pixels], turns, 4)
        _, _, token = self._ask(processor, [pixels], turns, tokens)
        together = sum(
            self._ask(processor, [picture(1000 * seed + n)], (QUESTION,), tokens)[1]
            for n in range(TOGETHER)
        )
        return Side(first, followup, token, together)

    def _ask(
        self, processor: Any, pictures: list[np.ndarray], turns: tuple[str, ...], tokens: int
    ) -> tuple[float, float, float]:
        """Seconds to the first token, to the end, and for each further token."""
        from PIL import Image

        messages = []
        for number, text in enumerate(turns):
            content: list[dict[str, str]] = [{"type": "text", "text": text}]
            if number == 0:
                content = [*({"type": "image"} for _ in pictures), *content]
            messages.append({"role": ("user", "assistant")[number % 2], "content": content})
        started = time.perf_counter()
        prompt = processor.apply_chat_template(messages, add_generation_prompt=True)
        images = [Image.fromarray(pixels) for pixels in pictures]
        batch = processor(text=[prompt], images=images, return_tensors="pt").to(self.device)
        clock = Clock()
        settings = {"do_sample": False, "max_new_tokens": tokens, "min_new_tokens": tokens}
        self.model.generate(**batch, **settings, streamer=clock)
        _, first, *_, last = (*clock.times, clock.times[-1])
        return first - started, last - started, (last - first) / max(1, len(clock.times) - 2)


def timed(action: Callable[[], object]) -> float:
    """Seconds an action takes."""
    started = time.perf_counter()
    action()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - started


def middle(sides: list[Side]) -> Side:
    """The median of each figure."""
    names = ("first", "followup", "token", "together")
    middles = [median(getattr(side, name) for side in sides) for name in names]
    return Side(*middles, peak=max(side.peak for side in sides))


def read_gb_s(device: str) -> float:
    """Read bandwidth by the best of ten sums over a large tensor, GB/s."""
    size = (1 << 30) if device == "cuda" else (1 << 28)
    values = torch.ones(size // 4, dtype=torch.float32, device=device)
    best = min(timed(lambda: values.sum().item()) for _ in range(10))
    return size / best / 1e9


def report(given: argparse.Namespace, model: Any, ours: Side, theirs: Side, long: Side) -> None:
    """Print the table and what it is worth."""
    card = (
        torch.cuda.get_device_name(0) if given.device == "cuda" else "CPU（试运行，不是显卡数据）"
    )
    print(f"{date.today()} · {card} · torch {torch.__version__} · {given.model.name}\n")
    print("| 项目 | 本程序 | transformers + bitsandbytes | 比 |\n|---|---|---|---|")
    for name, title in (
        ("first", "首字（s）"),
        ("followup", "追问首字（s）"),
        ("token", "每词元（s）"),
        ("together", f"{TOGETHER} 幅图像及回答（s）"),
    ):
        mine, other = getattr(ours, name), getattr(theirs, name)
        print(f"| {title} | {mine:.3f} | {other:.3f} | {other / mine:.1f}× |")
    language = model.model.language_model
    read = sum(part.nbytes for part in language.parameters()) + model.lm_head.weight.nbytes
    read -= language.embed_tokens.weight.nbytes  # a token reads one row of it
    bandwidth = read_gb_s(given.device)
    limit = read / bandwidth / 1e9
    print(
        f"\n读带宽 {bandwidth:.0f} GB/s，每词元读 {read / 1e9:.2f} GB，极限 {limit * 1000:.2f} ms；"
        f"达到 {limit / ours.token:.0%}（目标 ≥ 50%）。"
        f"解码 {theirs.token / ours.token:.1f}×（目标 ≥ 4×），"
        f"追问为首问的 {ours.followup / ours.first:.0%}（目标 ≤ 10%）。"
    )
    if long.first:
        print(
            f"{CONTEXT} 个位置的对话：首字 {long.first:.3f} s，追问 {long.followup:.3f} s，"
            f"每词元 {long.token * 1000:.2f} ms。"
        )
    if given.device == "cuda":
        print(
            f"本程序的显存峰值 {ours.peak / 1e9:.2f} GB（八幅一起在内），"
            f"长对话 {long.peak / 1e9:.2f} GB（目标：2B ≤ 3 GB，7B ≤ 8 GB）。"
        )


if __name__ == "__main__":
    main()
