"""What an answer returned: a number, numbers, or words on its form.

Probes measure these words in place of the numbers, so that a result of the wrong form hears about its form, and not
about an error from inside the check.
"""

import contextlib

import numpy as np
import tensorflow as tf

from helpers.exercises.measuring import with_article


def number(value) -> float | str:
    """Return a number, a NumPy scalar or a scalar tensor as a float; of anything else its form in words."""
    array = _as_numbers(value)
    return float(array) if array is not None and array.shape == () else in_words(value)


def numbers(value) -> np.ndarray | str:
    """Return a list, array or tensor of numbers as a float64 array; of anything else its form in words."""
    array = _as_numbers(value)
    return array if array is not None and array.shape else in_words(value)


def in_words(value) -> str:
    """Return the form of a value: "a number", "a list of 3", "a float32 tensor of shape (3, 1)", 'the text "9"'."""
    if isinstance(value, str):
        return f'the text "{value:.20}"'
    if isinstance(value, (bool, np.bool_)):
        return "a truth value"
    if isinstance(value, (int, float, np.number)):
        return "a number"
    if isinstance(value, (list, tuple)):
        strange = next((in_words(entry) for entry in value if entry is None or isinstance(entry, str)), "")
        return f"{with_article(type(value).__name__)} of {len(value)}" + (strange and f", with {strange} in it")
    if isinstance(value, np.ndarray) or tf.is_tensor(value):  # a Variable counts as a tensor
        kind = "array" if isinstance(value, np.ndarray) else "tensor"
        return f"{with_article(tf.as_dtype(value.dtype).name)} {kind} of shape {tuple(value.shape)}"
    return "None" if value is None else with_article(type(value).__name__)


def _as_numbers(value):
    """Return a float64 array, None if these are no numbers; np.array would make one of a text, and NaN of None."""
    with contextlib.suppress(Exception):
        array = np.asarray(value)
        if array.dtype.kind in "iuf":
            return array.astype("float64")
        entries = array.ravel().tolist()
        if array.dtype.kind == "O" and not any(
            entry is None or isinstance(entry, (str, bytes, bool)) for entry in entries
        ):
            return np.array([float(entry) for entry in entries]).reshape(array.shape)
    return None
