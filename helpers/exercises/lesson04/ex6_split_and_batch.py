"""04.6 Two parts that stay apart."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Two parts that stay apart"
TASK = """
The function below should cut a table into training and validation rows. It runs, and it has two faults that the clinic
of this lesson treats. Mend it. You may change as much as you like; what must hold, however often and in whatever order
both are read, is:

- `train` and `validation` are `tf.data` datasets of batches `(features, labels)`, with `batch_size` rows (the last
  batch may be smaller, and is not dropped); features keep their columns, and labels the shape `(rows, 1)`;
- validation has `n_validation` rows, the same ones whenever it is read. They are chosen at random from the whole table,
  none of them twice (whether each call of the function chooses anew is up to you);
- training has all the others, each once in an epoch, and never one of the validation rows;
- the table may come sorted: in each epoch any training row can come first, and the batches are made up of other rows
  than in the epoch before.
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
        features: float32 (n, columns), NumPy; the rows may come sorted.
        labels: float32 (n, 1), NumPy.
        n_validation: the number of validation rows, at least 1 and less than n.
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
    "The parts are apart, but every epoch of training has the same batches in the same order. Often that is because "
    "of `reshuffle_each_iteration=False`, a `cache` or a list behind the shuffle, or because no shuffle comes after "
    "the cut. Split first, and then let the training rows be shuffled in each epoch.",
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
    "The parts are apart, but validation is little more than the beginning of the table, and the training rows have "
    "the same order in each epoch. `reshuffle_each_iteration=False` does both, with a buffer smaller than the "
    "table. Split by a random order of all rows; then let the training rows be shuffled anew in each epoch, over a "
    "buffer of all of them.",
)
def one_order_small_buffer(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(batch_size, reshuffle_each_iteration=False)
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


@mistake(
    "shuffled anew, then cut, over a small buffer",
    "Both faults are still there. Training meets validation rows, because each reading shuffles the rows anew "
    "beneath the cut; and with a buffer smaller than the table the last rows never come first. Split before "
    "shuffling, and give the buffer room for all training rows.",
)
def both_faults(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(batch_size)
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


@mistake(
    "the first rows of a sorted table, and a small buffer",
    "The parts are apart, but validation is the beginning of the table, of one class if that comes sorted. And the "
    "buffer of the shuffle does not hold all training rows, so the last ones never come first. Choose validation "
    "rows at random, and give the buffer room for all the others.",
)
def first_rows_small_buffer(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.shuffle(batch_size).batch(batch_size), validation.batch(batch_size)


@mistake(
    "nothing is shuffled",
    "The parts are apart, but validation is the beginning of the table, of one class if that comes sorted, and "
    "training has the same batches in the same order in each epoch. Choose validation rows at random, and shuffle "
    "the others.",
)
def nothing_shuffled(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    return dataset.skip(n_validation).batch(batch_size), dataset.take(n_validation).batch(batch_size)


@mistake(
    "shuffled and cached, then cut",
    "Read before training, validation has other rows each time, and training meets them. A `cache` between shuffle and "
    "cut keeps the order only once somebody has read to the end, and `take` never does; from then on, training has one "
    "order forever. Split before shuffling.",
)
def cached_then_cut(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(len(features)).cache()
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


@mistake(
    "a fixed pattern, not a random choice",
    "Validation has rows of both classes, but they lie in the table in a regular way: every third row, say, or the "
    "first ones of each class. Whatever has a rhythm in the table is in one part only. Choose by a random order of "
    "the row numbers.",
)
def every_kth_row(features, labels, n_validation, batch_size):
    held_out = np.arange(n_validation) * len(features) // n_validation
    kept = np.setdiff1d(np.arange(len(features)), held_out)
    train = tf.data.Dataset.from_tensor_slices((features[kept], labels[kept])).shuffle(len(kept))
    validation = tf.data.Dataset.from_tensor_slices((features[held_out], labels[held_out]))
    return train.batch(batch_size), validation.batch(batch_size)


@mistake(
    "some rows twice in validation",
    "In one reading of validation some rows come twice, and as many others are missing. Most often the row numbers "
    "were drawn with replacement, as `rng.choice` and `rng.integers` do unless told otherwise. A random order of "
    "all row numbers, cut in two, has each of them once.",
)
def drawn_with_replacement(features, labels, n_validation, batch_size):
    held_out = np.random.default_rng(0).integers(len(features), size=n_validation)
    kept = np.setdiff1d(np.arange(len(features)), held_out)
    train = tf.data.Dataset.from_tensor_slices((features[kept], labels[kept])).shuffle(len(kept))
    validation = tf.data.Dataset.from_tensor_slices((features[held_out], labels[held_out]))
    return train.batch(batch_size), validation.batch(batch_size)


@mistake(
    "the last batch of training is dropped",
    "The parts are apart and the training rows are shuffled, but an epoch ends before the last ones: the rows that "
    "do not fill a batch are left out, other ones each time. That is what `drop_remainder=True` does. Let the last "
    "batch be smaller.",
)
def remainder_dropped(features, labels, n_validation, batch_size):
    train, validation = split_and_batch(features, labels, n_validation, batch_size)
    return train.unbatch().batch(batch_size, drop_remainder=True), validation


@mistake(
    "the labels have lost their column",
    "A batch of labels has the shape (rows,), and beside logits of shape (rows, 1) some losses would make a table "
    "of all pairs of them. Leave the labels as they are, without `ravel`, `flatten` or `squeeze`.",
)
def flat_labels(features, labels, n_validation, batch_size):
    return split_and_batch(features, labels.ravel(), n_validation, batch_size)


@mistake(
    "rows torn apart",
    "Features stand beside the label of another row, so there is nothing left to learn. Most often both were shuffled, "
    "each on its own. Make one random order of row numbers, and use it for both.",
)
def shuffled_apart(features, labels, n_validation, batch_size):
    rng = np.random.default_rng(0)
    return split_and_batch(rng.permutation(features), rng.permutation(labels), n_validation, batch_size)


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

FIXED_PATTERN = "validation rows in a fixed pattern"


def table(n):
    """Return features and labels of n rows: a row's number and its negative; those who stay come first."""
    numbers = np.arange(n, dtype="float32")
    return np.column_stack([numbers, -numbers]), (numbers >= n // 2).astype("float32")[:, None]


def form_of(parts):
    """Return what came back in words, "two datasets" if it is that, and what a batch of each of them is."""
    if not isinstance(parts, (tuple, list)):
        return {"what came back": forms.in_words(parts)}
    if len(parts) != 2 or not all(isinstance(part, tf.data.Dataset) for part in parts):
        return {"what came back": f"{len(parts)} parts: {', '.join(map(forms.in_words, parts))}"}
    batches = {name: next(iter(part.take(1)), None) for name, part in zip(("training", "validation"), parts)}
    return {"what came back": "two datasets"} | {f"a batch of {name}": batch_of(batches[name]) for name in batches}


def batch_of(batch):
    if not isinstance(batch, tuple) or len(batch) != 2:
        return "nothing" if batch is None else forms.in_words(batch)
    shapes = [", ".join(["rows", *map(str, part.shape[1:])]) for part in batch]
    return f"features ({shapes[0]}), labels ({shapes[1]})"


def numbers_of(batches):
    """Return the numbers of the rows of some batches, in order."""
    return np.concatenate([np.array([], int), *(np.asarray(features)[:, 0].astype(int) for features, _ in batches)])


def how_chosen(candidate, n, n_validation, batch_size):
    """Look at the validation rows of a table so large that chance neither makes a pattern in it nor misses a class."""
    _, validation = candidate(*table(n), n_validation, batch_size)
    rows, times = np.unique(numbers_of(validation.take(2 * n)), return_counts=True)  # it may repeat without end
    twice = {0: "none", len(rows): "all"}.get(sum(times > 1), "some")
    classes = len(set((rows >= n // 2).tolist()))
    measured = {
        "validation rows that come twice in one reading": twice,
        "validation is the beginning of the table": rows.max(initial=0) < len(rows),
        "classes among the validation rows": classes,
    }
    if classes == 2:
        # every k-th row, or two blocks; between rows that chance chose there are many different distances
        measured[FIXED_PATTERN] = len(set(np.diff(rows))) < 4
    return measured


def where_rows_go(train, validation, n):
    """Read both so often that whatever can happen does; one iterator over many epochs is faster than many iterators."""

    def read(dataset):
        return list(dataset.as_numpy_iterator())

    # validation first, because what a cache keeps depends on who reads first
    held_out = read(validation.take(2 * n))
    many_held_out = read(validation.repeat(30).take(30 * len(held_out)))
    epoch = read(train.take(2 * n))
    many_epochs = read(train.repeat(12).take(12 * len(epoch)))
    first_rows = set(numbers_of(read(train.unbatch().take(1).repeat(120).batch(120))))
    trained, chosen = set(numbers_of(many_epochs)), set(numbers_of(many_held_out))
    together = {frozenset(numbers_of([batch])) for batch in many_epochs}
    labels = table(n)[1]
    with_label = [labels[numbers_of([batch]), 0] == np.ravel(batch[1]) for batch in epoch + held_out]
    sizes = [len(batch[0]) for batch in epoch] or [0]
    return {
        "training meets validation rows": bool(chosen & trained),
        "different validation rows, over many readings": len(chosen),
        "validation rows in one reading": len(numbers_of(held_out)),
        "training rows in one epoch": len(numbers_of(epoch)),
        "rows in neither part": n - len(chosen | trained),
        "each row has its own label": all(map(np.all, with_label)),
        "smallest and largest batch of training": [min(sizes), max(sizes)],
        "largest batch of validation": max((len(batch[0]) for batch in held_out), default=0),
        "each epoch puts different rows together": len(together) > len(epoch),
        "training rows that can come first": {1: "one", len(trained): "all"}.get(len(first_rows), "some"),
    }


def observe(candidate, n=16, n_validation=6, batch_size=4):
    """Look at which rows go where, never at their order: any random choice of rows is as good as another."""
    keras.utils.set_random_seed(0)
    parts = candidate(*table(n), n_validation, batch_size)
    measured = form_of(parts)
    if not set(measured.values()) <= {"two datasets", "features (rows, 2), labels (rows, 1)", "nothing"}:
        return measured
    measured |= how_chosen(candidate, 10 * n, 10 * n_validation, 3 * batch_size)
    # how many rows come twice is a matter of chance; whoever chose by a pattern hears of that first
    if measured["validation rows that come twice in one reading"] == "some" or measured.get(FIXED_PATTERN):
        return measured
    return measured | where_rows_go(*parts, n)


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
        both_faults,
        first_rows_small_buffer,
        nothing_shuffled,
        cached_then_cut,
        every_kth_row,
        drawn_with_replacement,
        remainder_dropped,
        flat_labels,
        shuffled_apart,
        batches_counted,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, n=14, n_validation=5, batch_size=4),
    note=NOTE,
    explanation=EXPLANATION,
)
