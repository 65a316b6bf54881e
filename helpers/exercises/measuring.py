"""What a function does on an exercise's probes, measured under the same settings for all."""

import contextlib
import functools
import inspect
import io
import logging
import random
import types
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf


@dataclass(frozen=True, eq=False)
class Measurement:
    """A measured value: its kind in words, and an array, float64 if it is a number."""

    kind: str
    array: np.ndarray

    @classmethod
    def of(cls, value) -> "Measurement":
        if value is None:
            return cls("None", np.array(None))
        array = _as_array(value)
        if array.dtype.kind in "iuf" or array.dtype.name == "bfloat16":
            return cls("number", array.astype("float64"))
        kinds = {"b": "truth value", "U": "text", "c": "complex number"}
        if array.dtype.kind in kinds:
            return cls(kinds[array.dtype.kind], array)
        return cls(with_article(type(value).__name__), np.array(None))


def _as_array(value):
    """Return whatever was measured as an array; of an object if it is none, like a ragged list or a symbolic tensor."""
    for convert in (np.asarray, lambda value: tf.convert_to_tensor(value).numpy()):  # the second for variables
        with contextlib.suppress(Exception):
            return convert(value)
    return np.array(None)


def with_article(name: str) -> str:
    """Return "an array" for "array", "a list" for "list"."""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a function did on the probes: its measurements, or the error it stopped with.

    `returned_nothing` is "None" or "..." if it returned only that, "" otherwise; `printed` is what it printed.
    """

    measured: dict[str, Measurement]
    error: BaseException | None
    returned_nothing: str
    printed: str


def measure(observe: Callable[[Callable], dict], candidate: Callable) -> Outcome:
    """Run probes on a function and return the Outcome; whatever the function does, this does not raise.

    Only KeyboardInterrupt passes, so that a loop without end can be stopped.
    """
    printed, returned, measured, error = io.StringIO(), [], {}, None
    with _same_settings_for_all(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            found = observe(_watched(candidate, returned))
            measured = {name: Measurement.of(value) for name, value in found.items()}
        except (Exception, SystemExit) as caught:
            error = caught
    return Outcome(measured, error, _nothing(returned), printed.getvalue())


@functools.cache
def known_outcome(observe: Callable[[Callable], dict], function: Callable) -> Outcome:
    """Return the outcome of a reference or a known mistake, measured once."""
    return measure(observe, function)


def _nothing(returned):
    if not returned or not all(value is None or value is ... for value in returned):
        return ""
    return "..." if ... in returned else "None"


class WrongSignature(TypeError):
    """The function does not take the arguments that the task names."""


def _watched(function, returned):
    """Return the same function; it also notes what it returned, and says when its signature is not the asked one."""
    if not isinstance(function, types.FunctionType):
        return function

    @functools.wraps(function)
    def watched(*args, **kwargs):
        try:
            inspect.signature(function).bind(*args, **kwargs)
        except TypeError as error:
            raise WrongSignature(str(error)) from None
        result = function(*args, **kwargs)
        returned.append(result)
        return result

    return watched


@contextlib.contextmanager
def _same_settings_for_all():
    """Measure every answer under Keras' and TensorFlow's standard settings, and put back the learner's own.

    Only the seed of `keras.utils.set_random_seed` cannot be read and stays as the probes set it.
    """
    policy, floatx, eager = keras.config.dtype_policy(), keras.config.floatx(), tf.config.functions_run_eagerly()
    states, logger = (random.getstate(), np.random.get_state()), tf.get_logger()
    level = logger.level
    try:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
        tf.config.run_functions_eagerly(False)
        logger.setLevel(logging.ERROR)  # a mistake that records a graph too often warns about it, here again and again
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)
        tf.config.run_functions_eagerly(eager)
        logger.setLevel(level)
        random.setstate(states[0])
        np.random.set_state(states[1])
