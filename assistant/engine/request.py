"""What the lane is asked for: an answer, likelihoods, or another engine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Chunk, Engine, Options
from assistant.errors import AssistantError


@dataclass(frozen=True)
class Chances:
    """Likelihoods of answers; None when the engine cannot tell."""

    values: tuple[float, ...] | None


@dataclass(eq=False)
class Request:
    """A place in the queue.

    Attributes:
        cancel: belongs to this request alone.
        answers: their likelihoods are asked for instead of an answer.
        results: what the engine has to say, in order.
    """

    conversation: Conversation
    options: Options
    cancel: Event
    answers: tuple[str, ...] = ()
    results: SimpleQueue[Chunk | Chances | AssistantError] = field(default_factory=SimpleQueue)


@dataclass(eq=False)
class Exchange:
    """Another engine is wanted; ``done`` gets what it is, or why it cannot be had."""

    load: Callable[[], Engine]
    done: SimpleQueue[Capabilities | AssistantError] = field(default_factory=SimpleQueue)

    def wait(self) -> Capabilities:
        """Block until it is there.

        Raises:
            AssistantError: it cannot be had.
        """
        found = self.done.get()
        if isinstance(found, AssistantError):
            raise found
        return found
