"""C3.3 Cholesterol seems to protect."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "Cholesterol seems to protect"
TASK = """\
A weighted sum was fitted to one column, the cholesterol of patients, and to the note "was missing". It says that more
cholesterol makes a disease *less* likely. Which line is it?"""
HINTS = (
    "Look at the column before you look at the model: what are its smallest values?",
    "Which values does the first line find impossible? Could a living person have the smallest that it keeps?",
    "A cholesterol of 0 means that nobody measured it, just as a negative one does.",
)


def prepare(train, rows):
    """Fill the gaps in a column and scale it, with a note of which values were missing.

    Args:
        train: float (n,), the column's training rows. Values that are not above 0 are codes for "not measured".
        rows: float (m,), the rows to prepare, in the same codes.

    Returns:
        float (m, 2): the value, or the training median where it is missing, scaled by mean and deviation of the
        measured training values; and 1 where it was missing, 0 elsewhere.
    """

    def measured(values):
        return np.where(values <= 0, np.nan, values)  # A

    missing = np.isnan(measured(rows))  # B
    filled = np.where(missing, np.nanmedian(measured(train)), rows)  # C
    mean, deviation = np.nanmean(measured(train)), np.nanstd(measured(train))  # D
    return np.stack([(filled - mean) / deviation, missing], axis=1)  # E


def prepare_broken(train, rows):
    def measured(values):
        return np.where(values < 0, np.nan, values)  # A

    missing = np.isnan(measured(rows))  # B
    filled = np.where(missing, np.nanmedian(measured(train)), rows)  # C
    mean, deviation = np.nanmean(measured(train)), np.nanstd(measured(train))  # D
    return np.stack([(filled - mean) / deviation, missing], axis=1)  # E


NOTE = (
    "Look at the smallest and the largest value of each column before you train: it takes a line, and no model does it."
)
EXPLANATION = (
    "Zeros passed for measurements. They lie far below all others, and the people who have them are mostly ill, so low "
    "values looked dangerous. Marked as missing they get the median and a note, and the note carries what they tell."
)


def prepare_in_steps(train, rows):
    known = train[train > 0]
    missing = ~(rows > 0)
    filled = rows.copy()
    filled[missing] = np.median(known)
    return np.column_stack([(filled - known.mean()) / known.std(), missing.astype("float32")])


@mistake(
    "mended in the rows, not in the training rows",
    "The note is right now, and the values are not: median, mean and deviation still count the zeros of the training "
    "rows. The question which values were measured has to be asked of both in the same way.",
)
def zeros_in_the_training_rows(train, rows):
    missing = ~(rows > 0)
    kept = train[train >= 0]
    filled = np.where(missing, np.median(kept), rows)
    return np.stack([(filled - kept.mean()) / kept.std(), missing], axis=1)


@mistake(
    "a scale that knows too much",
    "The zeros are found. But mean and deviation come from the rows to prepare, so each set has a scale of its own, "
    "and one patient alone could not be scaled. They belong to the training rows, like the median.",
)
def scaled_by_the_rows(train, rows):
    missing = ~(rows > 0)
    filled = np.where(missing, np.median(train[train > 0]), rows)
    return np.stack([(filled - rows[~missing].mean()) / rows[~missing].std(), missing], axis=1)


@mistake(
    "what was missing is not noted anymore",
    "The zeros are filled, and the second column says of everybody that they were measured. That somebody was not "
    "measured tells something: note it before you fill.",
)
def nothing_noted(train, rows):
    prepared = prepare(train, rows)
    return prepared * [1, 0]


def prepared_fingerprint(candidate, train, rows):
    return {"prepared": forms.numbers(candidate(train.copy(), rows.copy()))}


def observe(candidate):
    train = np.array([240.0, 0, 180, -1, 310, 0, 0, 205, 0])
    return prepared_fingerprint(candidate, train, np.array([0.0, 250, -1, 199, 0.5]))


def second(candidate):
    train = np.array([100.0, 0, 120, -9, 150])
    return prepared_fingerprint(candidate, train, np.array([-9.0, 0, 110, 130]))


EXERCISE = Case(
    id="C3.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=prepare,
    starter=prepare_broken,
    alternatives=(prepare_in_steps,),
    mistakes=(zeros_in_the_training_rows, scaled_by_the_rows, nothing_noted),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=44,
    culprits="A",
    suspects={
        "A": "It finds negative values impossible and lets 0 pass. Nobody alive has a cholesterol of 0.",
        "B": "It notes what was missing among what line A calls missing. It believes line A, as it should.",
        "C": "It fills gaps with the median of the training rows, whoever else is in `rows`.",
        "D": "Mean and deviation come from the training rows alone. That is how a scale must be made.",
        "E": "It scales, and puts the note beside the values. It changes no order among the values.",
    },
)
