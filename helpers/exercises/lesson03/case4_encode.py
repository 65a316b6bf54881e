"""C3.4 One good column, and a weak model."""

import numpy as np
import pandas as pd

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "One good column, and a weak model"
TASK = """\
Among the four types of chest pain the share of ill people is quite different. Still, a weighted sum of what `encode`
makes of that column is hardly better than saying the same of everybody. Which line is it?"""
HINTS = (
    "Print what the function returns for four people, one of each type. What may a weighted sum do with it?",
    "Which distances do the numbers claim between the categories, and who chose them?",
    "Give each category a column of its own: 1, or True, where the row has it.",
)


def encode(train, rows):
    """Return the columns of a table as numbers.

    Args:
        train: DataFrame of n training rows; its columns hold numbers, or words without an order.
        rows: DataFrame of m rows to encode, with the same columns and no other words.

    Returns:
        float32 (m, K): a column of numbers as it is; for a column of words one column for each category of the
        training rows, in the order of `sorted`, 1 where the row has it and 0 elsewhere.
    """
    columns = []
    for name in train.columns:  # A
        if train[name].dtype.kind in "iuf":  # B
            columns.append(rows[name])
        else:
            categories = sorted(train[name].unique())  # C
            columns += [rows[name] == category for category in categories]  # D
    return np.column_stack(columns).astype("float32")  # E


def encode_broken(train, rows):
    columns = []
    for name in train.columns:  # A
        if train[name].dtype.kind in "iuf":  # B
            columns.append(rows[name])
        else:
            categories = sorted(train[name].unique())  # C
            columns.append(rows[name].map(categories.index))  # D
    return np.column_stack(columns).astype("float32")  # E


NOTE = "scikit-learn's `OneHotEncoder` does this. `OrdinalEncoder` makes codes; it is right where there is an order."
EXPLANATION = (
    "Numbered by the alphabet, the types were 0, 1, 2 and 3. A weighted sum can only let the risk rise or fall along "
    "that line, and the real risks follow no alphabet. One-hot gives each type a weight of its own."
)


def encode_by_loops(train, rows):
    encoded = []
    for _, row in rows.iterrows():
        numbers = []
        for name in train.columns:
            if isinstance(row[name], str):
                numbers += [float(row[name] == category) for category in sorted(set(train[name]))]
            else:
                numbers.append(float(row[name]))
        encoded.append(numbers)
    return np.array(encoded, "float32")


@mistake(
    "the categories of the rows, not of the training rows",
    "The number of columns depends on who happens to be in `rows`: one patient alone gets one column for each word. "
    "The categories belong to the training rows.",
)
def categories_of_the_rows(train, rows):
    return encode(rows, rows)


@mistake(
    "words that are not found",
    "Text columns were looked for by the type `object`. In pandas 3 text has the type `str`, so none was found, and "
    "the words arrived where numbers belong. Ask what a column is *not*: not numeric, as line B does.",
)
def looked_for_objects(train, rows):
    text = [name for name in train.columns if train[name].dtype == "object"]
    return np.column_stack([rows[name] for name in train.columns if name not in text]).astype("float32")


@mistake(
    "codes from 1 in place of codes from 0",
    "The categories are still numbered, from 1 now: the same order and the same distances, which nobody measured.",
)
def codes_from_one(train, rows):
    columns = []
    for name in train.columns:
        if train[name].dtype.kind in "iuf":
            columns.append(rows[name])
        else:
            categories = sorted(train[name].unique())
            columns.append(rows[name].map(categories.index) + 1)
    return np.column_stack(columns).astype("float32")


def encoded_fingerprint(candidate, words, rows):
    train = pd.DataFrame({"word": words, "number": np.arange(len(words)) / 2})
    found = candidate(train.copy(), train.iloc[rows].reset_index(drop=True))
    return {"encoded": forms.numbers(found)}


def observe(candidate):
    return encoded_fingerprint(candidate, ["NAP", "ASY", "TA", "ASY", "ATA"], [0, 1, 4])


def second(candidate):
    return encoded_fingerprint(candidate, ["Up", "Flat", "Flat", "Down"], [3, 2])


EXERCISE = Case(
    id="C3.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=encode,
    starter=encode_broken,
    alternatives=(encode_by_loops,),
    mistakes=(categories_of_the_rows, looked_for_objects, codes_from_one),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=43,
    culprits="D",
    suspects={
        "A": "It takes one column after another, and leaves none out.",
        "B": "It asks whether a column holds numbers (integers, unsigned ones, floats), which words never do.",
        "C": "The categories come from the training rows, each once. Their order is only the order of columns.",
        "D": "It makes numbers of the words, 0, 1, 2, 3, and with them an order and distances that nobody measured.",
        "E": "It puts the columns side by side and makes them float32, as TensorFlow likes it.",
    },
)
