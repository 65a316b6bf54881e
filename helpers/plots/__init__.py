"""Every figure of the course, and how it is shown.

Each function builds a `matplotlib.figure.Figure` of its own and returns it; nothing is drawn until it is shown, and no
global matplotlib state is read or changed. `show` shows one, `animate` one after another, `slider` the one that the
reader turns to.
"""

from helpers.plots.classifiers import confusion, confusion_and_roc, pictures, reliability, roc_and_precision_recall
from helpers.plots.descent import curves, learning_curves, lines, paths_on_contours
from helpers.plots.digits import after_one_batch, mistakes, seconds
from helpers.plots.palette import BLUE, ORANGE
from helpers.plots.showing import animate, show, slider
from helpers.plots.tables import histogram_by_class, rate_by_category

__all__ = [
    "BLUE",
    "ORANGE",
    "after_one_batch",
    "animate",
    "confusion",
    "confusion_and_roc",
    "curves",
    "histogram_by_class",
    "learning_curves",
    "lines",
    "mistakes",
    "paths_on_contours",
    "pictures",
    "rate_by_category",
    "reliability",
    "roc_and_precision_recall",
    "seconds",
    "show",
    "slider",
]
