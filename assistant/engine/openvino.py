"""The OpenVINO engine: a 4-bit Qwen2-VL on the CPU.

The runtime's own pipeline holds one conversation and encodes its picture again when the
question changes, so the loop is ours: pictures are kept by content, each open conversation
has its own KV state, and only what is new in a prompt is computed.
"""

import json
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Literal

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.decoders import DecodeStream

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Chunk, Options, Stats
from assistant.engine.choice import first_tokens, likelihoods
from assistant.engine.language import LanguageModel, Session
from assistant.engine.prompt import Layout, PromptWriter, common_prefix, lay_out
from assistant.engine.sampling import Sampler
from assistant.engine.vision import VisionTower
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef

KEPT_CONVERSATIONS = 4
"""Conversations whose KV state is kept; at the 2B shape each costs about 28 KB a position."""


@dataclass(eq=False)
class _Memory:
    session: Session
    keys: list[int | tuple[str, int]] = field(default_factory=list)
    spoken: dict[str, tuple[int, ...]] = field(default_factory=dict)


class OpenVINOEngine:
    """A Qwen2-VL folder exported to OpenVINO.

    Args:
        folder: the exported model with ``tokenizer.json`` and processor files.
        model_name: from the model's card.
        is_demo: the model is a demonstration model.
        fingerprint: digest of the model's files, from its card.
        cache_dir: where OpenVINO may keep compiled models, for a faster next start.
        precision: "auto", or "f32" for arithmetic that can be compared to a reference.

    Raises:
        AssistantError: ENG-101 the folder is incomplete or of another architecture.
    """

    def __init__(
        self,
        folder: Path,
        *,
        model_name: str,
        is_demo: bool = False,
        fingerprint: str = "",
        cache_dir: Path | None = None,
        precision: Literal["auto", "f32"] = "auto",
    ) -> None:
        properties = compile_properties(cache_dir, precision)
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            if config["model_type"] != "qwen2_vl":
                raise ValueError(f"model_type is {config['model_type']}")
            text = config.get("text_config", config)  # flat before transformers 4.52
            self._context_tokens = int(text["max_position_embeddings"])
            vision = config["vision_config"]
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._writer = PromptWriter(self._tokenizer)
            core = ov.Core()
            self._vision = VisionTower(
                core, folder, vision["embed_dim"] // vision["num_heads"], properties
            )
            self._language = LanguageModel(core, folder, properties)
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise AssistantError(
                "ENG-101",
                "模型文件夹不完整，或不是本引擎支持的 Qwen2-VL（OpenVINO）格式。",
                next_step="请重新获取或重新量化该模型，再启动程序。",
                detail=f"{type(error).__name__}: {error}",
            ) from error
        self._model_name, self._is_demo = model_name, is_demo
        self._fingerprint = fingerprint
        self._memories: OrderedDict[str, _Memory] = OrderedDict()

    @property
    def capabilities(self) -> Capabilities:
        """A 4-bit model on the CPU."""
        return Capabilities(
            engine="openvino",
            model=self._model_name,
            device="CPU · INT4",
            is_demo=self._is_demo,
            fingerprint=self._fingerprint,
            context_tokens=self._context_tokens,
        )

    def warm_up(self) -> None:
        """Answer one token about a grey picture, so that the first person does not wait."""
        pixels = np.full((512, 512, 3), 128, np.uint8)
        grey = RenderedImage(pixels, None, "", SliceRef(), "warm-up")
        talk = Conversation.new("").ask("?", (grey,))
        for _ in self.stream(talk, Options(max_tokens=2), Event()):
            pass
        self.forget(talk.id)

    def stream(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Chunk]:
        """See :class:`assistant.engine.base.Engine`.

        Raises:
            AssistantError: ENG-102 a picture's shape cannot be read, ENG-103 the prompt is
                longer than the model's context.
        """
        started = time.perf_counter()
        memory = self._memory(conversation.id)
        layout = self._layout(conversation, memory)
        room = self._context_tokens - len(layout.keys)
        if room < 1:
            raise AssistantError(
                "ENG-103",
                f"对话太长（{len(layout.keys)} 个词元，模型上限 {self._context_tokens}）。",
                next_step="请新建对话，或减少图像数量后再提问。",
            )
        try:
            logits, encoded, prefilled = self._prefill(conversation, layout, memory, cancel)
        except InterruptedError:
            yield Chunk("", Stats(0, 0.0, 0.0, 0, 0, "cancel"))
            return
        decoder = DecodeStream(skip_special_tokens=True)
        sampler = Sampler(options)
        ids: list[int] = []
        texts: list[str] = []
        first_text_at = first_token_at = last_at = started
        finish: Literal["stop", "length", "cancel"] = "length"
        for step in range(min(options.max_tokens, room)):
            if cancel.is_set():
                finish = "cancel"
                break
            if step > 0:
                logits = self._advance(memory, ids[-1], layout.next_position + step - 1)
            token = sampler.choose(logits)
            last_at = time.perf_counter()
            first_token_at = last_at if step == 0 else first_token_at
            if token in (self._writer.special.end, self._writer.special.end_of_text):
                finish = "stop"
                break
            ids.append(token)
            text = decoder.step(self._tokenizer, token)
            if text:
                first_text_at = time.perf_counter() if not texts else first_text_at
                texts.append(text)
                yield Chunk(text)
        memory.spoken["".join(texts)] = tuple(ids)
        decode_s = last_at - first_token_at
        yield Chunk(
            "",
            Stats(
                tokens=len(ids),
                ttft_s=first_text_at - started,
                tokens_per_s=(len(ids) - 1) / decode_s if len(ids) > 1 and decode_s > 0 else 0.0,
                pictures_encoded=encoded,
                prefill_tokens=prefilled,
                finish=finish,
            ),
        )

    def likelihoods(self, conversation: Conversation, answers: Sequence[str]) -> tuple[float, ...]:
        """See :class:`assistant.engine.base.Chooser`.

        Raises:
            AssistantError: ENG-104 two answers begin alike; ENG-102 as :meth:`stream`.
        """
        tokens = first_tokens(self._tokenizer, answers)
        memory = self._memory(conversation.id)
        layout = self._layout(conversation, memory)
        logits, _, _ = self._prefill(conversation, layout, memory, Event())
        return likelihoods(logits, tokens)

    def forget(self, conversation_id: str) -> None:
        """Drop a conversation's KV state; pictures go when room is needed."""
        self._memories.pop(conversation_id, None)

    def close(self) -> None:
        """Drop everything kept."""
        self._memories.clear()

    def _memory(self, conversation_id: str) -> _Memory:
        memory = self._memories.get(conversation_id)
        if memory is None:
            memory = self._memories[conversation_id] = _Memory(self._language.session())
        self._memories.move_to_end(conversation_id)
        while len(self._memories) > KEPT_CONVERSATIONS:
            self._memories.popitem(last=False)
        return memory

    def _layout(self, conversation: Conversation, memory: _Memory) -> Layout:
        try:
            return lay_out(self._writer.write(conversation, self._vision.grid, memory.spoken))
        except ValueError as error:
            raise AssistantError(
                "ENG-102",
                "图像过于狭长，模型无法读取。",
                next_step="请裁剪后再上传（长宽比不超过 200）。",
                detail=str(error),
            ) from error

    def _prefill(
        self, conversation: Conversation, layout: Layout, memory: _Memory, cancel: Event
    ) -> tuple[NDArray[np.float32], int, int]:
        """Compute the positions not kept: logits after the last, pictures encoded, positions."""
        kept = common_prefix(memory.keys, layout.keys[:-1])
        if kept < len(memory.keys):
            memory.session.clear()
            memory.keys.clear()
            kept = 0
        wanted = layout.keys[kept:]
        needed = {key[0] for key in wanted if isinstance(key, tuple)}
        pictures: dict[str, NDArray[np.float32]] = {}
        encoded = 0
        for image in conversation.images:
            if image.sha256 in needed and image.sha256 not in pictures:
                pictures[image.sha256], fresh = self._vision.encode(image, cancel)
                encoded += fresh
        if cancel.is_set():
            raise InterruptedError
        pad = self._writer.special.image_pad
        rows = self._language.embed([pad if isinstance(key, tuple) else key for key in wanted])
        for index, key in enumerate(wanted):
            if isinstance(key, tuple):
                rows[index] = pictures[key[0]][key[1]]
        logits = memory.session.feed(rows, layout.positions[:, kept:])
        memory.keys.extend(wanted)
        return logits, encoded, len(wanted)

    def _advance(self, memory: _Memory, token: int, position: int) -> NDArray[np.float32]:
        positions = np.full((3, 1), position, np.int64)
        logits = memory.session.feed(self._language.embed([token]), positions)
        memory.keys.append(token)
        return logits


def compile_properties(
    cache_dir: Path | None, precision: Literal["auto", "f32"]
) -> dict[str, object]:
    """OpenVINO properties: lowest latency; larger groups are 20% faster at the 2B shape."""
    properties: dict[str, object] = {"PERFORMANCE_HINT": "LATENCY"}
    if precision == "f32":
        properties |= {
            "INFERENCE_PRECISION_HINT": "f32",
            "KV_CACHE_PRECISION": "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0",
        }
    if cache_dir is not None:
        properties["CACHE_DIR"] = str(cache_dir)
    return properties
