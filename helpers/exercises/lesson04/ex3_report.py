"""04.3 Metrics that know what they get."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, Mistake, mistake

TITLE = "Metrics that know what they get"
TASK = """
The function below should report how well a network ranks customers, and whom it finds. It runs, and no number in it is
to be trusted: metrics of Keras were not told what they get. Mend it. You may change as much as you like; what must hold
is, for NumPy arrays of shape `(n, 1)` with labels (0 or 1, each occurs) and *logits*:

- `"roc_auc"` is the area under the ROC curve, as scikit-learn's `roc_auc_score` computes it;
- a customer is **called** if the probability of leaving is above 0.5; no logit is between −0.1 and 0.1;
- `"recall"` is the share of the leavers who are called, `"precision"` the share of leavers among the called, and 0 if
  nobody is called;
- each call of `report` is about its own customers only, whatever earlier calls were about.

Keras's `AUC` tries 200 thresholds. The customers of the check are far enough apart for it to be exact, so Keras,
scikit-learn and counting by hand agree.
"""
HINTS = (
    "Between which numbers does each metric place its thresholds, if it is told nothing? Where are the logits?",
    "There are two ways: tell each metric that it gets logits, or give all of them probabilities. Do not do both.",
    "`AUC` has `from_logits`; `Recall` and `Precision` have `thresholds`. Which logit is a probability of 0.5?",
)


def report(labels, logits):
    """Return {"roc_auc": ..., "recall": ..., "precision": ...} as floats; a customer is called if p > 0.5.

    Args:
        labels: 0 or 1, both of them occur, float32 (n, 1), NumPy.
        logits: none between -0.1 and 0.1, float32 (n, 1), NumPy.
    """
    metrics = {
        "roc_auc": keras.metrics.AUC(from_logits=True),
        "recall": keras.metrics.Recall(thresholds=0.0),
        "precision": keras.metrics.Precision(thresholds=0.0),
    }
    return {name: float(metric(labels, logits)) for name, metric in metrics.items()}


# What a learner starts with


def report_starter(labels, logits):
    metrics = {
        "roc_auc": keras.metrics.AUC(),
        "recall": keras.metrics.Recall(),
        "precision": keras.metrics.Precision(),
    }
    return {name: float(metric(labels, logits)) for name, metric in metrics.items()}


NOTE = (
    "On a large table Keras's `AUC` is close to scikit-learn's, not equal: customers between two thresholds count "
    "as equal. More of them (`num_thresholds=1000`) bring it closer."
)
EXPLANATION = (
    "`from_logits=True` makes `AUC` take the sigmoid before it looks for thresholds between 0 and 1. "
    "`Recall` and `Precision` compare with one number, and for logits a probability of 0.5 is the number "
    "0."
)


# Other right answers


def report_of_probabilities(labels, logits):
    probabilities = keras.ops.sigmoid(logits)
    metrics = {"roc_auc": keras.metrics.AUC(), "recall": keras.metrics.Recall(), "precision": keras.metrics.Precision()}
    return {name: metric(labels, probabilities) for name, metric in metrics.items()}


def report_by_counting(labels, logits):
    leavers, stayers, called = logits[labels == 1], logits[labels == 0], logits > 0
    hits = np.sum(called & (labels == 1))
    return {
        "roc_auc": np.mean(leavers[:, None] > stayers) + np.mean(leavers[:, None] == stayers) / 2,
        "recall": hits / len(leavers),
        "precision": hits / max(np.sum(called), 1),
    }


def report_by_sklearn(labels, logits):
    from sklearn.metrics import precision_score, recall_score, roc_auc_score

    called = (logits > 0).astype(int)
    return {
        "roc_auc": roc_auc_score(labels, logits),
        "recall": recall_score(labels, called),
        "precision": precision_score(labels, called, zero_division=0),
    }


# Mistakes


def report_with(labels, scores, from_logits=False, thresholds=None):
    """The report of the wrong answers, whose metrics are told one thing and not the other."""
    metrics = {
        "roc_auc": keras.metrics.AUC(from_logits=from_logits),
        "recall": keras.metrics.Recall(thresholds=thresholds),
        "precision": keras.metrics.Precision(thresholds=thresholds),
    }
    return {name: float(metric(labels, scores)) for name, metric in metrics.items()}


@mistake(
    "the AUC was told nothing",
    "Recall and precision are right. But `AUC` places its thresholds between 0 and 1, so all logits below 0 "
    "count as the same, and all above 1 as well. The number looks plausible, and no other library confirms "
    "it. Say that these are logits, or give it probabilities.",
)
def auc_untold(labels, logits):
    return report_with(labels, logits, thresholds=0.0)


@mistake(
    "called above a logit of 0.5",
    "The AUC is right. But recall and precision compare the logit with 0.5, which is a probability of 0.62: "
    "customers between 0.5 and 0.62 get no call, and recall is too low. A probability of 0.5 is the logit 0.",
)
def threshold_untold(labels, logits):
    return report_with(labels, logits, from_logits=True)


@mistake(
    "the sigmoid twice",
    "Recall and precision are right, and the AUC nearly is. It got probabilities and was told that they are "
    "logits, so it took the sigmoid once more: all scores are squeezed between 0.5 and 0.73, where only 46 of "
    "its 200 thresholds lie. Customers between two of them count as equal.",
)
def sigmoid_twice(labels, logits):
    return report_with(labels, tf.sigmoid(logits), from_logits=True)


@mistake(
    "everybody is called",
    "Recall is 1 and precision the share of leavers among all. The threshold 0 belongs to logits: every "
    "probability is above it. Compare probabilities with 0.5, or logits with 0.",
)
def zero_for_probabilities(labels, logits):
    return report_with(labels, tf.sigmoid(logits), thresholds=0.0)


@mistake(
    "probabilities for metrics that were told of logits",
    "Everybody is called, and the AUC has too few thresholds. The scores were turned into probabilities, *and* the "
    "metrics were told that they get logits: for the threshold 0 every probability is high, and `AUC` takes the "
    "sigmoid once more. Either of the two is enough.",
)
def told_and_turned(labels, logits):
    return report_with(labels, tf.sigmoid(logits), from_logits=True, thresholds=0.0)


@mistake(
    "earlier customers are counted as well",
    "Asked again about the same customers, the function reports something else. Most often the metrics were made once, "
    "outside of the function or as a default argument: a metric of Keras adds up whatever it is given until "
    "`reset_state()`, so it still has the customers of all earlier calls. Make the metrics inside the function.",
)
def kept_metrics(labels, logits, metrics={}):  # noqa: B006 -- this is the mistake
    if not metrics:
        metrics["roc_auc"] = keras.metrics.AUC(from_logits=True)
        metrics["recall"] = keras.metrics.Recall(thresholds=0.0)
        metrics["precision"] = keras.metrics.Precision(thresholds=0.0)
    return {name: float(metric(labels, logits)) for name, metric in metrics.items()}


@mistake(
    "NaN if nobody is called",
    "All numbers are right, but where nobody is called, precision is NaN: no leavers among no called, 0 divided by "
    "0. One NaN makes every average over reports NaN. The task asks for 0 there.",
)
def nan_if_nobody(labels, logits):
    called = logits > 0
    precision = np.sum(called & (labels == 1)) / np.sum(called)
    return report(labels, logits) | {"precision": float(precision)}


@mistake(
    "the AUC of decisions",
    "The AUC got decisions, 0 or 1. Within each group all customers count as equal then, and what is left of "
    "the ROC curve is a single corner. The AUC asks how well the customers are *ranked*: give it logits or "
    "probabilities, and decide for the other two only.",
)
def auc_of_decisions(labels, logits):
    return report_with(labels, (logits > 0).astype("float32"))


@mistake(
    "recall and precision swapped",
    "Each number is under the name of the other. Recall divides the hits by the number of those who leave, "
    "precision by the number of those called. In scikit-learn the labels are the first argument; with the "
    "decisions first it computes the other of the two, without a word.",
)
def recall_and_precision_swapped(labels, logits):
    found = report(labels, logits)
    return {"roc_auc": found["roc_auc"], "recall": found["precision"], "precision": found["recall"]}


REPORT_STARTER = Mistake(
    "neither the AUC nor the threshold knows of logits",
    "All thresholds are still those of probabilities: `AUC` takes every logit below 0 for the same, and recall "
    "and precision call a customer only from a logit of 0.5 on, which is a probability of 0.62. Tell each of "
    "them what it gets, or give all of them probabilities.",
    report_starter,
)


# Probes


def column(values):
    return np.array(values, "float32")[:, None]


NAMES = ("roc_auc", "recall", "precision")


def form_of(found):
    """Return in words what a report is: "a dictionary of three numbers" if it has the right form."""
    if not isinstance(found, dict):
        return forms.in_words(found)
    if missing := [name for name in NAMES if name not in found]:
        return f"a dictionary without {missing[0]}"
    others = [f"{name} is {forms.in_words(found[name])}" for name in NAMES if forms.in_words(found[name]) != "a number"]
    return f"a dictionary whose {others[0]}" if others else "a dictionary of three numbers"


def observe(candidate, probes=None):
    # The probabilities of a leaver and a stayer are more than 0.005 apart: 200 thresholds see all that ranks see.
    # Those of 2.13 and 2.3 differ, but hardly after a second sigmoid.
    probes = probes or {
        "11 customers": (
            [0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0],
            [-40, -2.2, -1.2, -0.6, -0.25, 0.2, 0.35, 0.7, 2.13, 2.3, -3],
        ),
        "5 customers": ([1, 0, 0, 1, 0], [0.3, -0.9, 0.75, 25, -0.2]),
        "4 customers, nobody called": ([0, 1, 0, 1], [-2.5, -1.0, -0.4, -0.15]),
    }
    reports = [candidate(column(labels), column(logits)) for labels, logits in [*probes.values(), *probes.values()]]
    came_back = {form_of(found) for found in reports}
    measured = {"what came back": ", ".join(sorted(came_back))}
    if came_back != {"a dictionary of three numbers"}:
        return measured
    values = np.array([[float(found[name]) for name in NAMES] for found in reports])
    once, again = values[: len(probes)], values[len(probes) :]
    # equal by value: of the same customers a metric that kept its state reports something else the second time
    same = bool(np.allclose(once, again, equal_nan=True))
    measured["asked again about the same customers, it reports the same"] = same
    if not same:
        return measured  # the numbers depend on who was reported before
    for probe, row in zip(probes, once):
        measured |= {f"{name} ({probe})": value for name, value in zip(NAMES, row)}
    return measured


EXERCISE = Exercise(
    id="04.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=report,
    starter=report_starter,
    alternatives=(report_of_probabilities, report_by_counting, report_by_sklearn),
    mistakes=(
        auc_untold,
        threshold_untold,
        REPORT_STARTER,
        sigmoid_twice,
        zero_for_probabilities,
        told_and_turned,
        kept_metrics,
        nan_if_nobody,
        auc_of_decisions,
        recall_and_precision_swapped,
    ),
    observe=observe,
    second=lambda candidate: observe(
        candidate,
        {
            "first": ([1, 0, 0, 1, 0, 1, 0, 0, 1], [30, 2.3, 2.13, 0.4, 0.8, -0.3, -0.7, -2.4, -1.4]),
            "second": ([0, 1, 0, 1, 0, 0], [0.3, 0.9, -0.75, -1.6, -20, 0.15]),
            "third": ([1, 0, 0], [-1.5, -0.7, -2.4]),
        },
    ),
    note=NOTE,
    explanation=EXPLANATION,
)
