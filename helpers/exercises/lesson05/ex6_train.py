"""05.6 A run that survives a power outage."""

import contextlib
import functools
import os
import tempfile

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson05.ex2_train_each import largest_difference

TITLE = "A run that survives a power outage"
TASK = """
Write `train(model, optimizer, train_epoch, epochs, folder)`. It calls `train_epoch(epoch)` for each epoch, numbered
from 0, and saves a checkpoint in the folder after each. If the folder holds a checkpoint of an earlier call, it goes on
from there: after a power outage the next call, with a new model and a new optimizer, trains only the epochs that are
missing, and ends with exactly the weights that the run would have had without a power outage. An epoch that was cut in
the middle is trained again from its beginning. The function returns the list of the epochs that *this* call trained.

The optimizer is built already; it is Adam. The model has Dropout. The order of the rows depends on the number of the
epoch only, so you need not worry about it.
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
        model, optimizer: both built, as at the start of a run; the model may have Dropout.
        train_epoch: train_epoch(epoch) trains for one epoch; a power outage may end it with an exception at any time.
        epochs: how many epochs the whole run has, earlier calls included; they are numbered from 0.
        folder: the path for the checkpoints; it may be empty, or hold those of an earlier run.

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


def train_keeping(kept, train_epoch, epochs, folder):
    """The loop of the solution, with a checkpoint that keeps these objects and the epoch, and nothing else."""
    checkpoint = tf.train.Checkpoint(**kept, epoch=tf.Variable(0))
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    manager.restore_or_initialize()
    trained = []
    while (epoch := int(checkpoint.epoch)) < epochs:
        train_epoch(epoch)
        trained.append(epoch)
        checkpoint.epoch.assign_add(1)
        manager.save()
    return trained


@mistake(
    "the optimizer is not in the checkpoint",
    "The right epochs are trained, but the weights differ: Adam begins anew with an empty memory, and its "
    "first steps after the power outage are different. The optimizer belongs in the checkpoint.",
)
def without_optimizer(model, optimizer, train_epoch, epochs, folder):
    return train_keeping({"model": model, "others": model.non_trainable_variables}, train_epoch, epochs, folder)


@mistake(
    "Dropout's place is not in the checkpoint",
    "The right epochs are trained, but the weights differ: Dropout draws other random numbers after the power "
    "outage. Its place in their sequence is among the model's non-trainable variables, which the checkpoint "
    "does "
    "not find by itself.",
)
def without_others(model, optimizer, train_epoch, epochs, folder):
    return train_keeping({"model": model, "optimizer": optimizer}, train_epoch, epochs, folder)


@mistake(
    "only the weights are kept",
    "The right epochs are trained, but the weights differ: both Adam's memory and Dropout's place were lost "
    "with the power. The weights are not all that changes during training.",
)
def only_the_model(model, optimizer, train_epoch, epochs, folder):
    return train_keeping({"model": model}, train_epoch, epochs, folder)


@mistake(
    "the epoch is not kept",
    "After the power outage all epochs are trained again, on top of what was already learned. The number of "
    "finished epochs belongs in the checkpoint, as a variable, and has to be read after restoring.",
)
def epoch_not_kept(model, optimizer, train_epoch, epochs, folder):
    checkpoint = tf.train.Checkpoint(model=model, others=model.non_trainable_variables, optimizer=optimizer)
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    manager.restore_or_initialize()
    trained = []
    for epoch in range(epochs):
        train_epoch(epoch)
        trained.append(epoch)
        manager.save()
    return trained


@mistake(
    "the saved number of epochs is one too low",
    "After the power outage an epoch is trained that was finished already: the checkpoint holds its weights, "
    "but does not count it. After the first epoch the number is 1: count first, then save.",
)
def saved_before_counted(model, optimizer, train_epoch, epochs, folder):
    checkpoint = tf.train.Checkpoint(
        model=model, others=model.non_trainable_variables, optimizer=optimizer, epoch=tf.Variable(0)
    )
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    manager.restore_or_initialize()
    trained = []
    while (epoch := int(checkpoint.epoch)) < epochs:
        train_epoch(epoch)
        trained.append(epoch)
        manager.save()
        checkpoint.epoch.assign_add(1)
    return trained


@mistake(
    "saved, but never loaded",
    "The next call begins from the start, with its new weights, though checkpoints were written. Before the "
    "first epoch the newest one has to be restored. If you do that, it is looked for in another place: a path "
    "for `save` is the beginning of a file's name, so it has to be one inside the folder.",
)
def never_restored(model, optimizer, train_epoch, epochs, folder):
    checkpoint = tf.train.Checkpoint(
        model=model, others=model.non_trainable_variables, optimizer=optimizer, epoch=tf.Variable(0)
    )
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    trained = []
    while (epoch := int(checkpoint.epoch)) < epochs:
        train_epoch(epoch)
        trained.append(epoch)
        checkpoint.epoch.assign_add(1)
        manager.save()
    return trained


@mistake(
    "saved only at the end",
    "After the power outage all begins from the start: the call that was cut never came to its end, and so it "
    "saved nothing. Save after each epoch.",
)
def saved_at_the_end(model, optimizer, train_epoch, epochs, folder):
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


@mistake(
    "the epoch is restored, the weights are not",
    "The right epochs are trained, but on the new weights. What was saved has to come into the *given* model "
    "and optimizer, because these are what `train_epoch` trains; a model that `load_model` makes is another "
    "one.",
)
def weights_not_restored(model, optimizer, train_epoch, epochs, folder):
    return train_keeping({}, train_epoch, epochs, folder)


# Probes


class Run:
    """A tiny network with Dropout and Adam, its epochs of one step, and the list of epochs that were begun."""

    def __init__(self, seed, cut_at=None):
        keras.utils.set_random_seed(seed)
        self.model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
        self.optimizer = keras.optimizers.Adam(learning_rate=0.1)
        self.optimizer.build(self.model.trainable_variables)
        self.cut_at, self.begun = cut_at, []

    def train_epoch(self, epoch):
        self.begun.append(int(epoch))
        if len(self.begun) > 20:
            raise RuntimeError("More than 20 epochs were begun, and 4 would have been enough: this loop never ends.")
        rows = np.random.default_rng(int(epoch)).normal(0, 1, (6, 5)).astype("float32")
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self.model(rows[:, :4], training=True) - rows[:, 4:]) ** 2)
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables))
        if int(epoch) == self.cut_at:
            raise InterruptedError("power outage")


@functools.cache
def uninterrupted_weights(epochs):
    run = Run(seed=0)
    for epoch in range(epochs):
        run.train_epoch(epoch)
    return run.model.get_weights()


def observe(candidate, epochs=3, cut_at=2):
    # each call gets a model and an optimizer from another seed, so that whatever is not restored shows
    first, second, third = Run(seed=0, cut_at=cut_at), Run(seed=99), Run(seed=999)
    measured = {}
    with tempfile.TemporaryDirectory() as outer:
        # a folder in a folder, because some write files beside the one they were given
        folder = os.path.join(outer, "run")
        os.mkdir(folder)
        with contextlib.suppress(InterruptedError):
            candidate(first.model, first.optimizer, first.train_epoch, epochs, folder)
        calls = {"after the power outage": (second, epochs), "when one more is asked for": (third, epochs + 1)}
        for name, (run, goal) in calls.items():
            returned = candidate(run.model, run.optimizer, run.train_epoch, goal, folder)
            measured |= {
                f"epochs begun {name}": str(run.begun),
                f"epochs returned {name}": str([int(epoch) for epoch in returned]),
                f"weights {name} − uninterrupted": largest_difference(
                    run.model.get_weights(), uninterrupted_weights(goal)
                ),
            }
    return {"epochs begun before the power outage": str(first.begun)} | measured


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
        epoch_not_kept,
        saved_before_counted,
        never_restored,
        saved_at_the_end,
        weights_not_restored,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, epochs=4, cut_at=1),
    note=NOTE,
    explanation=EXPLANATION,
)
