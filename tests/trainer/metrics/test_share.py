import numpy as np
import pytest

from trainer.metrics.share import Share, bootstrap, ratio


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [(Share(450, 500), 0.8706, 0.9233), (Share(0, 10), 0.0, 0.278), (Share(0, 0), 0.0, 1.0)],
)
def test_wilson_interval(share: Share, low: float, high: float) -> None:
    assert share.interval == pytest.approx((low, high), abs=5e-4)


def test_a_share_of_answers() -> None:
    assert Share.among([True, False, True]) == Share(2, 3)


def test_the_bootstrap_is_as_wide_as_wilson_s_interval() -> None:
    hits = [1] * 80 + [0] * 20
    measured = ratio(hits, [1] * 100)
    assert measured.value == 0.8
    assert measured.interval == pytest.approx(Share(80, 100).interval, abs=0.03)
    assert measured == ratio(hits, [1] * 100)


def test_nothing_is_no_division_by_nothing() -> None:
    assert ratio([], []).value == 0
    assert ratio([0, 0], [0, 0]).interval == (0, 0)


def test_a_resample_over_nothing_does_not_count() -> None:
    found = ratio([1, 1] + [0] * 300, [1, 1] + [0] * 300)
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


def test_cases_are_resampled_whole() -> None:
    values = np.array([0.0, 10.0])
    drawn = bootstrap(2, lambda chosen: float(values[chosen].mean()))
    assert (drawn.value, drawn.low, drawn.high, drawn.of) == (5.0, 0.0, 10.0, 2)
