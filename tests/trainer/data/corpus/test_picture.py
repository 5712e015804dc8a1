from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

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
