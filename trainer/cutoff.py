"""Conversations whose pictures, even a single one, do not fit ``cutoff_len``, found beforehand.

LLaMA-Factory cuts what is too long, marks of pictures included, and stops at the first batch
in which fewer marks than pictures are left: after minutes or after hours.
"""

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from PIL import Image

from assistant.errors import AssistantError
from trainer.data.sharegpt import IMAGE

CUTOFF_LEN, MOST_PIXELS = 2048, 768 * 768
"""LLaMA-Factory 0.9.5's own ``cutoff_len`` and ``image_max_pixels``."""

SIDES = {"qwen3_vl": 32, "qwen3_vl_nothink": 32}
"""Pixels of a side that become one position, by template; two patches."""

SIDE = 28
FRAME = 2
"""Positions before and after each picture."""

AROUND = 32
"""At the least, for the template, a question and the start of an answer."""


def check_cutoff(data: Path, arguments: Mapping[str, object]) -> None:
    """Look at every conversation that shows several pictures, and at single ones that might be
    too large; of shards, at single ones of each first row group.

    Args:
        data: folder of ``dataset_info.json``, in either of the two layouts.
        arguments: of LLaMA-Factory.

    Raises:
        AssistantError: TRN-312 how many do not fit, and what would.
    """
    limit = int(str(arguments.get("cutoff_len", CUTOFF_LEN)))
    most = int(str(arguments.get("image_max_pixels", MOST_PIXELS)))
    side = SIDES.get(str(arguments.get("template", "")), SIDE)
    least = 2 if AROUND + most_positions(most, side) <= limit else 1
    needed = [
        AROUND + sum(positions(*size, most, side) for size in sizes)
        for name in str(arguments.get("dataset", "")).split(",")
        for sizes in _sizes(data, name.strip(), least)
    ]
    long = [one for one in needed if one > limit]
    if long:
        raise AssistantError(
            "TRN-312",
            f"{len(long)} 组对话的影像放不进 cutoff_len {limit}，最长的一组需要 {max(long)}。",
            next_step="请增大 cutoff_len、减小 image_max_pixels，或拆开这些对话后重新准备数据。",
        )


def positions(width: int, height: int, most_pixels: int, side: int = SIDE) -> int:
    """Positions that a picture takes after it is made to fit ``most_pixels``."""
    shrunk = min(1.0, (most_pixels / (width * height)) ** 0.5)
    across, down = (max(1, round(length * shrunk / side)) for length in (width, height))
    return int(across * down) + FRAME


def most_positions(most_pixels: int, side: int = SIDE) -> int:
    """What no picture of common proportions exceeds, however its sides are rounded."""
    whole = most_pixels / side**2
    return int(whole + 2 * whole**0.5) + 1 + FRAME


def _sizes(data: Path, name: str, least: int) -> Iterator[list[tuple[int, int]]]:
    """Width and height of all pictures, of every conversation with ``least`` or more."""
    info = json.loads((data / "dataset_info.json").read_text(encoding="utf-8"))
    if name not in info:
        return  # LLaMA-Factory tells
    entry = info[name]
    if "file_name" in entry:
        for row in json.loads((data / entry["file_name"]).read_text(encoding="utf-8")):
            if len(row["images"]) >= least:
                yield [_size(data / picture) for picture in row["images"]]
        return
    import pyarrow.parquet

    for shard in sorted((data / entry["script_url"]).glob("*.parquet")):
        with pyarrow.parquet.ParquetFile(shard) as file:
            for number in range(file.num_row_groups):
                told = file.read_row_group(number, columns=["messages"]).to_pylist()
                wanted = least if number == 0 else 2
                if not any(_marks(row["messages"]) >= wanted for row in told):
                    continue
                for row in file.read_row_group(number, columns=["images"]).to_pylist():
                    if len(row["images"] or ()) >= wanted:
                        yield [_size(io.BytesIO(picture["bytes"])) for picture in row["images"]]


def _marks(messages: list[dict[str, str]]) -> int:
    return sum(message["content"].count(IMAGE) for message in messages)


def _size(file: Path | io.BytesIO) -> tuple[int, int]:
    with Image.open(file) as picture:
        return picture.size
