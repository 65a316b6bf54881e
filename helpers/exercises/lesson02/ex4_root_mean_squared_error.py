"""02.4 A metric with a memory."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake

TITLE = "A metric with a memory"
TASK = """Write the metric `RootMeanSquaredError`: the root of the mean, over **all rows** since the last
`reset_state()`, of
the squared error. (RMSE, for short.) It has the unit of the labels, like the mean absolute error, but large errors
count more.

`update_state` gets labels and predictions of shape `(B, 1)`, float32, and batches may be ragged. `result` returns a
scalar.
`reset_state` is inherited from Keras."""
HINTS = (
    "Start from `MeanAbsoluteError` in the lesson. What has to be kept from batch to batch, and what is done only "
    "once?",
    "Keep the sum of the squared errors and the number of rows; divide, then take the root, in `result`.",
    'Make both counters with `self.add_weight(name=…, initializer="zeros")`: Keras\'s `reset_state` sets those '
    "back to zero, and only those. Change them with `assign_add`.",
)


class RootMeanSquaredError(keras.metrics.Metric):
    """The root of the mean squared error over all rows since the last `reset_state()`."""

    def __init__(self, name="rmse"):
        """Make what is kept from batch to batch."""
        super().__init__(name=name)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.rows = self.add_weight(name="rows", initializer="zeros")

    def update_state(self, labels, predictions, sample_weight=None):
        """Add a batch: labels and predictions are float32 of shape (B, 1), sample_weight is always None."""
        self.total.assign_add(tf.reduce_sum(tf.square(labels - predictions)))
        self.rows.assign_add(tf.cast(tf.shape(labels)[0], "float32"))

    def result(self):
        """Return the metric, a scalar tensor."""
        # the root last: a mean of roots is not the root of a mean
        return tf.sqrt(self.total / self.rows)


NOTE = (
    "The rule behind it: a metric keeps sums, and does everything that is not a sum in `result`. Not every "
    "number can be had that way: a median would need all rows."
)
EXPLANATION = (
    "Sums of squares and rows can be added up batch by batch without losing anything; the division and "
    "the root come once, in `result`. Weights made with `add_weight` are what `reset_state` sets back to zero."
)


# Other right answers


class UponMean(keras.metrics.Mean):
    def update_state(self, labels, predictions, sample_weight=None):
        super().update_state((labels - predictions) ** 2)

    def result(self):
        return super().result() ** 0.5


class AllErrorsKept(keras.metrics.Metric):
    def __init__(self):
        super().__init__()
        self.errors = []

    def update_state(self, labels, predictions, sample_weight=None):
        self.errors.extend(np.ravel(labels - predictions))

    def result(self):
        return np.sqrt(np.mean(np.square(self.errors)))

    def reset_state(self):
        self.errors.clear()


# Mistakes


@mistake(
    "the mean of the batches' roots",
    "One batch alone is right, several are not: the root was taken in each batch, and then "
    "averaged. A mean of roots is not the root of a mean. Keep squares, and take the root once, in `result`.",
)
class MeanOfRoots(keras.metrics.Mean):
    def update_state(self, labels, predictions, sample_weight=None):
        super().update_state(tf.sqrt(tf.reduce_mean(tf.square(labels - predictions))))


@mistake(
    "every batch counts alike",
    "The one row of the ragged batch counts as much as three others. Add up squared errors and "
    "rows, not means of batches and batches.",
)
class BatchesAlike(RootMeanSquaredError):
    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign_add(tf.reduce_mean(tf.square(labels - predictions)))
        self.rows.assign_add(1.0)


@mistake(
    "only the last batch is remembered",
    "The result is that of the last batch. `assign`, like `=`, forgets what was there before; "
    "a state that grows from batch to batch needs `assign_add`.",
)
class OnlyTheLastBatch(RootMeanSquaredError):
    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign(tf.reduce_sum(tf.square(labels - predictions)))
        self.rows.assign(tf.cast(tf.shape(labels)[0], "float32"))


@mistake(
    "the reset does nothing",
    "The first epoch is right, the second still contains it. `reset_state` sets to zero what "
    "was made with `add_weight`, and nothing else. With `self.total = self.total + …` or `+=`, a plain value "
    "takes the place of such a weight; use `assign_add`.",
)
class NeverReset(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.total, self.rows = 0.0, 0

    def update_state(self, labels, predictions, sample_weight=None):
        self.total += float(tf.reduce_sum(tf.square(labels - predictions)))
        self.rows += len(labels)

    def result(self):
        return tf.sqrt(self.total / self.rows)


@mistake(
    "the root left out",
    "Your numbers are the mean squared errors. Take the root in `result`, so that the error has "
    "the unit of the labels.",
)
class WithoutRoot(RootMeanSquaredError):
    def result(self):
        return self.total / self.rows


# Probes


def after_epochs(candidate, epochs):
    """Return the metric's result after each epoch; an epoch is a list of batches, a batch two lists of numbers."""
    metric, results = candidate(), []
    for i, epoch in enumerate(epochs):
        # not before the first: a new metric starts at zero by itself
        if i > 0:
            metric.reset_state()
        for numbers in epoch:
            labels, predictions = (tf.constant(column, "float32")[:, None] for column in numbers)
            metric.update_state(labels, predictions)
        result = metric.result()
        results.append(None if result is None else float(result))
    return results


def observe(candidate):
    first = [([1.0, 2.0, 3.0], [1.0, 2.5, 2.0]), ([4.0, 0.0, 1.0], [4.0, 3.0, 1.0]), ([2.0], [7.0])]
    second = [([0.0, 1.0], [1.0, 1.0])]
    one, two = after_epochs(candidate, [first, second])
    return {
        "result after batches of 3, 3 and 1 rows": one,
        "result of the next epoch, after reset_state()": two,
        "result of one batch, new metric": after_epochs(candidate, [second])[0],
    }


def observe_again(candidate):
    epochs = [
        [([5.0], [3.0]), ([1.0, -1.0, 2.0, 0.0], [0.0, 0.5, 2.0, 9.0])],
        [([3.0, 3.0], [2.0, 1.0]), ([8.0], [0.5]), ([1.0, 0.0, 0.0], [1.0, 4.0, -2.0])],
    ]
    one, two = after_epochs(candidate, epochs)
    return {"first epoch": one, "second epoch": two}


EXERCISE = Exercise(
    id="02.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=RootMeanSquaredError,
    alternatives=(keras.metrics.RootMeanSquaredError, UponMean, AllErrorsKept),
    mistakes=(
        MeanOfRoots,
        BatchesAlike,
        OnlyTheLastBatch,
        NeverReset,
        WithoutRoot,
    ),
    observe=observe,
    second=observe_again,
    note=NOTE,
    explanation=EXPLANATION,
)
