import numpy as np
import pytest

from trainer.metrics.calibration import calibrate


def test_a_probability_that_is_what_it_says() -> None:
    rng = np.random.default_rng(0)
    chances = rng.random(4000)
    found = calibrate(chances.tolist(), (rng.random(4000) < chances).tolist())
    assert found.ece.value < 0.03
    assert len(found.bins) == 10
    assert all(abs(one.mean - one.abnormal.value) < 0.08 for one in found.bins)
    assert 0.8 < found.auc.value < 0.87  # 5/6 for this pair of distributions


def test_a_probability_that_is_always_too_sure() -> None:
    found = calibrate([0.95] * 10, [True] * 5 + [False] * 5)
    assert found.ece.value == pytest.approx(0.45)
    assert found.brier.value == pytest.approx((0.05**2 + 0.95**2) / 2)
    assert found.auc.value == 0.5
    assert [one.abnormal.of for one in found.bins] == [10]


def test_certainty_is_in_the_last_bin_and_ties_are_half_won() -> None:
    found = calibrate([1.0, 0.0, 0.5, 0.5], [True, False, True, False])
    assert found.auc.value == pytest.approx(3.5 / 4)
    assert [one.mean for one in found.bins] == [0.0, 0.5, 1.0]


def test_one_kind_alone_has_no_auc() -> None:
    assert calibrate([0.2, 0.9], [True, True]).auc.value == 0.5


def test_a_resample_of_one_kind_says_nothing_of_the_auc() -> None:
    found = calibrate([0.9] + [0.1] * 20, [True] + [False] * 20)
    assert found.auc.interval == (1.0, 1.0)


@pytest.mark.parametrize("seed", range(5))
def test_the_interval_of_the_calibration_error_holds_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    chances = rng.random(300)
    ece = calibrate(chances.tolist(), (rng.random(300) < chances).tolist()).ece
    assert 0 <= ece.low <= ece.value <= ece.high <= 1
    assert ece.low < 0.02  # what is well calibrated may be so perfectly
