"""C3.2 A curve that is too smooth."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "A curve that is too smooth"
TASK = """\
The accuracy of each epoch climbs calmly and late. From one epoch to the next all labels were turned around, on purpose:
the model should be wrong about nearly everybody then. The curve hardly notices. Which line is it?"""
HINTS = (
    "How many rows stand behind the last number of the curve?",
    "A metric is a running total. When does this one begin to run?",
    "Empty it with `reset_state()` at the start of each epoch, or make a new one there.",
)


def accuracy_curve(train_step, dataset, epochs):
    """Train, and return the accuracy of each epoch as a list of floats.

    Args:
        train_step: train_step(features, labels) takes one step and returns the batch's logits, shape (batch, 1).
        dataset: a tf.data.Dataset of (features, labels) batches, the labels of shape (batch, 1).
        epochs: how many times to go through the dataset.
    """
    accuracy = keras.metrics.BinaryAccuracy(threshold=0.0)  # A
    curve = []
    for _ in range(epochs):
        accuracy.reset_state()
        for features, labels in dataset:  # B
            logits = train_step(features, labels)
            accuracy.update_state(labels, logits)  # C
        curve.append(float(accuracy.result()))  # D
    return curve


def accuracy_curve_broken(train_step, dataset, epochs):
    accuracy = keras.metrics.BinaryAccuracy(threshold=0.0)  # A
    curve = []
    for _ in range(epochs):
        for features, labels in dataset:  # B
            logits = train_step(features, labels)
            accuracy.update_state(labels, logits)  # C
        curve.append(float(accuracy.result()))  # D
    return curve


NOTE = "For training and validation take two metrics: a shared one mixes the phases, as this one mixed the epochs."
EXPLANATION = (
    "The metric was made once, before the first epoch, and never emptied, so each number was an average over all rows "
    "of all epochs so far. Emptied at the start of an epoch, it measures that epoch alone."
)


def curve_by_new_metrics(train_step, dataset, epochs):
    curve = []
    for _ in range(epochs):
        accuracy = keras.metrics.BinaryAccuracy(threshold=0.0)
        for features, labels in dataset:
            accuracy.update_state(labels, train_step(features, labels))
        curve.append(float(accuracy.result()))
    return curve


@mistake(
    "emptied before each batch",
    "The metric is empty too often: what is read at the end of an epoch is the accuracy of its last batch. Empty it "
    "before the loop over the batches.",
)
def emptied_before_each_batch(train_step, dataset, epochs):
    accuracy, curve = keras.metrics.BinaryAccuracy(threshold=0.0), []
    for _ in range(epochs):
        for features, labels in dataset:
            logits = train_step(features, labels)
            accuracy.reset_state()
            accuracy.update_state(labels, logits)
        curve.append(float(accuracy.result()))
    return curve


@mistake(
    "one number drawn as a curve",
    "The line is flat: the metric was read after the loop, once for each epoch, or the metric itself was kept and not "
    "its value of the time. Append `float(accuracy.result())` inside the loop over the epochs.",
)
def read_after_the_loop(train_step, dataset, epochs):
    accuracy = keras.metrics.BinaryAccuracy(threshold=0.0)
    for _ in range(epochs):
        accuracy.reset_state()
        for features, labels in dataset:
            accuracy.update_state(labels, train_step(features, labels))
    return [float(accuracy.result()) for _ in range(epochs)]


def values_by_now(curve):
    """Return the curve; a metric kept in place of its value is read now."""
    parts = forms.entries(curve)
    return curve if parts is None else [part.result() if hasattr(part, "result") else part for part in parts]


def curve_fingerprint(candidate, logits, epochs):
    """Let somebody train who answers these logits, epoch by epoch, two and then one row at a time."""
    labels = np.array([[1.0], [0.0], [1.0]], "float32")
    dataset = tf.data.Dataset.from_tensor_slices((labels, labels)).batch(2)
    steps = []

    def train_step(features, labels):
        epoch, batch = divmod(len(steps), 2)
        steps.append(epoch)
        rows = slice(2 * batch, 2 * batch + len(labels))
        return tf.constant(logits[epoch % len(logits)], "float32")[rows, None]

    found = {"curve": forms.numbers(values_by_now(candidate(train_step, dataset, epochs)))}
    return found | {"steps taken": len(steps)}


def observe(candidate):
    # right about all, none, two and one of the three; 0.2 is above the threshold of logits
    return curve_fingerprint(candidate, [[2, -1, 0.2], [-2, 1, -3], [2, -1, -3], [0.2, 1, -1]], 4)


def second(candidate):
    return curve_fingerprint(candidate, [[-1, -1, -1], [0.3, -2, 4], [1, 1, 1]], 3)


EXERCISE = Case(
    id="C3.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=accuracy_curve,
    starter=accuracy_curve_broken,
    alternatives=(curve_by_new_metrics,),
    mistakes=(emptied_before_each_batch, read_after_the_loop),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=22,
    culprits="A",
    suspects={
        "A": "The only metric is made here, before the first epoch, and nothing ever empties it: each number is an "
        "average over all epochs so far.",
        "B": "It walks through the dataset anew in each epoch, and all batches come.",
        "C": "It adds each batch with its rows, labels first: a small last batch counts by its rows.",
        "D": "It takes the number out as it is now, once an epoch. The number may be wrong, the line is not.",
    },
)
