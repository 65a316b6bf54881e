"""04.6 Two parts that stay apart."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake

TITLE = "Two parts that stay apart"
TASK = """
The function below should cut a table into training and validation rows. It runs, and it has two of this lesson's
faults. Mend it. You may change as much as you like; what must hold is:

- `train` and `validation` are `tf.data` datasets of batches `(features, labels)`, with `batch_size` rows (the last
  batch may be smaller); features keep their columns, and labels the shape `(rows, 1)`;
- validation has `n_validation` rows, chosen at random, the same ones whenever the dataset is read;
- training has all the others, each once in an epoch, and never one of the validation rows, however often it is read;
- the table may come sorted: in each epoch any training row can come first, and the
  batches are made up of other rows than in the epoch before.
"""
HINTS = (
    "A shuffled dataset is shuffled anew each time somebody reads it. What do `take` and `skip` cut off then?",
    "Split arrays, not datasets: `np.random.default_rng(0).permutation(n)` gives row numbers in a random order.",
    "Rows `order[:n_validation]` are validation. Make a dataset of each part; shuffle the training rows over a "
    "buffer of all of them, and batch after that.",
)


def split_and_batch(features, labels, n_validation, batch_size):
    """Return two datasets of (features, labels) batches, train and validation, that have no row in common.

    Validation is a random choice of rows, always the same ones; the order of the training rows is new in each epoch.

    Args:
        features: float32 (n, columns); the rows may come sorted.
        labels: float32 (n, 1).
        n_validation: the number of validation rows, less than n.
        batch_size: rows in a batch; the last one may be smaller.
    """
    order = np.random.default_rng(0).permutation(len(features))
    held_out, kept = order[:n_validation], order[n_validation:]
    train = tf.data.Dataset.from_tensor_slices((features[kept], labels[kept])).shuffle(len(kept))
    validation = tf.data.Dataset.from_tensor_slices((features[held_out], labels[held_out]))
    return train.batch(batch_size), validation.batch(batch_size)


# What a learner starts with


def split_and_batch_starter(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(batch_size)
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


NOTE = (
    "A test of this kind costs three lines in your own projects: give each row its number, read both datasets for "
    "some epochs, and intersect the two sets of numbers."
)
EXPLANATION = (
    "The row numbers are shuffled once and cut, so each row is on one side for good. Only the training "
    "rows are then shuffled in each epoch, over a buffer of all of them, and batched after that."
)


# Other right answers


def one_order_then_split(features, labels, n_validation, batch_size):
    n = len(features)
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(n, seed=1, reshuffle_each_iteration=False)
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.shuffle(n - n_validation).batch(batch_size), validation.batch(batch_size)


# Mistakes


@mistake(
    "shuffled anew, then cut",
    "Training meets every validation row within a few epochs, so the validation loss says nothing about new "
    "customers. The cut stays where it is, but each reading shuffles the rows anew beneath it. Split before "
    "shuffling.",
)
def shuffle_take_skip(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(len(features))
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


@mistake(
    "the first rows of a sorted table",
    "The parts are apart, but validation is the beginning of the table. If that comes sorted, all these rows "
    "are of one class, and training lacks them. Choose validation rows at random.",
)
def first_rows_set_aside(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.shuffle(len(features)).batch(batch_size), validation.batch(batch_size)


@mistake(
    "one order forever",
    "The parts are apart, but every epoch of training has the same batches in the same order: with "
    "`reshuffle_each_iteration=False`, or with no shuffle at all behind the cut, the order is fixed for good. "
    "Split first, and then let the training rows be shuffled in each epoch.",
)
def one_order_forever(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    dataset = dataset.shuffle(len(features), reshuffle_each_iteration=False)
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


@mistake(
    "whole batches are shuffled",
    "The batches come in a new order, but always with the same rows in them, because the rows were batched "
    "before they were shuffled. Shuffle rows, then batch.",
)
def whole_batches_shuffled(features, labels, n_validation, batch_size):
    order = np.random.default_rng(0).permutation(len(features))
    held_out, kept = order[:n_validation], order[n_validation:]
    train = tf.data.Dataset.from_tensor_slices((features[kept], labels[kept])).batch(batch_size)
    validation = tf.data.Dataset.from_tensor_slices((features[held_out], labels[held_out]))
    return train.shuffle(len(kept)), validation.batch(batch_size)


@mistake(
    "the shuffle buffer is small",
    "The parts are apart, but the buffer of the shuffle does not hold all rows, so a row cannot move far: the "
    "last ones never come first. If the rows are sorted, training ends each epoch on one class. Give the "
    "buffer room for all training rows.",
)
def small_buffer(features, labels, n_validation, batch_size):
    order = np.random.default_rng(0).permutation(len(features))
    held_out, kept = order[:n_validation], order[n_validation:]
    train = tf.data.Dataset.from_tensor_slices((features[kept], labels[kept])).shuffle(batch_size)
    validation = tf.data.Dataset.from_tensor_slices((features[held_out], labels[held_out]))
    return train.batch(batch_size), validation.batch(batch_size)


@mistake(
    "one order forever, and a small buffer",
    "The parts are apart, but `reshuffle_each_iteration=False` also freezes the order of the training rows, "
    "and "
    "a buffer smaller than the table hardly mixes them: validation is little more than the beginning of the "
    "table. Split by a random order of all rows; then let the training rows be shuffled anew in each epoch, "
    "over a buffer of all of them.",
)
def one_order_small_buffer(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(batch_size, reshuffle_each_iteration=False)
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


@mistake(
    "batches counted as rows",
    "Validation has all rows, and training none. `take` and `skip` count what the dataset has, and behind "
    "`batch` these are batches, of which there are fewer than `n_validation`. Cut rows, then batch.",
)
def batches_counted(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    dataset = dataset.shuffle(len(features), reshuffle_each_iteration=False).batch(batch_size)
    return dataset.skip(n_validation), dataset.take(n_validation)


# Probes


def observe(candidate, n=30, n_validation=10, batch_size=6):
    """Look at which rows go where, never at their order: any random choice of rows is as good as another."""
    keras.utils.set_random_seed(0)
    # each row's feature is its own number; the table comes sorted, those who stay first
    features, labels = np.arange(n, dtype="float32")[:, None], (np.arange(n) >= n // 2).astype("float32")[:, None]
    train, validation = candidate(features.copy(), labels.copy(), n_validation, batch_size)

    def read(dataset):
        return [np.ravel(batch[0]).astype(int) for batch in dataset.as_numpy_iterator()]

    def rows_of(batches):
        return np.concatenate([np.array([], int), *batches])

    # read so often that whatever can happen does; one iterator over many epochs is much faster than many iterators
    epoch, held_out = read(train.take(2 * n)), read(validation.take(2 * n))  # an answer may repeat its rows without end
    many_epochs = read(train.repeat(20).take(20 * len(epoch)))
    many_held_out = read(validation.repeat(40).take(40 * len(held_out)))
    first_rows = {batch[0] for batch in read(train.take(1).repeat(400))}
    trained, chosen = set(rows_of(many_epochs)), set(rows_of(many_held_out))
    together = [
        {frozenset(batch.tolist()) for batch in many_epochs[start : start + len(epoch)]} for start in (0, len(epoch))
    ]
    pairs = [*train.take(2 * n).as_numpy_iterator(), *validation.take(2 * n).as_numpy_iterator()]
    others = [(np.ravel(rows) >= n // 2) != np.ravel(found) for rows, found in pairs]
    return {
        "validation rows that training meets": len(chosen & trained),
        "different validation rows, over many readings": len(chosen),
        "validation rows in one reading": sum(map(len, held_out)),
        "training rows in one epoch": sum(map(len, epoch)),
        "rows in neither part": n - len(chosen | trained),
        "rows with the label of another row": int(np.sum(rows_of(others))),
        "shape of a row's label": ", ".join({str(found.shape[1:]) for _, found in pairs}),
        "classes among the validation rows": len(set(labels[rows_of(held_out), 0])),
        "smallest and largest batch of training": [edge(map(len, epoch), default=0) for edge in (min, max)],
        "largest batch of validation": max(map(len, held_out), default=0),
        "each epoch puts different rows together": together[0] != together[1],
        "training rows that can come first": {1: "one", len(trained): "all"}.get(len(first_rows), "some"),
    }


EXERCISE = Exercise(
    id="04.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=split_and_batch,
    starter=split_and_batch_starter,
    alternatives=(one_order_then_split,),
    mistakes=(
        shuffle_take_skip,
        first_rows_set_aside,
        one_order_forever,
        whole_batches_shuffled,
        small_buffer,
        one_order_small_buffer,
        batches_counted,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, n=28, n_validation=9, batch_size=5),
    note=NOTE,
    explanation=EXPLANATION,
)
