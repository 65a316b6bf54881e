"""C7.5 Every epoch is as slow as the first."""

import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson07.shared import CountedStep

TITLE = "Every epoch is as slow as the first"
TASK = """\
An epoch is one call of a graph, the batches are gathered inside it, and yet each epoch takes as long as the first one,
and memory grows from epoch to epoch. Which line is it?"""
HINTS = (
    "How often does Python run `take_step`, in one epoch and in four?",
    "What does the graph get for its argument: a tensor, or something of Python's?",
)


def train_epochs(take_step, features, labels, orders):
    """Train for as many epochs as there are orders, each in one call of a graph; return their losses, a list of floats.

    Args:
        take_step: take_step(features, labels) moves a model once and returns the loss, a float32 scalar. Its Python
            code may be run a few times in all, while a graph is traced.
        features, labels: float32 tensors (n, columns) and (n,).
        orders: a list of arrays (steps, batch_size) of row numbers, all of one shape: for each epoch its batches.
    """
    steps = len(orders[0])  # A

    @tf.function
    def epoch(order):
        total = 0.0
        for chosen in order:  # B
            total += take_step(tf.gather(features, chosen), tf.gather(labels, chosen))  # C
        return total / steps  # D

    return [float(epoch(tf.constant(order))) for order in orders]  # E


# What a learner starts with


def train_epochs_broken(take_step, features, labels, orders):
    steps = len(orders[0])  # A

    @tf.function
    def epoch(order):
        total = 0.0
        for chosen in order:  # B
            total += take_step(tf.gather(features, chosen), tf.gather(labels, chosen))  # C
        return total / steps  # D

    return [float(epoch(order.tolist())) for order in orders]  # E


SUSPECTS = {
    "A": "How many steps an epoch has, once and for all. The graph may keep that number: all orders have one shape.",
    "B": "This line is innocent: over a tensor, this `for` becomes a `While` of the graph. What is `order` here?",
    "C": "Two gathers and the step, a few operations. It is not their fault that they are written down so often.",
    "D": "A division at the end of an epoch, by a number that stays the same.",
    "E": "`tolist()` makes Python's numbers of the row numbers. So `for` is Python's, the graph holds every step once "
    "more, and each new order is a new Python value: another graph.",
}
NOTE = (
    "What changes from call to call goes in as a tensor. `epoch.experimental_get_tracing_count()` should be 1 after "
    "any number of epochs."
)
EXPLANATION = (
    "As a tensor, the order is a value that the graph meets when it runs: the `for` over it is a `While`, and another "
    "order of the same shape needs no other graph."
)


# Other right answers


def as_arrays(take_step, features, labels, orders):
    steps = len(orders[0])

    @tf.function(reduce_retracing=True)
    def epoch(order):
        total = 0.0
        for number in tf.range(steps):
            total += take_step(tf.gather(features, order[number]), tf.gather(labels, order[number]))
        return total / steps

    return [epoch(order).numpy() for order in orders]


# Mends that do not mend


@mistake(
    "a graph for each epoch",
    "The steps are not unrolled anymore, but there is still a trace for each epoch: a list of Python's numbers is "
    "another value each time, even if the function makes a tensor of it later, and so is a `tf.function` that is made "
    "anew. Make the tensor outside, and the function once.",
)
def tensor_inside(take_step, features, labels, orders):
    @tf.function
    def epoch(order):
        order, total = tf.constant(order), 0.0
        for chosen in order:
            total += take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
        return total / len(order)

    return [float(epoch(order.tolist())) for order in orders]


@mistake(
    "still unrolled",
    "Python still runs the loop over the batches while it traces: the graph holds each step once more. A list of "
    "tensors, `tf.unstack` and `range` are all Python's.",
)
def list_of_tensors(take_step, features, labels, orders):
    @tf.function
    def epoch(order):
        losses = [take_step(tf.gather(features, chosen), tf.gather(labels, chosen)) for chosen in tf.unstack(order)]
        return tf.add_n(losses) / len(losses)

    return [float(epoch(tf.constant(order))) for order in orders]


@mistake(
    "Python runs each step",
    "There is no graph anymore: Python runs each step, operation by operation.",
)
def without_graph(take_step, features, labels, orders):
    losses = []
    for order in orders:
        steps = [take_step(tf.gather(features, chosen), tf.gather(labels, chosen)) for chosen in order]
        losses.append(float(np.mean(steps)))
    return losses


@mistake(
    "every epoch has the first one's order",
    "One graph, and one order: that of the first epoch, kept as a constant when the graph was traced. Let it come in "
    "as an argument.",
)
def first_order_kept(take_step, features, labels, orders):
    kept = tf.constant(orders[0])

    @tf.function
    def epoch():
        total = 0.0
        for chosen in kept:
            total += take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
        return total / len(kept)

    return [float(epoch()) for _ in orders]


# Probes


def observe(candidate, epochs=3, steps=6):
    draw = np.random.default_rng(steps)
    features = tf.constant(draw.normal(0, 1, (3 * steps, 2)), tf.float32)
    orders = [draw.permutation(3 * steps).reshape(steps, 3) for _ in range(epochs)]
    step = CountedStep(rate=0.02)
    losses = candidate(step, features, features[:, 0] - 2 * features[:, 1], orders)
    per_epoch = step.written_down / epochs
    return {
        "steps by Python": step.by_python,
        "the step is written down": "for each batch"
        if step.written_down >= steps
        else "in each epoch"
        if per_epoch >= 1
        else "once or twice",
        "losses": np.array([float(loss) for loss in losses]),
        "weights in the end": step.weights.numpy(),
    }


EXERCISE = Case(
    id="C7.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_epochs,
    starter=train_epochs_broken,
    trap=53,
    culprits="E",
    suspects=SUSPECTS,
    alternatives=(as_arrays,),
    mistakes=(tensor_inside, list_of_tensors, without_graph, first_order_kept),
    observe=lambda candidate: observe(candidate, epochs=4, steps=16),
    second=lambda candidate: observe(candidate, epochs=5, steps=20),
    note=NOTE,
    explanation=EXPLANATION,
)
