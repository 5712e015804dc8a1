"""What was measured of models on this machine, kept in the data folder by their fingerprints."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SPEEDS = "speeds.json"
MEMORY = "memory.json"


@dataclass(frozen=True)
class Speed:
    """One measurement on the sample cases.

    Attributes:
        device: where it ran, for people.
        first_s: median seconds to the first character, picture included.
        tokens_per_s: median decode speed.
        measured: ISO 8601 date.
    """

    device: str
    first_s: float
    tokens_per_s: float
    measured: str


def read_speeds(cache_dir: Path) -> Mapping[str, Speed]:
    """Measurements by the fingerprint of the model; what cannot be read is left out."""
    try:
        return {name: Speed(**values) for name, values in _read(cache_dir / SPEEDS).items()}
    except TypeError:
        return {}


def keep_speed(cache_dir: Path, fingerprint: str, speed: Speed) -> None:
    """Keep a measurement in the place of an earlier one; a full disk only loses it."""
    speeds = {**read_speeds(cache_dir), fingerprint: speed}
    _write(cache_dir / SPEEDS, {name: asdict(one) for name, one in speeds.items()})


def read_memory(cache_dir: Path) -> Mapping[str, int]:
    """Bytes that loading a model took, by its fingerprint."""
    kept = _read(cache_dir / MEMORY)
    return {name: taken for name, taken in kept.items() if type(taken) is int}


def keep_memory(cache_dir: Path, fingerprint: str, taken: int) -> None:
    """Keep the most that was measured: what another model left behind is taken again unseen."""
    memory = read_memory(cache_dir)
    if taken > memory.get(fingerprint, 0):
        _write(cache_dir / MEMORY, {**memory, fingerprint: taken})


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _write(path: Path, kept: Mapping[str, object]) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.part")
        partial.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        partial.replace(path)
