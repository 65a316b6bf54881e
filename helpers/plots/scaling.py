"""Figures of lesson 08: what a step costs many workers, what they gain, and what a larger batch does to the rate."""

import numpy as np
from matplotlib.figure import Figure

from helpers.plots.palette import BLUE, LINES, ORANGE

# readable in gray, too: fill and hatching
PARTS = [("#d9d9d9", ""), (BLUE, ""), (ORANGE, "//"), ("#f3d9c4", "..")]
MARKERS = ["o", "s", "^", "v"]


def step_parts(workers, parts):
    """Draw what a step's time consists of, a stacked bar for each number of workers.

    Args:
        workers: the numbers of workers, one bar each.
        parts: dict of at most four names -> milliseconds, shape (number of bars,), drawn from the bottom up.

    Returns:
        The Figure.
    """
    fig = Figure(figsize=(8, 3.2), layout="constrained")
    ax = fig.subplots()
    places, bottom = np.arange(len(workers)), np.zeros(len(workers))
    for (name, times), (color, hatch) in zip(parts.items(), PARTS):
        ax.bar(places, times, bottom=bottom, label=name, color=color, hatch=hatch, edgecolor="gray", linewidth=0.5)
        bottom = bottom + np.asarray(times, float)
    ax.set_xticks(places, [f"{number:,}" for number in workers])
    ax.set(xlabel="workers", ylabel="time of a step (ms)")
    fig.legend(loc="outside right upper", frameon=False)
    return fig


def speedups(workers, curves):
    """Draw how many times as fast some workers are as one, on two logarithmic axes, beside the ideal.

    Args:
        workers: numbers of workers, shape (n,), from 1 on.
        curves: dict of at most four names -> times as fast, shape (n,).

    Returns:
        The Figure.
    """
    fig = Figure(figsize=(8, 3.6), layout="constrained")
    ax = fig.subplots()
    ax.plot(workers, workers, color="lightgray", linewidth=4, label="n workers, n times as fast")
    for (name, factors), (color, style) in zip(curves.items(), LINES):
        ax.plot(workers, factors, style, color=color, label=name)
    ticks = [number for number in (1, 2, 4, 8, 16, 64, 256, 1000) if number <= max(workers)]
    ax.set(xscale="log", yscale="log", xlabel="workers (logarithmic)", ylabel="times as fast as one (logarithmic)")
    ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    ax.minorticks_off()
    fig.legend(loc="outside right upper", frameon=False)
    return fig


def loss_by_rate(rates, losses):
    """Draw the loss over the learning rate, one line a batch size, with a larger dot at the lowest of each.

    Args:
        rates: learning rates, shape (n,), ascending; each is a tick.
        losses: dict of at most four batch sizes -> losses in nats, shape (n,); one that is not finite is left out.

    Returns:
        The Figure; the loss axis ends a little above that of guessing among ten classes, ln 10.
    """
    fig = Figure(figsize=(8, 3.2), layout="constrained")
    ax = fig.subplots()
    for (batch, values), (color, style), marker in zip(losses.items(), LINES, MARKERS):
        values = np.where(np.isfinite(values), values, np.nan)
        ax.plot(rates, values, style, color=color, marker=marker, markersize=4, label=f"{batch:,} rows a batch")
        best = np.nanargmin(values)
        ax.plot(rates[best], values[best], marker, color=color, markersize=10)
    ax.set(xscale="log", ylim=(0, 2.6), xlabel="learning rate (logarithmic)", ylabel="loss (nats per row)")
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.minorticks_off()
    fig.legend(loc="outside right upper", frameon=False)
    return fig
