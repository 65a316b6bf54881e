"""Figures of functions, of paths on them, and of what is measured as training goes on."""

import numpy as np
from matplotlib.figure import Figure

from helpers.plots.palette import BLUE, LINES, ORANGE, draw_lines


def lines(series, xlabel, ylabel):
    """Draw up to four lines over 1, 2, 3, ….

    Args:
        series: dict of name -> values, shape (n,) each.
        xlabel, ylabel: the axes, with their units.

    Returns:
        The Figure; the legend holds the names.
    """
    fig = Figure(figsize=(7, 3.2), layout="constrained")
    draw_lines(fig.subplots(), series, xlabel, ylabel)
    return fig


def curves(x, series, xlabel, ylabel, points=None):
    """Draw up to four lines over the same horizontal positions, and single points on top.

    Args:
        x: positions, shape (n,).
        series: dict of name -> values, shape (n,) each.
        xlabel, ylabel: the axes, with their units where they have one.
        points: None, or a dict of name -> (positions, values), drawn as markers without a line.

    Returns:
        The Figure, with a horizontal line at 0; the legend holds all names.
    """
    fig = Figure(figsize=(7, 3.2), layout="constrained")
    ax = fig.subplots()
    ax.axhline(0, color="gray", linewidth=0.8)
    for (name, values), (color, dashes) in zip(series.items(), LINES):
        ax.plot(x, values, color=color, linestyle=dashes, label=name)
    for (name, (positions, values)), marker in zip((points or {}).items(), "osD^"):
        ax.plot(positions, values, marker, color="black", markersize=5, fillstyle="none", label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return fig


def paths_on_contours(loss, paths, xlim, ylim, xlabel, ylabel, goal=None):
    """Draw the steps of one or more descents on the contour lines of their loss, one panel a path.

    Args:
        loss: function of two arrays of the same shape (horizontal, vertical) that returns the losses.
        paths: dict of name -> positions, shape (n, 2); the names become the panels' titles.
        xlim, ylim: the part of the plane to draw; a path may leave it.
        xlabel, ylabel: the axes, with their units where they have one.
        goal: None, or a position, shape (2,), to mark with a star in every panel.

    Returns:
        The Figure. A square marks the start of each path; contour lines crowd where the loss is steep.
    """
    fig = Figure(figsize=(3.2 * len(paths), 3), layout="constrained")
    across, up = np.meshgrid(np.linspace(*xlim, 121), np.linspace(*ylim, 121))
    heights = np.asarray(loss(across, up))
    # squares of equal steps: the contour lines of a bowl are then equally far apart
    levels = heights.min() + np.ptp(heights) * np.linspace(0.05, 1, 10) ** 2
    for ax, (name, path) in zip(fig.subplots(1, len(paths), squeeze=False)[0], paths.items()):
        ax.contour(across, up, heights, levels=levels, colors="gray", linewidths=0.7)
        ax.plot(path[:, 0], path[:, 1], "o-", color=BLUE, markersize=3, linewidth=1.2)
        ax.plot(*path[0], "s", color=ORANGE, markersize=7)
        if goal is not None:
            ax.plot(*goal, "*", color="black", markersize=9)
        ax.set(title=name, xlim=xlim, ylim=ylim, xlabel=xlabel, ylabel=ylabel)
    return fig


def learning_curves(history, mark_epoch=None):
    """Draw loss and accuracy over the epochs, training beside validation.

    Args:
        history: DataFrame with one row an epoch and the columns loss, accuracy, val_loss and
            val_accuracy. Losses are means per row in nats; accuracies are between 0 and 1.
        mark_epoch: an epoch, counted from 1, to mark with a vertical line; None marks none.

    Returns:
        The Figure, loss on the left and accuracy on the right.
    """
    fig = Figure(figsize=(9, 3.4), layout="constrained")
    panels = [("loss", "loss (mean per row)"), ("accuracy", "accuracy (share of rows)")]
    for ax, (name, label) in zip(fig.subplots(1, 2), panels):
        series = {"training": history[name], "validation": history[f"val_{name}"]}
        draw_lines(ax, series, "epoch", label)
        if mark_epoch is not None:
            ax.axvline(mark_epoch, color="gray", linewidth=1)
    return fig
