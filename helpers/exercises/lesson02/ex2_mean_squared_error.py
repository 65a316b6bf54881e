"""02.2 A loss that cannot broadcast."""

import math

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "A loss that cannot broadcast"
TASK = """Write `mean_squared_error(labels, predictions)`. The predictions have shape `(B, 1)`. The labels have
shape `(B, 1)`, or they have lost their column and have shape `(B,)`; **both must give the same loss**. All are float32
tensors. Return a scalar tensor that a tape can differentiate."""
HINTS = (
    "What is the shape of `labels - predictions` if the labels have shape (4,) and the predictions (4, 1)?",
    "Bring the labels into the shape of the predictions before you subtract, whichever of the two shapes they had.",
    "`tf.reshape(labels, tf.shape(predictions))` does it for both. Then square and take the mean over everything.",
)


def mean_squared_error(labels, predictions):
    """Return the mean squared error of a batch.

    Args:
        labels: float32 tensor of shape (B,) or (B, 1).
        predictions: float32 tensor of shape (B, 1).

    Returns:
        A scalar tensor.
    """
    # one label for each prediction, before anything is subtracted
    labels = tf.reshape(labels, tf.shape(predictions))
    return tf.reduce_mean(tf.square(labels - predictions))


NOTE = (
    "Reshaping also hides a real mix-up: labels of shape (1, B) would pass. In a loop of your own, `assert "
    "labels.shape == predictions.shape` is stricter, and stops on the first batch."
)
EXPLANATION = (
    "The labels take the shape of the predictions before anything is subtracted, so each label meets "
    "its own prediction and nothing is stretched. The mean over everything is one number, and every operation is "
    "one the tape sees."
)


# Other right answers


def error_flat(labels, predictions):
    errors = tf.reshape(predictions, [-1]) - tf.reshape(labels, [-1])
    return tf.reduce_sum(errors**2) / len(errors)


def error_with_column(labels, predictions):
    if len(labels.shape) == 1:
        labels = labels[:, None]
    assert labels.shape == predictions.shape
    return tf.reduce_mean((labels - predictions) ** 2)


def error_of_keras(labels, predictions):
    return keras.losses.MeanSquaredError()(labels, predictions)


# Mistakes


@mistake(
    "every label minus every prediction",
    "With labels of shape (4,), perfect predictions do not score 0: the difference is a (4, 4) "
    "table, and its mean hardly depends on which prediction belongs to which label. Give the labels their "
    "column back first.",
)
def every_label_minus_every_prediction(labels, predictions):
    return tf.reduce_mean(tf.square(labels - predictions))


@mistake(
    "a column for labels that have one",
    "Labels of shape (4,) are right, labels of shape (4, 1) are not: one more column, or "
    "predictions that have lost theirs, and subtracting compares all pairs again. What suits one kind of "
    "labels does not suit the other; bring both into the shape of the predictions.",
)
def second_column(labels, predictions):
    return tf.reduce_mean(tf.square(labels[:, None] - predictions))


@mistake(
    "the sum instead of the mean",
    "The loss and its gradient are B times too large, B being the number of rows. A rate that "
    "suits one batch size then does not suit another; divide by the number of rows.",
)
def sum_of_squares(labels, predictions):
    labels = tf.reshape(labels, tf.shape(predictions))
    return tf.reduce_sum(tf.square(labels - predictions))


@mistake(
    "one loss for each row",
    "The result has as many numbers as the batch has rows. A mean with `axis=-1` is taken over "
    "the one column only, also inside the function `keras.losses.mean_squared_error`. A tape adds such a list "
    "up, so the gradient is that of the sum. Average over everything.",
)
def not_averaged(labels, predictions):
    labels = tf.reshape(labels, tf.shape(predictions))
    return tf.reduce_mean(tf.square(labels - predictions), axis=-1)


@mistake(
    "the loss left the tape",
    "The loss is right, but there is no gradient along the predictions: the tape saw no path to the loss. Often it was "
    "computed where the tape cannot see it, in NumPy or from `float` or `.numpy()`. Use TensorFlow's operations on "
    "tensors.",
)
def in_numpy(labels, predictions):
    return np.mean(np.square(np.reshape(labels, np.shape(predictions)) - np.array(predictions)))


@mistake(
    "labels that have lost their column",
    "Labels of both shapes give the same loss, and both are compared with every prediction: even perfect predictions "
    "do not score 0. Often the labels have lost their column, by `tf.squeeze` or `reshape(…, [-1])`, and the "
    "predictions still have theirs. Bring both into the same shape.",
)
def only_labels_squeezed(labels, predictions):
    return tf.reduce_mean(tf.square(tf.reshape(labels, [-1]) - predictions))


@mistake(
    "the root of the mean",
    "Your loss is the root of the mean squared error. That is a good number to report, with the unit of the labels; "
    "the task asks for the mean itself.",
)
def root_of_the_mean(labels, predictions):
    return tf.sqrt(mean_squared_error(labels, predictions))


@mistake(
    "half of the mean",
    "Your loss and its gradient are half of what they should be. Some books divide the squared error by 2, so that its "
    "slope looks simpler; the mean squared error has no such factor.",
)
def half_of_the_mean(labels, predictions):
    return mean_squared_error(labels, predictions) / 2


# Probes


def loss_and_gradient(candidate, labels, predictions):
    """Return the loss, its shape, and its gradient along the predictions, zeros if there is none.

    Of what is no loss at all, return words on its form, None, and None.
    """
    predictions = tf.constant(predictions)[:, None]
    with tf.GradientTape() as tape:
        tape.watch(predictions)
        loss = candidate(tf.constant(labels), predictions)
        # a loss that left the tape may be a NumPy number; a list of losses is none
        if not (tf.is_tensor(loss) or isinstance(loss, (float, np.number, np.ndarray))):
            return forms.in_words(loss), None, None
        loss = tf.convert_to_tensor(loss)
    gradient = tape.gradient(loss, predictions, unconnected_gradients="zero")
    return float(tf.reduce_mean(loss)), tuple(loss.shape), gradient.numpy()[:, 0]


def observe(candidate):
    labels, predictions = [1.0, 2.0, 4.0, 8.0], [1.5, 2.25, 3.0, 7.5]
    column = [[label] for label in labels]
    loss, shape, gradient = loss_and_gradient(candidate, column, predictions)
    if shape is None:
        return {"labels of shape (4, 1): loss": loss}
    flat_loss, _, flat_gradient = loss_and_gradient(candidate, labels, predictions)
    perfect, _, _ = loss_and_gradient(candidate, labels, labels)
    alone, _, _ = loss_and_gradient(candidate, [3.0], [5.0])
    return {
        "labels of shape (4, 1): loss": loss,
        "the loss is a scalar": shape == (),
        "numbers in the loss": math.prod(shape),
        "labels of shape (4,): loss of perfect predictions": perfect,
        "labels of shape (4,): loss": flat_loss,
        "labels of shape (4, 1): gradient along the predictions": gradient,
        "labels of shape (4,): gradient along the predictions": flat_gradient,
        "loss of a single row": alone,
    }


def second(candidate):
    labels, predictions = [-1.0, 0.5, 7.0, 2.0, 2.0], [0.0, 1.0, -3.0, 4.5, 2.25]
    measured = {}
    for name, shaped in (("flat", labels), ("column", [[label] for label in labels])):
        loss, shape, gradient = loss_and_gradient(candidate, shaped, predictions)
        if shape is None:
            return {"loss": loss}
        measured |= {f"{name} loss": loss, f"{name} scalar": shape == (), f"{name} gradient": gradient}
    return measured


EXERCISE = Exercise(
    id="02.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=mean_squared_error,
    alternatives=(error_flat, error_with_column, error_of_keras),
    mistakes=(
        every_label_minus_every_prediction,
        second_column,
        sum_of_squares,
        not_averaged,
        in_numpy,
        only_labels_squeezed,
        root_of_the_mean,
        half_of_the_mean,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
