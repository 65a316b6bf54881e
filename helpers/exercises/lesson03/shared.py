"""Models, data and words that several exercises of lesson 03 are probed with."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms

KINDS = {"f": "floats", "i": "integers", "u": "integers", "b": "truth values", "U": "text", "O": "Python objects"}


def floats(*shape):
    """Return what `form_of_table` says of an array or a tensor of floats of this shape."""
    return f"an array of floats, shape {shape}"


def form_of_table(value):
    """Say what came back where a table is wanted: of an array also the kind of its entries, which must be floats."""
    if isinstance(value, (np.ndarray, tf.Tensor, tf.Variable)):
        array = np.asarray(value)
        return f"an array of {KINDS.get(array.dtype.kind, array.dtype)}, shape {array.shape}"
    if hasattr(value, "toarray"):
        return "a sparse matrix (its `.toarray()` makes an array of it)"
    return forms.in_words(value)


def record(*names):
    """Return what `form_of_record` says of a dictionary that has a number under each of these names."""
    return f"a dictionary with numbers under {' and '.join(map(repr, names))}"


def form_of_record(found, *names):
    """Say what came back where a dictionary with these entries is wanted: which are missing, or are no numbers."""
    if not hasattr(found, "keys"):
        return forms.in_words(found)
    if missing := [name for name in names if name not in found]:
        return f"a dictionary without {missing[0]!r}, with {list(found)}"
    if odd := [name for name in names if not forms.is_number(found[name])]:
        return f"a dictionary whose {odd[0]!r} is {forms.in_words(found[odd[0]])}"
    return record(*names)


def small_model(bias=0.0):
    """Two features, one logit; BatchNorm and Dropout tell training from evaluation."""
    inputs = keras.Input(shape=(2,))
    hidden = keras.layers.BatchNormalization(momentum=0.5)(inputs)
    hidden = keras.layers.Dropout(0.25, seed=1)(hidden)
    logits = keras.layers.Dense(
        1,
        kernel_initializer=keras.initializers.Constant([[0.7], [-0.4]]),
        bias_initializer=keras.initializers.Constant(bias),
    )(hidden)
    return keras.Model(inputs, logits)


def flat_weights(model):
    return np.concatenate([weights.ravel() for weights in model.get_weights()])
