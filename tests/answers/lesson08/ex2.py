"""Answers to 08.2."""

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("lists of Python's numbers")
def lists(order, batch_size, steps_done, workers, rank):
    rest = list(order)[steps_done * batch_size :]
    batches = []
    while rest:
        batches.append(rest[:batch_size][rank::workers])
        rest = rest[batch_size:]
    return batches


@right("the last workers get the row more; tensors")
def last_get_more(order, batch_size, steps_done, workers, rank):
    found = []
    for step in range(steps_done, -(-len(order) // batch_size)):
        batch = order[step * batch_size : (step + 1) * batch_size]
        edges = [len(batch) * place // workers for place in range(workers + 1)]
        found.append(tf.constant(batch[edges[rank] : edges[rank + 1]]))
    return found


@right("tf.data: batches, skipped, each batch sharded")
def by_dataset(order, batch_size, steps_done, workers, rank):
    batches = tf.data.Dataset.from_tensor_slices(order).batch(batch_size).skip(steps_done)
    return [batch[rank::workers] for batch in batches.as_numpy_iterator()]


@right("dealt in turns: who gets the row more changes from step to step")
def in_turns(order, batch_size, steps_done, workers, rank):
    starts = range(steps_done * batch_size, len(order), batch_size)
    shifted = [(rank + number) % workers for number, _ in enumerate(starts)]
    return [order[first : first + batch_size][place::workers] for first, place in zip(starts, shifted)]


@wrong("shares of the epoch first, batches then")
def shared_first(order, batch_size, steps_done, workers, rank):
    mine = order[rank::workers]
    size = batch_size // workers
    return [mine[first : first + size] for first in range(steps_done * size, len(mine), size)]


@wrong("shares first, with whole batches", named="a global batch for each worker")
def batch_each(order, batch_size, steps_done, workers, rank):
    mine = order[rank::workers]
    return [mine[first : first + batch_size] for first in range(steps_done * batch_size, len(mine), batch_size)]


@wrong("nobody asks for the rank", named="every worker takes all rows")
def all_rows(order, batch_size, steps_done, workers, rank):
    return np.split(order, range(batch_size, len(order), batch_size))[steps_done:]


@wrong("whole batches go to one worker each")
def batches_dealt(order, batch_size, steps_done, workers, rank):
    batches = np.split(order, range(batch_size, len(order), batch_size))[steps_done:]
    return batches[rank::workers]


@wrong("steps that were done are forgotten", named="it begins the epoch anew")
def anew(order, batch_size, steps_done, workers, rank):
    batches = np.split(order, range(batch_size, len(order), batch_size))
    return [np.array_split(batch, workers)[rank] for batch in batches]


@wrong("the ragged last batch is left out", named="the rows that are left at the end are dropped")
def full_batches(order, batch_size, steps_done, workers, rank):
    steps = len(order) // batch_size
    batches = order[: steps * batch_size].reshape(steps, batch_size)
    return [batch[rank::workers] for batch in batches[steps_done:]]


@wrong("shares rounded down", named="the shares lose rows")
def rounded(order, batch_size, steps_done, workers, rank):
    found = []
    for first in range(steps_done * batch_size, len(order), batch_size):
        batch = order[first : first + batch_size]
        found.append(batch[: len(batch) // workers * workers][rank::workers])
    return found


@wrong("as many as the first worker has, for each", named="shares rounded up")
def up(order, batch_size, steps_done, workers, rank):
    found = []
    for first in range(steps_done * batch_size, len(order), batch_size):
        batch = order[first : first + batch_size]
        size = -(-len(batch) // workers)
        found.append(batch[rank * size : (rank + 1) * size])
    return found


@wrong("empty shares are left out", named="a worker without rows has a step less")
def no_empty(order, batch_size, steps_done, workers, rank):
    found = []
    for first in range(steps_done * batch_size, len(order), batch_size):
        mine = order[first : first + batch_size][rank::workers]
        if mine.size > 0:
            found.append(mine)
    return found


@wrong("shuffled once more, on each worker in its own way")
def shuffled_again(order, batch_size, steps_done, workers, rank):
    order = np.random.default_rng(rank).permutation(order)
    starts = range(steps_done * batch_size, len(order), batch_size)
    return [order[first : first + batch_size][rank::workers] for first in starts]


@wrong("all in one array")
def one_array(order, batch_size, steps_done, workers, rank):
    return order[steps_done * batch_size :][rank::workers]
