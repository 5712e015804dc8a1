import zlib
from io import BytesIO
from struct import pack
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assistant.errors import AssistantError
from assistant.imaging import intake

RAMP = np.arange(0, 240, 2, dtype=np.uint8).reshape(8, 15)


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def read(content: bytes) -> np.ndarray:
    gray = intake.read_slice(content).gray
    assert gray is not None
    return gray


def test_gray_png() -> None:
    slice_ = intake.read_slice(saved(Image.fromarray(RAMP)))
    assert np.array_equal(slice_.gray, RAMP)
    assert (slice_.source, slice_.modality, slice_.series_uid) == ("picture", "", "")
    assert slice_.hu is None
    assert [notice.code for notice in slice_.notices] == ["IMG-201"]


def test_color_png() -> None:
    color = np.stack([RAMP, RAMP // 2, 255 - RAMP], axis=2)
    assert np.array_equal(read(saved(Image.fromarray(color))), color)


def test_jpg() -> None:
    gray = read(saved(Image.fromarray(np.full((16, 16), 77, np.uint8)), "JPEG", quality=95))
    assert gray.shape == (16, 16)
    assert abs(int(gray.mean()) - 77) <= 1


def test_cmyk_jpg_becomes_rgb() -> None:
    gray = read(saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert gray.shape == (8, 8, 3)
    assert gray[0, 0, 0] > 200 > 60 > gray[0, 0, 1]


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_lies_on_black(mode: str) -> None:
    picture = Image.new(mode, (4, 4), (200,) * (len(mode) - 1) + (0,))
    picture.putpixel((0, 0), (200,) * (len(mode) - 1) + (255,))
    gray = read(saved(picture))
    assert gray[0, 0].tolist() == [200, 200, 200]
    assert gray[1, 1].tolist() == [0, 0, 0]


def test_palette_png() -> None:
    picture = Image.new("P", (2, 1))
    picture.putpalette([10, 20, 30, 200, 150, 100])
    picture.putpixel((1, 0), 1)
    assert read(saved(picture)).tolist() == [[[10, 20, 30], [200, 150, 100]]]


def test_one_bit_png() -> None:
    assert set(np.unique(read(saved(Image.fromarray(RAMP > 100))))) == {0, 255}


@pytest.mark.parametrize(("brightest", "bits"), [(4095, 12), (65535, 16), (255, 8)])
def test_deep_png_uses_its_bit_depth(brightest: int, bits: int) -> None:
    deep = np.array([[0, brightest // 3, brightest]], np.uint16)
    slice_ = intake.read_slice(saved(Image.fromarray(deep)))
    assert slice_.gray is not None
    assert slice_.gray.tolist() == [[0, 85, 255]]
    assert f"{bits} 位" in slice_.notices[1].message


def test_deep_colour_is_said_to_be_cut() -> None:
    """A PNG of 16 bits and three channels, which Pillow reads but does not write."""
    row = b"\0" + np.full((4, 3), 0x0FFF, ">u2").tobytes()
    chunks = [(b"IHDR", pack(">IIBBBBB", 4, 2, 16, 2, 0, 0, 0)), (b"IDAT", zlib.compress(row * 2))]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))
        for name, data in [*chunks, (b"IEND", b"")]
    )
    slice_ = intake.read_slice(content)
    assert [notice.code for notice in slice_.notices] == ["IMG-201", "IMG-219"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_exif_orientation(kind: str) -> None:
    wide = np.zeros((16, 32), np.uint8)
    wide[:, :16] = 250  # bright left half
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to view
    gray = read(saved(Image.fromarray(wide), kind, exif=exif))
    assert gray.shape == (32, 16)
    assert gray[:12].mean() > 200 > 50 > gray[-12:].mean()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_truncated(kind: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64), np.uint8)
    content = saved(Image.fromarray(noise), kind)
    with pytest.raises(AssistantError, match="IMG-114"):
        intake.read_slice(content[: int(len(content) * share)])


def test_a_header_and_nothing_else() -> None:
    for content in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"):
        with pytest.raises(AssistantError, match="IMG-114"):
            intake.read_slice(content)


@pytest.mark.parametrize("side", [9000, 20000, 60000])
def test_a_bomb_is_refused_by_its_header(side: int) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))

    header = pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0"))
    with pytest.raises(AssistantError, match="IMG-105"):
        intake.read_slice(content)


def test_the_name_says_nothing(tmp_path: Any) -> None:
    file = tmp_path / "scan.dcm"
    file.write_bytes(saved(Image.fromarray(RAMP)))
    assert intake.read_slice(file).source == "picture"
