"""The paired comparison: the paired t-test's standard error, on the same rows, whatever their numbers come as."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from helpers.paired import paired_difference


def test_by_hand():
    # differences 1, 2, 3, 6: mean 3, squares of deviations 4 + 1 + 0 + 9 = 14, 14 / 3 / 4 under the root
    mean, error = paired_difference([2.0, 4.0, 6.0, 10.0], [1.0, 2.0, 3.0, 4.0])
    assert mean == pytest.approx(3) and error == pytest.approx(np.sqrt(14 / 3 / 4))


def test_it_is_the_paired_t_test():
    draw = np.random.default_rng(0)
    first = draw.normal(size=50)
    second = first + draw.normal(0.3, 0.2, size=50)
    mean, error = paired_difference(first, second)
    assert mean / error == pytest.approx(stats.ttest_rel(first, second).statistic)
    assert paired_difference(second, first) == pytest.approx((-mean, error))


def test_what_is_hard_for_both_cancels():
    """Rows that differ much, models that differ little: the paired error is that of the difference alone."""
    draw = np.random.default_rng(1)
    rows = draw.normal(scale=10, size=200)
    first, second = rows + draw.normal(size=200), rows + draw.normal(size=200)
    _, error = paired_difference(first, second)
    apart = np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 200)
    assert error < apart / 5


@pytest.mark.parametrize("make", [list, np.array, tf.constant, lambda values: np.array(values, "float32")])
def test_any_container_of_numbers(make):
    assert paired_difference(make([1.0, 0.0, 1.0]), make([0.0, 0.0, 1.0])) == pytest.approx((1 / 3, 1 / 3))


def test_truth_values_are_counted():
    assert paired_difference(np.array([True, False, True]), np.array([False, False, True]))[0] == pytest.approx(1 / 3)


def test_results_are_python_floats():
    assert [type(value) for value in paired_difference([1, 2], [0, 0])] == [float, float]


@pytest.mark.parametrize(
    ("first", "second"), [(np.ones((3, 1)), np.ones(3)), (np.ones(3), np.ones(4)), ([1.0], [2.0]), (1.0, 2.0)]
)
def test_what_cannot_be_paired_is_rejected(first, second):
    with pytest.raises(ValueError, match=r"shape \(n,\), n at least 2"):
        paired_difference(first, second)
