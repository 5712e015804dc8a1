"""Who is logged in: random tokens, known only to the browser and, as a hash, in memory."""

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from assistant.people.roll import Person, Roll

IDLE_S = 12 * 3600.0
"""A visit ends when nothing was asked for so long."""

LONGEST_S = 7 * 86400.0
_TOKEN = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class _Visit:
    person: Person
    began: float
    last: float


class Visits:
    """Everybody who is logged in; a restart logs everybody out.

    Args:
        roll: whoever is removed from it, or gets another password, is out at once.
        clock: seconds that only grow.
    """

    def __init__(self, roll: Roll, clock: Callable[[], float] = time.monotonic) -> None:
        self._roll, self._clock = roll, clock
        self._visits: dict[str, _Visit] = {}
        self._lock = Lock()

    def begin(self, person: Person) -> str:
        """A new visit's token, 64 hexadecimal digits."""
        token = secrets.token_hex(32)
        with self._lock:
            now = self._clock()
            self._visits = {key: one for key, one in self._visits.items() if _fresh(one, now)}
            self._visits[_key(token)] = _Visit(person, now, now)
        return token

    def of(self, token: str) -> Person | None:
        """Whose token it is, if the visit still goes on.

        Raises:
            AssistantError: ACC-101 the file of users cannot be read.
        """
        if not _TOKEN.fullmatch(token):
            return None
        with self._lock:
            now, key = self._clock(), _key(token)
            visit = self._visits.get(key)
            if visit is None:
                return None
            person = self._roll.find(visit.person.name)
            if person != visit.person or not _fresh(visit, now):
                del self._visits[key]
                return None
            self._visits[key] = _Visit(person, visit.began, now)
            return person

    def end(self, token: str) -> None:
        """Log out."""
        with self._lock:
            self._visits.pop(_key(token), None)


def _fresh(visit: _Visit, now: float) -> bool:
    return now - visit.last < IDLE_S and now - visit.began < LONGEST_S


def _key(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
