"""Exercises of lesson 02: a loss, a mean over ragged batches, a metric, a rate that decays, and a loop to mend."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.checker import Exercise, Misconception


def _line(weight, bias):
    """Return a new model for features (B, 1), weight * x + bias, made without chance."""
    layer = keras.layers.Dense(1, kernel_initializer="zeros", name="line")
    model = keras.Sequential([keras.Input(shape=(1,), name="x"), layer], name="probe")
    model.set_weights([np.array([[weight]], "float32"), np.array([bias], "float32")])
    return model


def _batches(x, y, size):
    """Return two lists of numbers as a dataset of (features, labels) batches, each (B, 1), in this order."""
    columns = tuple(np.array(numbers, "float32")[:, None] for numbers in (x, y))
    return tf.data.Dataset.from_tensor_slices(columns).batch(size)


def _lopsided(labels, predictions):
    """Return a mean loss to which too high is worse than too low, so that labels and predictions cannot be swapped."""
    errors = predictions - labels
    return tf.reduce_mean(errors**2 + errors / 2)


# 02.1 A schedule counts steps


def rate_after_the_run():
    """Return the learning rate after the last step of the run, a number."""
    return 0.1 * 0.5 ** (15 * 4 / 20)


def _rate_by_schedule():
    return keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=20, decay_rate=0.5)(15 * 4)


def _steps_as_epochs():
    return 0.1 * 0.5 ** (15 / 20)


def _ragged_batch_forgotten():
    return 0.1 * 0.5 ** (15 * 3 / 20)


def _one_step_earlier():
    return 0.1 * 0.5 ** (59 / 20)


def _halved_once():
    return 0.1 * 0.5


def _observe_rate(candidate):
    return {"the rate you predict": float(candidate())}


SCHEDULE = Exercise(
    id="02.1",
    title="What is left of the rate?",
    task="""A dataset of 100 rows is dealt out by `batch(32)`, and an optimizer gets the schedule
`keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=20, decay_rate=0.5)`. The loop runs for 15 epochs.

Which learning rate is left after the last step? Let `rate_after_the_run` return it, as a number or as a formula.""",
    hints=(
        "A schedule counts steps. How many steps are in an epoch of 100 rows in batches of 32? Mind the last batch.",
        "Four steps in each of 15 epochs. How many times do 20 steps fit in?",
        "Sixty steps, so the rate has been halved three times.",
    ),
    reference=rate_after_the_run,
    alternatives=(_rate_by_schedule,),
    misconceptions=(
        Misconception(
            name="steps taken for epochs",
            explanation="This is the rate after 15 steps, not epochs. `decay_steps` counts batches, so the rate "
            "falls faster than you think: multiply the epochs by the steps in each.",
            wrong=_steps_as_epochs,
        ),
        Misconception(
            name="the ragged batch forgotten",
            explanation="This is the rate for three steps in an epoch. Three batches of 32 are 96 rows; the other "
            "rows make a small batch of their own, and that is a step, too.",
            wrong=_ragged_batch_forgotten,
        ),
        Misconception(
            name="the rate of the last step",
            explanation="This is the rate that the last step used, after 59 steps. Counting begins with 0: when 60 "
            "steps "
            "are done, the schedule is asked for step 60.",
            wrong=_one_step_earlier,
        ),
        Misconception(
            name="halved only once",
            explanation="This is the rate after a single halving. The schedule goes on: it halves the present rate "
            "every 20 steps.",
            wrong=_halved_once,
        ),
    ),
    observe=_observe_rate,
    second=_observe_rate,
    tolerance=1e-6,
    note="`len(dataset)` is the number of batches, the ragged one included. Writing `decay_steps=5 * len(dataset)` "
    "keeps a schedule in epochs, and right when the batch size changes.",
    explanation="A hundred rows in batches of 32 are four steps, so 15 epochs are 60 steps. The rate is halved "
    "every 20 of them, three times in all: $0.1 \\cdot 0.5^3 = 0.0125$.",
)


# 02.2 A loss that cannot broadcast


def mean_squared_error(labels, predictions):
    """Return the mean squared error of a batch.

    Args:
        labels: float32 tensor of shape (B,) or (B, 1).
        predictions: float32 tensor of shape (B, 1).

    Returns:
        A scalar tensor.
    """
    # one label for each prediction, before anything is subtracted
    labels = tf.reshape(labels, tf.shape(predictions))
    return tf.reduce_mean(tf.square(labels - predictions))


def _error_flat(labels, predictions):
    errors = tf.reshape(predictions, [-1]) - tf.reshape(labels, [-1])
    return tf.reduce_sum(errors**2) / len(errors)


def _error_with_column(labels, predictions):
    if len(labels.shape) == 1:
        labels = labels[:, None]
    assert labels.shape == predictions.shape
    return tf.reduce_mean((labels - predictions) ** 2)


def _error_of_keras(labels, predictions):
    return keras.losses.MeanSquaredError()(labels, predictions)


def _every_label_minus_every_prediction(labels, predictions):
    return tf.reduce_mean(tf.square(labels - predictions))


def _second_column(labels, predictions):
    return tf.reduce_mean(tf.square(labels[:, None] - predictions))


def _sum_of_squares(labels, predictions):
    labels = tf.reshape(labels, tf.shape(predictions))
    return tf.reduce_sum(tf.square(labels - predictions))


def _not_averaged(labels, predictions):
    labels = tf.reshape(labels, tf.shape(predictions))
    return tf.reduce_mean(tf.square(labels - predictions), axis=-1)


def _in_numpy(labels, predictions):
    return np.mean(np.square(np.reshape(labels, np.shape(predictions)) - np.array(predictions)))


def _loss_and_gradient(candidate, labels, predictions):
    """Return the loss, its shape, and its gradient along the predictions, zeros if there is none."""
    predictions = tf.constant(predictions)[:, None]
    with tf.GradientTape() as tape:
        tape.watch(predictions)
        # a loss that left the tape may be a NumPy number
        loss = tf.convert_to_tensor(candidate(tf.constant(labels), predictions))
    gradient = tape.gradient(loss, predictions, unconnected_gradients="zero")
    return float(tf.reduce_mean(loss)), loss.shape, gradient.numpy()[:, 0]


def _observe_error(candidate):
    labels, predictions = [1.0, 2.0, 4.0, 8.0], [1.5, 2.25, 3.0, 7.5]
    column = [[label] for label in labels]
    loss, shape, gradient = _loss_and_gradient(candidate, column, predictions)
    flat_loss, _, flat_gradient = _loss_and_gradient(candidate, labels, predictions)
    perfect, _, _ = _loss_and_gradient(candidate, labels, labels)
    alone, _, _ = _loss_and_gradient(candidate, [3.0], [5.0])
    return {
        "labels of shape (4, 1): loss": loss,
        "the loss is a scalar": shape.rank == 0,
        "numbers in the loss": shape.num_elements(),
        "labels of shape (4,): loss of perfect predictions": perfect,
        "labels of shape (4,): loss": flat_loss,
        "labels of shape (4, 1): gradient along the predictions": gradient,
        "labels of shape (4,): gradient along the predictions": flat_gradient,
        "loss of a single row": alone,
    }


def _observe_error_again(candidate):
    labels, predictions = [-1.0, 0.5, 7.0, 2.0, 2.0], [0.0, 1.0, -3.0, 4.5, 2.25]
    measured = {}
    for name, shaped in (("flat", labels), ("column", [[label] for label in labels])):
        loss, shape, gradient = _loss_and_gradient(candidate, shaped, predictions)
        measured |= {f"{name} loss": loss, f"{name} scalar": shape.rank == 0, f"{name} gradient": gradient}
    return measured


ERROR = Exercise(
    id="02.2",
    title="A loss that cannot broadcast",
    task="""Write `mean_squared_error(labels, predictions)`. The predictions have shape `(B, 1)`. The labels have
shape `(B, 1)`, or they have lost their column and have shape `(B,)`; **both must give the same loss**. All are float32
tensors. Return a scalar tensor that a tape can differentiate.""",
    hints=(
        "What is the shape of `labels - predictions` if the labels have shape (4,) and the predictions (4, 1)?",
        "Bring the labels into the shape of the predictions before you subtract, whichever of the two shapes they had.",
        "`tf.reshape(labels, tf.shape(predictions))` does it for both. Then square and take the mean over everything.",
    ),
    reference=mean_squared_error,
    alternatives=(_error_flat, _error_with_column, _error_of_keras),
    misconceptions=(
        Misconception(
            name="every label minus every prediction",
            explanation="With labels of shape (4,), perfect predictions do not score 0: the difference is a (4, 4) "
            "table, and its mean hardly depends on which prediction belongs to which label. Give the labels their "
            "column back first.",
            wrong=_every_label_minus_every_prediction,
        ),
        Misconception(
            name="a column for labels that have one",
            explanation="Labels of shape (4,) are right, labels of shape (4, 1) are not: one more column, or "
            "predictions that have lost theirs, and subtracting compares all pairs again. What suits one kind of "
            "labels does not suit the other; bring both into the shape of the predictions.",
            wrong=_second_column,
        ),
        Misconception(
            name="the sum instead of the mean",
            explanation="The loss and its gradient are B times too large, B being the number of rows. A rate that "
            "suits one batch size then does not suit another; divide by the number of rows.",
            wrong=_sum_of_squares,
        ),
        Misconception(
            name="one loss for each row",
            explanation="The result has as many numbers as the batch has rows. A mean with `axis=-1` is taken over "
            "the one column only, also inside the function `keras.losses.mean_squared_error`. A tape adds such a list "
            "up, so the gradient is that of the sum. Average over everything.",
            wrong=_not_averaged,
        ),
        Misconception(
            name="the loss left the tape",
            explanation="The loss is right, but there is no gradient along the predictions: it was computed where "
            "the tape cannot see it, in NumPy or from `float` or `.numpy()`. Use TensorFlow's operations on tensors.",
            wrong=_in_numpy,
        ),
    ),
    observe=_observe_error,
    second=_observe_error_again,
    note="Reshaping also hides a real mix-up: labels of shape (1, B) would pass. In a loop of your own, `assert "
    "labels.shape == predictions.shape` is stricter, and stops on the first batch.",
    explanation="The labels take the shape of the predictions before anything is subtracted, so each label meets "
    "its own prediction and nothing is stretched. The mean over everything is one number, and every operation is "
    "one the tape sees.",
)


# 02.3 The mean loss of ragged batches


def mean_loss(model, loss_fn, dataset):
    """Return the mean loss over all rows of a dataset.

    Args:
        model: a Keras model.
        loss_fn: takes labels and predictions, returns the mean loss of a batch, a scalar.
        dataset: batches of (features, labels); the last may be smaller than the others.

    Returns:
        A float.
    """
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        loss = loss_fn(labels, model(features, training=False))
        # a batch counts by its rows, or a small last one would count as much as a full one
        mean.update_state(loss, sample_weight=len(labels))
    return float(mean.result())


def _mean_loss_with_a_gap(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        ...
    return float(mean.result())


def _mean_by_total(model, loss_fn, dataset):
    total, rows = 0.0, 0
    for features, labels in dataset:
        total += float(loss_fn(labels, model(features))) * len(labels)
        rows += len(labels)
    return total / rows


def _mean_by_average(model, loss_fn, dataset):
    losses = [loss_fn(labels, model(features, training=False)) for features, labels in dataset]
    return np.average(losses, weights=[len(labels) for _, labels in dataset])


def _mean_of_all_rows(model, loss_fn, dataset):
    features, labels = (tf.concat(parts, axis=0) for parts in zip(*dataset))
    return loss_fn(labels, model(features, training=False))


def _mean_of_batch_means(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        mean.update_state(loss_fn(labels, model(features, training=False)))
    return float(mean.result())


def _last_batch(model, loss_fn, dataset):
    for features, labels in dataset:
        loss = loss_fn(labels, model(features, training=False))
    return float(loss)


def _first_batch(model, loss_fn, dataset):
    features, labels = next(iter(dataset))
    return float(loss_fn(labels, model(features, training=False)))


def _divided_by_batches(model, loss_fn, dataset):
    total = 0.0
    for features, labels in dataset:
        total += float(loss_fn(labels, model(features, training=False))) * len(labels)
    return total / len(dataset)


def _every_batch_full(model, loss_fn, dataset):
    total, size = 0.0, len(next(iter(dataset))[1])
    for features, labels in dataset:
        total += float(loss_fn(labels, model(features, training=False))) * len(labels)
    return total / (size * len(dataset))


def _means_by_rows(model, loss_fn, dataset):
    total, rows = 0.0, 0
    for features, labels in dataset:
        total += float(loss_fn(labels, model(features, training=False)))
        rows += len(labels)
    return total / rows


def _swapped(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        mean.update_state(loss_fn(model(features, training=False), labels), sample_weight=len(labels))
    return float(mean.result())


def _observe_mean(candidate):
    model, loss_fn = _line(2.0, 1.0), _lopsided
    before = model.get_weights()
    x, y = [0.0, 1.0, 2.0, 3.0, 1.0, -1.0, 2.0], [1.0, 3.5, 5.0, 6.0, 4.0, -1.0, 14.0]
    # twice three rows and one, then four rows and three
    ragged, uneven = (float(candidate(model, loss_fn, _batches(x, y, size))) for size in (3, 4))
    whole = float(candidate(model, loss_fn, _batches(x[:2], y[:2], 2)))
    moved = max(np.abs(new - old).max() for new, old in zip(model.get_weights(), before))
    return {
        "mean loss of 7 rows in batches of 3": ragged,
        "mean loss of the same 7 rows in batches of 4": uneven,
        "mean loss of a single batch of 2 rows": whole,
        "largest change of the model's weights": float(moved),
    }


def _observe_mean_again(candidate):
    model, loss_fn = _line(-1.0, 0.5), _lopsided
    x, y = [1.0, 2.0, 0.0, -3.0, 5.0], [0.0, 1.0, 6.0, 3.0, -4.0]
    return {f"batches of {size}": float(candidate(model, loss_fn, _batches(x, y, size))) for size in (1, 2, 3, 4, 5)}


MEAN_LOSS = Exercise(
    id="02.3",
    title="The mean loss of an epoch",
    task="""Fill the gap in `mean_loss(model, loss_fn, dataset)`, marked by `...`; it takes a line or two. The
function returns
the mean loss over **all rows** of a dataset of `(features, labels)` batches, a float. `loss_fn(labels, predictions)`,
which may
be any loss, gives the mean loss of one batch, a scalar. The last batch may be ragged, and the answer must not depend
on how
the rows are cut into batches. Nothing is trained. (You may change the lines around the gap, too.)""",
    hints=(
        "Seven rows in batches of 3 make batches of 3, 3 and 1. How much should the loss of the last one count?",
        "The loss of a batch stands for `len(labels)` rows. `keras.metrics.Mean` can be told: see `train_one_epoch` "
        "in the lesson.",
        "For each batch, `mean.update_state(loss, sample_weight=len(labels))`; after the loop, `float(mean.result())`.",
    ),
    reference=mean_loss,
    starter=_mean_loss_with_a_gap,
    alternatives=(_mean_by_total, _mean_by_average, _mean_of_all_rows),
    misconceptions=(
        Misconception(
            name="the mean of the batch means",
            explanation="The row that sits alone in the last batch counts as much as three others together. Let "
            "every batch count by its number of rows.",
            wrong=_mean_of_batch_means,
        ),
        Misconception(
            name="the last batch reported as the epoch",
            explanation="This is the loss of the last batch only. After a loop, a name holds what it was given "
            "last. Make the `Mean`, or the total, before the loop, and add to it in every round.",
            wrong=_last_batch,
        ),
        Misconception(
            name="the first batch only",
            explanation="This is the loss of the first batch. `next(iter(dataset))` takes one batch and stops, and "
            "so does a `return` that is indented into the loop. Walk through all of them with `for`, and return "
            "after it.",
            wrong=_first_batch,
        ),
        Misconception(
            name="divided by the number of batches",
            explanation="The losses of all rows are added up, and then divided by how many batches there were. "
            "Divide a total over rows by the number of rows.",
            wrong=_divided_by_batches,
        ),
        Misconception(
            name="every batch counted as full",
            explanation="The losses of all rows are divided by the batch size times the number of batches. The last "
            "batch has fewer rows than that: count the rows you have seen.",
            wrong=_every_batch_full,
        ),
        Misconception(
            name="batch means divided by rows",
            explanation="The means of the batches are added up, and then divided by the number of rows. Each mean has "
            "been divided by its rows already: multiply it by them before you add it.",
            wrong=_means_by_rows,
        ),
        Misconception(
            name="labels and predictions swapped",
            explanation="With a loss to which too high is worse than too low, your mean is that of the opposite "
            "errors. "
            "`loss_fn` takes the labels first. The squared error forgives that, most other losses do not.",
            wrong=_swapped,
        ),
    ),
    observe=_observe_mean,
    second=_observe_mean_again,
    note="`dataset.batch(3, drop_remainder=True)` also gets rid of the ragged batch, by never showing its rows. In "
    "training that may do; in an evaluation some rows would not be counted.",
    explanation="A batch's loss is a mean over its rows, so it must count once for each of them, and "
    "`sample_weight` says how many there are. That makes it a mean over rows, and the cut into batches no longer "
    "matters.",
)


# 02.4 A metric with state


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


class _UponMean(keras.metrics.Mean):
    def update_state(self, labels, predictions, sample_weight=None):
        super().update_state((labels - predictions) ** 2)

    def result(self):
        return super().result() ** 0.5


class _AllErrorsKept(keras.metrics.Metric):
    def __init__(self):
        super().__init__()
        self.errors = []

    def update_state(self, labels, predictions, sample_weight=None):
        self.errors.extend(np.ravel(labels - predictions))

    def result(self):
        return np.sqrt(np.mean(np.square(self.errors)))

    def reset_state(self):
        self.errors.clear()


class _MeanOfRoots(keras.metrics.Mean):
    def update_state(self, labels, predictions, sample_weight=None):
        super().update_state(tf.sqrt(tf.reduce_mean(tf.square(labels - predictions))))


class _BatchesAlike(RootMeanSquaredError):
    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign_add(tf.reduce_mean(tf.square(labels - predictions)))
        self.rows.assign_add(1.0)


class _OnlyTheLastBatch(RootMeanSquaredError):
    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign(tf.reduce_sum(tf.square(labels - predictions)))
        self.rows.assign(tf.cast(tf.shape(labels)[0], "float32"))


class _NeverReset(keras.metrics.Metric):
    def __init__(self, name="rmse"):
        super().__init__(name=name)
        self.total, self.rows = 0.0, 0

    def update_state(self, labels, predictions, sample_weight=None):
        self.total += float(tf.reduce_sum(tf.square(labels - predictions)))
        self.rows += len(labels)

    def result(self):
        return tf.sqrt(self.total / self.rows)


class _WithoutRoot(RootMeanSquaredError):
    def result(self):
        return self.total / self.rows


def _after_epochs(candidate, epochs):
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


def _observe_metric(candidate):
    first = [([1.0, 2.0, 3.0], [1.0, 2.5, 2.0]), ([4.0, 0.0, 1.0], [4.0, 3.0, 1.0]), ([2.0], [7.0])]
    second = [([0.0, 1.0], [1.0, 1.0])]
    one, two = _after_epochs(candidate, [first, second])
    return {
        "result after batches of 3, 3 and 1 rows": one,
        "result of the next epoch, after reset_state()": two,
        "result of one batch, new metric": _after_epochs(candidate, [second])[0],
    }


def _observe_metric_again(candidate):
    epochs = [
        [([5.0], [3.0]), ([1.0, -1.0, 2.0, 0.0], [0.0, 0.5, 2.0, 9.0])],
        [([3.0, 3.0], [2.0, 1.0]), ([8.0], [0.5]), ([1.0, 0.0, 0.0], [1.0, 4.0, -2.0])],
    ]
    one, two = _after_epochs(candidate, epochs)
    return {"first epoch": one, "second epoch": two}


METRIC = Exercise(
    id="02.4",
    title="A metric with a memory",
    task="""Write the metric `RootMeanSquaredError`: the root of the mean, over **all rows** since the last
`reset_state()`, of
the squared error. (RMSE, for short.) It has the unit of the labels, like the mean absolute error, but large errors
count more.

`update_state` gets labels and predictions of shape `(B, 1)`, float32, and batches may be ragged. `result` returns a
scalar.
`reset_state` is inherited from Keras.""",
    hints=(
        "Start from `MeanAbsoluteError` in the lesson. What has to be kept from batch to batch, and what is done only "
        "once?",
        "Keep the sum of the squared errors and the number of rows; divide, then take the root, in `result`.",
        'Make both counters with `self.add_weight(name=…, initializer="zeros")`: Keras\'s `reset_state` sets those '
        "back to zero, and only those. Change them with `assign_add`.",
    ),
    reference=RootMeanSquaredError,
    alternatives=(keras.metrics.RootMeanSquaredError, _UponMean, _AllErrorsKept),
    misconceptions=(
        Misconception(
            name="the mean of the batches' roots",
            explanation="One batch alone is right, several are not: the root was taken in each batch, and then "
            "averaged. A mean of roots is not the root of a mean. Keep squares, and take the root once, in `result`.",
            wrong=_MeanOfRoots,
        ),
        Misconception(
            name="every batch counts alike",
            explanation="The one row of the ragged batch counts as much as three others. Add up squared errors and "
            "rows, not means of batches and batches.",
            wrong=_BatchesAlike,
        ),
        Misconception(
            name="only the last batch is remembered",
            explanation="The result is that of the last batch. `assign`, like `=`, forgets what was there before; "
            "a state that grows from batch to batch needs `assign_add`.",
            wrong=_OnlyTheLastBatch,
        ),
        Misconception(
            name="the reset does nothing",
            explanation="The first epoch is right, the second still contains it. `reset_state` sets to zero what "
            "was made with `add_weight`, and nothing else. With `self.total = self.total + …` or `+=`, a plain value "
            "takes the place of such a weight; use `assign_add`.",
            wrong=_NeverReset,
        ),
        Misconception(
            name="the root left out",
            explanation="Your numbers are the mean squared errors. Take the root in `result`, so that the error has "
            "the unit of the labels.",
            wrong=_WithoutRoot,
        ),
    ),
    observe=_observe_metric,
    second=_observe_metric_again,
    note="The rule behind it: a metric keeps sums, and does everything that is not a sum in `result`. Not every "
    "number can be had that way: a median would need all rows.",
    explanation="Sums of squares and rows can be added up batch by batch without losing anything; the division and "
    "the root come once, in `result`. Weights made with `add_weight` are what `reset_state` sets back to zero.",
)


# 02.5 Decay on plateau


def decay_on_plateau(optimizer, losses, patience, factor, min_delta):
    """Lower the optimizer's learning rate whenever the loss has stopped falling.

    Args:
        optimizer: a Keras optimizer; its learning rate is changed.
        losses: the loss of each epoch, a list of floats.
        patience: after so many epochs in a row without improvement the rate is lowered, and the count begins anew.
        factor: what the present rate is multiplied by.
        min_delta: a loss improves on the best one so far if loss + min_delta < best.

    Returns:
        The optimizer's rate after each epoch, a list of floats.
    """
    best, waited, rates = np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < best:
            best, waited = loss, 0
        if waited == patience:
            optimizer.learning_rate = factor * float(optimizer.learning_rate)
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


def _plateau_by_power(optimizer, losses, patience, factor, min_delta):
    initial, best, waited, decays, rates = float(optimizer.learning_rate), losses[0], 0, 0, []
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss < best - min_delta:
            best, waited = loss, 0
        else:
            waited += 1
            if waited >= patience:
                decays, waited = decays + 1, 0
        rates.append(initial * factor**decays)
        optimizer.learning_rate.assign(rates[-1])
    return rates


def _initial_rate_again(optimizer, losses, patience, factor, min_delta):
    initial, best, waited, rates = float(optimizer.learning_rate), np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < best:
            best, waited = loss, 0
        if waited == patience:
            optimizer.learning_rate = factor * initial
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


def _compared_with_last(optimizer, losses, patience, factor, min_delta):
    last, waited, rates = np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < last:
            waited = 0
        last = loss
        if waited == patience:
            optimizer.learning_rate = factor * float(optimizer.learning_rate)
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


def _patience_spent_once(optimizer, losses, patience, factor, min_delta):
    best, waited, rates = np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < best:
            best, waited = loss, 0
        if waited >= patience:
            optimizer.learning_rate = factor * float(optimizer.learning_rate)
        rates.append(float(optimizer.learning_rate))
    return rates


def _not_in_a_row(optimizer, losses, patience, factor, min_delta):
    best, waited, rates = np.inf, 0, []
    for loss in losses:
        if loss + min_delta < best:
            best = loss
        else:
            waited += 1
        if waited == patience:
            optimizer.learning_rate = factor * float(optimizer.learning_rate)
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


def _margin_ignored(optimizer, losses, patience, factor, min_delta):
    return decay_on_plateau(optimizer, losses, patience, factor, 0.0)


def _rate_kept_to_itself(optimizer, losses, patience, factor, min_delta):
    rate, best, waited, rates = float(optimizer.learning_rate), np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < best:
            best, waited = loss, 0
        if waited == patience:
            rate, waited = factor * rate, 0
        rates.append(rate)
    return rates


def _too_patient(optimizer, losses, patience, factor, min_delta):
    return decay_on_plateau(optimizer, losses, patience + 1, factor, min_delta)


def _noted_too_early(optimizer, losses, patience, factor, min_delta):
    rate_before = float(optimizer.learning_rate)
    return [rate_before, *decay_on_plateau(optimizer, losses, patience, factor, min_delta)[:-1]]


def _one_variable_many_times(optimizer, losses, patience, factor, min_delta):
    decay_on_plateau(optimizer, losses, patience, factor, min_delta)
    return [optimizer.learning_rate] * len(losses)


def _another_attribute(optimizer, losses, patience, factor, min_delta):
    best, waited, rates = np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < best:
            best, waited = loss, 0
        if waited == patience:
            optimizer.lr = factor * float(optimizer.learning_rate)
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


def _rates(candidate, losses, rate, **settings):
    """Return the rates after each epoch, and the one that the optimizer has in the end."""
    optimizer = keras.optimizers.SGD(learning_rate=rate)
    rates = candidate(optimizer, list(losses), **settings)
    return np.array(rates, "float64"), float(optimizer.learning_rate)


def _observe_plateau(candidate):
    flat, left = _rates(candidate, [1.0] * 10, 0.8, patience=3, factor=0.5, min_delta=0.0)
    waves = [5.0, 3.0, 4.0, 3.5, 2.0, 2.5, 1.0, 1.5, 1.25, 1.0]
    waving, _ = _rates(candidate, waves, 1.0, patience=3, factor=0.1, min_delta=0.0)
    creeps = [4.0, 3.9, 3.8, 3.7, 3.6, 3.7, 3.65]
    creeping, _ = _rates(candidate, creeps, 1.0, patience=2, factor=0.5, min_delta=0.25)
    return {
        "loss stands still, patience 3, first rate 0.8: rates": flat,
        "the optimizer's own rate after that": left,
        "loss goes up and down, patience 3, first rate 1: rates": waving,
        "loss creeps down by 0.1 an epoch, min_delta 0.25, first rate 1: rates": creeping,
    }


def _observe_plateau_again(candidate):
    losses = [9.0, 7.0, 7.5, 6.9, 6.95, 7.1, 5.0, 5.2, 5.1, 5.3, 4.95, 4.9, 4.9, 6.0, 3.0, 3.1, 3.2, 2.99, 2.98, 3.0]
    measured = {}
    for patience, min_delta in [(1, 0.0), (1, 0.07), (2, 0.07), (3, 0.0), (4, 0.5)]:
        rates, left = _rates(candidate, losses, 0.6, patience=patience, factor=0.7, min_delta=min_delta)
        measured |= {f"rates {patience}, {min_delta}": rates, f"left {patience}, {min_delta}": left}
    return measured


PLATEAU = Exercise(
    id="02.5",
    title="Decay on plateau",
    task="""Write `decay_on_plateau(optimizer, losses, patience, factor, min_delta)`. It walks through the losses of
a run,
one for each epoch, and lowers the optimizer's learning rate whenever the loss has stopped falling:

- a loss improves if `loss + min_delta < best`, where `best` is the best loss so far; the first loss always improves;
- after `patience` epochs **in a row** without improvement, the **present** rate is multiplied by `factor`, and the
  count
  begins anew.

Return the optimizer's rate after each epoch, a list of floats. At the end, the optimizer must have the last of
them.""",
    hints=(
        "Three things are kept from epoch to epoch: the best loss, how many epochs have passed since it, and the "
        "rates.",
        "When does the count go back to 0? There are two occasions. And which rate is multiplied, the first or the "
        "present?",
        "Read the present rate with `float(optimizer.learning_rate)`, change it with `optimizer.learning_rate = …`. "
        "`train_with_plateau` in the lesson has the order of the steps.",
    ),
    reference=decay_on_plateau,
    alternatives=(_plateau_by_power,),
    misconceptions=(
        Misconception(
            name="the initial rate, again and again",
            explanation="The rate drops once and then stays: each time, the same `factor` times the initial rate is "
            "assigned. Multiply the present rate, or count the decays and use `initial * factor**k`.",
            wrong=_initial_rate_again,
        ),
        Misconception(
            name="compared with the epoch before",
            explanation="A loss that goes up and down always looks better than some epoch before it, so the rate "
            "falls too late or never. Compare with the best loss so far, and change `best` only when it is beaten.",
            wrong=_compared_with_last,
        ),
        Misconception(
            name="patience spent once",
            explanation="Once the patience has run out, the rate falls in every epoch. Give the new rate a chance: "
            "the count begins anew after each decay.",
            wrong=_patience_spent_once,
        ),
        Misconception(
            name="not in a row",
            explanation="The rate falls although the loss has just improved. Epochs without improvement are counted "
            "over the whole run; an improvement must set the count back to 0.",
            wrong=_not_in_a_row,
        ),
        Misconception(
            name="the margin ignored",
            explanation="A loss that creeps down by less than `min_delta` an epoch still counts as improving, so "
            "the rate stays. An improvement must be larger than the margin.",
            wrong=_margin_ignored,
        ),
        Misconception(
            name="the optimizer never hears of it",
            explanation="The list is right, and the optimizer still has the rate it started with: a number of your "
            "own was lowered, or `optimizer.lr`, which nobody reads. Assign to `optimizer.learning_rate`, and note "
            "down "
            "what you read from there.",
            wrong=_rate_kept_to_itself,
        ),
        Misconception(
            name="the rate never falls",
            explanation="The optimizer keeps its first rate, whatever the losses do. If you assign one, look at the "
            "name: `optimizer.lr = …` is accepted without a word and does nothing; it must be "
            "`optimizer.learning_rate`.",
            wrong=_another_attribute,
        ),
        Misconception(
            name="one epoch too patient",
            explanation="Each decay comes one epoch late. With patience 3, the third epoch in a row without "
            "improvement lowers the rate, not the fourth: compare with `==` or `>=`, not with `>`.",
            wrong=_too_patient,
        ),
        Misconception(
            name="the rate noted too early",
            explanation="The decays come when they should, but each shows one epoch late in your list: it has the rate "
            "with which an epoch began. Append after the decay, at the end of the epoch.",
            wrong=_noted_too_early,
        ),
        Misconception(
            name="one variable, many times",
            explanation="Your list says that the rate was the last one all along. It holds the optimizer's variable, "
            "many times over, and that has one value, the present one. Note down a number: "
            "`float(optimizer.learning_rate)`.",
            wrong=_one_variable_many_times,
        ),
    ),
    observe=_observe_plateau,
    second=_observe_plateau_again,
    note="Reading the rate back from the optimizer for your log is worth the habit: `optimizer.lr = …` is accepted "
    "without a word, does nothing, and would look right in a list of your own.",
    explanation="The count goes back to 0 on two occasions: after an improvement, and after a decay. The new rate "
    "is made from the present one and read back from the optimizer, so the list shows what training would use.",
)


# 02.6 Mend the training loop


def train(model, optimizer, loss_fn, dataset, epochs):
    """Train the model and return the mean loss of each epoch.

    Args:
        model: a Keras model; its weights are changed.
        optimizer: a Keras optimizer.
        loss_fn: takes labels and predictions, returns the mean loss of a batch, a scalar.
        dataset: a tf.data.Dataset of (features, labels) batches; the last may be smaller than the others.
        epochs: how many times to go through the dataset.

    Returns:
        A list of floats, as `fit` logs them: the mean over all rows of the loss *before* the step that it caused.
    """
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


def _train_broken(model, optimizer, loss_fn, dataset, epochs):
    history, batches = [], iter(dataset)
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in batches:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            loss = loss_fn(labels, model(features, training=True))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


def _step(model, optimizer, loss_fn, features, labels):
    """Take one step and return the loss from before it, as the lesson's train_step does."""
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


def _train_by_total(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        total, rows = 0.0, 0
        for features, labels in iter(dataset):
            total += _step(model, optimizer, loss_fn, features, labels) * len(labels)
            rows += len(labels)
        history.append(total / rows)
    return history


def _train_with_reset(model, optimizer, loss_fn, dataset, epochs):
    mean, history = keras.metrics.Mean(), []
    for _ in range(epochs):
        mean.reset_state()
        for batch in dataset:
            loss = _step(model, optimizer, loss_fn, *batch)
            mean.update_state(loss, sample_weight=tf.shape(batch[1])[0])
        history.append(mean.result().numpy())
    return np.array(history)


def _iterator_runs_dry(model, optimizer, loss_fn, dataset, epochs):
    history, batches = [], iter(dataset)
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in batches:
            mean.update_state(_step(model, optimizer, loss_fn, features, labels), sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


def _loss_after_the_step(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            _step(model, optimizer, loss_fn, features, labels)
            mean.update_state(loss_fn(labels, model(features)), sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


def _loss_after_the_epoch(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        for features, labels in dataset:
            _step(model, optimizer, loss_fn, features, labels)
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            mean.update_state(loss_fn(labels, model(features)), sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


def _always_the_first_batch(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for _ in range(len(dataset)):
            features, labels = next(iter(dataset))
            mean.update_state(_step(model, optimizer, loss_fn, features, labels), sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


def _never_reset(model, optimizer, loss_fn, dataset, epochs):
    history, mean = [], keras.metrics.Mean()
    for _ in range(epochs):
        for features, labels in dataset:
            mean.update_state(_step(model, optimizer, loss_fn, features, labels), sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


def _batch_means(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            mean.update_state(_step(model, optimizer, loss_fn, features, labels))
        history.append(float(mean.result()))
    return history


def _only_the_last_batch(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        for features, labels in dataset:
            loss = _step(model, optimizer, loss_fn, features, labels)
        history.append(float(loss))
    return history


def _observe_training(candidate):
    model, loss_fn = _line(0.5, -1.0), keras.losses.MeanSquaredError()
    x, y = [0.0, 1.0, 2.0, -1.0, 0.5, 1.5, -2.0], [1.0, 3.5, 5.0, -1.0, 2.5, 4.0, 2.0]
    history = candidate(model, keras.optimizers.SGD(0.05), loss_fn, _batches(x, y, 3), 3)
    one_step = _line(0.5, -1.0)
    first = candidate(one_step, keras.optimizers.SGD(0.1), _lopsided, _batches(x, y, 7), 1)
    return {
        "7 rows in batches of 3, three epochs: losses": np.array(history, "float64"),
        "after that: (weight, bias)": np.concatenate([weights.ravel() for weights in model.get_weights()]),
        "7 rows in one batch, one epoch: losses": np.array(first, "float64"),
        "after that single step: (weight, bias)": np.concatenate([w.ravel() for w in one_step.get_weights()]),
    }


def _observe_training_again(candidate):
    model, optimizer = _line(-1.0, 0.0), keras.optimizers.SGD(0.02, momentum=0.5)
    dataset = _batches([1.0, 2.0, -2.0, 0.0, 3.0], [2.0, -1.0, 0.5, 4.0, 0.0], 2)
    history = candidate(model, optimizer, _lopsided, dataset, 4)
    return {
        "history": np.array(history, "float64"),
        "weights": np.concatenate([w.ravel() for w in model.get_weights()]),
    }


MENDED_LOOP = Exercise(
    id="02.6",
    title="Mend the training loop",
    task="""This loop raises no error. But its list of losses reads like `[6.4, 0.0, 0.0]`, and even the first number
is not
the one that `fit` would log. It contains **two** mistakes from the lesson; find and mend both.

The answer is the mean loss of each epoch, as `fit` logs it: over all rows, each batch's loss from **before** the step
that it
caused.""",
    hints=(
        "Count the rows that the loop sees in the second epoch. How often can one walk through an iterator?",
        "`for features, labels in dataset` begins a new walk each time. For the other mistake: which weights made "
        "the prediction that goes into `mean`?",
        "The tape's own `loss` is the one to report. Drop the line that computes it again after `apply_gradients`.",
    ),
    starter=_train_broken,
    reference=train,
    alternatives=(_train_by_total, _train_with_reset),
    misconceptions=(
        Misconception(
            name="the iterator runs dry",
            explanation="The first epoch is right, then the loss is 0 and the weights stand still. `iter(dataset)` "
            "can be walked through once; from the second epoch on, the inner loop runs zero times. Iterate over the "
            "dataset itself.",
            wrong=_iterator_runs_dry,
        ),
        Misconception(
            name="the loss after the step",
            explanation="The weights are right, the losses too low: they were computed again with the weights that "
            "the batch had just improved. Report the loss that the tape has seen.",
            wrong=_loss_after_the_step,
        ),
        Misconception(
            name="the loss after the epoch",
            explanation="The weights are right, the losses belong to the end of each epoch. That is an evaluation, "
            "a useful number with another name; `fit` logs the losses from before the steps.",
            wrong=_loss_after_the_epoch,
        ),
        Misconception(
            name="always the first batch",
            explanation="The loss falls, but the weights have seen three rows only. Each `next(iter(dataset))` "
            "opens the dataset anew and takes its first batch. Use one `for` over the dataset in each epoch.",
            wrong=_always_the_first_batch,
        ),
        Misconception(
            name="the mean never reset",
            explanation="The first epoch is right, the later ones still contain it. A metric remembers until it is "
            "told to forget: call `reset_state`, or make a new one, at the start of each epoch.",
            wrong=_never_reset,
        ),
        Misconception(
            name="the mean of the batch means",
            explanation="The weights are right, the losses are not: the row that sits alone in the last batch "
            "counts as much as three others. Tell the mean how many rows a loss stands for.",
            wrong=_batch_means,
        ),
        Misconception(
            name="the last batch reported as the epoch",
            explanation="The weights are right, but each loss is that of the epoch's last batch, here a single row. "
            "Average over all batches, by their rows.",
            wrong=_only_the_last_batch,
        ),
    ),
    observe=_observe_training,
    second=_observe_training_again,
    note="Keras's `Mean` answers 0 when it was given nothing. A loss of exactly 0 is more often an empty loop than "
    "a perfect model.",
    explanation="A dataset begins anew with each `for`, an iterator does not, so the inner loop must run over the "
    "dataset. The loss from the tape belongs to the weights before the step, which is what `fit` logs; computing it "
    "again costs a forward pass and answers another question.",
)


EXERCISES = (SCHEDULE, ERROR, MEAN_LOSS, METRIC, PLATEAU, MENDED_LOOP)
