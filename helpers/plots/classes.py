"""Figures of two classes: a number in each of them, a threshold between them, and what a logit means for them."""

import numpy as np
from matplotlib.figure import Figure

from helpers.plots.palette import BLUE, LINES, ORANGE


def class_histograms(values, labels, names, value_label, bins=30, threshold=None):
    """Draw the distribution of one number in two classes, one above the other, on the same axes.

    Args:
        values: numbers, shape (n,).
        labels: 0 or 1, shape (n,).
        names: what class 0, in the upper panel, and class 1 are called.
        value_label: the horizontal axis, with its unit.
        bins: number of bins, or their edges.
        threshold: if given, a line there, and how many rows of each class lie below it and at or above it.

    Returns:
        The Figure, with counts (rows per bin) on the vertical axes.
    """
    values, labels = np.asarray(values), np.asarray(labels)
    fig = Figure(figsize=(7, 3.4), layout="constrained")
    axes = fig.subplots(2, 1, sharex=True, sharey=True)
    edges = np.histogram_bin_edges(values, bins)
    for ax, label, name, color, hatch in zip(axes, (0, 1), names, (BLUE, ORANGE), ("", "////")):
        inside = values[labels == label]
        ax.hist(inside, bins=edges, color=color, hatch=hatch, edgecolor="white")
        ax.set_ylabel("rows per bin")
        ax.set_title(f"{name}: {len(inside)} rows", loc="left", fontsize=10)
        if threshold is not None:
            ax.axvline(threshold, color="black", linestyle="--")
            above = int((inside >= threshold).sum())
            ax.set_title(f"{len(inside) - above} below, {above} at or above the dashed line", loc="right", fontsize=10)
    axes[1].set_xlabel(value_label)
    return fig


def logit_to_loss(logits):
    """Draw over logits, in order, the probability that each means, and what each costs if the label is 0 or 1.

    Args:
        logits: numbers in rising order, shape (n,).

    Returns:
        The Figure; the loss is binary cross-entropy, from the logits, so it is finite everywhere.
    """
    logits = np.asarray(logits, "float64")
    fig = Figure(figsize=(8, 2.8), layout="constrained")
    probability, loss = fig.subplots(1, 2)
    probability.plot(logits, 1 / (1 + np.exp(-logits)), color="black")
    probability.axhline(0.5, color="gray", linestyle=":")
    probability.axvline(0, color="gray", linestyle=":")
    probability.set(xlabel="logit", ylabel="probability of class 1")
    losses = {"label 1": np.logaddexp(0, -logits), "label 0": np.logaddexp(0, logits)}
    for (name, values), (color, dashes) in zip(losses.items(), LINES):
        loss.plot(logits, values, color=color, linestyle=dashes, label=name)
    loss.set(xlabel="logit", ylabel="loss of one row")
    loss.legend()
    return fig
