"""Figures of lesson 09: what a network drew, the nearest real pictures, and losses beside the quality of drawings."""

import numpy as np
from matplotlib.figure import Figure

from helpers.plots.palette import BLUE, LINES, ORANGE, draw_pictures

# between two drawings, in widths of a drawing
GAP = 0.08


def drawings(pictures, title, columns=10):
    """Draw small square pictures in a grid, row by row, all in the same shades: 0 is white, 1 is black.

    Args:
        pictures: numbers from 0 to 1, shape (n, height * width), each a square.
        title: what stands above the grid.
        columns: pictures in a row.

    Returns:
        The Figure, of the same size for equally many pictures, so that `animate` can show one after another.
    """
    n_rows = -(-len(pictures) // columns)
    fig = Figure(figsize=(0.62 * columns, 0.62 * n_rows + 0.35), layout="constrained")
    fig.suptitle(title, fontsize=10)
    # one axis for all: to find room for an axis each takes ten times as long, in every frame
    ax = fig.subplots()
    ax.set_axis_off()
    for number, picture in enumerate(_squares(pictures)):
        top, left = np.multiply(divmod(number, columns), 1 + GAP)
        ax.imshow(picture, cmap="gray_r", vmin=0, vmax=1, extent=(left, left + 1, top + 1, top))
    ax.set(xlim=(0, columns * (1 + GAP) - GAP), ylim=(n_rows * (1 + GAP) - GAP, 0))
    return fig


def nearest_pairs(drawn, nearest, distances):
    """Draw each picture above the one that is nearest to it, with their distance between them.

    Args:
        drawn, nearest: numbers from 0 to 1, shape (n, height * width), each a square.
        distances: between the two of a pair, shape (n,).

    Returns:
        The Figure: drawn above, nearest below.
    """
    fig = Figure(figsize=(0.75 * len(drawn) + 0.8, 2.1), layout="constrained")
    axes = fig.subplots(2, len(drawn), squeeze=False)
    for row, pictures, name in zip(axes, (drawn, nearest), ("drawn", "nearest real")):
        draw_pictures(row, _squares(pictures), largest=1)
        # an axis that is off would hide its label, too
        row[0].text(-0.2, 0.5, name, transform=row[0].transAxes, ha="right", va="center")
    for ax, distance in zip(axes[1], distances):
        ax.set_title(f"{distance:.2f}", fontsize=9)
    return fig


def _squares(pictures):
    side = round(np.sqrt(np.shape(pictures)[1]))
    return np.reshape(pictures, (-1, side, side))


def loss_and_quality(losses, measured, distances, yardstick):
    """Draw the losses of two networks over the epochs, and under them how far the drawings were from real pictures.

    Args:
        losses: of discriminator and generator after each epoch, in nats, all > 0, shape (epochs, 2).
        measured: the epochs after which the drawings were measured, counted from 1.
        distances: the distance after each of these epochs, all > 0.
        yardstick: the distance between real pictures and other real pictures, > 0.

    Returns:
        The Figure. A line at ln 2 in the upper panel is a loss of guessing, the line in the lower one the yardstick.
        Both panels have a logarithmic axis: else one loss looks flat beside the other.
    """
    fig = Figure(figsize=(7.5, 4.6), layout="constrained")
    upper, lower = fig.subplots(2, 1, sharex=True)
    for name, values, (color, dashes) in zip(("discriminator", "generator"), np.transpose(losses), LINES):
        upper.plot(range(1, len(values) + 1), values, color=color, linestyle=dashes, label=name)
    upper.axhline(np.log(2), color="gray", linewidth=1, label="a coin: ln 2")
    upper.set(ylabel="loss (nats, log scale)", yscale="log")
    upper.minorticks_off()
    upper.set_yticks([0.25, 0.5, 1, 2, 4], ["0.25", "0.5", "1", "2", "4"])
    lower.plot(measured, distances, "o-", color=BLUE, label="drawn and real")
    lower.axhline(yardstick, color=ORANGE, linestyle="--", label="real and real")
    lower.set(xlabel="epoch", ylabel="distance (log scale)", yscale="log")
    for ax in (upper, lower):
        ax.legend(loc="upper right")
    return fig
