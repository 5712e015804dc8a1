import numpy as np
import pytest

from assistant.imaging.render import render
from assistant.imaging.sides import sides
from assistant.imaging.slice import Slice

PLANES = {
    "axial": ((1.0, 0, 0, 0, 1, 0), "RLAP"),
    "axial, stored mirrored": ((-1.0, 0, 0, 0, 1, 0), "RLAP"),
    "axial, stored transposed": ((0.0, 1, 0, 1, 0, 0), "RLAP"),
    "axial, stored upside down": ((1.0, 0, 0, 0, -1, 0), "RLAP"),
    "axial, prone": ((-1.0, 0, 0, 0, -1, 0), "RLAP"),
    "axial, tilted": ((1.0, 0, 0, 0, 0.94, -0.34), "RLAP"),
    "coronal": ((1.0, 0, 0, 0, 0, -1), "RLHF"),
    "coronal, stored upside down": ((1.0, 0, 0, 0, 0, 1), "RLHF"),
    "sagittal": ((0.0, 1, 0, 0, 0, -1), "APHF"),
    "sagittal, stored transposed": ((0.0, 0, -1, 0, 1, 0), "APHF"),
}

TOWARDS = {"R": (0, -1), "L": (0, 1), "A": (1, -1), "P": (1, 1), "F": (2, -1), "H": (2, 1)}
"""Axis and sign of DICOM's patient coordinates."""


@pytest.mark.parametrize("name", PLANES)
def test_letters_of_each_plane(name: str) -> None:
    orientation, expected = PLANES[name]
    assert sides(orientation) == tuple(expected)


def test_unknown_or_nameless_planes_have_no_letters() -> None:
    assert sides(None) is None
    assert sides((0.6, 0.55, 0.58, 0.6, 0.55, 0.58)) is None


@pytest.mark.parametrize("name", PLANES)
def test_the_letters_are_true_of_the_rendered_picture(name: str) -> None:
    """The tissue nearest to a side of the patient is drawn at the edge of that letter."""
    orientation, expected = PLANES[name]
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    steps = np.arange(9) - 4
    for letter, edge in zip(
        expected, (np.s_[:, 0], np.s_[:, -1], np.s_[0], np.s_[-1]), strict=True
    ):
        axis, sign = TOWARDS[letter]
        along = sign * (row[axis] * steps[np.newaxis, :] + column[axis] * steps[:, np.newaxis])
        along = np.broadcast_to(along, (9, 9))
        hu = np.where(along > along.max() - 0.1, 1000, -1000).astype(np.int16)
        pixels = render(Slice(hu=hu, orientation=orientation), "0/400").pixels[..., 0]
        assert pixels[edge].min() == 255
        assert (pixels == 255).sum() == 9
