"""Lesson 07's run of one seed: ten epochs on the churn table, then recall and ROC AUC of the validation rows.

    python churn_seed.py SEED FOLDER        writes FOLDER/seed_SEED.json
"""

import json
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from sklearn.metrics import roc_auc_score

from helpers import data, starts

EPOCHS, BATCH_SIZE = 10, 32


def order_of_epoch(seed, epoch, n_rows):
    steps = n_rows // BATCH_SIZE
    order = starts.order_of_epoch(seed, epoch, n_rows)
    return order[: steps * BATCH_SIZE].reshape(steps, BATCH_SIZE)


def build(seed, columns):
    model = keras.Sequential([
        keras.Input((columns,)), keras.layers.Dense(10, activation="relu"), keras.layers.Dense(1)])
    model.set_weights(starts.first_weights(seed, columns))
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(model.trainable_variables)
    return model, optimizer


def make_train_epoch(model, optimizer, features, labels):
    bce = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def train_one_epoch(order):
        for chosen in order:
            with tf.GradientTape() as tape:
                logits = model(tf.gather(features, chosen), training=True)
                loss = bce(tf.gather(labels, chosen), logits)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return train_one_epoch


def run(seed):
    train_rows, val_rows, _ = data.prepare_churn(data.load_churn())
    x, y = train_rows.features, train_rows.labels
    model, optimizer = build(seed, x.shape[1])
    train_one_epoch = make_train_epoch(model, optimizer, tf.constant(x), tf.constant(y))
    for epoch in range(EPOCHS):
        train_one_epoch(tf.constant(order_of_epoch(seed, epoch, len(x))))
    logits = model(val_rows.features, training=False).numpy()[:, 0]
    leaves = val_rows.labels[:, 0] == 1
    return {"seed": seed, "recall": float(np.mean(logits[leaves] > 0)), "auc": float(roc_auc_score(leaves, logits))}


def write(folder, result):
    # a file of half a result must not look like a whole one: written under another name, then renamed
    partial = folder / f"seed_{result['seed']}.part"
    partial.write_text(json.dumps(result), encoding="utf-8")
    os.replace(partial, folder / f"seed_{result['seed']}.json")


if __name__ == "__main__":
    write(Path(sys.argv[2]), run(int(sys.argv[1])))
