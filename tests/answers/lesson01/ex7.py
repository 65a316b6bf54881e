"""Answers to 01.7."""

import numpy as np
import tensorflow as tf

from answers import right, wrong


def descend(x1, x2, targets, rate=0.1, steps=300, total=False):
    """Return where a plain descent from (0, 0, 0) ends, for inputs as they are."""
    w1, w2, b = tf.Variable(0.0), tf.Variable(0.0), tf.Variable(0.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            squares = (w1 * x1 + w2 * x2 + b - targets) ** 2
            loss = tf.reduce_sum(squares) if total else tf.reduce_mean(squares)
        for variable, gradient in zip([w1, w2, b], tape.gradient(loss, [w1, w2, b])):
            variable.assign_sub(rate * gradient)
    return float(w1), float(w2), float(b)


def standardized(column):
    return (column - np.mean(column)) / np.std(column)


@right("both columns from −1 to 1, by their extremes")
def by_extremes(bmi, pressure, progression):
    ranges = [(float(tf.reduce_min(column)), float(tf.reduce_max(column))) for column in (bmi, pressure)]
    columns = [2 * (c - low) / (high - low) - 1 for c, (low, high) in zip((bmi, pressure), ranges)]
    w1, w2, b = descend(*columns, progression, rate=0.3, steps=600)
    (low1, high1), (low2, high2) = ranges
    w1, w2 = 2 * w1 / (high1 - low1), 2 * w2 / (high2 - low2)
    return tf.constant([w1, w2, b - w1 * (low1 + high1) / 2 - w2 * (low2 + high2) / 2])


@right("guessed middles and units, since the task names the ranges")
def guessed_units(bmi, pressure, progression):
    w1, w2, b = descend((bmi - 27) / 5, (pressure - 95) / 14, progression)
    return w1 / 5, w2 / 14, b - w1 / 5 * 27 - w2 / 14 * 95


@right("the target centered too, the slopes first, b from the means")
def target_centered(bmi, pressure, progression):
    w1, w2, _ = descend(standardized(bmi), standardized(pressure), progression - np.mean(progression))
    slopes = w1 / np.std(bmi), w2 / np.std(pressure)
    return [*slopes, np.mean(progression) - slopes[0] * np.mean(bmi) - slopes[1] * np.mean(pressure)]


@wrong("the columns as they are, at the rate of the lesson", named="thrown out of the valley")
def as_given(bmi, pressure, progression):
    return descend(bmi, pressure, progression, rate=0.02, steps=50)


@wrong("scaled, but the sum of the squares", named="thrown out of the valley")
def summed(bmi, pressure, progression):
    return descend(standardized(bmi), standardized(pressure), progression, steps=50, total=True)


@wrong("the columns as they are, at a rate that does not explode", named="stuck in the valley")
def tiny_rate(bmi, pressure, progression):
    return descend(bmi, pressure, progression, rate=5e-5, steps=500)


@wrong("b is never changed", named="stuck in the valley")
def without_b(bmi, pressure, progression):
    w1, w2 = tf.Variable(0.0), tf.Variable(0.0)
    for _ in range(300):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w1 * bmi / 26 + w2 * pressure / 95 - progression) ** 2)
        for variable, gradient in zip([w1, w2], tape.gradient(loss, [w1, w2])):
            variable.assign_sub(0.3 * gradient)
    return w1 / 26, w2 / 95, 0.0


@wrong("scaled, and nothing undone", named="the plane of the scaled inputs")
def nothing_undone(bmi, pressure, progression):
    return descend(standardized(bmi), standardized(pressure), progression)


@wrong("the slopes divided, b left as it was", named="the right slopes, and a b that does not belong to them")
def b_not_undone(bmi, pressure, progression):
    w1, w2, b = descend(standardized(bmi), standardized(pressure), progression)
    return w1 / np.std(bmi), w2 / np.std(pressure), b


@wrong("what the slopes add at the middle, added to b", named="the right slopes, and a b that does not belong to them")
def wrong_sign(bmi, pressure, progression):
    w1, w2, b = descend(bmi - np.mean(bmi), pressure - np.mean(pressure), progression, rate=0.003)
    return w1, w2, b + w1 * np.mean(bmi) + w2 * np.mean(pressure)


@wrong("ten steps at a tenth of the rate", named="the loop ends too early")
def ten_steps(bmi, pressure, progression):
    w1, w2, b = descend((bmi - 27) / 5, (pressure - 95) / 14, progression, rate=0.01, steps=10)
    return w1 / 5, w2 / 14, b - w1 / 5 * 27 - w2 / 14 * 95


@wrong("the two slopes exchanged")
def exchanged(bmi, pressure, progression):
    w1, w2, b = descend((bmi - 27) / 5, (pressure - 95) / 14, progression)
    return w2 / 14, w1 / 5, b - w1 / 5 * 27 - w2 / 14 * 95


@wrong("the tape does not see the variables")
def outside(bmi, pressure, progression):
    w1, w2, b = tf.Variable(0.0), tf.Variable(0.0), tf.Variable(0.0)
    predictions = w1 * bmi + w2 * pressure + b
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((predictions - progression) ** 2)
    for variable, gradient in zip([w1, w2, b], tape.gradient(loss, [w1, w2, b])):
        variable.assign_sub(0.1 * gradient)
    return w1, w2, b
