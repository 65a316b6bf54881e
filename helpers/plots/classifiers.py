"""Figures of what a trained classifier says: pictures, confusions, curves over thresholds."""

import numpy as np
from matplotlib.figure import Figure
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import ConfusionMatrixDisplay, PrecisionRecallDisplay, RocCurveDisplay, confusion_matrix

from helpers.plots.palette import LINES, draw_pictures


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
    draw_pictures(axes, images)
    for ax, title in zip(axes, titles):
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
    draw_confusion(fig.subplots(), labels, predictions)
    return fig


def draw_confusion(ax, labels, predictions):
    """Draw what `confusion` draws on these axes."""
    matrix = confusion_matrix(labels, predictions)
    ConfusionMatrixDisplay(matrix).plot(
        cmap="gray_r", colorbar=False, ax=ax, values_format="d", text_kw={"color": "black"}
    )
    mistakes = matrix * (1 - np.eye(len(matrix), dtype=int))
    # twice the largest count, so that black digits stay readable on the darkest cell
    ax.images[0].set(array=mistakes, clim=(0, 2 * max(1, mistakes.max())))
    ax.set(xlabel="the model says", ylabel="the truth is")


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
    # scikit-learn's own diagonal is black and dotted, as the third model is
    ax.plot([0, 1], [0, 1], color="gray", linewidth=0.8, label="Perfectly calibrated")
    for (name, values), (color, dashes), marker in zip(probabilities.items(), LINES, "osD^"):
        CalibrationDisplay.from_predictions(
            labels,
            values,
            n_bins=bins,
            strategy="quantile",
            ref_line=False,
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
