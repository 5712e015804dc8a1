import pytest
from PIL import Image, ImageDraw
from pydicom.data import get_testdata_file

from tests.trainer.medtrinity_rows import Maker, encode
from trainer.data.corpus.boxes import has_box
from trainer.data.corpus.picture import read_picture


def seen(data: bytes) -> bool:
    picture = read_picture(data)
    return has_box(picture.grey, picture.chroma)


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (255, 255, 0), (0, 80, 255)])
def test_a_coloured_box_is_seen_after_compression(colour: tuple[int, int, int], width: int) -> None:
    for seed in range(5):
        assert seen(encode(Maker(seed).boxed(colour, width), quality=80))


def test_most_white_boxes_are_seen() -> None:
    found = 0
    for seed in range(20):
        picture = Maker(seed).slice()
        ImageDraw.Draw(picture).rectangle((30, 34, 92, 88), outline=255, width=2)
        found += seen(encode(picture))
    assert found >= 16


@pytest.mark.parametrize("noise", [0, 6, 15, 40])
def test_plain_slices_have_none(noise: float) -> None:
    assert not any(seen(encode(Maker(seed).slice(noise=noise))) for seed in range(15))


def test_real_slices_have_none() -> None:
    for name in ("CT_small.dcm", "J2K_pixelrep_mismatch.dcm"):
        with open(get_testdata_file(name), "rb") as file:  # noqa: PTH123
            assert not seen(file.read())


def test_a_frame_round_everything_is_none() -> None:
    picture = Maker().slice().convert("RGB")
    ImageDraw.Draw(picture).rectangle((0, 0, 127, 127), outline=(255, 0, 0))
    assert not seen(encode(picture))


def test_tiny_pictures_do_not_break_it() -> None:
    for size in ((1, 1), (3, 200), (200, 3), (9, 9)):
        assert not has_box(Image.new("L", size), None)
