"""The engine process: an engine that does what a pipe says until the pipe closes."""

import contextlib
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any, BinaryIO

from assistant import machine
from assistant.engine.base import Engine
from assistant.engine.calls import Broken, Call, Cancel, Drop, Ended, Load, Loaded, Next
from assistant.engine.loader import load_engine
from assistant.errors import AssistantError
from assistant.pipe import Refusal, receive, send


def serve() -> None:
    """Loop of the process. Its own stdout goes nowhere, so that no library spoils the pipe.

    Ctrl-C reaches every process of a terminal, and a service's stop every process of the
    service; when to end is the assistant's to say, which first finishes what it is writing.
    """
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.SIG_IGN)
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    desk = Desk()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, desk), daemon=True).start()
    while True:
        message = desk.inbox.get()
        if isinstance(message, Drop):
            desk.drop(message.number)
        else:
            send(outgoing, desk.answer(message))


class Desk:
    """Does what is asked, one thing at a time; cancels come in between.

    Attributes:
        inbox: what is to be done, in order.
    """

    def __init__(self) -> None:
        self.inbox: queue.SimpleQueue[Load | Call | Next | Drop] = queue.SimpleQueue()
        self._cancels: dict[int, threading.Event] = {}
        self._streams: dict[int, Iterator[Any]] = {}
        self._engine: Engine | None = None

    def take(self, message: Load | Call | Next | Drop | Cancel) -> None:
        """Note what came in; called on the listening thread, also while the engine works."""
        if isinstance(message, Cancel):
            cancel = self._cancels.get(message.number)  # the call may end meanwhile
            if cancel is not None:
                cancel.set()
            return
        if isinstance(message, Call) and message.stoppable:
            self._cancels[message.number] = threading.Event()
        self.inbox.put(message)

    def answer(self, message: Load | Call | Next) -> object:
        """The reply; never an exception."""
        try:
            return _portable(self._do(message))
        except AssistantError as error:
            return Refusal.of(error)
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            return Broken(f"{type(error).__name__}: {error} at {last.name}:{last.lineno}")

    def drop(self, number: int) -> None:
        """Let go of a call, at its end or before."""
        self._cancels.pop(number, None)
        stream: Any = self._streams.pop(number, None)
        if hasattr(stream, "close"):
            with contextlib.suppress(Exception):
                stream.close()

    def _do(self, message: Load | Call | Next) -> object:
        if isinstance(message, Load):
            return self._load(message)
        if isinstance(message, Call):
            return self._call(message)
        item = next(self._streams[message.number], None)
        if item is None:
            self.drop(message.number)
            return Ended()
        return item

    def _load(self, wanted: Load) -> Loaded:
        before = machine.resident_bytes()
        self._engine = load_engine(
            wanted.model, wanted.engine, cache_dir=wanted.cache_dir, budget=wanted.budget
        )
        after = machine.resident_bytes()
        taken = None if before is None or after is None else after - before
        return Loaded(self._engine.capabilities, taken)

    def _call(self, call: Call) -> object:
        event = (self._cancels[call.number],) if call.stoppable else ()
        streamed = False
        try:
            found = getattr(self._engine, call.method)(*call.arguments, *event)
            if call.streamed:
                self._streams[call.number] = iter(found)
                streamed = True
                return None
            return found
        finally:
            if not streamed:
                self._cancels.pop(call.number, None)


def _portable(reply: object) -> object:
    """An answer to one of several conversations may be a refusal."""
    if isinstance(reply, tuple) and reply and isinstance(reply[-1], AssistantError):
        return (*reply[:-1], Refusal.of(reply[-1]))
    return reply


def _listen(incoming: BinaryIO, desk: Desk) -> None:
    """Until the assistant is gone; its end is that of the process, whatever the engine does."""
    try:
        while True:
            desk.take(receive(incoming))
    except EOFError:
        os._exit(0)
    finally:
        os._exit(1)
