"""C6.5 After a restart the loss jumps up."""

import os
import tempfile

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson06.shared import flat, small_batch, small_model

TITLE = "After a restart the loss jumps up"
TASK = """\
A run saves after each epoch. After a restart it goes on with the epoch that is missing, and with the weights that it
had. And yet the loss jumps up at each restart, and needs some epochs to come down again. Which line is it?"""
HINTS = (
    "Compare the run's parts before and after a restart, one by one. Which of them begins anew?",
    "What does Adam do in its very first step, when it has seen one gradient only?",
    "A checkpoint holds what it is given by name.",
)


def train_on(model, optimizer, train_epoch, epochs, folder):
    """Train to the given number of epochs, going on where an earlier call stopped; return the epochs finished.

    Args:
        model, optimizer: both built; the model may have BatchNorm, and has no Dropout.
        train_epoch: train_epoch(epoch) trains the model with the optimizer for one epoch.
        epochs: how many epochs the whole run has, earlier calls included.
        folder: the path of a folder, a str.
    """
    run = tf.train.Checkpoint(model=model, optimizer=optimizer, epoch=tf.Variable(0))  # A
    manager = tf.train.CheckpointManager(run, folder, max_to_keep=1)  # B
    manager.restore_or_initialize()  # C
    for epoch in range(int(run.epoch), epochs):  # D
        train_epoch(epoch)
        run.epoch.assign_add(1)  # E
        manager.save()
    return int(run.epoch)


def train_on_broken(model, optimizer, train_epoch, epochs, folder):
    run = tf.train.Checkpoint(model=model, epoch=tf.Variable(0))  # A
    manager = tf.train.CheckpointManager(run, folder, max_to_keep=1)  # B
    manager.restore_or_initialize()  # C
    for epoch in range(int(run.epoch), epochs):  # D
        train_epoch(epoch)
        run.epoch.assign_add(1)  # E
        manager.save()
    return int(run.epoch)


NOTE = (
    "The jump is the harmless form. Without it nobody notices, and two runs that should be equal are not. With Dropout "
    "its seeds belong in the checkpoint, too."
)
EXPLANATION = (
    "With `optimizer=optimizer` the checkpoint holds Adam's running means, and the number of its steps, by which it "
    "corrects them while they are young."
)


def train_on_by_arrays(model, optimizer, train_epoch, epochs, folder):
    variables, path, done = [*model.variables, *optimizer.variables], os.path.join(folder, "run.npz"), 0
    if os.path.exists(path):
        with np.load(path) as state:
            done = int(state["done"])
            for number, variable in enumerate(variables):
                variable.assign(state[f"v{number}"])
    for epoch in range(done, epochs):
        train_epoch(epoch)
        values = {f"v{number}": variable.numpy() for number, variable in enumerate(variables)}
        np.savez(path, done=epoch + 1, **values)
    return epochs


def train_keeping(kept, train_epoch, epochs, folder):
    """The loop of the wrong mends, which keeps these parts."""
    run = tf.train.Checkpoint(epoch=tf.Variable(0), **kept)
    manager = tf.train.CheckpointManager(run, folder, max_to_keep=1)
    manager.restore_or_initialize()
    for epoch in range(int(run.epoch), epochs):
        train_epoch(epoch)
        run.epoch.assign_add(1)
        manager.save()
    return int(run.epoch)


@mistake(
    "the optimizer's memory is still lost",
    "The right epochs are trained and the weights come back, but Adam begins with an empty memory after a restart. All "
    "its variables belong in the checkpoint, not its rate alone, and not the model's weights a second time.",
)
def memory_lost(model, optimizer, train_epoch, epochs, folder):
    kept = {"model": model, "rate": optimizer.learning_rate, "weights": model.weights}
    return train_keeping(kept, train_epoch, epochs, folder)


@mistake(
    "only the number of the steps is kept",
    "The right epochs are trained and the weights come back. Adam counts on, and its running means begin at zero: now "
    "it does not even correct them for being young. Keep the whole optimizer.",
)
def steps_only(model, optimizer, train_epoch, epochs, folder):
    kept = {"model": model, "steps": optimizer.iterations}
    return train_keeping(kept, train_epoch, epochs, folder)


@mistake(
    "the optimizer is kept, the model is not",
    "Adam remembers now, but the weights begin anew after a restart. Both belong in the checkpoint.",
)
def model_lost(model, optimizer, train_epoch, epochs, folder):
    return train_keeping({"optimizer": optimizer}, train_epoch, epochs, folder)


def observe(candidate, seed=1, epochs=5, stop=3):
    """Train in two calls, the second with a model from another seed; and compare with a run in one."""
    ends, found = [], {}
    features, labels = small_batch(seed)
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name, calls in (("one", [epochs]), ("two", [stop, epochs])):
            path, begun = os.path.join(folder, name), []
            os.mkdir(path)
            for number, last in enumerate(calls):
                model, optimizer = model_without_dropout(seed + 90 * number), keras.optimizers.Adam(0.05)
                optimizer.build(model.trainable_variables)

                def train_epoch(epoch, model=model, optimizer=optimizer, begun=begun):
                    begun.append(int(epoch))
                    with tf.GradientTape() as tape:
                        loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)
                    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

                done = candidate(model, optimizer, train_epoch, last, path)
                found[f"epochs finished, {name} call: number {number + 1}"] = forms.number(done)
            found[f"epochs trained in {name} call"] = ", ".join(map(str, begun))
            ends.append(flat(model.weights))
    return found | {"weights at the end, two calls against one": float(np.abs(ends[0] - ends[1]).max())}


def model_without_dropout(seed):
    model = small_model(seed)
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.Dropout)]
    return keras.Sequential([keras.Input((3,)), *layers])


EXERCISE = Case(
    id="C6.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_on,
    starter=train_on_broken,
    alternatives=(train_on_by_arrays,),
    mistakes=(memory_lost, steps_only, model_lost),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=4, epochs=4, stop=1),
    note=NOTE,
    explanation=EXPLANATION,
    trap=52,
    culprits="A",
    suspects={
        "A": "The weights and the epoch are in it. What moves the weights is not, and that has a memory.",
        "B": "It keeps the newest file and deletes older ones. To go on, the newest is enough.",
        "C": "It loads the newest file if there is one, before the first epoch.",
        "D": "The number was restored, so the run goes on with the first epoch that is missing.",
        "E": "The epoch is counted, and then saved, so that the file says how many epochs its weights have seen.",
    },
)
