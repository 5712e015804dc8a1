"""Answers that are told at the same time, by turns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter

from assistant.engine.base import Chunk, Engine
from assistant.engine.request import Chances, Request, chances

MOST_OWED_S = 0.25
"""Of time that the others get before somebody who has had a long piece goes on."""


@dataclass(eq=False)
class _Turn:
    """A request, what is left of its answer, and its account of the engine's time, seconds."""

    request: Request
    pieces: Iterator[Chunk | Chances]
    spent_s: float


class Round:
    """Requests of people whom one engine answers by turns; who comes last is heard first.

    Next is the one on whom least time was spent: who asks a short question waits for one piece
    of what is under way and not for its end, and while a picture is encoded in long pieces for
    one the words of the others go on. What a long piece took is made good only up to
    ``MOST_OWED_S``: three others would else delay a new picture's first word fourfold. Who comes
    later owes nothing for what was before.

    Args:
        engine: asked about different conversations by turns.
        clock: seconds.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = perf_counter) -> None:
        self._engine = engine
        self._clock = clock
        self._turns: list[_Turn] = []

    @property
    def requests(self) -> tuple[Request, ...]:
        """Whose answers are not at their end, the next in turn first."""
        return tuple(turn.request for turn in self._turns)

    def join(self, request: Request) -> None:
        """Be the next in turn."""
        least_s = self._turns[0].spent_s if self._turns else 0.0
        self._turns.insert(0, _Turn(request, self._answer(request), least_s))

    def go_on(self) -> None:
        """Tell a piece of the first one's answer, if it has one by now.

        Raises:
            Exception: of the engine; the request is left out of the round.
        """
        turn = self._turns.pop(0)
        began = self._clock()
        piece = next(turn.pieces, None)
        if piece is None:
            return
        turn.spent_s += self._clock() - began
        if self._turns:
            turn.spent_s = min(turn.spent_s, self._turns[0].spent_s + MOST_OWED_S)
        if isinstance(piece, Chances) or piece.text or piece.stats is not None:
            turn.request.results.put(piece)
        self._turns.append(turn)
        self._turns.sort(key=lambda one: one.spent_s)

    def abandon(self) -> tuple[Request, ...]:
        """Let go of every answer, and of the engine in them; whose they were."""
        left = self.requests
        self._turns.clear()
        return left

    def _answer(self, request: Request) -> Iterator[Chunk | Chances]:
        if request.answers:
            yield chances(self._engine, request)
        else:
            yield from self._engine.stream(request.conversation, request.options, request.cancel)
