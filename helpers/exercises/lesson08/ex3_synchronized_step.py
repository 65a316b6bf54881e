"""08.3 All-reduce by hand."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "All-reduce by hand"
TASK = """
Several workers have a replica each: the same weights, and an optimizer of their own. In a step each of them has
computed the gradients of *the mean loss of its own rows*, as one does on one machine. Write
`synchronized_step(replicas, optimizers, gradients, rows)`, which is to do what a strategy does between the workers, and
to apply the result with each worker's own optimizer: all replicas take the step that one machine would have taken on
all rows together, and end with the same weights. (Here replicas and optimizers are to change.)

The shares are not always equally large. A worker may even have had no rows at all, though never all of them; the mean
of nothing is NaN, and so are its gradients.
"""
HINTS = (
    "Two workers, with 30 rows and with 10. How much should a row of either count in the mean over all 40?",
    "The mean over all rows is the sum of the workers' means, each times its share of the rows. 0 times NaN is NaN.",
    "For each variable one sum over the workers that have rows: `gradient * (own rows / all rows)`. These sums go to "
    "every optimizer.",
)


def synchronized_step(replicas, optimizers, gradients, rows):
    """Let all replicas take the step that one machine would take on the rows of all workers.

    Args:
        replicas: for each worker the list of its variables, the same values on each.
        optimizers: for each worker its Keras optimizer, built; any kind, all in the same state.
        gradients: for each worker the list of its gradients, of the mean loss of its own rows, in the order of its
            variables; NaN where a worker has no rows.
        rows: for each worker how many rows it had, a list of whole numbers.
    """
    summed = [tf.zeros_like(variable) for variable in replicas[0]]
    for own_gradients, own_rows in zip(gradients, rows):
        if own_rows > 0:
            share = own_rows / sum(rows)
            summed = [total + share * gradient for total, gradient in zip(summed, own_gradients)]
    for variables, optimizer in zip(replicas, optimizers):
        optimizer.apply_gradients(zip(summed, variables))


NOTE = (
    "The lesson's replicas need no such weights: each divides its sum of losses by the size of the global batch, so "
    "that its gradients are a part already, and the parts are only added up."
)
EXPLANATION = (
    "The gradient of a mean over all rows is the mean of the workers' gradients, weighted by their rows. As all "
    "optimizers get the same numbers and were in the same state, all replicas end with the same weights, and nobody "
    "has to send weights around."
)


# Other right answers


def with_numpy(replicas, optimizers, gradients, rows):
    shares = np.array(rows, "float32") / np.sum(rows)
    summed = []
    for of_one_variable in zip(*gradients):
        parts = [share * np.array(part) for share, part in zip(shares, of_one_variable) if share]
        summed.append(tf.constant(np.sum(parts, axis=0)))
    for variables, optimizer in zip(replicas, optimizers):
        optimizer.apply(summed, variables)


# Mistakes


def step_with(replicas, optimizers, gradients, weights):
    """Every replica takes a step with the sum of the gradients times `weights`; a worker of weight 0 is left out."""
    chosen = [(weight, own) for weight, own in zip(weights, gradients) if weight]
    summed = [sum(weight * own[place] for weight, own in chosen) for place in range(len(replicas[0]))]
    for variables, optimizer in zip(replicas, optimizers):
        optimizer.apply(summed, variables)


def step_alone(replicas, optimizers, gradients, rows):
    for variables, optimizer, own, own_rows in zip(replicas, optimizers, gradients, rows):
        if own_rows:
            optimizer.apply(own, variables)


def have_rows(rows):
    return [float(own > 0) for own in rows]


@mistake(
    "every replica takes a step of its own",
    "The replicas drift apart: each took a step with the gradients of its own rows. First add up, then give all of "
    "them the same sum.",
)
def own_steps(replicas, optimizers, gradients, rows):
    step_alone(replicas, optimizers, gradients, rows)


@mistake(
    "the sum in place of the mean",
    "All replicas are equal, and their step is as many times too long as there are workers. Each gradient is that of a "
    "mean already: weigh it with its share of the rows before it is added.",
)
def summed_up(replicas, optimizers, gradients, rows):
    step_with(replicas, optimizers, gradients, have_rows(rows))


@mistake(
    "a small share counts as much as a large one",
    "All replicas are equal, and their step is the mean over the workers, not over the rows: a row of a small share "
    "counts more than one of a large share. Weigh each worker's gradients with its share of the rows.",
)
def plain_mean(replicas, optimizers, gradients, rows):
    step_with(replicas, optimizers, gradients, [weight / sum(have_rows(rows)) for weight in have_rows(rows)])


@mistake(
    "a worker without rows spoils the sum",
    "Where all have rows, all is right. But the gradients of a worker without rows are NaN, and 0 times NaN is NaN. "
    "Leave such a worker out of the sum; its replica takes the step with the others.",
)
def nan_added(replicas, optimizers, gradients, rows):
    weighted = [[own_rows / sum(rows) * gradient for gradient in own] for own, own_rows in zip(gradients, rows)]
    step_with(replicas, optimizers, weighted, [1.0] * len(rows))


@mistake(
    "a worker without rows counts in the mean",
    "A worker without rows was left out of the sum, but the sum is divided by the number of all workers, and not "
    "weighted by rows.",
)
def divided_by_all(replicas, optimizers, gradients, rows):
    step_with(replicas, optimizers, gradients, [weight / len(rows) for weight in have_rows(rows)])


@mistake(
    "only one replica moves",
    "The step is right, and only the first replica takes it. Each worker computes its next gradients with its own "
    "replica, so all of them have to move.",
)
def chief_only(replicas, optimizers, gradients, rows):
    step_with(replicas[:1], optimizers[:1], gradients, [own_rows / sum(rows) for own_rows in rows])


@mistake(
    "weighted by rows, and not divided",
    "Each worker's gradients are multiplied by its rows, and the sum is not divided by all rows: a step dozens of "
    "times too long.",
)
def not_divided(replicas, optimizers, gradients, rows):
    step_with(replicas, optimizers, gradients, [float(own_rows) for own_rows in rows])


@mistake(
    "weights are averaged, not gradients",
    "All replicas are equal in the end, but at another place: each took a step of its own, and then the weights were "
    "averaged. An optimizer with a memory remembers other gradients on each worker then. Add up the gradients, before "
    "the step.",
)
def weights_averaged(replicas, optimizers, gradients, rows):
    step_alone(replicas, optimizers, gradients, rows)
    for same in zip(*replicas):
        mean = sum(own_rows / sum(rows) * variable for own_rows, variable in zip(rows, same))
        for variable in same:
            variable.assign(mean)


# Probes


def observe(candidate, columns=2, all_rows=((12, 1, 5), (6, 0, 2))):
    draw, names = np.random.default_rng(columns), ("all have rows", "one has no rows")
    start = [draw.normal(size=(columns, 1)), draw.normal(size=1)]
    replicas = [[tf.Variable(value, dtype=tf.float32) for value in start] for _ in all_rows[0]]
    # Adam looks at the squares of gradients, so that averages of weights come out elsewhere
    optimizers = [keras.optimizers.Adam(5.0, epsilon=1.0) for _ in replicas]
    for optimizer, variables in zip(optimizers, replicas):
        optimizer.build(variables)
    found = {}
    for kind, rows in zip(names, all_rows):
        gradients = [[mean_gradient(value.shape, own, draw) for value in start] for own in rows]
        candidate(replicas, optimizers, gradients, list(rows))
        weights = [np.concatenate([np.ravel(np.array(variable)) for variable in variables]) for variables in replicas]
        found[f"weights of the first replica ({kind})"] = forms.numbers(weights[0])
        # the last bit of a sum may differ
        found[f"replicas are equal ({kind})"] = bool(np.allclose(weights, weights[:1], 1e-5, 1e-6, equal_nan=True))
        found[f"steps of each optimizer ({kind})"] = np.array([int(optimizer.iterations) for optimizer in optimizers])
    return found


def mean_gradient(shape, rows, draw):
    """Return a drawn gradient, or that of a mean over no rows."""
    return tf.constant(draw.normal(size=shape) if rows else np.full(shape, np.nan), tf.float32)


EXERCISE = Exercise(
    id="08.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=synchronized_step,
    alternatives=(with_numpy,),
    mistakes=(
        own_steps,
        summed_up,
        plain_mean,
        nan_added,
        divided_by_all,
        chief_only,
        not_divided,
        weights_averaged,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, columns=3, all_rows=((4, 9, 6, 1), (0, 5, 0, 3))),
    note=NOTE,
    explanation=EXPLANATION,
)
