"""Every figure of the course, and how it is shown.

Each function builds a `matplotlib.figure.Figure` of its own and returns it; nothing is drawn until it is shown, and no
global matplotlib state is read or changed. `show` shows one, `animate` one after another, `slider` the one that the
reader turns to.
"""

from helpers.plots.classes import class_histograms, logit_to_loss
from helpers.plots.classifiers import confusion, confusion_and_roc, pictures, reliability, roc_and_precision_recall
from helpers.plots.descent import curves, learning_curves, lines, paths_on_contours
from helpers.plots.digits import after_one_batch, mistakes, seconds
from helpers.plots.generated import drawings, loss_and_quality, nearest_pairs
from helpers.plots.palette import BLUE, ORANGE
from helpers.plots.regression import line_and_path, settling
from helpers.plots.scaling import loss_by_rate, speedups, step_parts
from helpers.plots.showing import animate, show, slider
from helpers.plots.speed import heat_map, ladder, spread, who_starts_what
from helpers.plots.tables import rate_by_category
from helpers.plots.tape import operations
from helpers.plots.walks import walk, walks_on_map

__all__ = [
    "BLUE",
    "ORANGE",
    "after_one_batch",
    "animate",
    "class_histograms",
    "confusion",
    "confusion_and_roc",
    "curves",
    "drawings",
    "heat_map",
    "ladder",
    "learning_curves",
    "line_and_path",
    "lines",
    "loss_and_quality",
    "loss_by_rate",
    "operations",
    "logit_to_loss",
    "mistakes",
    "nearest_pairs",
    "paths_on_contours",
    "pictures",
    "rate_by_category",
    "reliability",
    "roc_and_precision_recall",
    "settling",
    "seconds",
    "show",
    "slider",
    "speedups",
    "spread",
    "step_parts",
    "walk",
    "walks_on_map",
    "who_starts_what",
]
