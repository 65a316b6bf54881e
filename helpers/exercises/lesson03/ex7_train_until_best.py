"""03.7 Early stopping that restores."""

import contextlib

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson03.shared import flat_weights, small_model

TITLE = "Early stopping that restores"
TASK = """\
Write the whole of early stopping, `train_until_best(model, train_epoch, val_loss, test_loss, patience)`. Three
arguments are functions without arguments: `train_epoch()` trains for one epoch, `val_loss()` and `test_loss()` measure
the model as it is now. Stop after `patience` epochs in a row without a *new lowest* validation loss (an equal one is
not lower), and for no other reason; the untrained model does not take part. Give the model back **all the weights of
its best epoch**, and look at the test rows **once**, at the end. Return two values: the number of epochs trained, and
the test loss of the restored model."""
HINTS = (
    "Three things must be remembered: the lowest loss so far, the weights that reached it, and how many "
    "epochs have passed since.",
    "`model.get_weights()` returns copies, moving averages included; `model.set_weights(...)` puts them back.",
    "`while waited < patience:` train, add 1 to `waited`, measure; if the loss is a new lowest one, keep it "
    "with the weights and set `waited` back to 0. Restore after the loop, then ask for the test loss.",
)


def train_until_best(model, train_epoch, val_loss, test_loss, patience):
    """Train with early stopping, go back to the best weights, and report on the test rows.

    Args:
        model: a Keras model.
        train_epoch: train_epoch() trains the model for one epoch.
        val_loss: val_loss() is the loss of the model, as it is now, on the validation rows: a
            finite float. To call it more than once changes nothing.
        test_loss: test_loss() is the same on the test rows.
        patience: stop after this many epochs in a row without a new lowest validation loss, at
            least 1.

    Returns:
        The number of epochs trained, and the test loss of the restored model.
    """
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss < best_loss:
            best_loss, best_weights, waited = loss, model.get_weights(), 0
    model.set_weights(best_weights)
    return epochs, test_loss()


NOTE = (
    "`keras.callbacks.EarlyStopping` restores only if you ask for it: `restore_best_weights` is False by "
    "default, and then the model keeps its last weights."
)
EXPLANATION = (
    "Copies of all weights are taken at each new lowest validation loss, because a list of "
    "variables would follow the training. The test rows are looked at once, after restoring, so "
    "their loss has had no part in any choice."
)


# Other right answers


def stop_by_history(model, train_epoch, val_loss, test_loss, patience):
    losses, weights = [], []
    while not losses or len(losses) - 1 - np.argmin(losses) < patience:
        train_epoch()
        losses.append(float(val_loss()))
        weights.append(model.get_weights())
    model.set_weights(weights[np.argmin(losses)])
    return len(losses), test_loss()


def stop_by_copies(model, train_epoch, val_loss, test_loss, patience):
    best_loss, best_epoch, epoch = None, 0, 0
    while True:
        epoch += 1
        train_epoch()
        loss = val_loss()
        if best_loss is None or loss < best_loss:
            best_loss, best_epoch = loss, epoch
            copies = [variable.numpy().copy() for variable in model.variables]
        elif epoch - best_epoch >= patience:
            break
    for variable, value in zip(model.variables, copies):
        variable.assign(value)
    return epoch, test_loss()


# Mistakes


def train_with(model, train_epoch, val_loss, patience, is_better=np.less, start=np.inf, enough=None, refill=True):
    """The loop of the wrong answers, each of which turns one screw of it; return the epochs trained and best weights.

    `is_better(loss, best)` says what counts as progress, which sets the count back if `refill`; `start` is the loss to
    beat at first, and after `enough` epochs training ends.
    """
    best_loss, best_weights, epochs, waited = start, model.get_weights(), 0, 0
    while waited < patience and epochs != enough:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if is_better(loss, best_loss):
            best_loss, best_weights, waited = loss, model.get_weights(), 0 if refill else waited - 1
    return epochs, best_weights


def train_and_restore(model, *args, **screws):
    """The same with the best weights put back; return the epochs trained."""
    epochs, best_weights = train_with(model, *args, **screws)
    model.set_weights(best_weights)
    return epochs


@mistake(
    "the last weights, not the best",
    "The model ends with the weights of the last epoch, and its test loss is that epoch's. Either "
    "nothing was restored, or what was kept was the list of live variables, which follows the training. "
    "Keep copies: `model.get_weights()`.",
)
def best_weights_are_an_alias(model, train_epoch, val_loss, test_loss, patience):
    epochs, _ = train_with(model, train_epoch, val_loss, patience)
    return epochs, test_loss()


@mistake(
    "the test rows choose the epoch",
    "The test rows were looked at in every epoch, and the loss returned is their lowest, a number "
    "picked for being good. Validation rows choose; test rows report, once.",
)
def chosen_on_the_test_rows(model, train_epoch, val_loss, test_loss, patience):
    seen = []

    def noted_test_loss():
        seen.append(test_loss())
        return seen[-1]

    return train_and_restore(model, train_epoch, noted_test_loss, patience), min(seen)


@mistake(
    "the test rows are looked at in every epoch",
    "Both numbers are right, and the test rows were looked at after each epoch. Nothing was chosen by them yet; as "
    "soon as somebody watches that curve, something is. Call `test_loss()` once, when the best weights are back.",
)
def test_rows_in_every_epoch(model, train_epoch, val_loss, test_loss, patience):
    seen = {}

    def noted_val_loss():
        loss = val_loss()
        seen.setdefault(loss, test_loss())
        return loss

    return train_and_restore(model, train_epoch, noted_val_loss, patience), seen[min(seen)]


@mistake(
    "the patience is never refilled",
    "Training stopped too early: the epochs without progress were counted over the whole run, not in a "
    "row. Set the count back to 0 at each new lowest loss.",
)
def patience_never_refilled(model, train_epoch, val_loss, test_loss, patience):
    return train_and_restore(model, train_epoch, val_loss, patience, refill=False), test_loss()


@mistake(
    "one epoch too long",
    "The right weights, one epoch too late: with a patience of 1, the first epoch without progress is "
    "the last. Stop as soon as the count reaches the patience (`<`, not `<=`).",
)
def one_epoch_too_long(model, train_epoch, val_loss, test_loss, patience):
    return train_and_restore(model, train_epoch, val_loss, patience + 1), test_loss()


@mistake(
    "training never ends",
    "After 50 epochs, far more than the patience allows, training still went on, so the check ended it. Add 1 to the "
    "count in each epoch, set it back to 0 at a new lowest loss only, and end the loop when it reaches `patience`.",
)
def without_end(model, train_epoch, val_loss, test_loss, patience):
    return train_and_restore(model, train_epoch, val_loss, np.inf), test_loss()


@mistake(
    "a tie counts as progress",
    "An equal loss refilled the patience and replaced the weights; on a plateau such a loop would never "
    "end. Ask for a loss that is lower, not lower or equal.",
)
def a_tie_is_progress(model, train_epoch, val_loss, test_loss, patience):
    return train_and_restore(model, train_epoch, val_loss, patience, is_better=np.less_equal), test_loss()


@mistake(
    "compared with the epoch before",
    "A small recovery after a bad epoch passed for a new best: each loss was compared with the last "
    "one, not with the lowest. Update the loss to beat only when it is beaten.",
)
def compared_with_the_last_epoch(model, train_epoch, val_loss, test_loss, patience):
    seen = [np.inf]

    def is_better(loss, _):
        seen.append(loss)
        return loss < seen[-2]

    return train_and_restore(model, train_epoch, val_loss, patience, is_better), test_loss()


@mistake(
    "the untrained model takes part",
    "Training stopped after `patience` epochs, and the model has the weights that it began with: the loss before "
    "the first epoch was the one to beat, and it was the lowest. Begin with a loss that every epoch beats, `np.inf`.",
)
def untrained_model_takes_part(model, train_epoch, val_loss, test_loss, patience):
    return train_and_restore(model, train_epoch, val_loss, patience, start=val_loss()), test_loss()


@mistake(
    "training ends after a fixed number of epochs",
    "The validation loss was still falling when training ended: there is a limit of epochs beside the patience. The "
    "task knows none, so use a `while` loop, or a `for` loop over `itertools.count()`.",
)
def fixed_number_of_epochs(model, train_epoch, val_loss, test_loss, patience):
    return train_and_restore(model, train_epoch, val_loss, patience, enough=100), test_loss()


@mistake(
    "the best epoch in place of the epochs trained",
    "The weights and the test loss are right. The first number is that of the best epoch; asked for is how many "
    "epochs were trained, those without progress among them.",
)
def best_epoch_returned(model, train_epoch, val_loss, test_loss, patience):
    return train_and_restore(model, train_epoch, val_loss, patience) - patience, test_loss()


@mistake(
    "reported before restoring",
    "The model has its best weights back, but the test loss returned was measured before, on the last "
    "ones. Restore first, then look at the test rows.",
)
def reported_before_restoring(model, train_epoch, val_loss, test_loss, patience):
    epochs, best_weights = train_with(model, train_epoch, val_loss, patience)
    result = test_loss()
    model.set_weights(best_weights)
    return epochs, result


@mistake(
    "moving averages left behind",
    "The trainable weights stem from the best epoch and BatchNorm's moving averages from the last: a "
    "model that never existed. `trainable_variables` leaves them out; `get_weights()` has all.",
)
def moving_averages_left_behind(model, train_epoch, val_loss, test_loss, patience):
    epochs, best_weights = train_with(model, train_epoch, val_loss, patience)
    for variable, value in zip(model.weights, best_weights):
        if variable.trainable:
            variable.assign(value)
    return epochs, test_loss()


@mistake(
    "the validation loss is reported as the result",
    "The number returned is the lowest validation loss, which is flattering, because it chose the "
    "epoch. Return the test loss of the restored model.",
)
def validation_loss_reported(model, train_epoch, val_loss, test_loss, patience):
    return train_and_restore(model, train_epoch, val_loss, patience), val_loss()


# Probes

TWO_NUMBERS = "two numbers"


class StillTraining(Exception):
    """Ends a loop that would go on for ever."""


def rehearsal(candidate, val_losses, test_losses, patience):
    """Run a candidate on a training whose losses are known in advance, and return (result, model, calls).

    In epoch k all weights become k, so that each weight tells which epoch it stems from. The untrained model has lower
    losses than any epoch. The result of a loop that goes on after 50 epochs is StillTraining.
    """
    model = small_model()
    calls = {"epochs": 0, "test": 0}

    def train_epoch():
        if calls["epochs"] == 50:
            raise StillTraining
        calls["epochs"] += 1
        for variable in model.weights:
            variable.assign(tf.fill(variable.shape, float(calls["epochs"])))

    def loss_from(script):
        epoch = int(model.weights[-1].numpy()[0])
        return script[min(epoch, len(script)) - 1] if epoch else min(script) / 2

    def test_loss():
        calls["test"] += 1
        return loss_from(test_losses)

    try:
        return candidate(model, train_epoch, lambda: loss_from(val_losses), test_loss, patience), model, calls
    except StillTraining:
        return StillTraining, model, calls


def trains_while_it_falls(candidate, falling):
    """Whether a candidate trains a model of one weight for `falling` epochs, as long as the validation loss falls."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    epochs = 0

    def train_epoch():
        nonlocal epochs
        epochs += 1
        if epochs > falling + 1:
            raise StillTraining

    with contextlib.suppress(StillTraining):
        candidate(model, train_epoch, lambda: 1.0 + abs(falling - epochs), lambda: 1.0, 1)
    return epochs == falling + 1


def form_of_pair(result):
    """Say what came back where two numbers are wanted."""
    return TWO_NUMBERS if np.shape(forms.numbers(result)) == (2,) else forms.in_words(result)


def times(looks, epochs):
    if looks in (0, 1):
        return "once" if looks else "never"
    return "in every epoch" if looks >= epochs else f"{looks} times"


def short_run(candidate, val_losses, test_losses, patience, best):
    """Measure a run whose best epoch is `best`; return (measurements, whether all are right)."""
    result, model, calls = rehearsal(candidate, val_losses, test_losses, patience)
    if result is StillTraining:
        return {"epochs trained": f"{calls['epochs']}, and no end"}, False
    if form_of_pair(result) != TWO_NUMBERS:
        return {"what came back": form_of_pair(result)}, False
    epochs, loss = forms.numbers(result)
    measured = {
        "what came back": TWO_NUMBERS,
        "epochs trained": calls["epochs"],
        "epochs returned": epochs,
        "test loss returned": loss,
        "the epoch that each weight stems from": flat_weights(model),
        "looks at the test rows": times(calls["test"], calls["epochs"]),
    }
    is_right = calls == {"epochs": best + patience, "test": 1} and epochs == calls["epochs"]
    return measured, is_right and np.isclose(loss, test_losses[best - 1]) and np.all(flat_weights(model) == best)


def stopping_fingerprint(candidate, runs, falling):
    """Measure short runs, each for another patience, and then whether `falling` epochs of progress are all trained."""
    found, all_right = {}, True
    for patience, (val_losses, test_losses, best) in runs.items():
        measured, is_right = short_run(candidate, val_losses, test_losses, patience, best)
        found |= {f"{name} (patience {patience})": value for name, value in measured.items()}
        all_right = all_right and is_right
    if all_right:
        found["trains as long as the validation loss falls"] = trains_while_it_falls(candidate, falling)
    return found


def observe(candidate):
    runs = {
        # lowest in epoch 5, by very little, and equalled in epoch 7; ends after epoch 8
        3: (
            [0.90, 0.70, 0.80, 0.75, 0.69995, 0.76, 0.69995, 0.72, 0.95, 0.80, 0.85, 0.9, 0.99],
            [0.95, 0.85, 0.55, 0.58, 0.77, 0.74, 0.69, 0.81, 1.10, 0.97, 1.20, 1.3, 1.40],
            5,
        ),
        # ends after epoch 4
        1: ([3.0, 2.5, 1.5, 1.7, 1.6, 1.4, 1.9], [4.0, 3.0, 2.0, 2.2, 1.0, 0.9, 2.5], 3),
    }
    return stopping_fingerprint(candidate, runs, 1050)


def second(candidate):
    runs = {
        2: (
            [2.0, 1.9, 2.1, 1.8, 1.7, 1.75, 1.7, 1.71, 1.9, 2.0],
            [5.0, 4.0, 6.0, 3.0, 3.5, 3.3, 2.0, 2.9, 3.1, 3.2],
            5,
        ),
        4: (
            [0.5, 0.6, 0.45, 0.62, 0.61, 0.449, 0.449, 0.47, 0.46, 0.5, 0.51, 0.52],
            [0.7, 0.3, 0.65, 0.8, 0.75, 0.66, 0.64, 0.68, 0.6, 0.72, 0.71, 0.7],
            6,
        ),
    }
    return stopping_fingerprint(candidate, runs, 1020)


EXERCISE = Exercise(
    id="03.7",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_until_best,
    alternatives=(stop_by_history, stop_by_copies),
    mistakes=(
        best_weights_are_an_alias,
        chosen_on_the_test_rows,
        test_rows_in_every_epoch,
        patience_never_refilled,
        one_epoch_too_long,
        without_end,
        a_tie_is_progress,
        compared_with_the_last_epoch,
        untrained_model_takes_part,
        fixed_number_of_epochs,
        best_epoch_returned,
        reported_before_restoring,
        moving_averages_left_behind,
        validation_loss_reported,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
