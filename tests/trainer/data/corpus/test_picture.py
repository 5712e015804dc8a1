from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from assistant.imaging.intake import read_slice
from assistant.imaging.render import render
from tests.trainer.medtrinity_rows import Maker, encode
from trainer.data.corpus.jpeg import without_metadata
from trainer.data.corpus.picture import UnreadableError, read_picture


def test_a_jpeg_is_passed_on_as_it_is_without_its_metadata() -> None:
    exif = Image.Exif()
    exif[0x010E] = "somebody's name"
    for picture in (Maker().slice(), Maker().boxed()):
        data = encode(picture, exif=exif, comment=b"somebody") + b"somebody behind the end"
        written = read_picture(data).jpeg(92)
        assert b"somebody" not in written
        assert Image.open(BytesIO(written)).tobytes() == Image.open(BytesIO(data)).tobytes()


def test_a_turned_jpeg_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(Maker().slice().crop((0, 0, 128, 80)), exif=exif)
    picture = read_picture(data)
    assert picture.grey.size == (80, 128)
    assert Image.open(BytesIO(picture.jpeg(92))).size == (80, 128)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "I;16", "1"])
def test_every_mode_becomes_a_jpeg(mode: str) -> None:
    source = Maker().slice()
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(source, np.uint16) * 16)
    else:
        picture = source.convert(mode)
    decoded = read_picture(encode(picture, "PNG"))
    assert decoded.chroma is None
    assert Image.open(BytesIO(decoded.jpeg(92))).mode == "L"


def shown(data: bytes) -> np.ndarray:
    return render(read_slice(data), "auto").pixels[..., 0]


@pytest.mark.parametrize("brightest", [200, 1114, 4024, 9000, 65535])
def test_deep_gray_is_trained_as_the_page_shows_it(brightest: int) -> None:
    values = np.linspace(0, brightest, 64 * 64).reshape(64, 64)
    data = encode(Image.fromarray(values.astype(np.uint16)), "PNG")
    assert np.array_equal(np.asarray(read_picture(data).grey), shown(data))


def test_a_bright_clip_does_not_darken_the_tissue_beside_it() -> None:
    tissue = np.full((64, 64), 1074, np.uint16)
    tissue[0, 0] = 2048
    clip = tissue.copy()
    clip[5, 5] = 4024
    one, other = (
        np.asarray(read_picture(encode(Image.fromarray(deep), "PNG")).grey)
        for deep in (tissue, clip)
    )
    assert one[9, 9] == other[9, 9] == 67


@pytest.mark.parametrize("depth", [np.uint16, np.int32])
def test_a_deep_tiff_is_read_as_the_same_png(depth: type[np.generic]) -> None:
    values = np.arange(4096).reshape(64, 64)
    png = read_picture(encode(Image.fromarray(values.astype(np.uint16)), "PNG"))
    tiff = read_picture(encode(Image.fromarray(values.astype(depth)), "TIFF"))
    assert png.key() == tiff.key()


def test_float_gray_is_refused() -> None:
    data = encode(Image.fromarray(np.zeros((64, 64), np.float32)), "TIFF")
    with pytest.raises(UnreadableError, match="浮点"):
        read_picture(data)


def test_content_decides_the_key_not_the_file() -> None:
    picture = Maker().slice()
    one, other = (read_picture(encode(picture, kind)) for kind in ("PNG", "BMP"))
    assert one.key() == other.key()
    assert one.key() != read_picture(encode(Maker(1).slice(), "PNG")).key()


def test_dicom_is_rendered_though_its_preamble_says_tiff() -> None:
    with open(get_testdata_file("CT_small.dcm"), "rb") as file:  # noqa: PTH123
        data = file.read()
    assert read_picture(data).modality == "CT"
    assert read_picture(b"II*\0" + data[4:]).modality == "CT"


@pytest.mark.parametrize(
    "data", [b"", b"text", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n" + b"0" * 50]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_picture(data)


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.95])
def test_a_truncated_jpeg_is_refused(cut: float) -> None:
    data = encode(Maker().slice())
    with pytest.raises(UnreadableError):
        read_picture(data[: int(len(data) * cut)])


def test_a_jpeg_of_odd_build_is_not_passed_on() -> None:
    data = encode(Maker().slice())
    assert without_metadata(data[:2] + b"\xff\xe1\x00\x01" + data[2:]) is None
    assert without_metadata(b"no jpeg") is None


def test_most_pictures_that_look_alike_share_their_look() -> None:
    same, looks = 0, set()
    for seed in range(30):
        picture = Maker(seed).slice()
        one, other = (read_picture(encode(picture, quality=quality)).look() for quality in (95, 85))
        same += one == other
        looks.add(one)
    assert same >= 20
    assert len(looks) >= 29


def test_a_dicom_file_is_known_in_every_window() -> None:
    path = get_testdata_file("CT_small.dcm")
    data = Path(path).read_bytes()
    lung, soft = (read_picture(data, window) for window in ("-600/1500", "50/350"))
    assert lung.key() != soft.key()
    assert lung.identity == soft.identity != b""
    other = pydicom.dcmread(path)
    pixels = other.pixel_array.copy()
    pixels[20, 20] += 1
    other.PixelData = pixels.tobytes()
    out = BytesIO()
    other.save_as(out)
    assert read_picture(out.getvalue()).identity != lung.identity
    assert read_picture(encode(Maker().slice())).identity == b""
