"""Answers to 03.3."""

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.preprocessing import OneHotEncoder

from answers import right, wrong


@right("tf.one_hot with the index -1 for words that training never saw")
def tf_one_hot(train, rows):
    categories = sorted(set(train.tolist()))
    numbers = [categories.index(word) if word in categories else -1 for word in rows.tolist()]
    return tf.one_hot(np.array(numbers, dtype=np.int32), len(categories)).numpy()


@right("get_dummies of pandas, with its columns exchanged for those of the training rows")
def dummies_reindexed(train, rows):
    dummies = pd.get_dummies(rows.tolist(), dtype=float)
    return dummies.reindex(columns=sorted(set(train.tolist())), fill_value=0.0).to_numpy(dtype=float)


@right("the OneHotEncoder of scikit-learn that ignores unknown words")
def encoder_ignores_unknown(train, rows):
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encoder.fit(train.reshape(-1, 1))
    return encoder.transform(rows.reshape(-1, 1))


@right("a StringLookup of Keras with a sorted vocabulary, without the column for unknown words")
def lookup_without_unknown(train, rows):
    vocabulary = sorted(set(train.tolist()))
    lookup = keras.layers.StringLookup(vocabulary=vocabulary, output_mode="one_hot")
    encoded = lookup(tf.constant(rows.tolist(), shape=(len(rows), 1), dtype=tf.string))
    return np.asarray(encoded)[:, 1:].astype("float32")


@wrong(
    "the categories of the rows to encode, not those of the training rows",
    named="the columns come from the rows themselves",
)
def categories_of_the_rows(train, rows):
    return pd.get_dummies(rows, dtype=float).to_numpy()


@wrong(
    "columns in the order of first appearance, not in alphabetical order",
    named="the columns are not in alphabetical order",
)
def first_appearance(train, rows):
    categories = list(dict.fromkeys(train.tolist()))
    return np.array([[1.0 if word == c else 0.0 for c in categories] for word in rows])


@wrong("a word that training never saw raises a ValueError", named="a new word is an error")
def unknown_word_raises(train, rows):
    categories = sorted(set(train.tolist()))
    result = np.zeros((len(rows), len(categories)))
    for i, word in enumerate(rows.tolist()):
        result[i, categories.index(word)] = 1.0
    return result


@wrong(
    "an unknown word gets the index -1, and with it a 1 in the last column",
    named="a new word counts as the last category",
)
def unknown_is_last(train, rows):
    categories = np.unique(train)
    number = {word: i for i, word in enumerate(categories.tolist())}
    return np.eye(len(categories))[[number.get(word, -1) for word in rows.tolist()]]


@wrong("in for ==, so that ATA also has the category TA")
def word_in_word(train, rows):
    categories = sorted(set(train.tolist()))
    result = []
    for word in rows.tolist():
        result.append([float(category in word) for category in categories])
    return np.array(result)


@wrong("drops the first category, as for a linear regression", named="one category has no column")
def first_dropped(train, rows):
    categories = np.unique(train)
    return (rows[:, None] == categories[None, 1:]).astype(float)


@wrong("returns booleans, not floats", named="truth values or integers in place of floats")
def booleans(train, rows):
    categories = np.unique(train)
    return rows[:, None] == categories[None, :]


@wrong("two mistakes: the order of adapt is by frequency, and unknown words keep a column", named="one column too many")
def adapted_lookup(train, rows):
    lookup = keras.layers.StringLookup(output_mode="one_hot")
    lookup.adapt(tf.constant(train.tolist()))
    return np.array(lookup(tf.constant(rows.tolist())), dtype="float32")


@wrong("one row for each category, not for each person", named="rows and columns are exchanged")
def category_by_category(train, rows):
    return np.array([np.equal(rows, word).astype("float32") for word in sorted(set(train.tolist()))])


@wrong("a table of pandas, not an array")
def table(train, rows):
    return pd.get_dummies(rows.tolist(), dtype=float).reindex(columns=sorted(set(train.tolist())), fill_value=0.0)
