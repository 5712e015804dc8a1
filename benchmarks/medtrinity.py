"""Rows in the schema of MedTrinity, many and quickly: ``image``, ``id``, ``caption`` in parquet."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw

SIDE = 512
ROWS_PER_SHARD = 2500
ROWS_PER_GROUP = 100  # as the datasets library writes pictures
SCHEMA = pa.schema(
    [
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ("id", pa.string()),
        ("caption", pa.string()),
    ]
)
CT = (
    "The image is an axial CT scan of the {region}, displaying the {organ} in cross-section. "
    "The region of interest, located in the {side} central area and occupying approximately "
    "{share:.1f}% of the image, shows a {size} mm {sign} of different density from the surrounding "
    "tissue. It may or may not be related to the neighbouring organs; no other abnormality is seen."
)
OTHERS = (
    "The image is a magnetic resonance imaging (MRI) scan of the brain in axial section, showing "
    "a region of altered signal in the {side} hemisphere that occupies about {share:.1f}% of it.",
    "The image is a chest X-ray in frontal projection, with an area of increased opacity in the "
    "{side} lower zone that occupies about {share:.1f}% of the image.",
    "The image is a histopathological slide of {organ} tissue stained with hematoxylin and eosin, "
    "with nuclei of varying size that occupy about {share:.1f}% of the field.",
)
PLACES = (
    ("chest", "lungs", "nodule"),
    ("abdomen", "liver", "hypodense lesion"),
    ("head", "brain", "hyperdense area"),
    ("pelvis", "bladder", "mass"),
)


@dataclass(frozen=True)
class Shard:
    """Which rows of the whole go into a file."""

    path: Path
    first: int
    rows: int


def generate(folder: Path, rows: int) -> None:
    """Fill a folder with shards, unless it holds them already."""
    done = folder / f"{rows}.done"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    shards = [
        Shard(folder / f"train-{n:05d}.parquet", first, min(ROWS_PER_SHARD, rows - first))
        for n, first in enumerate(range(0, rows, ROWS_PER_SHARD))
    ]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        list(pool.map(_write, shards, repeat(rows)))
    done.touch()


def _write(shard: Shard, total: int) -> None:
    rng = np.random.default_rng([7, shard.first, total])
    bases = [_base(rng) for _ in range(24)]
    records: list[dict[str, object]] = []
    with pq.ParquetWriter(shard.path, SCHEMA, compression="snappy") as writer:
        for number in range(shard.first, shard.first + shard.rows):
            records.append(_record(rng, number, bases, records))
            if len(records) == ROWS_PER_GROUP or number + 1 == shard.first + shard.rows:
                writer.write_table(pa.Table.from_pylist(records, schema=SCHEMA))
                records = []


def _record(
    rng: np.random.Generator, number: int, bases: list[np.ndarray], earlier: list[dict[str, object]]
) -> dict[str, object]:
    region, organ, sign = PLACES[int(rng.integers(len(PLACES)))]
    kind = rng.random()
    form = CT if kind < 0.45 else OTHERS[int(rng.integers(len(OTHERS)))]
    caption = form.format(
        region=region, organ=organ, sign=sign, side=("left", "right")[int(rng.integers(2))],
        share=rng.uniform(0.5, 20), size=int(rng.integers(3, 60)),
    )  # fmt: skip
    picture = _picture(rng, bases, coloured="histo" in caption)
    if rng.random() < 0.01:
        picture = picture.convert("RGB")
        x, y, w, h = rng.integers((80, 80, 60, 60), (300, 300, 150, 150)).tolist()
        ImageDraw.Draw(picture).rectangle((x, y, x + w, y + h), outline=(255, 0, 0), width=2)
    data = BytesIO()
    picture.save(data, "JPEG", quality=90)
    content: bytes | None = data.getvalue()
    fault = rng.random()
    if fault < 0.004:
        content = data.getvalue()[: int(rng.integers(100, 20_000))]
    elif fault < 0.008:
        content = None
    elif fault < 0.012:
        caption = "CT."
    elif fault < 0.03 and earlier:
        other = earlier[int(rng.integers(len(earlier)))]
        content, caption = other["image"]["bytes"], other["caption"]  # type: ignore[index,assignment]
    image = {"bytes": content, "path": f"{number:08d}.jpg"}
    return {"image": image, "id": f"{rng.bytes(8).hex()}-{number}", "caption": caption}


def _base(rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    values = (((x - 0.5) / 0.36) ** 2 + ((y - 0.5) / 0.28) ** 2 < 1) * 90.0
    for _ in range(14):
        cx, cy = rng.uniform((0.25, 0.3), (0.75, 0.7))
        a, b = rng.uniform(0.02, 0.12, 2)
        values += (((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 < 1) * rng.uniform(-70, 100)
    return np.clip(values + rng.normal(0, 6, values.shape), 0, 255).astype(np.uint8)


def _picture(rng: np.random.Generator, bases: list[np.ndarray], *, coloured: bool) -> Image.Image:
    base = bases[int(rng.integers(len(bases)))]
    pixels = np.roll(base, rng.integers(-30, 30, 2).tolist(), axis=(0, 1))
    x, y = rng.integers(150, 330, 2).tolist()
    pixels[y : y + 24, x : x + 24] = np.minimum(pixels[y : y + 24, x : x + 24], 200) + 40
    if coloured:
        return Image.merge("RGB", [Image.fromarray(p) for p in (pixels, 255 - pixels, pixels)])
    picture = Image.fromarray(pixels)
    return picture.convert("RGB") if rng.random() < 0.5 else picture
