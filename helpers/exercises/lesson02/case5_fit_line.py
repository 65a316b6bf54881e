"""C2.5 A line that turns, but does not rise."""

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
    restless_model,
    weights_of,
)

TITLE = "A line that turns, but does not rise"
TASK = """The loss falls, and then stays at ten times the noise and more. The line has turned toward the points, and at
$x = 0$ it is still where it started. **Which line is it?**

Then mend the loop, so that it trains any Keras model; it returns the loss of the last batch, from before its step."""
HINTS = (
    "A line has a slope and a bias. Print both, before and after.",
    "How many gradients are there, and how many variables? What does `zip` do if two lists differ in length?",
    "The tape should be asked about all of `model.trainable_variables`.",
)


def fit_line(model, optimizer, loss_fn, dataset, epochs):
    """Train the model; return the last batch's loss.

    Args:
        model, optimizer: those of Keras; the weights are changed.
        loss_fn: takes labels and predictions, returns the mean loss of a batch, a scalar.
        dataset: a tf.data.Dataset of (features, labels) batches.
        epochs: how many times to go through the dataset, at least 1.

    Returns:
        A float, the loss before the last step.
    """
    for _ in range(epochs):
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                predictions = model(features, training=True)
                loss = loss_fn(labels, predictions)
            # one gradient for each variable that is to learn
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return float(loss)


# What a learner starts with


def fit_line_broken(model, optimizer, loss_fn, dataset, epochs):
    for _ in range(epochs):
        for features, labels in dataset:  # A
            with tf.GradientTape() as tape:
                predictions = model(features, training=True)  # B
                loss = loss_fn(labels, predictions)  # C
            gradients = tape.gradient(loss, [model.layers[-1].kernel])  # D
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return float(loss)


NOTE = (
    "`zip(gradients, variables, strict=True)` stops with an error if the two differ in length. And compare all weights "
    "before and after the first step, once in any new loop."
)
EXPLANATION = (
    "The tape gives one gradient for each variable that it is asked about. There was one, the kernel's; `zip` ended "
    "with the shorter list, without a word, and nothing moved the bias."
)

SUSPECTS = {
    "A": "Every batch of every epoch comes once.",
    "B": "The model predicts inside the tape, and is told that it is trained.",
    "C": "Labels first, then predictions: this is the loss that was asked for.",
    "D": "The tape is asked about the kernel only, so there is one gradient for two variables, and nothing for the "
    "bias.",
    "E": "This pairs gradients with variables, and ends with the shorter list. It moves whatever it was given a "
    "gradient for.",
}


# Other right answers


def fit_line_paired(model, optimizer, loss_fn, dataset, epochs):
    variables = model.trainable_variables
    for _ in range(epochs):
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
    return loss


# Mistakes


def trained_with(model, optimizer, loss_fn, dataset, epochs, variables):
    """Train these variables only, and return the last loss."""
    for _ in range(epochs):
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return float(loss)


@mistake(
    "only the last layer learns",
    "A line is right; in a model of several layers only the last one moves. Ask the tape about all of "
    "`model.trainable_variables`, whichever layer they are in.",
)
def last_layer_only(model, optimizer, loss_fn, dataset, epochs):
    return trained_with(model, optimizer, loss_fn, dataset, epochs, model.layers[-1].trainable_variables)


@mistake(
    "still only the kernel",
    "The slope moves, the bias does not: gradients and variables are paired now, but the bias is in neither list. Take "
    "`model.trainable_variables` in both places.",
)
def kernel_only(model, optimizer, loss_fn, dataset, epochs):
    return trained_with(model, optimizer, loss_fn, dataset, epochs, [model.layers[-1].kernel])


# Probes

X, Y = [0.0, 1.0, 2.0, -1.0, 0.5, 1.5], [1.0, 3.5, 5.0, -1.0, 2.5, 4.0]


def observe(candidate):
    model = line_model(0.5, -1.0)
    loss = candidate(model, keras.optimizers.SGD(0.05), lopsided_loss, batches_of(X, Y, 4), 2)
    found = {
        "a line, 6 rows in batches of 4, two epochs: the last loss": forms.number(loss),
        "after that: (weight, bias)": weights_of(model),
    }
    losses, place = lopsided_descent(X, Y, 2 * cut(range(len(X)), 4))
    # where something is wrong, the next probe would only repeat it
    if not is_same(found, dict(zip(found, [losses[-1], place]))):
        return found
    restless = restless_model()
    loss = candidate(restless, keras.optimizers.SGD(0.01), lopsided_loss, batches_of(X, Y, 3), 1)
    return found | {
        "a model of several layers, one epoch: the last loss": forms.number(loss),
        "all its weights after that": weights_of(restless),
    }


def second(candidate):
    model, restless = line_model(-1.0, 0.0), restless_model()
    dataset = batches_of([1.0, 2.0, -2.0, 0.0, 3.0], [2.0, -1.0, 0.5, 4.0, 0.0], 2)
    loss = candidate(model, keras.optimizers.SGD(0.02, momentum=0.5), lopsided_loss, dataset, 3)
    other = candidate(restless, keras.optimizers.SGD(0.01), lopsided_loss, batches_of(X, Y, 4), 2)
    return {
        "loss": forms.number(loss),
        "weights": weights_of(model),
        "other loss": forms.number(other),
        "other weights": weights_of(restless),
    }


EXERCISE = Case(
    id="C2.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=fit_line,
    starter=fit_line_broken,
    alternatives=(fit_line_paired,),
    mistakes=(last_layer_only, kernel_only),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=7,
    culprits="D",
    suspects=SUSPECTS,
)
