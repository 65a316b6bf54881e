"""C2.2 Good on some rows, bad on the others."""

import keras
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson02.shared import (
    batches_of,
    cut,
    is_same,
    line_model,
    lopsided_descent,
    lopsided_loss,
    reordered_batches_of,
    restless_model,
    weights_of,
)

TITLE = "Good on some rows, bad on the others"
TASK = """A hundred points were written down from left to right, and are dealt out in batches of 25, in this order.
After thirty epochs the loss that the loop returns is about what the noise leaves, and yet the line misses most of the
points. **Which line is it?**

Then mend the loop: in each epoch it takes one step for each batch of the dataset, which may deal its rows out in a new
order each time, and it returns the loss of the last batch, from before its step."""
HINTS = (
    "Print `features[0]` in each step. What would you expect to see?",
    "What does `iter(dataset)` begin, and how far does `next` get before it is begun again?",
    "One `for features, labels in dataset:` walks through all batches of an epoch.",
)


def train_in_batches(model, optimizer, loss_fn, dataset, epochs):
    """Train on every batch of the dataset in each epoch; return the last batch's loss.

    Args:
        model, optimizer: those of Keras; the weights are changed.
        loss_fn: takes labels and predictions, returns the mean loss of a batch, a scalar.
        dataset: a tf.data.Dataset of (features, labels) batches.
        epochs: how many times to go through the dataset, at least 1.

    Returns:
        A float, the loss before the last step.
    """
    for _ in range(epochs):
        # a `for` over the dataset begins a new walk in each epoch, and ends it
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return float(loss)


# What a learner starts with


def train_in_batches_broken(model, optimizer, loss_fn, dataset, epochs):
    for _ in range(epochs):
        for _ in range(len(dataset)):  # A
            features, labels = next(iter(dataset))  # B
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))  # C
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # D
    return float(loss)


NOTE = (
    "Count the rows of an epoch once, in any new loop: that finds an iterator that begins anew in each step, and the "
    "other one, made once before all epochs, which is used up after the first."
)
EXPLANATION = (
    "`iter(dataset)` begins a new walk, and `next` takes its first batch; in each step both happened again. A `for` "
    "over the dataset begins one walk in each epoch and takes every batch of it."
)

SUSPECTS = {
    "A": "It takes as many steps as there are batches. That is the right number.",
    "B": "`iter(dataset)` begins a new walk in *each step*, and `next` takes its first batch: the same rows again and "
    "again, and no others.",
    "C": "The loss is that of the batch, computed where the tape sees it.",
    "D": "Each gradient meets its own variable, and the optimizer moves them all.",
}


# Other right answers


def train_by_iterator(model, optimizer, loss_fn, dataset, epochs):
    for _ in range(epochs):
        batches = iter(dataset)
        for _ in range(len(dataset)):
            features, labels = next(batches)
            loss = step(model, optimizer, loss_fn, features, labels)
    return loss


def step(model, optimizer, loss_fn, features, labels):
    """Take one step and return the loss from before it."""
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


# Mistakes


@mistake(
    "the iterator runs dry",
    "Only the first epoch trains. `iter(dataset)` now stands before all epochs: it can be walked through once, and is "
    "then used up. Begin a new walk in each epoch.",
)
def made_once(model, optimizer, loss_fn, dataset, epochs):
    batches = iter(dataset)
    for _ in range(epochs):
        for features, labels in batches:
            loss = step(model, optimizer, loss_fn, features, labels)
    return float(loss)


@mistake(
    "the order frozen",
    "Every epoch deals out the rows in the order of the first, where the dataset has a new one each time, as a "
    "shuffled one does. Often the loop walks through a `list(dataset)`. Iterate over the dataset itself.",
)
def frozen_order(model, optimizer, loss_fn, dataset, epochs):
    return train_in_batches(model, optimizer, loss_fn, list(dataset), epochs)


# Probes

X, Y = [0.0, 1.0, 2.0, -1.0, 0.5, 1.5, -2.0], [1.0, 3.5, 5.0, -1.0, 2.5, 4.0, 2.0]


def observe(candidate):
    model = line_model(0.5, -1.0)
    loss = candidate(model, keras.optimizers.SGD(0.05), lopsided_loss, reordered_batches_of(X, Y, 3), 3)
    found = {
        "7 rows in batches of 3, in another order in each of three epochs: the last loss": forms.number(loss),
        "after that: (weight, bias)": weights_of(model),
    }
    forward = list(range(len(X)))
    losses, place = lopsided_descent(X, Y, cut(forward, 3) + cut(forward[::-1], 3) + cut(forward, 3))
    # where something is wrong, the next probe would only repeat it
    if not is_same(found, dict(zip(found, [losses[-1], place]))):
        return found
    restless = restless_model()
    loss = candidate(restless, keras.optimizers.SGD(0.01), lopsided_loss, batches_of(X, Y, 4), 1)
    return found | {
        "a model with BatchNormalization and Dropout, one epoch: the last loss": forms.number(loss),
        "all its weights after that": weights_of(restless),
    }


def second(candidate):
    model, restless = line_model(-1.0, 0.0), restless_model()
    dataset = reordered_batches_of([1.0, 2.0, -2.0, 0.0, 3.0], [2.0, -1.0, 0.5, 4.0, 0.0], 2)
    loss = candidate(model, keras.optimizers.SGD(0.02, momentum=0.5), lopsided_loss, dataset, 4)
    other = candidate(restless, keras.optimizers.SGD(0.01), lopsided_loss, batches_of(X, Y, 4), 2)
    return {
        "loss": forms.number(loss),
        "weights": weights_of(model),
        "other loss": forms.number(other),
        "other weights": weights_of(restless),
    }


EXERCISE = Case(
    id="C2.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_in_batches,
    starter=train_in_batches_broken,
    alternatives=(train_by_iterator,),
    mistakes=(made_once, frozen_order),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=27,
    culprits="B",
    suspects=SUSPECTS,
)
