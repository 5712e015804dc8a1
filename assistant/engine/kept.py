"""Values kept within a budget of bytes, least recently used out first."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by key. The one used last always stays, however large: it is in use.

    Args:
        budget: most bytes of all values together.
        size: bytes of a value now; it may grow, see :meth:`trim`.
    """

    def __init__(self, budget: int, size: Callable[[Value], int]) -> None:
        self._budget = budget
        self._size = size
        self._values: OrderedDict[str, Value] = OrderedDict()

    def get(self, key: str) -> Value | None:
        """The value, now the one used last, or None."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: str, value: Value) -> None:
        """Keep a value as the one used last; others go until the budget is met."""
        self._values[key] = value
        self._values.move_to_end(key)
        self.trim()

    def trim(self) -> None:
        """Drop what has not been used for longest until the budget is met."""
        while len(self._values) > 1 and self.nbytes > self._budget:
            self._values.popitem(last=False)

    def halve(self) -> None:
        """Keep within half the budget from now on."""
        self._budget //= 2
        self.trim()

    def drop(self, key: str) -> None:
        """Forget a value, if it is there."""
        self._values.pop(key, None)

    def clear(self) -> None:
        """Forget every value."""
        self._values.clear()

    @property
    def nbytes(self) -> int:
        """Bytes of all values together."""
        return sum(map(self._size, self._values.values()))

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values
