"""C2.1 One number for everybody."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson02.shared import is_same, line_model, restless_model, weights_of

TITLE = "One number for everybody"
TASK = """The loop runs, its loss falls for a while, and then stays high. On people that it has not seen, the model is
no better than a guess that ignores all ten measurements: it says about the same for everybody. The `labels` come
straight from a table, as one of its columns. **Which line is it?**

Then mend the loop for labels of shape `(n,)`, and let labels of shape `(n, 1)` still be right."""
HINTS = (
    "Print the shape of everything that goes into the loss, and of what comes out of the subtraction.",
    "Four labels of shape (4,) minus four predictions of shape (4, 1): how many differences are there?",
    "Give the labels the shape of the predictions before you subtract: `tf.reshape(labels, (-1, 1))`.",
)


def train_on_table(model, optimizer, features, labels, steps):
    """Take `steps` steps on all rows at once; return the mean squared error before the last of them.

    Args:
        model, optimizer: those of Keras; the model makes predictions (n, 1) of features (n, k).
        features: float32 array (n, k).
        labels: array (n,) or (n, 1).
        steps: at least 1.

    Returns:
        A float.
    """
    # one label for each prediction, whatever shape the table gave them
    labels = tf.reshape(tf.constant(labels, "float32"), (-1, 1))
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = model(features, training=True)
            loss = tf.reduce_mean(tf.square(labels - predictions))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return float(loss)


# What a learner starts with


def train_on_table_broken(model, optimizer, features, labels, steps):
    labels = tf.constant(labels, "float32")  # A
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = model(features, training=True)  # B
            loss = tf.reduce_mean(tf.square(labels - predictions))  # C
        gradients = tape.gradient(loss, model.trainable_variables)  # D
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return float(loss)


NOTE = (
    "Keras's loss objects notice and bring both into one shape, so the mistake appears when you move from `fit` to a "
    "loss or a metric of your own. In any new loop, once: `assert labels.shape == predictions.shape`."
)
EXPLANATION = (
    "With labels of shape (n,) and predictions of shape (n, 1) the difference is a table of (n, n): every label minus "
    "every prediction. Its mean is smallest if all predictions are the mean of the labels. With a column, each label "
    "meets its own prediction."
)

SUSPECTS = {
    "A": "The labels become a tensor of shape (n,), without the column that the predictions have. This is one of two "
    "places where that can be mended.",
    "B": "The predictions have the shape (n, 1), one for each row; that is what `Dense(1)` makes.",
    "C": "Labels of shape (n,) minus predictions of shape (n, 1) make a table of shape (n, n): every label minus every "
    "prediction. This is one of two places where that can be mended.",
    "D": "These are the right gradients of this loss, along all variables. It is the loss that asks for the wrong "
    "thing.",
    "E": "Each gradient meets its own variable, and the optimizer moves them all.",
}


# Other right answers


def train_flat(model, optimizer, features, labels, steps):
    labels = tf.reshape(tf.constant(labels, "float32"), [-1])
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = model(features, training=True)[:, 0]
            loss = tf.reduce_mean(tf.square(labels - predictions))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return float(loss)


def train_by_loss_of_keras(model, optimizer, features, labels, steps):
    loss_fn = keras.losses.MeanSquaredError()
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_fn(tf.constant(labels, "float32"), model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


# Mistakes


@mistake(
    "a column for labels that have one",
    "Labels of shape (n,) are right, labels of shape (n, 1) are not: they get a second column, and all pairs are "
    "compared again. Bring both kinds into the shape of the predictions.",
)
def second_column(model, optimizer, features, labels, steps):
    return train_on_table_broken(model, optimizer, features, np.asarray(labels)[:, None], steps)


@mistake(
    "the labels flat, the predictions not",
    "Labels of both shapes give the same loss, and both are compared with every prediction. The labels have lost their "
    "column and the predictions still have theirs; bring both into the same shape.",
)
def only_labels_flat(model, optimizer, features, labels, steps):
    return train_on_table_broken(model, optimizer, features, np.ravel(labels), steps)


# Probes

X, Y = [0.0, 1.0, 2.0, -1.0, 0.5], [1.0, 3.5, 5.0, -1.0, 2.5]


def trained(candidate, shape, x, y, steps, make=lambda: line_model(0.5, -1.0)):
    """Return the loss and all weights after these steps, for labels of this shape."""
    model, features = make(), np.array(x, "float32")[:, None]
    loss = candidate(model, keras.optimizers.SGD(0.05), features, np.reshape(y, shape), steps)
    return forms.number(loss), weights_of(model)


def observe(candidate):
    flat_loss, flat = trained(candidate, (-1,), X, Y, 3)
    column_loss, column = trained(candidate, (-1, 1), X, Y, 3)
    found = {
        "labels of shape (5,), three steps: loss": flat_loss,
        "labels of shape (5,), three steps: (weight, bias)": flat,
        "labels of shape (5, 1), three steps: loss": column_loss,
        "labels of shape (5, 1), three steps: (weight, bias)": column,
    }
    loss, place = by_hand(3)
    # where something is wrong, the next probe would only repeat it
    if not is_same(found, dict(zip(found, [loss, place, loss, place]))):
        return found
    loss, weights = trained(candidate, (-1,), X, Y, 2, restless_model)
    return found | {
        "a model with BatchNormalization and Dropout, two steps: loss": loss,
        "all its weights after that": weights,
    }


def by_hand(steps):
    """Return the loss before the last step and (weight, bias) after it, in NumPy."""
    x, y, place, loss = np.array(X), np.array(Y), np.array([0.5, -1.0]), 0.0
    for _ in range(steps):
        errors = place[0] * x + place[1] - y
        loss = np.mean(errors**2)
        place = place - 0.05 * np.array([np.mean(2 * errors * x), np.mean(2 * errors)])
    return loss, place


def second(candidate):
    x, y = [3.0, -2.0, 0.5, 1.0], [2.0, 2.0, -1.0, 0.5]
    flat_loss, flat = trained(candidate, (-1,), x, y, 4)
    column_loss, column = trained(candidate, (-1, 1), x, y, 1, restless_model)
    return {"flat loss": flat_loss, "flat": flat, "column loss": column_loss, "column": column}


EXERCISE = Case(
    id="C2.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_on_table,
    starter=train_on_table_broken,
    alternatives=(train_flat, train_by_loss_of_keras),
    mistakes=(second_column, only_labels_flat),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=10,
    culprits="AC",
    suspects=SUSPECTS,
)
