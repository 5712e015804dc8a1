import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from assistant.errors import AssistantError
from assistant.imaging.series import sort_series
from assistant.imaging.slice import Slice
from assistant.imaging.window import Window
from assistant.ui.study import Study, View, first_view, open_study
from tests.assistant.imaging.test_content import abdomen, chest
from tests.assistant.imaging.test_content import head as skull


def bundled(name: str) -> bytes:
    path = get_testdata_file(name, download=False)
    assert isinstance(path, str)
    return Path(path).read_bytes()


def test_a_slice_is_shown_through_the_window_asked_for(ct: bytes) -> None:
    view = first_view(open_study([ct]), "肺")
    assert view.image.pixels.shape == (128, 128, 3)
    assert view.image.window_name.startswith("肺")
    assert view.place == ""


def test_another_window_gives_another_picture_of_the_same_slice(ct: bytes) -> None:
    lung = first_view(open_study([ct]), "肺")
    bone = lung.through("骨")
    assert bone.slice_ is lung.slice_
    assert bone.image.sha256 != lung.image.sha256


def slice_of(hu: np.ndarray, position: float, series: str = "s", **how: object) -> Slice:
    """A slice of a series whose files give no window, unless told otherwise."""
    return Slice(hu=hu, source="dicom", series_uid=series, position_mm=position, **how)  # type: ignore[arg-type]


def test_the_automatic_window_stays_from_slice_to_slice_of_a_series() -> None:
    trunk = [abdomen(), abdomen(), chest(), chest(), chest()]
    slices = [slice_of(hu, 5.0 * place) for place, hu in enumerate(trunk)]
    other = [slice_of(skull(), 0, "t"), slice_of(skull(), 5, "t")]
    view = first_view(Study(sort_series([*slices, *other]), {}), "auto")
    shown = [view.at(place).image.window_name for place in range(5)]
    assert shown == ["自动：肺 C-600/W1500"] * 5
    assert view.of_series(1).image.window_name == "自动：脑 C40/W80"
    alone = first_view(Study(sort_series(slices[:1]), {}), "auto")
    assert alone.image.window_name == "自动：腹部 C50/W400"


def test_windows_that_the_files_give_are_each_slices_own() -> None:
    slices = [
        slice_of(skull(), 5.0 * place, file_windows=(Window(40, width),))
        for place, width in enumerate((80, 120))
    ]
    view = first_view(Study(sort_series(slices), {}), "auto")
    assert [view.at(place).image.window for place in range(2)] == [Window(40, 80), Window(40, 120)]


def test_files_that_cannot_be_read_are_counted_in_a_notice(ct: bytes) -> None:
    view = first_view(open_study([b"not a picture", ct, b"neither"]), "auto")
    assert view.image.pixels.size
    assert view.notices[0].message.startswith("2 个文件未能读取")


def test_when_nothing_can_be_read_the_first_refusal_is_raised() -> None:
    with pytest.raises(AssistantError) as refused:
        open_study([b"not a picture"])
    assert refused.value.code.startswith("IMG-")


def test_files_of_different_series_stay_apart(ct: bytes, head: bytes) -> None:
    study = open_study([ct, head])
    assert len(study.series) == 2
    view = first_view(study, "auto")
    assert not np.array_equal(view.image.pixels, view.of_series(1).image.pixels)
    assert view.of_series(99).series == 1


def picture(gray: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (8, 8), gray).save(out, "PNG")
    return out.getvalue()


def test_pictures_are_leafed_through_as_given_after_the_series(ct: bytes) -> None:
    study = open_study([picture(10), ct, b"no picture", picture(20), picture(30)])
    assert [len(found.slices) for found in study.series] == [1, 3]
    assert first_view(study, "auto").slice_.source == "dicom"
    view = View(study).of_series(1)
    assert [int(view.at(i).image.pixels[0, 0, 0]) for i in range(3)] == [10, 20, 30]
    assert (view.place, view.at(2).place) == ("第 1/3 幅", "第 3/3 幅")


def test_frames_of_a_file_are_read_when_wanted() -> None:
    view = first_view(open_study([bundled("SC_rgb_rle_2frame.dcm")]), "auto")
    first, second = view.at_frame(0), view.at_frame(1)
    assert (first.slice_.frame, second.slice_.frame) == (0, 1)
    assert second.place == "第 2/2 帧"
    assert first.image.sha256 != second.image.sha256
    assert view.at_frame(99).slice_.frame == 1


def test_slices_beyond_the_ends_are_the_ends(ct: bytes) -> None:
    view = first_view(open_study([ct]), "auto")
    assert view.at(-5).index == view.at(5).index == 0


def test_every_opening_is_another_study(ct: bytes) -> None:
    assert open_study([ct]).key != open_study([ct]).key
