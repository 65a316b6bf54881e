"""C8.3 A third of the rows is missing, in every epoch."""

import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Case, mistake

TITLE = "A third of the rows is missing, in every epoch"
TASK = """\
Four workers share out a table, and count what they got. In an epoch about a third of the rows comes to nobody, and
about a quarter comes twice or more often; in the next epoch other rows are missing. Which line is it?"""
HINTS = (
    "Let two workers print the first rows that they get. Can a row come to both?",
    "Which line is random, and which line deals out? What must be the same on all workers where the second one runs?",
    "Either all workers deal from the same order, or they deal first, and each mixes what is its own.",
)


def share_of_epochs(features, global_batch, workers, rank, seed):
    """Return a tf.data.Dataset of one worker's batches; all workers together have each row once an epoch.

    Args:
        features: the whole table, (n, columns), on every worker; n is a multiple of the global batch.
        global_batch: rows that all workers take together in a step, a multiple of the number of workers.
        workers: how many workers there are.
        rank: the number of this worker, from 0.
        seed: a whole number, the same on every worker. In every epoch the rows have another order.
    """
    rows = tf.data.Dataset.from_tensor_slices(features)  # A
    shuffled = rows.shuffle(len(features), seed=seed)  # B
    mine = shuffled.shard(workers, rank)  # C
    return mine.batch(global_batch // workers)  # D


# What a learner starts with


def share_of_epochs_broken(features, global_batch, workers, rank, seed):
    rows = tf.data.Dataset.from_tensor_slices(features)  # A
    shuffled = rows.shuffle(len(features), seed=seed + rank)  # B
    mine = shuffled.shard(workers, rank)  # C
    return mine.batch(global_batch // workers)  # D


SUSPECTS = {
    "A": "The table, row by row, in the same order on every worker.",
    "B": "Every worker has a seed of its own, so it mixes the rows in its own way, and `shard` then deals from another "
    "order on each.",
    "C": "Every fourth row, from another place on for each rank. It deals the rows out without overlap if all workers "
    "deal from the same order, and here they do not.",
    "D": "The worker's share of a global batch, from what it has got.",
}
NOTE = (
    "Dropout is the opposite: there each replica should have a seed of its own, or all drop the same units. And the "
    "weights begin with one seed for all: an all-reduce adds up gradients, so replicas that begin apart stay apart."
)
EXPLANATION = (
    "From one order, every fourth row is a part of its own for each rank. The mended line takes the same seed "
    "everywhere; to exchange the lines, so that each worker mixes a part that is already its own, is as good."
)


# Other right answers


def dealt_first(features, global_batch, workers, rank, seed):
    mine = tf.data.Dataset.from_tensor_slices(features).shard(workers, rank)
    return mine.shuffle(len(features), seed=seed + rank).batch(global_batch // workers)


# Mends that do not mend


def dealt(features, shuffle, global_batch, workers, rank):
    return shuffle(tf.data.Dataset.from_tensor_slices(features)).shard(workers, rank).batch(global_batch // workers)


@mistake(
    "not mixed anymore",
    "Each row comes once, in the order of the table. If the table is sorted, so are the batches.",
)
def unshuffled(features, global_batch, workers, rank, seed):
    return dealt(features, lambda rows: rows, global_batch, workers, rank)


@mistake(
    "one order for all epochs",
    "Each row comes once an epoch, but every epoch has the same order: the same rows always meet in a batch.",
)
def same_order(features, global_batch, workers, rank, seed):
    def shuffle(rows):
        return rows.shuffle(len(features), seed=seed, reshuffle_each_iteration=False)

    return dealt(features, shuffle, global_batch, workers, rank)


@mistake(
    "everybody takes everything",
    "No row is missing, and each comes to all workers. Nobody has less to do. Leave `shard` in.",
)
def not_dealt(features, global_batch, workers, rank, seed):
    rows = tf.data.Dataset.from_tensor_slices(features).shuffle(len(features), seed=seed)
    return rows.batch(global_batch // workers)


@mistake(
    "still an order for each worker",
    "Rows are still missing: `hash`, a product with the rank, a generator of NumPy for each worker, all of them make "
    "different orders again. The seed has to be the same number on every worker.",
)
def other_seeds(features, global_batch, workers, rank, seed):
    return dealt(features, lambda rows: rows.shuffle(len(features), seed=seed + 10 * rank), global_batch, workers, rank)


# Probes


def observe(candidate, n_rows=40, global_batch=8, workers=4):
    features = np.arange(float(n_rows))[:, np.newaxis]
    datasets = [candidate(features.copy(), global_batch, workers, rank, 5) for rank in range(workers)]
    epochs = []
    for _ in range(2):
        batches = [list(dataset.as_numpy_iterator()) for dataset in datasets]
        epochs.append([np.concatenate(own).ravel() for own in batches])
    counts = [np.bincount(np.concatenate(epoch).astype(int), minlength=n_rows) for epoch in epochs]
    return {
        "sizes of batches": np.array([len(batch) for own in batches for batch in own]),
        "rows that never come": bool(any(np.any(count == 0) for count in counts)),
        "most often that a row comes": "once" if max(count.max() for count in counts) == 1 else in_words(counts),
        # by chance a third of the table
        "mixed": bool(np.mean(np.abs(np.diff(epochs[0][0]))) > n_rows / 6),
        "two epochs have the same order": bool(np.array_equal(epochs[0][0], epochs[1][0])),
    }


def in_words(counts):
    return "all workers get it" if all(count.min() == count.max() for count in counts) else "some several times"


EXERCISE = Case(
    id="C8.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=share_of_epochs,
    starter=share_of_epochs_broken,
    trap=67,
    culprits="BC",
    suspects=SUSPECTS,
    alternatives=(dealt_first,),
    mistakes=(unshuffled, same_order, not_dealt, other_seeds),
    observe=observe,
    second=lambda candidate: observe(candidate, n_rows=48, global_batch=6, workers=3),
    note=NOTE,
    explanation=EXPLANATION,
)
