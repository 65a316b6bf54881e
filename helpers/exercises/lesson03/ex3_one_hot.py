"""03.3 Words as columns."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson03.shared import form_of_table

TITLE = "Words as columns"
TASK = """\
A column of words, such as the type of chest pain, has categories without an order. Write `one_hot(train, rows)` for two
NumPy arrays of strings of shapes `(n,)` and `(m,)`. It returns a float array of shape `(m, K)` for `rows`: one column
for each of the K categories **of the training rows**, in the order of `sorted`, 1 where the row has that category and 0
elsewhere. A word that training never saw gets a row of zeros, and no error."""
HINTS = (
    "Which rows decide how many columns there are? One patient alone gets as many as a hundred do.",
    "`np.unique(train)` has each category once, in alphabetical order. A new word equals none of them.",
    "`rows[:, None]` has the shape `(m, 1)`. Compared with the K categories it gives a table of `(m, K)` truth "
    'values, and `.astype("float32")` makes numbers of them.',
)


def one_hot(train, rows):
    """Give each category of the training rows a column of its own.

    Args:
        train: NumPy array of strings of shape (n,), one word for each training row.
        rows: NumPy array of strings of shape (m,), the rows to encode.

    Returns:
        A float array of shape (m, K), with a column for each of the K categories in `train`, in
        alphabetical order (that of sorted): 1 where the row has that category, 0 elsewhere.
    """
    categories = np.unique(train)  # each word once, in alphabetical order
    # a column of words against a row of categories: one comparison for each pair
    return (rows[:, None] == categories).astype("float32")


NOTE = (
    'scikit-learn\'s `OneHotEncoder(handle_unknown="ignore", sparse_output=False)` does the same. '
    "`pd.get_dummies` does not: it has no memory of the training rows."
)
EXPLANATION = (
    "The categories are learned from the training rows, like a mean or a median, and any two of them "
    "are equally far apart. A new word equals none of them, so its row of zeros needs no line of its "
    "own."
)


# Other right answers


def one_hot_by_lookup(train, rows):
    lookup = keras.layers.StringLookup(vocabulary=sorted(set(train)), output_mode="one_hot")
    return tf.cast(lookup(rows)[:, 1:], "float32")  # column 0 is for words outside the vocabulary


def one_hot_by_numbers(train, rows):
    numbers = {word: number for number, word in enumerate(sorted(set(train)))}
    return tf.one_hot([numbers.get(word, -1) for word in rows], depth=len(numbers))


def one_hot_by_eye(train, rows):
    categories = np.unique(train)
    table = np.vstack([np.eye(len(categories)), np.zeros(len(categories))])
    known = np.isin(rows, categories)
    return table[np.where(known, np.searchsorted(categories, rows), len(categories))]


def one_hot_in_a_loop(train, rows):
    categories = sorted(set(train.tolist()))
    encoded = np.zeros((len(rows), len(categories)))
    for number, word in enumerate(rows):
        if word in categories:
            encoded[number, categories.index(word)] = 1
    return encoded


# Mistakes


@mistake(
    "codes in place of columns",
    "Each word became one number, and numbers have an order: the first category and the last are the "
    "furthest apart, for no reason but how they were numbered. Scaling the numbers does not mend that. "
    "Give each category a column of its own.",
)
def codes_in_one_column(train, rows):
    return np.searchsorted(np.unique(train), rows)[:, None].astype("float32")


@mistake(
    "the columns come from the rows themselves",
    "The number of columns depends on which words happen to be in `rows`, so the columns of two sets do "
    "not agree, and a model trained on one cannot take the other. (`pd.get_dummies` of each set does "
    "this.) Take the categories from `train`.",
)
def columns_from_the_rows(train, rows):
    return one_hot(rows, rows)


@mistake(
    "new words get columns",
    "Words that training never saw make the table wider, because the categories were taken from both "
    "arrays together. A trained network takes as many columns as it was built for. Take the categories "
    "from `train` alone.",
)
def columns_from_everybody(train, rows):
    return one_hot(np.concatenate([train, rows]), rows)


@mistake(
    "one category has no column",
    "There is one column less than categories, so one of them has zeros only, exactly as a word has that "
    "training never saw, and it is nearer to the others than they are to each other. Leaving a column out "
    "(`drop_first`) is meant for linear models without a penalty; keep all of them here.",
)
def one_category_left_out(train, rows):
    return one_hot(train, rows)[:, 1:]


@mistake(
    "one column too many",
    "There is one column more than categories. `StringLookup` begins with a column for unknown words, and "
    "codes that count from 1 leave column 0 empty. Here an unknown word gets zeros, so that column goes.",
)
def one_column_too_many(train, rows):
    return keras.layers.StringLookup(vocabulary=np.unique(train), output_mode="one_hot")(rows)


@mistake(
    "rows and columns are exchanged",
    "One row for each category came back, with a column for each person: the comparisons were collected category "
    "by category. Turn the table around with `.T`, or compare `rows[:, None]` with the categories.",
)
def rows_and_columns_exchanged(train, rows):
    return np.array([rows == category for category in np.unique(train)]).astype("float32")


@mistake(
    "the rows are numbered anew",
    "The table has the right width, but the same word stands in another column when other rows come along: "
    "its number was learned from `rows`. A model would read one category as another. The "
    "categories of `train` decide which column is whose.",
)
def numbered_anew(train, rows):
    _, codes = np.unique(rows, return_inverse=True)
    return tf.one_hot(codes, depth=len(np.unique(train)))


@mistake(
    "the columns are not in alphabetical order",
    "Each category has its column, but elsewhere than asked for: in order of appearance, by frequency, or "
    "as a `set` yields them, which changes with each start of Python. A saved model needs an order that "
    "can be found again: sort the categories.",
)
def order_of_appearance(train, rows):
    categories = np.array(list(dict.fromkeys(train)))
    return (rows[:, None] == categories).astype("float32")


@mistake(
    "a new word is an error",
    "The words of training are encoded well, and one that training never saw stops the function. The next "
    "patient may bring such a word. Ask whether it is known before you look it up (in scikit-learn's "
    'encoder, `handle_unknown="ignore"`). To see the error, call '
    '`one_hot(np.array(["a"]), np.array(["b"]))`.',
)
def new_word_raises(train, rows):
    numbers = {word: number for number, word in enumerate(np.unique(train))}
    return np.eye(len(numbers))[[numbers[word] for word in rows]]


@mistake(
    "a new word counts as the first category",
    "A word that training never saw becomes the first of the alphabet. `argmax` says 0 where nothing is "
    'True as well, and so does a number 0 for "unknown". Leave its row at zeros.',
)
def new_word_is_the_first(train, rows):
    categories = np.unique(train)
    return np.eye(len(categories))[np.argmax(rows[:, None] == categories, axis=1)]


@mistake(
    "a new word counts as the last category",
    'A word that training never saw becomes the last of the alphabet. A number −1 for "unknown" reads '
    "the last row of a NumPy array, so `np.eye(K)[-1]` is the last category. Leave its row at zeros.",
)
def new_word_is_the_last(train, rows):
    numbers = {word: number for number, word in enumerate(np.unique(train))}
    return np.eye(len(numbers))[[numbers.get(word, -1) for word in rows]]


@mistake(
    "a new word counts as its neighbor in the alphabet",
    "`np.searchsorted` says where a word *would* stand, whether it is there or not, so a word that "
    "training never saw becomes the next one of the alphabet. Test with `==` or `np.isin` whether it is "
    "known.",
)
def new_word_is_its_neighbor(train, rows):
    categories = np.unique(train)
    return tf.one_hot(np.searchsorted(categories, rows), depth=len(categories))


@mistake(
    "truth values or integers in place of floats",
    "The words of training have their ones and zeros in the right places, but not as floats: TensorFlow "
    "does not multiply truth values or integers by a network's float32 weights. Say "
    '`.astype("float32")` or `tf.cast`.',
)
def truth_values(train, rows):
    return rows[:, None] == np.unique(train)


# Probes

TABLE = "an array of numbers"


def table_or_form(result):
    """Say what came back; truth values and integers count as numbers here, as their places are looked at first."""
    said = form_of_table(result)
    return TABLE if said.startswith(("an array of floats", "an array of integers", "an array of truth")) else said


def columns(encoded, n_rows):
    """Return the number of columns; if there is no row for each row, the shape in words."""
    if encoded.ndim not in (1, 2) or len(encoded) != n_rows:
        return f"none, the shape is {encoded.shape}"
    return encoded.shape[1] if encoded.ndim == 2 else 1


def stretch(encoded, n_rows):
    """Return the largest distance between two rows divided by the smallest; NaN if there is no row for each row."""
    codes = encoded.reshape(n_rows, -1) if encoded.ndim and len(encoded) == n_rows else np.zeros((n_rows, 1))
    distances = [np.linalg.norm(one - other) for i, one in enumerate(codes) for other in codes[:i]]
    return np.max(distances) / np.min(distances)


def one_hot_fingerprint(candidate, train, rows, new, last):
    """Measure step by step; what follows a wrong step would say nothing.

    `rows` have some of the categories, `new` are words that `train` does not have, and `last` is one behind them all.
    """
    results = []

    def encode(train, rows):
        results.append(candidate(np.array(train), np.array(rows)))
        return np.asarray(results[-1], dtype=float)

    def columns_if_some_are_new():
        try:
            return columns(encode(train, rows[:1] + new), 1 + len(new))
        except Exception:
            return "an error"

    def steps():
        """Yield (measurement, value, right value), each made only when it is asked for."""
        ones = np.eye(size)
        yield (
            "each category has a 1 of its own, else zeros",
            np.array_equal(each[np.argsort(np.argmax(each, axis=1))], ones),
            True,
        )
        yield "columns in alphabetical order", np.array_equal(each, ones), True
        yield "entries that are NaN", np.isnan(some).sum() + np.isnan(alone).sum(), 0
        places = [categories.index(word) for word in rows]
        yield (
            "a word gets the same numbers among other rows",
            np.array_equal(some, each[places]) and np.array_equal(alone, each[places[:1]]),
            True,
        )
        yield "the entries are floats", all("floats" in form_of_table(result) for result in results), True
        yield "columns if some words are new", columns_if_some_are_new(), size
        yield "new words", encode(train, rows[:1] + new)[1:], np.zeros((len(new), size))
        yield "a new word behind all others in the alphabet", encode(train, [last]), np.zeros((1, size))
        yield "training rows with one category", encode(train[:1] * 2, train[:1] * 3), np.ones((3, 1))

    categories = sorted(set(train))
    size = len(categories)
    found = {"what came back": table_or_form(candidate(np.array(train), np.array(categories)))}
    if found["what came back"] != TABLE:
        return found
    each, some, alone = (encode(train, words) for words in (categories, rows, rows[:1]))
    found |= {
        "columns if the rows have every category": columns(each, size),
        "columns if the rows lack some categories": columns(some, len(rows)),
        "columns if there is one row alone": columns(alone, 1),
    }
    right_so_far = list(found.values())[1:] == [size] * 3
    found["largest distance between two categories ÷ smallest"] = stretch(each, size)
    for name, value, wanted in steps() if right_so_far else ():
        found[name] = value
        if not np.array_equal(value, wanted):
            break
    return found


def observe(candidate):
    # neither the order of appearance nor of frequency is the alphabet's; one new word is longer than all others
    return one_hot_fingerprint(
        candidate,
        ["NAP", "ASY", "NAP", "TA", "ATA", "ASY", "NAP"],
        ["TA", "ATA", "TA", "NAP", "TA"],
        new=["AAA", "ASYM", "NON"],
        last="UNKNOWN",
    )


def second(candidate):
    return one_hot_fingerprint(
        candidate,
        ["up", "flat", "flat", "down", "up", "flat", "level", "wavy"],
        ["flat", "up", "wavy", "up"],
        new=["lev", "a", "levelled", "uphill"],
        last="zigzag",
    )


EXERCISE = Exercise(
    id="03.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=one_hot,
    alternatives=(one_hot_by_lookup, one_hot_by_numbers, one_hot_by_eye, one_hot_in_a_loop),
    mistakes=(
        codes_in_one_column,
        columns_from_the_rows,
        columns_from_everybody,
        one_category_left_out,
        one_column_too_many,
        rows_and_columns_exchanged,
        numbered_anew,
        order_of_appearance,
        new_word_raises,
        new_word_is_the_first,
        new_word_is_the_last,
        new_word_is_its_neighbor,
        truth_values,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
