"""Answers to 09.3."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


def slopes_by_tape(discriminator, real, of=tf.reduce_sum):
    with tf.GradientTape() as tape:
        tape.watch(real)
        result = of(discriminator(real, training=True))
    return tape.gradient(result, real)


@right("einsum, and a division by the number of pictures")
def by_einsum(discriminator, real):
    slopes = slopes_by_tape(discriminator, real)
    return tf.einsum("ij,ij->", slopes, slopes) / tf.cast(tf.shape(real)[0], tf.float32)


@right("picture by picture")
def one_by_one(discriminator, real):
    lengths = []
    for picture in tf.unstack(real):
        slope = slopes_by_tape(discriminator, picture[tf.newaxis])
        lengths.append(tf.reduce_sum(tf.square(slope)))
    return tf.add_n(lengths) / len(lengths)


@right("the flattened slopes through Keras, pictures as a variable")
def as_variable(discriminator, real):
    pictures = tf.Variable(real)
    with tf.GradientTape() as tape:
        logits = keras.ops.squeeze(discriminator(pictures), -1)
    slopes = keras.layers.Flatten()(tape.gradient(logits, pictures))
    return keras.ops.mean(keras.ops.sum(keras.ops.square(slopes), axis=-1))


@wrong("reduce_mean of the logits", named="the slopes of the mean")
def of_the_mean(discriminator, real):
    slopes = slopes_by_tape(discriminator, real, tf.reduce_mean)
    return tf.reduce_mean(tf.reduce_sum(slopes * slopes, axis=-1))


@wrong("the whole in NumPy", named="a penalty without a slope")
def by_numpy(discriminator, real):
    slopes = slopes_by_tape(discriminator, real).numpy()
    return tf.constant(np.mean(np.sum(slopes**2, axis=1)))


@wrong("the norm is not squared", named="lengths that are not squared")
def norm(discriminator, real):
    return tf.reduce_mean(tf.sqrt(tf.reduce_sum(tf.square(slopes_by_tape(discriminator, real)), axis=1)))


@wrong("WGAN-GP's distance from 1", named="a length of 1 is asked for")
def from_one(discriminator, real):
    lengths = tf.sqrt(tf.reduce_sum(slopes_by_tape(discriminator, real) ** 2, axis=1))
    return tf.reduce_mean(tf.square(lengths - 1.0))


@wrong("everything summed", named="a sum over the pictures")
def everything_summed(discriminator, real):
    return tf.reduce_sum(tf.square(slopes_by_tape(discriminator, real)))


@wrong("everything averaged", named="a mean over the pixels")
def everything_averaged(discriminator, real):
    return keras.ops.mean(slopes_by_tape(discriminator, real) ** 2)


@wrong("the slopes are added before they are squared")
def added_first(discriminator, real):
    return tf.reduce_mean(tf.reduce_sum(slopes_by_tape(discriminator, real), axis=1) ** 2)


@wrong("the sum runs over the pictures, the mean over the pixels")
def wrong_axis(discriminator, real):
    return tf.reduce_mean(tf.reduce_sum(slopes_by_tape(discriminator, real) ** 2, axis=0))


@wrong("nothing is watched")
def unwatched(discriminator, real):
    with tf.GradientTape() as tape:
        logits = discriminator(real)
    return tf.reduce_mean(tf.reduce_sum(tape.gradient(logits, real) ** 2, axis=1))


@wrong("of the probability", named="the slopes of the probability")
def of_the_probability(discriminator, real):
    slopes = slopes_by_tape(discriminator, real, lambda logits: tf.reduce_sum(tf.sigmoid(logits)))
    return tf.reduce_mean(tf.reduce_sum(slopes**2, axis=1))
