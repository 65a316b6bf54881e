"""08.1 A part of the loss, on each worker."""

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "A part of the loss, on each worker"
TASK = """
A global batch lies on several workers, not always in equal shares, and their gradients are added up. So each worker
takes the gradient of its *part* of the loss: the parts of all workers add up to the loss that one machine would have
had, the mean over the rows of the global batch plus the sum of the penalties. Write
`replica_loss(losses, penalties, global_batch, workers)`, which returns the part of one worker, a float32 scalar.

Every worker has the whole model, and so all of its penalties. The function is called inside a tape, so use TensorFlow's
operations. A worker may have no row of the last batch; its part of the penalties counts all the same.
"""
HINTS = (
    "What do all the parts add up to if each is the mean of the worker's own rows?",
    "The rows are different on each worker: divide their sum by what it will be a share of. The penalties are the "
    "same on each: how often would they be counted?",
    "`tf.reduce_sum(losses)` over the size of the global batch, and the sum of the penalties over the number of "
    "workers.",
)


def replica_loss(losses, penalties, global_batch, workers):
    """Return one worker's part of the loss of a global batch, a float32 scalar tensor.

    Args:
        losses: the loss of each of this worker's rows, a float32 tensor (b,); b may be 0.
        penalties: a list of float32 scalars, the model's penalties; it may be empty.
        global_batch: how many rows all workers have together, a whole number.
        workers: how many workers there are, a whole number.
    """
    return tf.reduce_sum(losses) / global_batch + sum(penalties) / workers


NOTE = (
    "TensorFlow has both halves under names of their own, `tf.nn.compute_average_loss` and "
    "`tf.nn.scale_regularization_loss`; inside a strategy they know the number of workers by themselves."
)
EXPLANATION = (
    "Parts are added up, so each is divided by what belongs to all: the rows of the global batch for the rows, and "
    "the number of workers for what each worker has whole."
)


# Other right answers


def with_names_of_tensorflow(losses, penalties, global_batch, workers):
    part = tf.nn.compute_average_loss(losses, global_batch_size=global_batch)
    return tf.add_n([part, *(penalty / workers for penalty in penalties)])


# Mistakes


@mistake(
    "the mean of the worker's own rows",
    "`tf.reduce_mean` divides by the rows of this worker. The parts of four workers then add up to about four times "
    "the loss, and so do the gradients: steps four times as long. Divide the sum by the size of the global batch.",
)
def own_mean(losses, penalties, global_batch, workers):
    return tf.reduce_mean(losses) + sum(penalties) / workers


def part(losses, penalties, of_rows, of_penalties):
    """The part of the wrong answers: `of_rows` makes a number of the losses, `of_penalties` divides their sum."""
    return of_rows(losses) + sum(penalties) / of_penalties


@mistake(
    "equal shares taken for granted",
    "The mean of the own rows divided by the number of workers is right as long as all have equally many rows. Here a "
    "row of a small share counts more than another, and a worker without rows divides 0 by 0. Divide the sum by the "
    "size of the global batch.",
)
def equal_shares(losses, penalties, global_batch, workers):
    return part(losses, penalties, lambda losses: tf.reduce_mean(losses) / workers, workers)


@mistake(
    "the sum of the rows, undivided",
    "The parts add up to the sum over the global batch, not to its mean. Divide by its size.",
)
def undivided(losses, penalties, global_batch, workers):
    return part(losses, penalties, tf.reduce_sum, workers)


@mistake(
    "divided twice",
    "The size of the global batch is the number of all rows already. Divided by the number of workers as well, the "
    "parts add up to too little.",
)
def divided_twice(losses, penalties, global_batch, workers):
    return part(losses, penalties, lambda losses: tf.reduce_sum(losses) / (global_batch * workers), workers)


@mistake(
    "the penalties count on every worker",
    "The rows are right. But each worker has the whole model, so four workers count each penalty four times. Divide "
    "their sum by the number of workers.",
)
def whole_penalties(losses, penalties, global_batch, workers):
    return part(losses, penalties, lambda losses: tf.reduce_sum(losses) / global_batch, 1)


@mistake(
    "the penalties are divided by rows",
    "The rows are right. The penalties are no rows: divided by the size of the global batch they almost vanish. Each "
    "of the workers brings them once, so divide by the number of workers.",
)
def penalties_by_rows(losses, penalties, global_batch, workers):
    return part(losses, penalties, lambda losses: tf.reduce_sum(losses) / global_batch, global_batch)


@mistake(
    "the penalties are left out",
    "The rows are right, and the penalties are in nobody's part.",
)
def without_penalties(losses, penalties, global_batch, workers):
    return tf.reduce_sum(losses) / global_batch


@mistake(
    "no gradient comes through",
    "The numbers are right, but a tape finds no way through this calculation: `float`, `.numpy()` and NumPy's "
    "functions leave it. Stay with TensorFlow's operations.",
)
def by_numpy(losses, penalties, global_batch, workers):
    return tf.constant(np.sum(losses) / global_batch + sum(float(penalty) for penalty in penalties) / workers)


# Probes


def observe(candidate, shares=(3, 1, 0, 2), seed=0):
    draw, global_batch, workers = np.random.default_rng(seed), sum(shares), len(shares)
    found = {}
    for kind, strengths in (("with penalties", (0.3, 0.7)), ("without penalties", ())):
        slopes, parts = [], []
        weight = tf.Variable(1.5)
        for rows in shares:
            with tf.GradientTape() as tape:
                losses = weight * tf.constant(draw.uniform(1, 9, rows), tf.float32)
                penalties = [strength * weight**2 for strength in strengths]
                value = candidate(losses, penalties, global_batch, workers)
            parts.append(forms.number(value))
            if isinstance(parts[-1], str):
                return found | {f"what came back ({kind})": parts[-1]}
            # a worker without rows, of a model without penalties, may bring a number that depends on nothing
            slope = tape.gradient(value, weight, unconnected_gradients="zero") if tf.is_tensor(value) else 0.0
            slopes.append(float(slope))
        found[f"parts of the workers ({kind})"] = np.array(parts)
        found[f"gradients of the parts ({kind})"] = np.array(slopes)
        found[f"sum of all parts ({kind})"] = sum(parts)
    return found


EXERCISE = Exercise(
    id="08.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=replica_loss,
    alternatives=(with_names_of_tensorflow,),
    mistakes=(
        own_mean,
        equal_shares,
        undivided,
        divided_twice,
        whole_penalties,
        penalties_by_rows,
        without_penalties,
        by_numpy,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, shares=(4, 0, 5), seed=1),
    note=NOTE,
    explanation=EXPLANATION,
)
