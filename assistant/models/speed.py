"""What was measured of a model on this machine, kept in the data folder."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

SPEEDS = "speeds.json"


@dataclass(frozen=True)
class Speed:
    """One measurement on the sample cases.

    Attributes:
        device: where it ran, for people.
        first_s: median seconds to the first character, picture included.
        tokens_per_s: median decode speed.
        memory_bytes: memory taken by loading it, None where the system does not tell.
        load_s: seconds to load and warm up.
        measured: ISO 8601 date.
    """

    device: str
    first_s: float
    tokens_per_s: float
    memory_bytes: int | None
    load_s: float
    measured: str


def read_speeds(cache_dir: Path) -> Mapping[str, Speed]:
    """Measurements by the fingerprint of the model; what cannot be read is left out."""
    try:
        kept = json.loads((cache_dir / SPEEDS).read_text(encoding="utf-8"))
        return {name: Speed(**values) for name, values in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def keep_speed(cache_dir: Path, fingerprint: str, speed: Speed) -> None:
    """Keep a measurement in the place of an earlier one; a full disk only loses it."""
    speeds = {**read_speeds(cache_dir), fingerprint: speed}
    text = json.dumps({name: asdict(one) for name, one in speeds.items()}, indent=1)
    with contextlib.suppress(OSError):
        cache_dir.mkdir(parents=True, exist_ok=True)
        partial = cache_dir / f"{SPEEDS}.part"
        partial.write_text(text, encoding="utf-8")
        partial.replace(cache_dir / SPEEDS)
