"""C6.1 Measured twice, two results."""

import keras
import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson06.shared import flat, seeds, small_batch, small_model

TITLE = "Measured twice, two results"
TASK = """\
A network is trained, and then only measured, on the same rows, again and again. Each time the loss is another one.
Which line is it?"""
HINTS = (
    "What is drawn at random in a network with Dropout, and who says when?",
    "Measure twice and print the loss, then the first weights of BatchNorm's averages. Which of them should move?",
    "A layer is told in each call of the model whether this is training.",
)


def evaluate(model, loss_fn, dataset):
    """Return the mean loss per row of a dataset, penalties included, a number; the model stays as it is.

    Args:
        model: a built Keras model; it may have Dropout, BatchNorm and penalties.
        loss_fn: loss_fn(labels, logits) is the mean loss of a batch.
        dataset: batches (features, labels); the last one may be smaller.
    """
    total, rows = 0.0, 0  # A
    for features, labels in dataset:
        logits = model(features, training=False)  # B
        loss = loss_fn(labels, logits) + sum(model.losses)  # C
        total += float(loss) * len(labels)  # D
        rows += len(labels)
    return total / rows  # E


def evaluate_broken(model, loss_fn, dataset):
    total, rows = 0.0, 0  # A
    for features, labels in dataset:
        logits = model(features, training=True)  # B
        loss = loss_fn(labels, logits) + sum(model.losses)  # C
        total += float(loss) * len(labels)  # D
        rows += len(labels)
    return total / rows  # E


NOTE = "The check for it costs a line in any loop: measure twice, and ask for the same number to the last digit."
EXPLANATION = (
    "With `training=False` Dropout leaves all units alone, and BatchNorm uses its averages and does not move them. The "
    "penalties are added here as in training, so that both losses can be compared."
)


def evaluate_without_the_word(model, loss_fn, dataset):
    losses, sizes = [], []
    for features, labels in dataset:
        losses.append(float(loss_fn(labels, model(features)) + sum(model.losses)))
        sizes.append(len(labels))
    return np.average(losses, weights=sizes)


def mean_over(model, loss_fn, dataset, **flags):
    losses, sizes = [], []
    for features, labels in dataset:
        losses.append(float(loss_fn(labels, model(features, **flags)) + sum(model.losses)))
        sizes.append(len(labels))
    return float(np.average(losses, weights=sizes))


@mistake(
    "the mean of many noisy results",
    "Measuring often and taking the mean makes the noise smaller, and nothing else: units are still dropped, and "
    "BatchNorm's averages still learn from rows that should only be measured. Take the noise out where it comes in.",
)
def averaged(model, loss_fn, dataset):
    return float(np.mean([mean_over(model, loss_fn, dataset, training=True) for _ in range(5)]))


@mistake(
    "BatchNorm stands still, Dropout does not",
    "BatchNorm's averages stay now, as a layer that is not trainable leaves them alone. Dropout still drops, because "
    "only the call decides about that.",
)
def frozen(model, loss_fn, dataset):
    model.trainable = False
    try:
        return mean_over(model, loss_fn, dataset, training=True)
    finally:
        model.trainable = True


def observe(candidate, seed=1, rows=11):
    model = small_model(seed)
    features, labels = small_batch(seed, rows)
    model(features, training=True)
    batches = [(features[:8], labels[:8]), (features[8:], labels[8:])]
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    before = flat(model.weights), flat(seeds(model))
    found = {"loss": forms.number(candidate(model, loss_fn, batches))}
    return found | {
        "largest change of a weight or average": float(np.abs(flat(model.weights) - before[0]).max()),
        "Dropout has drawn": bool(np.any(flat(seeds(model)) != before[1])),
    }


EXERCISE = Case(
    id="C6.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=evaluate,
    starter=evaluate_broken,
    alternatives=(evaluate_without_the_word,),
    mistakes=(averaged, frozen),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=3, rows=13),
    note=NOTE,
    explanation=EXPLANATION,
    trap=21,
    culprits="B",
    suspects={
        "A": "Both totals begin at 0 in each call, so one measurement knows nothing of another.",
        "B": "This tells the layers that they are being trained: Dropout drops, and BatchNorm takes the batch's own "
        "mean and moves its averages.",
        "C": "The penalties depend on the weights alone, which nobody changes here. They make the loss higher by the "
        "same number each time.",
        "D": "The mean of a batch counts by its rows, so a small last batch does no harm.",
        "E": "Total by rows, the mean per row.",
    },
)
