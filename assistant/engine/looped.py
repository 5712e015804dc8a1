"""What every engine over a loop does alike."""

from collections.abc import Iterator, Sequence
from threading import Event
from typing import Generic

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chunk, Options
from assistant.engine.chorus import stream_together
from assistant.engine.loop import Loop
from assistant.engine.parts import Rows
from assistant.errors import AssistantError


class LoopedEngine(Generic[Rows]):
    """An engine that hands its work to a :class:`Loop`."""

    _loop: Loop[Rows]

    def prepare(self, conversation: Conversation, cancel: Event) -> bool:
        """See :class:`assistant.engine.base.Preparer`."""
        return self._loop.prepare(conversation, cancel)

    def stream_together(
        self, conversations: Sequence[Conversation], options: Options, cancel: Event
    ) -> Iterator[tuple[int, Chunk | AssistantError]]:
        """See :class:`assistant.engine.base.Together`."""
        return stream_together(self._loop, conversations, options, cancel)

    def likelihoods(self, conversation: Conversation, answers: Sequence[str]) -> tuple[float, ...]:
        """See :class:`assistant.engine.base.Chooser`."""
        return self._loop.likelihoods(conversation, answers)

    def forget(self, conversation_id: str) -> None:
        """Drop a conversation's KV state; pictures go when room is needed."""
        self._loop.memory.forget(conversation_id)
