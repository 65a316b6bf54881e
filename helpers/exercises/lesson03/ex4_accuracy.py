"""03.4 Accuracy from logits."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake

TITLE = "Accuracy from logits"
TASK = """\
Write `accuracy(labels, logits)`. `labels` is a float array of shape `(n,)` with 1 for ill and 0 for healthy; `logits`
has the shape `(n, 1)`, as it comes out of the network. Return the **share of people classified correctly**, one number
from 0 to 1 (a tensor of shape `()` is one, too)."""
HINTS = (
    "Print both shapes, and the shape of your comparison. One verdict per person is wanted.",
    'The sigmoid of 0 is one half. So which logits say "more likely ill than not"?',
    "`logits[:, 0]` has the shape of the labels; compare it with 0, compare the result with `labels == 1`, average.",
)


def accuracy(labels, logits):
    """Return the share of people on the right side of the threshold.

    Args:
        labels: float array of shape (n,), 1 for ill and 0 for healthy.
        logits: float array of shape (n, 1), what the network put out for the same people. None
            of them is exactly 0.

    Returns:
        One number from 0 to 1.
    """
    said_ill = logits[:, 0] > 0  # a logit above 0 is a probability above one half
    return np.mean(said_ill == (labels == 1))


NOTE = (
    "`keras.metrics.BinaryAccuracy()` has the threshold 0.5 unless told otherwise, so on logits it calls "
    "everybody with a logit between 0 and 0.5 healthy, without a word. Give it `threshold=0.0`."
)
EXPLANATION = (
    'The sigmoid rises from 0 to 1 and passes one half at 0, so "probability above one half" and '
    '"logit above 0" are the same statement. The column is taken out of `logits` first, because '
    "two arrays of shapes (n, 1) and (n,) would be compared crosswise."
)


# Other right answers


def accuracy_by_metric(labels, logits):
    metric = keras.metrics.BinaryAccuracy(threshold=0.0)
    metric.update_state(labels[:, None], logits)
    return metric.result()


def accuracy_by_sigmoid(labels, logits):
    probabilities = tf.sigmoid(tf.squeeze(logits, axis=1))
    return tf.reduce_mean(tf.cast(tf.equal(tf.round(probabilities), labels), "float32"))


# Mistakes


@mistake(
    "threshold 0.5 on logits",
    "Ill people with a logit between 0 and 0.5 are counted as healthy, so the accuracy is a little off "
    "and nothing else shows it. A probability of one half is a logit of 0: compare with 0 (in Keras, "
    "`threshold=0.0`).",
)
def threshold_half(labels, logits):
    return np.mean((logits[:, 0] > 0.5) == (labels == 1))


@mistake(
    "rounded logits compared with labels",
    "A logit of 2.1 rounds to 2, which is no label, so the surest correct answers count as mistakes. "
    "Rounding works for probabilities; logits need a threshold.",
)
def logits_rounded(labels, logits):
    return np.mean(np.round(logits[:, 0]) == labels)


@mistake(
    "everybody is compared with everybody",
    "Shapes `(n, 1)` and `(n,)` broadcast to `(n, n)`: each person's logit met each other person's "
    "label. Give both the same shape before comparing.",
)
def everybody_against_everybody(labels, logits):
    return np.mean((logits > 0) == (labels == 1))


@mistake(
    "two mistakes: everybody is compared with everybody, at 0.5",
    "Shapes `(n, 1)` and `(n,)` broadcast to `(n, n)`: each person's logit met each other person's label. And the "
    "threshold is that of probabilities, so one ill person alone with a logit of 0.4 counts as healthy. Give both the "
    "same shape, and compare logits with 0.",
)
def everybody_at_half(labels, logits):
    return np.mean((logits > 0.5) == (labels == 1))


@mistake(
    "everybody is called ill",
    "What comes out is the share of ill people: every number was above the threshold. After a sigmoid "
    "all are above 0, so the threshold there is 0.5, and 0 is for logits. And the softmax of *one* column "
    "is 1 for everybody: it is for one logit per class.",
)
def everybody_is_ill(labels, logits):
    return np.mean((tf.sigmoid(logits[:, 0]).numpy() > 0) == (labels == 1))


@mistake(
    "nobody is called ill",
    "What comes out is the share of healthy people: no logit was large enough. The `argmax` of *one* "
    "column is always 0, and so is a probability made an integer, which cuts off its decimals. Compare "
    "the single logit with a threshold.",
)
def nobody_is_ill(labels, logits):
    return np.mean(np.argmax(logits, axis=1) == labels)


@mistake(
    "a count in place of a share",
    "The number of people classified correctly came back, not their share, so it grows with the size of "
    "the batch. Take the mean of the comparisons, not their sum.",
)
def counted_not_shared(labels, logits):
    return np.sum((logits[:, 0] > 0) == (labels == 1))


@mistake(
    "a percentage in place of a share",
    "The number is a hundred times too large: people are counted per hundred. The task asks for a share from 0 to 1, "
    "which is also what Keras' metrics report; multiply by 100 where you print it.",
)
def percentage(labels, logits):
    return 100 * accuracy(labels, logits)


# Probes


def accuracy_fingerprint(candidate, alone, probes):
    def measure(labels, logits):
        return candidate(np.array(labels, "float32"), np.array(logits, "float32")[:, None])

    # many people together show whether each meets their own label; one alone, where the threshold lies
    together = {name: measure(labels, logits) for name, (labels, logits) in probes.items()}
    return together | {
        f"accuracy of one {name} person with the logit {logit}": measure([label], [logit])
        for logit in alone
        for name, label in (("ill", 1), ("healthy", 0))
    }


def observe(candidate):
    return accuracy_fingerprint(
        candidate,
        [-3.0, -0.8, -0.05, 0.05, 0.4, 0.6, 1.2, 2.1],
        {
            "accuracy of eight people": ([1, 1, 0, 1, 0, 1, 1, 1], [2.1, 0.4, -3.0, -0.1, -0.7, 0.05, 1.2, 0.3]),
            "accuracy of five healthy people": ([0, 0, 0, 0, 0], [-0.05, 0.2, -4.0, 1.6, -0.9]),
        },
    )


def second(candidate):
    return accuracy_fingerprint(
        candidate,
        [-1.7, -0.45, -0.04, 0.07, 0.3, 0.7, 1.6, 4.0],
        {
            "accuracy of six people": ([0, 1, 1, 0, 0, 0], [0.06, 0.8, 0.3, -1.4, -5.0, -0.05]),
            "accuracy of three ill people": ([1, 1, 1], [0.45, 0.06, -2.0]),
        },
    )


EXERCISE = Exercise(
    id="03.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=accuracy,
    alternatives=(accuracy_by_metric, accuracy_by_sigmoid),
    mistakes=(
        threshold_half,
        logits_rounded,
        everybody_against_everybody,
        everybody_at_half,
        everybody_is_ill,
        nobody_is_ill,
        counted_not_shared,
        percentage,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
