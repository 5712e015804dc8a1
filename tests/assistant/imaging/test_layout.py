from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from assistant.errors import AssistantError
from assistant.imaging.layout import read_layout

CTMaker = Callable[..., Dataset]


def test_a_plain_slice(make_ct: CTMaker) -> None:
    layout = read_layout(make_ct(np.zeros((4, 6), np.int16)))
    assert (layout.rows, layout.columns, layout.frames, layout.samples) == (4, 6, 1, 1)
    assert layout.signed
    assert layout.low_bits == 0
    assert layout.frame_bits == 4 * 6 * 16


def test_what_may_be_missing(make_ct: CTMaker) -> None:
    missing = dict.fromkeys(["BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel"])
    layout = read_layout(make_ct(np.zeros((4, 6), np.int16), **missing))
    assert (layout.bits_stored, layout.signed, layout.samples) == (16, None, 1)


def test_high_bit_of_old_files(make_ct: CTMaker) -> None:
    layout = read_layout(make_ct(np.zeros((4, 6), np.uint16), BitsStored=12, HighBit=15))
    assert layout.low_bits == 4


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"Rows": None}, "IMG-111"),
        ({"Columns": 0}, "IMG-111"),
        ({"BitsAllocated": 12}, "IMG-111"),
        ({"BitsStored": 17}, "IMG-111"),
        ({"PhotometricInterpretation": None}, "IMG-111"),
        ({"PhotometricInterpretation": "CMYK"}, "IMG-111"),
        ({"SamplesPerPixel": 3}, "IMG-111"),
        ({"Rows": 60000, "Columns": 60000}, "IMG-105"),
        ({"NumberOfFrames": "2000000000"}, "IMG-105"),
    ],
)
def test_refused(make_ct: CTMaker, attributes: dict[str, Any], code: str) -> None:
    with pytest.raises(AssistantError, match=code):
        read_layout(make_ct(np.zeros((4, 6), np.int16), **attributes))
