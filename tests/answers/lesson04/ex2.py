"""Answers to 04.2."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("the loss object of Keras with sample_weight")
def keras_sample_weight(labels, logits, row_weights):
    return keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits, sample_weight=row_weights)


@right("a second column of zeros and the cross-entropy for two classes")
def softmax_of_two(labels, logits, row_weights):
    two_logits = tf.concat([tf.zeros_like(logits), logits], axis=1)
    classes = tf.cast(tf.reshape(labels, [-1]), tf.int32)
    ce = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=classes, logits=two_logits)
    return tf.reduce_mean(ce * row_weights)


@right("the weights as a row times the cross-entropies as a column, a product of matrices")
def matrix_product(labels, logits, row_weights):
    ce = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    product = tf.matmul(row_weights[tf.newaxis, :], ce)
    return tf.squeeze(product) / tf.cast(tf.shape(ce)[0], tf.float32)


@right("map_fn over the rows with softplus of the signed logit")
def one_row_at_a_time(labels, logits, row_weights):
    def weighted(row):
        label, logit, weight = row
        return weight * tf.nn.softplus((1.0 - 2.0 * label) * logit)

    rows = (labels[:, 0], logits[:, 0], row_weights)
    return tf.reduce_mean(tf.map_fn(weighted, rows, fn_output_signature=tf.float32))


@right("both logarithms written out with log_sigmoid, columns from reshape")
def both_logarithms(labels, logits, row_weights):
    y = tf.reshape(labels, [-1])
    z = tf.reshape(logits, [-1])
    ce = -(y * tf.math.log_sigmoid(z) + (1.0 - y) * tf.math.log_sigmoid(-z))
    return tf.tensordot(row_weights, ce, axes=1) / tf.cast(tf.size(y), tf.float32)


@wrong("(B,) times (B, 1) is (B, B), so that every weight meets every row", named="the weights meet an average")
def every_weight_every_row(labels, logits, row_weights):
    ce = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    return tf.reduce_mean(row_weights * ce)


@wrong("divides by the sum of the weights, not by the number of rows", named="divided by the sum of the weights")
def weighted_mean(labels, logits, row_weights):
    ce = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)[:, 0]
    return tf.reduce_sum(ce * row_weights) / tf.reduce_sum(row_weights)


@wrong(
    "the mean loss times the mean weight, because the loss is reduced too early", named="the weights meet an average"
)
def reduced_too_early(labels, logits, row_weights):
    loss = keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits)
    return tf.reduce_mean(loss * row_weights)


@wrong(
    "weights as pos_weight, which leaves the rows with label 0 unweighted", named="rows with label 0 are not weighted"
)
def as_pos_weight(labels, logits, row_weights):
    ce = tf.nn.weighted_cross_entropy_with_logits(
        labels=labels, logits=logits, pos_weight=tf.expand_dims(row_weights, 1)
    )
    return tf.reduce_mean(ce)


@wrong("multiplies the logits by the weights, not the cross-entropies", named="the weights multiply the logits")
def weighted_logits(labels, logits, row_weights):
    scaled = logits * tf.reshape(row_weights, [-1, 1])
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=scaled))


@wrong(
    "a float computed with NumPy, not a tensor, so that no gradient gets through",
    named="no gradient reaches the logits",
)
def number_of_numpy(labels, logits, row_weights):
    y = np.asarray(labels).ravel()
    z = np.asarray(logits).ravel()
    ce = np.logaddexp(0, z) - y * z
    return float(np.mean(np.asarray(row_weights) * ce))


@wrong("two mistakes: the loss is not told of logits, and the rows are added up without dividing")
def sum_of_probabilities(labels, logits, row_weights):
    ce = keras.losses.binary_crossentropy(labels, logits)
    return tf.reduce_sum(ce * row_weights)


@wrong("the weights are forgotten", named="the weights are not used")
def forgotten_weights(labels, logits, row_weights):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))


@wrong("reduction='none', and nothing reduces afterwards", named="one loss for each row")
def never_reduced(labels, logits, row_weights):
    return keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)(labels, logits) * row_weights


@wrong("the name of a loss and not its number")
def words(labels, logits, row_weights):
    return "binary_crossentropy"
