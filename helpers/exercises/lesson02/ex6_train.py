"""02.6 Mend the training loop."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson02.shared import batches_of, line_model, lopsided_loss

TITLE = "Mend the training loop"
TASK = """This loop raises no error. But its list of losses reads like `[6.4, 0.0, 0.0]`, and even the first number
is not
the one that `fit` would log. It contains **two** mistakes from the lesson; find and mend both.

The answer is the mean loss of each epoch, as `fit` logs it: over all rows, each batch's loss from **before** the step
that it
caused."""
HINTS = (
    "Count the rows that the loop sees in the second epoch. How often can one walk through an iterator?",
    "`for features, labels in dataset` begins a new walk each time. For the other mistake: which weights made "
    "the prediction that goes into `mean`?",
    "The tape's own `loss` is the one to report. Drop the line that computes it again after `apply_gradients`.",
)


def train(model, optimizer, loss_fn, dataset, epochs):
    """Train the model and return the mean loss of each epoch.

    Args:
        model: a Keras model; its weights are changed.
        optimizer: a Keras optimizer.
        loss_fn: takes labels and predictions, returns the mean loss of a batch, a scalar.
        dataset: a tf.data.Dataset of (features, labels) batches; the last may be smaller than the others.
        epochs: how many times to go through the dataset.

    Returns:
        A list of floats, as `fit` logs them: the mean over all rows of the loss *before* the step that it caused.
    """
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


# What a learner starts with


def train_broken(model, optimizer, loss_fn, dataset, epochs):
    history, batches = [], iter(dataset)
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in batches:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            loss = loss_fn(labels, model(features, training=True))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


NOTE = (
    "Keras's `Mean` answers 0 when it was given nothing. A loss of exactly 0 is more often an empty loop than "
    "a perfect model."
)
EXPLANATION = (
    "A dataset begins anew with each `for`, an iterator does not, so the inner loop must run over the "
    "dataset. The loss from the tape belongs to the weights before the step, which is what `fit` logs; computing it "
    "again costs a forward pass and answers another question."
)


# Other right answers


def step(model, optimizer, loss_fn, features, labels):
    """Take one step and return the loss from before it, as the lesson's train_step does."""
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


def train_by_total(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        total, rows = 0.0, 0
        for features, labels in iter(dataset):
            total += step(model, optimizer, loss_fn, features, labels) * len(labels)
            rows += len(labels)
        history.append(total / rows)
    return history


def train_with_reset(model, optimizer, loss_fn, dataset, epochs):
    mean, history = keras.metrics.Mean(), []
    for _ in range(epochs):
        mean.reset_state()
        for batch in dataset:
            loss = step(model, optimizer, loss_fn, *batch)
            mean.update_state(loss, sample_weight=tf.shape(batch[1])[0])
        history.append(mean.result().numpy())
    return np.array(history)


# Mistakes


@mistake(
    "the iterator runs dry",
    "The first epoch is right, then the loss is 0 and the weights stand still. `iter(dataset)` "
    "can be walked through once; from the second epoch on, the inner loop runs zero times. Iterate over the "
    "dataset itself.",
)
def iterator_runs_dry(model, optimizer, loss_fn, dataset, epochs):
    history, batches = [], iter(dataset)
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in batches:
            mean.update_state(step(model, optimizer, loss_fn, features, labels), sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


@mistake(
    "the loss after the step",
    "The weights are right, the losses too low: they were computed again with the weights that "
    "the batch had just improved. Report the loss that the tape has seen.",
)
def loss_after_the_step(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            step(model, optimizer, loss_fn, features, labels)
            mean.update_state(loss_fn(labels, model(features)), sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


@mistake(
    "the loss after the epoch",
    "The weights are right, the losses belong to the end of each epoch. That is an evaluation, "
    "a useful number with another name; `fit` logs the losses from before the steps.",
)
def loss_after_the_epoch(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        for features, labels in dataset:
            step(model, optimizer, loss_fn, features, labels)
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            mean.update_state(loss_fn(labels, model(features)), sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


@mistake(
    "always the first batch",
    "The loss falls, but the weights have seen three rows only. Each `next(iter(dataset))` "
    "opens the dataset anew and takes its first batch. Use one `for` over the dataset in each epoch.",
)
def always_the_first_batch(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for _ in range(len(dataset)):
            features, labels = next(iter(dataset))
            mean.update_state(step(model, optimizer, loss_fn, features, labels), sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


@mistake(
    "the mean never reset",
    "The first epoch is right, the later ones still contain it. A metric remembers until it is "
    "told to forget: call `reset_state`, or make a new one, at the start of each epoch.",
)
def never_reset(model, optimizer, loss_fn, dataset, epochs):
    history, mean = [], keras.metrics.Mean()
    for _ in range(epochs):
        for features, labels in dataset:
            mean.update_state(step(model, optimizer, loss_fn, features, labels), sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


@mistake(
    "the mean of the batch means",
    "The weights are right, the losses are not: the row that sits alone in the last batch "
    "counts as much as three others. Tell the mean how many rows a loss stands for.",
)
def batch_means(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            mean.update_state(step(model, optimizer, loss_fn, features, labels))
        history.append(float(mean.result()))
    return history


@mistake(
    "the last batch reported as the epoch",
    "The weights are right, but each loss is that of the epoch's last batch, here a single row. "
    "Average over all batches, by their rows.",
)
def only_the_last_batch(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        for features, labels in dataset:
            loss = step(model, optimizer, loss_fn, features, labels)
        history.append(float(loss))
    return history


# Probes


def observe(candidate):
    model, loss_fn = line_model(0.5, -1.0), keras.losses.MeanSquaredError()
    x, y = [0.0, 1.0, 2.0, -1.0, 0.5, 1.5, -2.0], [1.0, 3.5, 5.0, -1.0, 2.5, 4.0, 2.0]
    history = candidate(model, keras.optimizers.SGD(0.05), loss_fn, batches_of(x, y, 3), 3)
    one_step = line_model(0.5, -1.0)
    first = candidate(one_step, keras.optimizers.SGD(0.1), lopsided_loss, batches_of(x, y, 7), 1)
    return {
        "7 rows in batches of 3, three epochs: losses": np.array(history, "float64"),
        "after that: (weight, bias)": np.concatenate([weights.ravel() for weights in model.get_weights()]),
        "7 rows in one batch, one epoch: losses": np.array(first, "float64"),
        "after that single step: (weight, bias)": np.concatenate([w.ravel() for w in one_step.get_weights()]),
    }


def second(candidate):
    model, optimizer = line_model(-1.0, 0.0), keras.optimizers.SGD(0.02, momentum=0.5)
    dataset = batches_of([1.0, 2.0, -2.0, 0.0, 3.0], [2.0, -1.0, 0.5, 4.0, 0.0], 2)
    history = candidate(model, optimizer, lopsided_loss, dataset, 4)
    return {
        "history": np.array(history, "float64"),
        "weights": np.concatenate([w.ravel() for w in model.get_weights()]),
    }


EXERCISE = Exercise(
    id="02.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train,
    starter=train_broken,
    alternatives=(train_by_total, train_with_reset),
    mistakes=(
        iterator_runs_dry,
        loss_after_the_step,
        loss_after_the_epoch,
        always_the_first_batch,
        never_reset,
        batch_means,
        only_the_last_batch,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
