"""Answers to 04.4."""

import keras
import tensorflow as tf

from answers import right, wrong


@right("keras.ops, with the power as an exponential of log_sigmoid")
def power_as_exponential(labels, logits, gamma=2.0, alpha=0.25):
    leaves = keras.ops.greater(labels, 0.5)
    margin = keras.ops.where(leaves, logits, -logits)
    weight = keras.ops.where(leaves, alpha, 1.0 - alpha)
    factor = keras.ops.exp(gamma * keras.ops.log_sigmoid(-margin))
    return keras.ops.mean(weight * factor * -keras.ops.log_sigmoid(margin))


@right("the gradient derived by hand, in a custom_gradient")
def gradient_by_hand(labels, logits, gamma=2.0, alpha=0.25):
    labels = tf.convert_to_tensor(labels)
    sign = 2.0 * labels - 1.0
    weight = labels * alpha + (1.0 - labels) * (1.0 - alpha)

    @tf.custom_gradient
    def loss_of_rows(z):
        p, q = tf.sigmoid(sign * z), tf.sigmoid(-sign * z)
        minus_log_p = tf.nn.softplus(-sign * z)
        factor = tf.exp(-gamma * tf.nn.softplus(sign * z))

        def backward(upstream):
            return -upstream * sign * weight * factor * (gamma * p * minus_log_p + q)

        return weight * factor * minus_log_p, backward

    return tf.reduce_mean(loss_of_rows(tf.convert_to_tensor(logits)))


@right("-ln p_t and -ln(1 - p_t) as two cross-entropies, one with the labels turned around")
def two_cross_entropies(labels, logits, gamma=2.0, alpha=0.25):
    labels = tf.convert_to_tensor(labels)
    logits = tf.convert_to_tensor(logits)
    happened = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    opposite = tf.nn.sigmoid_cross_entropy_with_logits(labels=1.0 - labels, logits=logits)
    a = tf.where(labels == 1.0, alpha, 1.0 - alpha)
    return tf.reduce_mean(a * tf.exp(-gamma * opposite) * happened)


@right("leavers and stayers in two groups, added up and divided by all rows")
def two_groups(labels, logits, gamma=2.0, alpha=0.25):
    def group_sum(margin):
        return tf.reduce_sum(tf.exp(-gamma * tf.nn.softplus(margin)) * tf.nn.softplus(-margin))

    y = tf.reshape(labels, [-1])
    z = tf.reshape(logits, [-1])
    leavers = tf.boolean_mask(z, y > 0.5)
    stayers = tf.boolean_mask(z, y <= 0.5)
    total = alpha * group_sum(leavers) + (1.0 - alpha) * group_sum(-stayers)
    return total / tf.cast(tf.size(z), tf.float32)


@wrong(
    "sigmoid and logarithm one after the other, infinite for a certain mistake", named="the logarithm of a probability"
)
def plain_logarithm(labels, logits, gamma=2.0, alpha=0.25):
    p = tf.sigmoid(logits)
    p_t = labels * p + (1 - labels) * (1 - p)
    a = labels * alpha + (1 - labels) * (1 - alpha)
    return tf.reduce_mean(-a * (1 - p_t) ** gamma * tf.math.log(p_t))


@wrong("clipped probabilities: the loss stops at 16 and the gradient is 0 there", named="cut off before the logarithm")
def clipped(labels, logits, gamma=2.0, alpha=0.25):
    p = tf.clip_by_value(tf.sigmoid(logits), 1e-7, 1 - 1e-7)
    p_t = tf.where(labels > 0.5, p, 1 - p)
    a = tf.where(labels > 0.5, alpha, 1 - alpha)
    return tf.reduce_mean(-a * (1 - p_t) ** gamma * tf.math.log(p_t))


@wrong(
    "the focal loss of Keras, whose gradient is NaN for a gamma below 1 where a row is certain",
    named="NaN for a gamma below 1",
)
def focal_loss_of_keras(labels, logits, gamma=2.0, alpha=0.25):
    focal = keras.losses.BinaryFocalCrossentropy
    loss = focal(apply_class_balancing=True, alpha=alpha, gamma=gamma, from_logits=True)
    return loss(labels, logits)


@wrong("alpha for label 0 and 1 - alpha for label 1", named="alpha for the other class")
def alpha_turned_around(labels, logits, gamma=2.0, alpha=0.25):
    margin = (2.0 * labels - 1.0) * logits
    a = labels * (1.0 - alpha) + (1.0 - labels) * alpha
    return tf.reduce_mean(a * tf.exp(-gamma * tf.nn.softplus(margin)) * tf.nn.softplus(-margin))


@wrong(
    "a power of a probability that is 0 in float32: the gradient is NaN for gamma below 1",
    named="NaN for a gamma below 1",
)
def power_of_zero(labels, logits, gamma=2.0, alpha=0.25):
    margin = (2.0 * labels - 1.0) * logits
    a = labels * alpha + (1.0 - labels) * (1.0 - alpha)
    return tf.reduce_mean(a * tf.pow(tf.sigmoid(-margin), gamma) * tf.nn.softplus(-margin))


@wrong("no gradient through the focal factor", named="no gradient through the power")
def constant_factor(labels, logits, gamma=2.0, alpha=0.25):
    ce = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    p_t = tf.exp(-ce)
    factor = tf.stop_gradient((1.0 - p_t) ** gamma)
    a = alpha * labels + (1.0 - alpha) * (1.0 - labels)
    return tf.reduce_mean(a * factor * ce)


@wrong("maximum and abs in a softplus of its own, whose gradient is off by a factor of 2 at the logit 0")
def kink_at_zero(labels, logits, gamma=2.0, alpha=0.25):
    def softplus(x):
        return tf.maximum(x, 0.0) + tf.math.log1p(tf.exp(-tf.abs(x)))

    margin = (2.0 * labels - 1.0) * logits
    a = labels * alpha + (1.0 - labels) * (1.0 - alpha)
    return tf.reduce_mean(a * tf.exp(-gamma * softplus(margin)) * softplus(-margin))


@wrong("two mistakes: alpha for the rows of both classes, and the sum of the rows")
def alpha_for_all_summed(labels, logits, gamma=2.0, alpha=0.25):
    margin = (2.0 * labels - 1.0) * logits
    ce = tf.nn.softplus(-margin)
    return tf.reduce_sum(alpha * tf.exp(-gamma * tf.nn.softplus(margin)) * ce)


@wrong("the sum of the rows", named="a sum instead of a mean")
def summed(labels, logits, gamma=2.0, alpha=0.25):
    p = tf.sigmoid(logits)
    miss = tf.where(labels > 0.5, 1 - p, p)
    ce = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    return tf.reduce_sum(tf.where(labels > 0.5, alpha, 1 - alpha) * miss**gamma * ce)


@wrong("a softplus written out, whose exponential overflows", named="an exponential that overflows")
def softplus_written_out(labels, logits, gamma=2.0, alpha=0.25):
    margin = tf.where(labels > 0.5, logits, -logits)
    minus_log_p, minus_log_q = tf.math.log1p(tf.exp(-margin)), tf.math.log1p(tf.exp(margin))
    return tf.reduce_mean(tf.where(labels > 0.5, alpha, 1 - alpha) * tf.exp(-gamma * minus_log_q) * minus_log_p)


@wrong("cut at ±50, so that larger logits have no gradient", named="cut off before the logarithm")
def clipped_logits(labels, logits, gamma=2.0, alpha=0.25):
    return focal_loss_of_keras.function(labels, tf.clip_by_value(logits, -50.0, 50.0), gamma, alpha)


@wrong("a small number added before the logarithm", named="cut off before the logarithm")
def epsilon(labels, logits, gamma=2.0, alpha=0.25):
    p = tf.sigmoid(logits)
    p_t = tf.where(labels > 0.5, p, 1 - p)
    a = tf.where(labels > 0.5, alpha, 1 - alpha)
    return tf.reduce_mean(-a * (1 - p_t) ** gamma * tf.math.log(p_t + 1e-7))
