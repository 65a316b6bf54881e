"""C1.6 From 3.0 it works, from 3 it stops."""

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "From 3.0 it works, from 3 it stops"
TASK = """A search for the lowest point that has worked all week. Today somebody called it with `start=3` in place of
`start=3.0`, and it stops at the first step, with an error about `NoneType`. Which line is it?"""
HINTS = (
    "A gradient was `None`: the tape saw no path from `x` to `y`. Print `x` for both starts, and compare.",
    "How much does y change when x changes a little? For which of the two starts can x change a little?",
)


def lowest(function, start, rate, steps):
    """Look for a lowest point of a function.

    Args:
        function: takes a float scalar, made of TensorFlow operations.
        start: where to begin, a number, whole or not.
        rate, steps: the learning rate, and how many steps to take.

    Returns:
        The place after the last step, a float.
    """
    # float: a whole number cannot change a little, so it has no slope
    x = tf.Variable(float(start))
    for _ in range(steps):
        with tf.GradientTape() as tape:
            y = function(x)
        slope = tape.gradient(y, x)
        x.assign_sub(rate * slope)
    return float(x)


# What a learner starts with


def lowest_broken(function, start, rate, steps):
    x = tf.Variable(start)  # A
    for _ in range(steps):
        with tf.GradientTape() as tape:  # B
            y = function(x)  # C
        slope = tape.gradient(y, x)  # D
        x.assign_sub(rate * slope)  # E
    return float(x)


SUSPECTS = {
    "A": "From 3.0 this makes a float32 Variable, from 3 one that holds whole numbers. Those have no slope.",
    "B": "A new tape for each step, as it should be.",
    "C": "The calculation stands inside the `with`, and works for any number.",
    "D": "Here `None` appears. It asks for the right thing; but along a whole number there is no slope.",
    "E": "The error is raised here, because `slope` is `None`. It was `None` before.",
}
NOTE = (
    "Whole numbers, `round`, a cast to int, a comparison and `argmax` move in steps. TensorFlow answers `None` for "
    "most of these and 0 for some (`tf.sign`), so look for both. A `tf.constant` has no gradient either, unless the "
    "tape was asked to `watch` it."
)
EXPLANATION = (
    "`tf.Variable` takes the type of what it gets: 3 makes an int32. A number that can only be whole cannot change a "
    "little, so no tape gives a slope along it; `float(start)` makes a float32 of both."
)


# Other right answers


def lowest_with_dtype(function, start, rate, steps):
    x = tf.Variable(start, dtype="float32")
    for _ in range(steps):
        with tf.GradientTape() as tape:
            y = function(x)
        x.assign(x - rate * tape.gradient(y, x))
    return x


def lowest_watched(function, start, rate, steps):
    x = tf.constant(1.0 * start)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        x = x - rate * tape.gradient(y, x)
    return x.numpy()


# Mends that do not mend


@mistake(
    "the Variable still holds whole numbers",
    "The same error. A cast inside the tape comes too late: the path from the Variable begins with a whole number, and "
    "there it has no slope. Nor has a constant that nobody watches. What the Variable is *made of* must be a float.",
)
def cast_later(function, start, rate, steps):
    x = tf.Variable(start if isinstance(start, float) else int(start))
    for _ in range(steps):
        with tf.GradientTape() as tape:
            y = function(tf.cast(x, tf.float32))
        slope = tape.gradient(y, x)
        x.assign_sub(rate * slope)
    return float(x)


@mistake(
    "it does not move from a whole number",
    "From 3.0 it works, from 3 it stays at 3, without an error: a missing slope was taken for a slope of 0. The error "
    "was better.",
)
def none_is_zero(function, start, rate, steps):
    x = tf.Variable(start)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            y = function(x)
        slope = tape.gradient(y, x)
        if slope is not None:
            x.assign_sub(rate * slope)
    return float(x)


# Probes


def observe_search(candidate, function, start, rate, steps):
    return forms.number(candidate(function, start, rate, steps))


def observe(candidate):
    def parabola(x):
        return (x - 1) ** 2

    return {
        "from 3.0, two steps": observe_search(candidate, parabola, 3.0, 0.1, 2),
        "from 3, two steps": observe_search(candidate, parabola, 3, 0.1, 2),
        "from -2, four steps": observe_search(candidate, parabola, -2, 0.2, 4),
    }


def second(candidate):
    def cubic(x):
        return x * x * x - x

    return {
        "from 1": observe_search(candidate, cubic, 1, 0.05, 3),
        "from NumPy's 2": observe_search(candidate, cubic, np.int64(2), 0.01, 2),
    }


EXERCISE = Case(
    id="C1.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=lowest,
    starter=lowest_broken,
    trap=4,
    culprits="A",
    suspects=SUSPECTS,
    alternatives=(lowest_with_dtype, lowest_watched),
    mistakes=(cast_later, none_is_zero),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
