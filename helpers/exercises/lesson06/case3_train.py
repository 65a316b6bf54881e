"""C6.3 The first epoch is that of fit, the second is not."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson06.shared import flat, small_batch, small_model

TITLE = "The first epoch is that of fit, the second is not"
TASK = """\
A loop is compared with `model.fit`: the same start, the same batches, Adam at the same rate. After the first epoch the
weights are equal to the last digit. After the second they are not. Which line is it?"""
HINTS = (
    "What does `fit` do once, before the first epoch, that this loop does more often?",
    "Print `optimizer.iterations` at the end of each epoch.",
    "Adam remembers two numbers for each weight. Who keeps them from one epoch to the next?",
)


def train(model, loss_fn, dataset, epochs):
    """Train with Adam at a rate of 0.05, as one run of all epochs; return the loss of the last batch, a number.

    Args:
        model: a built Keras model; it may have Dropout, BatchNorm and penalties.
        loss_fn: loss_fn(labels, logits) is the mean loss of a batch.
        dataset: batches (features, labels), the same ones in each epoch.
        epochs: how often to go through the dataset, at least once.
    """
    optimizer = keras.optimizers.Adam(0.05)  # B
    for _ in range(epochs):  # A
        for features, labels in dataset:  # C
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)  # D
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return float(loss)


def train_broken(model, loss_fn, dataset, epochs):
    for _ in range(epochs):  # A
        optimizer = keras.optimizers.Adam(0.05)  # B
        for features, labels in dataset:  # C
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)  # D
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return float(loss)


NOTE = (
    "With plain gradient descent nobody would notice: SGD without momentum remembers nothing. So a loop that works "
    "with one optimizer need not work with another."
)
EXPLANATION = (
    "The optimizer is made once, before the first epoch, and its memory grows through the whole run. A new one begins "
    "with an empty memory, and Adam's first steps are as long as the rate for every weight, however small its gradient."
)


def train_by_apply(model, loss_fn, dataset, epochs):
    optimizer = keras.optimizers.Adam(0.05)
    optimizer.build(model.trainable_variables)
    for features, labels in [batch for _ in range(epochs) for batch in dataset]:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return loss


def train_with(model, loss_fn, dataset, epochs, fresh, make=keras.optimizers.Adam):
    """The loop of the wrong mends: `fresh(epoch, step)` says whether a new optimizer is made before a step."""
    for epoch in range(epochs):
        for step, (features, labels) in enumerate(dataset):
            if fresh(epoch, step):
                optimizer = make(0.05)
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)
            optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return float(loss)


@mistake(
    "a new optimizer in every step",
    "Now not even the first epoch is that of `fit`: the optimizer is made anew before each batch, and Adam without a "
    "memory is another method. Make it once, before both loops.",
)
def new_in_every_step(model, loss_fn, dataset, epochs):
    return train_with(model, loss_fn, dataset, epochs, lambda epoch, step: True)


@mistake(
    "another optimizer",
    "The memory that was lost is not needed anymore, because plain gradient descent has none. But the task is a run "
    "with Adam.",
)
def by_sgd(model, loss_fn, dataset, epochs):
    return train_with(model, loss_fn, dataset, epochs, lambda epoch, step: epoch + step == 0, keras.optimizers.SGD)


@mistake(
    "the optimizer is still made anew in each epoch",
    "After the first epoch all is right, and after the second it is not: something still begins with an empty memory "
    "in each epoch. The line belongs above the loop over the epochs.",
)
def new_in_every_epoch(model, loss_fn, dataset, epochs):
    # in other words than the starter, which counts as not attempted
    return train_with(model, loss_fn, dataset, epochs, lambda epoch, step: step == 0)


def observe(candidate, seed=4):
    found = {}
    features, labels = small_batch(seed, rows=11)
    batches = [(features[:4], labels[:4]), (features[4:8], labels[4:8]), (features[8:], labels[8:])]
    for epochs in (1, 3):
        model = small_model(seed)
        loss = candidate(model, keras.losses.BinaryCrossentropy(from_logits=True), batches, epochs)
        found[f"loss after epochs: {epochs}"] = forms.number(loss)
        found[f"weights after epochs: {epochs}"] = np.round(flat(model.weights), 5)
    return found


EXERCISE = Case(
    id="C6.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train,
    starter=train_broken,
    alternatives=(train_by_apply,),
    mistakes=(new_in_every_step, by_sgd, new_in_every_epoch),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=6),
    note=NOTE,
    explanation=EXPLANATION,
    tolerance=1e-4,
    trap=49,
    culprits="B",
    suspects={
        "A": "So many epochs, and `fit` makes as many.",
        "B": "This begins each epoch with an optimizer that has never seen a gradient.",
        "C": "All batches, each epoch. That it goes through the same dataset again is what an epoch is.",
        "D": "In training, with penalties, inside the tape: as `fit` does it.",
        "E": "All variables, each with its own gradient.",
    },
)
