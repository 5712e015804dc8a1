"""From what the screen shows to the JPG of a training row: as people really hand pictures in."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from trainer.data.chance import pick

NOTES = (
    "WL:40 WW:80",
    "WL:-600 WW:1500",
    "WL:50 WW:350",
    "Se:3",
    "Im:27",
    "120kV",
    "5.0mm",
    "HFS",
    "512x512",
)


def to_jpeg(pixels: NDArray[np.uint8], rng: np.random.Generator, *, plain: bool = False) -> bytes:
    """JPG of a picture, uint8 (H, W, 3).

    Mostly high quality and nothing else; at a small rate overlaid text, a border, another
    number of pixels, strong compression. ``plain`` leaves all of that away.
    """
    image = Image.fromarray(pixels)
    quality = int(rng.integers(88, 98))
    if not plain:
        if rng.random() < 0.15:
            side = int(rng.integers(128, 513))
            image = image.resize((side, side), Image.Resampling.BILINEAR)
        if rng.random() < 0.06:
            _annotate(image, rng)
        if rng.random() < 0.05:
            image = _frame(image, rng)
        if rng.random() < 0.08:
            quality = int(rng.integers(40, 85))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()


def _annotate(image: Image.Image, rng: np.random.Generator) -> None:
    """Scanner text in the corners, a scale at the side; never anything that identifies."""
    draw = ImageDraw.Draw(image)
    width, height = image.size
    tone = int(rng.integers(170, 256))
    for x, y in ((4, 4), (width - 90, 4), (4, height - 28), (width - 90, height - 28)):
        if rng.random() < 0.6:
            for row in range(int(rng.integers(1, 3))):
                draw.text((x, y + 12 * row), pick(rng, NOTES), fill=(tone, tone, tone))
    draw.text((3, height // 2), "R", fill=(tone, tone, tone))
    draw.text((width - 10, height // 2), "L", fill=(tone, tone, tone))


def _frame(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A screenshot's border."""
    width, height = image.size
    left, top, right, bottom = (int(v) for v in rng.integers(0, width // 8 + 2, 4))
    tone = int(pick(rng, (0, 0, 30, 60, 240)))
    framed = Image.new("RGB", (width + left + right, height + top + bottom), (tone, tone, tone))
    framed.paste(image, (left, top))
    return framed
