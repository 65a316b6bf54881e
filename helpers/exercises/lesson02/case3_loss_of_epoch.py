"""C2.3 A log that jumps."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson02.shared import (
    batches_of,
    cut,
    is_same,
    line_model,
    lopsided_descent,
    lopsided_loss,
    restless_model,
    weights_of,
)

TITLE = "A log that jumps"
TASK = """The model is trained to the end; 97 points are dealt out, 32 at a time. The loss that `fit` logs hardly moves
from epoch to epoch. This loop makes the same steps and arrives at the same weights, and its log jumps up and down.
**Which line is it?**

Then mend the loop: it returns the mean loss over all rows of the epoch, each batch's from before its step."""
HINTS = (
    "There are 97 rows in batches of 32. How many rows has the last batch, and how much does it count?",
    "A loss is the mean of its batch. For how many rows does it stand?",
    "`mean.update_state(loss, sample_weight=len(labels))`",
)


def loss_of_epoch(model, optimizer, loss_fn, dataset):
    """Train for one epoch; return the mean loss over its rows.

    Args:
        model, optimizer: those of Keras; the weights are changed.
        loss_fn: takes labels and predictions, returns the mean loss of a batch, a scalar.
        dataset: a tf.data.Dataset of (features, labels) batches; the last may be smaller.

    Returns:
        A float; each batch's loss is the one from before its step.
    """
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        # a batch counts by its rows, or a small last one would count as much as a full one
        mean.update_state(loss, sample_weight=len(labels))
    return float(mean.result())


# What a learner starts with


def loss_of_epoch_broken(model, optimizer, loss_fn, dataset):
    mean = keras.metrics.Mean()  # A
    for features, labels in dataset:  # B
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))  # C
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        mean.update_state(loss)  # D
    return float(mean.result())  # E


NOTE = (
    "`print(loss)` after the inner loop is the same trap in a worse form: the last batch alone is reported as the "
    "epoch. `drop_remainder=True` would hide it by never showing the rows that are left over."
)
EXPLANATION = (
    "A loss is the mean of its batch. Told for how many rows it stands, `Mean` adds loss times rows and divides by all "
    "rows; untold, it counts each batch once, and a row that is alone in its batch as much as 32 others."
)

SUSPECTS = {
    "A": "A new `Mean` for each epoch is right: nothing of the epoch before is in it.",
    "B": "Every batch of the epoch comes once; the small one at the end is a batch, too.",
    "C": "The loss is the mean of its batch, before the step. That is what `fit` takes, too.",
    "D": "Each batch counts once, however few rows it has. The row that is alone in the last batch counts as much as "
    "32 others, and each epoch it is another row.",
    "E": "`result` divides what it was given by what it was told to count. It cannot know better.",
}


# Other right answers


def loss_by_total(model, optimizer, loss_fn, dataset):
    total, rows = 0.0, 0
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        total, rows = total + loss * len(labels), rows + len(labels)
    return total / rows


# Mistakes


@mistake(
    "the last batch reported as the epoch",
    "The weights are right, and your loss is that of the last batch alone, here a single row. Average over all "
    "batches, by their rows.",
)
def last_batch(model, optimizer, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        mean.reset_state()
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        mean.update_state(loss)
    return float(mean.result())


@mistake(
    "the sum over the rows",
    "The weights are right, and your loss is as many times too large as there are rows. Each batch counts by its rows; "
    "now divide by all of them.",
)
def sum_over_rows(model, optimizer, loss_fn, dataset):
    rows = sum(len(labels) for _, labels in dataset)
    return rows * loss_of_epoch(model, optimizer, loss_fn, dataset)


# Probes

X, Y = [0.0, 1.0, 2.0, -1.0, 0.5, 1.5, -2.0], [1.0, 3.5, 5.0, -1.0, 2.5, 4.0, 2.0]


def observe(candidate):
    model = line_model(0.5, -1.0)
    loss = candidate(model, keras.optimizers.SGD(0.05), lopsided_loss, batches_of(X, Y, 3))
    found = {
        "7 rows in batches of 3: loss of the epoch": forms.number(loss),
        "after that: (weight, bias)": weights_of(model),
    }
    batches = cut(range(len(X)), 3)
    losses, place = lopsided_descent(X, Y, batches)
    mean = np.average(losses, weights=[len(rows) for rows in batches])
    # where something is wrong, the next probe would only repeat it
    if not is_same(found, dict(zip(found, [mean, place]))):
        return found
    restless = restless_model()
    loss = candidate(restless, keras.optimizers.SGD(0.01), lopsided_loss, batches_of(X, Y, 4))
    return found | {
        "a model with BatchNormalization and Dropout: loss of the epoch": forms.number(loss),
        "all its weights after that": weights_of(restless),
    }


def second(candidate):
    model, restless = line_model(-1.0, 0.0), restless_model()
    dataset = batches_of([1.0, 2.0, -2.0, 0.0, 3.0], [2.0, -1.0, 0.5, 4.0, 0.0], 2)
    loss = candidate(model, keras.optimizers.SGD(0.02, momentum=0.5), lopsided_loss, dataset)
    other = candidate(restless, keras.optimizers.SGD(0.01), lopsided_loss, batches_of(X, Y, 3))
    return {
        "loss": forms.number(loss),
        "weights": weights_of(model),
        "other loss": forms.number(other),
        "other weights": weights_of(restless),
    }


EXERCISE = Case(
    id="C2.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=loss_of_epoch,
    starter=loss_of_epoch_broken,
    alternatives=(loss_by_total,),
    mistakes=(last_batch, sum_over_rows),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=23,
    culprits="D",
    suspects=SUSPECTS,
)
