"""01.3 Slopes along plain numbers."""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Slopes along plain numbers"
TASK = """Fill the two gaps in `slopes_by_tape(function, numbers)`, each marked by `...`. It returns the slope of
`function(*numbers)` along each of the numbers, by tape. The numbers are plain Python numbers, such as `[3, 2]` or
`[1.5, 0.5]`; the function wants to be given float32 scalars. The answer is a list with one slope for each number, a
scalar tensor or a plain number, and 0, not `None`, for a number that the function does not use (`tape.gradient` has an
argument for that, `unconnected_gradients="zero"`).

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
        function: made of TensorFlow operations on n float32 scalars; returns a scalar tensor.
        numbers: a list of n Python numbers, int or float.

    Returns:
        A list of n scalars, 0 for a number that the function does not use.
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
    "Every slope is `None`: the tape saw no path from the numbers to the result. Often the numbers are constants, "
    "which a tape follows only if it is asked to `watch` them before the calculation; or the calculation did not "
    "happen inside the `with`.",
)
def plain_constants(function, numbers):
    constants = [tf.constant(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*constants)
    return tape.gradient(result, constants)


@mistake(
    "zeros that hide a tape that saw nothing",
    "Every slope is 0, even where the function is steep. Often the tape saw no path from the numbers to the result, "
    'and each `None` became a 0, as `unconnected_gradients="zero"` makes it. Use Variables or `watch`, and call the '
    "function inside the `with`.",
)
def constants_zero(function, numbers):
    constants = [tf.constant(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*constants)
    return tape.gradient(result, constants, unconnected_gradients="zero")


@mistake(
    "whole numbers have no slope",
    "At (3, 2) the slopes are `None`, at (1.5, 0.5) they are right. Your function is given int32 there: a Variable or "
    "constant made from an int holds a whole number, and that cannot change a little. Make it from a float.",
)
def whole_numbers(function, numbers):
    variables = [tf.Variable(number) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables)


@mistake(
    "zeros that hide whole numbers",
    "At (3, 2) the slopes are 0, at (1.5, 0.5) they are right. Your function is given int32 there: a Variable or "
    "constant made from an int has no gradient, and a `None` that becomes 0, as with "
    '`unconnected_gradients="zero"`, looks like level ground. Make it from a float.',
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


@mistake(
    "the unused number left out",
    "There is one slope too few where the function does not use a number, and then nobody knows which slope belongs "
    "to which. A number without a path to the result has the slope 0, and `tape.gradient` has an argument for it.",
)
def unused_left_out(function, numbers):
    variables = [tf.Variable(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return [slope for slope in tape.gradient(result, variables) if slope is not None]


@mistake(
    "float64 where float32 is wanted",
    "The slopes are right, but the function is given float64 scalars. TensorFlow never mixes the two types: a function "
    "with a float32 tensor in it would stop with an error. NumPy makes float64 unless told otherwise; "
    "`tf.Variable(1.5)` is float32.",
)
def double_precision(function, numbers):
    variables = [tf.Variable(number, dtype="float64") for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables, unconnected_gradients="zero")


# Probes


def slopes_of(candidate, function, numbers):
    """Return the slopes as a list, or words on what came back instead, and what the function was given, in words."""
    given = []

    def watched(x, y):
        given.extend((x, y))
        return function(x, y)

    watched.__qualname__ = "function"  # the name in Python's message if it is called in another way
    found = candidate(watched, numbers)
    slopes = forms.entries(found)
    return forms.in_words(found) if slopes is None else slopes, " or ".join(sorted(set(map(with_dtype, given))))


def with_dtype(value):
    """Return the form of a value, and of a tensor its dtype: tensors of two dtypes cannot be multiplied."""
    if not tf.is_tensor(value):
        return forms.in_words(value)
    return f"{tf.as_dtype(value.dtype).name} tensors, shape {tuple(value.shape)}"


def as_number(slope):
    """Return a slope as a float, None if there is none, or words on its form."""
    return None if slope is None else forms.number(slope)


def observe(candidate):
    whole, given_whole = slopes_of(candidate, lambda x, y: x * x * y, [3, 2])
    broken, given_broken = slopes_of(candidate, lambda x, y: x + x * tf.tanh(y), [1.5, 0.5])
    unused, _ = slopes_of(candidate, lambda x, y: x * x, [2.5, 1.0])
    found = [slopes if isinstance(slopes, str) else len(slopes) for slopes in (whole, broken, unused)]
    measured = {"slopes for two numbers": found[0], "slopes for two numbers, one of them unused": found[2]}
    if found != [2, 2, 2]:
        return measured
    return measured | {
        "slope of x + x · tanh(y) at (1.5, 0.5) along x": as_number(broken[0]),
        "slope of x + x · tanh(y) at (1.5, 0.5) along y": as_number(broken[1]),
        "slope of x²y at (3, 2) along x": as_number(whole[0]),
        "slope of x²y at (3, 2) along y": as_number(whole[1]),
        "slope of x² at x = 2.5 along x": as_number(unused[0]),
        "slope of x² at x = 2.5 along y": as_number(unused[1]),
        "the function is given, at (1.5, 0.5)": given_broken,
        "the function is given, at (3, 2)": given_whole,
    }


def second(candidate):
    def squares(*numbers):
        return tf.add_n([k * number * number for k, number in enumerate(numbers, 1)])

    return {
        "three floats": forms.numbers(candidate(lambda x, y, z: tf.exp(x) * y - z**3, [0.2, -1.5, 0.8])),
        "one int": forms.numbers(candidate(lambda x: x**3 - x, [-2])),
        "unused": forms.numbers(candidate(lambda x, y, z: y * y, [1.0, 4.0, 2.0])),
        "unused ints": forms.numbers(candidate(lambda x, y: y * y * y, [1, 2])),
        "twelve": forms.numbers(candidate(squares, list(range(12)))),
        "given": slopes_of(candidate, lambda x, y: x - y, [1, 0.5])[1],
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
        unused_left_out,
        double_precision,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
