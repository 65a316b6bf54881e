"""Answers to 02.2."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("both flattened, then the dot product of the errors with themselves over their number")
def dot_product(labels, predictions):
    errors = tf.reshape(labels, [-1]) - tf.reshape(predictions, [-1])
    return tf.tensordot(errors, errors, axes=1) / tf.cast(tf.size(errors), tf.float32)


@right("Keras's loss, after the labels have got the shape of the predictions")
def keras_loss(labels, predictions):
    labels = tf.reshape(labels, tf.shape(predictions))
    return keras.losses.MeanSquaredError()(labels, predictions)


@right("the variance of the errors plus the square of their mean")
def variance_plus_mean(labels, predictions):
    errors = tf.reshape(labels, (-1, 1)) - predictions
    return tf.math.reduce_variance(errors) + tf.reduce_mean(errors) ** 2


@right("adds a column to labels that have none, the ranks compared in Python")
def add_column(labels, predictions):
    if len(labels.shape) < len(predictions.shape):
        labels = labels[:, tf.newaxis]
    errors = predictions - labels
    return keras.ops.mean(errors * errors)


@right("squeezes both, which also works for a single row, and twice the l2_loss over the size")
def squeeze_both(labels, predictions):
    errors = tf.squeeze(predictions) - tf.squeeze(labels)
    return 2.0 * tf.nn.l2_loss(errors) / tf.cast(tf.size(labels), errors.dtype)


@wrong("labels of shape (B,) broadcast against (B, 1)", named="every label minus every prediction")
def broadcasts(labels, predictions):
    return tf.reduce_mean(tf.square(labels - predictions))


@wrong(
    "takes the column off the predictions only, so labels of shape (B, 1) broadcast",
    named="a column for labels that have one",
)
def predictions_squeezed(labels, predictions):
    return tf.reduce_mean((labels - predictions[:, 0]) ** 2)


@wrong(
    "always adds a column, labels of shape (B, 1) become (B, 1, 1) and broadcast",
    named="a column for labels that have one",
)
def always_a_column(labels, predictions):
    labels = tf.expand_dims(labels, axis=1)
    return tf.reduce_mean(tf.square(labels - predictions))


@wrong("a loss for each row, shape (B,), no scalar", named="one loss for each row")
def row_losses(labels, predictions):
    return keras.losses.mean_squared_error(tf.reshape(labels, (-1, 1)), predictions)


@wrong("through NumPy, so that the tape cannot follow", named="the loss left the tape")
def through_numpy(labels, predictions):
    y_true = labels.numpy().reshape(-1)
    y_pred = predictions.numpy().reshape(-1)
    return tf.constant(np.mean((y_true - y_pred) ** 2))


@wrong("the sum in place of the mean", named="the sum instead of the mean")
def sum_of_squares(labels, predictions):
    errors = tf.reshape(labels, (-1, 1)) - predictions
    return tf.reduce_sum(errors**2)


@wrong("two mistakes: still broadcasts, and takes half of the mean")
def half_and_broadcast(labels, predictions):
    size = tf.cast(tf.shape(predictions)[0], tf.float32)
    return tf.reduce_sum((predictions - labels) ** 2) / (2.0 * size)


@wrong("squeezes the labels only, so that those of both shapes broadcast", named="labels that have lost their column")
def labels_squeezed(labels, predictions):
    return tf.reduce_mean((tf.squeeze(labels) - predictions) ** 2)


@wrong("the root of the mean", named="the root of the mean")
def root(labels, predictions):
    labels = tf.reshape(labels, (-1, 1))
    return tf.sqrt(tf.reduce_mean((labels - predictions) ** 2))


@wrong("returns Keras's loss object in place of a loss")
def loss_object(labels, predictions):
    return keras.losses.MeanSquaredError()


@wrong("returns the loss and the errors")
def loss_and_errors(labels, predictions):
    errors = tf.reshape(labels, (-1, 1)) - predictions
    return tf.reduce_mean(errors**2), errors
