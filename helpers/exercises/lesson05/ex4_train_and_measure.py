"""05.4 What Dropout, BatchNorm and L2 need."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, Mistake, mistake

TITLE = "What Dropout, BatchNorm and L2 need"
TASK = """
The function below takes one training step and then measures the validation batch. It was written for a plain model. Now
the model has Dropout, BatchNorm and L2 penalties, and the function still runs, but it lacks what these need.

Mend it, so that weights, moving statistics and both losses are those of `model.train_on_batch(...)` followed by
`model.test_on_batch(...)`. Measuring must change neither weights nor moving statistics nor Dropout's random numbers.
Both losses contain the penalties that the weights have at that moment. A model without any penalty must be accepted,
too. To compile the model is allowed.
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
        model: a built model; it may have Dropout, BatchNorm and L2 penalties on weights (no other penalties).
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


def penalty_outside_the_tape_with(model, optimizer, loss_fn, train_batch, val_batch, training):
    """The step of two wrong answers, which add the penalty when the tape has ended."""
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=training))
    gradients = tape.gradient(loss, model.trainable_variables)
    loss += sum(model.losses)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False)) + sum(model.losses)
    return float(loss), float(val_loss)


def measure_with(
    model, optimizer, loss_fn, train_batch, val_batch, training=True, val_training=False, penalty=True, val_penalty=True
):
    """The step of the wrong answers, each of which turns a screw of it; `training=None` is a call without the word."""
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
    "The penalties are there now. But BatchNorm's moving mean has not moved from 0, and Dropout has dropped nothing: "
    "outside `fit` a model that is called without the word assumes that it is being used, not trained. Say "
    "`training=True` in the step, with exactly this word.",
)
def training_left_out(*arguments):
    return measure_with(*arguments, training=None, val_training=None)


@mistake(
    "measured as if in training",
    "The step is right, and the penalties are there. But measuring has changed the model: BatchNorm's moving mean has "
    "learned from the validation rows. The validation loss is also too noisy, since Dropout was at work. Say "
    "`training=False` where you measure.",
)
def training_left_on(*arguments):
    return measure_with(*arguments, val_training=True)


@mistake(
    "the penalty is left out",
    "Dropout and BatchNorm have what they need now. But the weights under L2 stay larger than they should, and both "
    "losses are too low. Nobody adds the penalty for us; it waits in `model.losses`.",
)
def penalty_left_out(*arguments):
    return measure_with(*arguments, penalty=False, val_penalty=False)


@mistake(
    "the penalty is outside the tape",
    "The penalty is in the loss that is returned, but the tape has not seen it, so it does not pull: the "
    "weights are those of a network without L2. `model.losses` is computed when it is asked for: ask inside "
    "the tape.",
)
def penalty_outside_the_tape(*arguments):
    return penalty_outside_the_tape_with(*arguments, training=True)


@mistake(
    "the penalty only in training",
    "The step is right, but the validation loss lacks the penalty, so the two losses cannot be compared. "
    "`test_on_batch` adds it there as well.",
)
def penalty_only_in_training(*arguments):
    return measure_with(*arguments, val_penalty=False)


@mistake(
    "measured as if in training, and the penalty is left out",
    "The step now knows that it is training. But measuring does as well, and so it has changed BatchNorm's moving "
    "mean; there it is `training=False`. And both losses lack the penalty, which waits in `model.losses`.",
)
def left_on_without_penalty(*arguments):
    return measure_with(*arguments, val_training=True, penalty=False, val_penalty=False)


@mistake(
    "`training=` left out, and the penalty only in training",
    "The penalty now pulls at the weights. But the validation loss lacks it, and BatchNorm's moving mean has not moved "
    "from 0, so the step did not know that it was training: say `training=True` there.",
)
def left_out_and_penalty_only_in_training(*arguments):
    return measure_with(*arguments, training=None, val_training=None, val_penalty=False)


@mistake(
    "`training=` left out, and the penalty is outside the tape",
    "Both losses contain the penalty now. But the tape has not seen it, so it does not pull: ask for `model.losses` "
    "inside the tape. And BatchNorm's moving mean has not moved from 0, so the step did not know that it was training.",
)
def left_out_and_penalty_outside_the_tape(*arguments):
    return penalty_outside_the_tape_with(*arguments, training=None)


@mistake(
    "the validation loss has the old penalty",
    "The step is right. But the penalty in the validation loss is that of the weights before the step; they have moved "
    "since. `model.losses` is computed when it is asked for: ask again after the step.",
)
def old_penalty(model, optimizer, loss_fn, train_batch, val_batch):
    before = sum(model.losses)
    loss, val_loss = measure_with(model, optimizer, loss_fn, train_batch, val_batch, val_penalty=False)
    return loss, val_loss + float(before)


@mistake(
    "a model without penalties is refused",
    "`tf.add_n` needs at least one tensor, and `model.losses` of a plain model is an empty list. Use `sum(...)`, whose "
    "sum of nothing is 0, or add the penalties only if there are any.",
)
def empty_list_refused(model, optimizer, loss_fn, train_batch, val_batch):
    tf.add_n(model.losses)
    return measure_with(model, optimizer, loss_fn, train_batch, val_batch)


TRAIN_AND_MEASURE_STARTER = Mistake(
    "neither `training=` nor the penalty",
    "BatchNorm's moving mean has not moved from 0, so the step did not know that it was training; and both "
    "losses lack the penalty. This is what the function did at the start.",
    train_and_measure_starter,
)


# Probes


def form_of(losses):
    """Return what came back in words, "two numbers" if it is that, in a tuple, a list or an array."""
    return "two numbers" if np.shape(forms.numbers(losses)) == (2,) else forms.in_words(losses)


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
    losses = [candidate(model, optimizer, loss_fn, *batches) for _ in range(3)]
    came_back = {form_of(each) for each in [plain_losses, *losses]}
    measured = {"what came back": " or ".join(sorted(came_back))}
    if came_back == {"two numbers"}:
        losses = np.array([forms.numbers(each) for each in losses])
        measured |= {
            "training loss of three rounds": losses[:, 0],
            "validation loss of three rounds": losses[:, 1],
            "both losses of a plain model": forms.numbers(plain_losses),
        }
    return measured | {
        "moving mean of BatchNorm": model.layers[2].moving_mean.numpy(),
        "moving variance of BatchNorm": model.layers[2].moving_variance.numpy(),
        "norm of the weights under L2": float(np.linalg.norm(model.layers[1].kernel.numpy())),
        "all trained weights": np.concatenate([np.ravel(weights) for weights in model.trainable_variables]),
        "trained weights of a plain model": np.concatenate([np.ravel(weights) for weights in plain.get_weights()]),
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
        left_on_without_penalty,
        left_out_and_penalty_only_in_training,
        left_out_and_penalty_outside_the_tape,
        old_penalty,
        empty_list_refused,
        TRAIN_AND_MEASURE_STARTER,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=5, rows=10, val_rows=3),
    note=NOTE,
    explanation=EXPLANATION,
)
