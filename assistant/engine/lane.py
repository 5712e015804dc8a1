"""One lane before an engine: load in the background, queue, stream, cancel."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty
from threading import Condition, Event, Thread
from typing import Literal

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Chooser, Chunk, Engine, Options, Stats
from assistant.engine.request import Chances, Exchange, Request
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
        phase: "loading" until the engine is loaded and warm, "failed" if it cannot be: only
            a switch to another makes the lane usable again.
        waiting: requests queued or running.
        capabilities: the engine's, once loaded.
        error: why loading failed.
    """

    phase: Literal["loading", "ready", "failed", "closed"]
    waiting: int
    capabilities: Capabilities | None = None
    error: AssistantError | None = None


class Lane:
    """Runs one request at a time, first come first served, on a thread of its own.

    Args:
        load: makes the engine; called at once, on the lane's thread.
        max_waiting: requests that may wait behind the running one.
    """

    def __init__(self, load: Callable[[], Engine], *, max_waiting: int = 16) -> None:
        self._load = load
        self._max_waiting = max_waiting
        self._changed = Condition()
        self._queue: deque[Request] = deque()
        self._running: Request | None = None
        self._forgotten: deque[str] = deque()
        self._exchange: Exchange | None = None
        self._engine: Engine | None = None
        self._phase: Literal["loading", "ready", "failed", "closed"] = "loading"
        self._error: AssistantError | None = None
        self._thread = Thread(target=self._work, name="engine-lane", daemon=True)
        self._thread.start()

    @classmethod
    def of(cls, engine: Engine, *, max_waiting: int = 16) -> "Lane":
        """A lane before an engine that is already loaded."""
        return cls(lambda: engine, max_waiting=max_waiting)

    @property
    def status(self) -> LaneStatus:
        """Phase, queue and, once loaded, what the engine is."""
        with self._changed:
            return LaneStatus(
                phase=self._phase,
                waiting=len(self._queue) + (self._running is not None),
                capabilities=self._engine.capabilities if self._engine else None,
                error=self._error,
            )

    def wait_ready(self, timeout_s: float | None = None) -> Capabilities:
        """Block until the engine is loaded.

        Raises:
            AssistantError: loading failed, or ENG-003 it took longer than ``timeout_s``.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._phase != "loading", timeout_s):
                raise AssistantError(
                    "ENG-003", "模型加载超时。", next_step="请稍后再试，或换用更小的模型。"
                )
            self._refuse_if_unusable()
            assert self._engine is not None
            return self._engine.capabilities

    def stream(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Waiting | Chunk]:
        """Queue a request and yield its place, then its answer.

        ``cancel`` belongs to this request: setting it ends the iterator within
        ``POLL_S`` even while the engine is still encoding (its result is dropped), and
        it is set for the engine when the iterator is closed early.

        Raises:
            AssistantError: ENG-001 the queue is full, ENG-002 the engine broke, or
                whatever the engine refused with.
        """
        for item in self._queued(Request(conversation, options, cancel)):
            assert not isinstance(item, Chances)
            yield item

    def likelihoods(
        self, conversation: Conversation, answers: Sequence[str], cancel: Event
    ) -> tuple[float, ...] | None:
        """How likely the answer begins as each of these does, in turn with other requests.

        None when the engine is no ``Chooser``, or when cancelled.

        Raises:
            AssistantError: as :meth:`stream`; ENG-104 two of them begin with the same token.
        """
        for item in self._queued(Request(conversation, Options(), cancel, tuple(answers))):
            if isinstance(item, Chances):
                return item.values
        return None

    def _queued(self, request: Request) -> Iterator[Waiting | Chunk | Chances]:
        with self._changed:
            self._refuse_if_unusable()
            if len(self._queue) >= self._max_waiting:
                raise AssistantError(
                    "ENG-001",
                    f"排队人数已满（{self._max_waiting} 位）。",
                    next_step="请稍等片刻再提问。",
                )
            self._queue.append(request)
            self._changed.notify_all()
        try:
            yield from self._follow(request)
        finally:
            request.cancel.set()
            with self._changed:
                if request in self._queue:
                    self._queue.remove(request)

    def forget(self, conversation_id: str) -> None:
        """Have the engine drop a conversation's state before its next request."""
        with self._changed:
            self._forgotten.append(conversation_id)
            self._changed.notify_all()

    def switch(self, load: Callable[[], Engine]) -> Capabilities:
        """Have another engine in the place of this one; blocks until it is loaded and warm.

        The request in hand is finished first, those behind it wait. The memory of the
        one is free before the other is loaded; when that fails the former is loaded again.

        Raises:
            AssistantError: why the other cannot be loaded; ENG-006 another switch goes on.
        """
        exchange = Exchange(load)
        with self._changed:
            if self._phase == "closed":
                raise _closed()
            if self._exchange is not None:
                raise AssistantError("ENG-006", "正在切换模型。", next_step="请等切换完成后再试。")
            self._exchange = exchange
            self._changed.notify_all()
        return exchange.wait()

    def close(self, timeout_s: float = 10.0) -> None:
        """Cancel everything and free the engine."""
        with self._changed:
            self._phase = "closed"
            for request in (*self._queue, *([self._running] if self._running else [])):
                request.cancel.set()
            self._queue.clear()
            self._changed.notify_all()
        self._thread.join(timeout_s)

    def _refuse_if_unusable(self) -> None:
        if self._phase == "failed":
            assert self._error is not None
            raise self._error
        if self._phase == "closed":
            raise _closed()

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
            if request is self._running:
                return 0
            if request not in self._queue:
                return None
            return self._queue.index(request) + (self._running is not None)

    def _work(self) -> None:
        self._install(self._load, _opened(self._load))
        while (task := self._next()) is not None:
            if isinstance(task, Exchange):
                self._swap(task)
            else:
                self._run(task)
        if self._engine is not None:
            self._engine.close()

    def _install(self, load: Callable[[], Engine], found: Engine | AssistantError) -> None:
        """Go on with what was loaded, or be unusable until another switch."""
        with self._changed:
            if isinstance(found, AssistantError):
                self._error = found
            else:
                self._engine, self._load, self._error = found, load, None
            if self._phase != "closed":
                self._phase = "failed" if self._error else "ready"
            self._changed.notify_all()

    def _swap(self, exchange: Exchange) -> None:
        with self._changed:
            former, self._engine = self._engine, None
            if self._phase != "closed":
                self._phase = "loading"
        if former is not None:
            former.close()
        found = _opened(exchange.load)
        if isinstance(found, AssistantError) and former is not None:
            self._install(self._load, _opened(self._load))
        else:
            self._install(exchange.load, found)
        with self._changed:
            self._exchange = None
        exchange.done.put(found if isinstance(found, AssistantError) else found.capabilities)

    def _next(self) -> Request | Exchange | None:
        with self._changed:
            self._running = None
            while True:
                while self._forgotten and self._engine is not None:
                    self._engine.forget(self._forgotten.popleft())
                if self._phase == "closed":
                    if self._exchange is not None:
                        self._exchange.done.put(_closed())
                    return None
                if self._exchange is not None:
                    return self._exchange
                if self._error is not None:
                    self._turn_away(self._error)
                if self._queue:
                    self._running = self._queue.popleft()
                    return self._running
                self._changed.wait()

    def _turn_away(self, error: AssistantError) -> None:
        while self._queue:
            self._queue.popleft().results.put(error)

    def _run(self, request: Request) -> None:
        engine = self._engine
        assert engine is not None
        try:
            if request.answers:
                request.results.put(Chances(_likelihoods(engine, request)))
                return
            for chunk in engine.stream(request.conversation, request.options, request.cancel):
                request.results.put(chunk)
        except Exception as error:
            # A state left half-way would spoil the next question of this conversation.
            engine.forget(request.conversation.id)
            request.results.put(error if isinstance(error, AssistantError) else _broken(error))


def _opened(load: Callable[[], Engine]) -> Engine | AssistantError:
    """An engine, loaded and warm, or why there is none."""
    try:
        engine = load()
        engine.warm_up()
    except Exception as error:
        return error if isinstance(error, AssistantError) else _broken(error)
    return engine


def _closed() -> AssistantError:
    return AssistantError("ENG-004", "引擎已经关闭。", next_step="请重新启动程序。")


def _likelihoods(engine: Engine, request: Request) -> tuple[float, ...] | None:
    if not isinstance(engine, Chooser):
        return None
    return engine.likelihoods(request.conversation, request.answers)


def _broken(error: Exception) -> AssistantError:
    return AssistantError(
        "ENG-002",
        "模型引擎出现意外错误，本次回答未完成。",
        next_step="请再问一次；若反复出现，请重启程序并查看日志。",
        detail=f"{type(error).__name__}: {error}",
    )
