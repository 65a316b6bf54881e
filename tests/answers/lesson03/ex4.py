"""Answers to 03.4."""

import keras
import numpy as np
import tensorflow as tf
from sklearn.metrics import balanced_accuracy_score, confusion_matrix

from answers import right, wrong


@right("a BinaryAccuracy of Keras with the threshold 0, which makes the shapes fit by itself")
def keras_threshold_zero(labels, logits):
    return float(keras.metrics.BinaryAccuracy(threshold=0.0)(labels, logits))


@right("counts in a loop over the people")
def count_in_a_loop(labels, logits):
    correct = 0
    for label, row in zip(labels, logits):
        called_ill = row[0] > 0
        is_ill = label == 1
        if called_ill == is_ill:
            correct += 1
    return correct / len(labels)


@right("one minus the mean distance between the labels and a step function")
def step_function(labels, logits):
    return 1 - np.abs(labels - np.heaviside(logits[:, 0], 0.0)).mean()


@right("the diagonal of the confusion matrix over its sum")
def diagonal(labels, logits):
    matrix = confusion_matrix(labels > 0.5, logits.reshape(-1) > 0, labels=[False, True])
    return np.trace(matrix) / matrix.sum()


@wrong(
    "compares (n,) with (n, 1), so that everybody is compared with everybody",
    named="everybody is compared with everybody",
)
def all_pairs(labels, logits):
    predictions = (logits > 0).astype("float32")
    return float(np.mean(predictions == labels))


@wrong("the threshold 0.5 of probabilities for logits", named="threshold 0.5 on logits")
def half_for_logits(labels, logits):
    predictions = (logits[:, 0] > 0.5).astype(float)
    return float((predictions == labels).mean())


@wrong("two mistakes: the sigmoid is compared with 0, and (n,) with (n, 1)", named="everybody is called ill")
def sigmoid_above_zero(labels, logits):
    probabilities = 1 / (1 + np.exp(-logits))
    return np.mean((probabilities > 0) == labels)


@wrong("argmax over a single column, which is always 0", named="nobody is called ill")
def argmax_of_one(labels, logits):
    predictions = np.argmax(logits, axis=1)
    return np.mean(predictions == labels)


@wrong("a percentage from 0 to 100", named="a percentage in place of a share")
def percentage(labels, logits):
    hits = (logits.squeeze(axis=1) > 0) == (labels > 0.5)
    return 100.0 * hits.sum() / len(labels)


@wrong("the number of people classified correctly, not their share", named="a count in place of a share")
def number_of_hits(labels, logits):
    predictions = tf.cast(tf.squeeze(logits, axis=1) > 0, tf.float32)
    hits = tf.cast(predictions == tf.cast(labels, tf.float32), tf.float32)
    return float(tf.reduce_sum(hits))


@wrong("the mean of the shares in each class, not the share of people")
def balanced(labels, logits):
    return balanced_accuracy_score(labels > 0.5, logits.ravel() > 0)


@wrong("rounds the logits, so that only those near 1 count as ill", named="rounded logits compared with labels")
def rounded_logits(labels, logits):
    return float(np.mean(np.round(logits.ravel()) == labels))


@wrong(
    "the shapes (n,) and (n, 1), and the threshold of probabilities",
    named="two mistakes: everybody is compared with everybody, at 0.5",
)
def as_for_probabilities(labels, logits):
    return float(np.mean((logits > 0.5).astype(float) == labels))


@wrong("one truth value for each person, not averaged")
def hit_or_miss(labels, logits):
    return (logits[:, 0] > 0) == labels.astype(bool)
