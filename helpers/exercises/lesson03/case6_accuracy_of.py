"""C3.6 The loss falls, the accuracy stays at chance."""

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "The loss falls, the accuracy stays at chance"
TASK = """\
The loss of a network on its validation rows falls to nearly 0. By this function its accuracy is 0.50, and it was 0.50
when the network was untrained. Which line is it?"""
HINTS = (
    "How many answers are compared with how many labels in one batch? Print the shape of the comparison.",
    "One array has a column, the other has none.",
    "Take the column out, `[:, 0]`, or give the labels one, `[:, None]`, before the two meet.",
)


def accuracy_of(model, dataset):
    """Return the share of rows on the right side, a float from 0 to 1.

    Args:
        model: puts out one logit a row, shape (batch, 1).
        dataset: a tf.data.Dataset of (features, labels) batches, the labels 0 or 1 of shape (batch,); the last batch
            may be smaller than the others.
    """
    right, rows = 0.0, 0  # A
    for features, labels in dataset:
        logits = model(features, training=False)  # B
        said_ill = logits[:, 0] > 0  # C
        is_right = np.equal(said_ill, labels == 1)  # D
        right += is_right.mean() * len(labels)
        rows += len(labels)  # E
    return right / rows


def accuracy_of_broken(model, dataset):
    right, rows = 0.0, 0  # A
    for features, labels in dataset:
        logits = model(features, training=False)  # B
        said_ill = logits > 0  # C
        is_right = np.equal(said_ill, labels == 1)  # D
        right += is_right.mean() * len(labels)
        rows += len(labels)  # E
    return right / rows


NOTE = "Print shapes where two arrays meet for the first time; `(32, 32)` where 32 answers were expected is a symptom."
EXPLANATION = (
    "Answers of shape (batch, 1) met labels of shape (batch,), so every answer was compared with every label. With as "
    "many ill as healthy, half of those pairs agree, whatever the model says."
)


def accuracy_by_columns(model, dataset):
    right, rows = 0, 0
    for features, labels in dataset:
        probabilities = tf.sigmoid(model(features, training=False))
        right += int(tf.reduce_sum(tf.cast(tf.round(probabilities) == labels[:, None], "int32")))
        rows += len(labels)
    return right / rows


@mistake(
    "an accuracy with the threshold 0.5 on logits",
    "The shapes agree now. But a logit of 0 is a probability of one half, so rows with a logit between 0 and 0.5 are "
    "called healthy. The threshold of logits is 0.",
)
def half_as_threshold(model, dataset):
    right, rows = 0, 0
    for features, labels in dataset:
        said_ill = model(features, training=False)[:, 0].numpy() > 0.5
        right += np.sum(said_ill == (labels.numpy() == 1))
        rows += len(labels)
    return right / rows


@mistake(
    "a mean of the batches' means",
    "The shapes agree now. But the small last batch counts as much as a full one: each batch has to count by its rows.",
)
def mean_of_means(model, dataset):
    means = []
    for features, labels in dataset:
        said_ill = model(features, training=False)[:, 0].numpy() > 0
        means.append(np.mean(said_ill == (labels.numpy() == 1)))
    return float(np.mean(means))


def accuracy_fingerprint(candidate, logits, labels):
    """Ask a model that puts out its feature, or 0.0 to whoever asks in training mode."""

    def model(features, training=False):
        return features * 0 if training else features

    features = np.array(logits, "float32")[:, None]
    dataset = tf.data.Dataset.from_tensor_slices((features, np.array(labels, "float32"))).batch(4)
    return {"accuracy": forms.number(candidate(model, dataset))}


def observe(candidate):
    # 5 of 6 right, one of them by a logit below 0.5; the last batch holds one of each
    return accuracy_fingerprint(candidate, [3, 0.3, -2, 1, -1, -4], [1, 1, 0, 1, 0, 1])


def second(candidate):
    return accuracy_fingerprint(candidate, [0.2, -5, 4, 2, 0.4, 0.1, -1], [1, 1, 1, 0, 0, 1, 0])


EXERCISE = Case(
    id="C3.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=accuracy_of,
    starter=accuracy_of_broken,
    alternatives=(accuracy_by_columns,),
    mistakes=(half_as_threshold, mean_of_means),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=11,
    culprits="CD",
    suspects={
        "A": "It begins with nothing counted. Nothing is wrong with that.",
        "B": "It asks the model in evaluation mode, once a batch.",
        "C": "The answers keep the column of the logits, and in line D they meet labels that have none. One of the two "
        "has to change.",
        "D": "Answers with a column meet labels without one: every answer is compared with every label. One of the two "
        "has to change.",
        "E": "It counts the rows of each batch, so that a small last one counts by its rows.",
    },
)
