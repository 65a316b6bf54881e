"""Models and data that several exercises of lesson 02 are probed with."""

import functools
import math

import keras
import numpy as np
import tensorflow as tf


def line_model(weight, bias):
    """Return a new model for features (B, 1), weight * x + bias, made without chance."""
    layer = keras.layers.Dense(1, kernel_initializer="zeros", name="line")
    model = keras.Sequential([keras.Input(shape=(1,), name="x"), layer], name="probe")
    model.set_weights([np.array([[weight]], "float32"), np.array([bias], "float32")])
    return model


def restless_model():
    """Return a new model for features (B, 1) with BatchNormalization and Dropout, to which `training` matters."""
    layers = [
        keras.layers.BatchNormalization(name="normed"),
        keras.layers.Dense(6, kernel_initializer="zeros", name="hidden"),
        keras.layers.Dropout(0.5, seed=1, name="dropped"),
        keras.layers.Dense(1, kernel_initializer="zeros", name="out"),
    ]
    model = keras.Sequential([keras.Input(shape=(1,), name="x"), *layers], name="restless")
    # set, not drawn, so that a check takes nothing from the learner's random numbers
    model.set_weights([np.linspace(0.5, 1.5, weight.size).reshape(weight.shape) for weight in model.get_weights()])
    return model


def batches_of(x, y, size):
    """Return two lists of numbers as a dataset of (features, labels) batches, each (B, 1), always in this order."""
    columns = tuple(np.array(numbers, "float32")[:, None] for numbers in (x, y))
    return tf.data.Dataset.from_tensor_slices(columns).batch(size)


def reordered_batches_of(x, y, size):
    """Return the same dataset, but every second time that somebody walks through it, the rows come in reverse.

    So it is like a shuffled dataset, which deals them out anew each time, but without chance.
    """
    dataset, walks = _in_two_orders(tuple(x), tuple(y), size)
    walks.assign(0)
    return dataset


@functools.cache
def _in_two_orders(x, y, size):
    """Return a dataset and the Variable that counts the walks through it; to make one takes longer than a walk."""
    walks = tf.Variable(0)
    columns = [np.array(numbers, "float32")[:, None] for numbers in (x, y)]
    forward_and_back = [tf.constant(np.stack([column, column[::-1]])) for column in columns]

    def next_walk(_):
        place = (walks.assign_add(1) - 1) % 2
        return tf.data.Dataset.from_tensor_slices(tuple(orders[place] for orders in forward_and_back)).batch(size)

    dataset = tf.data.Dataset.range(1).flat_map(next_walk)
    return dataset.apply(tf.data.experimental.assert_cardinality(math.ceil(len(x) / size))), walks


def weights_of(model):
    """Return all weights of a model in one row."""
    return np.concatenate([weights.ravel() for weights in model.get_weights()])


def is_same(found, expected):
    """Whether measurements are the expected ones; where they are not, further probes would only repeat it."""
    return all(
        np.shape(found[name]) == np.shape(value)
        and not isinstance(found[name], str)
        and np.allclose(found[name], value, rtol=1e-5, atol=1e-5)
        for name, value in expected.items()
    )


def lopsided_loss(labels, predictions):
    """Return a mean loss to which too high is worse than too low, so that labels and predictions cannot be swapped."""
    errors = predictions - labels
    return tf.reduce_mean(errors**2 + errors / 2)


def lopsided_descent(x, y, batches, rate=0.05):
    """Return each batch's lopsided loss before its step, and the last (weight, bias), in NumPy.

    The line starts with weight 0.5 and bias -1; `batches` holds the numbers of the rows of each step.
    """
    x, y, place, losses = np.array(x), np.array(y), np.array([0.5, -1.0]), []
    for rows in batches:
        errors = place[0] * x[rows] + place[1] - y[rows]
        losses.append(np.mean(errors**2 + errors / 2))
        slopes = 2 * errors + 0.5
        place = place - rate * np.array([np.mean(slopes * x[rows]), np.mean(slopes)])
    return np.array(losses), place


def cut(rows, size):
    """Return numbers of rows in pieces of this size; the last may be smaller."""
    return np.split(np.asarray(rows), range(size, len(rows), size))
