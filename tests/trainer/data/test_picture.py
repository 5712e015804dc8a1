import io

import numpy as np
from PIL import Image

from trainer.data.picture import to_jpeg

GRAY = np.repeat(np.linspace(0, 255, 128).astype(np.uint8)[None, :, None], 128, axis=0).repeat(
    3, axis=2
)


def decode(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_plain_picture_is_nearly_the_screen():
    image = decode(to_jpeg(GRAY, np.random.default_rng(0), plain=True))
    assert image.format == "JPEG"
    assert np.abs(np.asarray(image).astype(int) - GRAY.astype(int)).max() <= 6


def test_some_pictures_have_another_size_but_most_have_not():
    sizes = [decode(to_jpeg(GRAY, np.random.default_rng(seed))).size for seed in range(80)]
    same = sum(size == (128, 128) for size in sizes)
    assert 50 < same < 80
    assert all(100 <= side <= 700 for size in sizes for side in size)


def test_a_picture_carries_no_metadata():
    image = decode(to_jpeg(GRAY, np.random.default_rng(1)))
    assert not image.getexif()
