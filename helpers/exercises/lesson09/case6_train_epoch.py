"""C9.6 Different drawings, until somebody asks for new ones."""

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "Different drawings, until somebody asks for new ones"
TASK = """\
While it trains, the generator's drawings differ from each other as they should. When it is done and gets new noise,
they differ about half as much. Which line is it?"""
HINTS = (
    "How much noise has the generator met in an epoch?",
    "Put a `print` beside each line. Which of them speak in every step?",
    "`tf.random.normal` is an operation of the graph.",
)


def train_epoch(take_step, batches, noise_size):
    """Take a step on each batch, in a graph, with new noise for each; return the losses, a list of floats.

    Args:
        take_step: take_step(real, noise) moves both networks once and returns a loss, a float32 scalar. Its Python code
            may be run a few times in all, while a graph is traced.
        batches: a list of float32 tensors (B, pixels), all of one shape.
        noise_size: how many numbers of noise a drawing needs, drawn from a normal distribution, mean 0 and deviation 1.
    """
    losses = []  # A

    @tf.function
    def one_step(real):
        noise = tf.random.normal((len(real), noise_size))  # B
        return take_step(real, noise)  # C

    for real in batches:  # D
        losses.append(one_step(real))  # E
    return [float(loss) for loss in losses]


# What a learner starts with


def train_epoch_broken(take_step, batches, noise_size):
    losses = []  # A

    @tf.function
    def one_step(real):
        noise = np.random.normal(size=(len(real), noise_size)).astype("float32")  # B
        return take_step(real, tf.constant(noise))  # C

    for real in batches:  # D
        losses.append(one_step(real))  # E
    return [float(loss) for loss in losses]


SUSPECTS = {
    "A": "A list of Python's, outside of the graph. It may be appended to.",
    "B": "NumPy draws this noise while Python traces the function, that is, once. In the graph stands what it drew, as "
    "a constant, and every step gets it.",
    "C": "The step gets what it is given; a tensor, as it should be.",
    "D": "A loop of Python's over the batches, each a tensor of the same shape: one graph, traced once.",
    "E": "The losses are collected outside of the graph.",
}
NOTE = (
    "The lesson hands the noise in as an argument. That has one more use: a step that draws nothing by itself can be "
    "repeated and compared."
)
EXPLANATION = (
    "`tf.random.normal` is an operation, so the graph draws anew whenever it runs. NumPy's noise could stay, if it "
    "were drawn outside and came in as an argument, as a tensor."
)


# Other right answers


def handed_in(take_step, batches, noise_size):
    one_step, random = tf.function(take_step), np.random.default_rng()
    noises = [tf.constant(random.normal(size=(len(real), noise_size)), tf.float32) for real in batches]
    return [float(one_step(real, noise)) for real, noise in zip(batches, noises)]


# Mends that do not mend


def train_with(take_step, batches, noise_of):
    """The loop of the mends: `noise_of` returns a batch's noise, and is run in the graph."""

    @tf.function
    def one_step(real):
        return take_step(real, noise_of(real))

    return [float(one_step(real)) for real in batches]


@mistake(
    "still the same noise",
    "Every step still gets the same noise. If NumPy draws it within the function, or once before the loop, it is drawn "
    "once; and a stateless draw from one seed gives the same numbers whenever it is run.",
)
def same_seed(take_step, batches, noise_size):
    def noise_of(real):
        return tf.random.stateless_normal((len(real), noise_size), seed=[0, 1])

    return train_with(take_step, batches, noise_of)


@mistake(
    "Python runs each step",
    "New noise in each step, and no graph anymore: Python runs the step, operation by operation.",
)
def without_graph(take_step, batches, noise_size):
    return [float(take_step(real, tf.random.normal((len(real), noise_size)))) for real in batches]


@mistake(
    "a graph for each step",
    "New noise in each step, because each step is traced anew: the function is made in the loop, or gets something of "
    "Python's that is never the same. Make it once, and let operations or tensors bring the noise.",
)
def traced_anew(take_step, batches, noise_size):
    def noise_of(real):
        return tf.random.normal((len(real), noise_size))

    return [loss for real in batches for loss in train_with(take_step, [real], noise_of)]


@mistake(
    "noise of another kind",
    "New noise in each step, but from another distribution than the generator will get later. Asked for are normal "
    "numbers of mean 0 and deviation 1.",
)
def uniform(take_step, batches, noise_size):
    return train_with(take_step, batches, lambda real: tf.random.uniform((len(real), noise_size)))


# Probes


def observe(candidate, steps=6, rows=32, noise_size=8):
    batches = [tf.fill((rows, 2), float(number)) for number in range(steps)]
    met, step_number = tf.Variable(tf.zeros((steps, rows, noise_size))), tf.Variable(0)
    by_python, written = [], []

    def take_step(real, noise):
        (by_python if hasattr(noise, "numpy") else written).append(1)
        met.scatter_update(tf.IndexedSlices(tf.reshape(noise, (1, rows, noise_size)), step_number[tf.newaxis]))
        step_number.assign_add(1)
        return tf.reduce_mean(real)

    tf.random.set_seed(0)
    losses = candidate(take_step, batches, noise_size)
    noises = met.numpy().reshape(steps, -1)
    mean, deviation = noises[0].mean(), noises[0].std()
    normal = abs(mean) < 0.3 and abs(deviation - 1) < 0.3
    return {
        "losses": forms.numbers(losses),
        "steps": int(step_number.numpy()),
        "different noises": len(np.unique(noises, axis=0)),
        "noise": "normal" if normal and noises.min() < -1.5 else "of another mean or deviation",
        "steps by Python": len(by_python),
        "the step is written down": "in each step" if len(written) >= steps else "a few times",
    }


EXERCISE = Case(
    id="C9.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_epoch,
    starter=train_epoch_broken,
    trap=29,
    culprits="B",
    suspects=SUSPECTS,
    alternatives=(handed_in,),
    mistakes=(same_seed, without_graph, traced_anew, uniform),
    observe=observe,
    second=lambda candidate: observe(candidate, steps=8, rows=24, noise_size=9),
    note=NOTE,
    explanation=EXPLANATION,
)
