"""Models and data that several exercises of lesson 03 are probed with."""

import keras
import numpy as np


def entry_of(record, name):
    """Read one number from a returned dictionary, also where it is still a tensor or a metric."""
    if not hasattr(record, "keys"):
        raise ValueError(f"a dictionary is wanted, something of the type {type(record).__name__} came back")
    if name not in record:
        raise ValueError(f"the returned dictionary has no entry {name!r}; it has {list(record)}")
    value = record[name]
    # a metric kept in place of its value goes on changing: it is read when everything is over
    return float(value.result()) if hasattr(value, "result") else float(value)


def small_model(bias=0.0):
    """Two features, one logit, no randomness; BatchNorm tells training from evaluation."""
    inputs = keras.Input(shape=(2,))
    hidden = keras.layers.BatchNormalization(momentum=0.5)(inputs)
    logits = keras.layers.Dense(
        1,
        kernel_initializer=keras.initializers.Constant([[0.7], [-0.4]]),
        bias_initializer=keras.initializers.Constant(bias),
    )(hidden)
    return keras.Model(inputs, logits)


def flat_weights(model):
    return np.concatenate([weights.ravel() for weights in model.get_weights()])
