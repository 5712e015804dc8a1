from collections.abc import Callable

import numpy as np
import pytest

from assistant.imaging import content, intake
from assistant.imaging.window import find_preset


def disc(size: int, radius: float, row: float = 0.5, column: float = 0.5) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size] / size
    return np.hypot(rows - row, columns - column) < radius


def head() -> np.ndarray:
    hu = np.full((256, 256), -1000, np.int16)
    hu[disc(256, 0.40)] = 30  # scalp
    hu[disc(256, 0.38)] = 900  # skull
    hu[disc(256, 0.34)] = 35  # brain
    return hu


def chest() -> np.ndarray:
    hu = np.full((256, 256), -1000, np.int16)
    hu[disc(256, 0.45)] = -90
    hu[disc(256, 0.42)] = 50
    hu[disc(256, 0.14, column=0.3)] = -850
    hu[disc(256, 0.14, column=0.7)] = -850
    return hu


def abdomen() -> np.ndarray:
    hu = np.full((256, 256), -1000, np.int16)
    hu[disc(256, 0.45)] = -100
    hu[disc(256, 0.36)] = 50
    hu[disc(256, 0.05, row=0.75)] = 500
    return hu


def knee() -> np.ndarray:
    hu = np.full((256, 256), -1000, np.int16)
    hu[disc(256, 0.25)] = -90
    hu[disc(256, 0.22)] = 700
    return hu


@pytest.mark.parametrize(
    ("make", "name"), [(head, "脑"), (chest, "肺"), (abdomen, "腹部"), (knee, "骨")]
)
def test_regions(make: Callable[[], np.ndarray], name: str) -> None:
    hu = make()
    assert content.suggest(hu) == name
    assert content.suggest(hu.astype(np.float32)) == name
    assert find_preset(name) is not None


def test_real_head_and_body(bundled: Callable[[str], bytes]) -> None:
    real_head = intake.read_slice(bundled("J2K_pixelrep_mismatch.dcm")).hu
    real_body = intake.read_slice(bundled("CT_small.dcm")).hu
    assert real_head is not None
    assert real_body is not None
    assert content.suggest(real_head) == "脑"
    assert content.suggest(real_body) == "腹部"


def test_composition_counts_shares_of_the_inside() -> None:
    hu = np.full((64, 64), -1000, np.int16)
    hu[16:48, 16:48] = 50
    hu[16:32, 16:48] = -850
    hu[16, 16:48] = 50  # closed on every side
    hu[16:48, [16, 47]] = 50
    found = content.measure(hu)
    assert found.inside == pytest.approx(32 * 32 / 64**2)
    assert found.lung == pytest.approx(15 * 30 / 32**2)
    assert found.lung + found.soft == pytest.approx(1)


def test_air_outside_the_body_is_not_lung() -> None:
    hu = abdomen()
    hu[hu == -1000] = -900
    assert content.measure(hu).lung < 0.01


@pytest.mark.parametrize("shape", [(1, 1), (5, 300)])
def test_nothing_in_the_picture(shape: tuple[int, int]) -> None:
    assert content.measure(np.full(shape, -1000, np.int16)).inside == 0
    assert content.suggest(np.full(shape, -1000, np.int16)) == "腹部"
