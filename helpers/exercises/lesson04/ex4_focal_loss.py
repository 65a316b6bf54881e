"""04.4 Focal loss that survives certainty."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson04.ex2_weighted_loss import pulls_of_rows

TITLE = "Focal loss that survives certainty"
TASK = """
Focal loss is often used together with a weight for each class: $\\alpha$ for label 1 and $1 - \\alpha$ for label 0. The
loss of a row is $a\\,(1-p_t)^\\gamma\\,(-\\ln p_t)$, where $p_t$ is the probability given to what really happened, and
$a$ is the weight of its class.

Write `focal_loss(labels, logits, gamma=2.0, alpha=0.25)`. Labels (0 or 1) and logits are float32 of shape `(B, 1)`.
Return the mean over the rows, a scalar tensor. Loss and gradients must be right for logits of any size, −200 and 200
among them.
"""
HINTS = (
    "Compute no probability whose logarithm you will need. What does the lesson use instead?",
    "Let `z_t` be the logit toward the truth: z for label 1 and −z for label 0. Both `-ln(p_t)` and `1 - p_t` are "
    "simple functions of `-z_t`.",
    "`tf.nn.softplus(-z_t)` is `-ln(p_t)`, and `tf.sigmoid(-z_t)` is `1 - p_t`. The weight of the class "
    "multiplies both.",
)


def focal_loss(labels, logits, gamma=2.0, alpha=0.25):
    """Return the mean of a (1 - p_t)^gamma (-ln p_t) over the rows, a scalar; a is alpha for label 1, else 1 - alpha.

    Args:
        labels: 0 or 1, float32 (B, 1).
        logits: float32 (B, 1); any size, say from -200 to 200.
        gamma: how much less a row counts that is already right.
        alpha: the weight of label 1.
    """
    toward_truth = logits * (2 * labels - 1)
    row_weights = alpha * labels + (1 - alpha) * (1 - labels)
    cross_entropy = tf.nn.softplus(-toward_truth)
    return tf.reduce_mean(row_weights * tf.sigmoid(-toward_truth) ** gamma * cross_entropy)


NOTE = (
    "This is Keras's `BinaryFocalCrossentropy(apply_class_balancing=True, from_logits=True)`. Its usual alpha of "
    "0.25 makes the *rare* class count less: the power has already silenced so many easy rows of the other class."
)
EXPLANATION = (
    "With the logit toward the truth, both factors come straight from the logit: the sigmoid of its "
    "negative is 1 − p_t, and softplus of its negative is −ln p_t. Nothing is subtracted from 1 and no "
    "logarithm meets a 0, so loss and gradient stay right at any certainty."
)


# Other right answers


def focal_by_tensorflow(labels, logits, gamma=2.0, alpha=0.25):
    miss = tf.abs(labels - tf.sigmoid(logits))
    cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
    return tf.reduce_mean(tf.where(labels == 1, alpha, 1 - alpha) * miss**gamma * cross_entropy)


# Mistakes


@mistake(
    "the logarithm of a probability",
    "For moderate logits all is well. From a logit of about 17 on, float32 rounds the sigmoid to exactly 1, so "
    "1 − p is exactly 0, its logarithm is infinite, and loss or gradient become NaN; one such row ruins all "
    "weights of the network. Compute the logarithm from the logit, without the probability in between.",
)
def textbook_focal(labels, logits, gamma=2.0, alpha=0.25):
    p = tf.sigmoid(logits)
    of_ones = alpha * labels * (1 - p) ** gamma * tf.math.log(p)
    of_zeros = (1 - alpha) * (1 - labels) * p**gamma * tf.math.log(1 - p)
    return -tf.reduce_mean(of_ones + of_zeros)


@mistake(
    "cut off before the logarithm",
    "To cut probabilities or logits off, or to add a small number before the logarithm, keeps NaN away, but at "
    "a price: a row that is certain and wrong gets a pull of about 0, so the network never mends its worst "
    "mistakes. Compute the logarithm from the logit, and cut nothing.",
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


def observe(candidate, logits=(-2.0, -0.5, 0.75, 3.0, 0.0), certain=(-200.0, -20.0, 20.0, 200.0)):
    labels = [0, 1, 0, 1, 1]
    batches = {
        "5 rows": (labels, logits, {}),
        "gamma=3, alpha=0.6": (labels, logits, {"gamma": 3.0, "alpha": 0.6}),
        "gamma=0": (labels, logits, {"gamma": 0.0}),
        "one row": ([0], logits[:1], {}),
        "certain, label 0": ([0] * 4, certain, {}),
        "certain, label 1": ([1] * 4, certain, {}),
    }
    measured = {}
    for name, (labels, logits, settings) in batches.items():
        labels, logits = (tf.constant(column, tf.float32)[:, None] for column in (labels, logits))
        loss, pulls = pulls_of_rows(lambda logits: candidate(labels, logits, **settings), logits)
        # one row that is not finite spoils the update of every weight, so it counts for all rows
        loss = np.where(np.isfinite(loss), loss, np.nan)
        pulls = np.where(np.isfinite(pulls).all(), pulls, np.nan)
        if name.startswith("certain"):
            # where something was cut off differs from answer to answer, and so do the numbers; no pull is left in any
            wrong = np.sign(logits[:, 0]) != 2 * labels[:, 0] - 1
            if np.any(pulls[wrong] == 0):
                loss, pulls = "a number without a pull", "0 for a row that is wrong"
        measured |= {f"loss ({name})": loss, f"pull of each row ({name})": pulls}
    return measured


EXERCISE = Exercise(
    id="04.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=focal_loss,
    alternatives=(focal_by_tensorflow,),
    mistakes=(
        textbook_focal,
        clipped_focal,
        easy_rows_first,
        factor_of_ones,
        alpha_for_all,
        alpha_unused,
        alpha_for_zeros,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, (-1.2, 0.9, 0.1, -2.6, 1.4), (-150.0, -30.0, 30.0, 150.0)),
    note=NOTE,
    explanation=EXPLANATION,
)
