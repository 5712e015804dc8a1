"""Where the engine sits: it is loaded, let go, restarted and exchanged here."""

from collections.abc import Callable
from contextlib import suppress
from threading import Condition
from typing import Literal

from assistant.engine.base import Engine
from assistant.engine.request import Exchange
from assistant.errors import AssistantError

Phase = Literal["loading", "ready", "failed", "closed"]


class Seat:
    """An engine, or why there is none. Changes on one thread; fields are read under the lock.

    Args:
        load: makes the engine, and makes it again when it broke.
        changed: the lane's lock, notified at every change.
    """

    def __init__(self, load: Callable[[], Engine], changed: Condition) -> None:
        self._load = load
        self._changed = changed
        self.engine: Engine | None = None
        self.phase: Phase = "loading"
        self.error: AssistantError | None = None

    def fill(self) -> None:
        """Load the engine: at the start, or again when it broke."""
        self._free()
        self._install(self._load, _opened(self._load))

    def swap(self, exchange: Exchange) -> Exchange:
        """Load another engine; the former again when that fails. Told by whoever calls."""
        had_one = self._free()
        found = _opened(exchange.load)
        if isinstance(found, AssistantError) and had_one:
            self._install(self._load, _opened(self._load))
        else:
            self._install(exchange.load, found)
        exchange.done.put(found if isinstance(found, AssistantError) else found.capabilities)
        return exchange

    def refuse_if_unusable(self) -> None:
        """Under the lock.

        Raises:
            AssistantError: why it could not be loaded, or ENG-004 it is closed.
        """
        if self.phase == "failed":
            assert self.error is not None
            raise self.error
        if self.phase == "closed":
            raise closed()

    def close(self) -> None:
        """Free the engine."""
        if self.engine is not None:
            self.engine.close()

    def _install(self, load: Callable[[], Engine], found: Engine | AssistantError) -> None:
        """Go on with what was loaded, or be unusable until another switch."""
        with self._changed:
            if isinstance(found, AssistantError):
                self.error = found
            else:
                self.engine, self._load, self.error = found, load, None
            if self.phase != "closed":
                self.phase = "failed" if self.error else "ready"
            self._changed.notify_all()

    def _free(self) -> bool:
        """Let go of the engine, so that its memory is there for the next; was there one?"""
        with self._changed:
            former, self.engine = self.engine, None
            if self.phase != "closed":
                self.phase = "loading"
            self._changed.notify_all()
        if former is not None:
            _shut(former)
        return former is not None


def _opened(load: Callable[[], Engine]) -> Engine | AssistantError:
    """An engine, loaded and warm, or why there is none."""
    try:
        return _warm(load())
    except Exception as error:
        return error if isinstance(error, AssistantError) else not_loaded(error)


def _warm(engine: Engine) -> Engine:
    """Warmed up, or closed: an engine that nobody has keeps no memory."""
    try:
        engine.warm_up()
    except Exception:
        _shut(engine)
        raise
    return engine


def _shut(engine: Engine) -> None:
    with suppress(Exception):  # a broken one may not even close
        engine.close()


def closed() -> AssistantError:
    """ENG-004."""
    return AssistantError("ENG-004", "引擎已经关闭。", next_step="请重新启动程序。")


def not_loaded(error: Exception) -> AssistantError:
    """ENG-007: what nobody foresaw, before there was an engine."""
    return AssistantError(
        "ENG-007",
        "加载模型时引擎出错或异常退出，常因内存不足。",
        next_step="请关闭其他占用内存的程序，再切换一次模型或重新启动程序；也可以换用更小的模型。",
        detail=f"{type(error).__name__}: {error}",
    )


def broken(error: Exception) -> AssistantError:
    """ENG-002: what nobody foresaw, while an engine worked."""
    return AssistantError(
        "ENG-002",
        "模型引擎出现意外错误，本次回答未完成；引擎已自动重新启动。",
        next_step="请再问一次；若反复出现，请重启程序并查看日志。",
        detail=f"{type(error).__name__}: {error}",
    )
