from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from assistant.errors import AssistantError
from assistant.imaging import dicom
from assistant.imaging.render import render
from assistant.imaging.slice import Slice
from assistant.imaging.window import Window

CTMaker = Callable[..., Dataset]
Read = Callable[..., Slice]
STORED = np.arange(12, dtype=np.int16).reshape(3, 4) * 100


def codes(slice_: Slice) -> list[str]:
    return [notice.code.removeprefix("IMG-") for notice in slice_.notices]


def test_a_ct_slice(make_ct: CTMaker, read: Read) -> None:
    slice_ = read(make_ct(STORED, WindowCenter=[40, -600], WindowWidth=[400, 1500]))
    assert slice_.hu is not None
    assert slice_.hu.tolist() == (STORED - 1024).tolist()
    assert slice_.gray is None
    assert (slice_.source, slice_.modality) == ("dicom", "CT")
    assert slice_.spacing_mm == (0.5, 0.5)
    assert slice_.orientation == (1, 0, 0, 0, 1, 0)
    assert slice_.position_mm == 10
    assert slice_.file_windows == (Window(40, 400), Window(-600, 1500))
    assert (slice_.frame, slice_.frames) == (0, 1)
    assert len(slice_.series_uid) == 32
    assert slice_.notices == ()


def test_a_sign_that_is_not_told_is_never_guessed(make_ct: CTMaker, read: Read) -> None:
    plain = read(make_ct(STORED.astype(np.uint16), PixelRepresentation=None))
    assert plain.hu is not None
    assert plain.hu.tolist() == (STORED - 1024).tolist()
    with pytest.raises(AssistantError) as caught:
        read(make_ct(STORED - 50, PixelRepresentation=None))
    assert caught.value.code == "IMG-111"


def test_position_runs_along_the_normal(make_ct: CTMaker, read: Read) -> None:
    tilted = make_ct(
        STORED, ImageOrientationPatient=[1, 0, 0, 0, 0.8, -0.6], ImagePositionPatient=[7, 3, 10]
    )
    assert read(tilted).position_mm == pytest.approx(0.6 * 3 + 0.8 * 10)


def test_padding_is_at_most_minus_1024(make_ct: CTMaker, read: Read) -> None:
    ds = make_ct(STORED, RescaleIntercept="0")
    ds.add_new("PixelPaddingValue", "SS", 300)
    slice_ = read(ds)
    assert slice_.hu is not None
    assert slice_.padding is not None
    assert slice_.padding.tolist() == (STORED == 300).tolist()
    assert slice_.hu[slice_.padding].tolist() == [-1024]
    assert slice_.hu[0, 1] == 100


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"BurnedInAnnotation": "YES"}, ["202"]),
        ({"BurnedInAnnotation": "NO"}, []),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, ["205"]),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, ["203", "206"]),
        ({"ImageType": ["DERIVED", "PRIMARY", "MPR"]}, ["203", "207"]),
        ({"ImageType": ["DERIVED", "PRIMARY"], "BurnedInAnnotation": "NO"}, ["207"]),
        ({"ImageType": None}, []),
        ({"LossyImageCompression": "01"}, ["208"]),
        ({"LossyImageCompression": "00"}, []),
        ({"ImageOrientationPatient": None}, ["214"]),
        ({"ImageOrientationPatient": [-1, 0, 0, 0, 1, 0]}, ["215"]),
        ({"RescaleType": "US"}, ["212"]),
        ({"PhotometricInterpretation": "MONOCHROME1"}, ["213"]),
    ],
)
def test_notices_of_a_ct(
    make_ct: CTMaker, read: Read, attributes: dict[str, Any], expected: list[str]
) -> None:
    slice_ = read(make_ct(STORED, **attributes))
    assert slice_.hu is not None
    assert codes(slice_) == expected


@pytest.mark.parametrize(
    ("attributes", "code"),
    [({"RescaleIntercept": None}, "210"), ({"RescaleType": "MGML"}, "211")],
)
def test_a_ct_without_hu_is_gray(
    make_ct: CTMaker, read: Read, attributes: dict[str, Any], code: str
) -> None:
    slice_ = read(make_ct(STORED, **attributes))
    assert slice_.hu is None
    assert slice_.gray is not None
    assert (slice_.gray.min(), slice_.gray.max()) == (0, 255)
    assert code in codes(slice_)


@pytest.mark.parametrize("modality", ["MR", "US", "CR", None])
def test_what_is_not_ct_is_gray_and_says_so(
    make_ct: CTMaker, read: Read, modality: str | None
) -> None:
    slice_ = read(make_ct(STORED, Modality=modality))
    assert slice_.hu is None
    assert slice_.modality == (modality or "")
    assert "204" in codes(slice_)


def test_gray_monochrome1_is_the_right_way_round(make_ct: CTMaker, read: Read) -> None:
    slice_ = read(make_ct(STORED, Modality="CR", PhotometricInterpretation="MONOCHROME1"))
    assert slice_.gray is not None
    assert slice_.gray[0, 0] == 255
    assert slice_.gray[-1, -1] == 0
    assert not slice_.inverted


@pytest.mark.parametrize(
    ("attributes", "aspect", "spacing"),
    [
        ({"PixelSpacing": [1.0, 0.5]}, 2.0, (1.0, 0.5)),
        ({"PixelSpacing": None, "PixelAspectRatio": [2, 1]}, 2.0, None),
        ({"PixelSpacing": None, "ImagerPixelSpacing": [0.2, 0.4]}, 0.5, (0.2, 0.4)),
        ({"PixelSpacing": [0, 0.5]}, 1.0, None),
        ({"PixelSpacing": ["1e-200", "1e200"]}, 1.0, None),
        ({"PixelSpacing": ["1e200", "1e-200"]}, 1.0, None),
        ({"PixelSpacing": None}, 1.0, None),
        ({"PixelSpacing": None, "PixelAspectRatio": [0, 0]}, 1.0, None),
    ],
)
def test_pixel_shape(
    make_ct: CTMaker,
    read: Read,
    attributes: dict[str, Any],
    aspect: float,
    spacing: tuple[float, float] | None,
) -> None:
    slice_ = read(make_ct(STORED, **attributes))
    assert slice_.pixel_aspect == aspect
    assert slice_.spacing_mm == spacing


@pytest.mark.parametrize("spacing", [["1e-200", "1e200"], ["1e200", "1e-200"]])
def test_an_absurd_spacing_does_not_keep_a_turned_slice_from_the_screen(
    make_ct: CTMaker, read: Read, spacing: list[str]
) -> None:
    turned = {"ImageOrientationPatient": [0, 1, 0, 1, 0, 0]}
    picture = render(read(make_ct(STORED, PixelSpacing=spacing, **turned)))
    assert picture.sha256 == render(read(make_ct(STORED, PixelSpacing=None, **turned))).sha256


def enhanced(make_ct: CTMaker) -> Dataset:
    """Three frames whose rescale, window and place differ, as enhanced CT writes them."""

    def group(**sequences: dict[str, Any]) -> Dataset:
        outer = Dataset()
        for name, attributes in sequences.items():
            inner = Dataset()
            for keyword, value in attributes.items():
                setattr(inner, keyword, value)
            setattr(outer, name, Sequence([inner]))
        return outer

    ds = make_ct(
        np.stack([STORED, STORED, STORED]),
        NumberOfFrames=3,
        RescaleSlope=None,
        RescaleIntercept=None,
        PixelSpacing=None,
        ImageOrientationPatient=None,
        ImagePositionPatient=None,
    )
    ds.SharedFunctionalGroupsSequence = Sequence(
        [
            group(
                PixelMeasuresSequence={"PixelSpacing": [0.7, 0.7]},
                PlaneOrientationSequence={"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
                CTImageFrameTypeSequence={"FrameType": ["ORIGINAL", "PRIMARY", "VOLUME"]},
            )
        ]
    )
    ds.PerFrameFunctionalGroupsSequence = Sequence(
        [
            group(
                PixelValueTransformationSequence={
                    "RescaleSlope": "1",
                    "RescaleIntercept": str(-1000 - frame),
                    "RescaleType": "HU",
                },
                FrameVOILUTSequence={"WindowCenter": 40 + frame, "WindowWidth": 80},
                PlanePositionSequence={"ImagePositionPatient": [0, 0, 5 * frame]},
            )
            for frame in range(3)
        ]
    )
    return ds


@pytest.mark.parametrize("frame", [0, 1, 2])
def test_enhanced_ct(make_ct: CTMaker, read: Read, frame: int) -> None:
    slice_ = read(enhanced(make_ct), frame)
    assert slice_.hu is not None
    assert slice_.hu[0, 0] == -1000 - frame
    assert slice_.file_windows == (Window(40 + frame, 80),)
    assert slice_.position_mm == 5 * frame
    assert slice_.spacing_mm == (0.7, 0.7)
    assert (slice_.frame, slice_.frames) == (frame, 3)
    assert codes(slice_) == ["209"]


def test_which_frame_is_shown_by_default(make_ct: CTMaker, read: Read) -> None:
    assert read(enhanced(make_ct)).frame == 1
    ds = enhanced(make_ct)
    ds.RepresentativeFrameNumber = 3
    assert read(ds).frame == 2
    ds.RepresentativeFrameNumber = 99
    assert read(ds).frame == 1


def test_attributes_that_cannot_be_read_are_left_out(
    make_ct: CTMaker, save: Callable[[Dataset], bytes]
) -> None:
    ds = make_ct(STORED, WindowCenter="40", WindowWidth="80")
    ds.add_new("PixelPaddingValue", "US", 5)
    content = save(ds).replace(b"DS\x02\x0040", b"DS\x02\x00Z^")
    content = content.replace(b"\x20\x01US\x02\x00\x05\x00", b"\x20\x01US\x01\x00\x05")
    slice_ = dicom.read(BytesIO(content), len(content), frame=None, salt=b"")
    assert slice_.file_windows == ()
    assert "217" in codes(slice_)


def test_an_impossible_layout(make_ct: CTMaker, read: Read) -> None:
    with pytest.raises(AssistantError, match="IMG-111"):
        read(make_ct(STORED, BitsStored=40))
