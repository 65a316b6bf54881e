"""C1.3 It comes to rest where the loss is not lowest."""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "It comes to rest where the loss is not lowest"
TASK = """A line through the origin should fit the targets *and* have a small slope: the loss has a second part that
grows with `w`. The loop runs, the gradient becomes 0, `w` comes to rest; and a little to the left of that place the
loss is lower. Which line is it?"""
HINTS = (
    "The gradient is a number, and it is wrong. The loss has two parts; of which does the tape know the slope?",
    "`float(w)` is a Python number. What is the slope of a number along `w`?",
)


def fit_slope(inputs, targets, rate, steps):
    """Fit w * inputs to the targets; a large w costs 0.5 * w² more.

    Args:
        inputs, targets: float32 tensors of shape (n,).
        rate, steps: the learning rate, and how many steps to take.

    Returns:
        w, a float.
    """
    w = tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            errors = w * inputs - targets
            penalty = 0.5 * w**2
            loss = tf.reduce_mean(errors**2) + penalty
        gradient = tape.gradient(loss, w)
        w.assign_sub(rate * gradient)
    return float(w)


# What a learner starts with


def fit_slope_broken(inputs, targets, rate, steps):
    w = tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            errors = w * inputs - targets  # A
            penalty = 0.5 * float(w) ** 2  # B
            loss = tf.reduce_mean(errors**2) + penalty  # C
        gradient = tape.gradient(loss, w)  # D
        w.assign_sub(rate * gradient)  # E
    return float(w)


SUSPECTS = {
    "A": "The errors are made of `w` itself: the tape follows this path, and its slope is right.",
    "B": "The value of the penalty is right. But `float(w)` is a fixed number to the tape, which has no slope.",
    "C": "The sum is right, and has the right value. Of its two parts only one reaches the tape with its path.",
    "D": "It gives the slope of what the tape has seen. That is not all of the loss.",
    "E": "A step downhill, in place, after the tape.",
}
NOTE = (
    "Nothing stops here, and the number printed as the loss is right. Only a finite difference sees that the gradient "
    "is not the slope of that number: nudge the variable, and compare."
)
EXPLANATION = (
    "The penalty is computed from `w` itself, so the tape knows its slope, `w`. `float(w)` and "
    "`tf.stop_gradient(w)` keep the value and lose the path."
)


# Other right answers


def fit_slope_by_square(inputs, targets, rate, steps):
    w = tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape(persistent=True) as tape:
            misfit = tf.reduce_mean(tf.square(w * inputs - targets))
            penalty = tf.square(w) / 2
        w.assign_sub(rate * (tape.gradient(misfit, w) + tape.gradient(penalty, w)))
    return w


# Mends that do not mend


@mistake(
    "the penalty still has no slope",
    "It comes to rest at the same place as before: the gradient is that of the first part alone. "
    "`tf.stop_gradient(w)`, `w.numpy()` and a penalty outside of the `with` do the same as `float(w)`; so does leaving "
    "the penalty out.",
)
def still_held(inputs, targets, rate, steps):
    w = tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs - targets) ** 2) + 0.5 * tf.stop_gradient(w) ** 2
        w.assign_sub(rate * tape.gradient(loss, w))
    return float(w)


@mistake(
    "one of two factors is still held still",
    "It goes half the way. In `float(w) * w` the tape knows one factor only, so the penalty pulls half as hard as it "
    "should.",
)
def half_held(inputs, targets, rate, steps):
    w = tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs - targets) ** 2) + 0.5 * float(w) * w
        w.assign_sub(rate * tape.gradient(loss, w))
    return float(w)


@mistake("twice the penalty", "The penalty pulls twice as hard as it should: 0.5 * w², not w².")
def twice(inputs, targets, rate, steps):
    w = tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs - targets) ** 2) + w**2
        w.assign_sub(rate * tape.gradient(loss, w))
    return float(w)


# Probes


def observe_slope(candidate, inputs, targets, rate, steps):
    return forms.number(candidate(tf.constant(inputs), tf.constant(targets), rate, steps))


def observe(candidate):
    return {
        "w after one step": observe_slope(candidate, [1.0, 2.0, 3.0], [2.0, 4.0, 6.0], 0.05, 1),
        "w after eight steps": observe_slope(candidate, [1.0, 2.0, 3.0], [2.0, 4.0, 6.0], 0.05, 8),
    }


def second(candidate):
    return {
        "w after three steps": observe_slope(candidate, [-1.0, 0.5], [3.0, 1.0], 0.1, 3),
        "w after six steps": observe_slope(candidate, [0.2, 0.4, 0.9], [1.0, -1.0, 4.0], 0.2, 6),
    }


EXERCISE = Case(
    id="C1.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=fit_slope,
    starter=fit_slope_broken,
    trap=5,
    culprits="B",
    suspects=SUSPECTS,
    alternatives=(fit_slope_by_square,),
    mistakes=(still_held, half_held, twice),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
