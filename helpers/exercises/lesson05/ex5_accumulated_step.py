"""05.5 Many small batches, one step."""

import weakref

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Many small batches, one step"
TASK = """
A batch of the size you want does not fit into memory, so it comes in pieces, called micro-batches. Write
`accumulated_step(model, optimizer, loss_fn, micro_batches)`: it adds up gradients over the micro-batches and takes
*one* step, which is the same as if all rows had come in one batch. It returns the number of rows that took part.

The micro-batches are a list of pairs `(features, labels)`. They may have different sizes; none is empty. The model has
no Dropout, no BatchNorm and no penalties. Only one micro-batch fits into memory: no more may go through the model at
once, and since a tape keeps what went through the model, ask it for gradients before the next micro-batch goes through.
"""
HINTS = (
    "The loss of a micro-batch is the mean over *its* rows. What is its part in the mean over all rows?",
    "With 4, 4 and 1 rows, the parts are 4/9, 4/9 and 1/9 of each micro-batch's mean loss.",
    "Begin with a list of zeros, one for each variable; add each micro-batch's weighted gradients; call "
    "`apply_gradients` once, after the loop.",
)


def accumulated_step(model, optimizer, loss_fn, micro_batches):
    """Take one step, equal to that on all rows together, but never with more than one micro-batch in the model at once.

    Args:
        model: a built model without Dropout, BatchNorm and penalties; it puts out logits (B, 1).
        loss_fn: (labels, logits) -> mean loss of the rows, a scalar.
        micro_batches: a list of (features, labels), float32 (B, columns) and (B, 1); B ≥ 1 may differ.

    Returns:
        the number of rows that took part, an int.
    """
    n_rows = sum(len(labels) for _, labels in micro_batches)
    total = [0.0] * len(model.trainable_variables)
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            # the part of this micro-batch in the mean over all rows
            loss = loss_fn(labels, model(features, training=True)) * len(labels) / n_rows
        gradients = tape.gradient(loss, model.trainable_variables)
        total = [old + new for old, new in zip(total, gradients)]
    optimizer.apply_gradients(zip(total, model.trainable_variables))
    return n_rows


NOTE = (
    "Keras can accumulate by itself (`gradient_accumulation_steps=` in its optimizers), but it takes the plain "
    "mean, so a ragged last micro-batch counts too much. And with BatchNorm, accumulated is never quite the same "
    "as one large batch: each micro-batch is standardized by itself."
)
EXPLANATION = (
    "Each micro-batch's mean loss is multiplied by its part of the rows, so that the sum of the gradients "
    "is the gradient of the mean over all rows. The optimizer is called once, after the loop."
)


# Other right answers


def divided_at_the_end(model, optimizer, loss_fn, micro_batches):
    total, n_rows = [tf.zeros(variable.shape) for variable in model.trainable_variables], 0
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        total = [old + len(labels) * new for old, new in zip(total, gradients)]
        n_rows += len(labels)
    optimizer.apply_gradients([(sums / n_rows, variable) for sums, variable in zip(total, model.trainable_variables)])
    return n_rows


# Mistakes


def added_up(model, optimizer, loss_fn, micro_batches, factor):
    """The loop of the wrong answers, which multiply the loss of a micro-batch of n rows by factor(n)."""
    total = [0.0] * len(model.trainable_variables)
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True)) * factor(len(labels))
        gradients = tape.gradient(loss, model.trainable_variables)
        total = [old + new for old, new in zip(total, gradients)]
    optimizer.apply_gradients(zip(total, model.trainable_variables))
    return sum(len(labels) for _, labels in micro_batches)


@mistake(
    "a sum instead of a mean",
    "The step is too long, about as many times as there are micro-batches, and a micro-batch of one row has as "
    "much say as one of four. Each gradient is already a mean over its rows: weight it by its part of all rows "
    "before adding.",
)
def summed(model, optimizer, loss_fn, micro_batches):
    return added_up(model, optimizer, loss_fn, micro_batches, lambda n_rows: 1.0)


@mistake(
    "every micro-batch counts the same",
    "With equal sizes all is right. But a micro-batch of one row has as much say as one of four: its row "
    "counts four times as much as the others. Weight by the number of rows.",
)
def mean_of_micro_batches(model, optimizer, loss_fn, micro_batches):
    return added_up(model, optimizer, loss_fn, micro_batches, lambda n_rows: 1 / len(micro_batches))


@mistake(
    "an update for each micro-batch",
    "The optimizer was called for each micro-batch, so the weights had already moved when the next gradients "
    "were taken. Collect first; update once, after the loop.",
)
def update_each_time(model, optimizer, loss_fn, micro_batches):
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return sum(len(labels) for _, labels in micro_batches)


@mistake(
    "only the last micro-batch counts",
    "The step is that of the last micro-batch alone. Often because each one's gradients replace those of the one "
    "before, or because the sum is set to zero inside the loop. Begin with zeros before the loop, and add.",
)
def last_one_only(model, optimizer, loss_fn, micro_batches):
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return sum(len(labels) for _, labels in micro_batches)


@mistake(
    "the sum begins anew with each micro-batch",
    "Only the last micro-batch has a say: the step has its direction, but counts it by its part of all rows, which "
    "makes it too short. Often because the sum is set to zero inside the loop. Begin with zeros once, before it.",
)
def zeroed_in_the_loop(model, optimizer, loss_fn, micro_batches):
    n_rows = sum(len(labels) for _, labels in micro_batches)
    features, labels = micro_batches[-1]
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True)) * len(labels) / n_rows
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return n_rows


@mistake(
    "means, divided by the number of rows",
    "The step is too short. The gradients of a micro-batch are already a mean over its rows; without its number of "
    "rows as a factor they must not be divided by the number of all rows. Multiply by the rows of each first.",
)
def means_over_rows(model, optimizer, loss_fn, micro_batches):
    total_rows = sum(len(labels) for _, labels in micro_batches)
    return added_up(model, optimizer, loss_fn, micro_batches, lambda n_rows: 1 / total_rows)


@mistake(
    "the micro-batches are counted",
    "The step is the right one. But what is returned is the number of micro-batches, not that of the rows in them.",
)
def micro_batches_counted(model, optimizer, loss_fn, micro_batches):
    accumulated_step(model, optimizer, loss_fn, micro_batches)
    return len(micro_batches)


@mistake(
    "all rows at once",
    "The step is the right one, but all rows went through the model together, and for that there is no memory: "
    "this is what micro-batches are to avoid. One tape for each of them.",
)
def all_at_once(model, optimizer, loss_fn, micro_batches):
    features, labels = (tf.concat(parts, axis=0) for parts in zip(*micro_batches))
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return len(labels)


@mistake(
    "one tape for all micro-batches",
    "The step is the right one, and the micro-batches went through the model one by one. But the tape keeps "
    "what each of them left there until it is asked for gradients, so all rows were in memory together. One "
    "tape for each micro-batch.",
)
def one_tape(model, optimizer, loss_fn, micro_batches):
    n_rows, loss = sum(len(labels) for _, labels in micro_batches), 0.0
    with tf.GradientTape() as tape:
        for features, labels in micro_batches:
            loss += loss_fn(labels, model(features, training=True)) * len(labels) / n_rows
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return n_rows


@mistake(
    "not divided by the number of rows",
    "Each micro-batch counts by its rows, as it should. But the result is the sum over all rows, not the mean, "
    "so the step is as many times too long as there are rows.",
)
def never_divided(model, optimizer, loss_fn, micro_batches):
    return added_up(model, optimizer, loss_fn, micro_batches, lambda n_rows: n_rows)


# Probes


class Waiting(keras.layers.Layer):
    """Passes its input on, and notes the most rows in one call, and the most that tapes kept for gradients to come."""

    def __init__(self):
        super().__init__()
        self.most_at_once = self.most_waiting = self.waiting = 0

    def call(self, inputs):
        rows = inputs.shape[0] or 0
        if inputs.shape[0] is None:  # in a graph for any number of rows, only its run knows; to build a model runs none
            tf.py_function(self.note, [tf.shape(inputs)[0]], [])

        @tf.custom_gradient
        def pass_on(inputs):
            def gradient(upstream):
                no_longer()
                return upstream

            # called once: when the gradient is taken, or when no tape wants it anymore
            no_longer = weakref.finalize(gradient, self.release, rows)
            return tf.identity(inputs), gradient

        self.waiting += rows
        self.note(rows)
        self.most_waiting = max(self.most_waiting, self.waiting)
        return pass_on(inputs)

    def note(self, rows):
        self.most_at_once = max(self.most_at_once, int(rows))

    def release(self, rows):
        self.waiting -= rows


def observe(candidate, seed=0, sizes=(4, 4, 1)):
    measured = {}
    for name, parts in {"micro-batches of different sizes": sizes, "equal sizes": (3, 3)}.items():
        keras.utils.set_random_seed(seed)
        # behind a layer with weights, or no gradient would come by
        waiting, hidden, output = Waiting(), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)
        model = keras.Sequential([keras.Input((2,)), hidden, waiting, output])
        # plain gradient descent: Adam would hide a factor on all gradients
        optimizer = keras.optimizers.SGD(learning_rate=0.5)
        rng = np.random.default_rng(seed + 1)
        arrays = [(rng.normal(0, 1, (n, 2)), rng.normal(2, 1, (n, 1))) for n in parts]
        batches = [tuple(tf.constant(array, tf.float32) for array in pair) for pair in arrays]
        rows = candidate(model, optimizer, keras.losses.MeanSquaredError(), batches)
        updates = int(optimizer.iterations.numpy())
        measured |= {
            f"rows that took part ({name})": forms.number(rows),
            f"updates of the optimizer ({name})": updates,
            f"rows too many in the model at once ({name})": max(0, waiting.most_at_once - max(parts)),
            f"rows too many in memory ({name})": max(0, waiting.most_waiting - max(parts)),
        }
        if updates < 2:  # with more, the mistake is that, whatever the weights
            weights = np.concatenate([np.ravel(weights) for weights in model.get_weights()])
            measured[f"weights after one update ({name})"] = weights
    return measured


EXERCISE = Exercise(
    id="05.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=accumulated_step,
    alternatives=(divided_at_the_end,),
    mistakes=(
        summed,
        mean_of_micro_batches,
        update_each_time,
        last_one_only,
        all_at_once,
        one_tape,
        never_divided,
        zeroed_in_the_loop,
        means_over_rows,
        micro_batches_counted,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=4, sizes=(2, 5, 3)),
    note=NOTE,
    explanation=EXPLANATION,
)
