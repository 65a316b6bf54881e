"""Train lesson 04's network for TensorBoard, twice: with rows that are read one by one, and batch by batch.

    python watch_training.py FOLDER        writes FOLDER/row_by_row and FOLDER/batch_by_batch

It needs TensorBoard, which the course does not install: requirements-tensorboard.txt, beside this file.
"""

import argparse
import importlib.util
import sys
import time
from pathlib import Path

import keras
import tensorflow as tf

from helpers import data, starts, training

EPOCHS, BATCH_SIZE, STEPS_TO_RECORD = 5, 256, 10
REQUIREMENTS = Path(__file__).resolve().with_name("requirements-tensorboard.txt")


def make_read(rows):
    features, labels = tf.constant(rows.features), tf.constant(rows.labels)

    def read(numbers):
        return tf.gather(features, numbers), tf.gather(labels, numbers)
    return read


def row_by_row(read, n_rows):
    numbers = tf.data.Dataset.range(n_rows).shuffle(n_rows, seed=0)
    return numbers.map(read).batch(BATCH_SIZE).prefetch(1)


def batch_by_batch(read, n_rows):
    numbers = tf.data.Dataset.range(n_rows).shuffle(n_rows, seed=0)
    return numbers.batch(BATCH_SIZE).map(read).prefetch(1)


def build(columns):
    model = keras.Sequential([
        keras.Input((columns,)), keras.layers.Dense(10, activation="relu"), keras.layers.Dense(1)])
    model.set_weights(starts.first_weights(0, columns))
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(model.trainable_variables)
    return model, optimizer


def train(batches, train_step, metrics, validation_loss, folder):
    parts = {part: tf.summary.create_file_writer(str(folder / part)) for part in ("training", "validation")}
    for epoch in range(EPOCHS):
        means = training.train_one_epoch(train_step, batches, metrics)
        found = {"training": means["loss"], "validation": validation_loss()}
        for part, writer in parts.items():
            with writer.as_default():
                tf.summary.scalar("loss", found[part], step=epoch)
    for writer in parts.values():
        writer.close()


def record(batches, train_step, folder):
    Trace = tf.profiler.experimental.Trace
    coming = iter(batches)
    # the first batch comes late, as all numbers are shuffled before it
    train_step(*next(coming))
    with tf.profiler.experimental.Profile(str(folder)):
        for number in range(STEPS_TO_RECORD):
            # TensorBoard takes for a step what has a step_num and a name that begins with "train"
            with Trace("train", step_num=number, _r=1):
                with Trace("wait for the batch"):
                    features, labels = next(coming)
                with Trace("take the step"):
                    train_step(features, labels)


def run(make_batches, train_rows, val_rows, folder):
    model, optimizer = build(train_rows.features.shape[1])
    loss_fn, metrics = keras.losses.BinaryCrossentropy(from_logits=True), {"loss": keras.metrics.Mean()}
    train_step = training.make_train_step(model, optimizer, loss_fn, metrics)
    batches = make_batches(make_read(train_rows), len(train_rows.labels))

    def validation_loss():
        return loss_fn(val_rows.labels, model(val_rows.features, training=False))
    start = time.perf_counter()
    train(batches, train_step, metrics, validation_loss, folder)
    print(f"{folder.name}: {EPOCHS} epochs in {time.perf_counter() - start:.1f} seconds", flush=True)
    record(batches, train_step, folder)


def main(folder):
    if importlib.util.find_spec("tensorboard") is None:
        sys.exit(
            "TensorBoard is missing: the course does not need it, so it does not install it. This does:\n"
            f'  "{sys.executable}" -m pip install -r "{REQUIREMENTS}"'
        )
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty: TensorBoard would draw old runs among the new ones. Name another folder.")
    train_rows, val_rows, _ = data.prepare_churn(data.load_churn())
    for make_batches in (row_by_row, batch_by_batch):
        run(make_batches, train_rows, val_rows, folder / make_batches.__name__)
    print(f'To see it:\n  "{sys.executable}" -m tensorboard.main --logdir "{folder}"')
    print("then open http://localhost:6006 in a browser. Ctrl-C ends it.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="an empty folder, or one to be made")
    main(parser.parse_args().folder)
