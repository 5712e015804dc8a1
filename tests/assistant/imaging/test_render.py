import hashlib
from dataclasses import replace

import numpy as np
import pytest

from assistant.errors import AssistantError
from assistant.imaging.render import MAX_SIDE, render
from assistant.imaging.slice import Slice, SliceRef
from assistant.imaging.voi import Lut
from assistant.imaging.window import Window

RAMP = np.arange(-1024, 1024, 8, dtype=np.int16).reshape(16, 16)
CT = Slice(hu=RAMP, source="dicom", modality="CT", series_uid="s", frame=2)


def test_pixels_window_and_reference() -> None:
    picture = render(CT, Window(40, 80), index=7)
    assert picture.pixels.shape == (16, 16, 3)
    assert picture.pixels.dtype == np.uint8
    assert np.array_equal(picture.pixels[..., 0], picture.pixels[..., 2])
    assert picture.window == Window(40, 80)
    assert picture.slice_ref == SliceRef("s", 7, 2)
    at = np.argwhere(RAMP == 40)[0]
    assert picture.pixels[at[0], at[1]].tolist() == [129] * 3  # worked by hand in test_voi


@pytest.mark.parametrize(
    ("window", "name"),
    [
        ("脑", "脑 C40/W80"),
        ("lung", "肺 C-600/W1500"),
        ("100/300", "C100/W300"),
        (Window(100, 300), "C100/W300"),
        ("auto", "自动：骨 C400/W1800"),
        ("DICOM 默认", "文件未给窗，自动：骨 C400/W1800"),
    ],
)
def test_names(window: str | Window, name: str) -> None:
    assert render(CT, window).window_name == name


def test_auto_is_the_files_own_window() -> None:
    own = replace(CT, file_windows=(Window(300, 600), Window(40, 80)))
    picture = render(own)
    assert picture.window_name == "自动：DICOM 默认 C300/W600"
    assert picture.window == Window(300, 600)
    assert picture.sha256 == render(own, "DICOM 默认").sha256 == render(CT, "CTA").sha256


def test_a_window_that_shows_nothing_is_passed_over() -> None:
    own = replace(CT, file_windows=(Window(30000, 100), Window(40, 80)))
    assert render(own).window == Window(40, 80)
    assert (
        render(replace(CT, file_windows=(Window(30000, 100),))).window_name == "自动：骨 C400/W1800"
    )


def test_a_window_chosen_by_content_is_that_of_the_guide() -> None:
    soft = replace(CT, hu=np.full_like(RAMP, 40))
    assert render(soft).window_name == "自动：腹部 C50/W400"
    assert render(soft, guide=CT).window == render(CT).window
    assert render(soft, "DICOM 默认", guide=CT).window == render(CT).window
    assert render(soft, "脑", guide=CT).window == Window(40, 80)
    own = replace(soft, file_windows=(Window(35, 90),))
    assert render(own, guide=CT).window == Window(35, 90)
    photo = Slice(gray=np.zeros((4, 4), np.uint8))
    assert render(soft, guide=photo).window_name == "自动：腹部 C50/W400"


def test_the_files_function_and_table() -> None:
    curved = replace(CT, file_windows=(Window(40, 80),), file_function="SIGMOID")
    assert render(curved).window_name.endswith("C40/W80 SIGMOID")
    assert render(curved).sha256 != render(curved, "40/80").sha256
    table = np.arange(256, dtype=np.uint8)[::-1].copy()
    tabled = replace(CT, file_lut=Lut(-100, table))
    picture = render(tabled)
    assert picture.window is None
    assert picture.window_name == "自动：DICOM 默认 VOI LUT"
    assert picture.pixels[0, 0].tolist() == [255] * 3
    assert picture.pixels[-1, -1].tolist() == [0] * 3


def test_monochrome1_is_inverted() -> None:
    turned = render(replace(CT, inverted=True), "脑").pixels
    assert np.array_equal(turned, 255 - render(CT, "脑").pixels)


@pytest.mark.parametrize("inverted", [False, True])
def test_padding_is_black(inverted: bool) -> None:
    padding = np.zeros((16, 16), bool)
    padding[:3] = True
    picture = render(replace(CT, padding=padding, inverted=inverted), Window(-900, 2000))
    assert not picture.pixels[:3].any()
    assert picture.pixels[3:].any()


def test_the_patients_right_is_on_the_left() -> None:
    mirrored = replace(CT, hu=RAMP[:, ::-1].copy(), orientation=(-1.0, 0, 0, 0, 1.0, 0))
    straight = replace(CT, orientation=(1.0, 0, 0, 0, 1.0, 0))
    assert render(mirrored).sha256 == render(straight).sha256
    lying = replace(CT, hu=RAMP.T.copy(), orientation=(0, 1.0, 0, 1.0, 0, 0))
    assert render(lying).sha256 == render(straight).sha256


@pytest.mark.parametrize(
    ("aspect", "shape"),
    [(2.0, (32, 16, 3)), (0.5, (16, 32, 3)), (1.0, (16, 16, 3)), (50.0, (16, 16, 3))],
)
def test_pixels_become_square(aspect: float, shape: tuple[int, int, int]) -> None:
    assert render(replace(CT, pixel_aspect=aspect)).pixels.shape == shape


def test_pixels_become_square_after_turning() -> None:
    lying = replace(CT, orientation=(0, 1.0, 0, 1.0, 0, 0), pixel_aspect=2.0)
    assert render(lying).pixels.shape == (16, 32, 3)


def test_a_circle_stays_round() -> None:
    rows, columns = np.mgrid[:50, :100]
    disc = np.hypot((rows - 24.5) * 2, columns - 49.5) < 40
    flat = Slice(gray=np.where(disc, 255, 0).astype(np.uint8), pixel_aspect=2.0)
    shown = render(flat).pixels[..., 0] > 127
    height, width = np.ptp(np.argwhere(shown), axis=0) + 1
    assert abs(int(height) - int(width)) <= 2


def test_large_pictures_are_reduced() -> None:
    wide = Slice(gray=np.zeros((1000, 3000, 3), np.uint8))
    assert render(wide).pixels.shape == (round(MAX_SIDE / 3), MAX_SIDE, 3)
    assert render(Slice(gray=np.zeros((1, 9000), np.uint8))).pixels.shape == (1, MAX_SIDE, 3)


@pytest.mark.parametrize("window", ["auto", "肺", Window(1, 1)])
def test_a_picture_without_hu_is_shown_as_it_is(window: str | Window) -> None:
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4)
    picture = render(Slice(gray=gray), window)
    assert picture.window is None
    assert picture.window_name == "原图"
    assert np.array_equal(picture.pixels[..., 1], gray)
    color = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)
    assert np.array_equal(render(Slice(gray=color), window).pixels, color)


def test_digest_covers_shape_and_pixels() -> None:
    picture = render(CT, "肺")
    content = b"16x16x3:" + picture.pixels.tobytes()
    assert picture.sha256 == hashlib.sha256(content).hexdigest()
    assert picture.sha256 == render(CT, "肺", index=3).sha256
    assert picture.sha256 != render(CT, "脑").sha256
    line = Slice(gray=np.zeros((1, 4), np.uint8)), Slice(gray=np.zeros((4, 1), np.uint8))
    assert render(line[0]).sha256 != render(line[1]).sha256


def test_what_was_shown_cannot_be_changed_and_the_slice_stays_whole() -> None:
    before = RAMP.copy()
    picture = render(replace(CT, padding=RAMP < -900))
    with pytest.raises(ValueError, match="read-only"):
        picture.pixels[0] = 1
    gray = np.zeros((4, 4, 3), np.uint8)
    render(Slice(gray=gray))
    gray[0] = 1
    assert np.array_equal(RAMP, before)


def test_float_and_int_hu_look_the_same() -> None:
    assert render(replace(CT, hu=RAMP.astype(np.float32)), "肺").sha256 == render(CT, "肺").sha256


@pytest.mark.parametrize(("window", "code"), [("胸", "USE-111"), (Window(0, 0.2), "USE-112")])
def test_refused(window: str | Window, code: str) -> None:
    with pytest.raises(AssistantError, match=code):
        render(CT, window)


def test_a_slice_of_nothing() -> None:
    with pytest.raises(ValueError, match="either"):
        render(Slice())
