"""Wrong tries are slowed, by name and by address."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

FREE = 4
"""Wrong tries before anybody has to wait."""

LONGEST_NAME_S = 30.0
"""A name waits no longer than this, so that nobody can lock its owner out."""

LONGEST_ADDRESS_S = 900.0
FORGET_S = 3600.0
MOST_KEPT = 10_000


@dataclass(frozen=True)
class _Count:
    wrong: int
    until: float
    last: float
    before: float


class Tries:
    """Counts wrong tries; after :data:`FREE` of them each doubles the time to the next.

    A try begins by being counted as wrong, so that many at once are slowed as well; the
    right password takes the count back. A name is counted whether anybody has it or not.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._lock = Lock()

    def begin(self, name: str, address: str) -> float:
        """Seconds that still have to pass, 0.0 when the try may be made now."""
        with self._lock:
            now = self._clock()
            keys = _keys(name, address)
            wait = max(self._count(key, now).until - now for key, _ in keys)
            if wait > 0:
                return wait
            for key, longest in keys:
                self._add(key, longest, now)
            return 0.0

    def right(self, name: str, address: str) -> None:
        """The try that was begun was right: it is taken back, and the name begins anew.

        An address keeps its other wrong tries: one's own password must not clear the way
        for guessing another's.
        """
        with self._lock:
            (by_name, _), (by_address, _) = _keys(name, address)
            self._counts.pop(by_name, None)
            found = self._counts.get(by_address)
            if found is not None:
                fewer = _Count(found.wrong - 1, self._clock(), found.before, found.before)
                self._counts[by_address] = fewer

    def _count(self, key: str, now: float) -> _Count:
        found = self._counts.get(key)
        return found if found and now - found.last < FORGET_S else _Count(0, now, now, now)

    def _add(self, key: str, longest: float, now: float) -> None:
        found = self._count(key, now)
        wrong = found.wrong + 1
        wait = 0.0 if wrong < FREE else min(2.0 ** min(wrong - FREE, 16), longest)
        self._counts[key] = _Count(wrong, now + wait, now, found.last)
        self._counts.move_to_end(key)
        while len(self._counts) > MOST_KEPT:
            self._counts.popitem(last=False)


def _keys(name: str, address: str) -> tuple[tuple[str, float], ...]:
    return (f"name {name}", LONGEST_NAME_S), (f"address {address}", LONGEST_ADDRESS_S)
