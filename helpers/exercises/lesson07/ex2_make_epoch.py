"""07.2 An epoch in one graph that loses no row."""

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson07.shared import CountedStep

TITLE = "An epoch in one graph that loses no row"
TASK = """
The lesson's graph of an epoch takes batches of one size. Write `make_epoch(take_step, features, labels, batch_size)`,
which returns a function `train_epoch(order)`. The order is a tensor with the numbers of all n rows; `train_epoch` takes
a step on each batch of `batch_size` rows in this order, the last batch may be smaller, and returns the mean loss of a
*row* over the epoch (a number or a tensor).

The steps are taken inside one graph that holds the step once: `take_step` may be run by Python a few times while the
first epoch is traced, and not at all in later epochs. (All orders have the same length.)
"""
HINTS = (
    "`tf.range(0, n, batch_size)` gives the places where batches begin. What does a `for` over it become in a graph?",
    "`order[first : first + batch_size]` is a batch of row numbers, also where the order ends earlier. `tf.gather` "
    "brings the rows.",
    "A mean over rows counts each batch by its rows: `loss * tf.cast(len(chosen), tf.float32)`, and in the end divide "
    "by the number of all rows.",
)


def make_epoch(take_step, features, labels, batch_size):
    """Return train_epoch(order) -> mean loss of a row, a float32 scalar; an epoch is one call of a graph.

    Args:
        take_step: take_step(features, labels) moves a model once; returns the mean loss of the batch, float32.
        features, labels: float32 tensors (n, columns) and (n,).
        batch_size: rows in a batch, a whole number.
    """

    @tf.function
    def train_epoch(order):
        total = 0.0
        for first in tf.range(0, len(order), batch_size):
            chosen = order[first : first + batch_size]
            loss = take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
            total += loss * tf.cast(len(chosen), tf.float32)
        return total / tf.cast(len(order), tf.float32)

    return train_epoch


NOTE = (
    "XLA would refuse this graph: inside a loop it wants batches of one size. `helpers.training.train`, which never "
    "uses XLA by itself, trains the small last batch just so."
)
EXPLANATION = (
    "The `for` over `tf.range` is one `While`, so the step is written down once, and the order comes in as a tensor, "
    "so no later epoch needs another graph. Each batch's mean counts by its rows, as in lesson 02."
)


# Other right answers


def full_batches_then_the_rest(take_step, features, labels, batch_size):
    @tf.function
    def train_epoch(order):
        n = int(order.shape[0])
        full = n // batch_size
        total = tf.constant(0.0)
        for chosen in tf.reshape(order[: full * batch_size], [full, batch_size]):
            total += batch_size * take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
        rest = order[full * batch_size :]
        if rest.shape[0] > 0:
            total += float(n - full * batch_size) * take_step(tf.gather(features, rest), tf.gather(labels, rest))
        return total / n

    return train_epoch


# Mistakes


def epoch_of(take_step, features, labels, batch_size, by_rows=True, drop_remainder=False):
    """The epoch of the wrong answers, in one graph."""

    def train_epoch(order):
        n = len(order) // batch_size * batch_size if drop_remainder else len(order)
        total, count = 0.0, 0.0
        for first in tf.range(0, n, batch_size):
            chosen = order[first : first + batch_size]
            loss = take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
            weight = tf.cast(len(chosen), tf.float32) if by_rows else 1.0
            total, count = total + weight * loss, count + weight
        return total / count

    return train_epoch


@mistake(
    "the small last batch is dropped",
    "The steps on full batches are right, and the last, smaller batch is missing, as in the lesson. "
    "`tf.range(0, len(order), batch_size)` begins that one, too.",
)
def rest_dropped(take_step, features, labels, batch_size):
    return tf.function(epoch_of(take_step, features, labels, batch_size, drop_remainder=True))


@mistake(
    "a mean of batch means",
    "The weights are right, and the loss is not: a small last batch counts as much as a full one. Multiply each loss "
    "by the rows of its batch, and divide by all rows.",
)
def mean_of_means(take_step, features, labels, batch_size):
    return tf.function(epoch_of(take_step, features, labels, batch_size, by_rows=False))


@mistake(
    "Python runs the steps",
    "The numbers are right, but Python runs each step, operation by operation. Put `@tf.function` above the epoch.",
)
def without_graph(take_step, features, labels, batch_size):
    def train_epoch(order):
        losses, sizes = [], []
        for first in range(0, len(order), batch_size):
            chosen = order[first : first + batch_size]
            losses.append(float(take_step(tf.gather(features, chosen), tf.gather(labels, chosen))))
            sizes.append(len(chosen))
        return np.average(losses, weights=sizes)

    return train_epoch


@mistake(
    "unrolled",
    "The numbers are right, but the step is written down once for each batch: Python's `range` runs its body again and "
    "again while it traces. `tf.range` makes a `While` of it.",
)
def unrolled(take_step, features, labels, batch_size):
    @tf.function
    def train_epoch(order):
        total, n = 0.0, int(order.shape[0])
        for first in range(0, n, batch_size):
            chosen = order[first : first + batch_size]
            loss = take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
            total += loss * float(min(batch_size, n - first))
        return total / n

    return train_epoch


@mistake(
    "a graph for each epoch",
    "The numbers are right, but later epochs are traced again: by a `tf.function` that is made anew in each epoch, or "
    "by an order that is not handed over as a tensor. Make the graph once, and let the order be its argument.",
)
def traced_again(take_step, features, labels, batch_size):
    train_epoch = epoch_of(take_step, features, labels, batch_size)
    return lambda order: tf.function(train_epoch)(order)


@mistake(
    "the order is not used",
    "The batches come in the order of the table, whatever the order says. Gather the rows whose numbers stand in it.",
)
def order_ignored(take_step, features, labels, batch_size):
    train_epoch = epoch_of(take_step, features, labels, batch_size)
    return tf.function(lambda order: train_epoch(tf.range(len(order))))


@mistake(
    "the first order is used for good",
    "The first epoch is right, and all later ones have its order: the graph has kept it. The order has to be an "
    "argument of the graph.",
)
def first_order_kept(take_step, features, labels, batch_size):
    train_epoch, graphs = epoch_of(take_step, features, labels, batch_size), []

    def with_first(order):
        if not graphs:
            graphs.append(tf.function(lambda: train_epoch(order)))
        return graphs[0]()

    return with_first


@mistake(
    "the sum in place of the mean",
    "The weights are right. What comes back is the sum over the rows, or over the batches: divide by the number of "
    "rows.",
)
def summed(take_step, features, labels, batch_size):
    train_epoch = epoch_of(take_step, features, labels, batch_size)
    return tf.function(lambda order: train_epoch(order) * float(len(features)))


@mistake(
    "the loss of the last batch",
    "The weights are right. What comes back is the loss of the last batch alone.",
)
def last_loss(take_step, features, labels, batch_size):
    @tf.function
    def train_epoch(order):
        loss = 0.0
        for first in tf.range(0, len(order), batch_size):
            chosen = order[first : first + batch_size]
            loss = take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
        return loss

    return train_epoch


# Probes


def observe(candidate, n_rows=50, batch_size=4, epochs=3):
    draw = np.random.default_rng(n_rows)
    features = tf.constant(draw.normal(0, 1, (n_rows, 2)), tf.float32)
    labels = features[:, 0] - 2 * features[:, 1] + 1
    step = CountedStep()
    train_epoch = candidate(step, features, labels, batch_size)
    if not callable(train_epoch):
        return {"what came back": forms.in_words(train_epoch)}
    found = {"what came back": "a function"}
    in_first_epoch = 0
    for epoch in range(1, epochs + 1):
        loss = forms.number(train_epoch(tf.constant(draw.permutation(n_rows))))
        found[f"weights after epoch {epoch}"] = step.weights.numpy()
        found[f"loss of epoch {epoch}"] = loss
        in_first_epoch = in_first_epoch or step.written_down
    return found | {
        # shapes of a loop are found out step by step, which may take three traces
        "the steps are run by": step.in_words(most=8),
        "traced in later epochs": step.written_down > in_first_epoch,
    }


EXERCISE = Exercise(
    id="07.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=make_epoch,
    alternatives=(full_batches_then_the_rest,),
    mistakes=(
        rest_dropped,
        mean_of_means,
        without_graph,
        unrolled,
        traced_again,
        order_ignored,
        first_order_kept,
        summed,
        last_loss,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, n_rows=61, batch_size=5, epochs=2),
    note=NOTE,
    explanation=EXPLANATION,
)
