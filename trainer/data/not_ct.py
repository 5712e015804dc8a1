"""Pictures that are no CT: blank, noise, gradients, drawings, text, tables, photographs."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from trainer.data.chance import pick

Pixels = NDArray[np.uint8]


def draw_not_ct(rng: np.random.Generator, size: int) -> Pixels:
    """A picture that is no CT, uint8 (H, W, 3); half of them without colour."""
    kinds: tuple[Callable[[np.random.Generator, int], Image.Image], ...] = (
        _blank, _noise, _gradient, _shapes, _text, _chart, _photo, _photo, _face, _radiograph,
    )  # fmt: skip
    image = pick(rng, kinds)(rng, size)
    if rng.random() < 0.5:
        image = image.convert("L")
    if rng.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 2.5)))
    return np.array(image.convert("RGB"), dtype=np.uint8)


def _color(rng: np.random.Generator, low: int = 0, high: int = 256) -> tuple[int, int, int]:
    r, g, b = rng.integers(low, high, 3)
    return int(r), int(g), int(b)


def _blank(rng: np.random.Generator, size: int) -> Image.Image:
    level = int(pick(rng, (0, 255, int(rng.integers(0, 256)))))
    return Image.new("RGB", (size, size), (level, level, level))


def _noise(rng: np.random.Generator, size: int) -> Image.Image:
    grain = int(pick(rng, (1, 1, 2, 4, 8, 16)))
    small = rng.normal(rng.uniform(40, 200), rng.uniform(10, 80), (size // grain, size // grain, 3))
    if rng.random() < 0.6:
        small[:] = small[..., :1]
    image = Image.fromarray(np.clip(small, 0, 255).astype(np.uint8))
    return image.resize(
        (size, size), pick(rng, (Image.Resampling.NEAREST, Image.Resampling.BILINEAR))
    )


def _gradient(rng: np.random.Generator, size: int) -> Image.Image:
    y, x = np.mgrid[0:size, 0:size] / size
    t = rng.uniform(0, 2 * math.pi)
    field = x * math.cos(t) + y * math.sin(t) if rng.random() < 0.6 else np.hypot(x - 0.5, y - 0.5)
    field = (field - field.min()) / np.ptp(field)
    if rng.random() < 0.3:
        field = np.floor(field * rng.integers(3, 12)) / 12
    first, last = np.array(_color(rng)), np.array(_color(rng))
    mixed = first + field[..., None] * (last - first)
    return Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8))


def _shapes(rng: np.random.Generator, size: int) -> Image.Image:
    image = Image.new("RGB", (size, size), pick(rng, (_color(rng), (0, 0, 0), (255, 255, 255))))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(1, 14))):
        x, y = rng.uniform(0, size, 2)
        w, h = rng.uniform(0.05, 0.5, 2) * size
        box = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        fill, line = _color(rng), _color(rng)
        kind = int(rng.integers(4))
        if kind == 0:
            draw.ellipse(box, fill=fill if rng.random() < 0.6 else None, outline=line, width=2)
        elif kind == 1:
            draw.rectangle(box, fill=fill if rng.random() < 0.6 else None, outline=line, width=2)
        elif kind == 2:
            draw.line(rng.uniform(0, size, 4).tolist(), fill=line, width=int(rng.integers(1, 8)))
        else:
            draw.polygon(rng.uniform(0, size, 6).tolist(), fill=fill)
    return image


def _text(rng: np.random.Generator, size: int) -> Image.Image:
    dark = rng.random() < 0.4
    paper, ink = ((20, 22, 26), (220, 220, 210)) if dark else ((250, 250, 248), (20, 20, 24))
    image = Image.new("RGB", (size, size), paper)
    draw = ImageDraw.Draw(image)
    step = int(rng.integers(9, 18))
    y = int(rng.integers(4, 20))
    while y < size - step:
        x = int(rng.integers(4, 24))
        end = size * rng.uniform(0.4, 0.97)
        while x < end:
            width = int(rng.integers(2, 8))
            if rng.random() < 0.82:
                letters = "".join(chr(int(rng.integers(97, 123))) for _ in range(width))
                draw.text((x, y), letters, fill=ink)
            x += width * 6 + 5
        y += step
    return image


def _chart(rng: np.random.Generator, size: int) -> Image.Image:
    image = Image.new("RGB", (size, size), (252, 252, 252))
    draw = ImageDraw.Draw(image)
    left, low = size * 0.12, size * 0.88
    draw.line((left, size * 0.08, left, low, size * 0.95, low), fill=(0, 0, 0), width=2)
    count = int(rng.integers(4, 12))
    heights = rng.uniform(0.1, 0.75, count) * size
    at = np.linspace(left + 10, size * 0.9, count)
    if rng.random() < 0.5:
        for x, h in zip(at, heights, strict=True):
            draw.rectangle((x - 6, low - h, x + 6, low), fill=_color(rng))
    else:
        draw.line(np.stack([at, low - heights], 1).ravel().tolist(), fill=_color(rng), width=3)
    return image


def _cloud(rng: np.random.Generator, size: int, slope: float) -> NDArray[np.float64]:
    """Fractal texture in 0..1, as natural pictures have it."""
    fy, fx = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :]
    spectrum = (
        np.fft.rfft2(rng.standard_normal((size, size))) / (np.hypot(fx, fy) + 1 / size) ** slope
    )
    field = np.fft.irfft2(spectrum, s=(size, size))
    return np.asarray((field - field.min()) / np.ptp(field))


def _photo(rng: np.random.Generator, size: int) -> Image.Image:
    """A landscape: sky, hills, ground, sometimes a house or trees."""
    y = np.linspace(0, 1, size)[:, None, None]
    sky = np.array(_color(rng, 90)) * (1 - 0.5 * y) + 60 * _cloud(rng, size, 1.4)[..., None]
    picture = sky
    horizon = rng.uniform(0.3, 0.7)
    for i in range(int(rng.integers(1, 4))):
        ridge = horizon + 0.1 * i + 0.12 * (_cloud(rng, size, 1.6)[0] - 0.5)
        below = np.linspace(0, 1, size)[:, None] > ridge[None, :]
        ground = np.array(_color(rng, 20, 180)) * (
            0.5 + _cloud(rng, size, rng.uniform(0.7, 1.5))[..., None]
        )
        picture = np.where(below[..., None], ground, picture)
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(0, 5))):
        x, base = rng.uniform(0, size), size * (horizon + rng.uniform(0.05, 0.4))
        w, h = rng.uniform(0.04, 0.2, 2) * size
        if rng.random() < 0.5:
            draw.rectangle((x, base - h, x + w, base), fill=_color(rng))
            draw.polygon(
                (x - 4, base - h, x + w / 2, base - 1.6 * h, x + w + 4, base - h), fill=_color(rng)
            )
        else:
            draw.line((x, base, x, base - h), fill=(70, 50, 30), width=4)
            draw.ellipse(
                (x - w / 2, base - h - w, x + w / 2, base - h + w / 3), fill=_color(rng, 20, 140)
            )
    return image


def _face(rng: np.random.Generator, size: int) -> Image.Image:
    """A person or an object before a background: big soft blobs."""
    image = Image.fromarray(
        np.clip(
            np.array(_color(rng)) * (0.6 + 0.5 * _cloud(rng, size, 1.3)[..., None]), 0, 255
        ).astype(np.uint8)
    )
    draw = ImageDraw.Draw(image)
    x, y, r = (
        size * rng.uniform(0.35, 0.65),
        size * rng.uniform(0.3, 0.5),
        size * rng.uniform(0.12, 0.26),
    )
    skin = (int(rng.integers(120, 250)), int(rng.integers(90, 200)), int(rng.integers(70, 170)))
    draw.ellipse((x - 2.2 * r, y + r, x + 2.2 * r, y + 5 * r), fill=_color(rng))
    draw.ellipse((x - r, y - 1.25 * r, x + r, y + 1.25 * r), fill=skin)
    draw.pieslice((x - 1.1 * r, y - 1.5 * r, x + 1.1 * r, y + r), 180, 360, fill=_color(rng, 0, 90))
    for s in (-1, 1):
        draw.ellipse((x + s * 0.4 * r - 3, y - 3, x + s * 0.4 * r + 3, y + 3), fill=(20, 20, 20))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2)))


def _radiograph(rng: np.random.Generator, size: int) -> Image.Image:
    """A projection like a chest film: bright middle, dark lungs, ribs across, no section."""
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    field = 190 - 120 * np.exp(-(((np.abs(x) - 0.2) / 0.12) ** 2) - ((y + 0.02) / 0.3) ** 2)
    wave = np.sin((y * rng.uniform(16, 24) + np.abs(x) * rng.uniform(2, 6)) * math.pi)
    field += 14 * wave * (np.abs(x) > 0.06) * (np.abs(x) < 0.38)
    field += 40 * np.exp(-((x / 0.05) ** 2)) + 50 * (y > 0.3) + rng.normal(0, 5, field.shape)
    gray = np.clip(field, 0, 255).astype(np.uint8)
    return Image.fromarray(gray).filter(ImageFilter.GaussianBlur(1.2)).convert("RGB")
