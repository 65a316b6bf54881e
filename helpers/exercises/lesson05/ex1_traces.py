"""05.1 Predict: how often is it traced?"""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Predict: how often is it traced?"
TASK = """
A loop hands the learning rate to its step as an argument. The dataset has 1,000 rows, in batches of at most 64: 16
batches an epoch.

```python
@tf.function
def train_step(features, labels, rate): ...

for epoch in range(5):
    for features, labels in dataset.batch(64):
        train_step(features, labels, 0.95**epoch)
```

How often is `train_step` traced in all five epochs together? (The optimizer is built before.) Predict first; then let
`traces` return the number.
"""
HINTS = (
    "What makes TensorFlow trace again? There are two different reasons in this loop.",
    "1,000 rows in batches of 64: how many different shapes? Five epochs: how many different Python numbers?",
    "Every pair of a shape and a number that occurs needs a graph of its own.",
)


def traces():
    """Return how often the step is traced in all five epochs, a whole number."""
    shapes, rates = 2, 5
    return shapes * rates


NOTE = (
    "With the rate as a tensor, or as `optimizer.learning_rate`, there are 2 traces however long the training is. "
    "`train_step.experimental_get_tracing_count()` tells."
)
EXPLANATION = (
    "A graph is recorded for each new combination of shapes and Python numbers. Two shapes, 64 and 40 "
    "rows, meet five rates, so there are ten."
)


# Other right answers


def ten():
    return 10


# Mistakes


@mistake(
    "once and for all",
    "One trace would be right if every call looked the same. Here the last batch of an epoch has another "
    "shape, and the rate is a Python number that changes from epoch to epoch.",
)
def once():
    return 1


@mistake(
    "only shapes count",
    "Full batches and the ragged one: these are the two normal traces. But a Python number is written into the "
    "graph as a constant, so a new number needs a new graph.",
)
def one_for_each_shape():
    return 2


@mistake(
    "only the numbers count",
    "Each new rate needs a new graph, that is right. But the last batch of an epoch has another shape than the others.",
)
def one_for_each_rate():
    return 5


@mistake(
    "added instead of multiplied",
    "Both reasons are there, but a graph belongs to a shape *and* a number. When the rate changes, the graphs "
    "of both shapes are of no use anymore.",
)
def shapes_plus_rates():
    return 7


@mistake(
    "a trace for each call",
    "This is the number of calls. Within an epoch the rate stays and 15 batches have the same shape; these "
    "calls share a graph.",
)
def one_for_each_call():
    return 80


@mistake(
    "a trace for each full batch",
    "This is the number of full batches in all epochs. The 15 of an epoch have the same shape and the same rate, "
    "so they share a graph. And the last batch, which is smaller, needs a graph, too.",
)
def one_for_each_full_batch():
    return 75


@mistake(
    "a trace for each batch of the first epoch",
    "16 is the number of batches in an epoch. Those with the same shape and the same rate share a graph; the next "
    "epoch, though, brings a new rate, and its graphs have to be recorded anew.",
)
def one_for_each_batch_of_an_epoch():
    return 16


@mistake(
    "the smaller batch is traced only once",
    "Five traces for the five rates and one for the other shape would be 6. But the smaller batch comes in every "
    "epoch, each time with a new rate, so it needs a new graph each time, too.",
)
def rates_and_one():
    return 6


# Probes


def observe(candidate):
    return {"number of traces": forms.number(candidate())}


def traces_in_truth(epochs=5):
    @tf.function
    def step(features, rate):
        return rate * tf.reduce_mean(features)

    for epoch in range(epochs):
        for rows in 15 * [64] + [40]:
            step(tf.zeros((rows, 1)), 0.95**epoch)
    return step.experimental_get_tracing_count()


EXERCISE = Exercise(
    id="05.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=traces,
    alternatives=(ten,),
    mistakes=(
        once,
        one_for_each_shape,
        one_for_each_rate,
        shapes_plus_rates,
        one_for_each_call,
        one_for_each_full_batch,
        one_for_each_batch_of_an_epoch,
        rates_and_one,
    ),
    observe=observe,
    second=lambda candidate: {"more than TensorFlow counts": float(candidate()) - traces_in_truth()},
    note=NOTE,
    explanation=EXPLANATION,
)
