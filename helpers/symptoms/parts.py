"""What the loops of the symptom index share: sixteen rows, a small network, a step. Each call makes them anew."""

import keras
import numpy as np
import tensorflow as tf

BINARY = keras.losses.BinaryCrossentropy


def rows(count=16):
    """Features (B, 3) and labels (B, 1), which the first feature alone decides."""
    features = np.random.default_rng(0).normal(size=(count, 3)).astype("float32")
    return features, (features[:, :1] > 0).astype("float32")


def dense(units=1, name="output", **settings):
    """A layer that begins with the same numbers each time; a seed for everything would make TensorFlow slow."""
    start = settings.pop("kernel_initializer", keras.initializers.GlorotUniform(seed=0))
    return keras.layers.Dense(units, kernel_initializer=start, name=name, **settings)


def network(*middle, last=None, **of_hidden):
    """A network with a name for every layer, so that its variables are called alike in every run; one logit a row."""
    hidden = dense(4, name="hidden", activation="tanh", **of_hidden)
    return keras.Sequential([keras.Input(shape=(3,)), hidden, *middle, last or dense()], name="model")


def linear(**settings):
    """A network without a hidden layer."""
    return keras.Sequential([keras.Input(shape=(3,)), dense(**settings)], name="model")


def sgd(rate=0.1):
    return keras.optimizers.SGD(learning_rate=rate)


def logistic(model):
    """The loss that is right for a network of one logit."""
    bce = BINARY(from_logits=True)
    return lambda features, labels: bce(labels, model(features, training=True))


def step_of(model, optimizer, loss_of, variables=None, change=None):
    """Return a train step with everything in its place, but for the loss, and what it does to gradients."""
    variables = model.trainable_variables if variables is None else variables

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_of(features, labels)
        gradients = tape.gradient(loss, variables)
        gradients = gradients if change is None else change(gradients)
        optimizer.apply_gradients(zip(gradients, variables))
        return loss

    return train_step


def graph_of(function):
    """Return a tf.function; none of these steps has an `if` or a loop over tensors, and AutoGraph takes its time."""
    return tf.function(function, autograph=False)


def loop(model, loss_of, batch=None, optimizer=None, **settings):
    """Return the names that most lines of the index use: model, train_step, batch, optimizer."""
    optimizer = sgd() if optimizer is None else optimizer
    step = step_of(model, optimizer, loss_of, **settings)
    return {"model": model, "train_step": step, "batch": batch or rows(), "optimizer": optimizer}
