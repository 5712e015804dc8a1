"""What a row comes from: rows of one case, one examination or one picture are never parted."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass

from assistant.errors import AssistantError
from trainer.data.corpus.row import Judged

CASE, ID = "case", "id"


@dataclass(frozen=True)
class Origin:
    """Where a row comes from.

    Attributes:
        number: 64 bits: among 25 million two agree by chance once in some ten thousand runs.
        ties: 16 bytes each; rows that have one in common belong together, whatever their number.
        told: what names it: ``case``, ``id``, ``case+id``, or "" where only its picture does.
    """

    number: int
    ties: tuple[bytes, ...]
    told: str


def origin_of(row: Judged, pattern: str | None) -> Origin:
    """Where a row comes from.

    A case number and what ``pattern`` finds in its id both hold, and so does a DICOM file that is
    shown in several windows.
    """
    case, name = row.raw.case, name_in(pattern, row.raw.id)
    first = row.pictures[0].key if row.pictures else b""
    if name:
        first = digest("id", name)
    if case:
        first = digest("case", case)
    # One prefix: what a column calls a patient may be what another source's ids call them.
    ties = [digest("id", told) for told in dict.fromkeys((case, name)) if told]
    ties += [digest("file", one.identity) for one in row.pictures if one.identity]
    told = "+".join(kind for kind, found in ((CASE, case), (ID, name)) if found)
    return Origin(int.from_bytes(first[:8], "big"), tuple(ties), told)


def name_in(pattern: str | None, id_: str) -> str:
    """What ``source_pattern`` finds in an id, "" for nothing."""
    found = re.search(pattern, id_) if pattern is not None else None
    if found is None:
        return ""
    return (found[1] if found.re.groups else found[0]) or ""


def digest(*parts: bytes | str) -> bytes:
    """16 bytes of the sha256 over parts that cannot run into each other."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.digest()[:16]


def unnamed(told: Counter[str], pattern: str | None) -> dict[str, int]:
    """By source, its rows that have no name though they should.

    Args:
        told: kept rows by "source:told".
        pattern: with one every row should have a name; without, every row of a source in which
            some have.
    """
    named = {key.split(":")[0] for key in told if not key.endswith(":")}
    counts = {key.split(":")[0]: told[key] for key in told if key.endswith(":")}
    return {
        source: count
        for source, count in sorted(counts.items())
        if count and (pattern is not None or source in named)
    }


def need_fit(told: Counter[str], pattern: str | None) -> None:
    """Refuse a pattern that has found nothing, where something depends on it.

    Raises:
        AssistantError: TRN-514.
    """
    missed = unnamed(told, pattern)
    if pattern is None or not missed or any(key.endswith(ID) for key in told):
        return
    places = "、".join(f"sources.{source} 的 {count:,} 行" for source, count in missed.items())
    raise AssistantError(
        "TRN-514",
        f"split.source_pattern 与所有编号都不相符（{places}没有别的病例号），"
        "同一病例会同时在训练集与留出集中。",
        next_step="请对照 rows.csv 的编号改正 split.source_pattern，或删去它，再运行。",
    )
