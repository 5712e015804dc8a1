"""What safetensors files say of themselves without being read: names, shapes, bytes."""

import json
from pathlib import Path

Shapes = dict[str, tuple[int, ...]]


def shapes_of(folder: Path) -> Shapes:
    """Shape by name of every tensor in a folder's safetensors, from their headers alone.

    Raises:
        ValueError: a file is not safetensors.
        OSError: a file cannot be read.
    """
    found: Shapes = {}
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > path.stat().st_size:
                raise ValueError(f"{path.name} is cut off")
            header = json.loads(file.read(length))
        found.update(
            (name, tuple(entry["shape"]))
            for name, entry in header.items()
            if name != "__metadata__"
        )
    return found


def bytes_of(folder: Path) -> int:
    """Bytes of a folder's safetensors."""
    return sum(path.stat().st_size for path in folder.glob("*.safetensors"))
