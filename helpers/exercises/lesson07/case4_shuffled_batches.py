"""C7.4 Memory fills before the first step."""

import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Case, mistake

TITLE = "Memory fills before the first step"
TASK = """\
The rows lie on a disk, and `read` brings those with given numbers. In every epoch the whole table is read before the
first batch comes, and it all lies in memory at the same time. Three lines have to change places. Which one
comes too early?"""
HINTS = (
    "How many rows have been read when the first batch comes out? Which line wants to have them all?",
    "What has to be mixed to mix the rows: the rows, or something smaller?",
    "A row number takes eight bytes, however wide the row is. Shuffle these, then batch them, then read.",
)


def shuffled_batches(read, n_rows, batch_size):
    """Return a tf.data.Dataset of batches that has each row once an epoch, in another order in each epoch.

    Args:
        read: read(numbers) brings rows from the disk, for one number, () int64, or for several, (n,).
        n_rows: how many rows there are; they have the numbers 0, 1, 2, ...
        batch_size: rows in a batch; the last one may be smaller.
    """
    numbers = tf.data.Dataset.range(n_rows)  # A
    shuffled = numbers.shuffle(n_rows)  # B
    batches = shuffled.batch(batch_size)  # C
    return batches.map(read)  # D


# What a learner starts with


def shuffled_batches_broken(read, n_rows, batch_size):
    numbers = tf.data.Dataset.range(n_rows)  # A
    rows = numbers.map(read)  # B
    shuffled = rows.shuffle(n_rows)  # C
    return shuffled.batch(batch_size)  # D


SUSPECTS = {
    "A": "The numbers of the rows, one after the other. They are made when they are asked for, and are small.",
    "B": "The rows are read here, before they are shuffled, so the buffer of `shuffle` has to hold rows.",
    "C": "A buffer as large as the table mixes well. It has to be full before the first element comes out, and here "
    "its elements are rows.",
    "D": "A batch is put together from rows that are there. It asks for no more of them.",
}
NOTE = (
    "`helpers.training.batches` does it so. A million rows of twenty float32 are 80 MB, and in a shuffle buffer, an "
    "element each, several times that; their numbers are one tensor of 8 MB."
)
EXPLANATION = (
    "The buffer holds the numbers of all rows, which costs little, so the order is as random as before. The rows are "
    "read when their batch is due, a batch at a time."
)


# Other right answers


def by_numpy(read, n_rows, batch_size):
    draw = np.random.default_rng()

    def orders():
        yield draw.permutation(n_rows)

    numbers = tf.data.Dataset.from_generator(orders, output_signature=tf.TensorSpec([n_rows], tf.int64))
    return numbers.unbatch().batch(batch_size).map(read)


# Mends that do not mend


@mistake(
    "a small buffer mixes neighbors",
    "Little is read ahead now. But an element that leaves a small buffer is one of the next few: rows from the end of "
    "the table come at the end of every epoch. If the table is sorted, so are the batches.",
)
def small_buffer(read, n_rows, batch_size):
    return tf.data.Dataset.range(n_rows).map(read).shuffle(2 * batch_size).batch(batch_size)


@mistake(
    "batches are mixed, rows are not",
    "Little is read ahead, and the batches come in a random order. But each holds the same neighbors in every epoch. "
    "Shuffle first, batch then.",
)
def batches_shuffled(read, n_rows, batch_size):
    return tf.data.Dataset.range(n_rows).batch(batch_size).shuffle(n_rows).map(read)


@mistake(
    "one order for all epochs",
    "Little is read ahead, and the rows are mixed; but each epoch has the same order. `shuffle` draws a new one by "
    "itself, unless `reshuffle_each_iteration=False` forbids it, or the order was drawn outside.",
)
def same_order(read, n_rows, batch_size):
    order = np.random.default_rng(0).permutation(n_rows)
    return tf.data.Dataset.from_tensor_slices(order).batch(batch_size).map(read)


@mistake(
    "not mixed at all",
    "Little is read ahead, but the rows come in the order of the table.",
)
def in_order(read, n_rows, batch_size):
    return tf.data.Dataset.range(n_rows).batch(batch_size).map(read)


# Probes


def observe(candidate, n_rows=300, batch_size=7):
    rows_read = tf.Variable(0)

    def read(numbers):
        rows_read.assign_add(tf.size(numbers))
        return 10 * numbers

    dataset = candidate(read, n_rows, batch_size)
    for _ in dataset:
        break
    ahead = int(rows_read.numpy())
    epochs = [[np.ravel(rows) // 10 for rows in dataset.as_numpy_iterator()] for _ in range(2)]
    orders = [np.concatenate(epoch) for epoch in epochs]
    return {
        "read before the first batch comes": "the whole table" if ahead >= n_rows else "a part of it",
        "rows of an epoch": np.sort(orders[0]),
        "sizes of batches": np.sort([len(rows) for rows in epochs[0]]),
        # by chance a third of the table
        "a row is far from its place in the table": bool(np.mean(np.abs(orders[0] - np.arange(n_rows))) > n_rows / 5),
        "neighbors stay together": bool(np.mean(np.abs(np.diff(orders[0])) == 1) > 0.5),
        "two epochs have the same order": bool(np.array_equal(*orders)),
    }


EXERCISE = Case(
    id="C7.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=shuffled_batches,
    starter=shuffled_batches_broken,
    trap=63,
    culprits="BC",
    suspects=SUSPECTS,
    alternatives=(by_numpy,),
    mistakes=(small_buffer, batches_shuffled, same_order, in_order),
    observe=observe,
    second=lambda candidate: observe(candidate, n_rows=401, batch_size=10),
    note=NOTE,
    explanation=EXPLANATION,
)
