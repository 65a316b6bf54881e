"""02.7 The whole loop: ten measurements."""

import functools

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_diabetes

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "The whole loop: ten measurements"
TASK = """
A real table: scikit-learn's `load_diabetes` describes people with diabetes by ten measurements, from 1 to 300 large,
and by how far the disease had come a year later, a number from 25 to 346. (This is an exercise about loops, and no
medical advice.)

Write `train_and_predict(features, labels, new_features, rate, epochs)`, the whole loop:

- It brings the ten columns to one scale: from each, subtract its mean, and divide by its standard deviation
  (`features.mean(axis=0)`, `features.std(axis=0)`). The labels stay as they are.
- A model of one `Dense(1)` is trained for `epochs` epochs in batches of 32 rows, the last, smaller one included, by
  `SGD` at the given `rate`, on the mean squared error.
- It returns two things: the loss of each epoch, a list, and the predictions for `new_features`. As in the lesson, the
  loss of an epoch is what the loop met before its steps, and **each row of the epoch counts the same in it**.

`new_features` has a row that somebody mistyped, with thousands in place of tens. Its own prediction may be anything,
but those of the other rows must not suffer from it: **each of them is to be predicted as if it came alone.**

The check trains on 300 people, with a rate of `0.05`, for 10 epochs. On the 142 others, the root of the mean squared
error of your predictions may be **at most 65**. (Whoever predicts the mean for all gets 76.) And it
calls your loop at a rate of 0, which must change nothing, to see what the losses are.
"""
HINTS = (
    "The two arrays, means and deviations, come from `features`. What happens to `new_features`, which the model has "
    "to meet in the same scale?",
    "At a rate of 0, all rows keep their errors, so the loss of an epoch is the mean of 33 squared errors, whatever "
    "the order. The batches have 32 rows and 1. What does your loop make of it?",
    "`mean_loss = keras.metrics.Mean()` in each epoch, and `mean_loss.update_state(loss, sample_weight=len(targets))` "
    "in each batch, as in the lesson's `train_one_epoch`.",
)


def train_and_predict(features, labels, new_features, rate, epochs):
    """Train a model of one layer in batches of 32, and predict new rows.

    Args:
        features: float32 (n, 10), NumPy, as measured.
        labels: float32 (n, 1), NumPy.
        new_features: float32 (m, 10), NumPy, as measured; one of the rows may be mistyped.
        rate: the learning rate, a float; at 0 nothing is learned.
        epochs: how often the loop walks through all rows, an int.

    Returns:
        losses: the loss of each epoch, a list of floats.
        predictions: for each row of new_features, an array or tensor (m, 1) or (m,).
    """
    # the new rows get the same two numbers a column, and have no say in them
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    rows = tf.data.Dataset.from_tensor_slices(((features - mean) / deviation, labels))
    dataset = rows.shuffle(len(labels)).batch(32)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
    loss_fn, optimizer, losses = keras.losses.MeanSquaredError(), keras.optimizers.SGD(rate), []
    for _ in range(epochs):
        mean_loss = keras.metrics.Mean()
        for batch, targets in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(targets, model(batch, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean_loss.update_state(loss, sample_weight=len(targets))
        losses.append(float(mean_loss.result()))
    return losses, model((new_features - mean) / deviation)


# What a learner starts with


def train_and_predict_with_gaps(features, labels, new_features, rate, epochs):
    # one scale for all columns
    ...
    # batches, model, loss, optimizer
    ...
    losses = []
    for _ in range(epochs):
        # an epoch: a step for each batch, and its loss
        ...
    predictions = ...
    return losses, predictions


NOTE = (
    "Ten measurements say little about the disease a year later: the errors are still three quarters as large as if "
    "everybody were predicted the mean. Which part of that is the model's, and which the measurements', no loop tells."
)
EXPLANATION = (
    "Mean and deviation come from the training rows alone, so no other new row can move a prediction. The loss of a "
    "batch enters the mean with its number of rows: the last batch of 300 rows has 12, and counts as 12."
)


# Other right answers


def train_by_hand(features, labels, new_features, rate, epochs):
    """Variables of its own in place of a layer, and a total and a number of rows in place of a metric."""
    mean, deviation = np.mean(features, axis=0), np.std(features, axis=0)
    scaled, losses = (features - mean) / deviation, []
    weights, bias = tf.Variable(tf.zeros((10, 1))), tf.Variable(0.0)
    for _ in range(epochs):
        order, total = np.random.permutation(len(scaled)), 0.0
        for start in range(0, len(scaled), 32):
            rows = order[start : start + 32]
            with tf.GradientTape() as tape:
                squares = tf.square(scaled[rows] @ weights + bias - labels[rows])
                loss = tf.reduce_mean(squares)
            for variable, gradient in zip([weights, bias], tape.gradient(loss, [weights, bias])):
                variable.assign_sub(rate * gradient)
            total += float(tf.reduce_sum(squares))
        losses.append(total / len(scaled))
    return losses, ((new_features - mean) / deviation @ weights + bias).numpy()[:, 0]


# Mistakes


def fast_loop(features, labels, new_features, rate, epochs, epoch_loss=None, smallest_batch=1):
    """Do the same in NumPy, for the wrong answers; `epoch_loss(losses, sizes)` makes one number of the batches'."""
    epoch_loss = epoch_loss or (lambda losses, sizes: np.average(losses, weights=sizes))
    random, weights, bias, history = np.random.default_rng(0), np.zeros((10, 1)), 0.0, []
    for _ in range(epochs):
        batches = np.split(random.permutation(len(features)), range(32, len(features), 32))
        losses, sizes = [], []
        for rows in [rows for rows in batches if len(rows) >= smallest_batch]:
            errors = features[rows] @ weights + bias - labels[rows]
            losses.append(np.mean(errors**2))
            sizes.append(len(rows))
            weights = weights - rate * 2 * features[rows].T @ errors / len(rows)
            bias = bias - rate * 2 * errors.mean()
        history.append(float(epoch_loss(losses, sizes)))
    return history, new_features @ weights + bias


def scaled(features, rows):
    return (rows - features.mean(axis=0)) / features.std(axis=0)


def train_scaled(features, labels, new_features, rate, epochs, **screws):
    return fast_loop(scaled(features, features), labels, scaled(features, new_features), rate, epochs, **screws)


@mistake(
    "the columns as measured",
    "The predictions are no numbers anymore. Along the weight of a column near 190 the loss is thousands of times as "
    "steep as along the bias, and at this rate each step lands farther away. Train on the scaled columns.",
)
def as_measured(features, labels, new_features, rate, epochs):
    return fast_loop(features, labels, new_features, rate, epochs)


@mistake(
    "the new rows have a say in the scaling",
    "All people are predicted nearly the same: the mistyped row has changed the scale in which the others arrive. Mean "
    "and deviation were taken from `new_features`, or from all rows together. Take them from the training rows; a new "
    "row, which comes alone, gets the same two numbers.",
)
def scaled_with_new_rows(features, labels, new_features, rate, epochs):
    new_scaled = scaled(new_features, new_features)
    return fast_loop(scaled(features, features), labels, new_scaled, rate, epochs)


@mistake(
    "the new rows are not scaled",
    "The predictions are numbers, but absurd ones, thousands off: the model learned from scaled columns and met the "
    "new rows as measured. Subtract the same means from them, and divide by the same deviations.",
)
def new_rows_as_measured(features, labels, new_features, rate, epochs):
    return fast_loop(scaled(features, features), labels, new_features, rate, epochs)


@mistake(
    "the mean of the batch means",
    "The predictions are right, the losses are not: of 33 rows, the one that is alone in the last batch counts as much "
    "as the 32 others. Tell the mean for how many rows a loss stands.",
)
def batch_means(features, labels, new_features, rate, epochs):
    return train_scaled(features, labels, new_features, rate, epochs, epoch_loss=lambda losses, _: np.mean(losses))


@mistake(
    "the last batch reported as the epoch",
    "The predictions are right, but the loss of an epoch is that of its last batch, here a single row. Average over "
    "all batches, by their rows.",
)
def last_batch(features, labels, new_features, rate, epochs):
    return train_scaled(features, labels, new_features, rate, epochs, epoch_loss=lambda losses, _: losses[-1])


@mistake(
    "the last batch left out",
    "The losses are means over the full batches only: one of 33 rows is in none of them. That is `drop_remainder=True` "
    "or a loop over `len(features) // 32` batches. Keep the small batch, and let it count by its rows.",
)
def left_out(features, labels, new_features, rate, epochs):
    return train_scaled(features, labels, new_features, rate, epochs, smallest_batch=32)


@mistake(
    "a sum of the batches",
    "The predictions are right, the losses are too large: they are added up over batches or rows, and not divided. "
    "Divide by the number of rows in the end, or let `keras.metrics.Mean` do it.",
)
def batch_sum(features, labels, new_features, rate, epochs):
    return train_scaled(features, labels, new_features, rate, epochs, epoch_loss=lambda losses, _: np.sum(losses))


@mistake(
    "a rate of its own",
    "At a rate of 0 the losses fall all the same, so the loop learns at another. Hand `rate` to the optimizer: left "
    "out, `SGD` takes 0.01.",
)
def own_rate(features, labels, new_features, rate, epochs):
    return train_scaled(features, labels, new_features, 0.05, epochs)


# Probes

TWO_THINGS = "losses and predictions"


@functools.cache
def people(seed):
    """Return features and labels of 300 people, and those of the 142 others, the last of them once more, mistyped."""
    features, labels = load_diabetes(return_X_y=True, scaled=False)
    order = np.random.default_rng(seed).permutation(len(labels))
    known, new = order[:300], np.append(order[300:], order[-1])
    new_features = features[new]
    new_features[-1] *= 1000
    parts = features[known], labels[known, np.newaxis], new_features, labels[new[:-1]]
    return [part.astype("float32") for part in parts]


def both(returned, epochs, m):
    """Return losses (epochs,) and predictions (m,) as float64 arrays, or what else came back, in words."""
    parts = forms.entries(returned)
    if not isinstance(returned, (tuple, list)) or len(parts) != 2:
        return forms.in_words(returned)
    losses, predictions = forms.numbers(parts[0]), forms.numbers(parts[1])
    for found, shapes in [(losses, [(epochs,)]), (predictions, [(m, 1), (m,)])]:
        if isinstance(found, str) or found.shape not in shapes:
            return " and ".join(forms.in_words(part) for part in parts)
    return losses, predictions.ravel()


def at_rate_zero(candidate, epochs):
    """Say what the losses are where no step moves anything, so that each row keeps the error that one can compute."""
    random = np.random.default_rng(0)
    features = random.normal(3, 2, (33, 10)).astype("float32")
    labels = np.where(np.arange(33) % 2, 100, 5).astype("float32")[:, np.newaxis]
    found = both(candidate(features.copy(), labels.copy(), features.copy(), 0.0, epochs), epochs, 33)
    if isinstance(found, str):
        return found
    losses, predictions = found
    squares = (predictions - labels[:, 0]) ** 2
    others = (squares.sum() - squares) / 32  # the mean of the other 32, for each row that may be alone
    kinds = {
        "means over all rows": [squares.mean()],
        "means of the batch means": (others + squares) / 2,
        "those of the last batch": squares,
        "means over the full batches": others,
        "sums over the batches": [*(others + squares), squares.sum(), *(32 * others), 33 * squares.mean()],
    }
    for kind, values in kinds.items():
        if all(np.isclose(loss, values, rtol=1e-4).any() for loss in losses):
            return kind
    return "falling from epoch to epoch" if np.all(np.diff(losses) < 0) else "none that is known"


def observe(candidate, seed=3, epochs=10):
    keras.utils.set_random_seed(0)
    features, labels, new_features, truth = (part.copy() for part in people(seed))
    found = both(candidate(features, labels, new_features, 0.05, epochs), epochs, len(new_features))
    if isinstance(found, str):
        return {"what came back": found}
    predictions = found[1][:-1]
    if not np.all(np.isfinite(predictions)):
        return {"what came back": TWO_THINGS, "the predictions are": "no numbers"}
    spread = predictions.std()  # of the labels it is 77, and of good predictions about 50
    return {
        "what came back": TWO_THINGS,
        "root of the mean squared error on new people": np.sqrt(np.mean((predictions - truth) ** 2)),
        "the predictions are": "all alike" if spread < 10 else "absurd" if spread > 200 else "of the right size",
        "at a rate of 0, the losses are": at_rate_zero(candidate, epochs=2),
    }


EXERCISE = Exercise(
    id="02.7",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_and_predict,
    starter=train_and_predict_with_gaps,
    alternatives=(train_by_hand,),
    mistakes=(
        as_measured,
        scaled_with_new_rows,
        new_rows_as_measured,
        batch_means,
        last_batch,
        left_out,
        batch_sum,
        own_rate,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=2, epochs=9),
    target={"root of the mean squared error on new people": (None, 65)},
    note=NOTE,
    explanation=EXPLANATION,
)
