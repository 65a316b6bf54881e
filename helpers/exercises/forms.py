"""What an answer returned: a number, numbers, or words on its form.

Probes measure these words in place of the numbers, so that a result of the wrong form hears about its form, and not
about an error from inside the check. A tensor, a Variable and a NumPy array of the same shape have the same words;
whoever wants only one of them, or one dtype, measures that under a name of its own.
"""

import contextlib

import numpy as np
import tensorflow as tf

from helpers.exercises.measuring import with_article


def is_number(value) -> bool:
    """Whether a value is one number: of Python, of NumPy, or a tensor or Variable without axes.

    Truth values and text are none, nor is a list or an array with one entry.
    """
    array = _as_numbers(value)
    return array is not None and array.shape == ()


def number(value) -> float | str:
    """Return whatever `is_number` as a float; of anything else its form in words."""
    return float(_as_numbers(value)) if is_number(value) else in_words(value)


def numbers(value) -> np.ndarray | str:
    """Return a list, tuple, array or tensor of numbers as a float64 array, of anything else its form in words.

    The numbers may be tensors, and may stand in lists of equal lengths: the array has as many axes as the value.
    """
    array = _as_numbers(value)
    return array if array is not None and array.shape else in_words(value)


def entries(value) -> list | None:
    """Return what is in a list, a tuple, or along the first axis of an array or tensor; None if it is none of these."""
    if isinstance(value, (list, tuple)):
        return list(value)
    with contextlib.suppress(Exception):
        array = np.asarray(value)
        return list(array) if array.shape else None
    return None


def in_words(value) -> str:
    """Return the form of a value: "a number", "a list of 3", "an array of shape (3, 1)", 'the text "9"'.

    A list, tuple or array in which something is no number says what: "a list of 3, None among them".
    """
    kind = _kind(value)
    if kind in ("a list", "a tuple"):
        return f"{kind} of {len(value)}{_stranger(value)}"
    if kind == "an array":
        # of an array that holds numbers all entries do
        inside = [] if _as_numbers(value) is not None else np.ravel(value).tolist()
        return f"{kind} of shape {tuple(value.shape)}{_stranger(inside)}"
    return kind


def _kind(value):
    """Return what a value is in words, without its size."""
    if is_number(value):
        return "a number"
    if _is_array(value):
        if len(value.shape) > 0:
            return "an array"
        value = np.asarray(value).item()
    if isinstance(value, (str, bytes)):
        text = value if isinstance(value, str) else value.decode(errors="replace")
        return f'the text "{text:.20}"'
    kinds = {
        bool: "a truth value",
        list: "a list",
        tuple: "a tuple",
        dict: "a dictionary",
        tf.data.Dataset: "a dataset",
    }
    words = next((kinds[kind] for kind in kinds if isinstance(value, kind)), with_article(type(value).__name__))
    return "None" if value is None else words


def _is_array(value):
    # a symbolic tensor has a shape, but no values
    return isinstance(value, (np.ndarray, np.generic)) or (tf.is_tensor(value) and hasattr(value, "numpy"))


def _stranger(inside):
    """Return ", a list among them" for the first entry that is no number, "" if all are numbers."""
    return next((f", {_kind(entry)} among them" for entry in inside if not is_number(entry)), "")


def _as_numbers(value):
    """Return a float64 array, None if these are no numbers; np.array would make one of a text, and NaN of None."""
    with contextlib.suppress(Exception):
        array = np.asarray(value)
        if array.dtype.kind in "iuf":
            return array.astype("float64")
        inside = array.ravel().tolist()
        if array.dtype.kind == "O" and not any(isinstance(entry, (str, bytes, bool, type(None))) for entry in inside):
            return np.array([float(entry) for entry in inside]).reshape(array.shape)
    return None
