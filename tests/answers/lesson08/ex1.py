"""Answers to 08.1."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("a loop over rows and penalties")
def loops(losses, penalties, global_batch, workers):
    total = tf.constant(0.0)
    for loss in tf.unstack(losses):
        total += loss / global_batch
    for penalty in penalties:
        total += penalty / workers
    return total


@right("the mean of the own rows, put back into proportion, if there are any")
def mean_times_share(losses, penalties, global_batch, workers):
    rows = len(losses)
    mean = tf.reduce_mean(losses) * (rows / global_batch) if rows else tf.constant(0.0)
    penalty = tf.add_n(penalties) / workers if penalties else 0.0
    return mean + penalty


@right("with keras.ops, whole numbers cast")
def keras_ops(losses, penalties, global_batch, workers):
    rows = keras.ops.sum(losses) / keras.ops.cast(global_batch, "float32")
    return rows + tf.reduce_sum(penalties) / tf.cast(workers, tf.float32)


@right("both sums weighted, then added")
def weighted(losses, penalties, global_batch, workers):
    return (workers * tf.reduce_sum(losses) + global_batch * sum(penalties)) / (workers * global_batch)


@wrong("as on one machine", named="the mean of the worker's own rows")
def own_rows(losses, penalties, global_batch, workers):
    return keras.ops.mean(losses) + sum(penalties) / workers


@wrong("as on one machine, penalties and all")
def one_machine(losses, penalties, global_batch, workers):
    return tf.reduce_mean(losses) + sum(penalties)


@wrong("everything divided by the number of workers", named="equal shares taken for granted")
def over_workers(losses, penalties, global_batch, workers):
    return (tf.reduce_mean(losses) + sum(penalties)) / workers


@wrong("all in one sum over the global batch", named="the penalties are divided by rows")
def one_sum(losses, penalties, global_batch, workers):
    return (tf.reduce_sum(losses) + sum(penalties)) / global_batch


@wrong("the whole penalty on each", named="the penalties count on every worker")
def penalties_whole(losses, penalties, global_batch, workers):
    return tf.nn.compute_average_loss(losses, global_batch_size=global_batch) + sum(penalties)


@wrong("NumPy in between", named="no gradient comes through")
def numpy_sum(losses, penalties, global_batch, workers):
    total = losses.numpy().sum() / global_batch
    for penalty in penalties:
        total += float(penalty) / workers
    return tf.constant(total, tf.float32)


@wrong("nothing for a worker without rows")
def nothing_without_rows(losses, penalties, global_batch, workers):
    if len(losses) == 0:
        return tf.constant(0.0)
    return tf.reduce_sum(losses) / global_batch + sum(penalties) / workers


@wrong("a loss for each row comes back")
def not_summed(losses, penalties, global_batch, workers):
    return losses / global_batch + sum(penalties) / workers


@wrong("the penalty's mean over the penalties")
def mean_of_penalties(losses, penalties, global_batch, workers):
    penalty = np.sum(penalties) / (len(penalties) or 1)
    return tf.reduce_sum(losses) / global_batch + penalty / workers
