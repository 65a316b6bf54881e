"""C2.6 The same weights, another log."""

import keras
import numpy as np
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
    restless_model,
    weights_of,
)

TITLE = "The same weights, another log"
TASK = """From the same start, this loop and `fit` arrive at the same weights. The losses that they log differ: the
loop's are lower, most of all in the first epochs, as if it learned faster. **Which line is it?**

Then mend the loop: it returns the mean loss over the rows of the epoch, as `fit` logs it."""
HINTS = (
    "The weights agree, so the steps are right. What is left?",
    "Which weights made the predictions that the log gets: those before the step, or those after it?",
    "The tape has seen the loss that `fit` logs; there is no need to compute it again.",
)


def train_and_log(model, optimizer, loss_fn, dataset):
    """Train for one epoch; return its mean loss as `fit` logs it.

    Args:
        model, optimizer: those of Keras; the weights are changed.
        loss_fn: takes labels and predictions, returns the mean loss of a batch, a scalar.
        dataset: a tf.data.Dataset of (features, labels) batches; the last may be smaller.

    Returns:
        A float, the mean over all rows of the loss before the step that it caused.
    """
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        mean.update_state(loss, sample_weight=len(labels))
    return float(mean.result())


# What a learner starts with


def train_and_log_broken(model, optimizer, loss_fn, dataset):
    mean = keras.metrics.Mean()  # A
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))  # B
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # C
        loss = loss_fn(labels, model(features))  # D
        mean.update_state(loss, sample_weight=len(labels))  # E
    return float(mean.result())


NOTE = (
    "The loss after an epoch is a useful number, with another name: measure it when the epoch is over, with one "
    "`evaluate` over all rows. Within the epoch it costs a forward pass and flatters the model."
)
EXPLANATION = (
    "The tape's own loss belongs to the weights before the step; `fit` logs that one, since it has it anyway. Computed "
    "again after the step, the loss is that of a model which has just been improved on these very rows."
)

SUSPECTS = {
    "A": "A new `Mean` for each epoch is right: nothing of the epoch before is in it.",
    "B": "This is the loss that the step makes smaller, computed where the tape sees it.",
    "C": "The weights agree with those of `fit`, so this step is right.",
    "D": "The loss is computed again, after the step, with weights that were just improved on these very rows. The one "
    "that `fit` logs is thrown away.",
    "E": "Each loss counts by the rows for which it stands.",
}


# Other right answers


def log_before_the_step(model, optimizer, loss_fn, dataset):
    total, rows = 0.0, 0
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        total, rows = total + loss * len(labels), rows + len(labels)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return total / rows


# Mistakes


@mistake(
    "the loss after the epoch",
    "The weights are right, and your loss is measured when the epoch is over. That is an evaluation, a useful number "
    "with another name; `fit` logs the losses from before the steps.",
)
def after_the_epoch(model, optimizer, loss_fn, dataset):
    train_and_log(model, optimizer, loss_fn, dataset)
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        mean.update_state(loss_fn(labels, model(features, training=False)), sample_weight=len(labels))
    return float(mean.result())


@mistake(
    "each batch counts once",
    "The weights are right, and the losses are from before the steps, but the small last batch counts as much as a "
    "full one. Tell the mean for how many rows a loss stands.",
)
def mean_of_means(model, optimizer, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        mean.update_state(loss)
    return float(mean.result())


# Probes

X, Y = [0.0, 1.0, 2.0, -1.0, 0.5, 1.5, -2.0], [1.0, 3.5, 5.0, -1.0, 2.5, 4.0, 2.0]


def observe(candidate):
    model = line_model(0.5, -1.0)
    loss = candidate(model, keras.optimizers.SGD(0.05), lopsided_loss, batches_of(X, Y, 3))
    found = {
        "7 rows in batches of 3: the loss that is logged": forms.number(loss),
        "after that: (weight, bias)": weights_of(model),
    }
    batches = cut(range(len(X)), 3)
    losses, place = lopsided_descent(X, Y, batches)
    mean = np.average(losses, weights=[len(rows) for rows in batches])
    # where something is wrong, the next probe would only repeat it
    if not is_same(found, dict(zip(found, [mean, place]))):
        return found
    restless = restless_model()
    loss = candidate(restless, keras.optimizers.SGD(0.01), lopsided_loss, batches_of(X, Y, 4))
    return found | {
        "a model with BatchNormalization and Dropout: the loss that is logged": forms.number(loss),
        "all its weights after that": weights_of(restless),
    }


def second(candidate):
    model, restless = line_model(-1.0, 0.0), restless_model()
    dataset = batches_of([1.0, 2.0, -2.0, 0.0, 3.0], [2.0, -1.0, 0.5, 4.0, 0.0], 2)
    loss = candidate(model, keras.optimizers.SGD(0.02, momentum=0.5), lopsided_loss, dataset)
    other = candidate(restless, keras.optimizers.SGD(0.01), lopsided_loss, batches_of(X, Y, 3))
    return {
        "loss": forms.number(loss),
        "weights": weights_of(model),
        "other loss": forms.number(other),
        "other weights": weights_of(restless),
    }


EXERCISE = Case(
    id="C2.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_and_log,
    starter=train_and_log_broken,
    alternatives=(log_before_the_step,),
    mistakes=(after_the_epoch, mean_of_means),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=25,
    culprits="D",
    suspects=SUSPECTS,
)
