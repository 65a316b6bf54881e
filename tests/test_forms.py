"""What an answer returned, as numbers or in words on its form."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers.exercises import forms


@pytest.mark.parametrize("value", [3, np.int64(3), np.array(3.0), tf.constant(3), tf.Variable(3.0)], ids=repr)
def test_number(value):
    found = forms.number(value)
    assert found == 3 and type(found) is float


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("9", 'the text "9"'),
        (None, "None"),
        (True, "a truth value"),
        ([9.0], "a list of 1"),
        ((1, "a"), 'a tuple of 2, with the text "a" in it'),
        (np.zeros((2, 1), "float32"), "a float32 array of shape (2, 1)"),
        (tf.zeros(3), "a float32 tensor of shape (3,)"),
        (tf.constant("9"), "a string tensor of shape ()"),
        (keras.Input((2,)), "a KerasTensor"),
        (len, "a builtin_function_or_method"),
    ],
    ids=repr,
)
def test_anything_but_a_number_is_words(value, words):
    assert forms.number(value) == words


@pytest.mark.parametrize(
    "value",
    [
        [1, 2],
        (np.float32(1), 2.0),
        np.array([1, 2]),
        tf.constant([1.0, 2.0]),
        [tf.constant(1.0), keras.Variable(2.0)],
        [np.array(1.0), tf.Variable(2.0)],
    ],
    ids=repr,
)
def test_numbers(value):
    found = forms.numbers(value)
    assert found.dtype == "float64" and found.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (2.0, "a number"),
        (["1", "2"], 'a list of 2, with the text "1" in it'),
        ([1.0, None], "a list of 2, with None in it"),
        ([tf.constant(1.0), None], "a list of 2, with None in it"),
        ([[1, 2], [3]], "a list of 2"),
        ([True, False], "a list of 2"),
        ({"a": 1}, "a dict"),
    ],
    ids=repr,
)
def test_anything_but_numbers_is_words(value, words):
    assert forms.numbers(value) == words
