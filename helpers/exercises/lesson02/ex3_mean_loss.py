"""02.3 The mean loss of an epoch."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson02.shared import batches_of, line_model, lopsided_loss

TITLE = "The mean loss of an epoch"
TASK = """Fill the gap in `mean_loss(model, loss_fn, dataset)`, marked by `...`; it takes a line or two. The
function returns
the mean loss over **all rows** of a dataset of `(features, labels)` batches, a float. `loss_fn(labels, predictions)`,
which may
be any loss, gives the mean loss of one batch, a scalar. The last batch may be ragged, and the answer must not depend
on how
the rows are cut into batches. Nothing is trained. (You may change the lines around the gap, too.)"""
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
        A float.
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


# Probes


def observe(candidate):
    model, loss_fn = line_model(2.0, 1.0), lopsided_loss
    before = model.get_weights()
    x, y = [0.0, 1.0, 2.0, 3.0, 1.0, -1.0, 2.0], [1.0, 3.5, 5.0, 6.0, 4.0, -1.0, 14.0]
    # twice three rows and one, then four rows and three
    ragged, uneven = (float(candidate(model, loss_fn, batches_of(x, y, size))) for size in (3, 4))
    whole = float(candidate(model, loss_fn, batches_of(x[:2], y[:2], 2)))
    moved = max(np.abs(new - old).max() for new, old in zip(model.get_weights(), before))
    return {
        "mean loss of 7 rows in batches of 3": ragged,
        "mean loss of the same 7 rows in batches of 4": uneven,
        "mean loss of a single batch of 2 rows": whole,
        "largest change of the model's weights": float(moved),
    }


def second(candidate):
    model, loss_fn = line_model(-1.0, 0.5), lopsided_loss
    x, y = [1.0, 2.0, 0.0, -3.0, 5.0], [0.0, 1.0, 6.0, 3.0, -4.0]
    return {f"batches of {size}": float(candidate(model, loss_fn, batches_of(x, y, size))) for size in (1, 2, 3, 4, 5)}


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
        last_batch,
        first_batch,
        divided_by_batches,
        every_batch_full,
        means_by_rows,
        swapped,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
