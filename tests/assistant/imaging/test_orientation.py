import numpy as np
import pytest

from assistant.imaging.orientation import Moves, normal, plan, read_orientation

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def minus(axis: tuple[float, float, float]) -> tuple[float, float, float]:
    return (-axis[0], -axis[1], -axis[2])


def picture_of(row: tuple[float, ...], column: tuple[float, ...]) -> np.ndarray:
    """Stored picture of a 3x3x3 patient whose voxel value is 100x + 10y + z."""
    at = np.array([1.0, 1.0, 1.0])
    picture = np.zeros((3, 3), int)
    for r in range(3):
        for c in range(3):
            place = at + (c - 1) * np.array(row) + (r - 1) * np.array(column)
            picture[r, c] = int(place @ [100, 10, 1])
    return picture


@pytest.mark.parametrize("sign_row", [1, -1])
@pytest.mark.parametrize("sign_column", [1, -1])
@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize(("right", "down"), [(X, Y), (X, minus(Z)), (Y, minus(Z))])
def test_every_stored_direction_ends_in_the_convention(
    right: tuple[float, float, float],
    down: tuple[float, float, float],
    sign_row: int,
    sign_column: int,
    swap: bool,
) -> None:
    row, column = (down, right) if swap else (right, down)
    row = tuple(sign_row * part for part in row)
    column = tuple(sign_column * part for part in column)
    orientation = read_orientation((*row, *column))
    shown = plan(orientation).apply(picture_of(row, column))
    assert np.array_equal(shown, picture_of(right, down))


def test_axial_shows_the_patients_right_on_the_left() -> None:
    stored = picture_of(minus(X), Y)  # mirrored: the patient's left comes first
    shown = plan(read_orientation((*minus(X), *Y))).apply(stored)
    assert shown[1, 0] < shown[1, 2]  # x grows to the patient's left, on the picture's right


def test_a_standard_slice_is_not_moved() -> None:
    assert not plan((*X, *Y))
    assert not plan(None)
    assert plan((*minus(X), *Y)) == Moves(flip_columns=True)


def test_a_tilted_gantry_is_axial() -> None:
    assert not plan(read_orientation((1, 0, 0, 0, 0.9272, -0.3746)))


def test_color_pictures_move_too() -> None:
    picture = np.arange(2 * 3 * 3).reshape(2, 3, 3)
    assert np.array_equal(Moves(transpose=True).apply(picture), picture.transpose(1, 0, 2))


@pytest.mark.parametrize(
    "cosines",
    [
        (),
        (1, 0, 0),
        (0, 0, 0, 0, 0, 0),
        (1, 0, 0, 1, 0, 0),
        (2, 0, 0, 0, 1, 0),
        (1, 0, 0, 0, 1, 0, 0),
    ],
)
def test_impossible_cosines(cosines: tuple[float, ...]) -> None:
    assert read_orientation(cosines) is None


def test_normal_of_an_axial_slice_points_to_the_head() -> None:
    assert normal((*X, *Y)).tolist() == [0, 0, 1]
