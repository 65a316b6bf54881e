"""C1.5 The loss falls and stays too high."""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "The loss falls and stays too high"
TASK = """Five points lie exactly on a parabola, so a loss of 0 can be reached. The loop runs without a word, the loss
falls at first, and then it stays where it is, however long one waits. Which line is it?"""
HINTS = (
    "Something that should learn does not. Compare all three coefficients before and after: which of them has moved?",
    "`zip` walks along two lists side by side, and ends without a word where the shorter one ends.",
)


def fit_curve(inputs, targets, rate, steps):
    """Fit the curve a * inputs² + b * inputs + c by gradient descent, starting from a = b = c = 0.

    Args:
        inputs, targets: float32 tensors of shape (n,).
        rate, steps: the learning rate, and how many steps to take.

    Returns:
        [a, b, c], three floats.
    """
    a, b, c = tf.Variable(0.0), tf.Variable(0.0), tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            curve = a * inputs**2 + b * inputs + c
            loss = tf.reduce_mean((curve - targets) ** 2)
        gradients = tape.gradient(loss, [a, b, c])
        for variable, gradient in zip([a, b, c], gradients):
            variable.assign_sub(rate * gradient)
    return [float(a), float(b), float(c)]


# What a learner starts with


def fit_curve_broken(inputs, targets, rate, steps):
    a, b, c = tf.Variable(0.0), tf.Variable(0.0), tf.Variable(0.0)  # A
    for _ in range(steps):
        with tf.GradientTape() as tape:
            curve = a * inputs**2 + b * inputs + c  # B
            loss = tf.reduce_mean((curve - targets) ** 2)  # C
        gradients = tape.gradient(loss, [a, b])  # D
        for variable, gradient in zip([a, b, c], gradients):  # E
            variable.assign_sub(rate * gradient)  # F
    return [float(a), float(b), float(c)]


SUSPECTS = {
    "A": "Three Variables with float numbers.",
    "B": "All three take part in the curve, inside the tape.",
    "C": "A mean of squared errors, made of TensorFlow's operations.",
    "D": "It asks for two gradients where three variables should learn. `c` gets none, and stays at 0.",
    "E": "The list of variables is complete. `zip` ends after two pairs because there are only two gradients.",
    "F": "The step is taken in place, by minus rate times gradient, for every pair that arrives here.",
}
NOTE = (
    "A curve of the loss looks healthy here: it falls and flattens. So ask each variable once how far it has moved. "
    "For a Keras model the list is `model.trainable_variables`, the same for the gradients and for the update."
)
EXPLANATION = "The gradients are asked for along all three, so `zip` makes three pairs, and `c` moves as well."


# Other right answers


def fit_curve_by_vector(inputs, targets, rate, steps):
    coefficients = tf.Variable(tf.zeros(3))
    for _ in range(steps):
        with tf.GradientTape() as tape:
            a, b, c = tf.unstack(coefficients)
            loss = tf.reduce_mean(tf.square(a * inputs**2 + b * inputs + c - targets))
        coefficients.assign_sub(rate * tape.gradient(loss, coefficients))
    return coefficients.numpy()


# Mends that do not mend


@mistake(
    "one of them still stays at 0",
    "`c` has not moved. Two lists of equal length are not enough: the gradient along `c` has to be asked for, and `c` "
    "has to be in the update.",
)
def two_of_three(inputs, targets, rate, steps):
    a, b = tf.Variable(0.0), tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((a * inputs**2 + b * inputs - targets) ** 2)
        gradients = tape.gradient(loss, [a, b])
        for variable, gradient in zip([a, b], gradients):
            variable.assign_sub(rate * gradient)
    return [float(a), float(b), 0.0]


@mistake(
    "gradients beside the wrong variables",
    "All three move, some of them by a gradient that is another one's. Both lists need the same variables in the same "
    "order.",
)
def another_order(inputs, targets, rate, steps):
    a, b, c = tf.Variable(0.0), tf.Variable(0.0), tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((a * inputs**2 + b * inputs + c - targets) ** 2)
        gradients = tape.gradient(loss, [c, b, a])
        for variable, gradient in zip([a, b, c], gradients):
            variable.assign_sub(rate * gradient)
    return [float(a), float(b), float(c)]


# Probes


def observe_curve(candidate, inputs, targets, rate, steps):
    return forms.numbers(candidate(tf.constant(inputs), tf.constant(targets), rate, steps))


def observe(candidate):
    points = [-2.0, -1.0, 0.0, 1.0, 2.0], [5.0, 3.0, 3.0, 5.0, 9.0]
    return {
        "(a, b, c) after one step": observe_curve(candidate, *points, 0.05, 1),
        "(a, b, c) after five steps": observe_curve(candidate, *points, 0.05, 5),
    }


def second(candidate):
    points = [0.0, 0.5, 1.5], [-1.0, 2.0, 0.5]
    return {"two steps": observe_curve(candidate, *points, 0.1, 2), "four": observe_curve(candidate, *points, 0.2, 4)}


EXERCISE = Case(
    id="C1.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=fit_curve,
    starter=fit_curve_broken,
    trap=7,
    culprits="D",
    suspects=SUSPECTS,
    alternatives=(fit_curve_by_vector,),
    mistakes=(two_of_three, another_order),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
