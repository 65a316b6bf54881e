"""Code from before Keras 3, line by line: what is gone, and what stands in its place."""

import logging
import tempfile
import warnings
from collections.abc import Callable

import keras
import tensorflow as tf

from helpers.symptoms.parts import linear, logistic, rows, sgd, step_of


def old_and_new() -> None:
    """Try each old form and its new one, and print what happens; the new one has to work, the old one to fail.

    Raises:
        AssertionError: an old form works again, or a new one fails.
    """
    logger = logging.getLogger("absl")  # it has a warning about such files
    level = logger.level
    logger.setLevel("ERROR")
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(action="ignore"):
        for name, (old, new) in {**_forms_of_loops(), **_forms_of_files(folder)}.items():
            raised = _raised(old)
            assert raised and not _raised(new), (name, raised, _raised(new))
            print(f"{name}: the new form works, the old one raises {raised}")
    logger.setLevel(level)


def silent_differences() -> None:
    """Print what two old forms do that raise nothing."""
    activations = keras.layers.LeakyReLU(negative_slope=0.3), keras.activations.get("leaky_relu")
    slopes = [float(-activation(tf.constant(-1.0))) for activation in activations]
    print(f"slope of the old class {slopes[0]:.1f}, of the name {slopes[1]:.1f}")
    ways = []
    with warnings.catch_warnings(action="ignore"):
        for decay in ({}, {"decay": 0.5}):
            variable, optimizer = keras.Variable(0.0), keras.optimizers.SGD(learning_rate=0.1, **decay)
            for _ in range(3):
                optimizer.apply_gradients([(tf.constant(-1.0), variable)])
            ways.append(float(variable))
    print(f"way in three steps without decay {ways[0]:.1f}, with decay {ways[1]:.1f}")


def _raised(act: Callable) -> str:
    """Return the name of the error that `act` raises, "" if it works."""
    try:
        act()
    except Exception as error:
        return type(error).__name__
    return ""


def _forms_of_loops():
    """Return {name: (old form, new form)} of what stands in loops."""
    optimizers, layers, losses = keras.optimizers, keras.layers, keras.losses
    model, metric, optimizer = linear(), keras.metrics.Mean(), sgd()
    variables = model.trainable_variables
    gradients = [tf.ones_like(variable) for variable in variables]
    step = step_of(model, optimizer, logistic(model))
    scaling = optimizers.LossScaleOptimizer(sgd())
    return {
        "optimizers.legacy": (lambda: optimizers.legacy.Adam(), lambda: optimizers.Adam()),
        "lr=": (lambda: optimizers.Adam(lr=0.01), lambda: optimizers.Adam(learning_rate=0.01)),
        "learning_rate=1": (lambda: optimizers.Adam(learning_rate=1), lambda: optimizers.Adam(learning_rate=1.0)),
        "minimize": (lambda: optimizer.minimize(lambda: step(*rows()), variables), lambda: step(*rows())),
        "apply_gradients": (
            lambda: optimizer.apply_gradients(gradients, variables),
            lambda: optimizer.apply_gradients(zip(gradients, variables)),
        ),
        "get_scaled_loss": (lambda: scaling.get_scaled_loss(1.0), lambda: scaling.scale_loss(tf.constant(1.0))),
        "Reduction": (
            lambda: losses.MeanSquaredError(reduction=losses.Reduction.NONE),
            lambda: losses.MeanSquaredError(reduction="none"),
        ),
        "Input": (lambda: keras.Input(shape=10), lambda: keras.Input(shape=(10,))),
        "LeakyReLU": (
            lambda: layers.Dense(1, activation="LeakyReLU"),
            lambda: layers.Dense(1, activation=layers.LeakyReLU(negative_slope=0.3)),
        ),
        "reset_states": (lambda: metric.reset_states(), lambda: metric.reset_state()),
        "tape.watch": (lambda: _watch(variables[0]), lambda: _watch(variables[0].value)),
    }


def _watch(variable):
    with tf.GradientTape() as tape:
        tape.watch(variable)


def _forms_of_files(folder):
    """Return {name: (old form, new form)} of saving and loading, with files in a folder."""
    model, load = linear(), keras.models.load_model
    model.compile("sgd", "mse")
    keras.saving.save_model(model, f"{folder}/m.h5")
    forms = {
        "save": (lambda: model.save(f"{folder}/m"), lambda: model.save(f"{folder}/m.keras")),
        "save_weights": (
            lambda: model.save_weights(f"{folder}/w.h5"),
            lambda: model.save_weights(f"{folder}/w.weights.h5"),
        ),
        "load_model": (lambda: load(f"{folder}/m.h5"), lambda: load(f"{folder}/m.keras")),
        "load_model of an old file": (
            lambda: load(f"{folder}/m.h5"),
            lambda: load(f"{folder}/m.h5", compile=False),
        ),
    }
    # Keras 3.16 can load such a file again
    old_is_loud = tuple(map(int, keras.__version__.split(".")[:2])) < (3, 16)
    return {name: form for name, form in forms.items() if old_is_loud or "load" not in name}
