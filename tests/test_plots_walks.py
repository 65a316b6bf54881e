"""Walks downhill: the dot on its curve, and the steps on a map whose angles are true."""

import numpy as np
import pytest

from helpers import plots


def square(x):
    return x**2


PATH = np.array([2.0, 1.0, 0.5, 0.25])


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_dot_stands_on_the_curve_where_the_walk_is(steps):
    (ax,) = plots.walk(square, np.linspace(-3, 3, 7), PATH[: steps + 1], "x (m)", "height (m)").axes
    curve, been, dot = ax.lines
    np.testing.assert_array_equal(curve.get_xydata(), [[x, x**2] for x in range(-3, 4)])
    np.testing.assert_array_equal(been.get_xydata(), [[x, x**2] for x in PATH[: steps + 1]])
    assert dot.get_xydata().tolist() == [[PATH[steps], PATH[steps] ** 2]]
    assert dot.get_markersize() > 2 * been.get_markersize()
    assert ax.get_title().startswith(f"after {steps} step{'' if steps == 1 else 's'}: x = ")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x (m)", "height (m)")


def test_frames_of_a_walk_have_the_same_axes():
    limits = []
    for steps in (0, 1, 3):
        (ax,) = plots.walk(square, np.linspace(-3, 3, 7), PATH[: steps + 1], "x", "y").axes
        limits.append((*ax.get_xlim(), *ax.get_ylim()))
    assert limits[0] == limits[1] == limits[2]


def test_path_may_be_a_list():
    (ax,) = plots.walk(square, [-1, 0, 1], [1.0, 0.5], "x", "y").axes
    assert ax.lines[-1].get_xydata().tolist() == [[0.5, 0.25]]


@pytest.fixture
def two_walks():
    paths = {
        "rate 0.1": np.array([[4.0, 2.0], [3.0, 1.0], [2.0, 0.5]]),
        "rate 0.9": np.array([[4.0, 2.0], [-4.0, -9.0], [4.0, 30.0]]),
    }
    return plots.walks_on_map(lambda x, y: x**2 + 3 * y**2, paths, (-5, 5), (-3, 3), "x (m)", "y (m)")


def named(ax):
    return {line.get_label(): line for line in ax.lines}


def test_each_walk_has_its_steps_and_says_how_many_and_where_it_leaves(two_walks):
    (ax,) = two_walks.axes
    lines = named(ax)
    assert lines["rate 0.1: 2 steps"].get_xydata().tolist() == [[4, 2], [3, 1], [2, 0.5]]
    assert lines["rate 0.9: 2 steps, off the map at step 1"].get_xydata().tolist() == [[4, 2], [-4, -9], [4, 30]]
    assert lines["start"].get_xydata().tolist() == [[4, 2]]


def test_walks_can_be_told_apart_without_color(two_walks):
    (ax,) = two_walks.axes
    assert len({(line.get_linestyle(), line.get_marker()) for line in named(ax).values()}) == 3


def test_map_has_one_scale_and_its_limits(two_walks):
    (ax,) = two_walks.axes
    assert ax.get_aspect() == 1
    assert (ax.get_xlim(), ax.get_ylim()) == ((-5, 5), (-3, 3))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x (m)", "y (m)")


def test_steps_on_the_map_carry_their_numbers_and_those_beside_it_none(two_walks):
    (ax,) = two_walks.axes
    numbers = [(text.get_text(), tuple(text.xy)) for text in ax.texts if hasattr(text, "xy")]
    assert numbers == [("1", (3, 1)), ("2", (2, 0.5))]


def test_contour_lines_carry_the_loss_that_they_have(two_walks):
    (ax,) = two_walks.axes
    heights = [float(text.get_text()) for text in ax.texts if not hasattr(text, "xy")]
    assert len(heights) >= 3 and all(0 < height <= 25 + 27 for height in heights)
