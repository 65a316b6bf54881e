"""Answers to 07.1."""

import numpy as np

from answers import right, wrong


@right("a generator for each epoch, stacked and cut")
def stacked(n_rows, batch_size, epochs, seed):
    order = np.stack([np.random.default_rng((seed, epoch)).permutation(n_rows) for epoch in range(epochs)]).ravel()
    rest = len(order) % batch_size
    if rest:
        order = order[:-rest]
    return order.reshape(-1, batch_size)


@right("one generator, shuffled in place")
def in_place(n_rows, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    order = np.empty(0, int)
    for _ in range(epochs):
        numbers = np.arange(n_rows)
        rng.shuffle(numbers)
        order = np.append(order, numbers)
    steps = order.size // batch_size
    return np.reshape(order[: steps * batch_size], (steps, batch_size))


@right("a queue of rows that is filled up when it runs short")
def queue(n_rows, batch_size, epochs, seed):
    rng, waiting, batches = np.random.RandomState(seed), [], []
    for _ in range(epochs):
        waiting += list(rng.permutation(n_rows))
        while len(waiting) >= batch_size:
            batches.append(waiting[:batch_size])
            waiting = waiting[batch_size:]
    return np.array(batches)


@wrong("the lesson's function for each epoch", named="rows are left over in every epoch")
def as_in_the_lesson(n_rows, batch_size, epochs, seed):
    steps, parts = n_rows // batch_size, []
    for epoch in range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(n_rows)
        parts.append(order[: steps * batch_size].reshape(steps, batch_size))
    return np.concatenate(parts)


@wrong("the generator is made anew from the seed in each epoch", named="the same order in every epoch")
def made_anew(n_rows, batch_size, epochs, seed):
    order = []
    for _ in range(epochs):
        order.extend(np.random.default_rng(seed).permutation(n_rows))
    steps = len(order) // batch_size
    return np.array(order[: steps * batch_size]).reshape(steps, batch_size)


@wrong("rows drawn one by one")
def drawn(n_rows, batch_size, epochs, seed):
    steps = n_rows * epochs // batch_size
    return np.random.default_rng(seed).integers(0, n_rows, (steps, batch_size))


@wrong("no shuffling at all", named="not shuffled")
def counted(n_rows, batch_size, epochs, seed):
    steps = n_rows * epochs // batch_size
    return (np.arange(steps * batch_size) % n_rows).reshape(steps, batch_size)


@wrong("the seed of an epoch is seed + epoch", named="the next seed begins one epoch later")
def added(n_rows, batch_size, epochs, seed):
    order = np.concatenate([np.random.default_rng(seed + epoch).permutation(n_rows) for epoch in range(epochs)])
    return order[: len(order) - len(order) % batch_size].reshape(-1, batch_size)


@wrong("a list of batches of which the last is shorter")
def ragged(n_rows, batch_size, epochs, seed):
    order = np.concatenate([np.random.default_rng([seed, epoch]).permutation(n_rows) for epoch in range(epochs)])
    return [order[first : first + batch_size] for first in range(0, len(order), batch_size)]


@wrong("row numbers from 1")
def from_one(n_rows, batch_size, epochs, seed):
    order = np.concatenate([np.random.default_rng([seed, epoch]).permutation(n_rows) for epoch in range(epochs)]) + 1
    return order[: len(order) - len(order) % batch_size].reshape(-1, batch_size)
