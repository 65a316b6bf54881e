"""Answers to 02.4."""

import keras
import tensorflow as tf

from answers import right, wrong


@right("keeps a Mean of Keras inside and takes the root of its result")
class MeanInside(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.mean = keras.metrics.Mean()

    def update_state(self, labels, predictions, sample_weight=None):
        self.mean.update_state(tf.reshape(tf.square(labels - predictions), [-1]))

    def result(self):
        return tf.sqrt(self.mean.result())


@right("a subclass of Keras's own RootMeanSquaredError with the names of the task")
class FromKeras(keras.metrics.RootMeanSquaredError):
    def __init__(self, name="rmse"):
        super().__init__(name=name)

    def update_state(self, labels, predictions, sample_weight=None):
        super().update_state(labels, predictions)


@right("one weight with two places, for the sum and the count")
class TwoPlaces(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.memory = self.add_weight(shape=(2,), initializer="zeros", name="memory")

    def update_state(self, labels, predictions, sample_weight=None):
        total = tf.reduce_sum((predictions - labels) ** 2)
        rows = tf.cast(tf.shape(labels)[0], tf.float32)
        self.memory.assign_add(tf.stack([total, rows]))

    def result(self):
        total, rows = tf.unstack(tf.convert_to_tensor(self.memory))
        return tf.sqrt(tf.math.divide_no_nan(total, rows))

    def get_config(self):
        return {"name": self.name}


@right("a running mean of the squares, pulled by each batch")
class RunningMean(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.mean_square = self.add_weight(name="mean_square", initializer="zeros")
        self.rows = self.add_weight(name="rows", initializer="zeros")

    def update_state(self, labels, predictions, sample_weight=None):
        squares = keras.ops.square(labels - predictions)
        self.rows.assign_add(keras.ops.sum(keras.ops.ones_like(squares)))
        away = keras.ops.sum(squares - self.mean_square)
        self.mean_square.assign_add(keras.ops.divide_no_nan(away, self.rows))

    def result(self):
        return keras.ops.sqrt(self.mean_square)


@wrong("the mean of the batches' roots", named="the mean of the batches' roots, by rows")
class MeanOfRoots(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.mean = keras.metrics.Mean()

    def update_state(self, labels, predictions, sample_weight=None):
        root = tf.sqrt(tf.reduce_mean(tf.square(labels - predictions)))
        self.mean.update_state(root, sample_weight=tf.shape(labels)[0])

    def result(self):
        return self.mean.result()


@wrong("keeps plain Python numbers, which the inherited reset_state does not find", named="the reset does nothing")
class PythonNumbers(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.total = 0.0
        self.rows = 0

    def update_state(self, labels, predictions, sample_weight=None):
        self.total += float(tf.reduce_sum((labels - predictions) ** 2))
        self.rows += len(labels)

    def result(self):
        return tf.sqrt(tf.constant(self.total) / self.rows)


@wrong("assign in place of assign_add, only the last batch is remembered", named="only the last batch is remembered")
class LastBatch(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.rows = self.add_weight(name="rows", initializer="zeros")

    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign(tf.reduce_sum((labels - predictions) ** 2))
        self.rows.assign(tf.cast(tf.shape(labels)[0], tf.float32))

    def result(self):
        return tf.sqrt(tf.math.divide_no_nan(self.total, self.rows))


@wrong("the mean of the batches' means, a ragged batch counts as much as a full one", named="every batch counts alike")
class BatchesForRows(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.batches = self.add_weight(name="batches", initializer="zeros")

    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign_add(tf.reduce_mean(tf.square(labels - predictions)))
        self.batches.assign_add(1.0)

    def result(self):
        return tf.sqrt(tf.math.divide_no_nan(self.total, self.batches))


@wrong("the root is forgotten", named="the root left out")
class RootForgotten(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.rows = self.add_weight(name="rows", initializer="zeros")

    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign_add(tf.reduce_sum((labels - predictions) ** 2))
        self.rows.assign_add(tf.cast(tf.shape(labels)[0], tf.float32))

    def result(self):
        return tf.math.divide_no_nan(self.total, self.rows)


@wrong("counts from one, so that before the first reset there is a row too many", named="a row that nobody sent")
class CountsFromOne(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.rows = self.add_weight(name="rows", initializer="ones")

    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign_add(tf.reduce_sum((labels - predictions) ** 2))
        self.rows.assign_add(tf.cast(tf.shape(labels)[0], tf.float32))

    def result(self):
        return tf.sqrt(self.total / self.rows)


@wrong("result forgets what was kept, a second look gives another number", named="looking changes it")
class ForgetsOnLooking(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.rows = self.add_weight(name="rows", initializer="zeros")

    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign_add(tf.reduce_sum((labels - predictions) ** 2))
        self.rows.assign_add(tf.cast(tf.shape(labels)[0], tf.float32))

    def result(self):
        root = tf.sqrt(tf.math.divide_no_nan(self.total, self.rows))
        self.reset_state()
        return root


@wrong(
    "two mistakes: the root of each row's square, so the mean absolute error, and the name is ignored",
    named="the root of each row",
)
class RootOfEachRow(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__()
        self.total = self.add_weight(name="total", initializer="zeros")
        self.rows = self.add_weight(name="rows", initializer="zeros")

    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign_add(tf.reduce_sum(tf.sqrt(tf.square(labels - predictions))))
        self.rows.assign_add(tf.cast(tf.shape(labels)[0], tf.float32))

    def result(self):
        return tf.math.divide_no_nan(self.total, self.rows)


@wrong("the mean of the batches' roots, every batch counting alike", named="the mean of the batches' roots")
class MeanOfPlainRoots(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.mean = keras.metrics.Mean()

    def update_state(self, labels, predictions, sample_weight=None):
        self.mean.update_state(tf.sqrt(tf.reduce_mean((labels - predictions) ** 2)))

    def result(self):
        return self.mean.result()


@wrong("result adds one to the rows each time, so that it never divides by zero", named="looking changes it")
class CountsLooks(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.rows = self.add_weight(name="rows", initializer="zeros")

    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign_add(tf.reduce_sum((labels - predictions) ** 2))
        self.rows.assign_add(tf.cast(tf.shape(labels)[0], tf.float32))

    def result(self):
        root = tf.sqrt(self.total / self.rows)
        self.rows.assign_add(1.0)
        return root


@wrong("a result in a dictionary")
class InADictionary(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.mean = keras.metrics.Mean()

    def update_state(self, labels, predictions, sample_weight=None):
        self.mean.update_state((labels - predictions) ** 2)

    def result(self):
        return {"rmse": tf.sqrt(self.mean.result())}
