"""Answers to 05.1."""

import math

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("plays the loop through and collects what tells one trace from another in a set")
def set_of_signatures():
    seen = set()
    for epoch in range(5):
        for start in range(0, 1000, 64):
            rows = min(64, 1000 - start)
            seen.add((0.95**epoch, rows))
    return len(seen)


@right("lets TensorFlow count the traces of a small function with the same arguments")
def counted_by_tensorflow():
    @tf.function
    def train_step(features, labels, rate):
        return rate * tf.reduce_sum(features - labels)

    dataset = tf.data.Dataset.from_tensor_slices((tf.zeros((1000, 1)), tf.zeros((1000, 1))))
    for epoch in range(5):
        for features, labels in dataset.batch(64):
            train_step(features, labels, 0.95**epoch)
    return train_step.experimental_get_tracing_count()


@right("rates times batch sizes, from divmod")
def rates_times_sizes():
    full, rest = divmod(1000, 64)
    sizes = (full > 0) + (rest > 0)
    return 5 * sizes


@right("distinct rows of a NumPy table of rates and sizes")
def distinct_rows():
    sizes = np.diff(np.append(np.arange(0, 1000, 64), 1000))
    table = np.array([(0.95**epoch, size) for epoch in range(5) for size in sizes])
    return len(np.unique(table, axis=0))


@right("recursion over the epochs, two new traces in each")
def recursion():
    def traces_until(epoch):
        if epoch == 0:
            return 0
        # a Python number that is not known yet: one trace for 64 rows and one for the last 40
        return traces_until(epoch - 1) + len({64, 1000 % 64})

    return traces_until(5)


@right("as a float")
def as_a_float():
    return 5 * 2.0


@right("as a number of NumPy")
def as_a_number_of_numpy():
    return np.prod([5, 2])


@wrong("as a text")
def as_a_text():
    return "10"


@wrong("a list with the number of each epoch")
def of_each_epoch():
    return [2, 2, 2, 2, 2]


@wrong("counts the batches of an epoch", named="a trace for each batch of the first epoch")
def batches_of_an_epoch():
    return math.ceil(1000 / 64)


@wrong("takes each call for a trace", named="a trace for each call")
def each_call():
    return 5 * math.ceil(1000 / 64)


@wrong("one trace for each rate, the smaller last batch forgotten", named="only the numbers count")
def smaller_batch_forgotten():
    return len({0.95**epoch for epoch in range(5)})


@wrong("one trace for each shape, as if the rate were a tensor", named="only shapes count")
def rate_as_a_tensor():
    return len({min(64, 1000 - start) for start in range(0, 1000, 64)})


@wrong("adds rates and shapes in place of multiplying them", named="added instead of multiplied")
def added():
    rates, shapes = 5, 2
    return rates + shapes


@wrong("the smaller batch is traced only in the first epoch", named="the smaller batch is traced only once")
def smaller_batch_once():
    return 5 + 1


@wrong("two mistakes: each call is a trace, and the smaller batch is left out", named="a trace for each full batch")
def full_batches_of_all_epochs():
    return 5 * (1000 // 64)


@wrong("prints the number and returns nothing")
def printed():
    print(5 * 2)
