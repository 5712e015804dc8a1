from collections.abc import Callable

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from assistant.imaging import values
from assistant.imaging.functional import FrameView
from assistant.imaging.layout import read_layout
from assistant.imaging.window import Window

CTMaker = Callable[..., Dataset]
STORED = np.array([[0, 1024], [2000, 4095]], np.uint16)


def lut_sequence(first: int, table: list[int], bits: int, **more: object) -> Sequence:
    item = Dataset()
    item.LUTDescriptor = [len(table) % 65536, first, bits]
    item.LUTData = table
    for keyword, value in more.items():
        setattr(item, keyword, value)
    return Sequence([item])


def test_whole_numbers_stay_int16(make_ct: CTMaker) -> None:
    hu = values.modality_values(FrameView(make_ct(STORED), 0), STORED)
    assert hu.dtype == np.int16
    assert hu.tolist() == [[-1024, 0], [976, 3071]]


@pytest.mark.parametrize(
    ("slope", "intercept", "expected"),
    [("0.5", "-1000", -488.0), ("2", "0.25", 2048.25), ("40", "0", 40960.0)],
)
def test_what_int16_cannot_hold_is_float32(
    make_ct: CTMaker, slope: str, intercept: str, expected: float
) -> None:
    ds = make_ct(STORED, RescaleSlope=slope, RescaleIntercept=intercept)
    hu = values.modality_values(FrameView(ds, 0), STORED)
    assert hu.dtype == np.float32
    assert hu[0, 1] == expected


def test_modality_lut(make_ct: CTMaker) -> None:
    ds = make_ct(STORED, RescaleSlope=None, RescaleIntercept=None)
    ds.ModalityLUTSequence = lut_sequence(1024, [10, 20, 30], 16, ModalityLUTType="HU")
    view = FrameView(ds, 0)
    assert values.unit_of(view) == "HU"
    assert values.modality_values(view, STORED).tolist() == [[10, 10], [30, 30]]


@pytest.mark.parametrize(
    ("attributes", "unit"),
    [
        ({}, "HU"),
        ({"RescaleType": "HU"}, "HU"),
        ({"RescaleType": "US"}, "unspecified"),
        ({"BitsStored": 8, "RescaleIntercept": 0}, "unspecified"),
        ({"RescaleType": "Z_EFF"}, "other"),
        ({"RescaleIntercept": None}, "missing"),
        ({"RescaleSlope": None}, "missing"),
        ({"RescaleSlope": "0"}, "missing"),
    ],
)
def test_unit(make_ct: CTMaker, attributes: dict, unit: str) -> None:
    assert values.unit_of(FrameView(make_ct(STORED, **attributes), 0)) == unit


@pytest.mark.parametrize(
    ("dtype", "padding", "limit", "expected"),
    [
        (np.int16, -2000, None, [True, False, False, False]),
        (np.int16, -2000, -1000, [True, True, False, False]),
        (np.int16, -1000, -2000, [True, True, False, False]),
        (np.int16, 5, None, None),
        (np.int16, None, None, None),
        (np.uint16, 63536, None, [True, False, False, False]),
    ],
)
def test_padding(
    make_ct: CTMaker, dtype: type, padding: int | None, limit: int | None, expected: list | None
) -> None:
    stored = np.array([[-2000, -1500, 0, 7]], np.int16).astype(dtype)
    ds = make_ct(stored)
    if padding is not None:
        ds.add_new("PixelPaddingValue", "SS" if padding < 0 else "US", padding)
    if limit is not None:
        ds.add_new("PixelPaddingRangeLimit", "SS", limit)
    mask = values.padding_mask(ds, read_layout(ds), stored)
    assert (None if mask is None else mask[0].tolist()) == expected


def test_padding_written_with_the_other_sign(make_ct: CTMaker) -> None:
    stored = np.array([[-2000, 0]], np.int16)
    ds = make_ct(stored)
    ds.add_new("PixelPaddingValue", "US", 63536)  # -2000 as an unsigned number
    mask = values.padding_mask(ds, read_layout(ds), stored)
    assert mask is not None
    assert mask.tolist() == [[True, False]]


def test_windows_in_order_without_the_impossible(make_ct: CTMaker) -> None:
    ds = make_ct(STORED, WindowCenter=[40, 0, -600], WindowWidth=[80, 0, 1500])
    windows, function = values.file_windows(FrameView(ds, 0))
    assert windows == (Window(40, 80), Window(-600, 1500))
    assert function == "LINEAR"
    ds.VOILUTFunction = "SIGMOID"
    assert values.file_windows(FrameView(ds, 0))[1] == "SIGMOID"
    assert values.file_windows(FrameView(make_ct(STORED), 0))[0] == ()


def test_voi_lut(make_ct: CTMaker) -> None:
    ds = make_ct(STORED, VOILUTSequence=lut_sequence(-1024, [0, 2048, 4095], 12))
    ds.set_original_encoding(False, True)
    lut = values.file_lut(FrameView(ds, 0), np.array([[-1024, 0]], np.int16))
    assert lut is not None
    assert lut.first == -1024
    assert lut.table.tolist() == [0, 128, 255]


@pytest.mark.parametrize("packed", [np.array([0, 128, 255], "u1"), np.array([0, 128, 255], "<u2")])
def test_voi_lut_as_bytes(make_ct: CTMaker, packed: np.ndarray) -> None:
    ds = make_ct(STORED, VOILUTSequence=lut_sequence(5, [0, 0, 0], 8))
    ds.set_original_encoding(False, True)
    ds.VOILUTSequence[0].add_new("LUTData", "OW", packed.tobytes())
    lut = values.file_lut(FrameView(ds, 0), STORED)
    assert lut is not None
    assert lut.table.tolist() == [0, 128, 255]


def test_a_voi_lut_shorter_than_it_says_is_ignored(make_ct: CTMaker) -> None:
    ds = make_ct(STORED, VOILUTSequence=lut_sequence(5, [0, 1, 2], 8))
    ds.VOILUTSequence[0].LUTDescriptor = [9, 5, 8]
    ds.set_original_encoding(False, True)
    assert values.file_lut(FrameView(ds, 0), STORED) is None


def test_gray_of_its_own_window_lut_or_range(make_ct: CTMaker) -> None:
    level = np.linspace(0, 1000, 1001, dtype=np.float32).reshape(7, 143)
    plain = make_ct(STORED)
    plain.set_original_encoding(False, True)
    stretched = values.to_gray(level, FrameView(plain, 0), None, inverted=False)
    assert (stretched.min(), stretched.max()) == (0, 255)
    assert values.to_gray(level, FrameView(plain, 0), None, inverted=True).max() == 255
    window = FrameView(make_ct(STORED, WindowCenter=500, WindowWidth=2), 0)
    assert set(np.unique(values.to_gray(level, window, None, inverted=False))) <= {0, 255}


def test_gray_padding_is_black_either_way(make_ct: CTMaker) -> None:
    mask = np.array([[True, False, False]])
    level = np.array([[-9999, 0, 100]], np.int16)
    for inverted in (False, True):
        gray = values.to_gray(level, FrameView(make_ct(STORED), 0), mask, inverted)
        assert gray[0, 0] == 0
        assert sorted(gray[0, 1:]) == [0, 255]


def test_a_flat_picture_does_not_divide_by_zero(make_ct: CTMaker) -> None:
    flat = np.full((4, 4), 7, np.int16)
    assert (
        values.to_gray(flat, FrameView(make_ct(STORED), 0), None, False).tolist() == [[0] * 4] * 4
    )
