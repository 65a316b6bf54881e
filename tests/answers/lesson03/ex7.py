"""Answers to 03.7."""

import copy
import itertools
import math
import pickle

import keras
import numpy as np

from answers import right, wrong


@right("keeps the best weights as pickled bytes, and counts from the best epoch")
def pickled_weights(model, train_epoch, val_loss, test_loss, patience):
    best, best_epoch, epoch, saved = math.inf, 0, 0, None
    while epoch - best_epoch < patience:
        train_epoch()
        epoch += 1
        loss = float(val_loss())
        if loss < best:
            best, best_epoch, saved = loss, epoch, pickle.dumps(model.get_weights())
    if saved is not None:
        model.set_weights(pickle.loads(saved))
    return epoch, test_loss()


@right("keeps the weights of every epoch, and looks up the first lowest loss at the end")
def whole_history(model, train_epoch, val_loss, test_loss, patience):
    losses, weights = [], []
    while True:
        train_epoch()
        losses.append(float(val_loss()))
        weights.append(copy.deepcopy(model.get_weights()))
        best = losses.index(min(losses))
        if len(losses) - 1 - best >= patience:
            break
    model.set_weights(weights[best])
    return len(losses), test_loss()


@right("drives the EarlyStopping callback of Keras by hand")
def callback_by_hand(model, train_epoch, val_loss, test_loss, patience):
    stopping = keras.callbacks.EarlyStopping(
        monitor="val_loss", mode="min", patience=patience, restore_best_weights=True
    )
    stopping.set_model(model)
    stopping.on_train_begin()
    model.stop_training = False
    for epoch in itertools.count():
        train_epoch()
        stopping.on_epoch_end(epoch, {"val_loss": float(val_loss())})
        if model.stop_training:
            break
    stopping.on_train_end()
    model.stop_training = False
    return epoch + 1, test_loss()


@right("a small class that copies each variable of the model, and a countdown of the patience")
def keeper_class(model, train_epoch, val_loss, test_loss, patience):
    class Keeper:
        def __init__(self):
            self.lowest = float("inf")
            self.values = None

        def offer(self, loss):
            if not loss < self.lowest:
                return False
            self.lowest = loss
            self.values = [np.array(keras.ops.convert_to_numpy(variable)) for variable in model.weights]
            return True

        def restore(self):
            for variable, value in zip(model.weights, self.values or []):
                variable.assign(value)

    keeper = Keeper()
    epochs = 0
    left = patience
    while left > 0:
        train_epoch()
        epochs += 1
        left = patience if keeper.offer(float(val_loss())) else left - 1
    keeper.restore()
    return epochs, test_loss()


@wrong("keeps references to the variables, not copies of their values", named="the last weights, not the best")
def references(model, train_epoch, val_loss, test_loss, patience):
    best = float("inf")
    wait = 0
    epochs = 0
    while wait < patience:
        train_epoch()
        epochs += 1
        loss = val_loss()
        if loss < best:
            best = loss
            best_weights = model.weights
            wait = 0
        else:
            wait += 1
    for variable, value in zip(model.weights, best_weights):
        variable.assign(value)
    return epochs, test_loss()


@wrong("an epoch with an equal loss counts as a new best one", named="a tie counts as progress")
def equal_is_better(model, train_epoch, val_loss, test_loss, patience):
    best, wait, epochs = float("inf"), 0, 0
    best_weights = model.get_weights()
    while wait < patience and epochs < 200:  # never more than 200 epochs
        train_epoch()
        epochs += 1
        loss = val_loss()
        if loss <= best:
            best, wait = loss, 0
            best_weights = model.get_weights()
        else:
            wait += 1
    model.set_weights(best_weights)
    return epochs, test_loss()


@wrong("stops one epoch too late", named="one epoch too long")
def one_epoch_too_many(model, train_epoch, val_loss, test_loss, patience):
    best, wait, epochs = float("inf"), 0, 0
    best_weights = model.get_weights()
    while True:
        train_epoch()
        epochs += 1
        loss = val_loss()
        if loss < best:
            best, wait = loss, 0
            best_weights = model.get_weights()
        else:
            wait += 1
            if wait > patience:
                break
    model.set_weights(best_weights)
    return epochs, test_loss()


@wrong("measures on the test rows before the weights are restored", named="reported before restoring")
def test_before_restoring(model, train_epoch, val_loss, test_loss, patience):
    best, wait, epochs = float("inf"), 0, 0
    best_weights = model.get_weights()
    while wait < patience:
        train_epoch()
        epochs += 1
        loss = val_loss()
        wait += 1
        if loss < best:
            best, wait = loss, 0
            best_weights = model.get_weights()
    result = epochs, test_loss()
    model.set_weights(best_weights)
    return result


@wrong(
    "keeps only the trainable weights, so that the moving averages stay those of the last epoch",
    named="moving averages left behind",
)
def trainable_only(model, train_epoch, val_loss, test_loss, patience):
    best, wait, epochs, values = float("inf"), 0, 0, []
    while wait < patience:
        train_epoch()
        epochs += 1
        loss = val_loss()
        if loss < best:
            best, wait = loss, 0
            values = [variable.numpy().copy() for variable in model.trainable_variables]
        else:
            wait += 1
    for variable, value in zip(model.trainable_variables, values):
        variable.assign(value)
    return epochs, test_loss()


@wrong("counts all epochs without a new lowest loss, not those in a row", named="the patience is never refilled")
def bad_epochs_in_total(model, train_epoch, val_loss, test_loss, patience):
    best, bad, epochs = float("inf"), 0, 0
    best_weights = model.get_weights()
    while bad < patience:
        train_epoch()
        epochs += 1
        loss = val_loss()
        if loss < best:
            best = loss
            best_weights = model.get_weights()
        else:
            bad += 1
    model.set_weights(best_weights)
    return epochs, test_loss()


@wrong(
    "looks at the test rows after each epoch and keeps the value of the best one",
    named="the test rows are looked at in every epoch",
)
def test_in_each_epoch(model, train_epoch, val_loss, test_loss, patience):
    best, wait, epochs, best_test = float("inf"), 0, 0, None
    best_weights = model.get_weights()
    while wait < patience:
        train_epoch()
        epochs += 1
        loss, test = val_loss(), test_loss()
        if loss < best:
            best, best_test, wait = loss, test, 0
            best_weights = model.get_weights()
        else:
            wait += 1
    model.set_weights(best_weights)
    return epochs, best_test


@wrong("two mistakes: compares with the epoch before, and returns the number of the best epoch")
def compares_with_epoch_before(model, train_epoch, val_loss, test_loss, patience):
    previous = float("inf")
    wait = epoch = best_epoch = 0
    best_weights = model.get_weights()
    while wait < patience and epoch < 200:  # never more than 200 epochs
        train_epoch()
        epoch += 1
        loss = val_loss()
        if loss < previous:
            best_weights = model.get_weights()
            best_epoch = epoch
            wait = 0
        else:
            wait += 1
        previous = loss
    model.set_weights(best_weights)
    return best_epoch, test_loss()


@wrong("never more than 100 epochs, though the loss still falls", named="training ends after a fixed number of epochs")
def hundred_epochs(model, train_epoch, val_loss, test_loss, patience):
    best, best_epoch = math.inf, 0
    for epoch in range(1, 101):
        train_epoch()
        loss = val_loss()
        if loss < best:
            best, best_epoch, best_weights = loss, epoch, model.get_weights()
        elif epoch - best_epoch >= patience:
            break
    model.set_weights(best_weights)
    return epoch, test_loss()


@wrong("the loss before the first epoch is the one to beat", named="the untrained model takes part")
def untrained_is_first(model, train_epoch, val_loss, test_loss, patience):
    best, best_weights, wait, epochs = val_loss(), model.get_weights(), 0, 0
    while wait < patience:
        train_epoch()
        epochs += 1
        loss = val_loss()
        if loss < best:
            best, best_weights, wait = loss, model.get_weights(), 0
        else:
            wait += 1
    model.set_weights(best_weights)
    return epochs, test_loss()


@wrong("the number of the best epoch, not of the epochs trained", named="the best epoch in place of the epochs trained")
def best_epoch(model, train_epoch, val_loss, test_loss, patience):
    best, best_at, epoch = math.inf, 0, 0
    while epoch - best_at < patience:
        train_epoch()
        epoch += 1
        if (loss := val_loss()) < best:
            best, best_at, best_weights = loss, epoch, model.get_weights()
    model.set_weights(best_weights)
    return best_at, test_loss()


@wrong("progress of less than a thousandth does not count")
def least_progress(model, train_epoch, val_loss, test_loss, patience):
    best, best_at, epoch = math.inf, 0, 0
    while epoch - best_at < patience:
        train_epoch()
        epoch += 1
        if (loss := val_loss()) < best - 1e-3:
            best, best_at, best_weights = loss, epoch, model.get_weights()
    model.set_weights(best_weights)
    return epoch, test_loss()


@wrong("never counts the epochs without progress, and so never ends", named="training never ends")
def endless(model, train_epoch, val_loss, test_loss, patience):
    best, epochs, waited = math.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        if (loss := val_loss()) < best:
            best, best_weights = loss, model.get_weights()
    model.set_weights(best_weights)
    return epochs, test_loss()


@wrong("the test loss alone")
def only_the_loss(model, train_epoch, val_loss, test_loss, patience):
    return whole_history.function(model, train_epoch, val_loss, test_loss, patience)[1]


@wrong(
    "looks at the test rows after each epoch, and once more at the end",
    named="the test rows are looked at in every epoch",
)
def watches_the_test_rows(model, train_epoch, val_loss, test_loss, patience):
    def watched():
        test_loss()
        return val_loss()

    return whole_history.function(model, train_epoch, watched, test_loss, patience)
