"""01.3 Slopes along plain numbers."""

import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake

TITLE = "Slopes along plain numbers"
TASK = """Fill the two gaps in `slopes_by_tape(function, numbers)`, each marked by `...`. It returns the slope of
`function(*numbers)` along each of the numbers, by tape. The numbers are plain Python numbers, such as `[3, 2]` or
`[1.5, 0.5]`; the answer is a list with one float32 scalar for each, and 0, not `None`, for a number that the function
does
not use.

`function(*numbers)` calls the function with the list's items as its arguments. You may change the lines around the
gaps, too."""
HINTS = (
    "The tape follows Variables, and constants that it was asked to `watch`. It knows nothing about Python numbers.",
    "Make a Variable from each number. Which type does `tf.Variable(3)` have, and can such a number change a little?",
    "Use `tf.Variable(float(number))`, call the function inside the `with`, and ask for "
    '`unconnected_gradients="zero"`.',
)


def slopes_by_tape(function, numbers):
    """Return the slope of `function(*numbers)` along each of the numbers, by tape.

    Args:
        function: made of TensorFlow operations on n scalars; returns a scalar tensor.
        numbers: a list of n Python numbers, int or float.

    Returns:
        A list of n float32 scalars, 0 for a number that the function does not use.
    """
    # float: a whole number cannot change a little, so it has no slope
    variables = [tf.Variable(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables, unconnected_gradients="zero")


# What a learner starts with


def slopes_with_gaps(function, numbers):
    variables = ...  # what can the tape follow, and which type must it have?
    with tf.GradientTape() as tape:
        result = function(*variables)
    return ...


NOTE = (
    '`unconnected_gradients="zero"` is right here, where "not used" is an expected answer. In a training loop '
    "leave it "
    "out: there a `None` is the clearest sign of a mistake that you can get."
)
EXPLANATION = (
    "Each number becomes a float Variable, so that the tape follows it and it can change a little, and "
    'the function is called inside the `with`. `unconnected_gradients="zero"` gives unused numbers the slope they '
    "have: 0."
)


# Other right answers


def slopes_of_watched_constants(function, numbers):
    constants = [tf.constant(number, "float32") for number in numbers]
    with tf.GradientTape() as tape:
        tape.watch(constants)
        result = function(*constants)
    return [0.0 if slope is None else slope for slope in tape.gradient(result, constants)]


def slopes_of_a_vector(function, numbers):
    vector = tf.Variable(numbers, dtype="float32")
    with tf.GradientTape() as tape:
        result = function(*tf.unstack(vector))
    return tape.gradient(result, vector, unconnected_gradients="zero").numpy()


# Mistakes


@mistake(
    "the tape saw nothing",
    "Every slope is `None`. Either the numbers are constants, which a tape follows only if it "
    "is asked to `watch` them before the calculation; or the calculation did not happen inside the `with`.",
)
def plain_constants(function, numbers):
    constants = [tf.constant(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*constants)
    return tape.gradient(result, constants)


@mistake(
    "zeros that hide a tape that saw nothing",
    "Every slope is 0, even where the function is steep. The tape saw no path from the numbers "
    'to the result, and each `None` became a 0, as `unconnected_gradients="zero"` makes it. Use Variables or '
    "`watch`, and call the function inside the `with`.",
)
def constants_zero(function, numbers):
    constants = [tf.constant(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*constants)
    return tape.gradient(result, constants, unconnected_gradients="zero")


@mistake(
    "whole numbers have no slope",
    "At (3, 2) the slopes are `None`, at (1.5, 0.5) they are right. A Variable or constant "
    "made from an int holds a whole number, and that cannot change a little. Make it from a float.",
)
def whole_numbers(function, numbers):
    variables = [tf.Variable(number) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables)


@mistake(
    "zeros that hide whole numbers",
    "At (3, 2) the slopes are 0, at (1.5, 0.5) they are right. A Variable or constant made "
    'from an int has no gradient, and a `None` that becomes 0, as with `unconnected_gradients="zero"`, looks '
    "like level ground. Make it from a float.",
)
def whole_numbers_zero(function, numbers):
    variables = [tf.Variable(number) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables, unconnected_gradients="zero")


@mistake(
    "None for an unused number",
    "Only a number that the function does not use gets `None`. To the tape there is no path; "
    "but the result does not change with that number, and that is a slope of 0. `tape.gradient` has an "
    "argument for it.",
)
def unused_is_none(function, numbers):
    variables = [tf.Variable(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables)


# Probes


def as_number(value):
    """Return a slope as a float, or None if there is none."""
    return None if value is None else float(value)


def observe(candidate):
    whole = list(candidate(lambda x, y: x * x * y, [3, 2]))
    broken = list(candidate(lambda x, y: x + x * tf.tanh(y), [1.5, 0.5]))
    unused = list(candidate(lambda x, y: x * x, [2.5, 1.0]))
    return {
        "number of slopes": np.array([len(slopes) for slopes in (whole, broken, unused)]),
        "slope of x + x · tanh(y) at (1.5, 0.5) along x": as_number(broken[0]),
        "slope of x + x · tanh(y) at (1.5, 0.5) along y": as_number(broken[-1]),
        "slope of x²y at (3, 2) along x": as_number(whole[0]),
        "slope of x²y at (3, 2) along y": as_number(whole[-1]),
        "slope of x² at x = 2.5 along x": as_number(unused[0]),
        "slope of x² at x = 2.5 along y": as_number(unused[-1]),
    }


def second(candidate):
    return {
        "three floats": np.array(candidate(lambda x, y, z: tf.exp(x) * y - z**3, [0.2, -1.5, 0.8]), "float64"),
        "one int": np.array(candidate(lambda x: x**3 - x, [-2]), "float64"),
        "unused": np.array(candidate(lambda x, y, z: y * y, [1.0, 4.0, 2.0]), "float64"),
        "unused ints": np.array(candidate(lambda x, y: y * y * y, [1, 2]), "float64"),
    }


EXERCISE = Exercise(
    id="01.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=slopes_by_tape,
    starter=slopes_with_gaps,
    alternatives=(slopes_of_watched_constants, slopes_of_a_vector),
    mistakes=(
        plain_constants,
        constants_zero,
        whole_numbers,
        whole_numbers_zero,
        unused_is_none,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
