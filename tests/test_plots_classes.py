"""Figures of two classes, tested by the data on their axes."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers import plots

VALUES, LABELS = np.array([0.0, 0, 1, 1, 1, 2]), np.array([0, 1, 1, 1, 0, 1])


def histograms(**more):
    return plots.class_histograms(VALUES, LABELS, ["well", "ill"], "value (mg)", bins=[-0.5, 0.5, 1.5, 2.5], **more)


def test_each_class_has_a_panel_with_its_counts():
    well, ill = histograms().axes
    assert [bar.get_height() for bar in well.patches] == [1, 1, 0]
    assert [bar.get_height() for bar in ill.patches] == [1, 2, 1]
    assert [bar.get_y() for bar in ill.patches] == [0, 0, 0]
    assert [ax.get_title(loc="left") for ax in (well, ill)] == ["well: 2 rows", "ill: 4 rows"]
    assert [(ax.get_xlabel(), ax.get_ylabel()) for ax in (well, ill)] == [
        ("", "rows per bin"),
        ("value (mg)", "rows per bin"),
    ]
    assert well.get_shared_x_axes().joined(well, ill) and well.get_shared_y_axes().joined(well, ill)


def test_both_classes_stand_in_the_same_bins():
    well, ill = plots.class_histograms([0, 1, 5, 9], [0, 0, 1, 1], ["well", "ill"], "value (mg)", bins=3).axes
    assert [bar.get_x() for bar in well.patches] == [bar.get_x() for bar in ill.patches] == pytest.approx([0, 3, 6])


def test_the_classes_differ_in_color_and_hatching():
    well, ill = histograms().axes
    assert [{to_hex(bar.get_facecolor()).upper() for bar in ax.patches} for ax in (well, ill)] == [
        {plots.BLUE},
        {plots.ORANGE},
    ]
    assert [{bar.get_hatch() for bar in ax.patches} for ax in (well, ill)] == [{""}, {"////"}]
    # hatches are drawn in the color of the edge
    assert all(bar.get_edgecolor()[:3] != bar.get_facecolor()[:3] for bar in ill.patches)


@pytest.mark.parametrize(("threshold", "below"), [(-1, (0, 0)), (1, (1, 1)), (1.5, (2, 3))])
def test_a_threshold_is_drawn_and_counts_each_class(threshold, below):
    for ax, rows, fewer in zip(histograms(threshold=threshold).axes, (2, 4), below):
        assert set(ax.lines[0].get_xdata()) == {threshold}
        assert ax.get_title(loc="right") == f"{fewer} below, {rows - fewer} at or above the dashed line"


def test_without_a_threshold_there_is_no_line():
    for ax in histograms().axes:
        assert not ax.lines and ax.get_title(loc="right") == ""


def test_a_logit_becomes_a_probability_and_a_loss():
    probability, loss = plots.logit_to_loss([-2.0, 0.0, 1000.0]).axes
    curve, half, _ = probability.lines
    assert curve.get_ydata() == pytest.approx([1 / (1 + np.exp(2)), 0.5, 1])
    assert set(half.get_ydata()) == {0.5}
    ill, well = loss.lines
    assert [line.get_label() for line in (ill, well)] == ["label 1", "label 0"]
    assert ill.get_ydata() == pytest.approx([np.log(1 + np.exp(2)), np.log(2), 0])
    assert well.get_ydata() == pytest.approx([np.log(1 + np.exp(-2)), np.log(2), 1000])
    assert [line.get_xdata().tolist() for line in (curve, ill, well)] == [[-2, 0, 1000]] * 3
    assert ill.get_linestyle() != well.get_linestyle()
    assert (probability.get_xlabel(), probability.get_ylabel()) == ("logit", "probability of class 1")
    assert (loss.get_xlabel(), loss.get_ylabel()) == ("logit", "loss of one row")
