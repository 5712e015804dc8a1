"""Conversations that nobody touched for so long go by themselves."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from assistant.errors import AssistantError
from assistant.store.ledger import Ledger

LOOK_S = 3600.0
_log = logging.getLogger(__name__)


class Retention:
    """Looks now and every hour, on a thread of its own.

    Args:
        ledger: what is kept.
        keep_days: for how long; 0 for ever. Asked anew each time.
    """

    def __init__(self, ledger: Ledger, keep_days: Callable[[], int]) -> None:
        self._ledger, self._keep_days = ledger, keep_days
        self._over, self._due = Event(), Event()
        self._thread = Thread(target=self._work, name="retention", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Look at once: ``keep_days`` says something else now."""
        self._due.set()

    def close(self) -> None:
        """Look no more."""
        self._over.set()
        self._due.set()
        self._thread.join(10)

    def _work(self) -> None:
        while True:
            try:
                gone = self._ledger.expire(self._keep_days())
            except AssistantError as error:  # such as a full disk: the next hour may do better
                _log.warning("retention %s %s", error.code, error.detail)
            else:
                if gone:
                    _log.info("retention removed %d", gone)
            self._due.wait(LOOK_S)
            self._due.clear()
            if self._over.is_set():
                return
