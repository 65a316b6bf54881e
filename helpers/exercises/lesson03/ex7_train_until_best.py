"""03.7 Early stopping that restores."""

import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson03.shared import flat_weights, small_model

TITLE = "Early stopping that restores"
TASK = """\
Write the whole of early stopping, `train_until_best(model, train_epoch, val_loss, test_loss, patience)`. Three
arguments are functions without arguments: `train_epoch()` trains for one epoch, `val_loss()` and `test_loss()` measure
the model as it is now. Stop after `patience` epochs in a row without a *new lowest* validation loss (an equal one is
not lower), give the model back **all the weights of its best epoch**, and look at the test rows **once**, at the end.
Return two values: the number of epochs trained, and the test loss of the restored model."""
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
        val_loss: val_loss() is the loss of the model, as it is now, on the validation rows.
        test_loss: test_loss() is the same on the test rows.
        patience: stop after this many epochs in a row without a new lowest validation loss.

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


@mistake(
    "the last weights, not the best",
    "The model ends with the weights of the last epoch, and its test loss is that epoch's. Either "
    "nothing was restored, or what was kept was the list of live variables, which follows the training. "
    "Keep copies: `model.get_weights()`.",
)
def best_weights_are_an_alias(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss < best_loss:
            best_loss, best_weights, waited = loss, model.variables, 0
    for variable, value in zip(model.variables, best_weights):
        variable.assign(value)
    return epochs, test_loss()


@mistake(
    "the test rows choose the epoch",
    "The test rows were looked at in every epoch, and the loss returned is their lowest, a number "
    "picked for being good. Validation rows choose; test rows report, once.",
)
def chosen_on_the_test_rows(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = test_loss()
        if loss < best_loss:
            best_loss, best_weights, waited = loss, model.get_weights(), 0
    model.set_weights(best_weights)
    return epochs, best_loss


@mistake(
    "the patience is never refilled",
    "Training stopped too early: the epochs without progress were counted over the whole run, not in a "
    "row. Set the count back to 0 at each new lowest loss.",
)
def patience_never_refilled(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        loss = val_loss()
        if loss < best_loss:
            best_loss, best_weights = loss, model.get_weights()
        else:
            waited += 1
    model.set_weights(best_weights)
    return epochs, test_loss()


@mistake(
    "one epoch too long",
    "The right weights, one epoch too late: with a patience of 1, the first epoch without progress is "
    "the last. Stop as soon as the count reaches the patience (`<`, not `<=`).",
)
def one_epoch_too_long(model, train_epoch, val_loss, test_loss, patience):
    return train_until_best(model, train_epoch, val_loss, test_loss, patience + 1)


@mistake(
    "a tie counts as progress",
    "An equal loss refilled the patience and replaced the weights; on a plateau such a loop would never "
    "end. Ask for a loss that is lower, not lower or equal.",
)
def a_tie_is_progress(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss <= best_loss:
            best_loss, best_weights, waited = loss, model.get_weights(), 0
    model.set_weights(best_weights)
    return epochs, test_loss()


@mistake(
    "compared with the epoch before",
    "A small recovery after a bad epoch passed for a new best: each loss was compared with the last "
    "one, not with the lowest. Update the loss to beat only when it is beaten.",
)
def compared_with_the_last_epoch(model, train_epoch, val_loss, test_loss, patience):
    last_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss < last_loss:
            best_weights, waited = model.get_weights(), 0
        last_loss = loss
    model.set_weights(best_weights)
    return epochs, test_loss()


@mistake(
    "reported before restoring",
    "The model has its best weights back, but the test loss returned was measured before, on the last "
    "ones. Restore first, then look at the test rows.",
)
def reported_before_restoring(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss < best_loss:
            best_loss, best_weights, waited = loss, model.get_weights(), 0
    result = test_loss()
    model.set_weights(best_weights)
    return epochs, result


@mistake(
    "moving averages left behind",
    "The trainable weights stem from the best epoch and BatchNorm's moving averages from the last: a "
    "model that never existed. `trainable_variables` leaves them out; `get_weights()` has all.",
)
def moving_averages_left_behind(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss < best_loss:
            best_loss, waited = loss, 0
            best_weights = [variable.numpy() for variable in model.trainable_variables]
    for variable, value in zip(model.trainable_variables, best_weights):
        variable.assign(value)
    return epochs, test_loss()


@mistake(
    "the validation loss is reported as the result",
    "The number returned is the lowest validation loss, which is flattering, because it chose the "
    "epoch. Return the test loss of the restored model.",
)
def validation_loss_reported(model, train_epoch, val_loss, test_loss, patience):
    epochs, _ = train_until_best(model, train_epoch, val_loss, lambda: 0.0, patience)
    return epochs, val_loss()


# Probes


def rehearsed_run(candidate, val_losses, test_losses, patience):
    """Run a candidate on a training whose losses are known in advance.

    In epoch k all weights become k, so that each weight tells which epoch it stems from.
    """
    model = small_model()
    calls = {"epochs": 0, "test": 0}

    def train_epoch():
        calls["epochs"] += 1
        if calls["epochs"] > 50:
            raise RuntimeError(
                "50 epochs are trained and the loop goes on: count the epochs without "
                "a new lowest validation loss, and stop when there are `patience` of them"
            )
        for variable in model.variables:
            variable.assign(tf.fill(variable.shape, float(calls["epochs"])))

    def loss_from(script):
        epoch = int(np.ravel(model.trainable_variables[-1].numpy())[0])
        if epoch == 0:  # somebody may measure the untrained model, too; it is no rival
            return 2 * max(script)
        return script[min(epoch, len(script)) - 1]

    def test_loss():
        calls["test"] += 1
        return loss_from(test_losses)

    result = candidate(model, train_epoch, lambda: loss_from(val_losses), test_loss, patience)
    returned = np.ravel(np.asarray(result, dtype=float))
    if len(returned) != 2:
        raise ValueError(f"two numbers are wanted, epochs and test loss; {len(returned)} came back")
    return {
        "epochs trained": calls["epochs"],
        "epochs returned": returned[0],
        "test loss returned": returned[1],
        "the epoch that each weight stems from": flat_weights(model),
        "looks at the test rows": calls["test"],
    }


def observe(candidate):
    # lowest in epoch 5, equalled in epoch 7; patience 3 ends after epoch 8
    long = rehearsed_run(
        candidate,
        [0.90, 0.70, 0.80, 0.75, 0.60, 0.66, 0.60, 0.72, 0.95, 0.80, 0.85, 0.9, 0.99],
        [0.95, 0.85, 0.55, 0.58, 0.77, 0.74, 0.69, 0.81, 1.10, 0.97, 1.20, 1.3, 1.40],
        3,
    )
    # patience 1 ends after epoch 4
    short = rehearsed_run(candidate, [3.0, 2.5, 1.5, 1.7, 1.6, 1.4, 1.9], [4.0, 3.0, 2.0, 2.2, 1.0, 0.9, 2.5], 1)
    return {f"{name} (patience 3)": value for name, value in long.items()} | {
        f"{name} (patience 1)": value for name, value in short.items()
    }


def second(candidate):
    return rehearsed_run(
        candidate,
        [2.0, 1.9, 2.1, 1.8, 1.7, 1.75, 1.7, 1.71, 1.9, 2.0],
        [5.0, 4.0, 6.0, 3.0, 3.5, 3.3, 2.0, 2.9, 3.1, 3.2],
        2,
    )


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
        patience_never_refilled,
        one_epoch_too_long,
        a_tie_is_progress,
        compared_with_the_last_epoch,
        reported_before_restoring,
        moving_averages_left_behind,
        validation_loss_reported,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
