"""C8.2 Four workers, and an epoch is as long as with one."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "Four workers, and an epoch is as long as with one"
TASK = """\
Each of four workers computes a quarter of every global batch, all at the same time. An epoch should take a quarter of
the time; it takes four times as many steps instead. (`np.roll` moves all entries by `rank` places, and the last ones
come to the front.) Which line is it?"""
HINTS = (
    "How many rows does one worker take in an epoch? How many should it?",
    "Each worker begins at another place. Does it leave any rows to the others?",
    "`order[rank::workers]` is every `workers`-th row of the order, beginning at another place for each rank.",
)


def own_batches(features, global_batch, workers, rank, seed):
    """Return the rows that one worker takes in an epoch, an array (steps, rows of its share, columns).

    Args:
        features: the whole table, (n, columns), on every worker; n is a multiple of the global batch.
        global_batch: rows that all workers take together in a step, a multiple of the number of workers.
        workers: how many workers there are.
        rank: the number of this worker, from 0.
        seed: seeds of the order, whole numbers in a list; the same on every worker, other ones in each epoch.
    """
    order = np.random.default_rng(seed).permutation(len(features))  # A
    share = global_batch // workers  # B
    chosen = order[rank::workers].reshape(-1, share)  # C
    return features[chosen]  # D


# What a learner starts with


def own_batches_broken(features, global_batch, workers, rank, seed):
    order = np.random.default_rng(seed).permutation(len(features))  # A
    share = global_batch // workers  # B
    chosen = np.roll(order, rank).reshape(-1, share)  # C
    return features[chosen]  # D


SUSPECTS = {
    "A": "The order of this epoch. All workers draw the same one, from the same seed, and they should.",
    "B": "A worker's share of a global batch of 32 is 8 rows, if there are four of them. That is right.",
    "C": "Each worker begins the order at another place, and cuts all of it into pieces of one share. Nobody leaves "
    "rows to others: in a step all take nearly the same eight rows.",
    "D": "It brings the chosen rows, whichever they are.",
}
NOTE = (
    "A `tf.data.Dataset` has `shard(workers, rank)` for this. Put it as early as you can: a worker that reads a file "
    "and then throws away three rows of four has read all of it."
)
EXPLANATION = (
    "Each worker takes every fourth row of the common order, from another place on. In each step the shares are the "
    "32 rows that one machine would have taken, so the loop is the same, and an epoch has a quarter of the steps."
)


# Other right answers


def in_neighbors(features, global_batch, workers, rank, seed):
    order = np.random.default_rng(seed).permutation(len(features))
    batches = order.reshape(-1, workers, global_batch // workers)
    return features[batches[:, rank]]


# Mends that do not mend


def rows_of(features, chosen, share):
    return features[chosen.reshape(-1, share)]


@mistake(
    "the same part for all",
    "An epoch has as few steps as it should. But every worker takes the same rows, and the others never come: "
    "`rank` decides about the place where a worker begins.",
)
def same_part(features, global_batch, workers, rank, seed):
    order = np.random.default_rng(seed).permutation(len(features))
    return rows_of(features, order[: len(order) // workers], global_batch // workers)


@mistake(
    "a global batch on each worker",
    "The rows are dealt out, but each worker takes `global_batch` of them in a step. All together take four times as "
    "many, in fewer steps: another batch size needs another rate.",
)
def larger_batches(features, global_batch, workers, rank, seed):
    order = np.random.default_rng(seed).permutation(len(features))
    return rows_of(features, order[rank::workers], global_batch)


@mistake(
    "every worker deals from an order of its own",
    "Each worker takes its part of another order, so some rows come to several workers, and some to none. All have to "
    "draw the same order, and then take different parts of it.",
)
def own_order(features, global_batch, workers, rank, seed):
    order = np.random.default_rng([*seed, rank]).permutation(len(features))
    return rows_of(features, order[rank::workers], global_batch // workers)


@mistake(
    "not shuffled anymore",
    "Each row comes once an epoch now, but the rows come as the table has them.",
)
def unshuffled(features, global_batch, workers, rank, seed):
    return rows_of(features, np.arange(len(features))[rank::workers], global_batch // workers)


# Probes


def observe(candidate, n_rows=32, global_batch=8, workers=4):
    features = np.arange(2.0 * n_rows).reshape(n_rows, 2)
    epochs = []
    for epoch in range(2):
        shares = [
            forms.numbers(candidate(features.copy(), global_batch, workers, k, [3, epoch])) for k in range(workers)
        ]
        if not all(isinstance(share, np.ndarray) and share.ndim == 3 for share in shares):
            return {"what came back": forms.in_words(shares[0])}
        epochs.append(shares)
    rows = [np.sort([share[..., 0].ravel() // 2 for share in shares], axis=None) for shares in epochs]
    firsts = [[share[0, 0, 0] for share in shares] for shares in epochs]
    return {
        "steps of each worker": np.array([len(share) for share in epochs[0]]),
        "rows in a share": np.array([share.shape[1] for share in epochs[0]]),
        "rows of an epoch, all workers together": rows[0],
        "rows of the next epoch": rows[1],
        "two epochs have the same order": firsts[0] == firsts[1],
        "columns of a row stay together": all(bool(np.all(share[..., 1] == share[..., 0] + 1)) for share in epochs[0]),
    }


EXERCISE = Case(
    id="C8.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=own_batches,
    starter=own_batches_broken,
    trap=67,
    culprits="C",
    suspects=SUSPECTS,
    alternatives=(in_neighbors,),
    mistakes=(same_part, larger_batches, own_order, unshuffled),
    observe=observe,
    second=lambda candidate: observe(candidate, n_rows=36, global_batch=6, workers=3),
    note=NOTE,
    explanation=EXPLANATION,
)
