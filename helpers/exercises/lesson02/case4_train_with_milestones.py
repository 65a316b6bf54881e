"""C2.4 Still restless, though the rate falls."""

import keras
import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "Still restless, though the rate falls"
TASK = """The rate starts at 0.5 and should be halved after every ten epochs: 0.5, then 0.25, 0.125, 0.0625. After forty
epochs the slope should be calm. It still wanders. **Which line is it?**

Then mend the loop: after every `every` epochs the rate is halved. It returns the rate of each epoch, the one with which
it was trained."""
HINTS = (
    "Look at the list that the loop returns.",
    "The rate after two halvings is a quarter of the first. Which number is halved here, each time?",
    "Halve the rate that the optimizer has now: `0.5 * float(optimizer.learning_rate)`.",
)


def train_with_milestones(train_one_epoch, optimizer, epochs, every):
    """Train, and halve the optimizer's rate after every `every` epochs; return the rate of each epoch.

    Args:
        train_one_epoch: called without arguments, trains for one epoch with this optimizer.
        optimizer: a Keras optimizer; its rate is changed.
        epochs: how many epochs to train.
        every: the rate is halved after so many epochs, at least 1.

    Returns:
        A list of floats.
    """
    rates = []
    for epoch in range(1, epochs + 1):
        rate = float(optimizer.learning_rate)
        rates.append(rate)
        train_one_epoch()
        if epoch % every == 0:
            # from the present rate: half of a half is a quarter
            optimizer.learning_rate = 0.5 * rate
    return rates


# What a learner starts with


def train_with_milestones_broken(train_one_epoch, optimizer, epochs, every):
    first_rate = float(optimizer.learning_rate)  # A
    rates = []
    for epoch in range(1, epochs + 1):  # B
        rates.append(float(optimizer.learning_rate))  # C
        train_one_epoch()
        if epoch % every == 0:  # D
            optimizer.learning_rate = 0.5 * first_rate  # E
    return rates


NOTE = (
    "A schedule falls into the other half of this trap: its `decay_steps` are steps, and who means epochs has no rate "
    "left after a few of them. Both are seen at once in a column of the history that holds the rate."
)
EXPLANATION = (
    "The same number, half of the *first* rate, was assigned again and again. Half of the *present* rate falls further "
    "each time; so does `first_rate * 0.5 ** k`, with k halvings so far."
)

SUSPECTS = {
    "A": "The first rate is read before anything changes it. To know it is no mistake.",
    "B": "Epochs are counted from 1, so the tenth is number 10.",
    "C": "This writes down the rate that the optimizer really has, which is how the mistake is seen.",
    "D": "This is true after epochs 10, 20, 30 and 40, as it should be.",
    "E": "Half of the *first* rate is assigned, and ten epochs later the same number once more: the rate falls once "
    "and never again.",
}


# Other right answers


def train_by_power(train_one_epoch, optimizer, epochs, every):
    first_rate, rates = float(optimizer.learning_rate), []
    for epoch in range(epochs):
        rates.append(first_rate * 0.5 ** (epoch // every))
        train_one_epoch()
        optimizer.learning_rate.assign(first_rate * 0.5 ** ((epoch + 1) // every))
    return rates


# Mistakes


@mistake(
    "halved in every epoch",
    "The rate is right in the first epoch and falls with each one, so after ten of them next to nothing would be left. "
    "Count the halvings, not the epochs.",
)
def in_every_epoch(train_one_epoch, optimizer, epochs, every):
    return train_with_milestones(train_one_epoch, optimizer, epochs, 1)


@mistake(
    "halved before the epoch",
    "Each halving comes one epoch too early: the epoch that ends a stretch is already trained with the halved rate. "
    "Halve after it.",
)
def one_epoch_early(train_one_epoch, optimizer, epochs, every):
    rates = []
    for epoch in range(1, epochs + 1):
        if epoch % every == 0:
            optimizer.learning_rate = 0.5 * float(optimizer.learning_rate)
        rates.append(float(optimizer.learning_rate))
        train_one_epoch()
    return rates


# Probes


def used_and_returned(candidate, first_rate, epochs, every):
    """Return the rates that the epochs were trained with, those that the answer returns, and the one that is left."""
    optimizer, used = keras.optimizers.SGD(first_rate), []
    returned = candidate(lambda: used.append(float(optimizer.learning_rate)), optimizer, epochs, every)
    return np.array(used), forms.numbers(returned), float(optimizer.learning_rate)


def observe(candidate):
    used, returned, left = used_and_returned(candidate, 0.8, 7, 2)
    more, _, _ = used_and_returned(candidate, 0.4, 7, 3)
    return {
        "from 0.8, halved after every 2 of 7 epochs: rates in the epochs": used,
        "the rates that are returned": returned,
        "the rate that is left": left,
        "from 0.4, halved after every 3 of 7 epochs: rates in the epochs": more,
    }


def second(candidate):
    used, returned, left = used_and_returned(candidate, 0.3, 9, 4)
    return {"used": used, "returned": returned, "left": left}


EXERCISE = Case(
    id="C2.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_with_milestones,
    starter=train_with_milestones_broken,
    alternatives=(train_by_power,),
    mistakes=(in_every_epoch, one_epoch_early),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=33,
    culprits="E",
    suspects=SUSPECTS,
)
