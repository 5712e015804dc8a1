"""What belongs to whom while the page is open: pages, events and uploads."""

from collections import OrderedDict
from threading import Lock
from typing import Literal

MOST_KEPT = 200_000
"""Claims remembered; the longest unused ones go first."""

Kind = Literal["page", "event", "upload"]


class Claims:
    """First come, first served: the names that a browser invents belong to who used them first.

    Owners are as :func:`assistant.ui.owner.known_owner` tells them.
    """

    def __init__(self) -> None:
        self._owners: OrderedDict[tuple[Kind, str], str] = OrderedDict()
        self._files: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._lock = Lock()

    def claim(self, kind: Kind, name: str, owner: str) -> bool:
        """Whether it is this owner's, which it becomes if it was nobody's."""
        with self._lock:
            key = (kind, name)
            found = self._owners.setdefault(key, owner)
            self._owners.move_to_end(key)
            while len(self._owners) > MOST_KEPT:
                self._owners.popitem(last=False)
            return found == owner

    def bring(self, path: str, owner: str) -> None:
        """A file was uploaded; who uploads the same file under the same name shares its path."""
        with self._lock:
            self._files[path] = self._files.get(path, frozenset()) | {owner}
            self._files.move_to_end(path)
            while len(self._files) > MOST_KEPT:
                self._files.popitem(last=False)

    def brought(self, path: str, owner: str) -> bool:
        """Whether this owner uploaded it."""
        with self._lock:
            return owner in self._files.get(path, frozenset())
