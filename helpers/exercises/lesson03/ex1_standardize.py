"""03.1 A scale from the training rows."""

import keras
import numpy as np

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson03.shared import floats, form_of_table

TITLE = "A scale from the training rows"
TASK = """\
Write `standardize(train, validation, test)`. It takes three float arrays of shape `(rows, columns)`, one column per
feature, and returns three new arrays, scaled: in each column, subtract the mean and divide by the standard deviation
**of the training rows** (NumPy's `std`). The test rows may be far off; the training features must not notice. Leave the
arrays that you are given as they are."""
HINTS = (
    "Which rows may decide on the two numbers of a column? Everybody else gets the same two numbers.",
    "`axis=0` runs down the rows and leaves one number for each column.",
    "Compute `train.mean(axis=0)` and `train.std(axis=0)` once, then use both on all three arrays.",
)


def standardize(train, validation, test):
    """Scale each column by the mean and the standard deviation of its training rows.

    Args:
        train, validation, test: float arrays, each of shape (rows, columns). No column of train
            has the same number in every row.

    Returns:
        The three scaled float arrays, as a tuple or a list, in the same order and with the same shapes.
    """
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return tuple((rows - mean) / deviation for rows in (train, validation, test))


NOTE = (
    "The means of your scaled validation and test rows are not 0. That is how it must look: exact zeros "
    "there would mean that those rows had a say."
)
EXPLANATION = (
    "The mean and the standard deviation are learned from data, just as weights are, so only "
    "training rows may set them. Validation and test rows then get the same two numbers per column, "
    "as the next patient would."
)


# Other right answers


def standardize_by_keras(train, validation, test):
    layer = keras.layers.Normalization(dtype="float64")
    layer.adapt(train)
    return layer(train), layer(validation), layer(test)


def standardize_in_steps(train, validation, test):
    center = np.mean(train, axis=0, keepdims=True)
    spread = np.sqrt(np.mean((train - center) ** 2, axis=0, keepdims=True))
    scaled = []
    for rows in (train, validation, test):
        scaled.append(np.divide(np.subtract(rows, center), spread))
    return scaled


# Mistakes


@mistake(
    "the scale is fitted on all rows",
    "The training features change when only the test people do: the test rows have leaked into "
    "training, and their own strangeness is half hidden. Compute mean and standard deviation from "
    "`train` alone.",
)
def fitted_on_everything(train, validation, test):
    everything = np.concatenate([train, validation, test])
    mean, deviation = everything.mean(axis=0), everything.std(axis=0)
    return tuple((rows - mean) / deviation for rows in (train, validation, test))


@mistake(
    "the scale is fitted anew on each set",
    "Every set comes out with mean 0, so test people who are older than the training people look "
    "exactly as old, and one patient alone could not be scaled at all. Keep the two training numbers "
    "for every set.",
)
def fitted_on_each(train, validation, test):
    return tuple((rows - rows.mean(axis=0)) / rows.std(axis=0) for rows in (train, validation, test))


@mistake(
    "the validation rows take part in the scale",
    "The test rows stay outside, but the validation rows have helped to set the scale, so their loss is "
    "a little flattering. They make choices later; the preparation belongs to the training rows alone.",
)
def fitted_with_validation(train, validation, test):
    seen = np.concatenate([train, validation])
    mean, deviation = seen.mean(axis=0), seen.std(axis=0)
    return tuple((rows - mean) / deviation for rows in (train, validation, test))


@mistake(
    "one mean for all columns",
    "Ages and heart rates were averaged together: the columns keep different means, none of them 0. "
    "Without an `axis`, `mean` and `std` take every number of the table; ask for one number per column.",
)
def one_mean_for_all_columns(train, validation, test):
    return tuple((rows - train.mean()) / train.std() for rows in (train, validation, test))


@mistake(
    "divided by the variance",
    "The columns have mean 0 but come out tiny: the variance is the square of the standard deviation. "
    "Divide by the standard deviation, and the typical distance becomes 1.",
)
def divided_by_the_variance(train, validation, test):
    mean, variance = train.mean(axis=0), train.var(axis=0)
    return tuple((rows - mean) / variance for rows in (train, validation, test))


@mistake(
    "the standard deviation of pandas, with n − 1",
    "Everything comes out a little too small, by the same factor in each column: the sum of squares was "
    "divided by n − 1. That is what `std` of a pandas table does, and `ddof=1`; with many rows it hardly "
    "shows. The task asks for NumPy's `std`, and scikit-learn's `StandardScaler` uses the same.",
)
def divided_by_the_sample_deviation(train, validation, test):
    mean, deviation = train.mean(axis=0), train.std(axis=0, ddof=1)
    return tuple((rows - mean) / deviation for rows in (train, validation, test))


@mistake(
    "the scale is computed from rows already scaled",
    "The training rows are right, and the others come out as they went in. `train` was replaced by its "
    "scaled values first, and those have mean 0 and standard deviation 1, which changes nothing. Compute "
    "both numbers before anything is replaced.",
)
def fitted_on_scaled_rows(train, validation, test):
    train = (train - train.mean(axis=0)) / train.std(axis=0)
    validation = (validation - train.mean(axis=0)) / train.std(axis=0)
    test = (test - train.mean(axis=0)) / train.std(axis=0)
    return train, validation, test


@mistake(
    "each row is scaled by itself",
    "Every row has mean 0 now, and the columns do not: an age and a heart rate were averaged. `axis=1` runs "
    "along a row; `axis=0` runs down the rows and leaves one number for each column.",
)
def each_row_by_itself(train, validation, test):
    return tuple(
        (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)
        for rows in (train, validation, test)
    )


@mistake(
    "only the mean is divided",
    "The values are nearly as large as before: the mean was divided by the standard deviation, and only then "
    "subtracted. Division comes before subtraction, so put parentheses around the difference.",
)
def only_the_mean_is_divided(train, validation, test):
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return tuple(rows - mean / deviation for rows in (train, validation, test))


# Probes


def scaling_fingerprint(candidate, train, validation, test):
    arrays = (train, validation, test)
    # copies: a candidate that scales in place must not spoil the next probe
    result = candidate(*(rows.copy() for rows in arrays))
    parts = result if isinstance(result, (tuple, list)) else [result]
    found = {"what came back": "; ".join(map(form_of_table, parts))}
    if found["what came back"] != "; ".join(floats(*rows.shape) for rows in arrays):
        return found
    for name, rows in zip(("training", "validation", "test"), parts):
        found[f"scaled {name} rows"] = rows
    farther = candidate(train.copy(), validation.copy(), test + 100)
    moved = np.abs(np.asarray(farther[0]) - np.asarray(parts[0])).max()
    return found | {"largest change of a training value when the test rows are 100 higher": moved}


def observe(candidate):
    # columns: age in years, largest heart rate per minute
    train = np.array([[40.0, 170], [50, 160], [61, 120], [38, 182], [55, 140], [71, 110]])
    validation = np.array([[45.0, 150], [66, 100], [58, 135]])
    test = np.array([[77.0, 98], [69, 133], [900, 20]])  # the last row is far off, and stays so
    return scaling_fingerprint(candidate, train, validation, test)


def second(candidate):
    draw = np.random.default_rng(3)
    train, validation, test = (draw.normal([5.0, 50, 500], [1, 4, 90], size=(rows, 3)) for rows in (9, 2, 4))
    return scaling_fingerprint(candidate, train, validation, test * [[1], [1], [1], [30]])


EXERCISE = Exercise(
    id="03.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=standardize,
    alternatives=(standardize_by_keras, standardize_in_steps),
    mistakes=(
        fitted_on_everything,
        fitted_on_each,
        fitted_with_validation,
        one_mean_for_all_columns,
        divided_by_the_variance,
        divided_by_the_sample_deviation,
        fitted_on_scaled_rows,
        each_row_by_itself,
        only_the_mean_is_divided,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
