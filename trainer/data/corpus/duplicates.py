"""Rows that say the same, and source pictures that turn out to be one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.data.corpus.buckets import Buckets, starts
from trainer.data.corpus.parts import read_columns

_COLUMNS = ("ordinal", "code", "keys", "same", "origin", "ties")
Pairs = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Distinct:
    """What reading all parts together tells.

    Attributes:
        repeated: uint64 (N, 2), sorted: ordinal of each repeated row, and of the first that
            said it. Stays on disk and is read as needed.
        joined: origin by origin, where two origins have a picture or a tie in common: the
            smallest of those that hang together. All others stand for themselves.
    """

    repeated: Pairs
    joined: Mapping[int, int]

    def first_of(self, ordinal: int) -> int | None:
        """The ordinal of the row that this one repeats."""
        place = int(np.searchsorted(self.repeated[:, 0], np.uint64(ordinal)))
        if place < len(self.repeated) and int(self.repeated[place, 0]) == ordinal:
            return int(self.repeated[place, 1])
        return None

    def root(self, origin: int) -> int:
        """The origin that decides the split."""
        return self.joined.get(origin, origin)


def find(parts: Iterable[Path], rows: int, folder: Path) -> None:
    """Group all kept rows by what they say, and their origins by what they share.

    Args:
        parts: every part.
        rows: how many there are in all, roughly.
        folder: where the result is kept for :func:`load`.
    """
    said = Buckets(folder / "rows", rows)
    shown = Buckets(folder / "pictures", rows)
    for path in parts:
        table = read_columns(path, _COLUMNS)
        columns = [table[name].to_pylist() for name in _COLUMNS]
        for ordinal, code, keys, same, origin, ties in zip(*columns, strict=True):
            if not code:
                said.add(same, ordinal)
                for key in (*keys, *ties):
                    shown.add(key, origin)
    _save(folder / "repeated.npy", _repeated(said))
    _save(folder / "joined.npy", _joined(shown))
    said.remove()
    shown.remove()


def load(folder: Path) -> Distinct:
    """What :func:`find` found."""
    joined = np.load(folder / "joined.npy")
    return Distinct(np.load(folder / "repeated.npy", mmap_mode="r"), dict(joined.tolist()))


def _repeated(said: Buckets) -> Pairs:
    found = [np.zeros((0, 2), np.uint64)]
    for records in said.groups():
        first = starts(records)
        again = first != np.arange(len(records))
        values = records["value"]
        found.append(np.stack([values[again], values[first[again]]], axis=1))
    pairs = np.concatenate(found)
    return pairs[np.argsort(pairs[:, 0])]


def _joined(shown: Buckets) -> Pairs:
    above: dict[int, int] = {}

    def top(origin: int) -> int:
        while (higher := above.get(origin, origin)) != origin:
            above[origin] = above.get(higher, higher)
            origin = higher
        return origin

    for records in shown.groups():
        first = starts(records)
        values = records["value"]
        for place in np.flatnonzero(values != values[first]):
            one, other = sorted((top(int(values[place])), top(int(values[first[place]]))))
            if one != other:
                above[other] = one
    pairs = [(origin, top(origin)) for origin in sorted(above)]
    return np.array(pairs, np.uint64).reshape(-1, 2)


def _save(path: Path, pairs: Pairs) -> None:
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.save(file, pairs)
    partial.replace(path)
