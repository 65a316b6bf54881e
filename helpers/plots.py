"""Every figure of the course, and `show`, which publishes a figure with a description in words.

Each function builds a `matplotlib.figure.Figure` of its own and returns it; nothing is drawn until
`show` is called, and no global matplotlib state is read or changed. The two colors are from the
Okabe-Ito palette, which color-blind readers can tell apart; lines also differ in their dashes and
bars in their hatching, so that every figure can be read in grayscale.
"""

import base64
import html
import io

import numpy as np
from IPython.display import display
from matplotlib.figure import Figure
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import ConfusionMatrixDisplay, PrecisionRecallDisplay, RocCurveDisplay, confusion_matrix

BLUE, ORANGE = "#0072B2", "#D55E00"
# (color, dashes) of the first, second, third and fourth line of a figure
LINES = [(BLUE, "-"), (ORANGE, "--"), ("#000000", ":"), ("#009E73", "-.")]


def show(fig, description):
    """Display a figure with `description` as its alternative text and as a visible caption.

    Args:
        fig: a `matplotlib.figure.Figure`.
        description: one sentence that says what there is to see.

    The description travels several ways because no single way reaches everybody. JupyterLab and nbconvert show a
    picture without the alternative text in its metadata, so it is also published as HTML, which they prefer; what
    cannot show HTML shows the picture, a terminal the description. The caption under it is for everybody.
    """
    png = io.BytesIO()
    # no "Software" entry: a stored figure must not change because matplotlib's version did
    fig.savefig(png, format="png", dpi=110, metadata={"Software": None})
    picture = base64.b64encode(png.getvalue()).decode()
    page = f'<img src="data:image/png;base64,{picture}" alt="{html.escape(description)}">'
    forms = {"text/html": page, "image/png": picture, "text/plain": description}
    display(forms, raw=True, metadata={"image/png": {"alt": description}})
    display({"text/markdown": f"*{description}*", "text/plain": description}, raw=True)


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


def lines(series, xlabel, ylabel):
    """Draw up to four lines over 1, 2, 3, ….

    Args:
        series: dict of name -> values, shape (n,) each.
        xlabel, ylabel: the axes, with their units.

    Returns:
        The Figure; the legend holds the names.
    """
    fig = Figure(figsize=(7, 3.2), layout="constrained")
    _draw_lines(fig.subplots(), series, xlabel, ylabel)
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
    panels = [("loss", "loss (nats per row)"), ("accuracy", "accuracy (share of rows)")]
    for ax, (name, label) in zip(fig.subplots(1, 2), panels):
        series = {"training": history[name], "validation": history[f"val_{name}"]}
        _draw_lines(ax, series, "epoch", label)
        if mark_epoch is not None:
            ax.axvline(mark_epoch, color="gray", linewidth=1)
    return fig


def confusion_and_roc(labels, scores, threshold, names):
    """Draw the confusion matrix at a threshold, and the ROC curve of one or more models.

    Args:
        labels: 0 or 1, shape (n,).
        scores: dict of model name -> scores, shape (n,) each; larger means class 1. The confusion
            matrix and the marked point belong to the first model.
        threshold: rows whose score is at least this are called class 1.
        names: what class 0 and class 1 are called.

    Returns:
        The Figure, drawn by scikit-learn's own displays.
    """
    fig = Figure(figsize=(9, 3.8), layout="constrained")
    matrix_ax, roc_ax = fig.subplots(1, 2)
    called = next(iter(scores.values())) >= threshold
    matrix = ConfusionMatrixDisplay.from_predictions(
        labels, called, display_labels=names, cmap="Blues", colorbar=False, ax=matrix_ax
    )
    matrix.ax_.set(xlabel="the model says", ylabel="the truth is")
    for (name, score), (color, dashes) in zip(scores.items(), LINES):
        style = {"color": color, "linestyle": dashes}
        RocCurveDisplay.from_predictions(labels, score, name=name, curve_kwargs=style, ax=roc_ax)
    roc_ax.plot(called[labels == 0].mean(), called[labels == 1].mean(), "ko", label="at the threshold")
    roc_ax.set(xlabel="1 − specificity (healthy people alarmed)", ylabel="sensitivity (patients found)")
    roc_ax.legend(loc="lower right")
    return fig


def pictures(images, titles, columns=10):
    """Draw small pictures in a grid, row by row, the largest value of each picture in black.

    Args:
        images: numbers >= 0, shape (n, height, width); 0 is white.
        titles: what stands above each picture, n of them.
        columns: pictures in a row.

    Returns:
        The Figure. The pictures have no axes; say in the caption how many pixels they have.
    """
    n_rows = -(-len(images) // columns)
    fig = Figure(figsize=(0.9 * columns, 1.15 * n_rows), layout="constrained")
    axes = fig.subplots(n_rows, columns, squeeze=False).ravel()
    for ax in axes:
        ax.set_axis_off()
    for ax, image, title in zip(axes, images, titles):
        ax.imshow(image, cmap="gray_r", vmin=0)
        ax.set_title(title, fontsize=9)
    return fig


def confusion(labels, predictions):
    """Draw the confusion matrix of any number of classes, counts in the cells, by scikit-learn's own display.

    Args:
        labels, predictions: class numbers, shape (n,) each.

    Returns:
        The Figure. The colors show the mistakes: the diagonal, which holds most of the rows, is left white.
    """
    fig = Figure(figsize=(5, 4.6), layout="constrained")
    ax = fig.subplots()
    matrix = confusion_matrix(labels, predictions)
    ConfusionMatrixDisplay(matrix).plot(
        cmap="gray_r", colorbar=False, ax=ax, values_format="d", text_kw={"color": "black"}
    )
    mistakes = matrix * (1 - np.eye(len(matrix), dtype=int))
    # twice the largest count, so that black digits stay readable on the darkest cell
    ax.images[0].set(array=mistakes, clim=(0, 2 * max(1, mistakes.max())))
    ax.set(xlabel="the model says", ylabel="the truth is")
    return fig


def roc_and_precision_recall(labels, scores):
    """Draw the ROC curve and the precision-recall curve of one or more models.

    Args:
        labels: 0 or 1, shape (n,).
        scores: dict of model name -> scores, shape (n,) each; larger means class 1.

    Returns:
        The Figure, drawn by scikit-learn's own displays; the legends hold the areas. The dotted gray
        lines are those of random scores.
    """
    fig = Figure(figsize=(9, 3.8), layout="constrained")
    roc_ax, recall_ax = fig.subplots(1, 2)
    chance = {"color": "gray", "linestyle": (0, (1, 3)), "label": "_random scores"}
    for (name, score), (color, dashes) in zip(scores.items(), LINES):
        style = {"name": name, "curve_kwargs": {"color": color, "linestyle": dashes}, "chance_level_kw": chance}
        RocCurveDisplay.from_predictions(labels, score, ax=roc_ax, plot_chance_level=True, **style)
        PrecisionRecallDisplay.from_predictions(labels, score, ax=recall_ax, plot_chance_level=True, **style)
    roc_ax.set(xlabel="false alarms (share of class 0)", ylabel="recall (share of class 1)")
    recall_ax.set(xlabel="recall (share of class 1)", ylabel="precision (share of alarms)", ylim=(-0.02, 1.02))
    for ax in (roc_ax, recall_ax):
        ax.legend(loc="lower left" if ax is recall_ax else "lower right")
    return fig


def reliability(labels, probabilities, bins=8):
    """Draw, for groups of rows with similar probabilities, how often class 1 really occurred.

    Args:
        labels: 0 or 1, shape (n,).
        probabilities: dict of model name -> probabilities of class 1, shape (n,) each.
        bins: number of groups, of equal size, from the lowest probabilities to the highest.

    Returns:
        The Figure, drawn by scikit-learn's own display; calibrated probabilities lie on the diagonal.
    """
    fig = Figure(figsize=(4.6, 4.2), layout="constrained")
    ax = fig.subplots()
    for (name, values), (color, dashes), marker in zip(probabilities.items(), LINES, "osD^"):
        CalibrationDisplay.from_predictions(
            labels,
            values,
            n_bins=bins,
            strategy="quantile",
            name=name,
            ax=ax,
            color=color,
            linestyle=dashes,
            marker=marker,
        )
    ax.set(
        xlabel="mean probability that the model gives",
        ylabel="share of rows that are class 1",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    ax.legend(loc="upper left")
    return fig


def _draw_lines(ax, series, xlabel, ylabel):
    for (name, values), (color, dashes) in zip(series.items(), LINES):
        ax.plot(range(1, len(values) + 1), values, color=color, linestyle=dashes, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
