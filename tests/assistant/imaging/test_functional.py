import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from assistant.imaging.functional import FrameView


def group(name: str, **attributes: object) -> Dataset:
    inner, outer = Dataset(), Dataset()
    for keyword, value in attributes.items():
        setattr(inner, keyword, value)
    setattr(outer, name, Sequence([inner]))
    return outer


def test_per_frame_comes_before_shared_before_top() -> None:
    ds = Dataset()
    ds.RescaleSlope = "1"
    ds.RescaleIntercept = "-1"
    ds.RescaleType = "US"
    ds.SharedFunctionalGroupsSequence = Sequence(
        [group("PixelValueTransformationSequence", RescaleSlope="2", RescaleIntercept="-2")]
    )
    ds.PerFrameFunctionalGroupsSequence = Sequence(
        [Dataset(), group("PixelValueTransformationSequence", RescaleSlope="3")]
    )
    assert FrameView(ds, 0).numbers("RescaleSlope") == (2,)
    assert FrameView(ds, 1).numbers("RescaleSlope") == (3,)
    assert FrameView(ds, 1).numbers("RescaleIntercept") == (-2,)
    assert FrameView(ds, 1).words("RescaleType") == ("US",)
    assert FrameView(ds, 9).numbers("RescaleSlope") == (2,)


def test_values_that_are_not_numbers() -> None:
    ds = Dataset()
    ds.WindowCenter = [40, 400]
    ds.PixelSpacing = None
    view = FrameView(ds, 0)
    assert view.numbers("WindowCenter") == (40, 400)
    assert view.numbers("PixelSpacing") == ()
    assert view.numbers("WindowWidth") == ()
    assert view.words("ImageType") == ()


@pytest.mark.parametrize("text", ["nan", "inf"])
def test_not_finite(text: str) -> None:
    ds = Dataset()
    ds.FrameTime = float(text)
    assert FrameView(ds, 0).numbers("FrameTime") == ()
