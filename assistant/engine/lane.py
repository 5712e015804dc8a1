"""One lane before an engine: load in the background, take turns, stream, cancel."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty
from threading import Condition, Event

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Chunk, Engine, Options, Stats
from assistant.engine.line import Line
from assistant.engine.request import Chances, Exchange, Request
from assistant.engine.seat import Phase, Seat, closed
from assistant.engine.worker import Worker
from assistant.errors import AssistantError

POLL_S = 0.03
"""How soon a caller notices its own cancel or a new place in the queue, seconds."""


@dataclass(frozen=True)
class Waiting:
    """Nothing is there yet: ``ahead`` requests come first; 0 while the engine loads or encodes."""

    ahead: int


@dataclass(frozen=True)
class LaneStatus:
    """What the lane can say of itself at any time.

    Attributes:
        phase: "loading" until the engine is loaded, and again while it restarts; "failed" if
            it cannot be: only a switch to another makes the lane usable again.
        waiting: requests queued or running.
        capabilities: the engine's, once loaded.
        error: why loading failed.
    """

    phase: Phase
    waiting: int
    capabilities: Capabilities | None = None
    error: AssistantError | None = None


class Lane:
    """Runs requests on a thread of its own: a few people's by turns, folders' behind them.

    Args:
        load: makes the engine; called at once, on the lane's thread, and again when it broke.
        max_waiting: requests of people that may wait behind the running one, beside the first
            of each other person, see :class:`assistant.engine.line.Line`; as many of folders.
    """

    def __init__(self, load: Callable[[], Engine], *, max_waiting: int = 16) -> None:
        self._changed = Condition()
        self._line = Line(max_waiting)
        self._seat = Seat(load, self._changed)
        self._worker = Worker(self._seat, self._line, self._changed)

    @classmethod
    def of(cls, engine: Engine, *, max_waiting: int = 16) -> "Lane":
        """A lane before an engine that is already loaded."""
        return cls(lambda: engine, max_waiting=max_waiting)

    @property
    def status(self) -> LaneStatus:
        """Phase, queue and, once loaded, what the engine is."""
        with self._changed:
            seat = self._seat
            return LaneStatus(
                phase=seat.phase,
                waiting=len(self._line) + len(self._worker.running),
                capabilities=seat.engine.capabilities if seat.engine else None,
                error=seat.error,
            )

    def wait_ready(self, timeout_s: float | None = None) -> Capabilities:
        """Block until the engine is loaded.

        Raises:
            AssistantError: loading failed, or ENG-003 it took longer than ``timeout_s``.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._seat.phase != "loading", timeout_s):
                raise AssistantError(
                    "ENG-003", "模型加载超时。", next_step="请稍后再试，或换用更小的模型。"
                )
            self._seat.refuse_if_unusable()
            assert self._seat.engine is not None
            return self._seat.engine.capabilities

    def stream(
        self,
        conversation: Conversation,
        options: Options,
        cancel: Event,
        *,
        owner: str = "",
        folder: bool = False,
    ) -> Iterator[Waiting | Chunk]:
        """Queue a request and yield its place, then its answer.

        ``cancel`` belongs to this request: setting it ends the iterator within
        ``POLL_S`` even while the engine is still encoding (its result is dropped), and
        it is set for the engine when the iterator is closed early.

        Args:
            conversation: ends with a user turn.
            options: how to generate.
            cancel: see above.
            owner: who asks, any string; one person's requests do not hold up another's.
                Without it each conversation is a person.
            folder: part of a folder's work: comes after people, and is told whole at its end.

        Raises:
            AssistantError: ENG-001 the queue is full, ENG-002 the engine broke, or
                whatever the engine refused with.
        """
        request = Request(conversation, options, cancel, owner=owner, folder=folder)
        for item in self._queued(request):
            assert not isinstance(item, Chances)
            yield item

    def together(
        self, conversations: Sequence[Conversation], options: Options, cancel: Event
    ) -> list[Chunk | AssistantError]:
        """Whole answers to several conversations of a folder, or why there are none.

        Decoded together where the engine can; each one chunk, that is "" once cancelled.

        Raises:
            AssistantError: ENG-001 the queue is full, or the lane cannot be used.
        """
        requests = [Request(talk, options, cancel, folder=True) for talk in conversations]
        with self._changed:
            self._seat.refuse_if_unusable()
            self._line.join_all(requests)
            self._changed.notify_all()
        try:
            return [self._whole(request) for request in requests]
        finally:
            with self._changed:
                for request in requests:
                    self._line.leave(request)

    def _whole(self, request: Request) -> Chunk | AssistantError:
        try:
            chunks = [item for item in self._follow(request) if isinstance(item, Chunk)]
        except AssistantError as error:
            return error
        return Chunk("".join(chunk.text for chunk in chunks), chunks[-1].stats)

    def likelihoods(
        self,
        conversation: Conversation,
        answers: Sequence[str],
        cancel: Event,
        *,
        folder: bool = False,
    ) -> tuple[float, ...] | None:
        """How likely the answer begins as each of these does, in turn with other requests.

        None when the engine is no ``Chooser``, or when cancelled.

        Raises:
            AssistantError: as :meth:`stream`; ENG-104 two of them begin with the same token.
        """
        request = Request(conversation, Options(), cancel, tuple(answers), folder=folder)
        for item in self._queued(request):
            if isinstance(item, Chances):
                return item.values
        return None

    def prepare(self, conversation: Conversation) -> None:
        """Get ready for a question about the pictures of the last turn, whose text is not known.

        Returns at once; done while no person waits, given up when the conversation is
        prepared otherwise or forgotten. Without effect on an engine that cannot.
        """
        with self._changed:
            if self._seat.phase in ("loading", "ready"):
                self._line.prepare(conversation)
                self._changed.notify_all()

    def forget(self, conversation_id: str) -> None:
        """Have the engine drop a conversation's state before its next request."""
        with self._changed:
            self._line.drop_preparation(conversation_id)
            self._worker.forgotten.append(conversation_id)
            self._changed.notify_all()

    def switch(self, load: Callable[[], Engine]) -> Capabilities:
        """Have another engine in the place of this one; blocks until it is loaded and warm.

        The requests in hand are finished first, those behind them wait. The memory of the
        one is free before the other is loaded; when that fails the former is loaded again.

        Raises:
            AssistantError: why the other cannot be loaded; ENG-006 another switch goes on.
        """
        exchange = Exchange(load)
        with self._changed:
            if self._seat.phase == "closed":
                raise closed()
            if self._worker.exchange is not None:
                raise AssistantError("ENG-006", "正在切换模型。", next_step="请等切换完成后再试。")
            self._worker.exchange = exchange
            self._changed.notify_all()
        return exchange.wait()

    def close(self, timeout_s: float = 10.0) -> None:
        """Cancel everything and free the engine."""
        with self._changed:
            self._seat.phase = "closed"
            working = (*self._worker.running, *self._worker.paused)
            for request in (*self._line.clear(), *working):
                request.cancel.set()
            self._changed.notify_all()
        self._worker.thread.join(timeout_s)

    def _queued(self, request: Request) -> Iterator[Waiting | Chunk | Chances]:
        with self._changed:
            self._seat.refuse_if_unusable()
            self._line.join(request)
            self._changed.notify_all()
        try:
            yield from self._follow(request)
        finally:
            request.cancel.set()
            with self._changed:
                self._line.leave(request)

    def _follow(self, request: Request) -> Iterator[Waiting | Chunk | Chances]:
        shown: int | None = None
        started = False
        while True:
            try:
                item = request.results.get(timeout=POLL_S)
            except Empty:
                if request.cancel.is_set():
                    yield Chunk("", Stats(0, 0.0, 0.0, 0, 0, "cancel"))
                    return
                ahead = None if started else self._ahead(request)
                if ahead is not None and ahead != shown:
                    shown = ahead
                    yield Waiting(ahead)
                continue
            if isinstance(item, AssistantError):
                raise item
            started = True
            yield item
            if isinstance(item, Chances) or item.stats is not None:
                return

    def _ahead(self, request: Request) -> int | None:
        with self._changed:
            if request in self._worker.running:
                return 0
            ahead = self._line.ahead(request)
            # A folder makes way for people.
            before = [one for one in self._worker.running if request.folder or not one.folder]
            return None if ahead is None else ahead + len(before)
