"""C6.2 A penalty ten times as large changes nothing."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson06.shared import small_batch

TITLE = "A penalty ten times as large changes nothing"
TASK = """\
Somebody tries L2 penalties of 0.01, 0.1 and 1, and adds `model.losses` to the loss as the lesson says. All three runs
end with the same weights, to the last digit. Which line is it?"""
HINTS = (
    "Print `model.losses` in the loop. How many entries does it have, and how many should it have?",
    "When does a layer make its kernel, and when must it know what goes with it?",
    "`keras.layers.Dense(1, kernel_regularizer=...)` tells it in time.",
)


def train_with_penalty(features, labels, loss_fn, factor, steps):
    """Train one Dense layer with an L2 penalty on its kernel, which begins with ones; return the model.

    Args:
        features, labels: the one batch for all steps, float32 (B, columns) and (B, 1).
        loss_fn: loss_fn(labels, outputs) is the mean loss of the rows.
        factor: that of the penalty, factor * sum of the squared weights.
        steps: how many steps of plain gradient descent at rate 0.1.
    """
    penalty = keras.regularizers.L2(factor)
    layer = keras.layers.Dense(1, kernel_initializer="ones", kernel_regularizer=penalty)  # A
    model = keras.Sequential([keras.Input((features.shape[1],)), layer])  # B
    optimizer = keras.optimizers.SGD(0.1)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)  # D
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return model


def train_with_penalty_broken(features, labels, loss_fn, factor, steps):
    layer = keras.layers.Dense(1, kernel_initializer="ones")  # A
    model = keras.Sequential([keras.Input((features.shape[1],)), layer])  # B
    layer.kernel_regularizer = keras.regularizers.L2(factor)  # C
    optimizer = keras.optimizers.SGD(0.1)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)  # D
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return model


NOTE = (
    "One line would have told: `assert model.losses`. A penalty that is there is worth a look, too: print it beside "
    "the loss, and see whether it is a small part of it or nearly all."
)
EXPLANATION = (
    "A layer hands its penalty to the kernel when it makes the kernel, and it does that when it is built, here as soon "
    "as the model is made. Whatever comes to the layer later is only an attribute that nobody reads."
)


def penalty_by_hand(features, labels, loss_fn, factor, steps):
    layer = keras.layers.Dense(1, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((features.shape[1],)), layer])
    optimizer = keras.optimizers.SGD(0.1)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True)) + factor * tf.reduce_sum(layer.kernel**2)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return model


def trained(features, labels, loss_fn, factor, steps, bias_factor=0.0):
    kernel, bias = (keras.regularizers.L2(each) for each in (factor, bias_factor))
    layer = keras.layers.Dense(1, kernel_initializer="ones", kernel_regularizer=kernel, bias_regularizer=bias)
    model = keras.Sequential([keras.Input((features.shape[1],)), layer])
    optimizer = keras.optimizers.SGD(0.1)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return model


@mistake(
    "still no penalty",
    "The weights are those of a run without a penalty. A layer takes its penalty along only while it is being built; "
    "neither an attribute that is set later nor a second call of the model changes that.",
)
def still_none(features, labels, loss_fn, factor, steps):
    return trained(features, labels, loss_fn, 0.0, steps)


@mistake(
    "the penalty counts twice",
    "There is a penalty now, and its pull is twice what it should be: it comes from `model.losses`, and a second time "
    "by hand. Keep one of them.",
)
def twice(features, labels, loss_fn, factor, steps):
    return trained(features, labels, loss_fn, 2 * factor, steps)


@mistake(
    "a penalty on the bias as well",
    "The bias is smaller than it should be: it has got a penalty, too. The task puts one on the kernel only.",
)
def bias_too(features, labels, loss_fn, factor, steps):
    return trained(features, labels, loss_fn, factor, steps, bias_factor=factor)


def observe(candidate, factors=(0.0, 0.05, 0.5), seed=2):
    features, labels = small_batch(seed)
    loss_fn, found = keras.losses.BinaryCrossentropy(from_logits=True), {}
    for factor in factors:
        keras.utils.set_random_seed(0)
        model = candidate(features, labels, loss_fn, factor, 5)
        if not isinstance(model, keras.Model):
            return {"what came back": type(model).__name__}
        weights = model.get_weights()
        found[f"kernel and bias with a penalty of {factor}"] = np.concatenate([np.ravel(weight) for weight in weights])
    return {"what came back": "a model"} | found


EXERCISE = Case(
    id="C6.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_with_penalty,
    starter=train_with_penalty_broken,
    alternatives=(penalty_by_hand,),
    mistakes=(still_none, twice, bias_too),
    observe=observe,
    second=lambda candidate: observe(candidate, factors=(0.2, 1.0), seed=5),
    note=NOTE,
    explanation=EXPLANATION,
    trap=55,
    culprits="C",
    suspects={
        "A": "The layer begins with ones, so that runs can be compared. It does not know of a penalty yet; is it too "
        "late for that?",
        "B": "This makes the model, and with it the layer's kernel.",
        "C": "This comes too late. The kernel was made one line above, and the layer does not look at its attribute "
        "again; `model.losses` stays empty.",
        "D": "This adds what is in `model.losses`, inside the tape, as it should. Adding up an empty list gives 0.",
        "E": "It moves all variables by the gradient of the loss, whatever that consists of.",
    },
)
