import numpy as np
import pytest

from assistant.imaging.voi import Lut, apply_lut, apply_window
from assistant.imaging.window import Window

# Worked by hand from PS3.3 C.11.2.1.2.1:
#   x <= c - 0.5 - (w - 1) / 2 -> 0;  x > c - 0.5 + (w - 1) / 2 -> 255;
#   else ((x - (c - 0.5)) / (w - 1) + 0.5) * 255, rounded to the nearest integer.
LINEAR = [
    # 脑: black up to 39.5 - 39.5 = 0, white above 39.5 + 39.5 = 79
    (40, 80, -1, 0),
    (40, 80, 0, 0),
    (40, 80, 1, 3),  # (1 - 39.5) / 79 + 0.5 = 1/79 -> 3.23
    (40, 80, 39, 126),  # 39/79 -> 125.89
    (40, 80, 40, 129),  # 40/79 -> 129.11
    (40, 80, 78, 252),  # 78/79 -> 251.77
    (40, 80, 79, 255),
    (40, 80, 80, 255),
    # 肺: black up to -600.5 - 749.5 = -1350, white above 149
    (-600, 1500, -1350, 0),
    (-600, 1500, -1000, 60),  # 350/1499 -> 59.54
    (-600, 1500, -600, 128),  # 750/1499 -> 127.59
    (-600, 1500, 0, 230),  # 1350/1499 -> 229.65
    (-600, 1500, 149, 255),
    # the standard's own 12-bit example, black at 0 and white at 4095
    (2048, 4096, 0, 0),
    (2048, 4096, 4095, 255),
    # width 1 is a step between c - 1 and c
    (100, 1, 99, 0),
    (100, 1, 100, 255),
    # width 2: black up to 99, white above 100; 100 lies on the upper end
    (100, 2, 99, 0),
    (100, 2, 100, 255),
]


@pytest.mark.parametrize(("center", "width", "value", "gray"), LINEAR)
@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_linear_by_hand(center: float, width: float, value: float, gray: int, dtype: type) -> None:
    assert apply_window(np.array([[value]], dtype), Window(center, width)).tolist() == [[gray]]


def test_fractional_values_keep_the_half() -> None:
    # c = 0.5, w = 2: black up to -0.5, white above 0.5; 0 lies in the middle -> 127.5 rounds up
    values = np.array([-0.5, -0.25, 0.0, 0.25, 0.5], np.float32)
    assert apply_window(values, Window(0.5, 2)).tolist() == [0, 64, 128, 191, 255]


@pytest.mark.parametrize(
    ("value", "gray"), [(-1, 0), (0, 0), (10, 32), (40, 128), (79, 252), (80, 255), (81, 255)]
)
def test_linear_exact_by_hand(value: float, gray: int) -> None:
    # C.11.2.1.3.2: (x - 40) / 80 + 0.5
    assert apply_window(np.array([value]), Window(40, 80), "LINEAR_EXACT").tolist() == [gray]


@pytest.mark.parametrize(
    ("value", "gray"),
    [(40, 128), (60, 186), (20, 69), (-32768, 0), (32767, 255)],  # 1/(1+e^-1) = .731 -> 186.4
)
def test_sigmoid_by_hand(value: float, gray: int) -> None:
    # C.11.2.1.3.1: 255 / (1 + exp(-4 (x - 40) / 80))
    assert apply_window(np.array([value]), Window(40, 80), "SIGMOID").tolist() == [gray]


def test_table_and_formula_agree_on_every_value() -> None:
    every = np.arange(-32768, 32768, dtype=np.int16)
    large = np.concatenate([every, every]).reshape(256, -1)
    small = np.concatenate([apply_window(part, Window(50, 350)) for part in np.split(every, 8)])
    assert np.array_equal(apply_window(large, Window(50, 350)).ravel()[:65536], small)


def test_table_works_on_a_picture_that_is_not_contiguous() -> None:
    values = np.arange(300 * 300, dtype=np.int32).reshape(300, 300).astype(np.int16)
    turned = apply_window(values.T, Window(0, 4000))
    assert np.array_equal(turned, apply_window(values.astype(np.float32), Window(0, 4000)).T)


def test_lut_ends_hold_for_what_lies_outside() -> None:
    lut = Lut(first=-10, table=np.array([5, 100, 200], np.uint8))
    values = np.array([-500, -10, -9, -8, 500], np.int16)
    assert apply_lut(values, lut).tolist() == [5, 5, 100, 200, 200]
