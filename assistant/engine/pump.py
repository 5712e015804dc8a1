"""An asynchronous stream read from ordinary code, given up at once when it is cancelled."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

POLL_S = 0.03
"""How soon a cancel is noticed while nothing arrives, seconds."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class _End:
    error: Exception | None


@dataclass(frozen=True)
class _Value(Generic[Item]):
    value: Item


def pump(source: Callable[[], AsyncIterator[Item]], cancel: Event) -> Iterator[Item]:
    """Yield what ``source()`` yields, in a thread and event loop of its own.

    Ends early once ``cancel`` is set or the iterator is closed; the source is cancelled
    then, wherever it waits, so that its connection closes.

    Raises:
        Exception: whatever the source raised.
    """
    return (item for item in pump_ticking(source, cancel) if item is not None)


def pump_ticking(source: Callable[[], AsyncIterator[Item]], cancel: Event) -> Iterator[Item | None]:
    """As :func:`pump`, with None every ``POLL_S`` while nothing arrives."""
    if cancel.is_set():
        return
    results: SimpleQueue[_Value[Item] | _End] = SimpleQueue()
    loop = asyncio.new_event_loop()

    async def read() -> None:
        try:
            async for item in source():
                results.put(_Value(item))
        except Exception as error:
            results.put(_End(error))
        else:
            results.put(_End(None))

    task = loop.create_task(read())
    thread = Thread(target=_run, args=(loop, task), name="remote-stream", daemon=True)
    thread.start()
    try:
        while not cancel.is_set():
            try:
                result = results.get(timeout=POLL_S)
            except Empty:
                yield None
                continue
            if isinstance(result, _Value):
                yield result.value
            elif result.error is not None:
                raise result.error
            else:
                return
    finally:
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself
            loop.call_soon_threadsafe(task.cancel)
        thread.join(1.0)


def _run(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]") -> None:
    try:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
