"""Rows as MedTrinity has them, made on the spot."""

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw

CAPTION = (
    "The image is a CT scan of the chest showing a {size} mm nodule in the {side} upper lobe "
    "of the lung, without pleural effusion."
)
SCHEMA = pa.schema(
    [
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ("id", pa.string()),
        ("caption", pa.string()),
    ]
)


@dataclass(frozen=True)
class Row:
    """A row before it is written: ``data`` is the picture's file."""

    data: bytes | None
    id: str
    caption: str | None


class Maker:
    """Pictures and rows, the same for the same seed."""

    def __init__(self, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)

    def slice(self, side: int = 128, noise: float = 6.0) -> Image.Image:
        """Something round and grey in black, mode L."""
        y, x = np.mgrid[:side, :side] / side
        values = (((x - 0.5) / 0.4) ** 2 + ((y - 0.5) / 0.32) ** 2 < 1) * 100.0
        for _ in range(6):
            cx, cy = self._rng.uniform(0.25, 0.75, 2)
            radius = self._rng.uniform(0.03, 0.1)
            inside = ((x - cx) / radius) ** 2 + ((y - cy) / radius) ** 2 < 1
            values += inside * self._rng.uniform(-60, 90)
        values += self._rng.normal(0, noise, values.shape)
        return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))

    def boxed(self, colour: tuple[int, int, int] = (255, 0, 0), width: int = 2) -> Image.Image:
        """A slice with a rectangle drawn on it."""
        picture = self.slice().convert("RGB")
        ImageDraw.Draw(picture).rectangle((30, 34, 92, 88), outline=colour, width=width)
        return picture

    def coloured(self) -> Image.Image:
        """A picture no scanner makes."""
        noise = self._rng.integers(0, 255, (32, 32, 3), np.uint8)
        return Image.fromarray(noise).resize((128, 128), Image.Resampling.NEAREST)

    def row(self, number: int) -> Row:
        """A good row."""
        caption = CAPTION.format(size=number % 40 + 3, side=("left", "right")[number % 2])
        return Row(encode(self.slice()), f"vol{number // 4:04d}_{number:05d}", caption)

    def mixed(self, count: int) -> list[Row]:
        """Rows of which every 20 hold each of ten faults once, beside ten good ones."""
        rows: list[Row] = []
        for number in range(count):
            row = self.row(number)
            first = rows[number // 20 * 20] if number % 20 else row
            data = row.data or b""
            changes: dict[int, dict[str, object]] = {
                1: {"data": data[: len(data) // 2]},
                2: {"data": None},
                3: {"caption": "A CT."},
                4: {"data": encode(self.boxed())},
                5: {"data": first.data, "caption": first.caption},
                6: {"data": encode(self.coloured())},
                7: {"caption": None},
                8: {"caption": "There is a nodule in the left lung of this patient."},
                9: {"caption": "An MRI of the brain with a lesion in the left lobe."},
                10: {"data": encode(self.slice(32))},
            }
            rows.append(replace(row, **changes.get(number % 20, {})))
        return rows


def encode(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The file of a picture."""
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def write_shards(folder: Path, rows: list[Row], *, shards: int = 2, group: int = 16) -> Path:
    """Parquet in the schema of MedTrinity."""
    folder.mkdir(parents=True, exist_ok=True)
    size = -(-len(rows) // shards)
    for shard in range(shards):
        records = [
            {"image": {"bytes": row.data, "path": None}, "id": row.id, "caption": row.caption}
            for row in rows[shard * size : (shard + 1) * size]
        ]
        path = folder / f"train-{shard:05d}-of-{shards:05d}.parquet"
        pq.write_table(pa.Table.from_pylist(records, schema=SCHEMA), path, row_group_size=group)
    return folder
