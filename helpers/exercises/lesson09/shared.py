"""What exercises and cases of lesson 09 measure with: two networks, so small that a step takes no time."""

import keras
import numpy as np
import tensorflow as tf

NOISE, PIXELS = 3, 6

bce = keras.losses.BinaryCrossentropy(from_logits=True)


def d_loss_fn(real_logits, drawn_logits):
    """Return the discriminator's loss as lesson 09 has it, the mean over all pictures, real and drawn."""
    real_loss = bce(tf.ones_like(real_logits), real_logits)
    drawn_loss = bce(tf.zeros_like(drawn_logits), drawn_logits)
    return (real_loss + drawn_loss) / 2


def g_loss_fn(drawn_logits):
    """Return the generator's loss as lesson 09 has it, the non-saturating one."""
    return bce(tf.ones_like(drawn_logits), drawn_logits)


def small_networks(seed: int, batch_norm: bool = False) -> tuple[keras.Model, keras.Model]:
    """Return a generator (3 numbers of noise, 6 pixels) and a discriminator (6 pixels, a logit), both smooth.

    With `batch_norm` the discriminator has a BatchNorm behind its first layer.
    """
    keras.utils.set_random_seed(seed)
    generator = keras.Sequential(
        [keras.Input((NOISE,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(PIXELS, "sigmoid")]
    )
    between = [keras.layers.BatchNormalization(momentum=0.8)] if batch_norm else []
    tanh = keras.layers.Activation("tanh")
    discriminator = keras.Sequential(
        [keras.Input((PIXELS,)), keras.layers.Dense(4), *between, tanh, keras.layers.Dense(1)]
    )
    return generator, discriminator


def real_and_noise(seed: int, rows: int = 8) -> tuple[tf.Tensor, tf.Tensor]:
    """Return real pictures (rows, 6) with pixels from 0 to 1, light ones and dark ones, and noise (rows, 3)."""
    draw = np.random.default_rng(seed)
    real = draw.beta(0.5, 1.5, (rows, PIXELS))
    return tf.constant(real, tf.float32), tf.constant(draw.normal(size=(rows, NOISE)), tf.float32)


def two_optimizers(g_rate: float = 0.3, d_rate: float = 0.4) -> tuple[keras.Optimizer, keras.Optimizer]:
    """Return an optimizer for the generator and one for the discriminator, whose steps show each gradient's size."""
    return keras.optimizers.SGD(g_rate), keras.optimizers.SGD(d_rate)


def flat(variables) -> np.ndarray:
    """Return the values of variables in one float64 array."""
    return np.concatenate([np.ravel(np.array(variable)).astype("float64") for variable in variables])


def move(optimizer: keras.Optimizer, tape: tf.GradientTape, loss, variables) -> None:
    """Move these variables by a step against the slope of a loss that the tape has recorded."""
    optimizer.apply(tape.gradient(loss, variables), variables)


def slope_of(tape: tf.GradientTape, loss, variables) -> np.ndarray | str:
    """Return the slope of a loss in one array, 0 where it does not depend on a variable; "none" if it has no slope."""
    gradients = tape.gradient(loss, variables) if tf.is_tensor(loss) else [None]
    if all(gradient is None for gradient in gradients):
        return "none"
    return flat([tf.zeros(v.shape) if gradient is None else gradient for gradient, v in zip(gradients, variables)])
