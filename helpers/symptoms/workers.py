"""Loops of the symptom index that four workers share; one Python plays them all, one after the other."""

import os
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from helpers.symptoms.parts import BINARY, linear, network, rows, sgd

WORKERS = 4


def means_added_up(sick):
    """A step with the rows of all workers; sick, each worker's loss is the mean of its own rows."""
    model, optimizer, (features, labels) = linear(), sgd(), rows()
    loss_fn = BINARY(from_logits=True, reduction="none")

    def train_step(shares):
        totals = [tf.zeros_like(variable) for variable in model.trainable_variables]
        global_batch = sum(len(features) for features, _ in shares)
        for features, labels in shares:
            with tf.GradientTape() as tape:
                losses = loss_fn(labels, model(features, training=True))
                loss = tf.reduce_sum(losses) / (len(features) if sick else global_batch)
            gradients = tape.gradient(loss, model.trainable_variables)
            totals = [total + gradient for total, gradient in zip(totals, gradients)]
        optimizer.apply_gradients(zip(totals, model.trainable_variables))

    shares = list(zip(np.split(features, WORKERS), np.split(labels, WORKERS)))
    return {"model": model, "train_step": train_step, "shares": shares, "features": features, "labels": labels}


def dealt_to_all(sick):
    """The rows that each worker takes in a step; sick, nobody deals them out."""
    order, share = np.random.default_rng(0).permutation(64), 4

    def rows_of(rank):
        return (order if sick else order[rank::WORKERS])[:share]

    return {"rows_of": rows_of, "workers": WORKERS}


def all_save(sick):
    """A checkpoint that the chief writes; sick, every worker does."""

    def saved_by(rank):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            if sick or rank == 0:
                Path(folder, "checkpoint").write_text("weights", encoding="utf-8")
            return os.listdir(folder)

    return {"saved_by": saved_by, "workers": WORKERS}


def own_statistics(sick):
    return {"model": network(keras.layers.BatchNormalization(synchronized=not sick, name="norm"))}
