"""C4.3 It believes what came last."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "It believes what came last"
TASK = """\
The table comes sorted, who stayed first and who left behind them, and the rows are shuffled. Still, in the end the
network gives everybody too high a probability of leaving. Which line is it?"""
HINTS = (
    "Print the labels of the first batch and of the last one, in several epochs.",
    "`shuffle` holds some rows in a buffer and draws the next one from it. How far can a row travel?",
    "The buffer needs room for all rows: `shuffle(len(features))`.",
)


def training_batches(features, labels, batch_size):
    """Return a tf.data.Dataset of (features, labels) batches; in each epoch every row, anywhere in the order.

    Args:
        features: float32 (n, columns), NumPy; the rows may come sorted.
        labels: float32 (n, 1), NumPy.
        batch_size: rows in a batch; the last one may be smaller.
    """
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))  # A
    dataset = dataset.shuffle(len(features))  # B
    dataset = dataset.batch(batch_size)  # C
    return dataset.prefetch(tf.data.AUTOTUNE)  # D


def training_batches_broken(features, labels, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))  # A
    dataset = dataset.shuffle(batch_size)  # B
    dataset = dataset.batch(batch_size)  # C
    return dataset.prefetch(tf.data.AUTOTUNE)  # D


NOTE = "Count the classes in the first few batches of a new dataset; it takes a minute."
EXPLANATION = (
    "The buffer held one batch, so a row could come a little earlier or later and no more. A sorted table stayed "
    "nearly sorted: each epoch ended with leavers only, and the last steps had the say."
)


def shuffled_numbers(features, labels, batch_size):
    numbers = tf.data.Dataset.range(len(features)).shuffle(len(features)).batch(batch_size)
    return numbers.map(lambda rows: (tf.gather(features, rows), tf.gather(labels, rows)))


@mistake(
    "whole batches are shuffled",
    "The batches come in a new order, but always with the same rows in them, and in a sorted table these are of one "
    "class. Shuffle rows, then batch.",
)
def batch_then_shuffle(features, labels, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    return dataset.batch(batch_size).shuffle(len(features))


@mistake(
    "one order forever",
    "The rows are well mixed, but every epoch has the same batches in the same order. Leave "
    "`reshuffle_each_iteration` as it is.",
)
def one_order(features, labels, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    return dataset.shuffle(len(features), reshuffle_each_iteration=False).batch(batch_size)


@mistake(
    "nothing is shuffled",
    "The rows come in the order of the table, in every epoch: who stayed first, who left last.",
)
def in_the_order_of_the_table(features, labels, batch_size):
    return tf.data.Dataset.from_tensor_slices((features, labels)).batch(batch_size)


def observe(candidate, n=12, batch_size=4):
    """Look at which rows may come where, over many epochs, never at one order: any is as good as another."""
    keras.utils.set_random_seed(0)
    features = np.arange(2 * n, dtype="float32").reshape(n, 2)
    labels = np.arange(n, dtype="float32")[:, None]
    dataset = candidate(features, labels, batch_size)
    if not isinstance(dataset, tf.data.Dataset):
        return {"what came back": forms.in_words(dataset)}
    epochs = [list(dataset.as_numpy_iterator()) for _ in range(60)]
    orders = [np.concatenate([batch[1][:, 0] for batch in epoch]).astype(int).tolist() for epoch in epochs]
    together = {frozenset(frozenset(batch[1][:, 0].tolist()) for batch in epoch) for epoch in epochs}
    measured = {
        "rows in the batches": [len(batch[1]) for batch in epochs[0]],
        "each row once in each epoch": all(sorted(order) == list(range(n)) for order in orders),
        "features stand beside their labels": all(
            np.array_equal(batch[0][:, 0], 2 * batch[1][:, 0]) for epoch in epochs for batch in epoch
        ),
        "the order is that of the table": orders[0] == list(range(n)),
        "epochs in the same order": len({tuple(order) for order in orders}) == 1,
        "always the same rows together": len(together) == 1,
    }
    # of a single order, or of the same batches, it is a matter of chance which rows come first
    if measured["always the same rows together"]:
        return measured
    return measured | {"a row from the last third can come first": max(order[0] for order in orders) >= n - n // 3}


EXERCISE = Case(
    id="C4.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=training_batches,
    starter=training_batches_broken,
    alternatives=(shuffled_numbers,),
    mistakes=(batch_then_shuffle, one_order, in_the_order_of_the_table),
    observe=observe,
    second=lambda candidate: observe(candidate, n=15, batch_size=4),
    note=NOTE,
    explanation=EXPLANATION,
    trap=40,
    culprits="B",
    suspects={
        "A": "It makes a dataset of single rows, in the order of the table. That order is what a shuffle is for.",
        "B": "Its buffer has room for one batch only, so no row comes much earlier or later than in the table.",
        "C": "It puts rows together that are shuffled already. The other way around whole batches would be shuffled.",
        "D": "It prepares the next batch while this one trains. The order stays what it is.",
    },
)
