"""Answers to 07.2."""

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("a while loop over the place where a batch begins")
def by_while(take_step, features, labels, batch_size):
    @tf.function
    def train_epoch(order):
        n = tf.shape(order)[0]
        first, total = tf.constant(0), tf.constant(0.0)
        while first < n:
            chosen = order[first : tf.minimum(first + batch_size, n)]
            loss = take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
            total += loss * tf.cast(tf.size(chosen), tf.float32)
            first += batch_size
        return total / tf.cast(n, tf.float32)

    return train_epoch


@right("a dataset of the order inside the graph, over its iterator")
def by_dataset(take_step, features, labels, batch_size):
    @tf.function
    def train_epoch(order):
        total = 0.0
        for chosen in tf.data.Dataset.from_tensor_slices(order).batch(batch_size):
            loss = take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
            total += loss * tf.cast(tf.shape(chosen)[0], tf.float32)
        return total / tf.cast(tf.shape(order)[0], tf.float32)

    return train_epoch


@right("the rows are sorted first, and cut afterwards; a float comes back")
def gathered_first(take_step, features, labels, batch_size):
    n = len(labels)

    @tf.function
    def run(order):
        x, y = tf.gather(features, order), tf.gather(labels, order)
        total = 0.0
        for first in tf.range(0, n, batch_size):
            part = y[first : first + batch_size]
            total += take_step(x[first : first + batch_size], part) * tf.cast(len(part), tf.float32)
        return total / n

    return lambda order: float(run(order))


@wrong("full batches only", named="the small last batch is dropped")
def full_only(take_step, features, labels, batch_size):
    @tf.function
    def train_epoch(order):
        steps = len(order) // batch_size
        total = 0.0
        for chosen in tf.reshape(order[: steps * batch_size], (steps, batch_size)):
            total += take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
        return total / steps

    return train_epoch


@wrong("the mean of the losses of the batches", named="a mean of batch means")
def batch_means(take_step, features, labels, batch_size):
    @tf.function
    def train_epoch(order):
        total, steps = 0.0, 0.0
        for first in tf.range(0, len(order), batch_size):
            chosen = order[first : first + batch_size]
            total += take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
            steps += 1.0
        return total / steps

    return train_epoch


@wrong("no graph", named="Python runs the steps")
def eager(take_step, features, labels, batch_size):
    def train_epoch(order):
        total = 0.0
        for first in range(0, len(order), batch_size):
            chosen = order[first : first + batch_size]
            total += float(take_step(tf.gather(features, chosen), tf.gather(labels, chosen))) * len(chosen)
        return total / len(order)

    return train_epoch


@wrong("range under tf.function", named="unrolled")
def python_range(take_step, features, labels, batch_size):
    @tf.function
    def train_epoch(order):
        total = 0.0
        for first in range(0, len(labels), batch_size):
            chosen = order[first : first + batch_size]
            total += take_step(tf.gather(features, chosen), tf.gather(labels, chosen)) * float(chosen.shape[0])
        return total / len(labels)

    return train_epoch


@wrong("the graph is made in each epoch", named="a graph for each epoch")
def made_in_each_epoch(take_step, features, labels, batch_size):
    def train_epoch(order):
        @tf.function
        def run():
            total = 0.0
            for first in tf.range(0, len(labels), batch_size):
                chosen = order[first : first + batch_size]
                loss = take_step(tf.gather(features, chosen), tf.gather(labels, chosen))
                total += loss * tf.cast(len(chosen), tf.float32)
            return total / len(labels)

        return run()

    return train_epoch


@wrong("the order is forgotten", named="the order is not used")
def no_order(take_step, features, labels, batch_size):
    @tf.function
    def train_epoch(order):
        total = 0.0
        for first in tf.range(0, len(labels), batch_size):
            part = labels[first : first + batch_size]
            total += take_step(features[first : first + batch_size], part) * tf.cast(len(part), tf.float32)
        return total / len(labels)

    return train_epoch


@wrong("the epoch is run at once, for one order, and its loss returned")
def at_once(take_step, features, labels, batch_size):
    losses = []
    for first in range(0, len(labels), batch_size):
        losses.append(take_step(features[first : first + batch_size], labels[first : first + batch_size]))
    return np.mean(losses)
