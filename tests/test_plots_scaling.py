"""The figures of lesson 08: what is drawn is what was measured or computed."""

import numpy as np
import pytest

from helpers import plots

WORKERS = [1, 2, 4]
PARTS = {"arithmetic": [8.0, 4.0, 2.0], "latency": [0.0, 1.0, 3.0]}


@pytest.mark.parametrize("bar", [0, 1, 2])
def test_step_parts_are_stacked_in_their_order(bar):
    fig = plots.step_parts(WORKERS, PARTS)
    (ax,) = fig.axes
    arithmetic, latency = ax.containers
    assert arithmetic[bar].get_y() == 0 and arithmetic[bar].get_height() == PARTS["arithmetic"][bar]
    assert latency[bar].get_y() == PARTS["arithmetic"][bar] and latency[bar].get_height() == PARTS["latency"][bar]
    assert arithmetic[bar].get_facecolor() != latency[bar].get_facecolor()
    assert ax.get_xticklabels()[bar].get_text() == str(WORKERS[bar])
    assert not ax.lines
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("workers", "time of a step (ms)")
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["arithmetic", "latency"]


@pytest.mark.parametrize("last", [4, 64, 1000])
def test_speedups_stand_beside_the_ideal(last):
    workers = np.array([1, 2, last])
    curves = {"small": np.array([1, 1.2, 0.7]), "large": np.array([1, 1.9, 3.0])}
    (ax,) = plots.speedups(workers, curves).axes
    ideal, small, large = ax.lines
    np.testing.assert_array_equal(ideal.get_ydata(), workers)
    np.testing.assert_array_equal(small.get_ydata(), curves["small"])
    np.testing.assert_array_equal(large.get_xydata(), np.c_[workers, curves["large"]])
    assert large.get_color() != small.get_color()
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert [label.get_text() for label in ax.get_xticklabels()][-1] == f"{last:,}"
    assert "workers" in ax.get_xlabel() and "times as fast" in ax.get_ylabel()


@pytest.mark.parametrize("best", [0, 1, 2])
def test_loss_by_rate_marks_the_lowest_and_leaves_out_what_is_no_number(best):
    rates, losses = [0.01, 0.1, 1.0, 10.0], np.array([1.0, 1.1, 1.2, np.nan])
    losses[best] = 0.5
    fig = plots.loss_by_rate(rates, {64: losses, 1024: losses + 0.1})
    (ax,) = fig.axes
    line, mark, other, other_mark = ax.lines
    np.testing.assert_array_equal(line.get_ydata(), losses)
    np.testing.assert_array_equal(mark.get_xydata(), [[rates[best], 0.5]])
    np.testing.assert_allclose(other_mark.get_xydata(), [[rates[best], 0.6]])
    assert ax.get_xscale() == "log" and "rate" in ax.get_xlabel() and "nats" in ax.get_ylabel()
    # the rates that were tried, and nothing between them
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0.01", "0.1", "1", "10"]
    assert not len(ax.xaxis.get_minorticklocs())
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["64 rows a batch", "1,024 rows a batch"]
