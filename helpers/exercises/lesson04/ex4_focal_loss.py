"""04.4 Focal loss that survives certainty."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.comparing import Yardstick
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson04.shared import loss_and_pulls
from helpers.exercises.measuring import Measurement

TITLE = "Focal loss that survives certainty"
TASK = """
**Focal loss** lets the weight of a row depend on what the network thinks of it. With $p_t$, the probability given to
what really happened, the cross-entropy $-\\ln p_t$ is multiplied by $(1-p_t)^\\gamma$: a row that is right and sure
already hardly counts anymore, and the doubtful ones get the say. It is often used together with a weight for each
class: $\\alpha$ for label 1 and $1 - \\alpha$ for label 0. The loss of a row is then
$a\\,(1-p_t)^\\gamma\\,(-\\ln p_t)$, where $a$ is the weight of its class.

Write `focal_loss(labels, logits, gamma=2.0, alpha=0.25)`. Labels (0 or 1) and logits are float32 of shape `(B, 1)`.
Return the mean over the rows, a scalar tensor. Loss and gradients must be right, to five decimals, for each
$\\gamma \\ge 0$ and for logits of any size: 0, −200 and 200 among them.
"""
HINTS = (
    "Compute no probability whose logarithm you will need: in float32 the sigmoid of 20 is exactly 1.",
    "Let `z_t` be the logit toward the truth: z for label 1 and −z for label 0. `-ln(p_t)` is a function of `z_t` that "
    "TensorFlow has, and so is the logarithm of `1 - p_t`.",
    "`tf.nn.softplus(-z_t)` is `-ln(p_t)`, and `-tf.nn.softplus(z_t)` is the logarithm of `1 - p_t`. A power is the "
    "exponential of gamma times a logarithm, and this one's gradient is finite everywhere.",
)


def focal_loss(labels, logits, gamma=2.0, alpha=0.25):
    """Return the mean of a (1 - p_t)^gamma (-ln p_t) over the rows, a scalar; a is alpha for label 1, else 1 - alpha.

    Args:
        labels: 0 or 1, float32 (B, 1).
        logits: float32 (B, 1); any size, say from -200 to 200.
        gamma: how much less a row counts that is already right; 0 or more.
        alpha: the weight of label 1.
    """
    toward_truth = logits * (2 * labels - 1)
    row_weights = alpha * labels + (1 - alpha) * (1 - labels)
    factor = tf.exp(-gamma * tf.nn.softplus(toward_truth))  # (1 - p_t) ** gamma
    return tf.reduce_mean(row_weights * factor * tf.nn.softplus(-toward_truth))


NOTE = (
    "From a gamma of 1 on, this is Keras's `BinaryFocalCrossentropy(apply_class_balancing=True, from_logits=True)`. "
    "Its usual alpha of 0.25 makes the *rare* class count less: the power has already silenced so many easy rows of "
    "the other class."
)
EXPLANATION = (
    "With the logit toward the truth, both factors come straight from the logit: softplus of its negative is −ln p_t, "
    "and softplus of itself is −ln(1 − p_t), whose gamma-fold the exponential turns into the power. Nothing is "
    "subtracted from 1, no logarithm meets a 0, and no power has the base 0, so loss and gradient stay right at any "
    "certainty."
)


# Other right answers


def focal_by_tensorflow(labels, logits, gamma=2.0, alpha=0.25):
    cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
    of_the_other_label = tf.nn.sigmoid_cross_entropy_with_logits(1 - labels, logits)
    return tf.reduce_mean(tf.where(labels == 1, alpha, 1 - alpha) * tf.exp(-gamma * of_the_other_label) * cross_entropy)


# Mistakes


@mistake(
    "the logarithm of a probability",
    "For moderate logits all is well, and at ±20 loss or gradient is infinite or NaN; one such row ruins all "
    "weights of the network. Most often a probability was computed first: from a logit of about 17 on, float32 "
    "rounds the sigmoid to exactly 1, so 1 − p is exactly 0, and its logarithm is infinite. Compute the logarithm "
    "from the logit, without the probability in between.",
)
def textbook_focal(labels, logits, gamma=2.0, alpha=0.25):
    p = tf.sigmoid(logits)
    of_ones = alpha * labels * (1 - p) ** gamma * tf.math.log(p)
    of_zeros = (1 - alpha) * (1 - labels) * p**gamma * tf.math.log(1 - p)
    return -tf.reduce_mean(of_ones + of_zeros)


@mistake(
    "an exponential that overflows",
    "At ±20 all is well, and at ±200 loss or gradient is infinite or NaN. Most often that is a softplus written "
    "out, `log(1 + exp(z))`: in float32, `exp` is infinite from a logit of 89 on. `tf.nn.softplus` computes the "
    "same without the large number.",
)
def overflowing(labels, logits, gamma=2.0, alpha=0.25):
    toward_truth = logits * (2 * labels - 1)
    row_weights = alpha * labels + (1 - alpha) * (1 - labels)
    cross_entropy = tf.math.log1p(tf.exp(-toward_truth))
    return tf.reduce_mean(row_weights * tf.sigmoid(-toward_truth) ** gamma * cross_entropy)


@mistake(
    "NaN for a gamma below 1",
    "From a gamma of 1 on, all is right, certain rows included. Below, and even for 0, the gradient is NaN as soon "
    "as a row is certain and right: there 1 − p_t is 0 in float32, and the derivative of its power, γ · (1 − "
    "p_t)^(γ − 1), divides by 0. An exponential of gamma times the logarithm of 1 − p_t has no such place.",
)
def power_of_zero(labels, logits, gamma=2.0, alpha=0.25):
    toward_truth = logits * (2 * labels - 1)
    row_weights = alpha * labels + (1 - alpha) * (1 - labels)
    return tf.reduce_mean(row_weights * tf.sigmoid(-toward_truth) ** gamma * tf.nn.softplus(-toward_truth))


@mistake(
    "cut off before the logarithm",
    "At ±200, a row that is certain and wrong gets a pull of 0, so the network never mends its worst mistakes. Usually "
    "probabilities or logits were cut off, or a small number was added before the logarithm: that keeps NaN away at "
    "this price. Compute the logarithm from the logit, and cut nothing.",
)
def clipped_focal(labels, logits, gamma=2.0, alpha=0.25):
    p = tf.clip_by_value(tf.sigmoid(logits), 1e-7, 1 - 1e-7)
    of_ones = alpha * labels * (1 - p) ** gamma * tf.math.log(p)
    of_zeros = (1 - alpha) * (1 - labels) * p**gamma * tf.math.log(1 - p)
    return -tf.reduce_mean(of_ones + of_zeros)


@mistake(
    "the easy rows get the say",
    "The power stands on `p_t` instead of `1 - p_t`: rows that are right and sure count fully, and rows that "
    "are wrong hardly count. Training polishes what is good and ignores its mistakes.",
)
def easy_rows_first(labels, logits, gamma=2.0, alpha=0.25):
    toward_truth = logits * (2 * labels - 1)
    row_weights = alpha * labels + (1 - alpha) * (1 - labels)
    return tf.reduce_mean(row_weights * tf.sigmoid(toward_truth) ** gamma * tf.nn.softplus(-toward_truth))


@mistake(
    "the factor of label 1 for every row",
    "Rows with label 1 come out right. For label 0, `p_t` is one minus the sigmoid, so those rows need the "
    "other factor: as it is, stayers count most where the network is right about them.",
)
def factor_of_ones(labels, logits, gamma=2.0, alpha=0.25):
    row_weights = alpha * labels + (1 - alpha) * (1 - labels)
    cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
    return tf.reduce_mean(row_weights * tf.sigmoid(-logits) ** gamma * cross_entropy)


@mistake(
    "a sum instead of a mean",
    "The loss of each row is right, but they are added up and not divided by their number: a batch of 32 rows takes a "
    "step 32 times as long, and training may diverge.",
)
def sum_of_rows(labels, logits, gamma=2.0, alpha=0.25):
    return focal_loss(labels, logits, gamma, alpha) * len(labels)


@mistake(
    "one loss for each row",
    "What came back is not one number but the losses of all rows. A tape takes their sum for the loss, without a "
    "word, so a batch of 32 rows takes a step 32 times as long. Return their mean.",
)
def one_for_each_row(labels, logits, gamma=2.0, alpha=0.25):
    return tf.stack([focal_loss(labels[i : i + 1], logits[i : i + 1], gamma, alpha) for i in range(len(labels))])[
        :, None
    ]


@mistake(
    "no gradient through the power",
    "The loss is right, and its gradient is not: the tape took (1 − p_t)^γ for a constant, because of "
    "`tf.stop_gradient`, most likely, or because the probability was computed in NumPy. The pull of a row comes "
    "from both factors. Compute both from the logits, in TensorFlow.",
)
def constant_power(labels, logits, gamma=2.0, alpha=0.25):
    toward_truth = logits * (2 * labels - 1)
    row_weights = alpha * labels + (1 - alpha) * (1 - labels)
    factor = tf.stop_gradient(tf.exp(-gamma * tf.nn.softplus(toward_truth)))
    return tf.reduce_mean(row_weights * factor * tf.nn.softplus(-toward_truth))


@mistake(
    "no gradient reaches the logits",
    "The loss is right, but nothing can be trained with it: the pull of each row is 0, because the tape records "
    "TensorFlow's operations only. After `float`, `.numpy()` or a NumPy function the way back to the logits is gone. "
    "Compute with TensorFlow or Keras up to the `return`.",
)
def left_tensorflow(labels, logits, gamma=2.0, alpha=0.25):
    return float(focal_loss(labels, logits, gamma, alpha))


@mistake(
    "one weight for both classes",
    "Alpha multiplies every row, so it changes the size of the loss and not the balance of the classes. Rows "
    "with label 0 get 1 − alpha.",
)
def alpha_for_all(labels, logits, gamma=2.0, alpha=0.25):
    toward_truth = logits * (2 * labels - 1)
    return tf.reduce_mean(alpha * tf.sigmoid(-toward_truth) ** gamma * tf.nn.softplus(-toward_truth))


@mistake(
    "alpha is not used",
    "The power is right, but all rows have the weight 1, whatever alpha is. In Keras's own focal loss alpha "
    "does nothing without `apply_class_balancing=True`.",
)
def alpha_unused(labels, logits, gamma=2.0, alpha=0.25):
    # class balancing is off unless it is asked for
    return keras.losses.BinaryFocalCrossentropy(alpha=alpha, gamma=gamma, from_logits=True)(labels, logits)


@mistake(
    "alpha for the other class",
    "The power is right, but alpha multiplies the rows with label 0, and 1 − alpha those with label 1. It is "
    "the other way around.",
)
def alpha_for_zeros(labels, logits, gamma=2.0, alpha=0.25):
    toward_truth = logits * (2 * labels - 1)
    row_weights = alpha * (1 - labels) + (1 - alpha) * labels
    return tf.reduce_mean(row_weights * tf.sigmoid(-toward_truth) ** gamma * tf.nn.softplus(-toward_truth))


# Probes


def found_on(candidate, labels, logits, settings):
    """Return what came back, loss and pulls of one batch, in words where the numbers differ from answer to answer."""
    labels, logits = (tf.constant(column, tf.float32)[:, None] for column in (labels, logits))
    found = loss_and_pulls(lambda logits: candidate(labels, logits, **settings), logits)
    if "loss" not in found:
        return found
    # one row that is not finite spoils the update of every weight, so it counts for all rows
    found["loss"] = np.where(np.isfinite(found["loss"]), found["loss"], np.nan)
    pulls = found["pull of each row"] = np.where(
        np.isfinite(found["pull of each row"]).all(), found["pull of each row"], np.nan
    )
    wrong_and_certain = logits[:, 0] * (1 - 2 * labels[:, 0]) > 10
    if np.any(pulls[wrong_and_certain] == 0):
        found |= {"loss": "a number without a pull", "pull of each row": "0 for a row that is wrong"}
    return found


def found_on_all(candidate, batches):
    """Return the measurements of {name: batch} in order; they end where the most certain rows have no pull."""
    measured = {}
    for name, batch in batches.items():
        found = found_on(candidate, *batch)
        measured |= {f"{key} ({name})": value for key, value in found.items()}
        if isinstance(found.get("loss"), str):
            break  # where something was cut off differs from answer to answer
    return measured


def is_right(measured, batches):
    expected, yardstick = found_on_all(focal_loss, batches), Yardstick(1e-5, {})
    return measured.keys() == expected.keys() and all(
        yardstick.is_same(name, Measurement.of(value), Measurement.of(expected[name]))
        for name, value in measured.items()
    )


def observe(candidate, logits=(-2.0, -0.5, 0.75, 3.0, 0.0), certain=(20.0, 200.0)):
    labels, both = [0, 1, 0, 1, 1], [0, 0, 1, 1]
    less, more = ([-z, z, -z, z] for z in certain)
    batches = {
        "5 rows": (labels, logits, {}),
        "gamma=3, alpha=0.6": (labels, logits, {"gamma": 3.0, "alpha": 0.6}),
        "gamma=0": (labels, logits, {"gamma": 0.0}),
        "gamma=0.5": (labels, logits, {"gamma": 0.5}),
        "one row": ([0], logits[:1], {}),
        f"logits of ±{more[1]:g}": (both, more, {}),
        f"logits of ±{less[1]:g}": (both, less, {}),
    }
    measured = found_on_all(candidate, batches)
    if not is_right(measured, batches):
        return measured  # with any other mistake, a power may be NaN below or not
    low = {f"gamma={gamma:g}, certain": (both * 2, less + more, {"gamma": gamma}) for gamma in (0.0, 0.5)}
    return measured | found_on_all(candidate, low)


EXERCISE = Exercise(
    id="04.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=focal_loss,
    alternatives=(focal_by_tensorflow,),
    mistakes=(
        textbook_focal,
        overflowing,
        power_of_zero,
        clipped_focal,
        easy_rows_first,
        factor_of_ones,
        sum_of_rows,
        one_for_each_row,
        constant_power,
        left_tensorflow,
        alpha_for_all,
        alpha_unused,
        alpha_for_zeros,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, (-1.2, 0.9, 0.1, -2.6, 1.4), (30.0, 150.0)),
    note=NOTE,
    explanation=EXPLANATION,
)
