"""What is asked of the reading process."""

from dataclasses import dataclass, field
from pathlib import Path

from assistant.imaging.gate import Kind

READY = "ready"


@dataclass(frozen=True)
class Request:
    """One file to read.

    Attributes:
        source: absolute path, or the content itself.
        kind: what the gate found.
        size: bytes.
        frame: from 0, or None for the default one.
        salt: key of the UID remapping.
    """

    source: Path | bytes = field(repr=False)
    kind: Kind
    size: int
    frame: int | None
    salt: bytes = field(repr=False)
