"""An engine in a process of its own: what crashes there, or runs out of memory, ends there.

Runtimes are native code, and a system short of memory ends the largest process. The page, the
conversations and the work on folders stay; the lane answers that one question with an error
and loads the engine again.
"""

import contextlib
import itertools
import pickle
import queue
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Chunk, Options
from assistant.engine.calls import Broken, Call, Cancel, Drop, Ended, Load, Loaded, Next
from assistant.engine.loader import EngineChoice
from assistant.engine.memory import Budget
from assistant.engine.seat import not_loaded
from assistant.errors import AssistantError
from assistant.models.catalog import ModelFolder
from assistant.pipe import Refusal, receive, send, spawn

CANCEL_S = 0.02
"""How soon a cancel reaches the engine, seconds."""

PATIENCE_S = 120.0
"""How long a cancelled engine may go on; each step that it does not interrupt takes seconds."""

_SERVE = (
    "import sys; sys.path.insert(0, sys.argv[1]);from assistant.engine.served import serve; serve()"
)


class EngineEnded(Exception):
    """The process is gone, or what it said makes no sense: the engine must be loaded again."""


class IsolatedEngine:
    """What ``loader.load_engine`` gives, in another process; not warmed up yet.

    Like every engine it is called by one thread at a time; several answers may be under way.

    Args:
        model: what to load.
        engine: which engine is wanted.
        cache_dir: where compiled models are kept (OpenVINO).
        budget: of what is kept between questions.

    Raises:
        AssistantError: those of ``load_engine``; ENG-007 the process broke or ended while loading.
    """

    def __init__(
        self,
        model: ModelFolder,
        engine: EngineChoice = "auto",
        *,
        cache_dir: Path | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._numbers = itertools.count()
        self._replies: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._process = spawn(_SERVE)
        threading.Thread(target=self._listen, name="engine-replies", daemon=True).start()
        try:
            loaded = self._ask(Load(model, engine, cache_dir, budget))
        except BaseException as error:
            self.close()
            if isinstance(error, EngineEnded):
                raise not_loaded(error) from error
            raise
        assert isinstance(loaded, Loaded)
        self._loaded = loaded

    @property
    def capabilities(self) -> Capabilities:
        """What the engine over there is and can do."""
        return self._loaded.capabilities

    @property
    def resident_bytes(self) -> int | None:
        """Memory that loading took."""
        return self._loaded.resident_bytes

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def warm_up(self) -> None:
        """See :class:`assistant.engine.base.Engine`."""
        self._ask(Call(next(self._numbers), "warm_up", ()))

    def forget(self, conversation_id: str) -> None:
        """See :class:`assistant.engine.base.Engine`."""
        self._send(Call(next(self._numbers), "forget", (conversation_id,)))
        _raised(self._reply(PATIENCE_S))

    def stream(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Chunk]:
        """See :class:`assistant.engine.base.Engine`."""
        return self._items("stream", (conversation, options), cancel)

    def stream_together(
        self, conversations: Sequence[Conversation], options: Options, cancel: Event
    ) -> Iterator[tuple[int, Chunk | AssistantError]]:
        """See :class:`assistant.engine.base.Together`."""
        talks = tuple(conversations)
        for number, item in self._items("stream_together", (talks, options), cancel):
            yield number, item.error() if isinstance(item, Refusal) else item

    def prepare(self, conversation: Conversation, cancel: Event) -> bool:
        """See :class:`assistant.engine.base.Preparer`."""
        call = Call(next(self._numbers), "prepare", (conversation,), stoppable=True)
        return bool(self._ask(call, call.number, cancel))

    def likelihoods(self, conversation: Conversation, answers: Sequence[str]) -> tuple[float, ...]:
        """See :class:`assistant.engine.base.Chooser`."""
        call = Call(next(self._numbers), "likelihoods", (conversation, tuple(answers)))
        found: tuple[float, ...] = self._ask(call)
        return found

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()
        self._process.wait()

    def _items(self, method: str, arguments: tuple[Any, ...], cancel: Event) -> Iterator[Any]:
        number = next(self._numbers)
        call = Call(number, method, arguments, stoppable=True, streamed=True)
        self._ask(call, number, cancel)
        ended = False
        try:
            while True:
                item = self._ask(Next(number), number, cancel)
                if isinstance(item, Ended):
                    ended = True
                    return
                yield item
        finally:
            if not ended:
                with contextlib.suppress(EngineEnded):
                    self._send(Drop(number))

    def _ask(self, message: object, number: int = -1, cancel: Event | None = None) -> Any:
        """Send a message and wait for its reply, passing a cancel on meanwhile.

        Raises:
            AssistantError: what the engine refuses with.
            EngineEnded: what nobody foresaw; the engine hangs and has been ended.
        """
        self._send(message)
        reply = self._reply() if cancel is None else self._reply_or_cancel(number, cancel)
        return _raised(reply)

    def _reply_or_cancel(self, number: int, cancel: Event) -> object:
        while not cancel.is_set():
            with contextlib.suppress(queue.Empty):
                return self._replies.get(timeout=CANCEL_S)
        self._send(Cancel(number))
        return self._reply(PATIENCE_S)

    def _reply(self, timeout_s: float | None = None) -> object:
        try:
            return self._replies.get(timeout=timeout_s)
        except queue.Empty:
            self._process.kill()
            raise EngineEnded(f"did not stop within {timeout_s:g} s") from None

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        try:
            send(self._process.stdin, message)
        except (OSError, ValueError) as error:
            raise EngineEnded(self._ending()) from error

    def _listen(self) -> None:
        """Until the process is gone, which is the last thing it tells."""
        assert self._process.stdout is not None
        try:
            with contextlib.suppress(OSError, EOFError, ValueError, pickle.UnpicklingError):
                while True:
                    self._replies.put(receive(self._process.stdout))
        finally:  # also when a reply is too large for the memory that is left
            self._replies.put(Broken(self._ending()))

    def _ending(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        return f"engine process ended, status {self._process.returncode}"


def _raised(reply: object) -> Any:
    """The reply, unless it is a refusal or an end."""
    if isinstance(reply, Refusal):
        raise reply.error()
    if isinstance(reply, Broken):
        raise EngineEnded(reply.detail)
    return reply
