"""C4.1 Weights of five, and as few are found as without."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "Weights of five, and as few are found as without"
TASK = """\
Every row brings its own weight, 5 for a customer who left and 1 for one who stayed. The loop runs and its loss falls.
In the end it finds as few of those who leave as it finds without weights. Which line is it?"""
HINTS = (
    "Print the shapes of what meets in each line. How many numbers should come out of 32 rows?",
    "A table of all pairs has the mean of one side times the mean of the other.",
    "Give both the same shape: take the column out of the weights, `[:, 0]`.",
)


def train_step(model, optimizer, features, labels, row_weights):
    """Take one step on a batch; return its loss: each row's loss times its weight, added up, divided by the rows.

    Args:
        model: puts out one logit a row, shape (batch, 1).
        optimizer: a Keras optimizer.
        features: float32 (batch, columns).
        labels: float32 (batch, 1), 1 for who left and 0 for who stayed.
        row_weights: float32 (batch, 1).
    """
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True, reduction="none")  # A
    with tf.GradientTape() as tape:
        logits = model(features, training=True)  # B
        losses = loss_fn(labels, logits)  # C
        loss = tf.reduce_mean(losses * row_weights[:, 0])  # D
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return loss


def train_step_broken(model, optimizer, features, labels, row_weights):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True, reduction="none")  # A
    with tf.GradientTape() as tape:
        logits = model(features, training=True)  # B
        losses = loss_fn(labels, logits)  # C
        loss = tf.reduce_mean(losses * row_weights)  # D
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return loss


NOTE = (
    "`sample_weight` takes weights of either shape and does the multiplication inside the loss. Whoever multiplies by "
    "hand looks at both shapes first."
)
EXPLANATION = (
    "The loss of shape (batch,) met weights of shape (batch, 1), and their product was a table of all pairs. The mean "
    "of such a table is the mean loss times the mean weight, so every row was pulled by the same factor."
)


def step_by_sample_weight(model, optimizer, features, labels, row_weights):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True), sample_weight=row_weights)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


def step_of_columns(model, optimizer, features, labels, row_weights):
    with tf.GradientTape() as tape:
        logits = model(features, training=True)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
        loss = tf.reduce_mean(losses * row_weights)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


# Mends that do not mend


def step_with(loss_of):
    """Return a step whose loss is made in some way of the rows' losses and their weights, both (batch,)."""

    def step(model, optimizer, features, labels, row_weights):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)[:, 0]
            loss = loss_of(losses, row_weights[:, 0])
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    return step


averaged_first = mistake(
    "the mean loss times the mean weight",
    "The weights still meet an average, of all pairs or of the losses: every row is pulled by the same factor. Each "
    "loss has to meet its own weight, and the mean comes after.",
)(step_with(lambda losses, weights: tf.reduce_mean(losses) * tf.reduce_mean(weights)))

divided_by_weights = mistake(
    "divided by the sum of the weights",
    "Each row has its weight now. But the sum is divided by the sum of the weights and not by the number of rows, so a "
    "batch with many leavers takes a shorter step, and the run is not that of `fit`.",
)(step_with(lambda losses, weights: tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)))

added_up = mistake(
    "a sum in place of a mean",
    "Each row has its weight now. But nothing is divided by the number of rows: a batch of 32 takes a step 32 times as "
    "long.",
)(step_with(lambda losses, weights: tf.reduce_sum(losses * weights)))


# Probes


def observe(candidate, seed=3, rows=12):
    draw = np.random.default_rng(seed)
    features = draw.normal(size=(rows, 2)).astype("float32")
    labels = (np.arange(rows) % 4 == 0).astype("float32")[:, None]
    row_weights = draw.uniform(0.5, 5, size=(rows, 1)).astype("float32")
    output = keras.layers.Dense(1, kernel_initializer=keras.initializers.Constant([[0.7], [-0.4]]))
    model = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization(momentum=0.5), output])
    loss = candidate(model, keras.optimizers.SGD(0.5), *map(tf.constant, (features, labels, row_weights)))
    return {
        "loss": forms.number(loss),
        "weights after the step": np.concatenate([weights.ravel() for weights in model.get_weights()]),
    }


EXERCISE = Case(
    id="C4.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_step,
    starter=train_step_broken,
    alternatives=(step_by_sample_weight, step_of_columns),
    mistakes=(averaged_first, divided_by_weights, added_up),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=4, rows=9),
    note=NOTE,
    explanation=EXPLANATION,
    trap=9,
    culprits="CD",
    suspects={
        "A": 'With `reduction="none"` the loss gives one number for each row, of shape (batch,). That is what weights '
        "of rows need.",
        "B": "It asks the model for its logits, in training mode, inside the tape.",
        "C": "The losses have the shape (batch,), and the weights that line D multiplies with (batch, 1). One of the "
        "two has to change.",
        "D": "Losses of shape (batch,) meet weights of shape (batch, 1) and make a table of all pairs, whose mean is "
        "the mean loss times the mean weight. One of the two has to change.",
        "E": "It pairs gradients and variables and moves all of them. The loss falls, so the step goes downhill.",
    },
)
