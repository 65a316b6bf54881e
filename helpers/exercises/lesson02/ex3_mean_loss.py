"""02.3 The mean loss of an epoch."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson02.shared import (
    is_same,
    line_model,
    lopsided_loss,
    reordered_batches_of,
    restless_model,
    weights_of,
)

TITLE = "The mean loss of an epoch"
TASK = """Fill the gap in `mean_loss(model, loss_fn, dataset)`, marked by `...`; it takes a line or two. The function
returns the mean loss over **all rows** of a dataset of `(features, labels)` batches, a number. `loss_fn(labels,
predictions)`, which may be any loss, gives the mean loss of one batch, a scalar.

The last batch may be ragged, and the answer must not depend on how the rows are cut into batches. A dataset may deal
its rows out in a new order each time you walk through it. Nothing is trained: the model predicts as it does in use,
with `training=False`, and stays as it is. (You may change the lines around the gap, too.)"""
HINTS = (
    "Seven rows in batches of 3 make batches of 3, 3 and 1. How much should the loss of the last one count?",
    "The loss of a batch stands for `len(labels)` rows. `keras.metrics.Mean` can be told: see `train_one_epoch` "
    "in the lesson.",
    "For each batch, `mean.update_state(loss, sample_weight=len(labels))`; after the loop, `float(mean.result())`.",
)


def mean_loss(model, loss_fn, dataset):
    """Return the mean loss over all rows of a dataset.

    Args:
        model: a Keras model.
        loss_fn: takes labels and predictions, returns the mean loss of a batch, a scalar.
        dataset: batches of (features, labels); the last may be smaller than the others.

    Returns:
        A float, or a scalar tensor.
    """
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        loss = loss_fn(labels, model(features, training=False))
        # a batch counts by its rows, or a small last one would count as much as a full one
        mean.update_state(loss, sample_weight=len(labels))
    return float(mean.result())


# What a learner starts with


def mean_loss_with_a_gap(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        ...
    return float(mean.result())


NOTE = (
    "`dataset.batch(3, drop_remainder=True)` also gets rid of the ragged batch, by never showing its rows. In "
    "training that may do; in an evaluation some rows would not be counted."
)
EXPLANATION = (
    "A batch's loss is a mean over its rows, so it must count once for each of them, and "
    "`sample_weight` says how many there are. That makes it a mean over rows, and the cut into batches no longer "
    "matters."
)


# Other right answers


def mean_by_total(model, loss_fn, dataset):
    total, rows = 0.0, 0
    for features, labels in dataset:
        total += float(loss_fn(labels, model(features))) * len(labels)
        rows += len(labels)
    return total / rows


def mean_by_average(model, loss_fn, dataset):
    losses = [loss_fn(labels, model(features, training=False)) for features, labels in dataset]
    return np.average(losses, weights=[len(labels) for _, labels in dataset])


def mean_of_all_rows(model, loss_fn, dataset):
    features, labels = (tf.concat(parts, axis=0) for parts in zip(*dataset))
    return loss_fn(labels, model(features, training=False))


# Mistakes


@mistake(
    "the mean of the batch means",
    "The row that sits alone in the last batch counts as much as three others together. Let "
    "every batch count by its number of rows.",
)
def mean_of_batch_means(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        mean.update_state(loss_fn(labels, model(features, training=False)))
    return float(mean.result())


@mistake(
    "the last batch reported as the epoch",
    "This is the loss of the last batch only. After a loop, a name holds what it was given "
    "last. Make the `Mean`, or the total, before the loop, and add to it in every round.",
)
def last_batch(model, loss_fn, dataset):
    for features, labels in dataset:
        loss = loss_fn(labels, model(features, training=False))
    return float(loss)


@mistake(
    "the first batch only",
    "This is the loss of the first batch. `next(iter(dataset))` takes one batch and stops, and "
    "so does a `return` that is indented into the loop. Walk through all of them with `for`, and return "
    "after it.",
)
def first_batch(model, loss_fn, dataset):
    features, labels = next(iter(dataset))
    return float(loss_fn(labels, model(features, training=False)))


@mistake(
    "divided by the number of batches",
    "The losses of all rows are added up, and then divided by how many batches there were. "
    "Divide a total over rows by the number of rows.",
)
def divided_by_batches(model, loss_fn, dataset):
    total = 0.0
    for features, labels in dataset:
        total += float(loss_fn(labels, model(features, training=False))) * len(labels)
    return total / len(dataset)


@mistake(
    "every batch counted as full",
    "The losses of all rows are divided by the batch size times the number of batches. The last "
    "batch has fewer rows than that: count the rows you have seen.",
)
def every_batch_full(model, loss_fn, dataset):
    total, size = 0.0, len(next(iter(dataset))[1])
    for features, labels in dataset:
        total += float(loss_fn(labels, model(features, training=False))) * len(labels)
    return total / (size * len(dataset))


@mistake(
    "batch means divided by rows",
    "The means of the batches are added up, and then divided by the number of rows. Each mean has "
    "been divided by its rows already: multiply it by them before you add it.",
)
def means_by_rows(model, loss_fn, dataset):
    total, rows = 0.0, 0
    for features, labels in dataset:
        total += float(loss_fn(labels, model(features, training=False)))
        rows += len(labels)
    return total / rows


@mistake(
    "labels and predictions swapped",
    "With a loss to which too high is worse than too low, your mean is that of the opposite "
    "errors. "
    "`loss_fn` takes the labels first. The squared error forgives that, most other losses do not.",
)
def swapped(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        mean.update_state(loss_fn(model(features, training=False), labels), sample_weight=len(labels))
    return float(mean.result())


@mistake(
    "the sum of the batch losses",
    "The means of the batches are added up and never divided, so the number grows with the number of batches. Count "
    "each by its rows, and divide by all rows.",
)
def sum_of_batch_losses(model, loss_fn, dataset):
    return sum(float(loss_fn(labels, model(features, training=False))) for features, labels in dataset)


@mistake(
    "the sum over all rows",
    "This is the loss of all rows together, 7 times the mean of 7 rows. Count the rows that you have seen, and divide "
    "by them.",
)
def sum_over_rows(model, loss_fn, dataset):
    return sum(float(loss_fn(labels, model(features, training=False))) * len(labels) for features, labels in dataset)


@mistake(
    "the ragged batch dropped",
    "This is the mean over the full batches. The rows of the ragged batch count as much as any others.",
)
def ragged_batch_dropped(model, loss_fn, dataset):
    size, mean = None, keras.metrics.Mean()
    for features, labels in dataset:
        size = size or len(labels)
        if len(labels) == size:
            mean.update_state(loss_fn(labels, model(features, training=False)))
    return float(mean.result())


@mistake(
    "the squared error, whatever the loss",
    "This is the mean squared error of all rows. Another loss was handed in: call `loss_fn`.",
)
def squared_error(model, loss_fn, dataset):
    return mean_loss(model, keras.losses.MeanSquaredError(), dataset)


@mistake(
    "labels of one walk, predictions of another",
    "The dataset was walked through twice, once for the labels and once for the predictions. This one deals its rows "
    "out in another order each time, as a shuffled one does, so labels met the predictions of other rows. Use both in "
    "the same walk.",
)
def two_walks(model, loss_fn, dataset):
    labels = tf.concat([labels for _, labels in dataset], axis=0)
    predictions = tf.concat([model(features, training=False) for features, _ in dataset], axis=0)
    return float(loss_fn(labels, predictions))


@mistake(
    "the model in training mode",
    "The model is another one after you have measured it: its BatchNormalization has moved its averages. That happens "
    "with `training=True`, which also lets Dropout drop numbers. Measure it as it is used, with `training=False`.",
)
def in_training_mode(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        mean.update_state(loss_fn(labels, model(features, training=True)), sample_weight=len(labels))
    return float(mean.result())


# Probes

X, Y = [0.0, 1.0, 2.0, 3.0, 1.0, -1.0, 2.0], [1.0, 3.5, 5.0, 6.0, 4.0, -1.0, 14.0]


def on_a_line(candidate):
    model, loss_fn = line_model(2.0, 1.0), lopsided_loss
    before = weights_of(model)
    # twice three rows and one, then four rows and three
    ragged, uneven = (forms.number(candidate(model, loss_fn, reordered_batches_of(X, Y, size))) for size in (3, 4))
    whole = forms.number(candidate(model, loss_fn, reordered_batches_of(X[:2], Y[:2], 2)))
    return {
        "mean loss of 7 rows in batches of 3": ragged,
        "mean loss of the same 7 rows in batches of 4": uneven,
        "mean loss of a single batch of 2 rows": whole,
        "largest change of the model's weights": np.abs(weights_of(model) - before).max(),
    }


def on_a_restless_model(candidate):
    model = restless_model()
    before = weights_of(model)
    loss = forms.number(candidate(model, lopsided_loss, reordered_batches_of(X, Y, 3)))
    if not np.array_equal(weights_of(model), before):
        return {"a model with BatchNormalization and Dropout stays as it was": False}
    return {
        "a model with BatchNormalization and Dropout stays as it was": True,
        "mean loss of that model": loss,
    }


def by_hand(rows):
    """Return the mean loss of the first rows for on_a_line's model and loss, in NumPy."""
    errors = 2 * np.array(X[:rows]) + 1 - Y[:rows]
    return np.mean(errors**2 + errors / 2)


def observe(candidate):
    found = on_a_line(candidate)
    # where that is wrong, another model would only repeat it
    is_right = is_same(found, dict(zip(found, [by_hand(7), by_hand(7), by_hand(2), 0])))
    return found | on_a_restless_model(candidate) if is_right else found


def second(candidate):
    model, loss_fn = line_model(-1.0, 0.5), lopsided_loss
    x, y = [1.0, 2.0, 0.0, -3.0, 5.0], [0.0, 1.0, 6.0, 3.0, -4.0]
    found = {
        f"batches of {size}": forms.number(candidate(model, loss_fn, reordered_batches_of(x, y, size)))
        for size in (1, 2, 3, 5)
    }
    return found | on_a_restless_model(candidate)


EXERCISE = Exercise(
    id="02.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=mean_loss,
    starter=mean_loss_with_a_gap,
    alternatives=(mean_by_total, mean_by_average, mean_of_all_rows),
    mistakes=(
        mean_of_batch_means,
        in_training_mode,
        last_batch,
        first_batch,
        divided_by_batches,
        every_batch_full,
        means_by_rows,
        swapped,
        sum_of_batch_losses,
        sum_over_rows,
        ragged_batch_dropped,
        squared_error,
        two_walks,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
