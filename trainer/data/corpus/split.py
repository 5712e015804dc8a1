"""Training, validation and test rows, by source picture, and the proof that none leaks."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.errors import AssistantError
from trainer.data.corpus.buckets import Buckets, starts
from trainer.data.corpus.preparation import Split

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Placed:
    """Where a written row went.

    Attributes:
        split: index into ``SPLITS``.
        origin: its source, as joined.
        keys, looks: of its pictures.
        ties: what else must not be in two splits.
    """

    split: int
    origin: int
    keys: tuple[bytes, ...]
    looks: tuple[int, ...]
    ties: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Leakage:
    """What two splits have in common.

    Attributes:
        pictures: distinct pictures that are in more than one split; must be 0.
        origins: sources that are in more than one split; must be 0.
        alike: held-out pictures that only look like one in the training rows.
        held_out: pictures in validation and test.
    """

    pictures: int
    origins: int
    alike: int
    held_out: int


def split_of(origin: int, wanted: Split) -> int:
    """Index into ``SPLITS``; depends on the source and the seed alone."""
    data = f"{wanted.seed}:{origin}".encode()
    place = int.from_bytes(hashlib.sha256(data).digest()[:8], "big") / 2**64
    if place < wanted.test:
        return 2
    return 1 if place < wanted.test + wanted.validation else 0


def check_leakage(placed: Iterable[Placed], rows: int, folder: Path) -> Leakage:
    """Look at every written row again, whatever the split was made by.

    Raises:
        AssistantError: TRN-505 when a picture or a source is in two splits.
    """
    pictures, origins, looks = (
        Buckets(folder / name, rows) for name in ("pictures", "origins", "looks")
    )
    for row in placed:
        for tie in (row.origin.to_bytes(8, "big") * 2, *row.ties):
            origins.add(tie, row.split)
        for key, look in zip(row.keys, row.looks, strict=True):
            pictures.add(key, row.split)
            looks.add(look.to_bytes(8, "big") * 2, row.split)
    found = Leakage(_crossing(pictures), _crossing(origins), *_alike(looks))
    for buckets in (pictures, origins, looks):
        buckets.remove()
    if found.pictures or found.origins:
        raise AssistantError(
            "TRN-505",
            f"划分有泄漏：{found.pictures} 张图片、{found.origins} 个来源同时在训练集与留出集中。",
            next_step="请删除输出文件夹后重新运行；若仍如此，请把日志交给维护者。",
        )
    return found


def _crossing(buckets: Buckets) -> int:
    count = 0
    for records in buckets.groups():
        first = starts(records)
        crossing = records["value"] != records["value"][first]
        count += len(np.unique(first[crossing]))
    return count


def _alike(looks: Buckets) -> tuple[int, int]:
    alike = held_out = 0
    for records in looks.groups():
        out = records["value"] > 0
        # Sorted by split within a look: the first tells whether a training picture has it.
        trained = records["value"][starts(records)] == 0
        alike += int(np.count_nonzero(out & trained))
        held_out += int(np.count_nonzero(out))
    return alike, held_out
