"""A conversation: frozen turns, each with the pictures it was asked about."""

from dataclasses import dataclass, replace
from typing import Literal
from uuid import uuid4

from assistant.imaging.slice import RenderedImage


@dataclass(frozen=True)
class Turn:
    """One utterance; only a user's turn carries pictures."""

    role: Literal["user", "assistant"]
    text: str
    images: tuple[RenderedImage, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """Turns in order, beginning with the user's, under one system prompt.

    Attributes:
        system: system prompt.
        turns: alternating user and assistant turns.
        id: random, the key of an engine's state for this conversation.
    """

    system: str
    turns: tuple[Turn, ...] = ()
    id: str = ""

    @classmethod
    def new(cls, system: str) -> "Conversation":
        """An empty conversation with a fresh random id."""
        return cls(system=system, id=uuid4().hex)

    def ask(self, text: str, images: tuple[RenderedImage, ...] = ()) -> "Conversation":
        """This conversation with one more user turn."""
        return replace(self, turns=(*self.turns, Turn("user", text, images)))

    def answer(self, text: str) -> "Conversation":
        """This conversation with one more assistant turn."""
        return replace(self, turns=(*self.turns, Turn("assistant", text)))

    @property
    def images(self) -> tuple[RenderedImage, ...]:
        """Every picture of every turn, in order."""
        return tuple(image for turn in self.turns for image in turn.images)
