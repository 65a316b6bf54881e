"""C3.5 Back to the best epoch, and nothing changes."""

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson03.shared import flat_weights, small_model

TITLE = "Back to the best epoch, and nothing changes"
TASK = """\
The loop trains too long on purpose and then goes back to its best epoch. No error. But the validation loss afterwards
is that of the last epoch, to the last digit. Which line is it?"""
HINTS = (
    "After the loop, compare `best` with the model's weights. What would you expect, if the best epoch was the third?",
    "A list of boxes, or what was in them? Ask of each line what it keeps.",
    "`model.get_weights()` returns copies, and `model.set_weights(...)` puts them back.",
)


def train_and_restore(model, train_epoch, val_loss, epochs):
    """Train for some epochs, give the model all the weights of its best one, and return that epoch's loss.

    Args:
        model: a Keras model.
        train_epoch: train_epoch() trains the model for one epoch.
        val_loss: val_loss() is its loss on the validation rows, a float.
        epochs: how many epochs to train, at least 1.
    """
    lowest = np.inf  # A
    for _ in range(epochs):
        train_epoch()
        loss = val_loss()  # B
        if loss < lowest:  # C
            lowest, best = loss, model.get_weights()  # D
    for variable, value in zip(model.weights, best):  # E
        variable.assign(value)
    return lowest


def train_and_restore_broken(model, train_epoch, val_loss, epochs):
    lowest = np.inf  # A
    for _ in range(epochs):
        train_epoch()
        loss = val_loss()  # B
        if loss < lowest:  # C
            lowest, best = loss, model.weights  # D
    for variable, value in zip(model.weights, best):  # E
        variable.assign(value)
    return lowest


NOTE = "The check that finds it costs a line: evaluate once more after restoring, and compare with the lowest loss."
EXPLANATION = (
    "`model.weights` is a list of the live variables, which go on changing. Restoring assigned each variable to itself."
    " The method `get_weights()` returns NumPy copies."
)


def restore_from_all_copies(model, train_epoch, val_loss, epochs):
    losses, copies = [], []
    for _ in range(epochs):
        train_epoch()
        losses.append(val_loss())
        copies.append([variable.numpy().copy() for variable in model.weights])
    model.set_weights(copies[int(np.argmin(losses))])
    return min(losses)


@mistake(
    "a copy of the list, not of the values",
    "`list(...)` or `.copy()` makes a second list, with the same live variables in it. It is the values that must be "
    "copied.",
)
def list_copied(model, train_epoch, val_loss, epochs):
    lowest = np.inf
    for _ in range(epochs):
        train_epoch()
        loss = val_loss()
        if loss < lowest:
            lowest, best = loss, list(model.weights)
    model.set_weights([variable.numpy() for variable in best])
    return lowest


@mistake(
    "moving averages left behind",
    "The trainable weights come from the best epoch and BatchNorm's moving averages from the last: a model that never "
    "existed. `trainable_variables` leaves them out, `get_weights()` has all.",
)
def trainable_only(model, train_epoch, val_loss, epochs):
    lowest = np.inf
    for _ in range(epochs):
        train_epoch()
        loss = val_loss()
        if loss < lowest:
            lowest, best = loss, [variable.numpy() for variable in model.trainable_variables]
    for variable, value in zip(model.trainable_variables, best):
        variable.assign(value)
    return lowest


def restored_fingerprint(candidate, losses):
    """Let all weights become k in epoch k, and the validation losses be known beforehand."""
    model, epochs = small_model(), []

    def train_epoch():
        epochs.append(len(epochs) + 1)
        for variable in model.weights:
            variable.assign(tf.fill(variable.shape, float(len(epochs))))

    result = candidate(model, train_epoch, lambda: losses[len(epochs) - 1], len(losses))
    return {"epochs trained": len(epochs), "loss": forms.number(result), "weights stem from epoch": flat_weights(model)}


def observe(candidate):
    # equal in epochs 3 and 5: the first of them is the best
    return restored_fingerprint(candidate, [0.7, 0.5, 0.4, 0.6, 0.4, 0.9])


def second(candidate):
    return restored_fingerprint(candidate, [1.5, 1.2, 1.2, 1.4])


EXERCISE = Case(
    id="C3.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_and_restore,
    starter=train_and_restore_broken,
    alternatives=(restore_from_all_copies,),
    mistakes=(list_copied, trainable_only),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=38,
    culprits="D",
    suspects={
        "A": "It begins with a loss that every epoch beats, so the first epoch is the first best one.",
        "B": "It measures after the epoch, with the weights that the epoch left.",
        "C": "It asks for a lower loss, not for a lower or equal one. Either would find a best epoch.",
        "D": "It keeps the list of live variables, which go on changing, and not their values.",
        "E": "It pairs each variable with what was kept for it. What was kept is another question.",
    },
)
