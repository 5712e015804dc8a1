"""Grouping more records than fit in memory: spread by key over files, then sort each file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RECORD = np.dtype([("high", "<u8"), ("low", "<u8"), ("value", "<u8")])
"""A 16-byte key in two halves and what is known of it."""
BUCKET_RECORDS = 500_000
_HELD = 4096
Records = NDArray[np.void]


class Buckets:
    """Records by key, on disk.

    Args:
        folder: emptied first.
        expected: how many records will come, roughly; sets the number of files.
    """

    def __init__(self, folder: Path, expected: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        self._folder = folder
        self._bits = max(0, (max(expected, 1) // BUCKET_RECORDS).bit_length())
        self._keys: list[bytes] = []
        self._values: list[int] = []

    def add(self, key: bytes, value: int) -> None:
        """Add what is known of a 16-byte key."""
        self._keys.append(key)
        self._values.append(value)
        if len(self._keys) >= _HELD:
            self._spread()

    def groups(self) -> Iterator[Records]:
        """Every bucket, sorted by key, then value; no key is in two."""
        self._spread()
        for path in sorted(self._folder.iterdir()):
            records: Records = np.fromfile(path, RECORD)
            yield records[np.lexsort((records["value"], records["low"], records["high"]))]

    def remove(self) -> None:
        """Delete the files."""
        for path in self._folder.iterdir():
            path.unlink()
        self._folder.rmdir()

    def _spread(self) -> None:
        if not self._keys:
            return
        records = np.empty(len(self._keys), RECORD)
        halves = np.frombuffer(b"".join(self._keys), ">u8").reshape(-1, 2)
        records["high"], records["low"] = halves[:, 0], halves[:, 1]
        records["value"] = self._values
        self._keys.clear()
        self._values.clear()
        if not self._bits:
            _append(self._folder / "0", records)
            return
        places = records["high"] >> np.uint64(64 - self._bits)
        order = np.argsort(places, kind="stable")
        cuts = np.flatnonzero(np.diff(places[order])) + 1
        for piece in np.split(order, cuts):
            _append(self._folder / f"{int(places[piece[0]]):05d}", records[piece])


def starts(records: Records) -> NDArray[np.int64]:
    """For every record of a sorted bucket, the place of the first with its key."""
    if not len(records):
        return np.zeros(0, np.int64)
    new = np.ones(len(records), np.bool_)
    new[1:] = (records["high"][1:] != records["high"][:-1]) | (
        records["low"][1:] != records["low"][:-1]
    )
    return np.maximum.accumulate(np.where(new, np.arange(len(records)), 0))


def _append(path: Path, records: Records) -> None:
    with path.open("ab") as file:
        records.tofile(file)
