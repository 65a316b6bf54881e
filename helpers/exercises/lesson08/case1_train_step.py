"""C8.1 The more workers, the longer the steps."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Case, mistake

TITLE = "The more workers, the longer the steps"
TASK = """\
One model plays all the workers, one after the other, since all have the same weights. With one worker the loop learns.
The same global batch on eight workers, and each step moves the weights farther, until the loss grows without end. The
rate is to stay. Two lines could be mended; name one."""
HINTS = (
    "Take one step with one worker, and one with two, from the same weights. How far did the weights move each time?",
    "What is added up over the workers: sums, or means?",
    "The rows of all workers together are one batch. By what is the sum of their losses divided on one machine?",
)


def train_step(model, optimizer, loss_fn, shares, global_batch):
    """Take one step on a global batch, of which each worker has a share.

    Args:
        model: a Keras model, which stands for the replicas of all workers: they have the same weights.
        optimizer: a Keras optimizer.
        loss_fn: loss_fn(labels, predictions) is the loss of each row, float32 (b,).
        shares: for each worker its (features, labels), float32 (b, columns) and (b, 1); b may differ.
        global_batch: how many rows all workers have together.
    """
    summed = [tf.zeros_like(variable) for variable in model.trainable_variables]  # A
    for features, labels in shares:
        with tf.GradientTape() as tape:
            losses = loss_fn(labels, model(features, training=True))  # B
            loss = tf.reduce_sum(losses) / global_batch  # C
        gradients = tape.gradient(loss, model.trainable_variables)
        summed = [total + gradient for total, gradient in zip(summed, gradients)]  # D
    optimizer.apply_gradients(zip(summed, model.trainable_variables))  # E


# What a learner starts with


def train_step_broken(model, optimizer, loss_fn, shares, global_batch):
    summed = [tf.zeros_like(variable) for variable in model.trainable_variables]  # A
    for features, labels in shares:
        with tf.GradientTape() as tape:
            losses = loss_fn(labels, model(features, training=True))  # B
            loss = tf.reduce_mean(losses)  # C
        gradients = tape.gradient(loss, model.trainable_variables)
        summed = [total + gradient for total, gradient in zip(summed, gradients)]  # D
    optimizer.apply_gradients(zip(summed, model.trainable_variables))  # E


SUSPECTS = {
    "A": "The sums begin at 0, one for each variable, before the first worker brings its gradients.",
    "B": "The loss of each row of this worker, as it should be: one number a row, nothing averaged yet.",
    "C": "The mean over the rows of this worker. Eight such means are added up further down, so the sum is about eight "
    "times the mean over all rows, and so is its gradient.",
    "D": "This is the all-reduce. What it adds up are no parts of one mean, but a mean from each worker. It could "
    "weigh each with its share of the rows; or line C makes parts of them at once.",
    "E": "One step with the sum. It is as long as the sum is large.",
}
NOTE = (
    "Under an optimizer like Adam, which divides by the size of the gradients, the same mistake does not explode, and "
    "hides: only penalties and clipping are then out of proportion."
)
EXPLANATION = (
    "The sum of the losses over the size of the global batch is this worker's part of one mean. Parts add up to that "
    "mean, however many there are and however the rows are shared out."
)


# Other right answers


def weighted_means(model, optimizer, loss_fn, shares, global_batch):
    with tf.GradientTape() as tape:
        means = [
            tf.reduce_mean(loss_fn(labels, model(features, training=True))) * (len(labels) / global_batch)
            for features, labels in shares
        ]
        loss = tf.add_n(means)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)


# Mends that do not mend


def gradients_of(model, loss_fn, share, reduce):
    """Return the gradients of one worker in the mends: `reduce` makes a number of the losses of its rows."""
    features, labels = share
    with tf.GradientTape() as tape:
        loss = reduce(loss_fn(labels, model(features, training=True)))
    return tape.gradient(loss, model.trainable_variables)


def add_up(workers):
    return [tf.add_n(same) for same in zip(*workers)]


@mistake(
    "right for equal shares only",
    "Divided by the number of workers, in the loss, in the sum or in the rate, the steps have the right length as long "
    "as all shares are equally large. Here they are not, and a row of a small share counts more than another.",
)
def over_workers(model, optimizer, loss_fn, shares, global_batch):
    own = [gradients_of(model, loss_fn, share, lambda losses: tf.reduce_mean(losses) / len(shares)) for share in shares]
    optimizer.apply(add_up(own), model.trainable_variables)


@mistake(
    "undivided",
    "Now the losses are added up and divided by nothing: the steps are as many times too long as there are rows.",
)
def undivided(model, optimizer, loss_fn, shares, global_batch):
    own = [gradients_of(model, loss_fn, share, tf.reduce_sum) for share in shares]
    optimizer.apply(add_up(own), model.trainable_variables)


@mistake(
    "the sum of means, divided by the rows",
    "A mean divided by the global batch is divided twice: the steps are far too short. It is the sum of a worker's "
    "losses that has to be divided.",
)
def divided_twice(model, optimizer, loss_fn, shares, global_batch):
    own = [
        gradients_of(model, loss_fn, share, lambda losses: tf.reduce_mean(losses) / global_batch) for share in shares
    ]
    optimizer.apply(add_up(own), model.trainable_variables)


@mistake(
    "only the last worker counts",
    "Nothing is added up anymore: the step is on the rows of the last worker, and the others worked for nothing.",
)
def last_worker(model, optimizer, loss_fn, shares, global_batch):
    optimizer.apply(gradients_of(model, loss_fn, shares[-1], tf.reduce_mean), model.trainable_variables)


# Probes


def observe(candidate, rows=(7, 2, 3), columns=2):
    draw = np.random.default_rng(columns)
    weights = draw.normal(size=(columns, 1)), draw.normal(size=1)
    model = keras.Sequential([keras.Input((columns,)), keras.layers.Dense(1)])
    loss_fn = keras.losses.MeanSquaredError(reduction=None)
    found = {}
    for kind, sizes in (("unequal shares", rows), ("one worker", rows[:1])):
        model.set_weights(weights)
        shares = [[draw.normal(size=(size, width)).astype("float32") for width in (columns, 1)] for size in sizes]
        candidate(model, keras.optimizers.SGD(0.1), loss_fn, shares, sum(sizes))
        found[f"weights after the step ({kind})"] = np.concatenate([np.ravel(w) for w in model.get_weights()])
    return found


EXERCISE = Case(
    id="C8.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_step,
    starter=train_step_broken,
    trap=66,
    culprits="CD",
    suspects=SUSPECTS,
    alternatives=(weighted_means,),
    mistakes=(over_workers, undivided, divided_twice, last_worker),
    observe=observe,
    second=lambda candidate: observe(candidate, rows=(4, 9, 1, 5), columns=3),
    note=NOTE,
    explanation=EXPLANATION,
)
