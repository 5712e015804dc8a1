import pytest

from trainer.metrics.kappa import kappa, kappa_over_cases


def test_the_textbook_case() -> None:
    # 20 both yes, 15 both no, 5 and 10 apart: agreement 0.70, by chance 0.50
    one = [True] * 25 + [False] * 25
    other = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15
    assert kappa(one, other) == pytest.approx(0.4)


def test_chance_and_certainty() -> None:
    assert kappa([True, True, False, False], [True, False, True, False]) == 0
    assert kappa([True, False], [False, True]) == -1
    assert kappa([False, False], [False, False]) == 1
    assert kappa([], []) == 0


def test_the_interval_holds_the_value_and_shrinks_with_more_cases() -> None:
    few = [[True], [False], [True], [False], [True], [False], [True], [False]]
    apart = [[True], [False], [True], [False], [True], [True], [False], [False]]
    small = kappa_over_cases(few, apart)
    large = kappa_over_cases(few * 20, apart * 20)
    assert small.value == large.value == pytest.approx(0.5)
    assert small.low <= small.value <= small.high
    assert large.high - large.low < (small.high - small.low) / 2


def test_labels_of_a_case_stay_together() -> None:
    one, other = [[True] * 50, [False] * 50], [[True] * 50, [True] * 50]
    found = kappa_over_cases(one, other)
    assert found.of == 2
    assert (found.low, found.high) == (0.0, 1.0)
