"""The figures of a line that learns: what is drawn is what was given, at every step that it may show."""

import numpy as np
import pytest

from helpers import plots

X = np.array([0.0, 0.5, 1.0])
Y = np.array([1.0, 2.0, 3.0])
# from a line at 0 to the line through the three points
PATH = np.array([[0.0, 0.0], [1.0, 0.5], [1.5, 0.75], [2.0, 1.0]])
GOAL = (2.0, 1.0)


def lines_of(ax):
    """Return {label or style: (x, y)} of a panel's lines, those without a label as a list under None."""
    found = {None: []}
    for line in ax.lines:
        label = line.get_label()
        if label.startswith("_"):
            found[None].append((line.get_linestyle(), line.get_marker(), line.get_xydata()))
        else:
            found[label] = line.get_xydata()
    return found


@pytest.mark.parametrize("step", [0, 1, 3])
def test_line_and_its_place_belong_to_the_step(step):
    line_ax, map_ax = plots.line_and_path(X, Y, PATH, [0, step], GOAL).axes
    drawn = lines_of(line_ax)
    slope, bias = PATH[step]
    np.testing.assert_allclose(drawn[f"after {step} steps"], [[0, bias], [1, slope + bias]])
    np.testing.assert_allclose(drawn["3 points"], np.column_stack([X, Y]))
    # the line at the first mark is still there, dashed
    ((style, _, first),) = drawn[None]
    assert style == "--" and np.all(first[:, 1] == 0)
    on_map = lines_of(map_ax)[None]
    star, path, *dots = [places for _, _, places in on_map]
    np.testing.assert_allclose(star, [GOAL])
    np.testing.assert_allclose(path, PATH[: step + 1])
    np.testing.assert_allclose(np.concatenate(dots), PATH[[0, step]])
    assert [text.get_text() for text in map_ax.texts if text.get_text() in ("0", str(step))][-1] == str(step)


def test_frames_have_the_same_limits_and_the_map_has_one_scale():
    figures = [plots.line_and_path(X, Y, PATH, [0, step], GOAL) for step in (1, 2, 3)]
    limits = {tuple((ax.get_xlim(), ax.get_ylim()) for ax in fig.axes) for fig in figures}
    assert len(limits) == 1
    line_ax, map_ax = figures[0].axes
    assert map_ax.get_aspect() == 1
    assert (line_ax.get_xlabel(), line_ax.get_ylabel()) == ("x", "y")
    assert (map_ax.get_xlabel(), map_ax.get_ylabel()) == ("slope", "bias")


def test_contours_of_the_map_are_mean_squared_errors():
    map_ax = plots.line_and_path(X, Y, PATH, [0, 3], GOAL).axes[1]
    (contours,) = [drawn for drawn in map_ax.collections if hasattr(drawn, "levels")]
    for level, curve in zip(contours.levels, contours.get_paths()):
        slope, bias = curve.vertices[len(curve.vertices) // 2]
        assert np.mean((slope * X + bias - Y) ** 2) == pytest.approx(level, rel=0.05)
    assert {"1", "0.1"} <= {text.get_text() for text in map_ax.texts}


@pytest.mark.parametrize("margin", [0.1, 0.3, 2.0])
def test_settling_draws_slopes_around_the_goal(margin):
    slopes = {"calm": [1.0, 1.5, 1.9], "restless": [1.5, 2.2, 1.8]}
    (ax,) = plots.settling(slopes, 2.0, margin).axes
    drawn = lines_of(ax)
    for name, values in slopes.items():
        np.testing.assert_allclose(drawn[name], np.column_stack([[1, 2, 3], values]))
    np.testing.assert_allclose(drawn["least squares"][:, 1], 2.0)
    np.testing.assert_allclose(ax.get_ylim(), [2 - margin, 2 + margin])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "slope")
    # nobody trains half an epoch
    assert all(tick == round(tick) for tick in ax.get_xticks())


def test_settling_draws_rates_beside_the_slopes():
    slope_ax, rate_ax = plots.settling({"a": [1.0, 2.0]}, 2.0, 0.5, rates={"a": [0.5, 0.25]}).axes
    np.testing.assert_allclose(lines_of(rate_ax)["a"], [[1, 0.5], [2, 0.25]])
    assert rate_ax.get_yscale() == "log"
    assert (rate_ax.get_xlabel(), rate_ax.get_ylabel()) == ("epoch", "learning rate")
    assert slope_ax.get_ylabel() == "slope"
