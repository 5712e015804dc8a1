"""Reading back what ``prepare`` and ``synth`` wrote: conversations with their pictures."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image

from assistant.imaging.slice import RenderedImage, SliceRef

HELD_OUT = ("mllm_med_test", "mllm_med_validation")
"""Entries of ``dataset_info.json`` that no training sees."""


@dataclass(frozen=True)
class Held:
    """One conversation.

    Attributes:
        answers: what the assistant is meant to say, in order.
        pictures: its files as they are stored, JPEG.
    """

    answers: tuple[str, ...]
    pictures: tuple[bytes, ...]


def read_rows(data: Path, *names: str) -> Iterator[Held]:
    """The conversations of these entries, in order; entries that are not there are passed over.

    Args:
        data: folder of ``dataset_info.json``, in either of the two layouts.
        names: of entries.
    """
    info = json.loads((data / "dataset_info.json").read_text(encoding="utf-8"))
    for name in names:
        if name not in info:
            continue
        if "file_name" in info[name]:
            yield from _of_json(data, data / info[name]["file_name"])
        else:
            yield from _of_shards(data / info[name]["script_url"])


def rendered(jpeg: bytes) -> RenderedImage:
    """A stored picture as an engine takes it."""
    pixels = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))
    return RenderedImage(pixels, None, "", SliceRef(), sha256(jpeg).hexdigest())


def _of_json(data: Path, file: Path) -> Iterator[Held]:
    for row in json.loads(file.read_text(encoding="utf-8")):
        pictures = (data / name for name in row["images"])
        yield Held(_answers(row["messages"]), tuple(path.read_bytes() for path in pictures))


def _of_shards(folder: Path) -> Iterator[Held]:
    import pyarrow.parquet

    for shard in sorted(folder.glob("*.parquet")):
        for batch in pyarrow.parquet.ParquetFile(shard).iter_batches(8):
            for row in batch.to_pylist():
                pictures = tuple(image["bytes"] for image in row["images"] or ())
                yield Held(_answers(row["messages"]), pictures)


def _answers(messages: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(one["content"] for one in messages if one["role"] == "assistant")
