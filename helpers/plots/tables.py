"""Figures of a table before any training."""

from matplotlib.figure import Figure

from helpers.plots.palette import BLUE


def rate_by_category(frame, columns, target, rate_label):
    """Draw, for each category of each column, the mean of a 0/1 column among its rows.

    Args:
        frame: DataFrame with `columns` (categories) and `target` (0 or 1).
        columns: names of the columns, one panel each.
        target: name of the 0/1 column.
        rate_label: what the mean is called on the vertical axis, with its unit.

    Returns:
        The Figure; bars stand in order of their rate, with the number of their rows below the category, and the dashed
        line is the rate over all rows.
    """
    fig = Figure(figsize=(2.4 * len(columns), 3), layout="constrained")
    axes = fig.subplots(1, len(columns), sharey=True, squeeze=False)[0]
    for ax, column in zip(axes, columns):
        groups = frame.groupby(column)[target].agg(["mean", "count"]).sort_values("mean")
        names = [f"{name}\nn = {count}" for name, count in groups["count"].items()]
        bars = ax.bar(names, groups["mean"], color=BLUE)
        ax.tick_params(axis="x", labelsize=8)
        ax.bar_label(bars, fmt="%.2f")
        ax.axhline(frame[target].mean(), color="black", linestyle="--")
        ax.set(xlabel=column, ylim=(0, 1))
    axes[0].set_ylabel(rate_label)
    return fig
