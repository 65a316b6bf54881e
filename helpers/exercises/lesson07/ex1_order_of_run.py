"""07.1 An order in which every row gets its turn."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "An order in which every row gets its turn"
TASK = """
The lesson leaves up to a batch of rows over in every epoch. Over a whole run that is not needed: let the rows that are
left over in one epoch open the first batch of the next. Write `order_of_run(n_rows, batch_size, epochs, seed)`, which
returns the batches of *all* epochs as one integer array of shape (steps, batch_size), row numbers from 0, ready to be
gathered in one graph.

Epoch after epoch, each row comes exactly once before any comes again, in another random order in each epoch. Only what
is left at the very end of the run, less than a batch, is dropped. The same seed gives the same array, another seed
another one, and a longer run begins with the batches of a shorter one.
"""
HINTS = (
    "Do not think of batches at first: which long row of numbers holds all epochs?",
    "`np.random.default_rng([seed, epoch]).permutation(n_rows)` is the order of an epoch; `np.concatenate` puts "
    "several behind each other.",
    "Cut the end off, so that the length is a multiple of `batch_size`, and `reshape(-1, batch_size)`.",
)


def order_of_run(n_rows, batch_size, epochs, seed):
    """Return the row numbers of all batches of a run, an integer array (steps, batch_size).

    Args:
        n_rows, batch_size, epochs: whole numbers, at least 1; a batch has at most n_rows rows.
        seed: a whole number, not negative.
    """
    orders = [np.random.default_rng([seed, epoch]).permutation(n_rows) for epoch in range(epochs)]
    order = np.concatenate(orders)
    steps = len(order) // batch_size
    return order[: steps * batch_size].reshape(steps, batch_size)


NOTE = (
    "One tensor holds the order of the whole run: 5,274 rows and ten epochs are 422 kB of int64. With `int32`, half of "
    "it; the table itself never moves."
)
EXPLANATION = (
    "The orders of the epochs stand behind each other, and the cuts between batches need not fall together with those "
    "between epochs. An order that depends on seed and epoch alone makes a longer run begin like a shorter one."
)


# Other right answers


def one_generator(n_rows, batch_size, epochs, seed):
    draw, order = np.random.default_rng(seed), []
    for _ in range(epochs):
        order += draw.permutation(n_rows).tolist()
    return np.array([order[first : first + batch_size] for first in range(0, len(order) - batch_size + 1, batch_size)])


# Mistakes


def cut(order, batch_size):
    return order[: len(order) // batch_size * batch_size].reshape(-1, batch_size)


def epoch_order(n_rows, seed, epoch):
    return np.random.default_rng([seed, epoch]).permutation(n_rows)


@mistake(
    "rows are left over in every epoch",
    "Batches are missing: the rest of each epoch was dropped, as in the lesson. Put the orders behind each other "
    "first, and cut the long row into batches afterwards.",
)
def rest_dropped(n_rows, batch_size, epochs, seed):
    steps, batches = n_rows // batch_size, []
    for epoch in range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(n_rows)
        batches.append(order[: steps * batch_size].reshape(steps, batch_size))
    return np.concatenate(batches)


@mistake(
    "the same order in every epoch",
    "Each row comes once an epoch, but always in the same order. The order has to depend on the epoch, too.",
)
def same_order(n_rows, batch_size, epochs, seed):
    return cut(np.tile(epoch_order(n_rows, seed, 0), epochs), batch_size)


@mistake(
    "some rows twice, others never",
    "In an epoch some rows come more than once and others not at all. Drawing rows one by one, or shuffling all epochs "
    "in one pot, does that. A permutation for each epoch holds each row once.",
)
def one_pot(n_rows, batch_size, epochs, seed):
    pot = np.tile(np.arange(n_rows), epochs)
    return cut(np.random.default_rng(seed).permutation(pot), batch_size)


@mistake(
    "not shuffled",
    "The rows come in the order of the table. If that is sorted by anything, so are the batches.",
)
def in_order(n_rows, batch_size, epochs, seed):
    return cut(np.tile(np.arange(n_rows), epochs), batch_size)


@mistake(
    "every call draws another order",
    "Two calls with the same seed give two orders, so a run cannot be repeated. Give the seed to `default_rng`.",
)
def seed_forgotten(n_rows, batch_size, epochs, seed):
    draw = np.random.default_rng()
    return cut(np.concatenate([draw.permutation(n_rows) for _ in range(epochs)]), batch_size)


@mistake(
    "the seed makes no difference",
    "Every seed gives the same order. It has to enter `default_rng`, beside the number of the epoch.",
)
def seed_ignored(n_rows, batch_size, epochs, seed):
    return cut(np.concatenate([epoch_order(n_rows, 0, epoch) for epoch in range(epochs)]), batch_size)


@mistake(
    "the next seed begins one epoch later",
    "With seed + epoch as the seed of an epoch, the run of seed 1 is that of seed 0 from its second epoch on: two "
    "seeds are not two runs. `default_rng([seed, epoch])` keeps them apart.",
)
def seeds_overlap(n_rows, batch_size, epochs, seed):
    orders = [np.random.default_rng(seed + epoch).permutation(n_rows) for epoch in range(epochs)]
    return cut(np.concatenate(orders), batch_size)


@mistake(
    "one long row",
    "The numbers are not cut into batches: the array has one axis. `reshape(-1, batch_size)` makes a line of each "
    "batch.",
)
def one_row(n_rows, batch_size, epochs, seed):
    return cut(np.concatenate([epoch_order(n_rows, seed, epoch) for epoch in range(epochs)]), batch_size).ravel()


# Probes


def observe(candidate, n_rows=23, batch_size=5, epochs=3, seed=4):
    def asked(epochs=epochs, seed=seed):
        found = forms.numbers(candidate(n_rows, batch_size, epochs, seed))
        return found if isinstance(found, str) else np.array(found)

    order = asked()
    steps = epochs * n_rows // batch_size
    shape = order if isinstance(order, str) else order.shape
    if shape != (steps, batch_size):
        return {"shape": str(shape)}
    order = order.ravel()
    parts = [order[first : first + n_rows] for first in range(0, len(order), n_rows)]
    orders = parts[: len(order) // n_rows]
    shorter, next_seed = asked(epochs=1), asked(seed=seed + 1)
    return {
        "shape": str(shape),
        "whole epochs that have each row once": sum(
            np.array_equal(np.sort(part), np.arange(n_rows)) for part in orders
        ),
        "the last rows repeat none of their epoch": len(set(parts[-1])) == len(parts[-1]),
        "the first epoch is in the order of the table": bool(np.array_equal(orders[0], np.arange(n_rows))),
        "two epochs have the same order": bool(np.array_equal(orders[0], orders[1])),
        "the same seed gives the same": bool(np.array_equal(asked().ravel(), order)),
        "another seed gives the same": bool(np.array_equal(next_seed.ravel(), order)),
        "another seed's run is this one, later": bool(np.array_equal(next_seed.ravel()[:n_rows], orders[1])),
        "a longer run begins with a shorter one": bool(np.array_equal(order[: shorter.size], shorter.ravel())),
    }


EXERCISE = Exercise(
    id="07.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=order_of_run,
    alternatives=(one_generator,),
    mistakes=(
        rest_dropped,
        same_order,
        one_pot,
        in_order,
        seed_forgotten,
        seed_ignored,
        seeds_overlap,
        one_row,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, n_rows=31, batch_size=7, epochs=4, seed=0),
    note=NOTE,
    explanation=EXPLANATION,
)
