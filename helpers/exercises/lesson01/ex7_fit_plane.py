"""01.7 A plane for real measurements."""

import functools

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_diabetes

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "A plane for real measurements"
TASK = """
Now real numbers. scikit-learn's table `load_diabetes` describes 442 people with diabetes, each by a few measurements
and by how far the disease had come a year later, as a number from 25 to 346. Two of the measurements are the body mass
index, from 18 to 42, and the blood pressure, from 62 to 133. You get them for 300 people. (This is an exercise about
descent, and no medical advice.)

Write `fit_plane(bmi, pressure, progression)`: by tape and gradient descent it finds the three numbers of

`prediction = w_bmi * bmi + w_pressure * pressure + b`

for which the mean squared error over the 300 people is lowest, and returns them: `w_bmi`, `w_pressure` and `b`, in this
order, as a tuple, a list or a tensor of shape `(3,)`. They belong to `bmi` and `pressure` **as they were given**,
whatever you do to these on the way.

For such a plane algebra knows the bottom of the valley. On the 142 other people, which your function does not get,
your predictions may be **at most 0.5** away from those of the lowest plane (the root of the mean squared distance). The
number of steps is yours; a few hundred are enough.
"""
HINTS = (
    "Print the loss and the three numbers every hundred steps. If the loss explodes, the rate is too large for the "
    "steepest direction. If it does not, and `b` hardly moves, read again what lesson 01 says of inputs of 1000 and 1.",
    "Descend with inputs of one scale: from each column subtract its mean, then divide it by a number that brings it "
    "between about −3 and 3. The loop then takes a rate of 0.1.",
    "With `x = (bmi - middle) / unit`, the term `w * x` is the same as `w / unit * bmi - w / unit * middle`: a slope "
    "of `w / unit`, and a constant that belongs to `b`.",
)


def fit_plane(bmi, pressure, progression):
    """Fit a plane to real measurements by gradient descent on the mean squared error.

    Args:
        bmi: body mass indices, from 18 to 42, a float32 tensor of shape (n,).
        pressure: blood pressures of the same people, from 62 to 133, a float32 tensor of shape (n,).
        progression: what is to be predicted, from 25 to 346, a float32 tensor of shape (n,).

    Returns:
        w_bmi, w_pressure, b: three numbers, for which w_bmi * bmi + w_pressure * pressure + b predicts `progression`.
    """
    # one scale for both: the middle becomes 0, and most people lie between -2 and 2
    middle_bmi, middle_pressure = tf.reduce_mean(bmi), tf.reduce_mean(pressure)
    x_bmi, x_pressure = (bmi - middle_bmi) / 5, (pressure - middle_pressure) / 15
    w_bmi, w_pressure, b = tf.Variable(0.0), tf.Variable(0.0), tf.Variable(0.0)
    for _ in range(200):
        with tf.GradientTape() as tape:
            prediction = w_bmi * x_bmi + w_pressure * x_pressure + b
            loss = tf.reduce_mean((prediction - progression) ** 2)
        gradients = tape.gradient(loss, [w_bmi, w_pressure, b])
        for variable, gradient in zip([w_bmi, w_pressure, b], gradients):
            variable.assign_sub(0.2 * gradient)
    # the same plane, for the columns as they were given
    per_bmi, per_pressure = w_bmi / 5, w_pressure / 15
    return per_bmi, per_pressure, b - per_bmi * middle_bmi - per_pressure * middle_pressure


# What a learner starts with


def fit_plane_with_gaps(bmi, pressure, progression):
    # bring both columns to one scale
    ...
    # three Variables, and a loop: loss, gradients, update
    ...
    # the same plane for `bmi` and `pressure` as they were given
    w_bmi, w_pressure, b = ..., ..., ...
    return w_bmi, w_pressure, b


NOTE = (
    "A plane that is stuck half way looks harmless: its mean squared error is only a tenth or two above the lowest. "
    "But it can have the sign of a slope wrong, and then it says that a high pressure does good."
)
EXPLANATION = (
    "With the columns as given, the valley is far too long: near 26 and 95, a little less of both slopes and a little "
    "more of `b` is almost the same plane. With inputs around 0, `b` is alone responsible for the mean, and the valley "
    "is nearly round. What was done to the inputs is then undone in the three numbers."
)


# Other right answers


def plane_from_the_middle(bmi, pressure, progression):
    """Only centered; each slope has a rate of its own, since one is steeper than the other."""
    middles = [tf.reduce_mean(column) for column in (bmi, pressure)]
    w_bmi, w_pressure, b = variables = [tf.Variable(0.0), tf.Variable(0.0), tf.Variable(100.0)]
    for _ in range(120):
        with tf.GradientTape() as tape:
            errors = w_bmi * (bmi - middles[0]) + w_pressure * (pressure - middles[1]) + b - progression
            loss = tf.reduce_mean(tf.square(errors))
        for variable, rate, slope in zip(variables, (0.01, 0.001, 0.2), tape.gradient(loss, variables)):
            variable.assign_sub(rate * slope)
    return [w_bmi, w_pressure, b - w_bmi * middles[0] - w_pressure * middles[1]]


def plane_by_optimizer(bmi, pressure, progression):
    columns = tf.stack([bmi, pressure], axis=1)
    middle, unit = np.mean(columns, axis=0), np.std(columns, axis=0)
    weights, b = tf.Variable([0.0, 0.0]), tf.Variable(0.0)
    optimizer = keras.optimizers.SGD(0.3)
    for _ in range(100):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((tf.linalg.matvec((columns - middle) / unit, weights) + b - progression) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, [weights, b]), [weights, b]))
    slopes = weights.numpy() / unit
    return np.append(slopes, b.numpy() - slopes @ middle)


# Mistakes


def lowest_plane(bmi, pressure, progression):
    """Return the three numbers that algebra finds, float64."""
    columns = np.stack([bmi, pressure, np.ones(len(bmi))], axis=1).astype("float64")
    return np.linalg.lstsq(columns, np.asarray(progression, "float64"), rcond=None)[0]


@mistake(
    "thrown out of the valley",
    "The numbers are no numbers anymore: each step landed farther away than the one before. For inputs near 95 the "
    "loss is about 95² times as steep along their slope as along `b`, and a rate of 0.1 is far too large. So is any "
    "rate if the loss is the *sum* of 300 squared errors. Take the mean, and bring the inputs to one scale.",
)
def thrown_out(bmi, pressure, progression):
    return [np.nan, np.nan, np.nan]


@mistake(
    "stuck in the valley",
    "On average the predictions are right, but `b` is still near its start, and the slopes make up for it as well as "
    "they can. Along this valley a step is tiny: the inputs are near 26 and 95, and a rate that is small enough for "
    "their slopes takes 10,000 steps to move `b` by 10. More steps will not do; bring the inputs to one scale first.",
)
def stuck(bmi, pressure, progression):
    columns = np.stack([bmi, pressure], axis=1)
    return [*np.linalg.lstsq(columns, np.asarray(progression), rcond=None)[0], 0.0]


@mistake(
    "the loop ends too early",
    "On average the predictions are far too low: the three numbers are still on their way up from where they began. "
    "Take more steps, or a larger rate. What does the loss do in the last ten steps?",
)
def too_early(bmi, pressure, progression):
    return 0.5 * lowest_plane(bmi, pressure, progression)


@mistake(
    "the plane of the scaled inputs",
    "The predictions are far too high, and both slopes are too large for a plane over `bmi` and `pressure`: they "
    "belong to the scaled columns, whose unit is larger. Undo the scaling in the three numbers: divide each slope by "
    "what its column was divided by, and take from `b` what the slopes now add at the middle.",
)
def of_scaled_inputs(bmi, pressure, progression):
    columns = [(column - np.mean(column)) / np.std(column) for column in (bmi, pressure)]
    return lowest_plane(*columns, progression)


@mistake(
    "the right slopes, and a b that does not belong to them",
    "Both slopes are right, but the predictions are too high or too low by far, all by the same amount. So it is `b`. "
    "If you subtracted the middles: at the middle, a scaled input is 0, so its `b` is the prediction *there*. Over the "
    "inputs as given, the slopes add `w_bmi * middle_bmi + w_pressure * middle_pressure` at this place; `b` has to "
    "take that away again.",
)
def b_of_centered_inputs(bmi, pressure, progression):
    *slopes, _ = lowest_plane(bmi, pressure, progression)
    return [*slopes, np.mean(progression)]


# Probes


@functools.cache
def people(seed):
    """Return body mass index, pressure and progression of 300 people and of the 142 others, float32, by chance."""
    measured, progression = load_diabetes(return_X_y=True, scaled=False)
    columns = np.stack([measured[:, 2], measured[:, 3], progression]).astype("float32")
    order = np.random.default_rng(seed).permutation(len(progression))
    return columns[:, order[:300]], columns[:, order[300:]]


def observe(candidate, seed=0):
    known, (bmi, pressure, _) = people(seed)
    returned = candidate(*(tf.constant(column) for column in known))
    plane = forms.numbers(returned)
    if isinstance(plane, str) or plane.shape != (3,):
        return {"what came back": forms.in_words(returned)}
    found = {"what came back": "three numbers", "all three are finite": bool(np.all(np.isfinite(plane)))}
    if not found["all three are finite"]:
        return found
    lowest = lowest_plane(*known)
    distances = (plane - lowest) @ np.stack([bmi, pressure, np.ones(len(bmi))])
    found["distance from the lowest plane's predictions, on new people"] = np.sqrt(np.mean(distances**2))
    # the known mistakes are off by 100 and more, or by less than 12
    level = "too high" if distances.mean() > 30 else "too low" if distances.mean() < -30 else "right"
    slopes_are_right = np.allclose(plane[:2], lowest[:2], rtol=0.2)
    if level == "right":
        found["b has left 0"] = bool(abs(plane[2]) > 10)
    elif slopes_are_right:
        level = "far off, all by the same"
    elif np.all(plane[:2] > 1.5 * lowest[:2]):
        level += ", with both slopes too large"
    return found | {"on average, the predictions are": level}


EXERCISE = Exercise(
    id="01.7",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=fit_plane,
    starter=fit_plane_with_gaps,
    alternatives=(plane_from_the_middle, plane_by_optimizer),
    mistakes=(thrown_out, stuck, too_early, of_scaled_inputs, b_of_centered_inputs),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=1),
    target={"distance from the lowest plane's predictions, on new people": (None, 0.5)},
    note=NOTE,
    explanation=EXPLANATION,
)
