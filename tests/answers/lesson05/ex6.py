"""Answers to 05.6."""

import contextlib
import glob
import json
import os
import pathlib
import pickle
import re
import sqlite3

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("one npz file with all variables, Dropout's seeds among them, put in place in one go")
def npz_of_all_variables(model, optimizer, train_epoch, epochs, folder):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "state.npz")
    fresh = os.path.join(folder, "fresh.npz")
    # model.variables has the states of the random generators too, model.weights has not
    variables = model.variables + optimizer.variables

    done = 0
    if os.path.exists(path):
        with np.load(path) as state:
            done = int(state["done"])
            for i, variable in enumerate(variables):
                variable.assign(state[f"variable_{i}"])

    trained = []
    for epoch in range(done, epochs):
        train_epoch(epoch)
        np.savez(fresh, done=epoch + 1, **{f"variable_{i}": v.numpy() for i, v in enumerate(variables)})
        os.replace(fresh, path)
        trained.append(epoch)
    return trained


@right("a pickle for each epoch, the one with the largest number is loaded")
def pickle_for_each_epoch(model, optimizer, train_epoch, epochs, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)

    def number(path):
        return int(re.fullmatch(r"epoch_(\d+)", path.stem).group(1))

    first = 0
    saved = sorted(folder.glob("epoch_*.pickle"), key=number)
    if saved:
        state = pickle.loads(saved[-1].read_bytes())
        for variable, value in zip(model.variables, state["model"], strict=True):
            variable.assign(value)
        for variable, value in zip(optimizer.variables, state["optimizer"], strict=True):
            variable.assign(value)
        first = number(saved[-1]) + 1

    for epoch in range(first, epochs):
        train_epoch(epoch)
        state = {
            "model": [variable.numpy() for variable in model.variables],
            "optimizer": [variable.numpy() for variable in optimizer.variables],
        }
        unfinished = folder / "unfinished"
        unfinished.write_bytes(pickle.dumps(state))
        unfinished.replace(folder / f"epoch_{epoch}.pickle")
    return list(range(first, epochs))


@right("tf.train.Checkpoint of a plain list of tf.Variables, with a manager")
def checkpoint_of_a_list(model, optimizer, train_epoch, epochs, folder):
    next_epoch = tf.Variable(0, dtype=tf.int64, trainable=False)
    values = [variable.value for variable in [*model.variables, *optimizer.variables]]
    checkpoint = tf.train.Checkpoint(values=values, next_epoch=next_epoch)
    manager = tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=2)
    if manager.latest_checkpoint:
        checkpoint.restore(manager.latest_checkpoint).assert_consumed()

    trained = []
    while int(next_epoch.numpy()) < epochs:
        epoch = int(next_epoch.numpy())
        train_epoch(epoch)
        next_epoch.assign(epoch + 1)
        manager.save()
        trained.append(epoch)
    return trained


@right("a small database, one row for each epoch that is done")
def database(model, optimizer, train_epoch, epochs, folder):
    os.makedirs(folder, exist_ok=True)

    class Run:
        def __init__(self, connection):
            self.connection = connection
            with connection:
                connection.execute("CREATE TABLE IF NOT EXISTS run (epoch INTEGER PRIMARY KEY, state BLOB)")

        def variables(self):
            return list(model.variables) + list(optimizer.variables)

        def load(self):
            query = "SELECT epoch, state FROM run ORDER BY epoch DESC LIMIT 1"
            row = self.connection.execute(query).fetchone()
            if row is None:
                return 0
            for variable, value in zip(self.variables(), pickle.loads(row[1])):
                variable.assign(value)
            return row[0] + 1

        def save(self, epoch):
            state = pickle.dumps([variable.numpy() for variable in self.variables()])
            with self.connection:
                self.connection.execute("INSERT OR REPLACE INTO run VALUES (?, ?)", (epoch, state))

    with contextlib.closing(sqlite3.connect(os.path.join(folder, "run.sqlite"))) as connection:
        run = Run(connection)
        trained = []
        for epoch in range(run.load(), epochs):
            train_epoch(epoch)
            run.save(epoch)
            trained.append(epoch)
    return trained


@right("an array of epochs comes back, and the files have numbers of two digits")
def two_digits(model, optimizer, train_epoch, epochs, folder):
    variables, done = model.variables + optimizer.variables, 0
    files = sorted(glob.glob(os.path.join(folder, "*.pickle")))
    if files:
        done = len(files)
        for variable, value in zip(variables, pickle.loads(pathlib.Path(files[-1]).read_bytes()), strict=True):
            variable.assign(value)
    for epoch in range(done, epochs):
        train_epoch(epoch)
        values = pickle.dumps([variable.numpy() for variable in variables])
        pathlib.Path(folder, f"{epoch:02}.pickle").write_bytes(values)
    return np.arange(done, epochs)


def load(path, variables):
    """Put what lies in a file, if there is one, into the variables; return the number of epochs that are done."""
    if not os.path.exists(path):
        return 0
    with open(path, "rb") as file:
        done, values = pickle.load(file)
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return done


def save(path, variables, done):
    with open(path, "wb") as file:
        pickle.dump((done, [variable.numpy() for variable in variables]), file)


@wrong("saves at the beginning of an epoch", named="saved before each epoch")
def saved_at_the_beginning(model, optimizer, train_epoch, epochs, folder):
    path, variables = os.path.join(folder, "run"), model.variables + optimizer.variables
    done = load(path, variables)
    for epoch in range(done, epochs):
        save(path, variables, epoch)
        train_epoch(epoch)
    return list(range(done, epochs))


@wrong("the path of the folder itself for Checkpoint.save", named="saved beside the folder")
def path_of_the_folder(model, optimizer, train_epoch, epochs, folder):
    variables = [variable.value for variable in model.variables + optimizer.variables]
    done = tf.Variable(0)
    checkpoint = tf.train.Checkpoint(variables=variables, done=done)
    checkpoint.restore(tf.train.latest_checkpoint(folder))
    trained = []
    for epoch in range(int(done), epochs):
        train_epoch(epoch)
        done.assign_add(1)
        checkpoint.save(folder)
        trained.append(epoch)
    return trained


@wrong("a manager that is never asked to save", named="nothing is saved")
def never_asked_to_save(model, optimizer, train_epoch, epochs, folder):
    done = tf.Variable(0)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=optimizer, done=done)
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=1)
    checkpoint.restore(manager.latest_checkpoint)
    trained = []
    for epoch in range(int(done), epochs):
        train_epoch(epoch)
        done.assign_add(1)
        trained.append(epoch)
    return trained


@wrong("saves when the run is over", named="saved only at the end")
def saved_when_it_is_over(model, optimizer, train_epoch, epochs, folder):
    path, variables = os.path.join(folder, "run"), model.variables + optimizer.variables
    done = load(path, variables)
    for epoch in range(done, epochs):
        train_epoch(epoch)
    save(path, variables, epochs)
    return list(range(done, epochs))


@wrong("writes files, but looks for them in a folder that does not exist", named="saved, but never loaded")
def looked_for_elsewhere(model, optimizer, train_epoch, epochs, folder):
    variables = model.variables + optimizer.variables
    done = load(os.path.join(folder, "checkpoints", "run"), variables)
    for epoch in range(done, epochs):
        train_epoch(epoch)
        save(os.path.join(folder, "run"), variables, epoch + 1)
    return list(range(done, epochs))


@wrong("keeps what has a gradient, and the optimizer", named="what has no gradient is not in the checkpoint")
def only_what_has_a_gradient(model, optimizer, train_epoch, epochs, folder):
    path, variables = os.path.join(folder, "run"), model.trainable_variables + optimizer.variables
    done = load(path, variables)
    for epoch in range(done, epochs):
        train_epoch(epoch)
        save(path, variables, epoch + 1)
    return list(range(done, epochs))


@wrong("get_weights, and the optimizer", named="Dropout's place is not in the checkpoint")
def weights_and_optimizer(model, optimizer, train_epoch, epochs, folder):
    path, variables = os.path.join(folder, "run"), model.weights + optimizer.variables
    done = load(path, variables)
    for epoch in range(done, epochs):
        train_epoch(epoch)
        save(path, variables, epoch + 1)
    return list(range(done, epochs))


@wrong("all epochs of the run come back", named="the epochs of earlier calls are returned, too")
def all_epochs_of_the_run(model, optimizer, train_epoch, epochs, folder):
    npz_of_all_variables.function(model, optimizer, train_epoch, epochs, folder)
    return list(range(epochs))


@wrong("the number of epochs comes back")
def number_of_epochs(model, optimizer, train_epoch, epochs, folder):
    return len(npz_of_all_variables.function(model, optimizer, train_epoch, epochs, folder))


@wrong("catches the exception and comes back", named="the power outage does not come through")
def exception_caught(model, optimizer, train_epoch, epochs, folder):
    path, variables = os.path.join(folder, "run"), model.variables + optimizer.variables
    done, trained = load(path, variables), []
    for epoch in range(done, epochs):
        try:
            train_epoch(epoch)
        except Exception:
            break
        save(path, variables, epoch + 1)
        trained.append(epoch)
    return trained


@wrong("tries the epoch again on what the cut left behind")
def tried_again(model, optimizer, train_epoch, epochs, folder):
    path, variables = os.path.join(folder, "run"), model.variables + optimizer.variables
    done = load(path, variables)
    for epoch in range(done, epochs):
        try:
            train_epoch(epoch)
        except InterruptedError:
            train_epoch(epoch)
        save(path, variables, epoch + 1)
    return list(range(done, epochs))


@wrong("saves after every second epoch only")
def every_second_epoch(model, optimizer, train_epoch, epochs, folder):
    path, variables = os.path.join(folder, "run"), model.variables + optimizer.variables
    done = load(path, variables)
    for epoch in range(done, epochs):
        train_epoch(epoch)
        if epoch % 2 == 1 or epoch == epochs - 1:
            save(path, variables, epoch + 1)
    return list(range(done, epochs))


@wrong("files counted from 1, the last by the alphabet", named="the newest file by the alphabet, numbered from 1")
def counted_from_1(model, optimizer, train_epoch, epochs, folder):
    variables = model.variables + optimizer.variables
    files = sorted(os.listdir(folder))
    done = load(os.path.join(folder, files[-1]), variables) if files else 0
    for epoch in range(done, epochs):
        train_epoch(epoch)
        save(os.path.join(folder, f"after_{epoch + 1}_epochs"), variables, epoch + 1)
    return list(range(done, epochs))


@wrong(
    "a checkpoint of model and optimizer, in which the states of Dropout's random generators are missing",
    named="Dropout's place is not in the checkpoint",
)
def seeds_forgotten(model, optimizer, train_epoch, epochs, folder):
    next_epoch = tf.Variable(0)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=optimizer, next_epoch=next_epoch)
    manager = tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=3)
    checkpoint.restore(manager.latest_checkpoint)

    trained = []
    for epoch in range(int(next_epoch), epochs):
        train_epoch(epoch)
        next_epoch.assign_add(1)
        manager.save()
        trained.append(epoch)
    return trained


@wrong("only the weights are saved, Adam begins anew", named="only the weights are kept")
def weights_only(model, optimizer, train_epoch, epochs, folder):
    os.makedirs(folder, exist_ok=True)
    weights = os.path.join(folder, "last.weights.h5")
    progress = os.path.join(folder, "progress.json")
    start = 0
    if os.path.exists(progress):
        model.load_weights(weights)
        with open(progress) as file:
            start = json.load(file)["done"]
    trained = []
    for epoch in range(start, epochs):
        train_epoch(epoch)
        model.save_weights(weights, overwrite=True)
        with open(progress, "w") as file:
            json.dump({"done": epoch + 1}, file)
        trained.append(epoch)
    return trained


@wrong(
    "goes on with the last finished epoch in place of the one after it",
    named="the saved number of epochs is one too low",
)
def last_epoch_again(model, optimizer, train_epoch, epochs, folder):
    last_epoch = tf.Variable(0, dtype=tf.int64)
    values = [variable.value for variable in model.variables + optimizer.variables]
    checkpoint = tf.train.Checkpoint(values=values, last_epoch=last_epoch)
    manager = tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=1)
    checkpoint.restore(manager.latest_checkpoint)

    trained = []
    for epoch in range(int(last_epoch.numpy()), epochs):
        train_epoch(epoch)
        last_epoch.assign(epoch)
        manager.save()
        trained.append(epoch)
    return trained


@wrong("saves in finally, so also the half-trained state of an epoch that was cut", named="a half epoch is saved")
def half_epochs_saved(model, optimizer, train_epoch, epochs, folder):
    next_epoch = tf.Variable(0, dtype=tf.int64)
    values = [variable.value for variable in model.variables + optimizer.variables]
    checkpoint = tf.train.Checkpoint(values=values, next_epoch=next_epoch)
    manager = tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=3)
    checkpoint.restore(manager.latest_checkpoint)

    trained = []
    for epoch in range(int(next_epoch.numpy()), epochs):
        try:
            train_epoch(epoch)
            next_epoch.assign(epoch + 1)
            trained.append(epoch)
        finally:
            manager.save()  # nothing must be lost
    return trained


@wrong(
    "loads nothing if no epoch is missing, so a finished run returns an untrained model",
    named="nothing is loaded when nothing is missing",
)
def nothing_loaded_when_finished(model, optimizer, train_epoch, epochs, folder):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "state.pickle")
    start, values = 0, None
    if os.path.exists(path):
        with open(path, "rb") as file:
            start, values = pickle.load(file)
    missing = list(range(start, epochs))
    if not missing:
        return []

    variables = model.variables + optimizer.variables
    if values is not None:
        for variable, value in zip(variables, values):
            variable.assign(value)
    for epoch in missing:
        train_epoch(epoch)
        with open(path + ".new", "wb") as file:
            pickle.dump((epoch + 1, [variable.numpy() for variable in variables]), file)
        os.replace(path + ".new", path)
    return missing


@wrong("trains the whole number of epochs on top of those of earlier calls", named="as many epochs again")
def epochs_on_top(model, optimizer, train_epoch, epochs, folder):
    next_epoch = tf.Variable(0, dtype=tf.int64)
    values = [variable.value for variable in model.variables + optimizer.variables]
    checkpoint = tf.train.Checkpoint(values=values, next_epoch=next_epoch)
    manager = tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=3)
    checkpoint.restore(manager.latest_checkpoint)

    trained = []
    start = int(next_epoch.numpy())
    for epoch in range(start, start + epochs):
        train_epoch(epoch)
        next_epoch.assign(epoch + 1)
        manager.save()
        trained.append(epoch)
    return trained


@wrong(
    "takes the last file in the order of the alphabet, which is epoch 9 even if there is an epoch 10",
    named="the newest file by the alphabet",
)
def order_of_the_alphabet(model, optimizer, train_epoch, epochs, folder):
    os.makedirs(folder, exist_ok=True)
    variables = model.variables + optimizer.variables
    start = 0
    files = sorted(glob.glob(os.path.join(folder, "epoch_*.npz")))
    if files:
        with np.load(files[-1]) as state:
            start = int(state["epoch"]) + 1
            for i, variable in enumerate(variables):
                variable.assign(state[str(i)])
    trained = []
    for epoch in range(start, epochs):
        train_epoch(epoch)
        values = {str(i): variable.numpy() for i, variable in enumerate(variables)}
        np.savez(os.path.join(folder, f"epoch_{epoch}.npz"), epoch=epoch, **values)
        trained.append(epoch)
    return trained


@wrong("two mistakes: the optimizer is not saved, and the epochs of earlier calls are returned too")
def no_optimizer_and_all_epochs(model, optimizer, train_epoch, epochs, folder):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "model.pickle")
    trained = []
    if os.path.exists(path):
        with open(path, "rb") as file:
            trained, values = pickle.load(file)
        for variable, value in zip(model.variables, values):
            variable.assign(value)
    for epoch in range(len(trained), epochs):
        train_epoch(epoch)
        trained.append(epoch)
        with open(path, "wb") as file:
            pickle.dump((trained, [variable.numpy() for variable in model.variables]), file)
    return trained
