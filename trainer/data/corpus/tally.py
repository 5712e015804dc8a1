"""What the data card counts, group by group, and the rows it shows."""

import json
from base64 import b64decode, b64encode
from collections import Counter
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

from trainer.manifest import write_whole

SHOWN_KEPT = 48
SHOWN_LEFT = 12
LENGTH_STEP = 10
"""Words, or Chinese characters, in one column of the length histogram."""


@dataclass(frozen=True)
class Specimen:
    """A row shown on the data card.

    Attributes:
        rank: decides which are shown; random, but the same for the same row.
        code: reason it was left out, "" if kept.
        note: region and split, or the reason's detail.
        thumbnail: JPEG, base64.
    """

    rank: int
    code: str
    text: str
    note: str
    thumbnail: str

    @property
    def picture(self) -> bytes:
        """The thumbnail's file."""
        return b64decode(self.thumbnail)


@dataclass
class Tally:
    """Counts of rows, each by what its name says; grows only with the kinds there are.

    Attributes:
        told: kept rows by their source and by what names their origin, as "0:case+id".
    """

    rows: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    details: Counter[str] = field(default_factory=Counter)
    evidence: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    english_lengths: Counter[str] = field(default_factory=Counter)
    chinese_lengths: Counter[str] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)
    pictures: Counter[str] = field(default_factory=Counter)
    specimens: list[Specimen] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add the counts of another group."""
        for name, counter in vars(other).items():
            if isinstance(counter, Counter):
                vars(self)[name].update(counter)
        self.specimens = trim([*self.specimens, *other.specimens])

    def save(self, path: Path) -> None:
        """Write as JSON."""
        specimens = [asdict(one) for one in self.specimens]
        write_whole(path, json.dumps({**vars(self), "specimens": specimens}, ensure_ascii=False))

    @classmethod
    def load(cls, path: Path) -> "Tally":
        """Read what :meth:`save` wrote."""
        entries = json.loads(path.read_text(encoding="utf-8"))
        specimens = [Specimen(**entry) for entry in entries.pop("specimens")]
        return cls(
            **{name: Counter(counts) for name, counts in entries.items()}, specimens=specimens
        )


def specimen(ordinal: int, code: str, text: str, note: str, thumbnail: bytes) -> Specimen:
    """A row that may be shown."""
    rank = int.from_bytes(sha256(str(ordinal).encode()).digest()[:6], "big")
    return Specimen(rank, code, text[:600], note[:120], b64encode(thumbnail).decode())


def trim(specimens: list[Specimen]) -> list[Specimen]:
    """The lowest ranks of each reason: a random choice that any grouping makes the same."""
    chosen: list[Specimen] = []
    counts: Counter[str] = Counter()
    for one in sorted(specimens, key=lambda one: one.rank):
        if counts[one.code] < (SHOWN_LEFT if one.code else SHOWN_KEPT):
            counts[one.code] += 1
            chosen.append(one)
    return chosen
