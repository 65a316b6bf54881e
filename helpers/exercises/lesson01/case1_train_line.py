"""C1.1 It stops at the first step, without gradients."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "It stops at the first step, without gradients"
TASK = """Somebody fits a line. The loss can be computed, it is even right, and the optimizer refuses to make a single
step: no gradients, for any variable. Which line is it?"""
HINTS = (
    "A gradient needs a chain of TensorFlow's operations from the variables to the loss, with no link missing. Go "
    "along it from `w` and `b`, and ask of each result: is it a tensor, and does it know where it came from?",
    "`w.numpy()` is a NumPy number. To the tape it could as well have been typed in.",
)


def train_line(inputs, targets, rate, steps):
    """Fit the line w * inputs + b by gradient descent, starting from w = b = 0.

    Args:
        inputs, targets: float32 tensors of shape (n,).
        rate, steps: the learning rate, and how many steps to take.

    Returns:
        (w, b), two floats.
    """
    w, b = tf.Variable(0.0), tf.Variable(0.0)
    optimizer = keras.optimizers.SGD(learning_rate=rate)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = w * inputs + b
            loss = tf.reduce_mean((predictions - targets) ** 2)
        gradients = tape.gradient(loss, [w, b])
        optimizer.apply_gradients(zip(gradients, [w, b]))
    return float(w), float(b)


# What a learner starts with


def train_line_broken(inputs, targets, rate, steps):
    w, b = tf.Variable(0.0), tf.Variable(0.0)  # A
    optimizer = keras.optimizers.SGD(learning_rate=rate)  # B
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = w.numpy() * inputs + b.numpy()  # C
            loss = tf.reduce_mean((predictions - targets) ** 2)  # D
        gradients = tape.gradient(loss, [w, b])  # E
        optimizer.apply_gradients(zip(gradients, [w, b]))
    return float(w), float(b)


SUSPECTS = {
    "A": "Two Variables with float numbers: the tape follows these.",
    "B": "This only makes the optimizer. It raises the error later on, because it gets no gradients.",
    "C": "`.numpy()` takes the number out of a Variable and leaves the tape behind: `predictions` come from nowhere.",
    "D": "A mean of squares, made of TensorFlow's operations: the tape follows all of it, from `predictions` on.",
    "E": "It asks for the right thing. That `None` comes back twice says: no path from `w` and `b` to the loss.",
}
NOTE = (
    "All gradients `None` at once is this family: `.numpy()`, `float()`, NumPy, a forward pass before the `with`, and "
    "later a metric's result or a model's `predict`. Numbers for people come after the tape."
)
EXPLANATION = (
    "`w` and `b` stand in the formula themselves, so the tape sees a path from them to the loss. "
    "Numbers for people (`.numpy()`, `float`) are taken after the `with`."
)


# Other right answers


def train_line_by_matrix(inputs, targets, rate, steps):
    line = tf.Variable([0.0, 0.0])
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(line[0] * inputs + line[1] - targets))
        line.assign_sub(rate * tape.gradient(loss, line))
    return tuple(line.numpy())


# Mends that do not mend


@mistake(
    "the path is still cut",
    "The same error: still no path from `w` and `b` to the loss. A tensor that is made of the number, as with "
    "`tf.constant(w.numpy())`, does not know where the number came from; nor does what is computed before the `with`.",
)
def tensors_of_numbers(inputs, targets, rate, steps):
    w, b = tf.Variable(0.0), tf.Variable(0.0)
    optimizer = keras.optimizers.SGD(learning_rate=rate)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = tf.constant(w.numpy()) * inputs + tf.constant(b.numpy())
            loss = tf.reduce_mean((predictions - targets) ** 2)
        gradients = tape.gradient(loss, [w, b])
        optimizer.apply_gradients(zip(gradients, [w, b]))
    return float(w), float(b)


@mistake(
    "b is still left behind",
    "Now `w` learns and `b` stays at 0, with no more than a warning. Both have to stand in the formula as Variables.",
)
def only_w(inputs, targets, rate, steps):
    w = tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs - targets) ** 2)
        w.assign_sub(rate * tape.gradient(loss, w))
    return float(w), 0.0


@mistake(
    "w is still left behind",
    "Now `b` learns and `w` stays at 0, with no more than a warning. Both have to stand in the formula as Variables.",
)
def only_b(inputs, targets, rate, steps):
    b = tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((b - targets) ** 2)
        b.assign_sub(rate * tape.gradient(loss, b))
    return 0.0, float(b)


# Probes


def observe_line(candidate, inputs, targets, rate, steps):
    line = candidate(tf.constant(inputs), tf.constant(targets), rate, steps)
    return forms.numbers(line)


def observe(candidate):
    return {
        "(w, b) after one step": observe_line(candidate, [0.0, 1.0, 2.0], [1.0, 3.0, 5.0], 0.1, 1),
        "(w, b) after four steps": observe_line(candidate, [-1.0, 2.0], [4.0, 1.0], 0.05, 4),
    }


def second(candidate):
    one = np.array([0.5, 1.5, -2.0], "float32")
    return {
        "two steps": observe_line(candidate, one, 3 - one, 0.2, 2),
        "three steps": observe_line(candidate, one[:2], one[:2] ** 2, 0.01, 3),
    }


EXERCISE = Case(
    id="C1.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_line,
    starter=train_line_broken,
    trap=3,
    culprits="C",
    suspects=SUSPECTS,
    alternatives=(train_line_by_matrix,),
    mistakes=(tensors_of_numbers, only_w, only_b),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
