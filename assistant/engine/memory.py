"""What a loop keeps of conversations and pictures, within budgets of bytes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic

from assistant.engine.kept import Kept
from assistant.engine.parts import Rows, Session, Steps

Key = int | tuple[str, int]

SPOKEN_BYTES = 4 << 20
"""For the ids of answers given; they outlive the KV state, so that it is restored as it was."""

BEGUN = 6
"""More than go on at the same time: four people, what is prepared, and a folder."""


@dataclass(frozen=True)
class Budget:
    """Most bytes that an engine keeps between questions.

    Attributes:
        states: KV states; at the 2B shape one of 400 positions takes about 23 MB.
        pictures: embeddings; at the 2B shape one of 512x512 takes 2 MB in float32.
    """

    states: int = 512 << 20
    pictures: int = 128 << 20

    @classmethod
    def of_card(cls, memory_bytes: int) -> "Budget":
        """For a card: the default at 16 GB, and in proportion below."""
        share = min(1.0, memory_bytes / (16 << 30))
        return cls(int(cls.states * share), int(cls.pictures * share))


@dataclass(eq=False)
class State(Generic[Rows]):
    """A KV state, and what stands at each of its positions."""

    session: Session[Rows]
    keys: list[Key] = field(default_factory=list)

    def keep(self, length: int) -> int:
        """Forget positions from ``length`` on, or more; how many are left."""
        kept = self.session.keep(length)
        del self.keys[kept:]
        return kept


@dataclass(frozen=True)
class Spoken:
    """Answers given in a conversation: ids by text."""

    answers: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Roughly what they take."""
        return sum(len(text) * 4 + len(ids) * 8 for text, ids in self.answers.items()) + 256


class Memory(Generic[Rows]):
    """Of every open conversation its KV state and answers, and pictures by content.

    Attributes:
        begun: encodings under way or interrupted, by their pictures' content, the latest few.
    """

    def __init__(self, session: Callable[[], Session[Rows]], budget: Budget) -> None:
        self._session = session
        self.states: Kept[State[Rows]] = Kept(budget.states, lambda state: state.session.nbytes)
        self.pictures: Kept[Rows] = Kept(budget.pictures, lambda rows: rows.nbytes)
        self.begun: Kept[Steps[Rows]] = Kept(BEGUN, lambda _: 1)
        self._spoken: Kept[Spoken] = Kept(SPOKEN_BYTES, lambda spoken: spoken.nbytes)

    def state(self, conversation_id: str) -> State[Rows]:
        """The conversation's state, an empty one if it had to go."""
        state = self.states.get(conversation_id)
        if state is None:
            state = State(self._session())
            self.states.put(conversation_id, state)
        return state

    def spoken(self, conversation_id: str) -> dict[str, tuple[int, ...]]:
        """Ids of the conversation's answers by text; put new ones in."""
        spoken = self._spoken.get(conversation_id)
        if spoken is None:
            spoken = Spoken()
            self._spoken.put(conversation_id, spoken)
        return spoken.answers

    def forget(self, conversation_id: str) -> None:
        """Drop a conversation; pictures go when room is needed."""
        self.states.drop(conversation_id)
        self._spoken.drop(conversation_id)

    def halve(self) -> None:
        """Keep half as many bytes from now on."""
        self.states.halve()
        self.pictures.halve()

    def clear(self) -> None:
        """Drop everything."""
        self.states.clear()
        self.pictures.clear()
        self.begun.clear()
        self._spoken.clear()
