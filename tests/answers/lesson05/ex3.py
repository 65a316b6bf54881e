"""Answers to 05.3."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("length of one long vector, the factor is limit over the larger of norm and limit")
def one_long_vector(gradients, limit):
    limit = tf.cast(limit, tf.float32)
    norm = tf.norm(tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], axis=0))
    factor = limit / tf.maximum(norm, limit)
    return [factor * gradient for gradient in gradients]


@right("sum of squares in float64 with NumPy, the gradients themselves when they are short enough")
def numpy_in_float64(gradients, limit):
    squares = 0.0
    for gradient in gradients:
        squares += np.sum(np.square(np.asarray(gradient, dtype=np.float64)))
    norm = np.sqrt(squares)
    if norm <= limit:
        return list(gradients)
    return [tf.convert_to_tensor(np.asarray(gradient) * np.float32(limit / norm)) for gradient in gradients]


@right("recursion for the sum of squares, divide_no_nan and minimum for the factor")
def recursive_squares(gradients, limit):
    def squares(tensors):
        if len(tensors) == 0:
            return tf.constant(0.0)
        return tf.reduce_sum(tensors[0] * tensors[0]) + squares(tensors[1:])

    limit = tf.cast(limit, tf.float32)
    norm = tf.sqrt(squares(gradients))
    scale = tf.where(norm > limit, tf.math.divide_no_nan(limit, norm), 1.0)
    return [tf.multiply(gradient, scale) for gradient in gradients]


@right("clip_by_norm on the joined vector, cut into its pieces again")
def joined_clipped_and_split(gradients, limit):
    sizes = [gradient.shape.num_elements() for gradient in gradients]
    joined = tf.concat([tf.reshape(gradient, (size,)) for gradient, size in zip(gradients, sizes)], axis=0)
    pieces = tf.split(tf.clip_by_norm(joined, float(limit)), sizes)
    return [tf.reshape(piece, gradient.shape) for piece, gradient in zip(pieces, gradients)]


@right("keras.ops: the norm of the norms, as Pythagoras allows it")
def norm_of_norms(gradients, limit):
    lengths = keras.ops.stack([keras.ops.norm(keras.ops.reshape(gradient, (-1,))) for gradient in gradients])
    total = keras.ops.norm(lengths)
    if total > limit:
        return [gradient * (limit / total) for gradient in gradients]
    return [gradient for gradient in gradients]


@right("a tuple of NumPy arrays")
def tuple_of_arrays(gradients, limit):
    arrays = [gradient.numpy() for gradient in gradients]
    norm = np.sqrt(sum(np.sum(array**2) for array in arrays))
    return tuple(np.asarray(array * np.float32(min(1, limit / max(norm, 1e-30)))) for array in arrays)


def global_norm(gradients):
    return tf.sqrt(sum(tf.reduce_sum(gradient**2) for gradient in gradients))


@wrong("compares with 1 in place of the limit")
def compared_with_one(gradients, limit):
    norm = global_norm(gradients)
    return [gradient * limit / norm for gradient in gradients] if norm > 1 else list(gradients)


@wrong("the line from the lesson, with the limit that it has there", named="the limit is always 1")
def limit_of_the_lesson(gradients, limit):
    gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
    return gradients


@wrong("always as long as the limit, but no NaN", named="short gradients are made longer")
def stretched(gradients, limit):
    norm = global_norm(gradients)
    return [gradient * limit / norm for gradient in gradients] if norm > 0 else gradients


@wrong("always as long as the limit", named="always as long as the limit")
def stretched_with_nan(gradients, limit):
    return [gradient * limit / global_norm(gradients) for gradient in gradients]


@wrong("one long vector, never cut into its pieces again")
def one_vector(gradients, limit):
    return tf.clip_by_norm(tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], axis=0), limit)


@wrong("float64, which no longer fits to the variables")
def in_float64(gradients, limit):
    gradients = [tf.cast(gradient, tf.float64) for gradient in gradients]
    return tf.clip_by_global_norm(gradients, limit)[0]


@wrong("a dictionary by position")
def dictionary(gradients, limit):
    return dict(enumerate(tf.clip_by_global_norm(gradients, limit)[0]))


@wrong("each gradient is cut to the limit for itself", named="each variable on a leash of its own")
def each_for_itself(gradients, limit):
    return [tf.clip_by_norm(gradient, limit) for gradient in gradients]


@wrong("cuts the entries to between minus and plus the limit", named="each number is clipped")
def entries(gradients, limit):
    return [tf.clip_by_value(gradient, -limit, limit) for gradient in gradients]


@wrong("returns the pair of list and norm that clip_by_global_norm gives", named="the norm comes along")
def pair_returned(gradients, limit):
    return tf.clip_by_global_norm(gradients, limit)


@wrong("divides by the norm first, so zeros become NaN", named="zeros become NaN")
def zeros_become_nan(gradients, limit):
    norm = tf.linalg.global_norm(gradients)
    return [gradient / norm * tf.minimum(norm, limit) for gradient in gradients]


@wrong("the square root is forgotten", named="the square root is missing")
def root_forgotten(gradients, limit):
    norm = sum(tf.reduce_sum(tf.square(gradient)) for gradient in gradients)
    if norm > limit:
        return [gradient * (limit / norm) for gradient in gradients]
    return gradients


@wrong("adds up the norms of the gradients in place of their squares", named="the lengths were added")
def sum_of_norms(gradients, limit):
    norm = tf.add_n([tf.norm(gradient) for gradient in gradients])
    return [gradient * limit / tf.maximum(norm, limit) for gradient in gradients]


@wrong("two mistakes: the norm of the longest gradient in place of the global one, and short ones grow")
def longest_and_stretched(gradients, limit):
    longest = max(float(tf.norm(gradient)) for gradient in gradients)
    if longest == 0:
        return gradients
    return [gradient * (limit / longest) for gradient in gradients]
