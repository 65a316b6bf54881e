"""Figures of a table before any training: rates and distributions."""

from matplotlib.figure import Figure

from helpers.plots.palette import BLUE, ORANGE


def rate_by_category(frame, columns, target, rate_label):
    """Draw, for each category of each column, the mean of a 0/1 column among its rows.

    Args:
        frame: DataFrame with `columns` (categories) and `target` (0 or 1).
        columns: names of the columns, one panel each.
        target: name of the 0/1 column.
        rate_label: what the mean is called on the vertical axis, with its unit.

    Returns:
        The Figure; bars stand in order of their rate, and the dashed line is the rate over all rows.
    """
    fig = Figure(figsize=(2.4 * len(columns), 3), layout="constrained")
    axes = fig.subplots(1, len(columns), sharey=True, squeeze=False)[0]
    for ax, column in zip(axes, columns):
        rates = frame.groupby(column)[target].mean().sort_values()
        bars = ax.bar(rates.index.astype(str), rates, color=BLUE)
        ax.bar_label(bars, fmt="%.2f")
        ax.axhline(frame[target].mean(), color="black", linestyle="--")
        ax.set(xlabel=column, ylim=(0, 1))
    axes[0].set_ylabel(rate_label)
    return fig


def histogram_by_class(values, labels, names, value_label, bins=40):
    """Draw the distribution of one number in two classes, on the same bins.

    Args:
        values: numbers, shape (n,).
        labels: 0 or 1, shape (n,).
        names: what class 0 and class 1 are called in the legend.
        value_label: the horizontal axis, with its unit.
        bins: number of bins, or their edges.

    Returns:
        The Figure, with counts (rows per bin) on the vertical axis.
    """
    fig = Figure(figsize=(7, 3), layout="constrained")
    ax = fig.subplots()
    groups = [values[labels == 0], values[labels == 1]]
    _, _, bars = ax.hist(groups, bins=bins, stacked=True, color=[BLUE, ORANGE], label=names)
    for bar in bars[1]:
        bar.set(hatch="////", edgecolor="white")
    ax.set(xlabel=value_label, ylabel="rows per bin")
    ax.legend()
    return fig
