"""05.4 What Dropout, BatchNorm and L2 need."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, Mistake, mistake

TITLE = "What Dropout, BatchNorm and L2 need"
TASK = """
The function below takes one training step and then measures the validation batch. It was written for a plain model. Now
the model has Dropout, BatchNorm and L2 penalties, and the function still runs, but it lacks what these need.

Mend it, so that weights, moving statistics and both losses are those of `model.train_on_batch(...)` followed by
`model.test_on_batch(...)`. Measuring must change nothing. Both losses contain the penalties. A model without any
penalty must be accepted, too.
"""
HINTS = (
    "Two things are missing, each in more than one place. Look at the lesson's table of Dropout, BatchNorm and L2: "
    "what does each need in the loop?",
    "Each call of the model needs to be told whether it is training.",
    "The penalty waits in `model.losses`; to pull at the weights it must be part of the loss before the tape ends. "
    "`sum(...)` of an empty list is 0.",
)


def train_and_measure(model, optimizer, loss_fn, train_batch, val_batch):
    """Take one step on the training batch, then measure the validation batch; return both losses, two floats.

    The losses are those of `train_on_batch` and `test_on_batch`, penalties included.

    Args:
        model: a built model; it may have Dropout, BatchNorm and penalties.
        loss_fn: (labels, logits) -> mean loss of the rows, a scalar.
        train_batch, val_batch: (features, labels), float32 (B, columns) and int32 (B,).
    """
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False)) + sum(model.losses)
    return float(loss), float(val_loss)


# What a learner starts with


def train_and_measure_starter(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features))
    return float(loss), float(val_loss)


NOTE = (
    "The check compares with your function run three times in a row. Dropout that is used once too often, or a "
    "moving mean that has moved once too often, shows only in the rounds after."
)
EXPLANATION = (
    "`training=True` switches Dropout and BatchNorm on for the step, `training=False` off for measuring. "
    "`sum(model.losses)` inside the tape makes the penalty pull at the weights."
)


# Other right answers


def on_batch(model, optimizer, loss_fn, train_batch, val_batch):
    model.compile(optimizer, loss_fn, run_eagerly=True)
    loss = model.train_on_batch(*train_batch)
    model.reset_metrics()
    return float(loss), float(model.test_on_batch(*val_batch))


# Mistakes


def measure_with(
    model, optimizer, loss_fn, train_batch, val_batch, training=True, val_training=False, penalty=True, val_penalty=True
):
    """The step of the wrong answers, each of which turns one screw of it; `training=None` is a call without the "
    "word."""
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=training))
        loss += sum(model.losses) if penalty else 0.0
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=val_training))
    val_loss += sum(model.losses) if val_penalty else 0.0
    return float(loss), float(val_loss)


@mistake(
    "`training=` left out in the step",
    "BatchNorm's moving mean has not moved from 0, and Dropout has dropped nothing: outside `fit` a model that "
    "is called without the word assumes that it is being used, not trained. Say `training=True` in the step, "
    "with exactly this word.",
)
def training_left_out(*arguments):
    return measure_with(*arguments, training=None, val_training=None)


@mistake(
    "measured as if in training",
    "Measuring has changed the model: BatchNorm's moving mean has learned from the validation rows. The "
    "validation loss is also too noisy, since Dropout was at work. Say `training=False` where you measure.",
)
def training_left_on(*arguments):
    return measure_with(*arguments, val_training=True)


@mistake(
    "the penalty is left out",
    "The weights under L2 stay larger than they should, and both losses are too low. Nobody adds the penalty "
    "for us; it waits in `model.losses`.",
)
def penalty_left_out(*arguments):
    return measure_with(*arguments, penalty=False, val_penalty=False)


@mistake(
    "the penalty is outside the tape",
    "The penalty is in the loss that is returned, but the tape has not seen it, so it does not pull: the "
    "weights are those of a network without L2. `model.losses` is computed when it is asked for: ask inside "
    "the tape.",
)
def penalty_outside_the_tape(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    loss += sum(model.losses)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False)) + sum(model.losses)
    return float(loss), float(val_loss)


@mistake(
    "the penalty only in training",
    "The step is right, but the validation loss lacks the penalty, so the two losses cannot be compared. "
    "`test_on_batch` adds it there as well.",
)
def penalty_only_in_training(*arguments):
    return measure_with(*arguments, val_penalty=False)


TRAIN_AND_MEASURE_STARTER = Mistake(
    "neither `training=` nor the penalty",
    "BatchNorm's moving mean has not moved from 0, so the step did not know that it was training; and both "
    "losses lack the penalty. This is what the function did at the start.",
    train_and_measure_starter,
)


# Probes


def observe(candidate, seed=0, rows=7, val_rows=4):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, kernel_regularizer=keras.regularizers.L2(0.1))(inputs)
    hidden = keras.layers.BatchNormalization(momentum=0.9)(hidden)
    hidden = keras.layers.Dropout(0.5)(keras.layers.ReLU()(hidden))
    # a second penalty, or the mean of all would do as well as their sum
    model = keras.Model(inputs, keras.layers.Dense(3, bias_regularizer=keras.regularizers.L2(0.3))(hidden))
    optimizer = keras.optimizers.SGD(learning_rate=0.1)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rng = np.random.default_rng(seed)
    batches = [
        (tf.constant(rng.normal(1, 2, (n, 3)), tf.float32), tf.constant(np.arange(n) % 3, tf.int32))
        for n in (rows, val_rows)
    ]
    plain = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    plain_losses = candidate(plain, keras.optimizers.SGD(learning_rate=0.1), loss_fn, *batches)
    # three rounds, because a wrong place of Dropout or BatchNorm shows in what comes after it
    losses = np.array([candidate(model, optimizer, loss_fn, *batches) for _ in range(3)], "float64")
    return {
        "training loss of three rounds": losses[:, 0],
        "validation loss of three rounds": losses[:, 1],
        "moving mean of BatchNorm": model.layers[2].moving_mean.numpy(),
        "moving variance of BatchNorm": model.layers[2].moving_variance.numpy(),
        "norm of the weights under L2": float(np.linalg.norm(model.layers[1].kernel.numpy())),
        "both losses of a plain model": np.array(plain_losses, "float64"),
        "all trained weights": np.concatenate([np.ravel(weights) for weights in model.trainable_variables]),
    }


EXERCISE = Exercise(
    id="05.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_and_measure,
    starter=train_and_measure_starter,
    alternatives=(on_batch,),
    mistakes=(
        training_left_out,
        training_left_on,
        penalty_left_out,
        penalty_outside_the_tape,
        penalty_only_in_training,
        TRAIN_AND_MEASURE_STARTER,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=5, rows=10, val_rows=3),
    note=NOTE,
    explanation=EXPLANATION,
)
