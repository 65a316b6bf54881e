"""The networks whose training is timed, on noise of the right shape."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np


@dataclasses.dataclass(frozen=True)
class Network:
    """What there is to train: fresh models from `build`, the rows, and how many of them make a batch."""

    name: str
    build: Callable
    new_metric: Callable
    loss_fn: keras.losses.Loss
    features: np.ndarray
    labels: np.ndarray
    batch_size: int = 32

    @property
    def steps(self):
        """How many steps an epoch has; the last batch may be smaller."""
        return -(-len(self.labels) // self.batch_size)

    def start(self):
        """Return a model and an optimizer, the same each time."""
        keras.utils.set_random_seed(0)
        return self.build(), keras.optimizers.Adam(1e-3)


def churn(rows=5274):
    """Lesson 04's network on as many rows."""
    return _one_hidden_layer("churn", rows, columns=45)


def million(rows=1_000_000):
    """The same network beside a large table: 80 MB."""
    return _one_hidden_layer("a million rows", rows, columns=20)


def digits(rows=1280):
    """Two convolutions on pictures of 8 × 8 pixels, batches of 64."""
    layers = keras.layers
    convolutions = [layers.Conv2D(filters, 3, padding="same", activation="relu") for filters in (32, 64)]
    return _pictures("digits CNN", rows, 8, [*convolutions, layers.MaxPooling2D(), layers.Flatten()])


def mnist(rows=3072):
    """Lesson 05's network on 48 batches of 64 of its pictures."""
    layers = keras.layers
    convolution = [layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()]
    return _pictures("MNIST CNN", rows, 28, [*convolution, layers.Flatten(), layers.Dense(64, activation="relu")])


def _one_hidden_layer(name, rows, columns):
    random = np.random.default_rng(0)

    def build():
        layers = [keras.Input((columns,)), keras.layers.Dense(10, activation="relu"), keras.layers.Dense(1)]
        return keras.Sequential(layers)

    return Network(
        name,
        build,
        lambda: keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0),
        keras.losses.BinaryCrossentropy(from_logits=True),
        random.standard_normal((rows, columns), "float32"),
        random.integers(0, 2, (rows, 1)).astype("float32"),
    )


def _pictures(name, rows, pixels, layers):
    random = np.random.default_rng(0)
    configs = [keras.layers.serialize(layer) for layer in layers]

    def build():
        hidden = [keras.layers.deserialize(config) for config in configs]
        return keras.Sequential([keras.Input((pixels, pixels, 1)), *hidden, keras.layers.Dense(10)])

    return Network(
        name,
        build,
        lambda: keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        random.random((rows, pixels, pixels, 1), "float32"),
        random.integers(0, 10, rows),
        batch_size=64,
    )
