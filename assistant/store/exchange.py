"""What is kept of a conversation: questions with their pictures, answers, how they ended."""

from dataclasses import dataclass, field, replace
from typing import Literal, get_args
from uuid import uuid4

from assistant.dialogue.conversation import Conversation
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage

Mode = Literal["", "report", "plain"]
State = Literal["running", "done", "cut", "stopped", "failed", "interrupted"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a question, with its window and slice.

    Attributes:
        place: slice and frame in words, "" for a single picture.
        replaced: from other files than the picture before it.
        sides: letters for its left, right, upper and lower edge, such as "RLAP"; without the last
            two as earlier versions kept them; "" when they are not known.
    """

    image: RenderedImage
    place: str = ""
    replaced: bool = False
    sides: str = ""


@dataclass(frozen=True, eq=False)
class Exchange:
    """One question and its answer.

    Attributes:
        question: as shown.
        asked: as the model was asked, the instruction of the mode included.
        mode: "report" in three parts, "plain" for patients, "" neither.
        pictures: that went along with this question.
        answer: so far.
        state: "running"; "done"; "cut" at the length limit; "stopped" by the person;
            "failed" with ``error``; "interrupted" by the end of the program.
        window: of the picture that the answer is about, in words.
        seconds: from question to end; 0 when unknown.
        tokens_per_s: decode speed; 0 when unknown.
        error: why it failed.
        id: random.
    """

    question: str
    asked: str
    mode: Mode = ""
    pictures: tuple[Picture, ...] = ()
    answer: str = ""
    state: State = "running"
    window: str = ""
    seconds: float = 0.0
    tokens_per_s: float = 0.0
    error: AssistantError | None = None
    id: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True)
class Heading:
    """A conversation in a list; ``changed`` in seconds since 1970."""

    id: str
    title: str
    changed: float


@dataclass(frozen=True, eq=False)
class Record:
    """A conversation as it is kept; one that was never asked anything is kept nowhere.

    Attributes:
        system: system prompt.
        exchanges: oldest first.
        title: for the list.
        id: random; also the key of the engine's state.
    """

    system: str
    exchanges: tuple[Exchange, ...] = ()
    title: str = ""
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def conversation(self) -> Conversation:
        """What the engine is told: an exchange that got no text was never asked."""
        told = Conversation(self.system, id=self.id)
        for exchange in self.exchanges:
            images = tuple(picture.image for picture in exchange.pictures)
            if exchange.answer:
                told = told.ask(exchange.asked, images).answer(exchange.answer)
            elif exchange.state == "running":
                told = told.ask(exchange.asked, images)
        return told

    @property
    def last_image(self) -> RenderedImage | None:
        """The picture that a question without one would be about."""
        images = self.conversation.images
        return images[-1] if images else None

    @property
    def running(self) -> bool:
        """Whether an answer is being written."""
        return bool(self.exchanges) and self.exchanges[-1].state == "running"

    def updated(self, exchange: Exchange) -> "Record":
        """With an exchange in its new state, or one more."""
        if any(known.id == exchange.id for known in self.exchanges):
            kept = (exchange if known.id == exchange.id else known for known in self.exchanges)
            return replace(self, exchanges=tuple(kept))
        return replace(self, exchanges=(*self.exchanges, exchange))

    def before(self, exchange_id: str) -> "Record":
        """Without this exchange and what follows it; ValueError when it is not there."""
        place = [exchange.id for exchange in self.exchanges].index(exchange_id)
        return replace(self, exchanges=self.exchanges[:place])
