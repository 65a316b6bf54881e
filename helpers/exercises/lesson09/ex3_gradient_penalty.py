"""09.3 The slope of a slope."""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson09.shared import bce, flat, real_and_noise, slope_of, small_networks

TITLE = "The slope of a slope"
TASK = """
A discriminator whose logit leaps up near each real picture is hard to please. So it is made to be gentle there: its
loss gets a penalty. Write `gradient_penalty(discriminator, real)`. For each real picture, take the slope of its logit
with respect to its *pixels*, a list as long as the picture, and of that the squared length, the sum of the squares.
Return the mean of that over the pictures. You need a tape of your own inside the function, and `tape.watch(real)`: a
tape sees variables by itself, and pixels are none. One picture's logit does not depend on another's pixels.

The penalty stands in the discriminator's loss, under the tape of the step: `d_loss + 10 * gradient_penalty(...)`. So it
is itself a slope, and a slope is taken of *it*, with respect to the weights. The check calls your function under such a
tape, and measures the same slope once more without one: it moves the weights a little to both sides, as the
check of exercise `01.2` does.
"""
HINTS = (
    "You need a tape of your own inside the function. What does it have to watch, since pictures are no variables?",
    "The logits of the pictures do not touch each other, so the gradient of their *sum* has in row i the slope of "
    "logit i alone. `tape.gradient(logits, real)` takes the gradient of a sum without being asked.",
    "Stay with TensorFlow's operations up to the end. Whatever is a NumPy array is a constant to the outer tape.",
)


def gradient_penalty(discriminator, real):
    """Return the mean squared length of the slope of each picture's logit with respect to its pixels, float32 scalar.

    Args:
        discriminator: a built Keras model; it gives pictures a logit each, (B, 1).
        real: pictures, a float32 tensor (B, pixels).
    """
    with tf.GradientTape() as tape:
        tape.watch(real)
        logits = discriminator(real, training=True)
    slopes = tape.gradient(logits, real)
    return tf.reduce_mean(tf.reduce_sum(slopes**2, axis=1))


NOTE = (
    "This one is known as R1, by Mescheder, Geiger and Nowozin (2018, arXiv 1801.04406). The older one of Gulrajani "
    "and others (2017, arXiv 1704.00028) asks at points between real and drawn pictures for a length of 1. It needs "
    "the root, whose slope at 0 is infinite."
)
EXPLANATION = (
    "The inner tape computes slopes with operations like any others, and the outer tape records these operations, so "
    "it can differentiate them again. Nothing has to be asked for; it only must not be interrupted."
)


# Other right answers


def by_batch_jacobian(discriminator, real):
    with tf.GradientTape() as tape:
        tape.watch(real)
        logits = discriminator(real)
    slopes = tape.batch_jacobian(logits, real)[:, 0]
    return tf.reduce_sum(tf.norm(slopes, axis=1) ** 2) / len(real)


# Mistakes


def slopes_of(discriminator, real, of=tf.identity):
    """Return the slopes, with respect to the pixels, of whatever `of` makes of the logits."""
    with tf.GradientTape() as tape:
        tape.watch(real)
        result = of(discriminator(real))
    return tape.gradient(result, real)


def mean_square(slopes):
    return tf.reduce_mean(tf.reduce_sum(slopes**2, axis=1))


@mistake(
    "a penalty without a slope",
    "The number is right, but no slope of it reaches the weights, so it would be printed and change nothing. On the "
    "way it left TensorFlow or was stopped: `.numpy()`, `float`, a NumPy function, `tf.stop_gradient`, or small steps "
    "in place of a tape.",
)
def without_slope(discriminator, real):
    return mean_square(tf.stop_gradient(slopes_of(discriminator, real)))


@mistake(
    "lengths that are not squared",
    "This is the mean length. Asked for is the mean of the squared lengths; besides, the root has an infinite slope "
    "where a length is 0.",
)
def not_squared(discriminator, real):
    return tf.reduce_mean(tf.norm(slopes_of(discriminator, real), axis=1))


@mistake(
    "a length of 1 is asked for",
    "That is another penalty, (length − 1) squared, which holds the slopes at 1. Here they are to be small.",
)
def length_of_one(discriminator, real):
    return tf.reduce_mean((tf.norm(slopes_of(discriminator, real), axis=1) - 1) ** 2)


@mistake(
    "a sum over the pictures",
    "The penalty grows with the number of pictures. Sum over the pixels, and take the mean over the pictures.",
)
def sum_over_pictures(discriminator, real):
    return tf.reduce_sum(slopes_of(discriminator, real) ** 2)


@mistake(
    "a mean over the pixels",
    "Too small by the number of pixels: the squares were averaged over all pixels of all pictures. The squared length "
    "of a slope is their sum.",
)
def mean_over_pixels(discriminator, real):
    return tf.reduce_mean(slopes_of(discriminator, real) ** 2)


@mistake(
    "the slopes of the mean",
    "Far too small: the slope was taken of the mean of the logits, in which each picture counts one B-th. Take it of "
    "the logits, or of their sum.",
)
def of_the_mean(discriminator, real):
    return mean_square(slopes_of(discriminator, real, tf.reduce_mean))


@mistake(
    "the slopes of the probability",
    "Too small, and smallest where the discriminator is sure: the slope was taken of the sigmoid. Take that of the "
    "logit.",
)
def of_the_probability(discriminator, real):
    return mean_square(slopes_of(discriminator, real, tf.sigmoid))


@mistake(
    "the slopes of the loss",
    "The slope was taken of the loss. The penalty is about the logit, whatever is made of it later.",
)
def of_the_loss(discriminator, real):
    return mean_square(slopes_of(discriminator, real, lambda logits: bce(tf.ones_like(logits), logits)))


@mistake(
    "the slopes of the weights",
    "The slope was taken with respect to the weights. They are what the penalty will move; its slopes are those along "
    "the pixels: watch `real`, and ask the tape for the gradient with respect to it.",
)
def of_the_weights(discriminator, real):
    with tf.GradientTape() as tape:
        logits = discriminator(real)
    slopes = tape.gradient(logits, discriminator.trainable_variables)
    return tf.add_n([tf.reduce_sum(slope**2) for slope in slopes])


# Probes


def observe(candidate, seed=1, rows=4):
    _, discriminator = small_networks(seed)
    real, _ = real_and_noise(seed, rows)
    variables = discriminator.trainable_variables
    with tf.GradientTape() as tape:
        penalty = candidate(discriminator, real)
    found = {"penalty": forms.number(penalty)}
    if isinstance(found["penalty"], str):
        return found
    found["penalty of two of the pictures"] = forms.number(candidate(discriminator, real[:2]))
    found["slope of the penalty, by the tape"] = slope = slope_of(tape, penalty, variables)
    by_tape = 0.0 if isinstance(slope, str) else float(slope @ flat(variables))
    by_steps = slope_by_steps(lambda: float(candidate(discriminator, real)), variables)
    return found | {"small steps find the same slope": bool(abs(by_tape - by_steps) < 0.02 * (0.1 + abs(by_steps)))}


def slope_by_steps(function, variables, step=1e-2):
    """Return how fast a number rises as all variables grow, each at the rate of its own size; by central difference."""
    before, values = [variable.numpy() for variable in variables], []
    for factor in (1 + step, 1 - step):
        for variable, value in zip(variables, before):
            variable.assign(factor * value)
        values.append(function())
    for variable, value in zip(variables, before):
        variable.assign(value)
    return (values[0] - values[1]) / (2 * step)


EXERCISE = Exercise(
    id="09.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=gradient_penalty,
    alternatives=(by_batch_jacobian,),
    mistakes=(
        without_slope,
        not_squared,
        length_of_one,
        sum_over_pictures,
        mean_over_pixels,
        of_the_mean,
        of_the_probability,
        of_the_loss,
        of_the_weights,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=2, rows=5),
    note=NOTE,
    explanation=EXPLANATION,
)
