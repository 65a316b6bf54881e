"""Answers to 04.3."""

import keras
import numpy as np
from scipy import stats
from sklearn import metrics as sk

from answers import right, wrong


@right("scikit-learn for all three numbers")
def sklearn_only(labels, logits):
    y = labels.ravel().astype(int)
    called = (logits.ravel() > 0).astype(int)
    return {
        "roc_auc": float(sk.roc_auc_score(y, logits.ravel())),
        "recall": float(sk.recall_score(y, called)),
        "precision": float(sk.precision_score(y, called, zero_division=0)),
    }


@right("counted by hand: all pairs of a leaver and a stayer, and sets of the called")
def counted_by_hand(labels, logits):
    leavers = [z for y, z in zip(labels.ravel().tolist(), logits.ravel().tolist()) if y == 1]
    stayers = [z for y, z in zip(labels.ravel().tolist(), logits.ravel().tolist()) if y == 0]
    won = 0.0
    for leaver in leavers:
        for stayer in stayers:
            if leaver > stayer:
                won += 1
            elif leaver == stayer:
                won += 0.5
    found = sum(z > 0 for z in leavers)
    called = found + sum(z > 0 for z in stayers)
    return {
        "roc_auc": won / (len(leavers) * len(stayers)),
        "recall": found / len(leavers),
        "precision": found / called if called else 0.0,
    }


@right("the U of Mann and Whitney over the number of pairs")
def mann_whitney(labels, logits):
    leaves = labels[:, 0] == 1
    z = logits[:, 0].astype(float)
    u = stats.mannwhitneyu(z[leaves], z[~leaves], method="asymptotic").statistic
    called = z > 0
    return {
        "roc_auc": float(u / (leaves.sum() * (~leaves).sum())),
        "recall": float(called[leaves].mean()),
        "precision": float(leaves[called].mean()) if called.any() else 0.0,
    }


@right("in Keras, where the AUC gets logits and is told so, the others get decisions")
def keras_decisions(labels, logits):
    called = (logits > 0).astype("float32")
    auc = keras.metrics.AUC(from_logits=True)
    recall = keras.metrics.Recall()
    precision = keras.metrics.Precision()
    auc.update_state(labels, logits)
    recall.update_state(labels, called)
    precision.update_state(labels, called)
    return {
        "roc_auc": float(auc.result()),
        "recall": float(recall.result()),
        "precision": float(precision.result()),
    }


@wrong("only the AUC is told of logits, the others compare logits with 0.5", named="called above a logit of 0.5")
def only_auc_told(labels, logits):
    metrics = {
        "roc_auc": keras.metrics.AUC(from_logits=True),
        "recall": keras.metrics.Recall(),
        "precision": keras.metrics.Precision(),
    }
    return {name: float(metric(labels, logits)) for name, metric in metrics.items()}


@wrong(
    "the threshold of the others is mended, but the AUC takes logits for probabilities",
    named="the AUC was told nothing",
)
def auc_not_told(labels, logits):
    metrics = {
        "roc_auc": keras.metrics.AUC(),
        "recall": keras.metrics.Recall(thresholds=0.0),
        "precision": keras.metrics.Precision(thresholds=0.0),
    }
    return {name: float(metric(labels, logits)) for name, metric in metrics.items()}


@wrong("the area under the precision-recall curve")
def area_of_the_other_curve(labels, logits):
    p = keras.ops.sigmoid(logits)
    metrics = {
        "roc_auc": keras.metrics.AUC(curve="PR"),
        "recall": keras.metrics.Recall(),
        "precision": keras.metrics.Precision(),
    }
    return {name: float(metric(labels, p)) for name, metric in metrics.items()}


@wrong(
    "the metrics are made once, as a default argument, and keep earlier customers",
    named="earlier customers are counted as well",
)
def kept_metrics(labels, logits, metrics={}):
    if not metrics:
        metrics["roc_auc"] = keras.metrics.AUC()
        metrics["recall"] = keras.metrics.Recall()
        metrics["precision"] = keras.metrics.Precision()
    p = keras.ops.sigmoid(logits)
    return {name: float(metric(labels, p)) for name, metric in metrics.items()}


@wrong("the precision is NaN if nobody is called", named="NaN if nobody is called")
def nan_if_nobody(labels, logits):
    y = labels.ravel() == 1
    called = logits.ravel() > 0
    with np.errstate(invalid="ignore"):
        precision = np.sum(y & called) / np.sum(called)
    return {
        "roc_auc": float(sk.roc_auc_score(y, logits.ravel())),
        "recall": float(np.sum(y & called) / np.sum(y)),
        "precision": float(precision),
    }


@wrong("the AUC of the decisions, not of the ranking", named="the AUC of decisions")
def auc_of_decisions(labels, logits):
    y = labels.ravel().astype(int)
    called = (1 / (1 + np.exp(-logits.ravel())) > 0.5).astype(int)
    return {
        "roc_auc": float(sk.roc_auc_score(y, called)),
        "recall": float(sk.recall_score(y, called)),
        "precision": float(sk.precision_score(y, called, zero_division=0)),
    }


@wrong("labels and decisions swapped, which swaps recall and precision", named="recall and precision swapped")
def swapped_arguments(labels, logits):
    y = labels.ravel().astype(int)
    called = (logits.ravel() > 0).astype(int)
    return {
        "roc_auc": float(sk.roc_auc_score(y, logits.ravel())),
        "recall": float(sk.recall_score(called, y, zero_division=0)),
        "precision": float(sk.precision_score(called, y, zero_division=0)),
    }


@wrong("two mistakes: calls above the logit 0.5, and the accuracy in place of the precision")
def accuracy_as_precision(labels, logits):
    y = labels.ravel() > 0.5
    called = logits.ravel() > 0.5
    return {
        "roc_auc": float(sk.roc_auc_score(y, logits.ravel())),
        "recall": float(called[y].mean()),
        "precision": float((called == y).mean()),
    }


@wrong(
    "probabilities, and the metrics are told of logits as well",
    named="probabilities for metrics that were told of logits",
)
def both_ways(labels, logits):
    p = 1 / (1 + np.exp(-logits))
    auc, others = keras.metrics.AUC(from_logits=True), (keras.metrics.Recall, keras.metrics.Precision)
    recall, precision = (float(metric(thresholds=0)(labels, p)) for metric in others)
    return {"roc_auc": float(auc(labels, p)), "recall": recall, "precision": precision}


@wrong("the metrics, and not their results")
def metrics_themselves(labels, logits):
    found = {"roc_auc": keras.metrics.AUC(from_logits=True), "recall": keras.metrics.Recall(thresholds=0)}
    found["precision"] = keras.metrics.Precision(thresholds=0)
    for metric in found.values():
        metric.update_state(labels, logits)
    return found


@wrong("a tuple of the three numbers")
def three_numbers(labels, logits):
    return tuple(sklearn_only.function(labels, logits).values())
