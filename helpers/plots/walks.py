"""Walks downhill: on a curve, seen from the side, and on a map, seen from above."""

import numpy as np
from matplotlib.figure import Figure

from helpers.plots.palette import BLUE, LINES, ORANGE

# which steps of a walk carry their number on a map
NUMBERED = (1, 2, 3, 5, 10, 20, 50)


def walk(function, x, path, xlabel, ylabel):
    """Draw a curve, the places on it where a walk has been, and as a large dot the one where it is now.

    Args:
        function: takes an array of positions and returns the heights there.
        x: the positions between which the curve is drawn, shape (n,).
        path: where the walk has been, shape (m,), m at least 1; the last is where it is.
        xlabel, ylabel: the axes, with their units where they have one.

    Returns:
        The Figure; its title counts the steps.
    """
    path = np.asarray(path)
    fig = Figure(figsize=(7, 3.2), layout="constrained")
    ax = fig.subplots()
    ax.plot(x, function(np.asarray(x)), color=BLUE)
    ax.plot(path, function(path), "o", color="black", markersize=4, fillstyle="none")
    ax.plot(path[-1:], function(path[-1:]), "o", color=ORANGE, markersize=11)
    steps = len(path) - 1
    title = f"after {steps} step{'' if steps == 1 else 's'}: x = {path[-1]:.2f}"
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    return fig


def walks_on_map(loss, paths, xlim, ylim, xlabel, ylabel):
    """Draw up to four walks on the contour lines of their loss, with one scale for both axes, so that angles are true.

    Args:
        loss: function of two arrays of the same shape (horizontal, vertical) that returns the losses.
        paths: dict of name -> positions, shape (n, 2).
        xlim, ylim: the part of the plane to draw; a walk may leave it.
        xlabel, ylabel: the axes, with their units where they have one.

    Returns:
        The Figure. Contour lines carry their loss, and some steps their number. The legend holds the names, the steps
        of each walk, and after which one it leaves the map.
    """
    fig = Figure(figsize=(8.5, 4.2), layout="constrained")
    ax = fig.subplots()
    across, up = np.meshgrid(np.linspace(*xlim, 121), np.linspace(*ylim, 121))
    heights = np.asarray(loss(across, up))
    # squares of equal steps: the contour lines of a bowl are then equally far apart
    levels = heights.min() + np.ptp(heights) * np.linspace(0.05, 1, 10) ** 2
    contours = ax.contour(across, up, heights, levels=levels, colors="gray", linewidths=0.7)
    ax.clabel(contours, levels[1::2], fmt="%.3g", fontsize=8)
    for (name, path), (color, dashes), marker in zip(paths.items(), LINES, "os^D"):
        ax.plot(
            *path.T,
            color=color,
            linestyle=dashes,
            linewidth=1.2,
            marker=marker,
            markersize=4,
            label=f"{name}: {_steps(path, xlim, ylim)}",
        )
        for step in NUMBERED:
            if step < len(path) and _is_inside(path[step], xlim, ylim):
                place = {"xytext": (3, 4), "textcoords": "offset points", "fontsize": 8, "color": color}
                ax.annotate(str(step), path[step], **place)
    start = next(iter(paths.values()))[0]
    ax.plot(*start, "*", color="black", markersize=12, label="start")
    ax.set(xlim=xlim, ylim=ylim, xlabel=xlabel, ylabel=ylabel, aspect="equal")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3)
    return fig


def _steps(path, xlim, ylim):
    """Return in words how many steps a path has, and where it leaves the map."""
    outside = [step for step, place in enumerate(path) if not _is_inside(place, xlim, ylim)]
    return f"{len(path) - 1} steps" + (f", off the map at step {outside[0]}" if outside else "")


def _is_inside(place, xlim, ylim):
    return xlim[0] <= place[0] <= xlim[1] and ylim[0] <= place[1] <= ylim[1]
