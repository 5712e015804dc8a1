# ruff: noqa: D102 - the methods are those of Peer
"""One engine in a process of its own, measured; see ``engines.py``.

    python benchmarks/peers.py NAME FOLDER --tokens 64 --folder-pictures 8

Prints one JSON object. Every peer is called as its own documentation does, greedy.
"""

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import numpy as np

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

QUESTION = "请使用中文描述下这个图像并给出你的诊断结果"
FURTHER = "病灶在哪一侧？"
SYSTEM = "You are a helpful assistant."
OPEN_CONVERSATIONS = 4
THINKING_S = 8.0
"""Between a picture and the question about it, seconds."""


@dataclass(frozen=True)
class Figures:
    """What one process measured; None where the engine has no such thing.

    Attributes:
        load_s: from the import to an engine that can be asked.
        cold_s: first token of the first question after that, picture included.
        warm_s: first token of another question about a new picture.
        prepared_s: the same, the picture known ``THINKING_S`` before; what getting ready takes
            longer is waited for.
        followup_s: first token of a follow-up, each open conversation in turn.
        ms_token: a token of a long answer.
        folder_s: a picture of a folder with its answer, several together if the engine can.
        peak_gb: of resident memory, the folder left out.
        folder_peak_gb: of resident memory in the end.
    """

    load_s: float
    cold_s: float
    warm_s: float
    prepared_s: float | None
    followup_s: float
    ms_token: float
    folder_s: float
    peak_gb: float
    folder_peak_gb: float


@dataclass(frozen=True)
class Ask:
    """Questions about pictures uint8 (H, W, 3), with the answers so far."""

    pictures: tuple[np.ndarray, ...]
    turns: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """A whole answer: seconds to its first token and to its end, and how many tokens."""

    first_s: float
    whole_s: float
    tokens: int


class Peer(Protocol):
    """An engine as the measuring sees it."""

    def first(self, key: str, ask: Ask) -> tuple[float, str]:
        """Seconds to the first token, and a short answer."""
        ...

    def long(self, key: str, ask: Ask, tokens: int) -> Told:
        """A whole answer."""
        ...

    def prepare(self, key: str, ask: Ask) -> bool:
        """Know the picture before the question; False when it cannot."""
        ...

    def together(self, asks: list[Ask], tokens: int) -> float | None:
        """Seconds for all answers; None when it answers one by one only."""
        ...


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=sorted(PEERS))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--folder-tokens", type=int, default=200)
    parser.add_argument("--folder-pictures", type=int, default=8)
    parser.add_argument("--open", type=int, default=OPEN_CONVERSATIONS, help="conversations")
    given = parser.parse_args()
    started = time.perf_counter()
    peer = PEERS[given.name](given.folder)
    load_s = time.perf_counter() - started
    figures = measure(
        peer,
        load_s,
        conversations=given.open,
        tokens=given.tokens,
        folder_tokens=given.folder_tokens,
        folder_pictures=given.folder_pictures,
    )
    print(json.dumps(asdict(figures)))


def measure(
    peer: Peer,
    load_s: float,
    *,
    conversations: int,
    tokens: int,
    folder_tokens: int,
    folder_pictures: int,
) -> Figures:
    """Every figure, in the order in which a day goes; a folder one by one is two pictures long."""
    asks = [Ask((picture(seed),), (QUESTION,)) for seed in range(conversations + 2)]
    cold_s, _ = peer.first("0", asks[0])
    firsts, answers = zip(
        *(peer.first(str(n), asks[n]) for n in range(1, conversations + 1)), strict=True
    )
    further = [
        Ask(asks[n + 1].pictures, (QUESTION, answers[n], FURTHER)) for n in range(conversations)
    ]
    followups = [peer.first(str(n + 1), ask)[0] for n, ask in enumerate(further)]
    prepared_s = None
    started = time.perf_counter()
    if peer.prepare("p", asks[-1]):
        late_s = time.perf_counter() - started - THINKING_S
        time.sleep(max(0.0, -late_s))
        prepared_s = max(0.0, late_s) + peer.first("p", asks[-1])[0]
    told = peer.long("1", further[0], tokens)
    peak = peak_gb()
    pictures = [Ask((picture(100 + n),), (QUESTION,)) for n in range(folder_pictures)]
    together_s = peer.together(pictures, folder_tokens)
    if together_s is None:
        each = [
            peer.long(f"f{n}", ask, folder_tokens).whole_s for n, ask in enumerate(pictures[:2])
        ]
        folder_s = sum(each) / len(each)
    else:
        folder_s = together_s / folder_pictures
    return Figures(
        load_s,
        cold_s,
        median(firsts),
        prepared_s,
        median(followups),
        1000 * (told.whole_s - told.first_s) / max(1, told.tokens - 1),
        folder_s,
        peak,
        peak_gb(),
    )


def picture(seed: int) -> np.ndarray:
    """Grey 512x512, another one for every seed."""
    coarse = np.random.default_rng(seed).integers(0, 255, (32, 32, 1), np.uint8)
    return coarse.repeat(16, 0).repeat(16, 1).repeat(3, 2)


def peak_gb() -> float:
    """Most resident memory so far; the system tells it in KiB.

    Not ``ru_maxrss``: it begins with the peak of the process that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e9


class Ours:
    """The engine of this repository in this process: compiled models are kept on disk.

    The page has it in a process of its own and behind the lane; neither is measured here.
    """

    def __init__(self, folder: Path) -> None:
        import tempfile

        from assistant.engine.openvino import OpenVINOEngine

        cache = Path(tempfile.gettempdir()) / "ct-assistant-benchmark"
        self._engine = OpenVINOEngine(folder, model_name="t", cache_dir=cache)
        self._engine.warm_up()

    def first(self, key: str, ask: Ask) -> tuple[float, str]:
        from threading import Event

        from assistant.engine.base import Options

        started, first, text = time.perf_counter(), 0.0, ""
        for chunk in self._engine.stream(self._talk(key, ask), Options(max_tokens=4), Event()):
            text += chunk.text
            if chunk.text or chunk.stats:
                first = first or time.perf_counter() - started
        return first, text

    def long(self, key: str, ask: Ask, tokens: int) -> Told:
        from threading import Event

        from assistant.engine.base import Options

        started = time.perf_counter()
        options = Options(max_tokens=tokens)
        *_, last = self._engine.stream(self._talk(key, ask), options, Event())
        assert last.stats is not None
        return Told(last.stats.ttft_s, time.perf_counter() - started, last.stats.tokens)

    def prepare(self, key: str, ask: Ask) -> bool:
        from threading import Event

        return self._engine.prepare(self._talk(key, ask), Event())

    def together(self, asks: list[Ask], tokens: int) -> float | None:
        from threading import Event

        from assistant.engine.base import Options

        talks = [self._talk(f"f{n}", ask) for n, ask in enumerate(asks)]
        started = time.perf_counter()
        for _ in self._engine.stream_together(talks, Options(max_tokens=tokens), Event()):
            pass
        return time.perf_counter() - started

    def _talk(self, key: str, ask: Ask) -> Any:
        import hashlib

        from assistant.dialogue.conversation import Conversation
        from assistant.imaging.slice import RenderedImage, SliceRef

        images = tuple(
            RenderedImage(pixels, None, "", SliceRef(), hashlib.sha256(pixels).hexdigest())
            for pixels in ask.pictures
        )
        talk = Conversation(SYSTEM, id=key).ask(ask.turns[0], images)
        for answer, question in zip(ask.turns[1::2], ask.turns[2::2], strict=True):
            talk = talk.answer(answer).ask(question)
        return talk


class Generate:
    """A model with ``generate`` of transformers; keeps nothing between calls."""

    def __init__(self, folder: Path, load: Callable[[Path], Any]) -> None:
        from transformers import AutoProcessor

        self._processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
        self._model = load(folder)

    def first(self, key: str, ask: Ask) -> tuple[float, str]:
        started = time.perf_counter()
        self._generate(ask, 1)
        return time.perf_counter() - started, "未见异常。"

    def long(self, key: str, ask: Ask, tokens: int) -> Told:
        first_s, _ = self.first(key, ask)  # nothing is kept, so this part is always the same
        started = time.perf_counter()
        count = self._generate(ask, tokens)
        return Told(first_s, time.perf_counter() - started, count)

    def prepare(self, key: str, ask: Ask) -> bool:
        return False

    def together(self, asks: list[Ask], tokens: int) -> float | None:
        return None

    def _generate(self, ask: Ask, tokens: int) -> int:
        from PIL import Image

        images = [Image.fromarray(pixels) for pixels in ask.pictures]
        messages: list[dict[str, Any]] = [{"role": "system", "content": SYSTEM}]
        for number, text in enumerate(ask.turns):
            content: list[dict[str, str]] = [{"type": "text", "text": text}]
            if number == 0:
                content = [*({"type": "image"} for _ in images), *content]
            messages.append({"role": ("user", "assistant")[number % 2], "content": content})
        text = self._processor.apply_chat_template(messages, add_generation_prompt=True)
        batch = self._processor(text=[text], images=images, return_tensors="pt")
        found = self._model.generate(
            **batch, do_sample=False, max_new_tokens=tokens, min_new_tokens=tokens
        )
        return int(found.shape[1] - batch["input_ids"].shape[1])


class Pipeline:
    """openvino-genai's VLMPipeline with its defaults, one chat at a time."""

    def __init__(self, folder: Path, **properties: str) -> None:
        import openvino_genai

        self._pipeline = openvino_genai.VLMPipeline(str(folder), "CPU", **properties)

    def first(self, key: str, ask: Ask) -> tuple[float, str]:
        return self._ask(key, ask, 4).first_s, self._said

    def long(self, key: str, ask: Ask, tokens: int) -> Told:
        return self._ask(key, ask, tokens)

    def prepare(self, key: str, ask: Ask) -> bool:
        return False

    def together(self, asks: list[Ask], tokens: int) -> float | None:
        return None

    def _ask(self, key: str, ask: Ask, tokens: int) -> Told:
        # One prompt with the turns so far: the pipeline keeps one chat, and here are several.
        return self._generate("\n".join(ask.turns), ask.pictures, tokens)

    def _generate(self, asked: Any, pictures: tuple[np.ndarray, ...], tokens: int) -> Told:
        import openvino

        images = [openvino.Tensor(np.ascontiguousarray(pixels[None])) for pixels in pictures]
        found = self._pipeline.generate(
            asked, images=images, max_new_tokens=tokens, do_sample=False, ignore_eos=True
        )
        self._said = found.texts[0]
        metrics = found.perf_metrics
        return Told(
            metrics.get_ttft().mean / 1000,
            metrics.get_generate_duration().mean / 1000,
            int(metrics.get_num_generated_tokens()),
        )


class Chat(Pipeline):
    """The same, set as fast as it goes, and with roles: each turn one of a history."""

    def __init__(self, folder: Path) -> None:
        # The weights are in groups of 64; activations in larger ones are slower.
        super().__init__(folder, ATTENTION_BACKEND="SDPA", DYNAMIC_QUANTIZATION_GROUP_SIZE="64")

    def _ask(self, key: str, ask: Ask, tokens: int) -> Told:
        import openvino_genai

        roles = ("user", "assistant")
        history = openvino_genai.ChatHistory(
            [{"role": roles[n % 2], "content": text} for n, text in enumerate(ask.turns)]
        )
        return self._generate(history, ask.pictures, tokens)


def _transformers(folder: Path) -> Any:
    import torch
    from transformers import AutoModelForImageTextToText

    dtype: Any = torch.bfloat16
    return AutoModelForImageTextToText.from_pretrained(
        folder, dtype=dtype, local_files_only=True
    ).eval()


def _optimum(folder: Path) -> Any:
    openvino = importlib.import_module("optimum.intel.openvino")
    return openvino.OVModelForVisualCausalLM.from_pretrained(folder, local_files_only=True)


PEERS: dict[str, Callable[[Path], Peer]] = {
    "ours": Ours,
    "openvino-genai": Pipeline,
    "openvino-genai-sdpa": Chat,
    "optimum-intel": lambda folder: Generate(folder, _optimum),
    "transformers-bf16": lambda folder: Generate(folder, _transformers),
    "transformers-nf4": lambda folder: Generate(folder, _transformers),
}


if __name__ == "__main__":
    main()
