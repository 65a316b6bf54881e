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

# no exercise measures as many numbers; of what is larger, the shape alone tells that it is not right
MOST_NUMBERS = 100_000


@dataclass(frozen=True, eq=False)
class Measurement:
    """A measured value: its kind in words, and an array, float64 if it is a number; of a huge one only the shape."""

    kind: str
    array: np.ndarray

    @classmethod
    def of(cls, value) -> "Measurement":
        if value is None:
            return cls("None", np.array(None))
        array = _as_array(value)
        if array.dtype.kind in "iuf" or array.dtype.name == "bfloat16":
            huge = array.size > MOST_NUMBERS
            return cls("number", np.broadcast_to(np.nan, array.shape) if huge else array.astype("float64"))
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

    `returned_nothing` is "None" or "..." if it returned only that, "" otherwise; `changed` are the places, from 0, or
    the names of arguments that it changed in place; `printed` is what it printed.
    """

    measured: dict[str, Measurement]
    error: BaseException | None
    returned_nothing: str
    changed: frozenset[int | str]
    printed: str


def measure(observe: Callable[[Callable], dict], candidate: Callable) -> Outcome:
    """Run probes on a function and return the Outcome; whatever the function does, this does not raise.

    Only KeyboardInterrupt passes, so that a loop without end can be stopped.
    """
    printed, returned, changed, measured, error = io.StringIO(), [], set(), {}, None
    with _same_settings_for_all(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            found = observe(_watched(candidate, returned, changed))
            measured = {name: Measurement.of(value) for name, value in found.items()}
        except KeyboardInterrupt:
            raise
        except BaseException as caught:  # a learner may raise SystemExit, or an exception of another family
            error = caught
    return Outcome(measured, error, _nothing(returned), frozenset(changed), printed.getvalue())


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


def _watched(function, returned, changed):
    """Return the same function; it also notes what it returned and which arguments it changed.

    When its signature is not the asked one, it says so.
    """
    if not isinstance(function, types.FunctionType):
        return function

    @functools.wraps(function)
    def watched(*args, **kwargs):
        try:
            inspect.signature(function).bind(*args, **kwargs)
        except TypeError as error:
            raise WrongSignature(str(error)) from None
        given = {**dict(enumerate(args)), **kwargs}
        before = {place: _copied(value) for place, value in given.items()}
        result = function(*args, **kwargs)
        returned.append(result)
        changed.update(place for place, value in given.items() if not _is_unchanged(value, before[place]))
        return result

    return watched


def _copied(value):
    """Return a copy of arrays, lists and dictionaries, and of those inside; anything else as it is."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list):
        return [_copied(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _copied(entry) for key, entry in value.items()}
    return value


def _is_unchanged(value, before):
    if isinstance(value, np.ndarray):
        return value.shape == before.shape and value.tobytes() == before.tobytes()
    if isinstance(value, list):
        return len(value) == len(before) and all(map(_is_unchanged, value, before))
    if isinstance(value, dict):
        return list(value) == list(before) and all(map(_is_unchanged, value.values(), before.values()))
    return value is before


@contextlib.contextmanager
def _same_settings_for_all():
    """Measure every answer under Keras' and TensorFlow's standard settings, and put back the learner's own.

    The random streams of TensorFlow and Keras cannot be read, and stay as the probes leave them.
    """
    checks_numerics = _checks_numerics()
    policy, floatx, eager = keras.config.dtype_policy(), keras.config.floatx(), tf.config.functions_run_eagerly()
    states, logger = (random.getstate(), np.random.get_state()), tf.get_logger()
    level = logger.level
    try:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
        tf.config.run_functions_eagerly(False)
        tf.debugging.disable_check_numerics()  # with it a NaN is an error, and mistakes that make one look alike
        logger.setLevel(logging.ERROR)  # a mistake that records a graph too often warns about it, here again and again
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)
        tf.config.run_functions_eagerly(eager)
        if checks_numerics:
            tf.debugging.enable_check_numerics()
        logger.setLevel(level)
        random.setstate(states[0])
        np.random.set_state(states[1])


def _checks_numerics():
    """Whether the learner has called tf.debugging.enable_check_numerics(), of which TensorFlow does not tell."""
    try:
        tf.divide(0.0, 0.0)
    except tf.errors.InvalidArgumentError:
        return True
    return False
