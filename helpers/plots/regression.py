"""Figures of a line that learns: where it runs, where that is on the map of its loss, and how its slope settles."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.plots.palette import BLUE, draw_lines

# behind a number that lies on contour lines
PAPER = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}


def line_and_path(x, y, path, marks, goal):
    """Draw a line among its points, and beside it the same line as a place on the contours of its loss.

    Args:
        x, y: the points, shape (n,) each.
        path: (slope, bias) of the line after 0, 1, 2, ... steps, shape (steps + 1, 2).
        marks: the steps to show, in order; the path is drawn up to the last of them, and its line is the thick one.
        goal: (slope, bias) of the best line, a star on the map.

    Returns:
        The Figure; the limits depend on neither path nor marks, so that figures of several marks can be animated. Both
        axes of the map have the same scale, its lines bear the mean squared error, and the marks their steps.
    """
    # margins by hand: an animation draws this often, and to find them takes as long as to draw
    margins = {"left": 0.07, "right": 0.985, "bottom": 0.15, "top": 0.96, "wspace": 0.2}
    fig = Figure(figsize=(8.4, 3.3))
    line_ax, map_ax = fig.subplots(1, 2, gridspec_kw=margins)
    line_ax.plot(x, y, "o", color="black", markersize=4, fillstyle="none", label=f"{len(x)} points")
    ends = np.array([0.0, 1.0])
    for step in marks[:-1]:
        line_ax.plot(ends, path[step][0] * ends + path[step][1], color="gray", linestyle="--", linewidth=1)
    slope, bias = path[marks[-1]]
    line_ax.plot(ends, slope * ends + bias, color=BLUE, linewidth=2, label=f"after {marks[-1]:,} steps")
    line_ax.set(xlabel="x", ylabel="y", xlim=(0, 1), ylim=(-0.2, 3.3))
    line_ax.legend(loc="lower right")
    _draw_map(map_ax, x, y)
    map_ax.plot(*goal, "*", color="black", markersize=10)
    map_ax.plot(*np.asarray(path[: marks[-1] + 1]).T, color=BLUE, linewidth=1.5)
    for step in marks:
        map_ax.plot(*path[step], "o", color=BLUE, markersize=7)
        map_ax.annotate(f"{step:,}", path[step], xytext=(6, 6), textcoords="offset points", bbox=PAPER)
    return fig


def _draw_map(ax, x, y):
    """Draw the mean squared error of the lines through these points, over their slope and bias."""
    slopes, biases = np.meshgrid(np.linspace(-0.5, 3.5, 121), np.linspace(-0.5, 2.5, 121))
    predictions = slopes[..., np.newaxis] * x + biases[..., np.newaxis]
    heights = np.mean((predictions - y) ** 2, axis=-1)
    drawn = ax.contour(slopes, biases, heights, levels=[0.03, 0.1, 0.3, 1, 2, 4, 6], colors="gray", linewidths=0.7)
    ax.clabel(drawn, fmt="%g", fontsize=7)
    ax.set(xlabel="slope", ylabel="bias", aspect="equal")


def settling(slopes, goal, margin, rates=None):
    """Draw how the slope of one or more runs settles, and if wanted the learning rates beside it.

    Args:
        slopes: dict of name -> slope after each epoch, shape (n,) each; up to four.
        goal: the slope to arrive at, a horizontal line.
        margin: how far below and above the goal to draw; a run may leave the figure.
        rates: None, or a dict of name -> learning rate in each epoch, in the order of `slopes`.

    Returns:
        The Figure; rates are drawn on a logarithmic axis.
    """
    fig = Figure(figsize=(7 if rates is None else 9, 3.2), layout="constrained")
    panels = fig.subplots(1, 1 if rates is None else 2, squeeze=False)[0]
    panels[0].axhline(goal, color="gray", linewidth=1, label="least squares")
    draw_lines(panels[0], slopes, "epoch", "slope")
    panels[0].set_ylim(goal - margin, goal + margin)
    for ax in panels:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if rates is not None:
        draw_lines(panels[1], rates, "epoch", "learning rate")
        panels[1].set_yscale("log")
    return fig
