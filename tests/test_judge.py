"""The judge of lesson 09: it reads, counts classes, and measures how far pictures are from real ones."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from helpers.judge import Judge, frechet_distance


@pytest.fixture(scope="module")
def digits():
    return (load_digits().data / 16).astype("float32")


@pytest.fixture(scope="module")
def judge(digits):
    return Judge(digits, load_digits().target, epochs=20)


def test_distance_of_equal_clouds_is_zero_and_of_moved_ones_their_squared_distance():
    cloud = np.random.default_rng(0).normal(size=(500, 4))
    assert frechet_distance(cloud, cloud) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(cloud + [3, 0, 4, 0], cloud) == pytest.approx(25)


def test_distance_of_clouds_of_another_spread_is_that_of_their_deviations():
    cloud = np.random.default_rng(0).normal(size=(500, 3))
    # for a cloud and the same one stretched by s: the variance times (s - 1)²
    assert frechet_distance(3 * cloud, cloud) == pytest.approx(
        4 * np.trace(np.cov(cloud.T)) + 4 * sum(cloud.mean(0) ** 2)
    )


def test_judge_reads_real_digits_and_is_sure_of_most(judge, digits):
    assert judge.right > 0.9
    real = judge.measure_real()
    assert real["sure"] > 0.8 and real["digits"] == 10
    # half of the real ones against the other half, and against themselves
    assert judge.measure(judge._real)["distance"] < 0.01 * real["distance"]


def test_real_pictures_count_as_sure_only_where_the_judge_never_saw_them(judge, digits):
    order = np.random.default_rng(0).permutation(len(digits))
    seen, unseen = np.split(digits[order], [2 * len(digits) // 3])
    assert judge.measure_real()["sure"] == judge.measure(unseen)["sure"] < judge.measure(seen)["sure"]


def test_a_single_picture_again_and_again_is_one_digit_and_far_away(judge, digits):
    surest = digits[judge.probabilities(digits).max(axis=1).argmax()]
    found = judge.measure(np.tile(surest, (300, 1)))
    assert (found["sure"], found["digits"]) == (1.0, 1)
    assert found["distance"] > 20 * judge.measure_real()["distance"]


def test_blank_paper_with_noise_is_farther_from_real_digits_than_they_are(judge, digits):
    noise = np.random.default_rng(0).uniform(size=(400, 64)).astype("float32")
    assert judge.measure(noise)["distance"] > 10 * judge.measure_real()["distance"]


def test_digits_count_only_where_the_judge_is_sure(judge, digits):
    unsure = digits[judge.probabilities(digits).max(axis=1) <= 0.9]
    assert len(unsure) > 20
    found = judge.measure(unsure)
    assert (found["sure"], found["digits"]) == (0.0, 0)


def test_judges_of_the_same_pictures_are_the_same(digits):
    labels = load_digits().target
    one, other = (Judge(digits[:400], labels[:400], epochs=1) for _ in range(2))
    np.testing.assert_allclose(one.probabilities(digits), other.probabilities(digits), atol=1e-5)
