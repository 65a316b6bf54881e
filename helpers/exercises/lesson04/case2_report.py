"""C4.2 The AUC changes with the threshold."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "The AUC changes with the threshold"
TASK = """\
The AUC says how well a network ranks customers, whatever threshold they are called from. By this function the same
network, on the same customers, has one AUC at the threshold 0.5 and another one at 0.2. Which line is it?"""
HINTS = (
    "Of how many different values is each array? Count them with `np.unique`.",
    "What does the AUC compare two customers by, and what is left of that after a yes or no?",
    "Give `roc_auc_score` what the customers are ranked by: probabilities, or logits.",
)


def report(model, features, labels, threshold):
    """Return {"auc": ..., "recall": ...}, two floats; customers are called from the threshold on.

    Args:
        model: puts out one logit a row, shape (rows, 1).
        features: float32 (rows, columns).
        labels: 0 or 1, both of them occur, float32 (rows, 1), NumPy.
        threshold: a probability; who has exactly this is called.
    """
    from sklearn.metrics import roc_auc_score

    logits = model(features, training=False)  # A
    probabilities = tf.sigmoid(logits).numpy()  # B
    called = probabilities >= threshold  # C
    auc = roc_auc_score(labels, probabilities)  # D
    recall = np.mean(called[labels == 1])  # E
    return {"auc": float(auc), "recall": float(recall)}


def report_broken(model, features, labels, threshold):
    from sklearn.metrics import roc_auc_score

    logits = model(features, training=False)  # A
    probabilities = tf.sigmoid(logits).numpy()  # B
    called = probabilities >= threshold  # C
    auc = roc_auc_score(labels, called)  # D
    recall = np.mean(called[labels == 1])  # E
    return {"auc": float(auc), "recall": float(recall)}


NOTE = (
    "The loss and the AUC take scores; accuracy, recall and precision take decisions. A metric that gets the other "
    "kind says nothing, it only counts something else."
)
EXPLANATION = (
    "The AUC got decisions. Among all who are called, and among all who are not, no customer is ranked above another "
    "then, and of the ROC curve one corner is left, that of the threshold."
)


def report_by_pairs(model, features, labels, threshold):
    logits = np.asarray(model(features, training=False))
    leavers, stayers = logits[labels == 1], logits[labels == 0]
    wins = np.mean(leavers[:, None] > stayers) + np.mean(leavers[:, None] == stayers) / 2
    return {"auc": wins, "recall": np.mean(tf.sigmoid(leavers) >= threshold)}


@mistake(
    "Keras's AUC is told nothing of logits",
    "It places its thresholds between 0 and 1, so all customers with a logit below 0 count as equal, and all above 1. "
    "Give it probabilities, or say `from_logits=True`.",
)
def auc_of_logits(model, features, labels, threshold):
    logits = model(features, training=False)
    recall = np.mean(tf.sigmoid(logits).numpy()[labels == 1] >= threshold)
    return {"auc": float(keras.metrics.AUC()(labels, logits)), "recall": float(recall)}


@mistake(
    "the recall ignores the threshold",
    "The AUC is right now. But the customers are called from one half on, or from a logit above 0, whatever the "
    "threshold says.",
)
def called_from_one_half(model, features, labels, threshold):
    from sklearn.metrics import roc_auc_score

    logits = model(features, training=False).numpy()
    return {"auc": float(roc_auc_score(labels, logits)), "recall": float(np.mean(logits[labels == 1] >= 0))}


def observe(candidate, logits=(-3.0, 0.0, 2.0, 1.5, -2.0, 3.5, -1.0, 0.75), labels=(0, 1, 1, 0, 0, 1, 1, 0)):
    """Ask a model that puts out its feature, or 0.0 to whoever asks in training mode."""

    def model(features, training=False):
        return features * 0 if training else features

    measured = {}
    for threshold in (0.5, 0.2, 0.9):
        columns = [np.array(values, "float32")[:, None] for values in (logits, labels)]
        found = candidate(model, tf.constant(columns[0]), columns[1], threshold)
        if not isinstance(found, dict) or not {"auc", "recall"} <= found.keys():
            return {"what came back": forms.in_words(found)}
        measured |= {f"{name} at {threshold}": forms.number(found[name]) for name in ("auc", "recall")}
    return measured


EXERCISE = Case(
    id="C4.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=report,
    starter=report_broken,
    alternatives=(report_by_pairs,),
    mistakes=(auc_of_logits, called_from_one_half),
    observe=observe,
    # the first leaver has exactly one half
    second=lambda candidate: observe(candidate, (0.0, -4.0, 2.5, -1.5, 1.25, -0.5), (1, 0, 1, 1, 0, 0)),
    note=NOTE,
    explanation=EXPLANATION,
    trap=26,
    culprits="D",
    suspects={
        "A": "It asks the model in evaluation mode, once for all customers.",
        "B": "It makes probabilities of the logits. The order of the customers stays what it was.",
        "C": "It decides whom to call, a yes or no for each customer. Recall needs that.",
        "D": "It asks how the customers are ranked, and hands over only who is called: two values, and all customers "
        "with the same one count as equal.",
        "E": "Of those who leave, it takes the share that is called. That is what recall means, and it should change "
        "with the threshold.",
    },
)
