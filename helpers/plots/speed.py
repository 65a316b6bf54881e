"""Figures of lesson 07: who starts what, how long a step takes on each rung, and what many quick runs show."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.plots.palette import BLUE, ORANGE

# for the first, second, third and fourth word of a table: fill and hatching, from slow to fast
FILLS = [("white", ""), ("#f3d9c4", ""), ("#bcd8ea", "//"), (BLUE, "")]


# lesson 07's rungs, from the lowest to the highest: who starts an epoch, a step, a batch, an operation
STARTED = ["an epoch", "a step", "a batch", "an operation"]
STARTERS = {
    "eager": ["Python", "Python", "tf.data", "Python"],
    "fit, or a graph for each step": ["Python", "Python", "tf.data", "graph"],
    "fit, 32 steps a call": ["Python", "graph", "tf.data", "graph"],
    "epoch over a dataset": ["Python", "tf.data", "tf.data", "graph"],
    "epoch over its iterator": ["Python", "graph", "tf.data", "graph"],
    "rows gathered in the graph": ["Python", "graph", "graph", "graph"],
    "the same, by XLA": ["Python", "machine code", "machine code", "machine code"],
}


def who_starts_what(table=STARTERS, columns=STARTED):
    """Draw a table of words, one row a way of training; equal words have the same fill.

    Args:
        table: dict of name -> one word for each column; at most four different words.
        columns: what is started, the columns' names.

    Returns:
        The Figure; fills follow the order in which the words first appear, the last one is dark.
    """
    words = list(dict.fromkeys(word for row in table.values() for word in row))
    fig = Figure(figsize=(2.2 + 1.5 * len(columns), 0.5 + 0.38 * len(table)), layout="constrained")
    ax = fig.subplots()
    for y, row in enumerate(table.values()):
        for x, word in enumerate(row):
            color, hatch = FILLS[words.index(word)]
            ax.barh(y, 1, left=x - 0.5, height=0.9, color=color, hatch=hatch, edgecolor="gray", linewidth=0.5)
            light = {"facecolor": color, "edgecolor": "none", "pad": 1}
            ax.text(x, y, word, ha="center", va="center", bbox=light, color="white" if color == BLUE else "black")
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(table)), list(table))
    ax.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(table) - 0.5, -0.5))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return fig


def ladder(times, floor):
    """Draw how long a step takes, one bar a rung, each with its number, on a logarithmic axis.

    Args:
        times: dict of rung -> microseconds a step, in the order of the rungs.
        floor: about how many microseconds of a step are arithmetic, a vertical line.

    Returns:
        The Figure.
    """
    fig = Figure(figsize=(8, 0.9 + 0.36 * len(times)), layout="constrained")
    ax = fig.subplots()
    bars = ax.barh(list(times), list(times.values()), color=ORANGE)
    # a line behind a number would strike it out
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    ax.bar_label(bars, labels=[f"{in_digits(time)} µs" for time in times.values()], padding=4, bbox=paper)
    ax.axvline(floor, color="black", linestyle="--", label=f"its arithmetic, estimated: {in_digits(floor)} µs")
    ax.set(xscale="log", xlabel="time of a step (µs, logarithmic)")
    ax.set_xlim(min(floor, *times.values()) / 2, 15 * max(times.values()))
    ax.invert_yaxis()
    fig.legend(loc="outside upper right", frameon=False)
    return fig


def in_digits(number):
    """Return a number with two digits that count, as text: 10,900 or 17 or 1.8."""
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:.1f}"


def spread(values):
    """Draw histograms side by side, with the bounds between which nine in ten of the values lie.

    Args:
        values: dict of what was measured, with its unit -> numbers, shape (n,).

    Returns:
        The Figure; dashed lines are the 5th and the 95th percentile.
    """
    fig = Figure(figsize=(4.4 * len(values), 2.8), layout="constrained")
    for ax, (name, numbers) in zip(fig.subplots(1, len(values), squeeze=False)[0], values.items()):
        ax.hist(numbers, bins=15, color=BLUE, edgecolor="white")
        for bound in np.percentile(numbers, [5, 95]):
            ax.axvline(bound, color="black", linestyle="--")
        ax.set(xlabel=name, ylabel="number of runs")
    return fig


def heat_map(values, rows, rows_label, columns_label, values_label):
    """Draw a table of numbers as shades, darker is lower, with a dot at the lowest of each column.

    Args:
        values: shape (number of rows, columns); columns are numbered from 1.
        rows: the numbers that the rows stand for.
        rows_label, columns_label, values_label: what they are, with their units.

    Returns:
        The Figure. Shades end at the 75th percentile, so that high values do not hide what is between the others.
    """
    values = np.asarray(values)
    fig = Figure(figsize=(8, 3.4), layout="constrained")
    ax = fig.subplots()
    extent = (0.5, values.shape[1] + 0.5, len(rows) - 0.5, -0.5)
    # a diverged run has no loss, and is drawn white
    known = values[np.isfinite(values)]
    image = ax.imshow(values, cmap="viridis", aspect="auto", extent=extent, vmax=np.percentile(known, 75))
    lowest = np.argmin(np.where(np.isfinite(values), values, np.inf), axis=0)
    ax.plot(range(1, values.shape[1] + 1), lowest, "o", color="white", markeredgecolor="black", label="lowest")
    ax.set_yticks(range(len(rows)), [f"{row:.2g}" for row in rows])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel=columns_label, ylabel=rows_label)
    ax.legend(loc="upper right")
    fig.colorbar(image, label=values_label, extend="max")
    return fig
