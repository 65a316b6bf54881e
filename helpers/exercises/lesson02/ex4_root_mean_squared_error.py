"""02.4 A metric with a memory."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "A metric with a memory"
TASK = """Write the metric `RootMeanSquaredError`: the root of the mean, over **all rows** since the last
`reset_state()`, of the squared error. (RMSE, for short.) It has the unit of the labels, like the mean absolute error,
but large errors count more.

`update_state` gets labels and predictions of shape `(B, 1)`, float32, and batches may be ragged. `result` returns a
scalar, a tensor or a number, and to look at it changes nothing; before the first row, it may be anything.

A metric of Keras is a class that keeps numbers from batch to batch. `__init__` calls `super().__init__(name=name)` and
makes each of them, for example `self.total = self.add_weight(name="total", initializer="zeros")`. `update_state` adds a
batch to them, with `assign_add`. `result` makes the metric of what was kept. `reset_state` is inherited; it sets back
to zero whatever `add_weight` has made."""
HINTS = (
    "A mean absolute error needs a total and a number of rows, as in the lesson. What does this one need, and what is "
    "done only once, at the end?",
    "Keep the sum of the squared errors and the number of rows; divide, then take the root, in `result`.",
    "`self.total.assign_add(tf.reduce_sum(tf.square(labels - predictions)))` adds the squares of a batch. The rows are "
    '`tf.cast(tf.shape(labels)[0], "float32")`, a number with a fraction, as the total is.',
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
    "the mean of the batches' roots, by rows",
    "One batch alone is right, several are not: the root was taken in each batch, and then averaged, each batch "
    "counting by its rows. The rows are right, but a mean of roots is not the root of a mean. Keep squares, and take "
    "the root once, in `result`.",
)
class MeanOfRootsByRows(keras.metrics.Mean):
    def update_state(self, labels, predictions, sample_weight=None):
        root = tf.sqrt(tf.reduce_mean(tf.square(labels - predictions)))
        super().update_state(root, sample_weight=len(labels))


@mistake(
    "the root of each row",
    "Your numbers are the mean absolute errors: the root of one row's square is its absolute error. Add up the "
    "squares of all rows, and take the root once, in `result`.",
)
class RootOfEachRow(RootMeanSquaredError):
    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign_add(tf.reduce_sum(tf.sqrt(tf.square(labels - predictions))))
        self.rows.assign_add(tf.cast(tf.shape(labels)[0], "float32"))

    def result(self):
        return self.total / self.rows


@mistake(
    "looking changes it",
    "The first look at a result is right, the second is not. Something in `result` changes what the metric keeps, "
    "often a `reset_state`. People look whenever they like, `fit` after every batch: let `result` only read.",
)
class ForgetsOnLooking(RootMeanSquaredError):
    def result(self):
        result = super().result()
        self.reset_state()
        return result


@mistake(
    "a row that nobody sent",
    "After a `reset_state` your numbers are right, before the first one they are too small: a new metric already "
    "counts one row. Start both counters with zeros. (Before the first row, the result may be anything, also 0 / 0.)",
)
class CountsFromOne(RootMeanSquaredError):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.rows.assign(1.0)


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
    """Return the metric's results after each epoch, and whether a second look at each shows the same.

    An epoch is a list of batches, a batch two lists of numbers.
    """
    metric, results, same = candidate(), [], []
    for i, epoch in enumerate(epochs):
        # not before the first: a new metric starts at zero by itself
        if i > 0:
            metric.reset_state()
        for numbers in epoch:
            labels, predictions = (tf.constant(column, "float32")[:, None] for column in numbers)
            metric.update_state(labels, predictions)
        looks = [metric.result() for _ in range(2)]
        first, second = (None if look is None else forms.number(look) for look in looks)
        results.append(first)
        same.append(first == second)
    return results, all(same)


def observe(candidate):
    first = [([1.0, 2.0, 3.0], [1.0, 2.5, 2.0]), ([4.0, 0.0, 1.0], [4.0, 3.0, 1.0]), ([2.0], [7.0])]
    second = [([0.0, 1.0], [1.0, 1.0])]
    (one, two), same = after_epochs(candidate, [first, second])
    (alone,), _ = after_epochs(candidate, [second])
    return {
        "result after batches of 3, 3 and 1 rows": one,
        "result of the next epoch, after reset_state()": two,
        "result of one batch, new metric": alone,
        "a second look at a result shows the same": same,
    }


def observe_again(candidate):
    epochs = [
        [([5.0], [3.0]), ([1.0, -1.0, 2.0, 0.0], [0.0, 0.5, 2.0, 9.0])],
        [([3.0, 3.0], [2.0, 1.0]), ([8.0], [0.5]), ([1.0, 0.0, 0.0], [1.0, 4.0, -2.0])],
    ]
    (one, two), same = after_epochs(candidate, epochs)
    return {"first epoch": one, "second epoch": two, "same": same}


EXERCISE = Exercise(
    id="02.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=RootMeanSquaredError,
    alternatives=(keras.metrics.RootMeanSquaredError, UponMean, AllErrorsKept),
    mistakes=(
        MeanOfRoots,
        MeanOfRootsByRows,
        RootOfEachRow,
        ForgetsOnLooking,
        CountsFromOne,
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
