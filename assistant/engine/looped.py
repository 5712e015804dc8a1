"""What every engine over a loop does alike: answer, prepare, survive want of memory."""

import gc
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Event
from typing import Generic, TypeVar

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chunk, Options
from assistant.engine.chorus import stream_together
from assistant.engine.loop import Loop
from assistant.engine.parts import Rows
from assistant.errors import AssistantError

Value = TypeVar("Value")

SCARCE = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "could not allocate",
    "failed to allocate",
    "bad_alloc",
    "bad allocation",
    "alloc_failed",
)
"""How the runtimes say that memory ran out: torch on a card and on a CPU, OpenVINO, C++, cuBLAS."""


class LoopedEngine(Generic[Rows]):
    """An engine that hands its work to a :class:`Loop`.

    Whatever it is asked, AssistantError ENG-203 says that memory ran out; then all that was
    kept between questions is let go, half as much is kept from now on, and the next question
    works.
    """

    _loop: Loop[Rows]
    _memory = "内存"

    def warm_up(self) -> None:
        """Answer a word without a picture; the lane gets ready for pictures when nobody waits.

        Raises:
            AssistantError: ENG-202 there is not enough memory.
        """
        talk = Conversation.new("").ask("?")
        try:
            for _ in self._loop.stream(talk, Options(max_tokens=2), Event()):
                pass
        except (RuntimeError, MemoryError) as error:
            if is_out_of_memory(error):
                raise too_large(self._memory) from error
            raise
        self.forget(talk.id)

    def prepare(self, conversation: Conversation, cancel: Event) -> bool:
        """See :class:`assistant.engine.base.Preparer`; raises as :meth:`stream`."""
        return self._within_memory(partial(self._loop.prepare, conversation, cancel))

    def stream(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Chunk]:
        """See :class:`assistant.engine.base.Engine`.

        Raises:
            AssistantError: ENG-203 memory ran out; those of
                :meth:`assistant.engine.loop.Loop.stream`.
        """
        return self._each_within_memory(self._loop.stream(conversation, options, cancel))

    def stream_together(
        self, conversations: Sequence[Conversation], options: Options, cancel: Event
    ) -> Iterator[tuple[int, Chunk | AssistantError]]:
        """See :class:`assistant.engine.base.Together`.

        Raises:
            AssistantError: ENG-203 memory ran out, which it may not for each alone.
        """
        return self._each_within_memory(stream_together(self._loop, conversations, options, cancel))

    def likelihoods(self, conversation: Conversation, answers: Sequence[str]) -> tuple[float, ...]:
        """See :class:`assistant.engine.base.Chooser`; raises as :meth:`stream`."""
        return self._within_memory(partial(self._loop.likelihoods, conversation, answers))

    def forget(self, conversation_id: str) -> None:
        """Drop a conversation's KV state; pictures go when room is needed."""
        self._loop.memory.forget(conversation_id)

    def _each_within_memory(self, items: Iterator[Value]) -> Iterator[Value]:
        while (item := self._within_memory(partial(next, items, None))) is not None:
            yield item

    def _within_memory(self, step: Callable[[], Value]) -> Value:
        try:
            return step()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            detail = f"{type(error).__name__}: {error}"
        # Only outside the handler does nothing hold what the failed step had made any more.
        self._loop.memory.clear()
        self._economise()
        self._release()
        raise AssistantError(
            "ENG-203",
            f"{self._memory}不足，本次回答未完成。",
            next_step="请新建对话并减少图像数量；若仍不足，请改用 4 位（NF4 或 INT4）模型。",
            detail=detail,
        )

    def _economise(self) -> None:
        """Need less memory from now on."""
        self._loop.memory.halve()

    def _release(self) -> None:
        """Give freed memory back to the machine."""
        gc.collect()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on the card or the machine."""
    if isinstance(error, MemoryError):
        return True
    said = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in said for words in SCARCE)


def too_large(memory: str) -> AssistantError:
    """ENG-202: the model does not fit into ``memory``, 内存 or 显存."""
    return AssistantError(
        "ENG-202",
        f"{memory}不足，模型没有加载。",
        next_step="请关闭占用它的程序，或改用 4 位（NF4 或 INT4）模型。",
    )
