"""What the lane is asked for: an answer, likelihoods, to get ready, or another engine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Chooser, Chunk, Engine, Options
from assistant.errors import AssistantError


@dataclass(frozen=True)
class Chances:
    """Likelihoods of answers; None when the engine cannot tell."""

    values: tuple[float, ...] | None


@dataclass(eq=False)
class Request:
    """A place in the line.

    Attributes:
        cancel: belongs to this request alone.
        answers: their likelihoods are asked for instead of an answer.
        owner: who asks; one person's requests do not hold up another's.
        folder: part of a folder's work, which yields to people.
        alone: it may be what broke the engine, and is answered with no other.
        results: what the engine has to say, in order.
    """

    conversation: Conversation
    options: Options
    cancel: Event
    answers: tuple[str, ...] = ()
    owner: str = ""
    folder: bool = False
    alone: bool = False
    results: SimpleQueue[Chunk | Chances | AssistantError] = field(default_factory=SimpleQueue)

    @property
    def conversation_ids(self) -> tuple[str, ...]:
        """Whose state an answer changes."""
        return (self.conversation.id,)

    def refuse(self, error: AssistantError) -> None:
        """There will be no answer."""
        self.results.put(error)


def chances(engine: Engine, request: Request) -> Chances:
    """The likelihoods that a request asks for."""
    if not isinstance(engine, Chooser):
        return Chances(None)
    return Chances(engine.likelihoods(request.conversation, request.answers))


@dataclass(eq=False)
class Preparation:
    """A conversation whose next question is not known yet; its last turn has the pictures.

    Attributes:
        cancel: it is not wanted any more.
    """

    conversation: Conversation
    cancel: Event = field(default_factory=Event)

    @property
    def conversation_ids(self) -> tuple[str, ...]:
        """Whose state it changes."""
        return (self.conversation.id,)

    def serves(self, request: Request) -> bool:
        """Whether that request goes on from what is prepared here."""
        pictures = {image.sha256 for image in self.conversation.images}
        asked = {image.sha256 for image in request.conversation.images}
        return request.conversation.id == self.conversation.id and pictures <= asked


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
