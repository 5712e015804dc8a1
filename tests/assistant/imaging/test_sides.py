import numpy as np
import pytest

from assistant.imaging.render import render
from assistant.imaging.sides import sides
from assistant.imaging.slice import Slice

PLANES = {
    "axial": ((1.0, 0, 0, 0, 1, 0), ("R", "L")),
    "axial, stored mirrored": ((-1.0, 0, 0, 0, 1, 0), ("R", "L")),
    "axial, stored transposed": ((0.0, 1, 0, 1, 0, 0), ("R", "L")),
    "coronal": ((1.0, 0, 0, 0, 0, -1), ("R", "L")),
    "sagittal": ((0.0, 1, 0, 0, 0, -1), ("A", "P")),
}


@pytest.mark.parametrize("name", PLANES)
def test_letters_of_each_plane(name: str) -> None:
    orientation, expected = PLANES[name]
    assert sides(orientation) == expected


def test_unknown_or_nameless_planes_have_no_letters() -> None:
    assert sides(None) is None
    assert sides((0.6, 0.55, 0.58, 0.6, 0.55, 0.58)) is None


@pytest.mark.parametrize("name", PLANES)
def test_the_letters_are_true_of_the_rendered_picture(name: str) -> None:
    """A bright column on the patient's right (or front) is drawn at the letter's edge."""
    orientation, expected = PLANES[name]
    axis = 0 if expected == ("R", "L") else 1
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    hu = np.full((9, 9), -1000, np.int16)
    steps = np.arange(9) - 4
    along = row[axis] * steps[np.newaxis, :] + column[axis] * steps[:, np.newaxis]
    hu[np.broadcast_to(along, hu.shape) == -4] = 1000  # towards the right, or the front
    pixels = render(Slice(hu=hu, orientation=orientation), "0/400").pixels[..., 0]
    assert pixels[:, 0].min() == 255
    assert pixels[:, -1].max() == 0
