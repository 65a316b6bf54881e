"""The bench of clinic 09: two networks of lesson 09, half as large, real digits, and a measure of drawings."""

import functools

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestNeighbors

from helpers.exercises.lesson09.shared import d_loss_fn, move

NOISE, ROWS = 16, 64


@functools.cache
def digits() -> np.ndarray:
    """Return the 1,797 digits of scikit-learn, float32 (1797, 64), 0 for paper and 1 for ink."""
    return (load_digits().data / 16).astype("float32")


def networks(*between: keras.Layer) -> tuple[keras.Model, keras.Model]:
    """Return a generator and a discriminator, always the same; `between` stands behind the latter's first layer."""
    keras.utils.set_random_seed(0)
    first, last = keras.layers.Dense(64), keras.layers.Dense(1)
    leaky = keras.layers.LeakyReLU(negative_slope=0.2)
    discriminator = keras.Sequential([keras.Input((64,)), first, *between, leaky, last])
    hidden, pixels = keras.layers.Dense(64, "relu"), keras.layers.Dense(64, "sigmoid")
    return keras.Sequential([keras.Input((NOISE,)), hidden, pixels]), discriminator


def adam(*networks: keras.Model) -> keras.Optimizer:
    """Return a new Adam, built with the variables of these networks; without any it is not built yet."""
    optimizer = keras.optimizers.Adam(3e-3, beta_1=0.5)
    if networks:
        optimizer.build([variable for network in networks for variable in network.trainable_variables])
    return optimizer


def batch(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return 64 real digits and 64 rows of noise, always the same for a number, float32 (64, 64) and (64, 16)."""
    draw = np.random.default_rng(number)
    real = digits()[draw.integers(0, len(digits()), ROWS)]
    return real, draw.normal(size=(ROWS, NOISE)).astype("float32")


def discriminate(generator, discriminator, d_optimizer, real, noise):
    """Take the discriminator's step as lesson 09 has it; return its loss."""
    drawn = generator(noise, training=True)
    with tf.GradientTape() as tape:
        loss = d_loss_fn(discriminator(real, training=True), discriminator(drawn, training=True))
    move(d_optimizer, tape, loss, discriminator.trainable_variables)
    return loss


def run(step, generator, discriminator, steps: int = 300) -> dict:
    """Take step(real, noise) 300 times in a graph; return its first and last losses, and how good new drawings are.

    That is the share of them that the discriminator calls real, in inference mode, and how far the median drawing is
    from the nearest real digit.
    """
    graph_step = tf.function(step)
    losses = [graph_step(*batch(number)) for number in range(steps)]
    drawn = generator(batch(steps)[1])
    to_real, _ = NearestNeighbors(n_neighbors=1).fit(digits()).kneighbors(drawn)
    return {
        "first d_loss, g_loss": [round(float(loss), 2) for loss in losses[0]],
        "last d_loss, g_loss": [round(float(loss), 2) for loss in losses[-1]],
        "pass for real": round(float(np.mean(discriminator(drawn) > 0)), 2),
        "to the nearest digit": round(float(np.median(to_real)), 1),
    }
