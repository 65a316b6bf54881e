"""Tables and networks that many patients share; every call makes new ones, from a seed."""

import os

import keras
import numpy as np
import tensorflow as tf

from patients import Patient


def two_classes(rows=32, columns=4, labels="float32"):
    """Features (B, columns), labels (B, 1) of 0 and 1."""
    random = np.random.default_rng(3)
    features = random.normal(size=(rows, columns)).astype("float32")
    score = features[:, :1] - 0.5 * features[:, 1:2] + 0.3 * random.normal(size=(rows, 1))
    return features, (score > 0.2).astype(labels)


def three_classes(rows=32, columns=4):
    """Features (B, columns), labels (B,) of 0, 1 and 2."""
    random = np.random.default_rng(4)
    features = random.normal(size=(rows, columns)).astype("float32")
    return features, np.argmax(features[:, :3] + 0.2 * random.normal(size=(rows, 3)), axis=1).astype("int64")


def a_number(rows=32, columns=3):
    """Features (B, columns), labels (B, 1) of a sum with noise."""
    random = np.random.default_rng(5)
    features = random.normal(size=(rows, columns)).astype("float32")
    return features, (features @ [[2.0], [-1.0], [0.5]] + 1 + 0.1 * random.normal(size=(rows, 1))).astype("float32")


def pictures(rows=16, size=8, classes=4):
    """Pictures (B, size, size, 1) from 0 to 1 and labels (B,)."""
    random = np.random.default_rng(6)
    labels = random.integers(0, classes, size=rows)
    light = random.uniform(0, 0.3, size=(rows, size, size, 1))
    for row, label in enumerate(labels):
        light[row, 2 * label % size : 2 * label % size + 2] += 0.6
    return light.astype("float32"), labels


def network(columns=4, outputs=1, activation=None, middle=(), units=8, l2=0.0):
    """A network with one hidden layer, and more layers behind it if they are given."""
    keras.utils.set_random_seed(0)
    penalty = keras.regularizers.L2(l2) if l2 else None
    hidden = keras.layers.Dense(units, activation="relu", kernel_regularizer=penalty)
    last = keras.layers.Dense(outputs, activation=activation)
    return keras.Sequential([keras.Input((columns,)), hidden, *middle, last])


def convolutions(size=8, classes=4):
    keras.utils.set_random_seed(0)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((size, size, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(classes),
        ]
    )


BINARY = keras.losses.BinaryCrossentropy
CLASSES = keras.losses.SparseCategoricalCrossentropy
FROM_LOGITS, OF_CLASSES = BINARY(from_logits=True), CLASSES(from_logits=True)


def broken(trap, name, model, step, batch, **options):
    """A patient with a trap, or several of which each is a right name."""
    traps = frozenset([trap] if isinstance(trap, int) else trap)
    return Patient(f"trap {min(traps)}, {name}", traps, model, step, batch, options)


def healthy(name, model, step, batch, **options):
    return Patient(name, frozenset(), model, step, batch, options)


def adam(rate=0.01, **settings):
    return keras.optimizers.Adam(rate, **settings)


def squares(model):
    return lambda x, y: tf.reduce_mean((y - model(x, training=True)) ** 2)


def crossed(model):
    return lambda x, y: OF_CLASSES(y, model(x, training=True))


def step_of(model, optimizer, loss_of, style="eager", variables=None, change=None):
    """Return a train step in a style: "eager", "graph", "method", "graph method", "logs" (a dictionary), "nothing".

    `loss_of(features, labels)` is its loss, `variables` those that it moves, `change(gradients)` what it does to them.
    """

    def one_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_of(features, labels)
        moved = model.trainable_variables if variables is None else variables
        gradients = tape.gradient(loss, moved)
        gradients = gradients if change is None else change(gradients)
        optimizer.apply_gradients(zip(gradients, moved))
        return loss

    class Trainer:
        def __init__(self):
            self.model, self.optimizer, self.steps_done = model, optimizer, 0

        def train_step(self, features, labels):
            self.steps_done += 1
            return one_step(features, labels)

        @tf.function
        def graph_step(self, features, labels):
            return one_step(features, labels)

    if style == "graph":
        return tf.function(one_step)
    if style == "method":
        return Trainer().train_step
    if style == "graph method":
        trainer = Trainer()
        model.trainer = lambda: trainer  # somebody has to keep it: a bound graph only knows it by a weak reference
        return trainer.graph_step
    if style == "logs":
        return lambda features, labels: {"loss": one_step(features, labels)}
    if style == "nothing":
        return lambda features, labels: one_step(features, labels).numpy().tofile(os.devnull)
    return one_step
