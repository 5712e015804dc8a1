"""The thread on which an engine works: answers people, gets ready for them, answers folders."""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Condition, Event, Thread

import numpy as np

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Engine, Preparer, Together
from assistant.engine.folder import Folder
from assistant.engine.line import Line
from assistant.engine.request import Exchange, Preparation, Request
from assistant.engine.round import Round
from assistant.engine.seat import Seat, broken, closed
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef

MOST_AT_ONCE = 4
"""People who are answered at the same time: each of them gets a part of the speed."""


class _Until(Event):
    """Set when itself is, or when a condition holds; engines only look."""

    def __init__(self, also: Callable[[], bool]) -> None:
        super().__init__()
        self._also = also

    def is_set(self) -> bool:
        return super().is_set() or self._also()


class Worker:
    """Takes from the line until closed. Every field is guarded by ``changed``.

    Args:
        seat: of the engine, filled on the worker's thread.
        line: who waits.
        changed: the lane's lock, notified at every change.
    """

    def __init__(self, seat: Seat, line: Line, changed: Condition) -> None:
        self._seat = seat
        self._line = line
        self._changed = changed
        self.running: tuple[Request, ...] = ()
        self.paused: tuple[Request, ...] = ()
        self.forgotten: deque[str] = deque()
        self.exchange: Exchange | None = None
        self._one_by_one = False
        self.thread = Thread(target=self._work, name="engine-lane", daemon=True)
        self.thread.start()

    def _work(self) -> None:
        self._seat.fill()
        self._begin()
        while (task := self._next()) is not None:
            if isinstance(task, Exchange):
                self._swap(task)
            else:
                self._do(task)
        self._seat.close()

    def _next(self) -> Request | Preparation | Folder | Exchange | None:
        with self._changed:
            self.running = ()
            while True:
                while self.forgotten and self._seat.engine is not None:
                    _forget(self._seat.engine, self.forgotten.popleft())
                if self._seat.phase == "closed":
                    if self.exchange is not None:
                        self.exchange.done.put(closed())
                    for request in self._line.clear():
                        request.refuse(closed())
                    return None
                if self.exchange is not None:
                    return self.exchange
                if self._seat.error is not None:
                    for request in self._line.clear():
                        request.results.put(self._seat.error)
                urgent = self._urgent()
                self.running = (urgent,) if isinstance(urgent, Request) else ()
                if urgent is not None:
                    return urgent
                self.running = self._line.take_folder(self._most_together)
                if self.running:
                    return Folder(self.running)
                self._changed.wait()

    def _urgent(self) -> Request | Preparation | None:
        """A person, or what is to be got ready for one; under the lock."""
        preparation = self._line.next_preparation()
        if preparation is not None and not self._line.must_wait(preparation):
            return preparation
        return self._line.take_person()

    def _do(self, task: Request | Preparation | Folder) -> None:
        """What breaks the engine answers what was asked and restarts it.

        It is restarted when nothing refers to the broken one any more, so that there is never
        memory needed for two.
        """
        if self._broke(task):
            self._seat.fill()
            self._begin(after=task)

    def _broke(self, task: Request | Preparation | Folder) -> bool:
        engine = self._seat.engine
        assert engine is not None
        if isinstance(task, Request):
            return self._answer(engine, task)
        try:
            if isinstance(task, Preparation):
                self._prepare(engine, task)
            else:
                self._answer_folder(engine, task)
        except Exception as error:
            return self._failed(engine, task, error)
        return False

    def _failed(
        self, engine: Engine, task: Request | Preparation | Folder, error: Exception
    ) -> bool:
        """Say so, or have one asked after another where it may be one of them; did it break?"""
        known = error if isinstance(error, AssistantError) else None
        with self._changed:
            if isinstance(task, Preparation):  # the question will say it
                self._line.settle(task)
            elif isinstance(task, Folder) and known is not None and task.is_too_large(known):
                self._one_by_one = True
                self._line.rejoin(task.tell())
            elif isinstance(task, Folder) and known is None and len(task.requests) > 1:
                self._line.rejoin(task.tell_apart())
            else:
                task.refuse(known or broken(error))
        if known is None:
            return True
        # A state left half-way would spoil the next question of this conversation.
        for conversation_id in task.conversation_ids:
            _forget(engine, conversation_id)
        return False

    def _answer(self, engine: Engine, first: Request) -> bool:
        """Answer a person, and beside them whoever comes meanwhile; whether the engine broke."""
        going = Round(engine)
        going.join(first)
        while going.requests:
            turn = going.requests[0]
            try:
                going.go_on()
            except Exception as error:
                if self._failed(engine, turn, error):
                    for other in going.abandon():
                        other.refuse(broken(error))
                    return True
            with self._changed:
                newcomer = self._newcomer(going.requests)
                if newcomer is not None:
                    going.join(newcomer)
                self.running = going.requests
                gone = self._gone(going.requests)
            for conversation_id in gone:
                _forget(engine, conversation_id)
        return False

    def _gone(self, answered: Sequence[Request]) -> tuple[str, ...]:
        """Conversations to be forgotten that nobody is answered in; under the lock."""
        busy = {request.conversation.id for request in answered}
        gone = tuple(one for one in self.forgotten if one not in busy)
        self.forgotten = deque(one for one in self.forgotten if one in busy)
        return gone

    def _newcomer(self, answered: Sequence[Request]) -> Request | None:
        """Somebody else who may be answered at the same time; under the lock."""
        here = self._seat.phase == "ready" and self.exchange is None
        return self._line.take_person(answered) if here and len(answered) < MOST_AT_ONCE else None

    def _prepare(self, engine: Engine, task: Preparation) -> None:
        """Until it is ready, not wanted any more, or somebody else waits."""

        def unwanted() -> bool:
            with self._changed:
                return task.cancel.is_set() or self._line.must_wait(task)

        done = not isinstance(engine, Preparer) or engine.prepare(
            task.conversation, _Until(unwanted)
        )
        with self._changed:
            if done or task.cancel.is_set():
                self._line.settle(task)

    def _answer_folder(self, engine: Engine, task: Folder) -> None:
        """While nobody waits: several begun again after encoding, all paused while decoding."""

        def makes_way() -> bool:
            with self._changed:
                return task.cancelled or (not task.begun and self._line.has_urgent)

        for _ in task.answers_of(engine, _Until(makes_way)):
            self._let_through(task)
            if self._seat.engine is not engine:  # it broke meanwhile
                break
        with self._changed:
            self._line.rejoin(task.tell())

    def _let_through(self, task: Folder) -> None:
        """Do everything urgent before ``task`` goes on."""
        while True:
            with self._changed:
                urgent = self._urgent() if self._seat.phase == "ready" else None
                self.running = (urgent,) if isinstance(urgent, Request) else task.requests
                self.paused = task.requests if urgent is not None else ()
            if urgent is None:
                return
            self._do(urgent)

    @property
    def _most_together(self) -> int:
        engine = self._seat.engine
        if self._one_by_one or not isinstance(engine, Together):
            return 1
        return engine.capabilities.batch_size

    def _swap(self, exchange: Exchange) -> None:
        self._seat.swap(exchange)
        with self._changed:
            self.exchange = None
        self._begin()

    def _begin(self, after: Request | Preparation | Folder | None = None) -> None:
        """A new engine knows nobody, and gets ready for pictures unless doing so broke the last."""
        with self._changed:
            self.forgotten.clear()
            self._one_by_one = False
            if self._seat.phase == "ready" and not isinstance(after, Preparation):
                self._line.prepare(grey_talk())


def _forget(engine: Engine, conversation_id: str) -> None:
    """A dead engine cannot; what is asked of it next finds that out and has it restarted."""
    with suppress(Exception):
        engine.forget(conversation_id)


def grey_talk() -> Conversation:
    """About a grey picture: got ready first, so that the first person does not wait."""
    pixels = np.full((512, 512, 3), 128, np.uint8)
    grey = RenderedImage(pixels, None, "", SliceRef(), "warm-up")
    return Conversation("", id="warm-up").ask("", (grey,))
