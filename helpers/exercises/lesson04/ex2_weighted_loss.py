"""04.2 Weights that reach their rows."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson04.shared import loss_and_pulls

TITLE = "Weights that reach their rows"
TASK = """
Write `weighted_loss(labels, logits, row_weights)`. Labels (0 or 1) and logits have the shape `(B, 1)`, the weights of
the rows have the shape `(B,)`; all are float32 tensors. Return one number, a scalar tensor: multiply the cross-entropy
of each row by its weight, add up, and divide by the number of rows B. That is what `fit` does with class weights. The
loss is for training, so its gradients are checked as well.
"""
HINTS = (
    "What has the loss already done when its result is a single number? The weights have to come before that.",
    "A Keras loss takes the weights itself, as an argument. Without Keras: one loss for each row, of shape `(B,)`, "
    "first.",
    "The argument is called `sample_weight`, and the model puts out logits, so the loss needs to know that, too.",
)


def weighted_loss(labels, logits, row_weights):
    """Return the sum of weight times cross-entropy, divided by the number of rows, a scalar tensor.

    Args:
        labels: 0 or 1, a float32 tensor (B, 1).
        logits: a float32 tensor (B, 1).
        row_weights: a float32 tensor (B,).
    """
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    return loss_fn(labels, logits, sample_weight=row_weights)


NOTE = (
    "The sum is divided by the number of rows, not by the sum of the weights. So weights whose average is 2 "
    "double the loss, which is why balanced weights are made to have the average 1."
)
EXPLANATION = (
    "`sample_weight` multiplies the loss of each row before the average is taken, and divides by the "
    "number of rows. Multiplying afterwards would scale all rows by one factor, the average weight."
)


# Other right answers


def weighted_by_hand(labels, logits, row_weights):
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)[:, 0]
    return tf.reduce_mean(losses * row_weights)


def weighted_per_row(labels, logits, row_weights):
    per_row = keras.losses.BinaryCrossentropy(from_logits=True, reduction="none")
    return tf.reduce_sum(per_row(labels, logits) * row_weights) / len(labels)


# Mistakes


@mistake(
    "the weights meet an average",
    "Every row of the batch is pulled by the same factor, so training finds no more of the rare class than "
    "without weights. The weights were multiplied with a loss that had been averaged already, or losses of "
    "shape (B, 1) met weights of shape (B,) and made a (B, B) table of all pairs. Weight first, average after.",
)
def weights_meet_an_average(labels, logits, row_weights):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    return tf.reduce_mean(loss_fn(labels, logits) * row_weights)


@mistake(
    "the weights are not used",
    "All rows count the same, whatever their weights: this is the plain average of the cross-entropies, and "
    "training finds no more of the rare class than before. The loss needs to be given `row_weights`, or be "
    "multiplied by them row by row.",
)
def weights_ignored(labels, logits, row_weights):
    return keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits)


@mistake(
    "rows with label 0 are not weighted",
    "Rows with label 1 have their weight, and those with label 0 count 1. That is what `pos_weight` of TensorFlow's "
    "`weighted_cross_entropy_with_logits` does: it multiplies the positive half of the cross-entropy only. Multiply "
    "the whole cross-entropy of each row.",
)
def positive_rows_only(labels, logits, row_weights):
    losses = tf.nn.weighted_cross_entropy_with_logits(labels, logits, row_weights[:, None])
    return tf.reduce_mean(losses)


@mistake(
    "one loss for each row",
    "What came back is not one number but the weighted losses of all rows. A tape takes their sum for the loss, "
    "without a word, so a batch of 32 rows takes a step 32 times as long. Add them up and divide by the number of "
    "rows.",
)
def one_for_each_row(labels, logits, row_weights):
    return tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)[:, 0] * row_weights


@mistake(
    "divided by the sum of the weights",
    "The rows are weighted, but the sum is divided by the sum of the weights. That gives each batch a learning "
    "rate of its own, depending on the classes in it, and the run is not that of `fit`. Divide by the number "
    "of rows.",
)
def divided_by_weights(labels, logits, row_weights):
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)[:, 0]
    return tf.reduce_sum(losses * row_weights) / tf.reduce_sum(row_weights)


@mistake(
    "a sum instead of an average",
    "The rows are weighted, but not divided by their number: a batch of 32 rows takes a step 32 times as long, "
    "and training may diverge.",
)
def sum_of_rows(labels, logits, row_weights):
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)[:, 0]
    return tf.reduce_sum(losses * row_weights)


@mistake(
    "logits taken for probabilities",
    "The weights are in the right place, but the loss believes that it gets probabilities. Logits below 0 or "
    "above 1 are cut off there: such rows have no gradient at all. Tell the loss what it gets.",
)
def logits_as_probabilities(labels, logits, row_weights):
    loss_fn = keras.losses.BinaryCrossentropy()
    return loss_fn(labels, logits, sample_weight=row_weights)


@mistake(
    "the weights multiply the logits",
    "A weight says how much a row counts, not how sure the network is. Multiplied with the logit, it makes "
    "the loss judge another prediction, one that the network did not make, and the pulls are those of that "
    "prediction. Multiply the losses.",
)
def weighted_logits(labels, logits, row_weights):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    return loss_fn(labels, logits * row_weights[:, None])


@mistake(
    "no gradient reaches the logits",
    "The number is right, but nothing can be trained with it: the pull of each row is 0, because the tape "
    "records TensorFlow's operations only. After `float`, `.numpy()` or a NumPy function the way back to the "
    "logits is gone. Compute with TensorFlow or Keras up to the `return`.",
)
def left_tensorflow(labels, logits, row_weights):
    losses = np.logaddexp(0, logits) - labels * logits
    return float(np.mean(losses[:, 0] * row_weights))


# Probes


def observe(candidate, seed=None):
    rng = np.random.default_rng(seed)
    batches = {
        "5 rows": ([0, 0, 1, 0, 1], [-1.0, 0.5, 0.25, 2.0, -0.75], [0.6, 0.6, 5.0, 0.6, 5.0]),
        "3 rows that all leave": ([1, 1, 1], [0.3, -0.4, 1.5], [2.5, 0.5, 1.0]),
        "one row": ([0], [0.8], [3.0]),
    }
    measured = {}
    for name, (labels, logits, weights) in batches.items():
        if seed is not None:
            logits, weights = rng.normal(0, 2, len(labels)), rng.uniform(0.2, 4, len(labels))
        labels, logits = (tf.constant(column, tf.float32)[:, None] for column in (labels, logits))
        weights = tf.constant(weights, tf.float32)
        found = loss_and_pulls(lambda logits: candidate(labels, logits, weights), logits)
        measured |= {f"{key} ({name})": value for key, value in found.items()}
    return measured


EXERCISE = Exercise(
    id="04.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=weighted_loss,
    alternatives=(weighted_by_hand, weighted_per_row),
    mistakes=(
        weights_meet_an_average,
        weights_ignored,
        positive_rows_only,
        one_for_each_row,
        divided_by_weights,
        sum_of_rows,
        logits_as_probabilities,
        weighted_logits,
        left_tensorflow,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=1),
    note=NOTE,
    explanation=EXPLANATION,
)
