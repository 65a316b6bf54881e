"""Answers to 09.2."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("Keras' cross-entropy, with labels of both kinds")
def by_keras(drawn_logits):
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    return -bce(tf.zeros_like(drawn_logits), drawn_logits), bce(tf.ones_like(drawn_logits), drawn_logits)


@right("one from the other: log(1 - D) = log D - z")
def one_from_the_other(drawn_logits):
    log_d = tf.minimum(drawn_logits, 0.0) - tf.math.log1p(tf.exp(-tf.abs(drawn_logits)))
    return tf.reduce_mean(log_d - drawn_logits), tf.reduce_mean(-log_d)


@right("log_sigmoid, in a list, on the flat logits")
def by_log_sigmoid(drawn_logits):
    z = tf.reshape(drawn_logits, [-1])
    return [tf.reduce_mean(tf.math.log_sigmoid(-z)), tf.reduce_mean(-tf.math.log_sigmoid(z))]


@wrong("sigmoid and log", named="typed in from the formula")
def formula(drawn_logits):
    d = keras.ops.sigmoid(drawn_logits)
    return tf.reduce_mean(tf.math.log(1.0 - d)), tf.reduce_mean(-tf.math.log(d))


@wrong("a small number in the logarithm")
def epsilon(drawn_logits):
    d = tf.sigmoid(drawn_logits)
    return tf.reduce_mean(tf.math.log(1.0 - d + 1e-7)), -tf.reduce_mean(tf.math.log(d + 1e-7))


@wrong("Keras without from_logits, on probabilities", named="a probability that is kept away from 0 and 1")
def keras_on_probabilities(drawn_logits):
    bce, d = keras.losses.BinaryCrossentropy(), tf.sigmoid(drawn_logits)
    return -bce(tf.zeros_like(d), d), bce(tf.ones_like(d), d)


@wrong("Keras with from_logits, on probabilities", named="two sigmoids")
def keras_twice(drawn_logits):
    bce, d = keras.losses.BinaryCrossentropy(from_logits=True), tf.sigmoid(drawn_logits)
    return -bce(tf.zeros_like(d), d), bce(tf.ones_like(d), d)


@wrong("what the discriminator pays for drawings", named="the literal loss has the discriminator's sign")
def without_minus(drawn_logits):
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    return bce(tf.zeros_like(drawn_logits), drawn_logits), bce(tf.ones_like(drawn_logits), drawn_logits)


@wrong("the other order", named="exchanged")
def other_order(drawn_logits):
    return tf.reduce_mean(tf.nn.softplus(-drawn_logits)), tf.reduce_mean(-tf.nn.softplus(drawn_logits))


@wrong("sums", named="a sum in place of a mean")
def sums(drawn_logits):
    losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(drawn_logits), drawn_logits)
    return tf.reduce_sum(tf.math.log_sigmoid(-drawn_logits)), tf.reduce_sum(losses)


@wrong("labels 1 and 0 exchanged", named="the labels are exchanged")
def labels(drawn_logits):
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    return -bce(tf.ones_like(drawn_logits), drawn_logits), bce(tf.zeros_like(drawn_logits), drawn_logits)


@wrong("NumPy, which no tape follows")
def by_numpy(drawn_logits):
    z = drawn_logits.numpy()
    return -np.logaddexp(0, z).mean(), np.logaddexp(0, -z).mean()


@wrong("clipped logits")
def clipped_logits(drawn_logits):
    z = tf.clip_by_value(drawn_logits, -20.0, 20.0)
    return -tf.reduce_mean(tf.nn.softplus(z)), tf.reduce_mean(tf.nn.softplus(-z))


@wrong("a number for each drawing")
def no_mean(drawn_logits):
    return -tf.nn.softplus(drawn_logits), tf.nn.softplus(-drawn_logits)
