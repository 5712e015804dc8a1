"""The loop from a conversation to a stream of text, over any runtime's parts of a Qwen2-VL.

Pictures are kept by content, each open conversation has its own KV state, and only what is
new in a prompt is computed. Knows no runtime: rows are its arrays or tensors, as they come.
"""

import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Generic, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.decoders import DecodeStream

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chunk, Options, Stats
from assistant.engine.choice import first_tokens, likelihoods
from assistant.engine.prompt import Layout, PromptWriter, common_prefix, lay_out
from assistant.engine.sampling import Sampler
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage

KEPT_CONVERSATIONS = 4
"""Conversations whose KV state is kept; at the 2B shape each costs about 28 KB a position."""

Rows = TypeVar("Rows")
RowsOut = TypeVar("RowsOut", covariant=True)
RowsIn = TypeVar("RowsIn", contravariant=True)


class Vision(Protocol[RowsOut]):
    """Pixels to picture embeddings, each picture once."""

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of merged tokens; ValueError for a shape that cannot be read."""
        ...

    def encode(self, image: RenderedImage, cancel: Event) -> tuple[RowsOut, bool]:
        """Embeddings (tokens, hidden), and whether encoded now; InterruptedError on cancel."""
        ...


class Session(Protocol[RowsIn]):
    """One conversation's KV state."""

    def keep(self, length: int) -> int:
        """Forget every position from ``length`` on, or more; how many are left."""
        ...

    def feed(
        self, rows: RowsIn, positions: NDArray[np.int64], cancel: Event
    ) -> NDArray[np.float32]:
        """Append positions (3, n); logits (vocabulary,) after the last; InterruptedError."""
        ...


class Language(Protocol[Rows]):
    """Token embeddings and the decoder, shared by all sessions."""

    def rows(self, keys: Sequence[int | tuple[str, int]], pictures: dict[str, Rows]) -> Rows:
        """Input (n, hidden): a token's embedding, or the row of a picture by its hash."""
        ...

    def session(self) -> Session[Rows]:
        """A new, empty KV state."""
        ...


@dataclass(eq=False)
class _Memory(Generic[Rows]):
    session: Session[Rows]
    keys: list[int | tuple[str, int]] = field(default_factory=list)
    spoken: dict[str, tuple[int, ...]] = field(default_factory=dict)


class Loop(Generic[Rows]):
    """Answers conversations with a vision tower and a language model.

    Args:
        tokenizer: of the model; what people type is never read as a special token.
        vision, language: the runtime's parts.
        context_tokens: longest prompt plus answer.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        vision: Vision[Rows],
        language: Language[Rows],
        *,
        context_tokens: int,
    ) -> None:
        self._tokenizer = tokenizer
        self._writer = PromptWriter(tokenizer)
        self._vision = vision
        self._language = language
        self._context_tokens = context_tokens
        self._memories: OrderedDict[str, _Memory[Rows]] = OrderedDict()

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

    def _memory(self, conversation_id: str) -> _Memory[Rows]:
        memory = self._memories.get(conversation_id)
        if memory is None:
            memory = self._memories[conversation_id] = _Memory(self._language.session())
        self._memories.move_to_end(conversation_id)
        while len(self._memories) > KEPT_CONVERSATIONS:
            self._memories.popitem(last=False)
        return memory

    def _layout(self, conversation: Conversation, memory: _Memory[Rows]) -> Layout:
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
        self, conversation: Conversation, layout: Layout, memory: _Memory[Rows], cancel: Event
    ) -> tuple[NDArray[np.float32], int, int]:
        """Compute the positions not kept: logits after the last, pictures encoded, positions."""
        kept = memory.session.keep(common_prefix(memory.keys, layout.keys[:-1]))
        del memory.keys[kept:]
        wanted = layout.keys[kept:]
        needed = {key[0] for key in wanted if isinstance(key, tuple)}
        pictures: dict[str, Rows] = {}
        encoded = 0
        for image in conversation.images:
            if image.sha256 in needed and image.sha256 not in pictures:
                pictures[image.sha256], fresh = self._vision.encode(image, cancel)
                encoded += fresh
        if cancel.is_set():
            raise InterruptedError
        rows = self._language.rows(wanted, pictures)
        try:
            logits = memory.session.feed(rows, layout.positions[:, kept:], cancel)
        except InterruptedError:
            del memory.keys[memory.session.keep(kept) :]
            raise
        memory.keys.extend(wanted)
        return logits, encoded, len(wanted)

    def _advance(self, memory: _Memory[Rows], token: int, position: int) -> NDArray[np.float32]:
        """Logits after one more token; takes effect whole, cancel or not."""
        positions = np.full((3, 1), position, np.int64)
        logits = memory.session.feed(self._language.rows([token], {}), positions, Event())
        memory.keys.append(token)
        return logits
