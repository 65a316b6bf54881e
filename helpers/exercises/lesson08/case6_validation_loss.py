"""C8.6 The same weights, another validation loss."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "The same weights, another validation loss"
TASK = """\
The validation rows are shared out, too; the last worker gets what is left. One, two and four workers end with the same
weights, and report different validation losses for them. Two lines could be mended; name one."""
HINTS = (
    "How much does a row of the last worker count in the result, and how much a row of the first?",
    "Which two numbers would every worker have to report, so that the mean over all rows can be computed from them?",
)


def validation_loss(model, loss_fn, shares):
    """Return the mean loss of all validation rows, of which each worker has a share, a float.

    Args:
        model: a Keras model; all workers have the same weights.
        loss_fn: loss_fn(labels, logits) is the loss of each row, float32 (b,).
        shares: for each worker its (features, labels), float32 (b, columns) and (b, 1); b differs, and is at least 1.
    """
    reports, rows = [], []  # A
    for features, labels in shares:
        logits = model(features, training=False)  # B
        reports.append(tf.reduce_sum(loss_fn(labels, logits)))  # C
        rows.append(len(labels))
    return float(tf.reduce_sum(reports)) / sum(rows)  # D


# What a learner starts with


def validation_loss_broken(model, loss_fn, shares):
    reports = []  # A
    for features, labels in shares:
        logits = model(features, training=False)  # B
        reports.append(tf.reduce_mean(loss_fn(labels, logits)))  # C
    return float(tf.reduce_mean(reports))  # D


SUSPECTS = {
    "A": "An empty list, for a number from each worker.",
    "B": "Validation in inference mode: nothing is dropped and nothing moves. The logits are right, row by row.",
    "C": "Each worker reports the mean of its own rows, and not how many there were. So nobody can weigh it anymore.",
    "D": "The mean of the workers' means: a worker with four rows counts as much as one with 32, so each of its rows "
    "counts eight times as much.",
}
NOTE = (
    "`strategy.reduce` asks the same question: its `MEAN` is the mean of what the replicas bring. Bring sums, of "
    "losses, of right answers and of rows, reduce them by `SUM`, and divide at the end."
)
EXPLANATION = (
    "Sums and counts can be added up over workers, and one division comes at the end. A mean has lost how many rows it "
    "stands for, on a worker as in the last batch of an epoch, where lesson 02 met it."
)


# Other right answers


def with_a_metric(model, loss_fn, shares):
    mean = keras.metrics.Mean()
    for features, labels in shares:
        mean.update_state(loss_fn(labels, model(features, training=False)))
    return mean.result().numpy()


# Mends that do not mend


def losses_of(model, loss_fn, shares, training=False):
    return [loss_fn(labels, model(features, training=training)) for features, labels in shares]


@mistake(
    "the last worker is left out",
    "Equal shares make a mean of means right, and the rows of the last worker are not validated anymore.",
)
def without_the_rest(model, loss_fn, shares):
    losses = losses_of(model, loss_fn, shares[:-1])
    return float(np.mean([tf.reduce_mean(own) for own in losses]))


@mistake(
    "the sum, undivided",
    "Now all losses are added up, and the result grows with the number of rows. Divide by their number.",
)
def undivided(model, loss_fn, shares):
    return float(tf.add_n([tf.reduce_sum(own) for own in losses_of(model, loss_fn, shares)]))


@mistake(
    "the sum, divided by the workers",
    "The losses of all rows are added up and divided by the number of workers. It is the rows that the mean is over.",
)
def over_workers(model, loss_fn, shares):
    return float(np.mean([tf.reduce_sum(own) for own in losses_of(model, loss_fn, shares)]))


@mistake(
    "the sum, divided by the rows of one worker",
    "The losses of all rows are added up and divided by the rows of the last worker alone.",
)
def last_rows(model, loss_fn, shares):
    return undivided.wrong(model, loss_fn, shares) / len(shares[-1][1])


# Probes


def observe(candidate, sizes=(5, 5, 2), columns=2):
    draw = np.random.default_rng(columns)
    layers = [keras.layers.Dropout(0.5, seed=1), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((columns,)), *layers])
    model.set_weights([draw.normal(size=(columns, 1)), draw.normal(size=1)])
    shares = []
    for size in sizes:
        features = draw.normal(size=(size, columns)).astype("float32")
        shares.append((features, (draw.random((size, 1)) < 0.5).astype("float32")))
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)
    return {
        "validation loss": forms.number(candidate(model, loss_fn, shares)),
        "of one worker": forms.number(candidate(model, loss_fn, shares[:1])),
    }


EXERCISE = Case(
    id="C8.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=validation_loss,
    starter=validation_loss_broken,
    trap=23,
    culprits="CD",
    suspects=SUSPECTS,
    alternatives=(with_a_metric,),
    mistakes=(without_the_rest, undivided, over_workers, last_rows),
    observe=observe,
    second=lambda candidate: observe(candidate, sizes=(4, 7, 1, 3), columns=3),
    note=NOTE,
    explanation=EXPLANATION,
)
