"""02.6 Mend the training loop."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson02.shared import (
    batches_of,
    is_same,
    line_model,
    lopsided_loss,
    reordered_batches_of,
    restless_model,
    weights_of,
)

TITLE = "Mend the training loop"
TASK = """This loop raises no error. But its list of losses reads like `[6.4, 0.0, 0.0]`, and even the first number is
not the one that `fit` would log. It contains **two** mistakes; find and mend both.

The answer is a list with the mean loss of each epoch, as `fit` logs it for a model without regularizers: over all rows,
each batch's loss from **before** the step that it caused. A dataset may deal its rows out in a new order in each epoch,
and the model may have layers to which `training=True` matters."""
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
        A list of numbers, as `fit` logs them: the mean over all rows of the loss *before* the step that it caused.
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
    "both mistakes are still there",
    "The first loss is too low, the others are 0, and after the first epoch the weights stand still. From the second "
    "epoch on, the inner loop runs zero times: what it walks through is used up. And the losses are computed again "
    "after each step, where the tape's own `loss` is the one to report.",
)
def nothing_mended(model, optimizer, loss_fn, dataset, epochs):
    return train_broken(model, optimizer, loss_fn, dataset, epochs)


@mistake(
    "the iterator runs dry",
    "One of the two mistakes is gone: the first loss is right. Then the loss is 0 and the weights stand still. "
    "`iter(dataset)` can be walked through once; from the second epoch on, the inner loop runs zero times. Iterate "
    "over the dataset itself.",
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
    "One of the two mistakes is gone: every epoch sees all rows, and the weights are right. But the losses are too "
    "low: they were computed again with the weights that the batch had just improved. Report the loss that the tape "
    "has seen.",
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


@mistake(
    "the loss before the epoch",
    "The weights are right, the losses belong to the start of each epoch: all rows are measured before the first step. "
    "`fit` logs the loss of each batch just before the step that it caused.",
)
def loss_before_the_epoch(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            mean.update_state(loss_fn(labels, model(features)), sample_weight=len(labels))
        history.append(float(mean.result()))
        for features, labels in dataset:
            step(model, optimizer, loss_fn, features, labels)
    return history


@mistake(
    "all epochs in the first",
    "The weights are right, but the first loss is the mean over all epochs and the others are 0: the inner loop walks "
    "through everything at once. An iterator over `dataset.repeat(epochs)` does that. Iterate over the dataset itself, "
    "once in each epoch.",
)
def all_in_the_first(model, optimizer, loss_fn, dataset, epochs):
    return iterator_runs_dry.wrong(model, optimizer, loss_fn, dataset.repeat(epochs), epochs)


@mistake(
    "only the last epoch in the list",
    "There is one loss, whatever the number of epochs. Often the list is made inside the loop, anew in each epoch. "
    "Make it once, before the first.",
)
def last_epoch_only(model, optimizer, loss_fn, dataset, epochs):
    return train(model, optimizer, loss_fn, dataset, epochs)[-1:]


@mistake(
    "the order frozen",
    "The first epoch is right. Then the dataset deals its rows out in a new order, as a shuffled one does, and your "
    "loop still takes that of the first epoch. Often it walks through a `list(dataset)`, which also keeps all rows in "
    "memory. Iterate over the dataset itself.",
)
def frozen_order(model, optimizer, loss_fn, dataset, epochs):
    return train(model, optimizer, loss_fn, list(dataset), epochs)


@mistake(
    "the model not told that it is trained",
    "With BatchNormalization in the model, its averages stand still while you train, and Dropout drops nothing. A "
    "model that is called without `training=True` predicts as it does in use. Tell it, where the tape watches.",
)
def in_inference_mode(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


# Probes

X, Y = [0.0, 1.0, 2.0, -1.0, 0.5, 1.5, -2.0], [1.0, 3.5, 5.0, -1.0, 2.5, 4.0, 2.0]


def on_a_line(candidate):
    model = line_model(0.5, -1.0)
    history = candidate(model, keras.optimizers.SGD(0.05), lopsided_loss, batches_of(X, Y, 3), 3)
    return {
        "7 rows in batches of 3, three epochs: losses": forms.numbers(history),
        "after that: (weight, bias)": weights_of(model),
    }


def in_another_order(candidate):
    model, same = line_model(0.5, -1.0), line_model(0.5, -1.0)
    history = candidate(model, keras.optimizers.SGD(0.05), lopsided_loss, reordered_batches_of(X, Y, 4), 3)
    long = candidate(same, keras.optimizers.SGD(0.05), lopsided_loss, batches_of(X, Y, 7), 11)
    return {
        "rows in another order in each of three epochs: losses": forms.numbers(history),
        "after these three: (weight, bias)": weights_of(model),
        "7 rows in one batch, eleven epochs: losses": forms.numbers(long),
        "after these eleven: (weight, bias)": weights_of(same),
    }


def by_hand(size, epochs, directions):
    """Return the losses and (weight, bias) that the probes above find if all is right, in NumPy.

    The epochs go through the rows in these directions in turn, 1 or −1.
    """
    x, y, place, history = np.array(X), np.array(Y), np.array([0.5, -1.0]), []
    for epoch in range(epochs):
        total, order = 0.0, np.arange(len(x))[:: directions[epoch % len(directions)]]
        for rows in np.split(order, range(size, len(x), size)):
            errors = place[0] * x[rows] + place[1] - y[rows]
            total += np.sum(errors**2 + errors / 2)
            slope = 2 * errors + 0.5
            place = place - 0.05 * np.array([np.mean(slope * x[rows]), np.mean(slope)])
        history.append(total / len(x))
    return history, place


def on_a_restless_model(candidate):
    model = restless_model()
    averages = [model.layers[0].moving_mean, model.layers[0].moving_variance]
    before = np.concatenate(averages)
    history = candidate(model, keras.optimizers.SGD(0.01), lopsided_loss, batches_of(X, Y, 4), 2)
    if np.array_equal(np.concatenate(averages), before):
        return {"BatchNormalization's averages move": False}
    return {
        "BatchNormalization's averages move": True,
        "a model with BatchNormalization and Dropout, two epochs: losses": forms.numbers(history),
        "all its weights after that": weights_of(model),
    }


def observe(candidate):
    found = on_a_line(candidate)
    # where something is wrong, the next probe would only repeat it
    if not is_same(found, dict(zip(found, by_hand(3, 3, [1])))):
        return found
    reordered = in_another_order(candidate)
    if not is_same(reordered, dict(zip(reordered, [*by_hand(4, 3, [1, -1]), *by_hand(7, 11, [1])]))):
        return found | reordered
    return found | reordered | on_a_restless_model(candidate)


def second(candidate):
    model, optimizer = line_model(-1.0, 0.0), keras.optimizers.SGD(0.02, momentum=0.5)
    dataset = reordered_batches_of([1.0, 2.0, -2.0, 0.0, 3.0], [2.0, -1.0, 0.5, 4.0, 0.0], 2)
    history = candidate(model, optimizer, lopsided_loss, dataset, 4)
    return {"history": forms.numbers(history), "weights": weights_of(model)} | on_a_restless_model(candidate)


EXERCISE = Exercise(
    id="02.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train,
    starter=train_broken,
    alternatives=(train_by_total, train_with_reset),
    mistakes=(
        nothing_mended,
        iterator_runs_dry,
        loss_after_the_step,
        loss_after_the_epoch,
        always_the_first_batch,
        never_reset,
        batch_means,
        only_the_last_batch,
        loss_before_the_epoch,
        all_in_the_first,
        last_epoch_only,
        frozen_order,
        in_inference_mode,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
