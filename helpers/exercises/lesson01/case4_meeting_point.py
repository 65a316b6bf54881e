"""C1.4 The loss is finite, and then everything is NaN."""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "The loss is finite, and then everything is NaN"
TASK = """Five friends look for the place where the mean of their ways is shortest. From most starts the search arrives.
When it starts at the home of one of them, the first loss is an ordinary number, and after one step all is NaN ("not a
number"). Which line is it?"""
HINTS = (
    "The values are all finite, so look at slopes. Which operation has a slope that is infinite somewhere, and where?",
    "One of the distances is exactly 0. The slope of √s is 1 / (2 √s). What is that at 0, and what is it times 0?",
    "Keep what stands under the root away from 0, by an amount that changes no distance anybody would notice.",
)


def meeting_point(places, start, rate, steps):
    """Look for the place from which the mean distance to all places is smallest.

    Args:
        places: a float32 tensor of shape (n, 2).
        start: where to begin, two numbers; it may be one of the places.
        rate, steps: the learning rate, and how many steps to take.

    Returns:
        The place after the last step, a float32 array of shape (2,).
    """
    spot = tf.Variable(start)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            squares = tf.reduce_sum((places - spot) ** 2, axis=1)
            # the slope of the root is infinite at 0
            distances = tf.sqrt(squares + 1e-12)
            loss = tf.reduce_mean(distances)
        spot.assign_sub(rate * tape.gradient(loss, spot))
    return spot.numpy()


# What a learner starts with


def meeting_point_broken(places, start, rate, steps):
    spot = tf.Variable(start)  # A
    for _ in range(steps):
        with tf.GradientTape() as tape:
            squares = tf.reduce_sum((places - spot) ** 2, axis=1)  # B
            distances = tf.sqrt(squares)  # C
            loss = tf.reduce_mean(distances)  # D
        spot.assign_sub(rate * tape.gradient(loss, spot))  # E
    return spot.numpy()


SUSPECTS = {
    "A": "A Variable with two float numbers. Any start should do.",
    "B": "Squares of differences, added up along each row. Their slopes are finite everywhere; here one of them is 0.",
    "C": "The root of 0 is 0, but its slope there is infinite. On the way back that meets a slope of 0: ∞ · 0 is NaN.",
    "D": "A mean of finite numbers. Its slope is 1 / 5 for each.",
    "E": "It steps along the gradient, and the gradient is NaN already. One NaN among five makes the sum NaN.",
}
NOTE = (
    "`tf.norm` has the same root inside. In later lessons the same happens to a distance between two equal rows and to "
    "the standard deviation of a column that is constant. A finite loss says nothing about its gradient."
)
EXPLANATION = (
    "With 1e-12 under the root, the slope at 0 is large and finite, and times 0 it is 0: who stands at home feels no "
    "pull from there. A distance of 1 changes by less than float32 can tell."
)


# Other right answers


def meeting_point_at_least(places, start, rate, steps):
    spot = tf.Variable(start)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            squares = tf.reduce_sum(tf.square(places - spot), axis=1)
            loss = tf.reduce_mean(tf.sqrt(tf.maximum(squares, 1e-10)))
        spot.assign_sub(rate * tape.gradient(loss, spot))
    return spot.numpy()


def meeting_point_by_hand(places, start, rate, steps):
    spot = tf.constant(start)
    for _ in range(steps):
        ways = spot - places
        directions = tf.math.divide_no_nan(ways, tf.norm(ways, axis=1, keepdims=True))
        spot = spot - rate * tf.reduce_mean(directions, axis=0)
    return spot


# Mends that do not mend


@mistake(
    "still the slope of a root at 0",
    "Still NaN. `tf.norm` has the root inside; a small number *behind* the root, or `tf.where` on its result, changes "
    "the value and not its slope at 0. What stands *under* the root must not be 0.",
)
def norm(places, start, rate, steps):
    spot = tf.Variable(start)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.norm(places - spot, axis=1) + 1e-12)
        spot.assign_sub(rate * tape.gradient(loss, spot))
    return spot.numpy()


@mistake(
    "it stays at home",
    "No NaN anymore, and from a friend's home no step either. One NaN had made the whole gradient NaN, so where that "
    "is replaced by 0, the pull of the four others is lost as well.",
)
def replaced(places, start, rate, steps):
    spot = tf.Variable(start)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.norm(places - spot, axis=1))
        gradient = tape.gradient(loss, spot)
        spot.assign_sub(rate * tf.where(tf.math.is_nan(gradient), 0.0, gradient))
    return spot.numpy()


@mistake(
    "squares in place of distances",
    "It arrives, at another place: without the root the loss is the mean of the *squared* ways, and far friends count "
    "more than they should.",
)
def without_root(places, start, rate, steps):
    spot = tf.Variable(start)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.reduce_sum((places - spot) ** 2, axis=1))
        spot.assign_sub(rate * tape.gradient(loss, spot))
    return spot.numpy()


@mistake(
    "too much under the root",
    "No NaN anymore, but what was added under the root changes the distances themselves. 1e-12 is enough.",
)
def too_much(places, start, rate, steps):
    spot = tf.Variable(start)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            squares = tf.reduce_sum((places - spot) ** 2, axis=1)
            loss = tf.reduce_mean(tf.sqrt(squares + 1.0))
        spot.assign_sub(rate * tape.gradient(loss, spot))
    return spot.numpy()


# Probes

HOMES = [[0.0, 0.0], [4.0, 0.0], [0.0, 3.0], [5.0, 5.0], [1.0, 1.0]]


def observe_search(candidate, places, start, rate, steps):
    return forms.numbers(candidate(tf.constant(places), start, rate, steps))


def observe(candidate):
    return {
        "from (0, 0), a home, one step": observe_search(candidate, HOMES, [0.0, 0.0], 0.5, 1),
        "from (0, 0), a home, six steps": observe_search(candidate, HOMES, [0.0, 0.0], 0.5, 6),
        "from (3, 2), six steps": observe_search(candidate, HOMES, [3.0, 2.0], 0.5, 6),
    }


def second(candidate):
    places = [[-2.0, 1.0], [3.0, 3.0], [0.5, -4.0]]
    return {
        "from the second": observe_search(candidate, places, [3.0, 3.0], 0.4, 4),
        "from elsewhere": observe_search(candidate, places, [1.0, 0.0], 0.3, 3),
    }


EXERCISE = Case(
    id="C1.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=meeting_point,
    starter=meeting_point_broken,
    trap=51,
    culprits="C",
    suspects=SUSPECTS,
    alternatives=(meeting_point_at_least, meeting_point_by_hand),
    mistakes=(norm, replaced, without_root, too_much),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    tolerance=1e-4,
)
