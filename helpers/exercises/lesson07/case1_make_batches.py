"""C7.1 The network waits for its data."""

import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Case, mistake

TITLE = "The network waits for its data"
TASK = """\
Pixels are stored as whole numbers, and `prepare` makes floats from 0 to 1 of them on the way. For 96 rows in batches of
32 it is called 96 times, and each call takes longer than its arithmetic. Two lines
have to change places; which is one of them?"""
HINTS = (
    "What does `prepare` get in one call? What could it get?",
    "The order of two lines decides whether a function meets rows or batches.",
)


def make_batches(prepare, features, labels, batch_size):
    """Return a tf.data.Dataset of batches (prepared features, labels), in the order of the rows.

    Args:
        prepare: prepare(features) returns them as float32. It works entry by entry, so it takes a row as well as a
            batch of rows.
        features, labels: arrays (n, columns) and (n,).
        batch_size: rows in a batch; the last one may be smaller.
    """
    rows = tf.data.Dataset.from_tensor_slices((features, labels))  # A
    batches = rows.batch(batch_size)  # B
    prepared = batches.map(lambda features, labels: (prepare(features), labels))  # C
    return prepared.prefetch(1)  # D


# What a learner starts with


def make_batches_broken(prepare, features, labels, batch_size):
    rows = tf.data.Dataset.from_tensor_slices((features, labels))  # A
    prepared = rows.map(lambda features, labels: (prepare(features), labels))  # B
    batches = prepared.batch(batch_size)  # C
    return batches.prefetch(1)  # D


SUSPECTS = {
    "A": "It cuts the arrays into rows, but no row is touched by Python or by `prepare` here.",
    "B": "`map` stands before `batch`, so `prepare` meets the rows one by one.",
    "C": "`batch` stands behind `map`, so `prepare` meets the rows one by one.",
    "D": "One batch is prepared ahead, while the network is busy with the one before. That hides a part of the waiting "
    "and is right; it does not make the preparation shorter.",
}
NOTE = (
    "Where `prepare` costs much and fits into memory, `.cache()` behind the `map` keeps its results for the next "
    "epoch. Not behind anything random: that would be drawn once and for all."
)
EXPLANATION = (
    "Batches first, then one call of `prepare` for each of them. An operation on 32 rows costs hardly more than one on "
    "a single row: it is the call that costs."
)


# Other right answers


def prepared_at_once(prepare, features, labels, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((prepare(tf.constant(features)), labels))
    return dataset.batch(batch_size).prefetch(tf.data.AUTOTUNE)


# Mends that do not mend


@mistake(
    "several rows at a time, and still one by one",
    "`num_parallel_calls` prepares several rows at the same time, each in a call of its own. There are as many calls "
    "as before; with a free core less waiting, without one none.",
)
def in_parallel(prepare, features, labels, batch_size):
    rows = tf.data.Dataset.from_tensor_slices((features, labels))
    prepared = rows.map(lambda row, label: (prepare(row), label), num_parallel_calls=tf.data.AUTOTUNE)
    return prepared.batch(batch_size).prefetch(1)


@mistake(
    "the first epoch is as slow as before",
    "From the second epoch on, the cache spares the calls. In the first one there is still a call for each row.",
)
def cached(prepare, features, labels, batch_size):
    rows = tf.data.Dataset.from_tensor_slices((features, labels))
    return rows.map(lambda row, label: (prepare(row), label)).cache().batch(batch_size)


@mistake(
    "the last batch is dropped",
    "A call for each batch now, but rows are missing: the last batch, which is smaller, is dropped.",
)
def without_rest(prepare, features, labels, batch_size):
    batches = tf.data.Dataset.from_tensor_slices((features, labels)).batch(batch_size, drop_remainder=True)
    return batches.map(lambda features, labels: (prepare(features), labels))


@mistake(
    "nothing is prepared",
    "The features come out as they went in: `prepare` is not called anymore.",
)
def unprepared(prepare, features, labels, batch_size):
    return tf.data.Dataset.from_tensor_slices((features, labels)).batch(batch_size)


# Probes


def observe(candidate, n_rows=20, batch_size=8):
    calls = tf.Variable(0)

    def prepare(features):
        calls.assign_add(1)
        return tf.cast(features, tf.float32) / 255

    features = np.random.default_rng(n_rows).integers(0, 256, (n_rows, 3))
    labels = np.arange(n_rows)
    dataset = candidate(prepare, features, labels, batch_size)
    counts, passes = [], []
    for _ in range(2):
        passes = list(dataset.as_numpy_iterator())
        counts.append(int(calls.numpy()))
        calls.assign(0)
    return {
        "calls in the first epoch": "one a row" if counts[0] >= n_rows else "a few",
        "calls in the second epoch": "one a row" if counts[1] >= n_rows else "a few",
        "rows in each batch": np.array([len(labels) for _, labels in passes]),
        "features": np.concatenate([features for features, _ in passes]),
        "labels": np.concatenate([labels for _, labels in passes]),
    }


EXERCISE = Case(
    id="C7.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=make_batches,
    starter=make_batches_broken,
    trap=61,
    culprits="BC",
    suspects=SUSPECTS,
    alternatives=(prepared_at_once,),
    mistakes=(in_parallel, cached, without_rest, unprepared),
    observe=observe,
    second=lambda candidate: observe(candidate, n_rows=23, batch_size=6),
    note=NOTE,
    explanation=EXPLANATION,
)
