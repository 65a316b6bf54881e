"""05.6 A run that survives a power outage."""

import contextlib
import functools
import os
import pickle
import tempfile

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson05.shared import epochs_in_words, largest_difference

TITLE = "A run that survives a power outage"
TASK = """
Write `train(model, optimizer, train_epoch, epochs, folder)`. It calls `train_epoch(epoch)` for each epoch, numbered
from 0, and saves a checkpoint in the folder after each, in any kind of file. If the folder holds a checkpoint of an
earlier call, it goes on from there: after a power outage the next call, with a new model and a new optimizer, trains
only the epochs that are missing, and ends with exactly the weights and moving statistics that the run would have had
without a power outage, also if no epoch is missing. The function returns the list of the epochs that *this* call
trained.

A power outage is an exception in the middle of `train_epoch`: let it pass. That epoch is trained again from its
beginning, on the weights of that time.

The optimizer is built already; it is Adam. The model has Dropout and BatchNorm. The order of the rows depends on the
number of the epoch only, so you need not worry about it.
"""
HINTS = (
    "What changes during training, besides the weights? All of it has to be in the checkpoint, as variables.",
    "Adam remembers two numbers for each weight; Dropout has a place in its random numbers (a variable of the "
    "model without gradient); and the number of finished epochs can be a `tf.Variable(0)`.",
    "`tf.train.Checkpoint(model=..., others=..., optimizer=..., epoch=...)`, a `tf.train.CheckpointManager`, and "
    "its `restore_or_initialize()` before the first epoch. Count the epoch, then save.",
)


def train(model, optimizer, train_epoch, epochs, folder):
    """Train to the given number of epochs, going on where an earlier run stopped; return the epochs trained now.

    Args:
        model, optimizer: both built, as at the start of a run; the model may have Dropout and BatchNorm.
        train_epoch: train_epoch(epoch) trains for one epoch; a power outage may end it with an exception at any time.
        epochs: how many epochs the whole run has, earlier calls included; they are numbered from 0.
        folder: the path of an existing folder, a str; it is empty, or holds the checkpoints of earlier calls.

    Returns:
        a list of int.
    """
    checkpoint = tf.train.Checkpoint(
        model=model, others=model.non_trainable_variables, optimizer=optimizer, epoch=tf.Variable(0)
    )
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    manager.restore_or_initialize()
    trained = []
    while (epoch := int(checkpoint.epoch)) < epochs:
        train_epoch(epoch)
        trained.append(epoch)
        checkpoint.epoch.assign_add(1)
        manager.save()
    return trained


NOTE = (
    "In the real loop the order of the rows is a part of the state as well; the lesson draws it from seed and "
    "epoch. To test a resumed run, do as the check does: start it from another seed, so that whatever is missing "
    "shows."
)
EXPLANATION = (
    "The checkpoint names all that changes: the weights, Adam's memory, Dropout's place and the epoch. It "
    "is saved after the epoch was counted, so each checkpoint says how many epochs its weights have seen."
)


# Other right answers


def by_latest_checkpoint(model, optimizer, train_epoch, epochs, folder):
    done = tf.Variable(0)
    everything = [*model.trainable_variables, *model.non_trainable_variables, *optimizer.variables]
    checkpoint = tf.train.Checkpoint(everything=everything, done=done)
    if (latest := tf.train.latest_checkpoint(folder)) is not None:
        checkpoint.restore(latest)
    trained = list(range(int(done), epochs))
    for epoch in trained:
        train_epoch(epoch)
        done.assign(epoch + 1)
        checkpoint.save(f"{folder}/run")
    return trained


# Mistakes


def everything(model, optimizer):
    return [*model.variables, *optimizer.variables]


def read(folder, variables):
    """Give variables the values that were saved, and return the number of finished epochs: 0 if nothing was saved."""
    path = os.path.join(folder, "run.pickle")
    if not os.path.exists(path):
        return 0
    with open(path, "rb") as file:
        done, values = pickle.load(file)
    for variable, value in zip(variables, values):
        variable.assign(value)
    return done


def write(folder, variables, done):
    with open(os.path.join(folder, "run.pickle"), "wb") as file:
        pickle.dump((done, [variable.numpy() for variable in variables]), file)


def train_keeping(variables, train_epoch, epochs, folder, done=None, saved="after each"):
    """The loop of the wrong answers: they keep these variables, restore them or begin at `done`, and save some time."""
    done = read(folder, variables) if done is None else done
    trained = []
    while done < epochs:
        if saved == "before each":
            write(folder, variables, done)
        try:
            train_epoch(done)
        except InterruptedError:
            if saved == "after each and when cut":
                write(folder, variables, done)
            raise
        trained.append(done)
        if saved == "before it is counted":
            write(folder, variables, done)
        done += 1
        if saved.startswith("after each"):
            write(folder, variables, done)
    if saved == "at the end":
        write(folder, variables, done)
    return trained


@mistake(
    "the optimizer is not in the checkpoint",
    "The right epochs are trained, but the weights differ: Adam begins anew with an empty memory, and its "
    "first steps after the power outage are different. The optimizer belongs in the checkpoint.",
)
def without_optimizer(model, optimizer, train_epoch, epochs, folder):
    return train_keeping(model.variables, train_epoch, epochs, folder)


@mistake(
    "Dropout's place is not in the checkpoint",
    "The right epochs are trained, but the weights differ: Dropout draws other random numbers after the power outage. "
    "Its place in their sequence is among `model.non_trainable_variables`, but not among the weights: neither a "
    "checkpoint of the model nor `get_weights` finds it.",
)
def without_others(model, optimizer, train_epoch, epochs, folder):
    return train_keeping([*model.weights, *optimizer.variables], train_epoch, epochs, folder)


@mistake(
    "only the weights are kept",
    "The right epochs are trained, but the weights differ: both Adam's memory and Dropout's place were lost "
    "with the power. The weights are not all that changes during training.",
)
def only_the_model(model, optimizer, train_epoch, epochs, folder):
    return train_keeping(model.weights, train_epoch, epochs, folder)


@mistake(
    "what has no gradient is not in the checkpoint",
    "The right epochs are trained, but the weights differ: BatchNorm's moving statistics and Dropout's place in its "
    "random numbers began anew. Both change without a gradient and are in `model.non_trainable_variables`.",
)
def trainable_only(model, optimizer, train_epoch, epochs, folder):
    return train_keeping([*model.trainable_variables, *optimizer.variables], train_epoch, epochs, folder)


@mistake(
    "the epoch is not kept",
    "After the power outage all epochs are trained again, on top of what was already learned. The number of "
    "finished epochs belongs in the checkpoint, as a variable, and has to be read after restoring.",
)
def epoch_not_kept(model, optimizer, train_epoch, epochs, folder):
    variables = everything(model, optimizer)
    read(folder, variables)
    return train_keeping(variables, train_epoch, epochs, folder, done=0)


@mistake(
    "as many epochs again",
    "After the power outage a whole run of epochs is trained on top of those that were finished. `epochs` counts those "
    "of earlier calls, too: begin with the first that is missing, and end where the run would have ended.",
)
def as_many_again(model, optimizer, train_epoch, epochs, folder):
    variables = everything(model, optimizer)
    return train_keeping(variables, train_epoch, read(folder, variables) + epochs, folder)


@mistake(
    "the saved number of epochs is one too low",
    "After the power outage an epoch is trained that was finished already: the checkpoint holds its weights, "
    "but does not count it. After the first epoch the number is 1: count first, then save.",
)
def saved_before_counted(model, optimizer, train_epoch, epochs, folder):
    return train_keeping(everything(model, optimizer), train_epoch, epochs, folder, saved="before it is counted")


@mistake(
    "saved before each epoch",
    "After the power outage all is right. But when the finished run is called again, its last epoch is trained once "
    "more: the newest checkpoint is from before that epoch. Save after each epoch, not before.",
)
def saved_before_each(model, optimizer, train_epoch, epochs, folder):
    return train_keeping(everything(model, optimizer), train_epoch, epochs, folder, saved="before each")


@mistake(
    "a half epoch is saved",
    "The right epochs are trained, but the weights differ: the epoch that was cut had changed them already, and that "
    "was saved. Often because `save` stands in a `finally`. Save only when an epoch has come to its end.",
)
def half_saved(model, optimizer, train_epoch, epochs, folder):
    return train_keeping(everything(model, optimizer), train_epoch, epochs, folder, saved="after each and when cut")


@mistake(
    "saved, but never loaded",
    "There are files in the folder, but the next call begins from the start, with its new weights. Before the first "
    "epoch the newest checkpoint has to be restored, from the place where it was saved.",
)
def never_restored(model, optimizer, train_epoch, epochs, folder):
    return train_keeping(everything(model, optimizer), train_epoch, epochs, folder, done=0)


@mistake(
    "saved beside the folder",
    "There are files beside the folder and none in it, and the next call begins from the start. Often because of "
    "`save(folder)`: for a `tf.train.Checkpoint` the path is the beginning of a file's name. Give it a path inside the "
    "folder, or use a `tf.train.CheckpointManager`.",
)
def saved_beside(model, optimizer, train_epoch, epochs, folder):
    return train_keeping(everything(model, optimizer), train_epoch, epochs, os.path.dirname(folder), done=0)


@mistake(
    "nothing is saved",
    "No file is in the folder, neither after the power outage nor when a run has ended, and each call begins from the "
    "start. Often because a checkpoint is made, but its `save` is never called. Save after each epoch.",
)
def nothing_saved(model, optimizer, train_epoch, epochs, folder):
    return train_keeping(everything(model, optimizer), train_epoch, epochs, folder, saved="never")


@mistake(
    "saved only at the end",
    "After the power outage there is no file, and all begins from the start: the call that was cut never came to its "
    "end, and so it saved nothing. Save after each epoch.",
)
def saved_at_the_end(model, optimizer, train_epoch, epochs, folder):
    return train_keeping(everything(model, optimizer), train_epoch, epochs, folder, saved="at the end")


@mistake(
    "the epoch is restored, the weights are not",
    "The right epochs are trained, but on the new weights. What was saved has to come into the *given* model "
    "and optimizer, because these are what `train_epoch` trains; a model that `load_model` makes is another "
    "one.",
)
def weights_not_restored(model, optimizer, train_epoch, epochs, folder):
    return train_keeping([], train_epoch, epochs, folder)


@mistake(
    "nothing is loaded when nothing is missing",
    "A run that goes on is right. But when the finished run is called again, the model is left with its new weights, "
    "which nobody trained. Load first, then see which epochs are missing.",
)
def loaded_only_to_go_on(model, optimizer, train_epoch, epochs, folder):
    if read(folder, []) == epochs:
        return []
    return train_keeping(everything(model, optimizer), train_epoch, epochs, folder)


def train_with_numbered_files(model, optimizer, train_epoch, epochs, folder, first_number):
    """One file for each epoch, numbered from `first_number`, of which the last one by the alphabet is loaded."""
    variables, done = [*model.variables, *optimizer.variables], 0
    if files := sorted(os.listdir(folder)):
        with np.load(os.path.join(folder, files[-1])) as state:
            done = int(state["done"])
            for i, variable in enumerate(variables):
                variable.assign(state[str(i)])
    for epoch in range(done, epochs):
        train_epoch(epoch)
        arrays = {str(i): variable.numpy() for i, variable in enumerate(variables)}
        np.savez(os.path.join(folder, f"{epoch + first_number}.npz"), done=epoch + 1, **arrays)
    return list(range(done, epochs))


@mistake(
    "the newest file by the alphabet",
    "After the power outage epoch 10 is trained again, though it was finished. Often because file names are sorted as "
    "texts, where `epoch_9` comes after `epoch_10`: sort by the number, or write it with two digits.",
)
def alphabet_from_0(*arguments):
    return train_with_numbered_files(*arguments, first_number=0)


@mistake(
    "the newest file by the alphabet, numbered from 1",
    "After the power outage epoch 9 is trained again, and what came after it, though all was finished. Often because "
    "file names are sorted as texts, where `epoch_9` comes after `epoch_10`: sort by the number, or write two digits.",
)
def alphabet_from_1(*arguments):
    return train_with_numbered_files(*arguments, first_number=1)


@mistake(
    "the epochs of earlier calls are returned, too",
    "The right epochs are trained. But the list that is returned begins at 0 after the power outage; the task asks for "
    "those that this call trained.",
)
def all_epochs_returned(model, optimizer, train_epoch, epochs, folder):
    train_keeping(everything(model, optimizer), train_epoch, epochs, folder)
    return list(range(epochs))


@mistake(
    "the power outage does not come through",
    "All epochs and weights are right. But the exception of `train_epoch` was caught, and the call came back as if its "
    "run had ended, so nobody hears of it. Let it pass; `finally` does that, `except` only with a `raise`.",
)
def swallowed(model, optimizer, train_epoch, epochs, folder):
    with contextlib.suppress(InterruptedError):
        return train_keeping(everything(model, optimizer), train_epoch, epochs, folder)
    return []


# Probes


class Run:
    """A tiny network with BatchNorm, Dropout and Adam, its epochs of one step, and the list of those begun."""

    def __init__(self, seed, cut_at=None):
        keras.utils.set_random_seed(seed)
        hidden = [keras.layers.BatchNormalization(momentum=0.9), keras.layers.Dropout(0.5)]
        self.model = keras.Sequential([keras.Input((4,)), *hidden, keras.layers.Dense(1)])
        self.optimizer = keras.optimizers.Adam(learning_rate=0.1)
        self.optimizer.build(self.model.trainable_variables)
        self.cut_at, self.begun = cut_at, []

    def train_epoch(self, epoch):
        self.begun.append(int(epoch))
        if len(self.begun) > 40:
            raise RuntimeError("More than 40 epochs were begun, and 15 would have been enough: this loop never ends.")
        if epoch < 10:  # there are so many epochs for the names of files only
            self.model.layers[-1].bias.assign_add([0.01 * (epoch + 1)])
            return
        rows = np.random.default_rng(int(epoch)).normal(0, 1, (6, 5)).astype("float32")
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self.model(rows[:, :4], training=True) - rows[:, 4:]) ** 2)
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables))
        if int(epoch) == self.cut_at:  # when it has changed something
            self.cut_at = None
            raise InterruptedError("power outage")


@functools.cache
def uninterrupted_weights(epochs):
    run = Run(seed=0)
    for epoch in range(epochs):
        run.train_epoch(epoch)
    return run.model.get_weights()


def where_files_are(folder):
    inside, beside = (any(files for _, _, files in os.walk(place)) for place in (folder, os.path.dirname(folder)))
    return "in the folder" if inside else "beside the folder, none in it" if beside else "nowhere"


def observe(candidate, epochs=13):
    first = Run(seed=0, cut_at=epochs - 2)
    # on Windows a file that an answer has left open cannot be removed
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as outer:
        # a folder in a folder, because some write files beside the one they were given
        folder = os.path.join(outer, "run")
        os.mkdir(folder)
        try:
            candidate(first.model, first.optimizer, first.train_epoch, epochs, folder)
            ended = "the call came back"
        except InterruptedError:
            ended = "with the exception"
        measured = {
            "how the call with the power outage ended": ended,
            "epochs begun before the power outage": epochs_in_words(first.begun),
            "files after the power outage": where_files_are(folder),
        }
        # each call gets a model and an optimizer from another seed, so that whatever is not restored shows
        for name, seed in {"after the power outage": 99, "when none is missing": 999}.items():
            run = Run(seed)
            returned = candidate(run.model, run.optimizer, run.train_epoch, epochs, folder)
            difference = largest_difference(run.model.get_weights(), uninterrupted_weights(epochs))
            measured |= {
                f"epochs begun {name}": epochs_in_words(run.begun),
                f"epochs returned {name}": epochs_in_words(returned),
                f"weights {name} − uninterrupted": difference,
            }
    return measured


EXERCISE = Exercise(
    id="05.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train,
    alternatives=(by_latest_checkpoint,),
    mistakes=(
        without_optimizer,
        without_others,
        only_the_model,
        trainable_only,
        epoch_not_kept,
        as_many_again,
        saved_before_counted,
        saved_before_each,
        half_saved,
        never_restored,
        saved_beside,
        nothing_saved,
        saved_at_the_end,
        weights_not_restored,
        loaded_only_to_go_on,
        alphabet_from_0,
        alphabet_from_1,
        all_epochs_returned,
        swallowed,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, epochs=15),
    note=NOTE,
    explanation=EXPLANATION,
)
