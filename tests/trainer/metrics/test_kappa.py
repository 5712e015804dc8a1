import numpy as np
import pytest

from trainer.metrics.kappa import cross, kappa, mean_kappa


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
    few = np.array([cross([pair]) for pair in [(True, True), (False, False)] * 3])
    few = np.concatenate([few, [cross([(True, False)]), cross([(False, True)])]])
    small, large = mean_kappa([few]), mean_kappa([np.tile(few, (20, 1))])
    assert small.value == large.value == pytest.approx(0.5)
    assert small.low <= small.value <= small.high
    assert large.high - large.low < (small.high - small.low) / 2


def test_labels_of_a_case_stay_together() -> None:
    alike = [(True, True)] * 25 + [(False, False)] * 25
    apart = [(True, False)] * 25 + [(False, True)] * 25
    found = mean_kappa([np.array([cross(alike), cross(apart)])])
    assert found.of == 2
    assert (found.low, found.high) == (-1.0, 1.0)


def test_a_resample_in_which_both_say_one_thing_is_no_agreement() -> None:
    crossed = np.array([cross([(number == 0, number == 1)]) for number in range(60)])
    found = mean_kappa([crossed])
    assert found.value < 0
    assert found.high < 0.05
    same = np.array([cross([(False, False)])] * 5)
    assert mean_kappa([same]).interval == (1.0, 1.0)


def test_a_pair_without_a_label_in_common_counts_for_nothing() -> None:
    crossed = np.array([cross([(True, True)]), cross([(False, False)])])
    assert mean_kappa([crossed, np.zeros((2, 4))]).value == 1
    assert mean_kappa([np.zeros((2, 4))]).of == 0
    assert mean_kappa([]).of == 0


def test_a_case_without_a_label_in_common_counts_for_nothing() -> None:
    first = np.array([cross([(True, True)]), cross([(False, False)]), cross([]), cross([])])
    second = np.array([cross([(True, True)]), cross([]), cross([(True, False)]), cross([])])
    assert mean_kappa([first]).of == 2
    assert mean_kappa([first, second]).of == 3
    assert mean_kappa([first, np.zeros((4, 4))]).of == 2
