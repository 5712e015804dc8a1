"""Several answers decoded together, one token of each at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from time import perf_counter
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chunk, Options, Stats
from assistant.engine.loop import Loop, Prefilled
from assistant.engine.memory import State
from assistant.engine.parts import Rows, at_once
from assistant.engine.telling import Telling
from assistant.errors import AssistantError


@dataclass(eq=False)
class _Voice(Generic[Rows]):
    """One of the answers: which, from where on, what is told of it, and whether that broke off."""

    number: int
    conversation_id: str
    state: State[Rows]
    next_position: int
    prefilled: Prefilled
    telling: Telling
    broken: bool = False

    @property
    def sings(self) -> bool:
        """Whether there is more to come."""
        return self.telling.finish is None and not self.broken

    def sing(self, logits: NDArray[np.float32]) -> Iterator[tuple[int, Chunk | AssistantError]]:
        """The text of the next token, if any; what one cannot say is no other's fault."""
        try:
            text = self.telling.hear(logits)
        except AssistantError as error:
            self.broken = True
            yield self.number, error
            return
        if text:
            yield self.number, Chunk(text)

    @property
    def position(self) -> int:
        """Of the last token told."""
        return self.next_position + len(self.telling.ids) - 1

    def last(self) -> tuple[int, Chunk]:
        """Its end, with what it cost."""
        stats = self.telling.stats(
            encoded=self.prefilled.encoded, prefilled=self.prefilled.positions
        )
        return self.number, Chunk("", stats)


def stream_together(
    loop: Loop[Rows], conversations: Sequence[Conversation], options: Options, cancel: Event
) -> Iterator[tuple[int, Chunk | AssistantError]]:
    """See :class:`assistant.engine.base.Together`."""
    voices: list[_Voice[Rows]] = []
    for number, conversation in enumerate(conversations):
        try:
            voices.append(_begin(loop, number, conversation, options, cancel))
        except AssistantError as error:
            yield number, error
        except InterruptedError:
            for rest in range(len(conversations)):
                yield rest, Chunk("", Stats(0, 0.0, 0.0, 0, 0, "cancel"))
            return
    for voice in voices:
        yield from voice.sing(voice.prefilled.logits)
    singing = [voice for voice in voices if voice.sings]
    batch = loop.language.join([voice.state.session for voice in singing]) if singing else None
    while singing and batch is not None and not cancel.is_set():
        rows = loop.language.rows([voice.telling.ids[-1] for voice in singing], {})
        positions = np.array([[voice.position for voice in singing]] * 3, np.int64)
        for voice, logits in zip(singing, batch.feed(rows, positions), strict=True):
            yield from voice.sing(logits)
        left = [at for at, voice in enumerate(singing) if voice.sings]
        if 0 < len(left) < len(singing):
            batch.keep(left)
        singing = [singing[at] for at in left]
    for voice in voices:
        if voice.broken:
            continue
        spoken = loop.memory.spoken(voice.conversation_id)
        spoken[voice.telling.text] = tuple(voice.telling.ids)
        yield voice.last()


def _begin(
    loop: Loop[Rows], number: int, conversation: Conversation, options: Options, cancel: Event
) -> _Voice[Rows]:
    started = perf_counter()
    layout, state, prefilled = at_once(loop.read(conversation, cancel))
    telling = loop.telling(options, layout, started)
    return _Voice(number, conversation.id, state, layout.next_position, prefilled, telling)
