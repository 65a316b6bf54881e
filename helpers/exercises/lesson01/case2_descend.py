"""C1.2 It makes one step and stops at the second."""

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "It makes one step and stops at the second"
TASK = """The six lines of the lesson, typed from memory. The first step is right, and the second stops with an error
about `NoneType`. Which line is it?"""
HINTS = (
    "A gradient was `None`, in the second step and not in the first. What is different about `x` then? "
    "`print(type(x))` at the start of each round tells.",
    "`x = ...` gives the name `x` to something else. A Variable has methods that change it in place.",
)


def descend(x, function, rate, steps):
    """Take steps downhill.

    Args:
        x: a scalar tf.Variable, where to start; it is changed in place.
        function: what to go down on, made of TensorFlow operations.
        rate, steps: the learning rate, and how many steps to take.

    Returns:
        The heights before each step, a list of floats.
    """
    heights = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            y = function(x)
        heights.append(float(y))
        slope = tape.gradient(y, x)
        x.assign_sub(rate * slope)
    return heights


# What a learner starts with


def descend_broken(x, function, rate, steps):
    heights = []
    for _ in range(steps):
        with tf.GradientTape() as tape:  # A
            y = function(x)  # B
        heights.append(float(y))  # C
        slope = tape.gradient(y, x)  # D
        x = x - rate * slope  # E
    return heights


SUSPECTS = {
    "A": "A new tape for each step, as it should be: a tape answers once.",
    "B": "The calculation stands inside the `with`, where the tape sees it.",
    "C": "A number for people, taken after the `with`. Nothing goes back through it.",
    "D": "This is where `None` appears, in the second step. It asks for the right thing; but `x` is not what it was.",
    "E": "`x - ...` is a new tensor, and from here on that is `x`. The Variable is still where it was, under no name.",
}
NOTE = (
    "Of its forms this is the lucky one, which stops. With `for variable, gradient in zip(variables, gradients): "
    "variable = variable - rate * gradient` only the loop's own name is replaced; nothing stops, and nothing learns."
)
EXPLANATION = "`assign_sub` changes the Variable itself, so the next tape follows it, and so does whoever handed it in."


# Other right answers


def descend_by_assign(x, function, rate, steps):
    heights = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            y = function(x)
        heights.append(y.numpy())
        x.assign(x - rate * tape.gradient(y, x))
    return heights


# Mends that do not mend


@mistake(
    "the Variable that was handed in stays where it was",
    "The heights are right, and `x` has not moved: inside the function another one moves. Making a new "
    "`tf.Variable(x - ...)`, or asking the tape to `watch` the tensor, goes on with something that only this function "
    "knows. A model would keep its old weights.",
)
def another_variable(x, function, rate, steps):
    heights = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            y = function(x)
        heights.append(float(y))
        x = tf.Variable(x - rate * tape.gradient(y, x))
    return heights


@mistake(
    "`-=` in place of `assign_sub`",
    "A `tf.Variable` refuses `-=`, and its message says what to write: `assign_sub`. (Keras has Variables of its own, "
    "which do not refuse: there `-=` makes a new tensor, without a word.)",
)
def minus_equals(x, function, rate, steps):
    for _ in range(steps):
        with tf.GradientTape() as tape:
            y = function(x)
        x -= rate * tape.gradient(y, x)


@mistake(
    "the step in place of the place",
    "After the first step `x` is the step itself: `assign` replaces the value. Use `assign_sub`, or `assign(x - ...)`.",
)
def assigned_step(x, function, rate, steps):
    heights = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            y = function(x)
        heights.append(float(y))
        x.assign(-rate * tape.gradient(y, x))
    return heights


@mistake("uphill", "Each step leads to a higher place: the step is added. Downhill is minus the slope.")
def uphill(x, function, rate, steps):
    heights = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            y = function(x)
        heights.append(float(y))
        x.assign_add(rate * tape.gradient(y, x))
    return heights


# Probes


def observe_walk(candidate, start, function, rate, steps):
    x = tf.Variable(start)
    heights = forms.numbers(candidate(x, function, rate, steps))
    return {f"heights before {steps} steps": heights, f"where x is after {steps} steps": float(x)}


def observe(candidate):
    return observe_walk(candidate, 2.0, lambda x: x * x, 0.1, 3)


def second(candidate):
    long = observe_walk(candidate, 1.0, lambda x: x**4 - 3 * x**2 + x, 0.02, 5)
    return long | observe_walk(candidate, np.float32(-0.5), lambda x: tf.sin(x) + 1, 0.3, 2)


EXERCISE = Case(
    id="C1.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=descend,
    starter=descend_broken,
    trap=6,
    culprits="E",
    suspects=SUSPECTS,
    alternatives=(descend_by_assign,),
    mistakes=(another_variable, minus_equals, assigned_step, uphill),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
