"""Requests of a folder in hand: answered together, told whole, begun again if need be."""

from collections.abc import Iterator, Sequence
from threading import Event

from assistant.engine.base import Chunk, Engine, Together
from assistant.engine.request import Chances, Request, chances
from assistant.errors import AssistantError

Item = Chunk | Chances | AssistantError


class Folder:
    """What is being answered for a folder.

    Args:
        requests: with the same options; likelihoods are asked for by one alone.
    """

    def __init__(self, requests: Sequence[Request]) -> None:
        self.requests = tuple(requests)
        self._told: list[list[Item]] = [[] for _ in requests]

    @property
    def conversation_ids(self) -> tuple[str, ...]:
        """Whose states an answer changes."""
        return tuple(request.conversation.id for request in self.requests)

    @property
    def cancelled(self) -> bool:
        """Whether nobody wants any of the answers."""
        return all(request.cancel.is_set() for request in self.requests)

    @property
    def begun(self) -> bool:
        """Whether there is something of an answer, which would be lost."""
        return any(isinstance(item, Chunk) and item.text for told in self._told for item in told)

    def is_too_large(self, error: AssistantError) -> bool:
        """Whether memory ran out that may do for one of the requests alone."""
        return error.code == "ENG-203" and len(self.requests) > 1

    def answers_of(self, engine: Engine, cancel: Event) -> Iterator[None]:
        """Have them answered; a pause is possible after every step."""
        first = self.requests[0]
        if first.answers:
            self._told[0].append(chances(engine, first))
        elif len(self.requests) > 1 and isinstance(engine, Together):
            talks = [request.conversation for request in self.requests]
            for number, item in engine.stream_together(talks, first.options, cancel):
                self._told[number].append(item)
                yield
        else:
            for chunk in engine.stream(first.conversation, first.options, cancel):
                self._told[0].append(chunk)
                yield

    def tell(self) -> tuple[Request, ...]:
        """Tell what is whole; the requests that are to be begun again."""
        again = []
        for request, told in zip(self.requests, self._told, strict=True):
            if _whole(told) or request.cancel.is_set():
                for item in told:
                    request.results.put(item)
            else:
                again.append(request)
        return tuple(again)

    def tell_apart(self) -> tuple[Request, ...]:
        """As :meth:`tell`; one of the requests broke the engine, and each is now asked alone."""
        again = self.tell()
        for request in again:
            request.alone = True
        return again

    def refuse(self, error: AssistantError) -> None:
        """There will be no answers."""
        for request in self.requests:
            request.refuse(error)


def _whole(told: Sequence[Item]) -> bool:
    last = told[-1] if told else None
    if isinstance(last, Chunk):
        return last.stats is not None and last.stats.finish != "cancel"
    return last is not None
