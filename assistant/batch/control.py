"""Pause, resume and cancel, from any thread."""

import time
from threading import Event


class Control:
    """The hand on a running batch.

    Attributes:
        cancelled: set once, for good; an answer being written ends with it.
    """

    def __init__(self) -> None:
        self.cancelled = Event()
        self._going = Event()
        self._going.set()
        self._held_s = 0.0

    @property
    def paused(self) -> bool:
        """Whether the batch waits, or will at the end of the file in hand."""
        return not self._going.is_set() and not self.cancelled.is_set()

    @property
    def held_s(self) -> float:
        """Seconds spent waiting so far."""
        return self._held_s

    def pause(self) -> None:
        """Wait before the next file."""
        self._going.clear()

    def resume(self) -> None:
        """Go on."""
        self._going.set()

    def cancel(self) -> None:
        """Stop; rows so far are kept."""
        self.cancelled.set()
        self._going.set()

    def may_go_on(self) -> bool:
        """Wait while paused; False once cancelled."""
        started = time.monotonic()
        self._going.wait()
        self._held_s += time.monotonic() - started
        return not self.cancelled.is_set()
