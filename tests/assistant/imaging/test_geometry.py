import pytest
from pydicom import config
from pydicom.dataset import Dataset

from assistant.imaging.functional import FrameView
from assistant.imaging.geometry import aspect_of, number_of, position_of, spacing_of

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def view(**attributes: object) -> FrameView:
    ds = Dataset()
    for keyword, value in attributes.items():
        setattr(ds, keyword, value)
    return FrameView(ds, 0)


def test_pixel_spacing_comes_first() -> None:
    both = view(PixelSpacing=[0.5, 0.6], ImagerPixelSpacing=[1, 1])
    assert spacing_of(both) == (0.5, 0.6)
    assert spacing_of(view(ImagerPixelSpacing=[1, 2])) == (1, 2)
    assert spacing_of(view(PixelSpacing=[0, 0.5], ImagerPixelSpacing=[1, 2])) == (1, 2)
    assert spacing_of(view(PixelSpacing=[0.5])) is None
    assert spacing_of(view(PixelSpacing=[1e-200, 1e200], ImagerPixelSpacing=[1, 2])) == (1, 2)
    assert spacing_of(view(PixelSpacing=[1e-200, 1e200])) is None
    assert spacing_of(view(PixelSpacing=[1e200, 0.5])) is None
    assert spacing_of(view(PixelSpacing=[0.00025, 0.00025])) == (0.00025, 0.00025)
    assert spacing_of(view()) is None


@pytest.mark.parametrize(
    ("attributes", "aspect"),
    [
        ({"PixelSpacing": [1, 0.5]}, 2),
        ({"PixelAspectRatio": [4, 3]}, 4 / 3),
        ({"PixelAspectRatio": [4, 0]}, 1),
        ({"PixelSpacing": [1e-200, 1e200]}, 1),
        ({"PixelSpacing": [1e200, 1e-200]}, 1),
        ({"PixelSpacing": [1e-200, 1e200], "PixelAspectRatio": [4, 3]}, 4 / 3),
        ({}, 1),
    ],
)
def test_aspect(attributes: dict[str, object], aspect: float) -> None:
    assert aspect_of(view(**attributes)) == aspect


def test_position() -> None:
    placed = view(ImagePositionPatient=[-100, -120, 37.5])
    assert position_of(placed, AXIAL) == 37.5
    assert position_of(placed, None) is None
    assert position_of(view(), AXIAL) is None
    assert position_of(view(ImagePositionPatient=[1, 2]), AXIAL) is None


def test_number() -> None:
    assert number_of(view(InstanceNumber=12)) == 12
    assert number_of(view()) is None


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("number", "known"),
    [
        (0, True),
        (-7, True),
        (2**31 - 1, True),
        (1 - 2**31, True),
        (2**31, False),
        (-(2**31), False),
        (2**63, False),
        (20240131123456789012, False),
    ],
)
def test_a_number_is_one_that_dicom_allows(number: int, known: bool) -> None:
    written = view(InstanceNumber=1)
    with config.disable_value_validation():
        written.dataset.InstanceNumber = str(number)
    assert number_of(written) == (number if known else None)
