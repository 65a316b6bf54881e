"""What an answer returned, as numbers or in words on its form."""

import fractions

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers.exercises import forms

NUMBERS = [
    3,
    fractions.Fraction(3),
    np.int64(3),
    np.float32(3),
    np.array(3.0),
    tf.constant(3),
    tf.Variable(3.0),
    keras.Variable(3.0),
]
# what is none in the eyes of `number`, and its words
NO_NUMBERS = [
    ("9", 'the text "9"'),
    (b"9", 'the text "9"'),
    (b"\xff", 'the text "\ufffd"'),
    ("ten letters, and ten more", 'the text "ten letters, and ten"'),
    (tf.constant("9"), 'the text "9"'),
    (None, "None"),
    (np.array(None), "None"),
    (True, "a truth value"),
    (np.bool_(True), "a truth value"),
    (tf.constant(True), "a truth value"),
    ([], "a list of 0"),
    ([9.0], "a list of 1"),
    ((9, tf.constant(9.0)), "a tuple of 2"),
    ((1, "a"), 'a tuple of 2, the text "a" among them'),
    ([1.0, [2.0, "a"], None], "a list of 3, a list among them"),
    ([np.zeros(3), 1.0], "a list of 2, an array among them"),
    (np.zeros((5, 1), "float32"), "an array of shape (5, 1)"),
    (np.zeros(1), "an array of shape (1,)"),
    (tf.zeros((5, 1)), "an array of shape (5, 1)"),
    (tf.Variable(tf.zeros((5, 1))), "an array of shape (5, 1)"),
    (keras.Variable(np.zeros((5, 1))), "an array of shape (5, 1)"),
    (np.array([["1", "2"]]), 'an array of shape (1, 2), the text "1" among them'),
    (tf.constant([True, False]), "an array of shape (2,), a truth value among them"),
    (np.array([1.0, None]), "an array of shape (2,), None among them"),
    ({"a": 1}, "a dictionary"),
    (tf.data.Dataset.range(3), "a dataset"),
    (keras.Input((2,)), "a KerasTensor"),
    (len, "a builtin_function_or_method"),
    (2j, "a complex"),
]


@pytest.mark.parametrize("value", NUMBERS, ids=repr)
def test_number(value):
    found = forms.number(value)
    assert found == 3 and type(found) is float
    assert forms.is_number(value)
    assert forms.in_words(value) == "a number"


@pytest.mark.parametrize(("value", "words"), NO_NUMBERS, ids=repr)
def test_anything_but_a_number_is_words(value, words):
    assert forms.number(value) == forms.in_words(value) == words
    assert not forms.is_number(value)


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


def test_numbers_keep_their_axes():
    assert forms.numbers([[1], [2]]).shape == (2, 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (2.0, "a number"),
        (["1", "2"], 'a list of 2, the text "1" among them'),
        ([1.0, None], "a list of 2, None among them"),
        ([tf.constant(1.0), None], "a list of 2, None among them"),
        ([[1, 2], [3]], "a list of 2, a list among them"),
        ([True, False], "a list of 2, a truth value among them"),
        ({"a": 1}, "a dictionary"),
    ],
    ids=repr,
)
def test_anything_but_numbers_is_words(value, words):
    assert forms.numbers(value) == words


def test_symbolic_tensor_has_no_entries():
    """A tensor that left its graph has no values, so the words must not ask for them."""
    left = []

    @tf.function
    def leave(x):
        left.append(x)
        return x

    leave(tf.zeros(2))
    assert forms.number(left[0]) == forms.numbers(left[0]) == "a SymbolicTensor"
    assert forms.entries(left[0]) is None


@pytest.mark.parametrize(
    "value", [[1, 2], (1, 2), np.array([1, 2]), tf.constant([1, 2]), tf.Variable([1, 2])], ids=repr
)
def test_entries(value):
    found = forms.entries(value)
    assert type(found) is list and found == [1, 2]


def test_entries_of_a_table_are_its_rows():
    assert [row.tolist() for row in forms.entries(tf.constant([[1, 2], [3, 4]]))] == [[1, 2], [3, 4]]


def test_entries_stay_as_they_are():
    assert forms.entries([None, "a"]) == [None, "a"]


@pytest.mark.parametrize("value", [3, "ab", None, {1: 2}, {1, 2}, tf.constant(3), tf.data.Dataset.range(2)], ids=repr)
def test_what_has_no_entries(value):
    assert forms.entries(value) is None
