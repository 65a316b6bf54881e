"""Rows on their way into the loop: cut into batches, shuffled for training, weighed by class."""

import dataclasses

import numpy as np
import tensorflow as tf

from helpers.training import checks


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows in memory, and the order in which each pass takes them."""

    tensors: tuple  # (features, labels), each a tensor (N, ...), or a tuple or dictionary of such
    orders: tf.data.Dataset  # gives one tensor (N,) of row numbers, for training another one in each pass
    n_rows: int
    batch_size: int

    def rows(self, chosen):
        """Return (features, labels) of the rows with these numbers."""
        return tf.nest.map_structure(lambda tensor: tf.gather(tensor, chosen), self.tensors)

    def as_dataset(self):
        """Return a tf.data.Dataset of (features, labels) batches."""
        numbers = self.orders.unbatch().apply(tf.data.experimental.assert_cardinality(self.n_rows))
        return numbers.batch(self.batch_size).map(self.rows).prefetch(tf.data.AUTOTUNE)


def table_of(features, labels, training, batch_size=32, seed=0):
    """Return arrays as a Table. Arguments as for batches."""
    checks.check_whole_number("batch_size", batch_size, at_least=1)
    tensors = checks.as_tensors(features, labels)
    n_rows = checks.number_of_rows(tensors)
    if training:
        # row numbers are shuffled, not rows, and as one tensor: a buffer of a million elements is large whatever they
        # hold; each pass over the dataset draws another order
        draws = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).take(1)
        orders = draws.map(lambda draw: tf.random.experimental.stateless_shuffle(tf.range(n_rows), [seed, draw]))
    else:
        orders = tf.data.Dataset.from_tensors(tf.range(n_rows))
    return Table(tensors, orders.with_options(_without_autotuning()), n_rows, batch_size)


def _without_autotuning():
    """Return options for a dataset that ends when its last batch is taken.

    TensorFlow's autotuner looks after a dataset at ever longer intervals, and now and then misses that it has ended
    (in tensorflow/core/framework/cancellation.cc it is woken before the end is marked). Then the iterator waits for its
    next look: up to as long again as the pass took.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return options


def batches(features, labels, training, batch_size=32, seed=0):
    """Return arrays as a tf.data.Dataset of (features, labels) batches, for training reshuffled each epoch. Lesson 02.

    Features and labels are arrays of the same number of rows, or tuples or dictionaries of such arrays. The order also
    depends on keras.utils.set_random_seed: call it first. The last batch may be smaller than the others.
    """
    return table_of(features, labels, training, batch_size, seed).as_dataset()


def as_table_or_dataset(data, training):
    """Return (features, labels) arrays as a Table, and a tf.data.Dataset as it is."""
    if isinstance(data, tuple) and len(data) == 2:
        return table_of(*data, training)
    checks.check_dataset(data)
    return data


def weights_of_rows(labels, class_weight):
    """Return the class weight of each row, float32 (B,). Lesson 04.

    Args:
        labels: class numbers (B,) or (B, 1), or one-hot (B, C).
        class_weight: {class number: weight}. Every class in `labels` needs one.
    """
    checks.check_class_weight(class_weight)
    checks.check_class_labels(labels)
    columns = np.reshape(labels, (len(labels), -1))
    classes = columns[:, 0] if columns.shape[1] == 1 else columns.argmax(axis=1)
    present, rows = np.unique(classes, return_inverse=True)
    missing = [label for label in present.tolist() if label not in class_weight]
    if missing:
        raise checks.bad_input(
            "a class has no weight",
            f"a weight for each class among the labels: {present.tolist()}",
            f"class_weight={class_weight}",
            f"add a weight for {missing}; 1.0 leaves a class as it is",
        )
    return np.array([class_weight[label] for label in present.tolist()], "float32")[rows]
