"""The plan of a preparation: its units, and which parts are written together."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from trainer.data.corpus.row import Unit
from trainer.data.corpus.sift import Sifted, part_path
from trainer.manifest import write_whole

PLAN = "plan.json"
SIFTED = "sifted.jsonl"
GROUP_ROWS = 8192
"""Rows read together when the result is written: one shard, a few hundred megabytes."""


@dataclass(frozen=True)
class Group:
    """Consecutive parts."""

    number: int
    parts: tuple[Path, ...]

    @property
    def name(self) -> str:
        """As its files are named."""
        return f"{self.number:06d}"


def save_plan(work: Path, units: list[Unit]) -> None:
    """Keep the units, so that a resumed run cuts its sources the same way."""
    write_whole(work / PLAN, json.dumps([asdict(unit) for unit in units], ensure_ascii=False))


@lru_cache(maxsize=2)
def load_plan(work: Path) -> tuple[Unit, ...]:
    """The units of :func:`save_plan`."""
    entries = json.loads((work / PLAN).read_text(encoding="utf-8"))
    return tuple(Unit(**entry) for entry in entries)


def note(work: Path, done: Sifted) -> None:
    """Note that a unit is done."""
    with (work / SIFTED).open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(asdict(done)) + "\n")


def noted(work: Path) -> dict[int, Sifted]:
    """The units that are done; a line that a kill cut short is none."""
    done: dict[int, Sifted] = {}
    try:
        lines = (work / SIFTED).read_text(encoding="utf-8").splitlines(keepends=True)
    except OSError:
        return done
    for line in lines:
        if line.endswith("}\n"):
            sifted = Sifted(**json.loads(line))
            done[sifted.unit] = sifted
    return done


def mend(work: Path) -> None:
    """Take a line that was cut short off the notes, so that the next one stands on its own."""
    path = work / SIFTED
    if path.exists():
        data = path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            with path.open("r+b") as file:
                file.truncate(whole)


def groups(work: Path, batch_rows: int) -> Iterator[Group]:
    """All parts in order, so many together as hold ``GROUP_ROWS`` rows."""
    most = max(1, GROUP_ROWS // batch_rows)
    number = 0
    held: list[Path] = []
    for unit, done in sorted(noted(work).items()):
        for batch in range(done.parts):
            held.append(part_path(work, unit, batch))
            if len(held) == most:
                yield Group(number, tuple(held))
                number, held = number + 1, []
    if held:
        yield Group(number, tuple(held))


def place_of(work: Path, ordinal: int) -> tuple[Unit, int]:
    """The unit of a row and its number in the unit's file."""
    unit = load_plan(work)[ordinal >> 24]
    return unit, unit.first + (ordinal & 0xFFFFFF)
