"""Series of a batch: what is missing in them, and which slices stand for them."""

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.batch.ledger import Ledger, Member
from assistant.imaging.series import sort_series
from assistant.imaging.slice import Notice


@dataclass(frozen=True)
class Stack:
    """One series in one orientation.

    Attributes:
        members: its files, sorted by their place in the patient.
        notices: gaps, duplicates, other orientations under the same series.
    """

    members: tuple[Member, ...]
    notices: tuple[Notice, ...] = ()

    @property
    def name(self) -> str:
        """What a person knows it by: its first file in order of name."""
        return min(member.name for member in self.members)

    def representatives(self, most: int) -> tuple[Member, ...]:
        """Up to ``most`` slices, evenly spread: each is the middle of its share."""
        count = len(self.members)
        chosen = min(most, count)
        return tuple(self.members[(2 * part + 1) * count // (2 * chosen)] for part in range(chosen))


def stacks(ledger: Ledger) -> Iterator[Stack]:
    """Every series that was read in this run; one series in memory at a time."""
    for members in ledger.series():
        found = sort_series([member.place for member in members])
        mixed: tuple[Notice, ...] = ()
        if len(found) > 1:
            mixed = (Notice("BAT-141", f"该序列混有 {len(found)} 种方向的层面，已按方向分开。"),)
        for series in found:
            ordered = tuple(members[index] for index in series.members)
            yield Stack(ordered, (*mixed, *series.notices))
