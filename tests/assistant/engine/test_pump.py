import asyncio
import threading
import time
from collections.abc import AsyncIterator
from threading import Event

import pytest

from assistant.engine.pump import pump


def test_items_come_in_order_and_the_thread_ends():
    async def count() -> AsyncIterator[int]:
        for number in range(5):
            await asyncio.sleep(0)
            yield number

    assert list(pump(count, Event())) == [0, 1, 2, 3, 4]
    assert not [thread for thread in threading.enumerate() if thread.name == "remote-stream"]


def test_what_the_source_raises_comes_out_after_its_items():
    async def fail() -> AsyncIterator[int]:
        yield 1
        raise KeyError("reason")

    items = pump(fail, Event())
    assert next(items) == 1
    with pytest.raises(KeyError, match="reason"):
        next(items)


def test_cancel_reaches_a_source_that_waits():
    stopped = Event()

    async def wait() -> AsyncIterator[int]:
        try:
            await asyncio.sleep(60)
            yield 1
        finally:
            stopped.set()

    cancel = Event()
    threading.Timer(0.1, cancel.set).start()
    assert list(pump(wait, cancel)) == []
    assert stopped.wait(5)


def test_a_source_is_not_begun_when_already_cancelled():
    cancel = Event()
    cancel.set()
    begun = []

    async def source() -> AsyncIterator[int]:
        begun.append(1)
        yield 1

    assert list(pump(source, cancel)) == []
    time.sleep(0.05)
    assert begun == []


def test_closing_early_stops_the_source():
    stopped = Event()

    async def forever() -> AsyncIterator[int]:
        try:
            while True:
                yield 0
                await asyncio.sleep(0.01)
        finally:
            stopped.set()

    items = pump(forever, Event())
    assert next(items) == 0
    items.close()
    assert stopped.wait(5)
