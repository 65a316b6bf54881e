"""C4.5 All is well until the network is sure."""

import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson04.shared import loss_and_pulls

TITLE = "All is well until the network is sure"
TASK = """\
A loss with a weight for leavers, written as the books have it. For many epochs it serves well, and the network becomes
better and surer. Then, from one step to the next, the loss is NaN, and so is every weight. Which line is it?"""
HINTS = (
    "Take one row for which the network is right and very sure, a logit of 20 for a leaver. What is each factor?",
    "What is 0 times infinity?",
    "`tf.nn.softplus(-logits)` is minus the logarithm of p, and `tf.nn.softplus(logits)` that of 1 − p.",
)


def weighted_loss(labels, logits, weight_of_leavers):
    """Return the mean cross-entropy of the rows, those of leavers times a weight, a scalar tensor.

    Args:
        labels: 0 or 1, float32 (B, 1).
        logits: float32 (B, 1); any size, say from -200 to 200.
        weight_of_leavers: a number; rows with label 0 have the weight 1.
    """
    of_leavers = weight_of_leavers * labels * tf.nn.softplus(-logits)
    of_stayers = (1 - labels) * tf.nn.softplus(logits)
    return tf.reduce_mean(of_leavers + of_stayers)


def weighted_loss_broken(labels, logits, weight_of_leavers):
    p = tf.sigmoid(logits)  # A
    of_leavers = weight_of_leavers * labels * -tf.math.log(p)  # B
    of_stayers = (1 - labels) * -tf.math.log(1 - p)  # C
    return tf.reduce_mean(of_leavers + of_stayers)  # D


NOTE = "TensorFlow has this loss: `weighted_cross_entropy_with_logits(labels, logits, pos_weight)`."
EXPLANATION = (
    "From a logit of 17 on, float32 rounds the sigmoid to exactly 1. Then 1 − p is 0, its logarithm minus infinity, "
    "and for a leaver that is multiplied by 1 − 1 = 0: NaN. From the logits there is no such place."
)


def by_tensorflow(labels, logits, weight_of_leavers):
    return tf.reduce_mean(tf.nn.weighted_cross_entropy_with_logits(labels, logits, weight_of_leavers))


@mistake(
    "cut off before the logarithm",
    "No NaN anymore. But a row that is certain and wrong gets no pull at all, or hardly any, so the network never "
    "mends its worst mistakes. Compute the logarithm from the logit, and cut nothing.",
)
def clipped(labels, logits, weight_of_leavers):
    p = tf.clip_by_value(tf.sigmoid(logits), 1e-7, 1 - 1e-7)
    of_rows = weight_of_leavers * labels * -tf.math.log(p) + (1 - labels) * -tf.math.log(1 - p)
    return tf.reduce_mean(of_rows)


@mistake(
    "an exponential that overflows",
    "At a logit of 20 all is well now, and at 200 it is infinite or NaN again: in float32 `exp` is infinite from 89 "
    "on. `tf.nn.softplus` computes the same without the large number.",
)
def overflowing(labels, logits, weight_of_leavers):
    of_leavers = weight_of_leavers * labels * tf.math.log1p(tf.exp(-logits))
    return tf.reduce_mean(of_leavers + (1 - labels) * tf.math.log1p(tf.exp(logits)))


@mistake(
    "the weight is gone",
    "No NaN anymore, and the rows of leavers count no more than others.",
)
def without_weight(labels, logits, weight_of_leavers):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits))


def observe(candidate, sure=(20.0, 200.0), seed=0):
    draw = np.random.default_rng(seed)
    batches = {"5 rows": (draw.normal(0, 2, 5), [0, 1, 1, 0, 1])}
    batches |= {f"logits of ±{size:g}": ([-size, size, -size, size], [0, 0, 1, 1]) for size in sure}
    measured = {}
    for name, (logits, labels) in batches.items():
        logits, labels = (tf.constant(values, tf.float32)[:, None] for values in (logits, labels))
        found = loss_and_pulls(lambda logits, labels=labels: candidate(labels, logits, 3.0), logits)
        for key, value in found.items():
            # one row that is not finite spoils the update of every weight
            is_finite = isinstance(value, str) or np.isfinite(value).all()
            measured[f"{key} ({name})"] = value if is_finite else np.nan
    return measured


EXERCISE = Case(
    id="C4.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=weighted_loss,
    starter=weighted_loss_broken,
    alternatives=(by_tensorflow,),
    mistakes=(clipped, overflowing, without_weight),
    observe=observe,
    second=lambda candidate: observe(candidate, sure=(25.0, 150.0), seed=1),
    note=NOTE,
    explanation=EXPLANATION,
    trap=15,
    culprits="BC",
    suspects={
        "A": "It makes a probability, and rounds it as float32 must: to exactly 1 from a logit of 17 on. That does no "
        "harm by itself. Who takes a logarithm of it?",
        "B": "The logarithm of p is minus infinity once p is rounded to 0, at a logit near −100; and a stayer's "
        "row multiplies that by 0. Line C has the same illness, and earlier.",
        "C": "The logarithm of 1 − p is minus infinity once p is rounded to 1, from a logit of 17 on; and a leaver's "
        "row multiplies that by 0. Line B has the same illness, only later.",
        "D": "It adds the two halves, one of which is 0 in each row, and takes the mean.",
    },
)
