"""Microseconds of one training step: `fit`, the hand-written loop step by step in Python, and the same as a graph.

Two networks, on noise of the right shape: the one of lesson 04 (batches of 32) and the one of lesson 05 (of 64). All
three loops do the same: forward pass, loss, gradients, Adam, and two metrics. A run is one epoch; the epoch before the
first run is not counted, because it records the graphs.
"""

from time import perf_counter

import keras
import numpy as np

from helpers import training

UNIT = "µs a step"
REPEAT = 5
CHURN = "churn MLP, batch 32"
MNIST = "MNIST CNN, batch 64"


def measure(repeat):
    """Return {network: loop: microseconds of a step, one value a run}."""
    return {
        f"{name}: {loop}": [microseconds_of_step(epoch, steps) for _ in range(repeat)]
        for name, network in {CHURN: churn_network, MNIST: mnist_network}.items()
        for loop, epoch, steps in loops_of(*network())
    }


def microseconds_of_step(epoch, steps):
    start = perf_counter()
    epoch()
    return (perf_counter() - start) / steps * 1e6


def churn_network():
    """Return (functions that make model and metric, loss, batches), as large as lesson 04's."""
    random = np.random.default_rng(0)
    features = random.normal(size=(5274, 45)).astype("float32")
    labels = random.integers(0, 2, (5274, 1)).astype("float32")

    def build():
        layers = [keras.Input((45,)), keras.layers.Dense(10, activation="relu"), keras.layers.Dense(1)]
        return keras.Sequential(layers)

    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    data = training.batches(features, labels, training=True)
    return build, lambda: keras.metrics.BinaryAccuracy(threshold=0.0), loss_fn, data


def mnist_network():
    """Return (functions that make model and metric, loss, batches): lesson 05's network, 48 batches."""
    random = np.random.default_rng(0)
    features = random.random((3072, 28, 28, 1), "float32")
    labels = random.integers(0, 10, 3072)

    def build():
        convolution = [keras.layers.Conv2D(32, 3, activation="relu"), keras.layers.MaxPooling2D()]
        dense = [keras.layers.Flatten(), keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10)]
        return keras.Sequential([keras.Input((28, 28, 1)), *convolution, *dense])

    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    data = training.batches(features, labels, training=True, batch_size=64)
    return build, keras.metrics.SparseCategoricalAccuracy, loss_fn, data


def loops_of(build, new_metric, loss_fn, data):
    """Yield (name of a loop, function that runs one epoch of it, steps of an epoch), after its first epoch."""
    model = build()
    # without XLA, which Keras switches on by itself beside a GPU
    model.compile(keras.optimizers.Adam(1e-3), loss_fn, metrics=[new_metric()], jit_compile=False)
    yield "fit", *warmed(lambda: model.fit(data, steps_per_epoch=len(data), shuffle=False, verbose=0), data)
    by_hand, optimizer = build(), keras.optimizers.Adam(1e-3)
    metrics = {"loss": keras.metrics.Mean(), "accuracy": new_metric()}
    step = training.make_train_step(by_hand, optimizer, loss_fn, metrics)
    yield "by hand, Python", *warmed(lambda: walk(step.python_function, data), data)
    yield "by hand, tf.function", *warmed(lambda: walk(step, data), data)


def warmed(epoch, data):
    epoch()
    return epoch, len(data)


def walk(step, data):
    """Take one step on each batch, and read one loss at the end."""
    for features, labels in data:
        loss = step(features, labels)
    float(loss)  # a GPU may still be at work until then
