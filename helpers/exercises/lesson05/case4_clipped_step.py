"""C5.4 The limit is 1, and the steps are longer and bent."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Case, mistake

TITLE = "The limit is 1, and the steps are longer and bent"
TASK = """A report says that the gradient was clipped to a length of 1. With plain gradient descent at a rate of 1, each
step should then be at most 1 long. Measured, it is longer, and it does not point where the gradient points. Which line
is it?"""
HINTS = (
    "The length of a step is that of all variables together: the square root of the sum of all squares. Which line "
    "looks at all variables together?",
    "Two gradients of length 1 are together of length 1.41; and if one of them was shortened and the other was not, "
    "the whole has turned. One factor for all keeps the direction.",
)


def clipped_step(model, optimizer, loss_fn, features, labels, limit):
    """Take one step, with a gradient whose global norm is at most `limit`; return the loss, a float.

    Args:
        model: a built model. The direction of its gradient, all variables together, must stay.
        optimizer: a keras optimizer without clipping of its own.
        loss_fn: (labels, outputs) -> mean loss, a scalar.
        limit: a number above 0; a gradient that is not longer stays as it is.
    """
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    gradients, _ = tf.clip_by_global_norm(gradients, limit)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return float(loss)


# What a learner starts with


def clipped_step_broken(model, optimizer, loss_fn, features, labels, limit):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))  # A
    gradients = tape.gradient(loss, model.trainable_variables)  # B
    gradients = [tf.clip_by_norm(gradient, limit) for gradient in gradients]  # C
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # D
    return float(loss)


SUSPECTS = {
    "A": "The forward pass and the loss, inside the tape. How long the gradient becomes is not decided here.",
    "B": "One gradient for each variable, and all of them belong to one arrow. So far it has its right direction.",
    "C": "Each variable has a limit of its own here: long gradients are shortened, short ones are not, and together "
    "they may still be longer than the limit.",
    "D": "Gradients and variables in the same order; the optimizer does what it is told.",
}
NOTE = (
    "In Keras's optimizers `global_clipnorm=` is the one that keeps the direction; `clipnorm=` clips variable by "
    "variable. Neither is visible in a loss curve, which is why it pays to measure one step."
)
EXPLANATION = (
    "`tf.clip_by_global_norm` takes the length of all gradients together and multiplies all of them by the same "
    "factor. It returns that length as well, for a curve of its own."
)


# Other right answers


def clipped_by_hand(model, optimizer, loss_fn, features, labels, limit):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    factor = tf.minimum(1.0, limit / tf.linalg.global_norm(gradients))
    optimizer.apply_gradients([(factor * g, v) for g, v in zip(gradients, model.trainable_variables)])
    return float(loss)


# Mends that do not mend


def step_with(change):
    """Return a step that changes the list of gradients in some way."""

    def step(model, optimizer, loss_fn, features, labels, limit):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = change(tape.gradient(loss, model.trainable_variables), limit)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return float(loss)

    return step


each_number = mistake(
    "each number clipped by itself",
    "`tf.clip_by_value` cuts every single number of the gradient, which bends it even more, and with many numbers the "
    "whole is still longer than the limit.",
)(step_with(lambda gradients, limit: [tf.clip_by_value(g, -limit, limit) for g in gradients]))

always_scaled = mistake(
    "short gradients are stretched",
    "The direction is right now. But a gradient that was shorter than the limit is as long as the limit afterwards, so "
    "training never comes to rest. The factor must never be above 1.",
)(step_with(lambda gradients, limit: [g * limit / tf.linalg.global_norm(gradients) for g in gradients]))

not_at_all = mistake(
    "nothing is clipped",
    "The direction is right, and the length is that of the gradient, whatever the limit says.",
)(step_with(lambda gradients, limit: gradients))


# Probes


def observe(candidate, scale=1.0):
    measured = {}
    for name, limit in {"limit below": 0.5, "limit above": 1000.0, "limit between": 2.0}.items():
        layer = keras.layers.Dense(1, kernel_initializer=keras.initializers.Constant(0.5))
        model = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization(), layer])
        features, labels = (
            tf.constant([[1.0, -3.0], [2.0, 1.0], [0.0, 4.0]]),
            scale * tf.constant([[3.0], [-1.0], [7.0]]),
        )
        before = [variable.numpy() for variable in model.trainable_variables]
        loss = candidate(model, keras.optimizers.SGD(1.0), keras.losses.MeanSquaredError(), features, labels, limit)
        ways = [old - new.numpy() for old, new in zip(before, model.trainable_variables)]
        way = np.concatenate([np.ravel(part) for part in ways])
        measured |= {
            f"length of the step, {name}": float(np.linalg.norm(way)),
            f"the step, {name}": way,
            f"loss, {name}": float(loss),
            f"moving mean, {name}": model.layers[0].moving_mean.numpy(),
        }
    return measured


EXERCISE = Case(
    id="C5.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=clipped_step,
    starter=clipped_step_broken,
    trap=35,
    culprits="C",
    suspects=SUSPECTS,
    alternatives=(clipped_by_hand,),
    mistakes=(each_number, always_scaled, not_at_all),
    observe=observe,
    second=lambda candidate: observe(candidate, scale=1.7),
    note=NOTE,
    explanation=EXPLANATION,
)
