"""The loop from a conversation to a stream of text, over any runtime's parts of a Qwen2-VL.

Pictures are kept by content, each open conversation has its own KV state, and only what is
new in a prompt is computed. Knows no runtime: rows are its arrays or tensors, as they come.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Generic

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chunk, Options, Stats, refuse_too_many
from assistant.engine.choice import first_tokens, likelihoods
from assistant.engine.memory import Budget, Memory, State
from assistant.engine.parts import Language, Rows, Steps, Value, Vision, at_once, step
from assistant.engine.prompt import Layout, PromptWriter, common_prefix, lay_out
from assistant.engine.telling import Telling
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage


@dataclass(frozen=True, eq=False)
class Prefilled:
    """A prompt that was computed.

    Attributes:
        logits: float32 (vocabulary,) after its last position.
        encoded: pictures that went through the vision tower for it.
        positions: computed for it, kept ones excluded.
    """

    logits: NDArray[np.float32]
    encoded: int
    positions: int


class Loop(Generic[Rows]):
    """Answers conversations with a vision tower and a language model.

    Args:
        tokenizer: of the model; what people type is never read as a special token.
        vision, language: the runtime's parts.
        context_tokens: longest prompt plus answer.
        budget: of what is kept between questions.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        vision: Vision[Rows],
        language: Language[Rows],
        *,
        context_tokens: int,
        budget: Budget | None = None,
    ) -> None:
        self._tokenizer = tokenizer
        self._writer = PromptWriter(tokenizer)
        self._vision = vision
        self.language = language
        self._context_tokens = context_tokens
        self.memory: Memory[Rows] = Memory(language.session, budget or Budget())

    def stream(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Chunk]:
        """See :class:`assistant.engine.base.Engine`.

        Raises:
            AssistantError: ENG-102 a picture's shape cannot be read, ENG-103 the prompt is
                longer than the model's context, ENG-105 there are too many pictures.
        """
        started = time.perf_counter()
        try:
            layout, state, prefilled = yield from _told(self.read(conversation, cancel))
        except InterruptedError:
            yield Chunk("", Stats(0, 0.0, 0.0, 0, 0, "cancel"))
            return
        telling = self.telling(options, layout, started)
        logits = prefilled.logits
        while telling.finish is None and not cancel.is_set():
            if telling.ids:
                position = layout.next_position + len(telling.ids) - 1
                logits = self._advance(state, telling.ids[-1], position)
            text = telling.hear(logits)
            if text:
                yield Chunk(text)
        self.memory.spoken(conversation.id)[telling.text] = tuple(telling.ids)
        self.memory.states.trim()
        stats = telling.stats(encoded=prefilled.encoded, prefilled=prefilled.positions)
        yield Chunk("", stats)

    def read(
        self, conversation: Conversation, cancel: Event
    ) -> Steps[tuple[Layout, State[Rows], Prefilled]]:
        """Everything before the answer to the last turn.

        Raises:
            AssistantError: as :meth:`stream`.
            InterruptedError: cancelled.
        """
        layout = self._layout(conversation)
        state = self.memory.state(conversation.id)
        prefilled = yield from self._prefill(conversation, layout, state, cancel)
        return layout, state, prefilled

    def telling(self, options: Options, layout: Layout, started: float) -> Telling:
        """An answer that is about to be told; ``started`` is of ``perf_counter``."""
        room = self._context_tokens - len(layout.keys)
        ends = self._writer.special.ends
        return Telling(self._tokenizer, ends, options, room=room, started=started)

    def prepare(self, conversation: Conversation, cancel: Event) -> bool:
        """See :class:`assistant.engine.base.Preparer`.

        Raises:
            AssistantError: as :meth:`stream`.
        """
        layout = self._layout(conversation, to_question=True)
        state = self.memory.state(conversation.id)
        if common_prefix(state.keys, layout.keys) < len(layout.keys):
            try:
                at_once(self._prefill(conversation, layout, state, cancel))
            except InterruptedError:
                return False
        return True

    def likelihoods(self, conversation: Conversation, answers: Sequence[str]) -> tuple[float, ...]:
        """See :class:`assistant.engine.base.Chooser`.

        Raises:
            AssistantError: ENG-104 two answers begin alike; others as :meth:`stream`.
        """
        tokens = first_tokens(self._tokenizer, answers)
        _, _, prefilled = at_once(self.read(conversation, Event()))
        return likelihoods(prefilled.logits, tokens)

    def _layout(self, conversation: Conversation, *, to_question: bool = False) -> Layout:
        refuse_too_many(conversation)
        spoken = self.memory.spoken(conversation.id)
        try:
            pieces = self._writer.write(
                conversation, self._vision.grid, spoken, to_question=to_question
            )
        except ValueError as error:
            raise AssistantError(
                "ENG-102",
                "图像过于狭长，模型无法读取。",
                next_step="请裁剪后再上传（长宽比不超过 200）。",
                detail=str(error),
            ) from error
        layout = lay_out(pieces)
        if len(layout.keys) >= self._context_tokens:
            raise AssistantError(
                "ENG-103",
                f"对话太长（{len(layout.keys)} 个词元，模型上限 {self._context_tokens}）。",
                next_step="请新建对话，或减少图像数量后再提问。",
            )
        return layout

    def _prefill(
        self, conversation: Conversation, layout: Layout, state: State[Rows], cancel: Event
    ) -> Steps[Prefilled]:
        """Compute the positions not kept, the last one always.

        Raises:
            InterruptedError: cancelled; the state holds what was computed of the prompt.
        """
        kept = state.keep(common_prefix(state.keys, layout.keys[:-1]))
        wanted = layout.keys[kept:]
        needed = {key[0] for key in wanted if isinstance(key, tuple)}
        pictures: dict[str, Rows] = {}
        encoded = 0
        for image in conversation.images:
            if image.sha256 not in needed or image.sha256 in pictures:
                continue
            rows = self.memory.pictures.get(image.sha256)
            if rows is None:
                rows = yield from self._encode(image, cancel)
                encoded += 1
            pictures[image.sha256] = rows
        for start in range(0, len(wanted), self.language.piece):
            if start:
                yield
            if cancel.is_set():
                raise InterruptedError
            keys = wanted[start : start + self.language.piece]
            at = kept + start
            positions = layout.positions[:, at : at + len(keys)]
            logits = state.session.feed(self.language.rows(keys, pictures), positions)
            state.keys.extend(keys)
        self.memory.states.trim()
        return Prefilled(logits, encoded, len(wanted))

    def _encode(self, image: RenderedImage, cancel: Event) -> Steps[Rows]:
        """A picture's rows, kept from now on; who wants the same one takes the same steps.

        Raises:
            InterruptedError: cancelled; what was begun is gone on with if the picture comes back.
        """
        memory, key = self.memory, image.sha256
        while (rows := memory.pictures.get(key)) is None:
            if cancel.is_set():
                raise InterruptedError
            steps = memory.begun.get(key) or self._vision.encode(image, cancel)
            memory.begun.drop(key)
            done = step(steps)
            if done is None:
                memory.begun.put(key, steps)
            else:
                memory.pictures.put(key, done.value)
            yield
            if done is not None:
                return done.value
        return rows

    def _advance(self, state: State[Rows], token: int, position: int) -> NDArray[np.float32]:
        """Logits after one more token; takes effect whole, cancel or not."""
        positions = np.full((3, 1), position, np.int64)
        logits = state.session.feed(self.language.rows([token], {}), positions)
        state.keys.append(token)
        return logits


def _told(steps: Steps[Value]) -> Generator[Chunk, None, Value]:
    """The same steps, each pause as a chunk without text."""
    while (done := step(steps)) is None:
        yield Chunk("")
    return done.value
