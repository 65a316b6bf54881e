"""Figures, tested by the data on their axes: what is drawn, not how it looks."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from helpers import plots
from helpers.plots.palette import LINES


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def named(ax):
    """Return the lines that the legend names."""
    return [line for line in ax.lines if line.get_label() in legend(ax)]


def labels_of_axes(ax):
    return ax.get_xlabel(), ax.get_ylabel()


# curves


@pytest.fixture
def three_curves():
    x = np.array([-1.0, 0.0, 2.0])
    series = {"x": x, "its square": x**2, "its cube": x**3}
    points = {"seen": ([0.5, 1.0], [0.25, 1.0]), "unseen": ([1.5], [2.25])}
    return plots.curves(x, series, "x (m)", "value (m²)", points=points)


def test_curves_draws_each_series_over_x(three_curves):
    (ax,) = three_curves.axes
    drawn = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
    assert drawn["x"] == [[-1, -1], [0, 0], [2, 2]]
    assert drawn["its square"] == [[-1, 1], [0, 0], [2, 4]]
    assert drawn["its cube"] == [[-1, -1], [0, 0], [2, 8]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x (m)", "value (m²)")


def test_curves_draws_points_as_markers_without_a_line(three_curves):
    (ax,) = three_curves.axes
    seen = {line.get_label(): line for line in ax.lines if line.get_linestyle() == "None"}
    assert set(seen) == {"seen", "unseen"}
    assert seen["seen"].get_xydata().tolist() == [[0.5, 0.25], [1, 1]]
    assert seen["unseen"].get_xydata().tolist() == [[1.5, 2.25]]


def test_curves_can_be_told_apart_in_grayscale(three_curves):
    (ax,) = three_curves.axes
    assert len({(line.get_linestyle(), line.get_marker()) for line in named(ax)}) == 5


def test_curves_draws_the_line_of_zero_thin_and_without_a_name(three_curves):
    (ax,) = three_curves.axes
    (zero,) = [line for line in ax.lines if line not in named(ax)]
    assert list(zero.get_ydata()) == [0, 0]
    assert zero.get_linewidth() < min(line.get_linewidth() for line in named(ax))


@pytest.mark.parametrize("turned_to", [0.0, 0.5, 2.0])
def test_a_point_of_curves_stands_where_a_slider_is_turned_to(turned_to):
    """As lesson 04 turns its threshold."""
    (ax,) = plots.curves([0, 1, 2], {"f": [3, 4, 5]}, "x", "y", points={"here": ([turned_to], [3 + turned_to])}).axes
    assert {line.get_label(): line for line in ax.lines}["here"].get_xydata().tolist() == [[turned_to, 3 + turned_to]]
    assert ax.get_xlim()[0] <= 0 and ax.get_xlim()[1] >= 2


def test_curves_needs_no_points():
    (ax,) = plots.curves([0, 1], {"f": [2, 3]}, "x", "y").axes
    assert legend(ax) == ["f"]


# paths_on_contours


@pytest.fixture
def two_paths():
    paths = {"short": np.array([[4.0, 2.0], [1.0, 0.5]]), "leaves": np.array([[4.0, 2.0], [-9.0, -4.5], [20.0, 10.0]])}
    return plots.paths_on_contours(lambda x, y: x**2 + 3 * y**2, paths, (-5, 5), (-4, 4), "slope", "intercept (m)")


def test_each_path_has_a_panel_with_its_steps_and_its_start(two_paths):
    steps = {ax.get_title(): ax.lines[0].get_xydata().tolist() for ax in two_paths.axes}
    starts = [ax.lines[1].get_xydata().tolist() for ax in two_paths.axes]
    assert steps == {"short": [[4, 2], [1, 0.5]], "leaves": [[4, 2], [-9, -4.5], [20, 10]]}
    assert starts == [[[4, 2]], [[4, 2]]]


def test_a_path_that_leaves_does_not_stretch_the_panel(two_paths):
    for ax in two_paths.axes:
        assert (ax.get_xlim(), ax.get_ylim()) == ((-5, 5), (-4, 4))
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("slope", "intercept (m)")


def test_contour_lines_join_points_of_equal_loss(two_paths):
    for ax in two_paths.axes:
        (contours,) = ax.collections
        lines = [
            (level, path.vertices) for level, path in zip(contours.levels, contours.get_paths()) if len(path.vertices)
        ]
        assert len(lines) >= 5
        for level, points in lines:
            # between grid points the lines are straight, so the loss is met only nearly
            np.testing.assert_allclose(points[:, 0] ** 2 + 3 * points[:, 1] ** 2, level, atol=0.02)


def test_contour_lines_of_a_bowl_are_equally_far_apart(two_paths):
    gaps = np.diff(np.sqrt(two_paths.axes[0].collections[0].levels))
    np.testing.assert_allclose(gaps, gaps[0])


def test_a_goal_is_marked_in_every_panel():
    paths = {"a": np.zeros((3, 2)), "b": np.ones((3, 2))}
    fig = plots.paths_on_contours(lambda x, y: x + y, paths, (0, 1), (0, 1), "x", "y", goal=(0.5, 0.25))
    assert [ax.lines[-1].get_xydata().tolist() for ax in fig.axes] == [[[0.5, 0.25]]] * 2


def test_one_path_is_one_panel():
    fig = plots.paths_on_contours(lambda x, y: x + y, {"only": np.zeros((3, 2))}, (0, 1), (0, 1), "x", "y")
    assert [ax.get_title() for ax in fig.axes] == ["only"]


# rate_by_category


def test_rate_by_category_draws_the_rates_in_order_and_the_overall_rate():
    frame = pd.DataFrame({"kind": ["a", "a", "b", "b", "c"], "ill": [1, 0, 1, 1, 0]})
    (ax,) = plots.rate_by_category(frame, ["kind"], "ill", "share ill").axes
    assert [label.get_text() for label in ax.get_xticklabels()] == ["c\nn = 1", "a\nn = 2", "b\nn = 2"]
    assert [bar.get_height() for bar in ax.patches] == [0, 0.5, 1]
    assert ax.lines[0].get_ydata()[0] == pytest.approx(0.6)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("kind", "share ill")


def test_rates_of_several_columns_share_their_vertical_axis():
    frame = pd.DataFrame({"kind": ["a", "b", "b"], "size": ["small", "small", "large"], "ill": [1, 0, 1]})
    left, right = plots.rate_by_category(frame, ["kind", "size"], "ill", "share ill").axes
    assert left.get_shared_y_axes().joined(left, right)
    assert left.get_ylim() == (0, 1)
    # named once, where it is drawn
    assert labels_of_axes(left) == ("kind", "share ill") and labels_of_axes(right) == ("size", "")
    assert [label.get_visible() for label in right.get_yticklabels()] == [False] * len(right.get_yticklabels())


def test_each_rate_stands_above_its_bar():
    frame = pd.DataFrame({"kind": ["a", "b", "b", "b"], "ill": [1, 0, 1, 1]})
    (ax,) = plots.rate_by_category(frame, ["kind"], "ill", "share ill").axes
    assert [text.get_text() for text in ax.texts] == ["0.67", "1.00"]
    assert ax.lines[0].get_linestyle() == "--"


def test_bars_have_the_colors_that_color_blind_readers_can_tell_apart():
    frame = pd.DataFrame({"kind": ["a", "b"], "ill": [1, 0]})
    (rates,) = plots.rate_by_category(frame, ["kind"], "ill", "share ill").axes
    assert {to_hex(bar.get_facecolor()).upper() for bar in rates.patches} == {plots.BLUE}


# lines, learning_curves


def test_lines_counts_from_one():
    (ax,) = plots.lines({"loss": [3.0, 2.0], "floor": [1.0, 1.0]}, "epoch", "nats").axes
    assert [line.get_xydata().tolist() for line in ax.lines] == [[[1, 3], [2, 2]], [[1, 1], [2, 1]]]
    assert legend(ax) == ["loss", "floor"]
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    assert labels_of_axes(ax) == ("epoch", "nats")


def test_four_lines_can_be_told_apart_in_grayscale():
    (ax,) = plots.lines({name: [1.0, 2.0] for name in "abcd"}, "x", "y").axes
    assert len({line.get_linestyle() for line in named(ax)}) == 4


def test_learning_curves_names_what_each_axis_counts():
    history = pd.DataFrame({"loss": [3], "val_loss": [4], "accuracy": [0.1], "val_accuracy": [0.3]})
    loss_ax, accuracy_ax = plots.learning_curves(history).axes
    assert labels_of_axes(loss_ax) == ("epoch", "loss (mean per row)")
    assert labels_of_axes(accuracy_ax) == ("epoch", "accuracy (share of rows)")
    # a loss above 1 may not squeeze the accuracy
    assert not loss_ax.get_shared_y_axes().joined(loss_ax, accuracy_ax)
    for ax in (loss_ax, accuracy_ax):
        assert legend(ax) == ["training", "validation"]
        assert len({line.get_linestyle() for line in named(ax)}) == 2


def test_learning_curves_draws_both_phases_and_the_marked_epoch():
    history = pd.DataFrame({"loss": [3, 2], "val_loss": [4, 5], "accuracy": [0.1, 0.2], "val_accuracy": [0.3, 0.4]})
    loss_ax, accuracy_ax = plots.learning_curves(history, mark_epoch=2).axes
    assert [line.get_ydata().tolist() for line in loss_ax.lines[:2]] == [[3, 2], [4, 5]]
    assert [line.get_ydata().tolist() for line in accuracy_ax.lines[:2]] == [[0.1, 0.2], [0.3, 0.4]]
    assert [ax.lines[2].get_xdata()[0] for ax in (loss_ax, accuracy_ax)] == [2, 2]
    assert legend(loss_ax) == ["training", "validation"]


def test_learning_curves_marks_nothing_unless_asked():
    history = pd.DataFrame({"loss": [3], "val_loss": [4], "accuracy": [0.1], "val_accuracy": [0.3]})
    assert [len(ax.lines) for ax in plots.learning_curves(history).axes] == [2, 2]


# confusion_and_roc


def test_confusion_and_roc_draws_the_first_model_at_the_threshold_and_all_curves():
    labels, perfect = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.5, 0.9])
    fig = plots.confusion_and_roc(labels, {"net": perfect, "guess": np.full(4, 0.5)}, 0.5, ["healthy", "ill"])
    matrix_ax, roc_ax = fig.axes
    assert [text.get_text() for text in matrix_ax.texts] == ["1", "1", "0", "2"]
    assert [label.get_text() for label in matrix_ax.get_yticklabels()] == ["healthy", "ill"]
    net, guess, dot = roc_ax.lines
    assert net.get_xydata().tolist() == [[0, 0], [0, 0.5], [0.5, 0.5], [0.5, 1], [1, 1]]
    assert guess.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert dot.get_xydata().tolist() == [[0.5, 1]]
    assert (dot.get_linestyle(), dot.get_marker()) == ("None", "o")
    assert net.get_linestyle() != guess.get_linestyle()
    assert legend(roc_ax) == ["net (AUC = 0.75)", "guess (AUC = 0.50)", "at the threshold"]
    assert labels_of_axes(matrix_ax) == ("the model says", "the truth is")
    assert labels_of_axes(roc_ax) == ("1 − specificity (healthy people alarmed)", "sensitivity (patients found)")


# pictures


def test_pictures_draws_each_image_under_its_title_and_leaves_the_rest_of_the_grid_empty():
    images = np.arange(3 * 2 * 4).reshape(3, 2, 4)
    fig = plots.pictures(images, titles=[7, 8, 9], columns=2)
    assert [ax.get_title() for ax in fig.axes] == ["7", "8", "9", ""]
    assert [len(ax.images) for ax in fig.axes] == [1, 1, 1, 0]
    for ax, image in zip(fig.axes, images):
        assert ax.images[0].get_array().tolist() == image.tolist()


def test_pictures_have_no_axes_and_ten_columns():
    fig = plots.pictures(np.ones((11, 2, 2)), titles=range(11))
    assert len(fig.axes) == 20
    assert not any(ax.axison for ax in fig.axes)


def test_pictures_draws_zero_white_and_the_largest_value_black():
    (ax,) = plots.pictures([[[3, 5]]], titles=[""], columns=1).axes
    picture = ax.images[0]
    assert picture.get_clim() == (0, 5)
    assert picture.cmap(picture.norm([0, 5]))[:, :3].tolist() == [[1, 1, 1], [0, 0, 0]]


# confusion


def test_confusion_counts_every_row_and_colors_the_mistakes():
    (ax,) = plots.confusion(labels=np.array([0, 0, 1, 2, 2, 2]), predictions=np.array([0, 1, 1, 2, 0, 0])).axes
    assert [text.get_text() for text in ax.texts] == ["1", "1", "0", "0", "1", "0", "2", "0", "1"]
    assert ax.images[0].get_array().tolist() == [[0, 1, 0], [0, 0, 0], [2, 0, 0]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("the model says", "the truth is")


def test_the_counts_of_a_confusion_are_black_on_cells_that_stay_light():
    (ax,) = plots.confusion(labels=np.array([0, 0, 1, 2, 2, 2]), predictions=np.array([0, 1, 1, 2, 0, 0])).axes
    (image,) = ax.images
    assert {text.get_color() for text in ax.texts} == {"black"}
    assert image.get_clim() == (0, 4)
    # the darkest cell holds the largest count of mistakes; black on it has a contrast of 4.5 and more
    darkest = np.array(image.cmap(image.norm(2))[:3])
    luminance = ((darkest + 0.055) / 1.055) ** 2.4 @ [0.2126, 0.7152, 0.0722]
    assert (luminance + 0.05) / 0.05 > 4.5


def test_confusion_without_a_mistake_is_white():
    (ax,) = plots.confusion(labels=np.array([0, 1]), predictions=np.array([0, 1])).axes
    assert not ax.images[0].get_array().any()


# roc_and_precision_recall

LABELS = np.array([0, 0, 1, 1])
SCORES = {"sorts well": np.array([1.0, 2.0, 3.0, 4.0]), "sorts badly": np.array([1.0, 3.0, 2.0, 4.0])}


def test_both_curves_of_every_model_are_drawn():
    roc_ax, recall_ax = plots.roc_and_precision_recall(LABELS, SCORES).axes
    for ax in (roc_ax, recall_ax):
        curves = [line for line in ax.lines if not line.get_label().startswith("_")]
        assert [line.get_label().split(" (")[0] for line in curves] == list(SCORES)
        assert len({line.get_linestyle() for line in curves}) == 2
    well, badly = (line.get_xydata().tolist() for line in roc_ax.lines if not line.get_label().startswith("_"))
    assert [0, 1] in well and [0, 1] not in badly
    assert badly == [[0, 0], [0, 0.5], [0.5, 0.5], [0.5, 1], [1, 1]]


def test_random_scores_are_gray_and_nameless():
    for ax in plots.roc_and_precision_recall(LABELS, SCORES).axes:
        chance = [line for line in ax.lines if line not in named(ax)]
        assert len(chance) == 2 and len(named(ax)) == 2
        assert {line.get_color() for line in chance} == {"gray"}


def test_both_curves_say_what_their_axes_share_out():
    roc_ax, recall_ax = plots.roc_and_precision_recall(LABELS, SCORES).axes
    assert labels_of_axes(roc_ax) == ("false alarms (share of class 0)", "recall (share of class 1)")
    assert labels_of_axes(recall_ax) == ("recall (share of class 1)", "precision (share of alarms)")
    assert recall_ax.get_ylim() == (-0.02, 1.02)


def test_precision_recall_starts_at_the_rate_of_class_1():
    recall_ax = plots.roc_and_precision_recall(LABELS, SCORES).axes[1]
    well, badly = (line.get_xydata().tolist() for line in recall_ax.lines if not line.get_label().startswith("_"))
    assert well == [[1, 0.5], [1, 2 / 3], [1, 1], [0.5, 1], [0, 1]]
    assert [1, 2 / 3] in badly and [0.5, 0.5] in badly


def test_legends_of_both_curves_name_the_area():
    roc_ax, recall_ax = plots.roc_and_precision_recall(LABELS, SCORES).axes
    assert legend(roc_ax) == ["sorts well (AUC = 1.00)", "sorts badly (AUC = 0.75)"]
    assert legend(recall_ax) == ["sorts well (AP = 1.00)", "sorts badly (AP = 0.83)"]


# reliability


def test_reliability_compares_probabilities_with_shares():
    labels = np.array([0, 0, 1, 0, 1, 1, 1, 1])
    probabilities = np.array([0.1, 0.1, 0.3, 0.3, 0.6, 0.6, 0.9, 0.7])
    (ax,) = plots.reliability(labels, {"a model": probabilities}, bins=2).axes
    drawn = {line.get_label(): line.get_xydata() for line in ax.lines}
    np.testing.assert_allclose(drawn["a model"], [[0.2, 0.25], [0.7, 1]])
    assert drawn["Perfectly calibrated"].tolist() == [[0, 0], [1, 1]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "mean probability that the model gives",
        "share of rows that are class 1",
    )


def test_two_models_are_compared_on_the_whole_square():
    probabilities = {"one": np.linspace(0.1, 0.9, 16), "other": np.linspace(0.3, 0.6, 16)}
    (ax,) = plots.reliability(np.arange(16) % 2, probabilities).axes
    one, other = [line for line in named(ax) if line.get_label() in probabilities]
    assert one.get_linestyle() != other.get_linestyle() and one.get_marker() != other.get_marker()
    (diagonal,) = [line for line in named(ax) if line.get_label() == "Perfectly calibrated"]
    assert diagonal.get_color() not in [color for color, _ in LINES]
    # eight groups of two rows each
    assert [len(line.get_xdata()) for line in (one, other)] == [8, 8]
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 1), (0, 1))
