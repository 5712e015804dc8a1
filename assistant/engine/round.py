"""Answers that are told at the same time, a piece each in turn."""

from collections import deque
from collections.abc import Iterator

from assistant.engine.base import Chunk, Engine
from assistant.engine.request import Chances, Request, chances


class Round:
    """Requests of people whom one engine answers by turns; who comes last is heard first.

    So a first token waits for a piece of each answer under way and not for their ends, and
    all of them go on at the same pace.

    Args:
        engine: asked about different conversations by turns.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._told: deque[tuple[Request, Iterator[Chunk | Chances]]] = deque()

    @property
    def requests(self) -> tuple[Request, ...]:
        """Whose answers are not at their end, the next in turn first."""
        return tuple(request for request, _ in self._told)

    def join(self, request: Request) -> None:
        """Be the next in turn."""
        self._told.appendleft((request, self._answer(request)))

    def go_on(self) -> None:
        """Tell a piece of the first one's answer, if it has one by now.

        Raises:
            Exception: of the engine; the request is left out of the round.
        """
        request, pieces = self._told.popleft()
        piece = next(pieces, None)
        if piece is None:
            return
        if isinstance(piece, Chances) or piece.text or piece.stats is not None:
            request.results.put(piece)
        self._told.append((request, pieces))

    def abandon(self) -> tuple[Request, ...]:
        """Let go of every answer, and of the engine in them; whose they were."""
        left = self.requests
        self._told.clear()
        return left

    def _answer(self, request: Request) -> Iterator[Chunk | Chances]:
        if request.answers:
            yield chances(self._engine, request)
        else:
            yield from self._engine.stream(request.conversation, request.options, request.cancel)
