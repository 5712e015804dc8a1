"""First pass: every row read, judged and committed to part files, on all cores."""

import hashlib
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from trainer.data.corpus import sources
from trainer.data.corpus.judge import Rules, judge
from trainer.data.corpus.parts import Marking, is_whole, read_columns, write_part
from trainer.data.corpus.pool import run_ordered
from trainer.data.corpus.preparation import RECIPE_MOST_ROWS, Preparation, Source
from trainer.data.corpus.row import Judged, RawRow, Unit

PARTS = "parts"
PICTURES = "mllm_data"
_SAMPLED_ROWS = 600
_HUB_ROWS = 100_000


@dataclass(frozen=True)
class Task:
    """A unit for a worker.

    Attributes:
        out: the stage's folder. work: for what is needed on the way.
        share: of the rows, how many get a thumbnail, of 2**32.
    """

    unit: Unit
    source: Source
    rules: Rules
    marking: Marking
    batch_rows: int
    share: int
    out: Path
    work: Path


@dataclass(frozen=True)
class Sifted:
    """A unit that is done: its rows, those kept, and its parts."""

    unit: int
    rows: int
    kept: int
    parts: int


def tasks(wanted: Preparation, units: list[Unit], out: Path, work: Path) -> Iterator[Task]:
    """A task for every unit, in order."""
    rows = sum(unit.rows if unit.rows is not None else _HUB_ROWS for unit in units)
    share = min(2**32, _SAMPLED_ROWS * 2**32 // max(rows, 1))
    carry = is_sharded(wanted, units)
    marking = Marking(wanted.select.duplicates == "picture", wanted.split.source_pattern, carry)
    for unit in units:
        source = wanted.sources[unit.source]
        vouched = source.modality == "ct"
        rules = Rules(wanted.select, vouched, sources.window_of(source), wanted.jpeg_quality)
        yield Task(unit, source, rules, marking, wanted.batch_rows, share, out, work)


def is_sharded(wanted: Preparation, units: list[Unit]) -> bool:
    """The result goes into shards."""
    if wanted.layout != "auto":
        return wanted.layout == "shards"
    rows = [unit.rows for unit in units]
    return None in rows or sum(row or 0 for row in rows) > RECIPE_MOST_ROWS


def part_path(work: Path, unit: int, batch: int) -> Path:
    """Where a batch of a unit goes."""
    return work / PARTS / f"{unit:06d}-{batch:05d}.arrow"


def sift(task: Task) -> Sifted:
    """Judge every row of a unit; batches that an earlier run committed are not judged again."""
    rows = sources.read(task.source, task.unit)
    batch = total = kept = 0
    while True:
        path = part_path(task.work, task.unit.number, batch)
        if is_whole(path):
            count = sum(1 for _ in islice(rows, task.batch_rows))
            found = _count_kept(path)
        else:
            judged = _judge(task, islice(rows, task.batch_rows), total)
            count = len(judged)
            if count:
                _commit(task, path, total, judged)
            found = sum(1 for row in judged if row.reason is None)
        total, kept = total + count, kept + found
        if count:
            batch += 1
        if count < task.batch_rows:
            return Sifted(task.unit.number, total, kept, batch)


def _judge(task: Task, rows: Iterator[RawRow], first: int) -> list[Judged]:
    with warnings.catch_warnings():
        # What Pillow and pydicom have to say of a file is in its verdict, not on the screen.
        warnings.simplefilter("ignore")
        return [
            judge(row, task.rules, sampled=_sampled(task, first + place))
            for place, row in enumerate(rows)
        ]


def run(pending: Iterator[Task], workers: int) -> Iterator[Sifted]:
    """Sift all units, in order."""
    return run_ordered(sift, pending, workers)


def _commit(task: Task, path: Path, first: int, judged: list[Judged]) -> None:
    if not task.marking.carry:
        for row in judged:
            for picture in row.pictures:
                target = task.out / PICTURES / f"{picture.key.hex()}.jpg"
                _write_once(target, picture.jpeg, task.work)
    write_part(path, (task.unit.number << 24) + first, judged, task.marking)


def _write_once(path: Path, data: bytes, work: Path) -> None:
    """Named by content: whoever writes it writes the same; what a kill leaves lies in ``work``."""
    if path.exists():
        return
    partial = work / f"{os.getpid()}.part"
    partial.write_bytes(data)
    partial.replace(path)


def _count_kept(path: Path) -> int:
    return sum(1 for code in read_columns(path, ("code",))["code"].to_pylist() if not code)


def _sampled(task: Task, row: int) -> bool:
    name = f"{task.unit.number}:{row}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:4], "big") < task.share
