"""03.2 Missing, and marked as missing."""

import numpy as np

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson03.shared import floats, form_of_table

TITLE = "Missing, and marked as missing"
TASK = """\
In a column of cholesterol values, `0` and `NaN` both mean "not measured". Write `impute(train, rows)` for two float
arrays of shapes `(n,)` and `(m,)`. It returns a new float array of shape `(m, 2)` for `rows`: the value, with missing
ones replaced by the **median of the measured training values** (NumPy's `median`), and an indicator, 1 where the value
was missing and 0 where it was measured. There is an indicator even if the training rows have no gaps. Leave `train` and
`rows` as they are."""
HINTS = (
    "Decide first, for each entry of `rows`, whether it was measured. Both codes must give the same answer.",
    "A comparison with NaN is always False, so `rows > 0` is False for 0 and for NaN. Use the same question "
    "to pick the training values of which the median is taken.",
    "`np.where(missing, median, rows)` fills the gaps, and `np.stack([filled, missing], axis=1)` puts the "
    "two columns side by side.",
)


def impute(train, rows):
    """Replace missing cholesterol values and keep the fact that they were missing.

    Args:
        train: float array of shape (n,), the cholesterol of the training rows.
        rows: float array of shape (m,), the cholesterol of the rows to encode.
            In both, 0 and NaN mean "not measured", all other numbers are above 0, and at least
            one training value was measured.

    Returns:
        A float array of shape (m, 2). First column: the value, or the median of the measured
        training values where it is missing. Second column: 1 where missing, 0 where measured.
    """
    missing = ~(rows > 0)  # NaN > 0 is False as well, so this catches both
    filled = np.where(missing, np.median(train[train > 0]), rows)
    return np.stack([filled, missing], axis=1)


NOTE = (
    'scikit-learn\'s `SimpleImputer(strategy="median", add_indicator=True)` does the same, once the zeros '
    "are NaN and if the training rows have gaps. In the heart table the indicator is worth having: the people "
    "without a measurement are mostly ill."
)
EXPLANATION = (
    'One question, "is it above 0?", treats both codes alike, because every comparison with NaN '
    'is False. The median says "nothing unusual" to the network, and the indicator keeps what the '
    "median hides."
)


# Other right answers


def impute_in_steps(train, rows):
    train, values = train.copy(), rows.copy()
    train[train == 0] = np.nan
    values[values == 0] = np.nan
    missing = np.isnan(values)
    values[missing] = np.nanmedian(train)
    return np.column_stack([values, missing.astype("float32")])


def impute_row_by_row(train, rows):
    middle = np.median([value for value in train if value == value and value != 0])
    measured = [value == value and value != 0 for value in rows]
    return np.array([[value, 0.0] if known else [middle, 1.0] for value, known in zip(rows, measured)])


# Mistakes


@mistake(
    "the zeros stay in the column",
    "A cholesterol of 0 passes as a measurement, and the healthiest-looking number belongs to people "
    "who were never measured. Treat 0 like NaN: in the rows, in the indicator, and in the median.",
)
def zeros_kept(train, rows):
    missing = np.isnan(rows)
    return np.stack([np.where(missing, np.nanmedian(train), rows), missing], axis=1)


@mistake(
    "the median counts the zeros",
    "The gaps are found, but what fills them is too low: the zeros of the training rows pulled the "
    "median down. Take the median of the measured training values only.",
)
def median_with_zeros(train, rows):
    missing = ~(rows > 0)
    return np.stack([np.where(missing, np.nanmedian(train), rows), missing], axis=1)


@mistake(
    "the median comes from the rows themselves",
    "The value that fills a gap depends on who else happens to be in `rows`; for one patient alone it "
    "could not be computed. Like a scale, a median is fitted on the training rows.",
)
def median_of_these_rows(train, rows):
    missing = ~(rows > 0)
    return np.stack([np.where(missing, np.median(rows[rows > 0]), rows), missing], axis=1)


@mistake(
    "the median is taken of both arrays together",
    "What fills the gaps moves with the rows to encode, so validation and test rows help to prepare the "
    "training, and one patient's gap is filled in another way than the next one's. Take the median of "
    "`train` alone.",
)
def median_of_everybody(train, rows):
    missing = ~(rows > 0)
    everybody = np.concatenate([train, rows])
    return np.stack([np.where(missing, np.median(everybody[everybody > 0]), rows), missing], axis=1)


@mistake(
    "the median itself is NaN",
    "Every gap is filled with NaN: a single NaN among the training values makes `np.median` NaN. Keep only "
    "the measured ones, those above 0, or use `np.nanmedian` on values without zeros.",
)
def median_is_nan(train, rows):
    missing = ~(rows > 0)
    return np.stack([np.where(missing, np.median(train[train != 0]), rows), missing], axis=1)


@mistake(
    "NaN is not caught",
    "Some rows still hold no number, and one of them is enough to turn the loss into NaN. `rows == 0` "
    "finds the zeros only, and `NaN == NaN` is False: ask with `np.isnan`, or ask what is above 0.",
)
def nan_kept(train, rows):
    missing = rows == 0
    return np.stack([np.where(missing, np.median(train[train > 0]), rows), missing], axis=1)


@mistake(
    "NaN is caught neither in the rows nor in the training values",
    "Rows with NaN pass as measured, and every other gap is filled with NaN, because the median is NaN as well. "
    "Often because of `== np.nan`: that is False for every number, NaN included. Ask with `np.isnan`, or ask what "
    "is above 0, in both arrays.",
)
def nan_kept_in_both(train, rows):
    missing = rows == 0
    return np.stack([np.where(missing, np.median(train[train != 0]), rows), missing], axis=1)


@mistake(
    "the mean in place of the median",
    "The filled value lies above the middle of the measured ones: a single very high cholesterol pulls "
    "the mean, not the median. Use `np.median`.",
)
def mean_for_median(train, rows):
    missing = ~(rows > 0)
    return np.stack([np.where(missing, np.mean(train[train > 0]), rows), missing], axis=1)


@mistake(
    "the upper of two middle values",
    "Where the number of measured training values is odd, all is well; where it is even, the larger of the two "
    "in the middle fills the gaps. The median is then the mean of both: use `np.median`.",
)
def upper_of_two_middles(train, rows):
    missing = ~(rows > 0)
    measured = np.sort(train[train > 0])
    return np.stack([np.where(missing, measured[len(measured) // 2], rows), missing], axis=1)


@mistake(
    "the indicator is read after the filling",
    "The second column is 0 for everybody: once the gaps are filled, nothing is missing anymore. Note "
    "what is missing first, then fill.",
)
def indicator_after_filling(train, rows):
    filled = np.where(rows > 0, rows, np.median(train[train > 0]))
    return np.stack([filled, ~(filled > 0)], axis=1)


@mistake(
    "the indicator is upside down",
    "The second column marks the people who *were* measured. A model could live with that; a reader of "
    'the column called "was missing" could not. Turn it around with `~`.',
)
def indicator_upside_down(train, rows):
    measured = rows > 0
    return np.stack([np.where(measured, rows, np.median(train[train > 0])), measured], axis=1)


@mistake(
    "no indicator if the training rows have no gaps",
    "Once the training rows have no gaps, the second column is gone, so its width depends on who was measured, and "
    "a model built for two columns cannot take it. scikit-learn's `add_indicator=True` does that. Make the second "
    "column from `rows`, always.",
)
def no_indicator_without_gaps(train, rows):
    encoded = impute(train, rows)
    return encoded if np.any(~(train > 0)) else encoded[:, :1]


@mistake(
    "values and indicators lie in two rows",
    "All values came first and all indicators after them: two rows of `m` numbers where `m` rows of two are wanted. "
    "Stack them as columns, with `np.stack([filled, missing], axis=1)` or `np.column_stack`.",
)
def two_rows(train, rows):
    return impute(train, rows).T


# Probes


def imputing_fingerprint(candidate, train, rows):
    gapless = train[train > 0]
    gaps = np.array([gapless[0], 0.0, np.nan])
    encoded = candidate(train.copy(), rows.copy())
    # one measured training value less: their number is even now
    missing, measured = (candidate(train[:-1].copy(), np.array([value])) for value in (0.0, gapless[0]))
    found = {
        f"what came back for {len(rows)} rows": form_of_table(encoded),
        "what came back for one row": form_of_table(missing),
    }
    if list(found.values()) != [floats(len(rows), 2), floats(1, 2)]:
        return found
    encoded = np.asarray(encoded)
    found |= {
        "rows left without a number": np.isnan(encoded[:, 0]).sum(),
        "first column (value)": encoded[:, 0],
        "second column (1 = was missing)": encoded[:, 1],
        "one row alone, missing": missing,
        "one row alone, measured": measured,
    }
    without_gaps = candidate(gapless.copy(), gaps.copy())
    found["what came back for training rows without gaps"] = form_of_table(without_gaps)
    if form_of_table(without_gaps) == floats(3, 2):
        found["three rows, beside training rows without gaps"] = without_gaps
    return found


def observe(candidate):
    nan = np.nan
    # a number as small as one half was measured, too
    train = np.array([0.0, 0.5, 0, 230, nan, 350, 0, 210, 290])
    rows = np.array([0.0, 160, nan, 270, 0.5, 0])
    return imputing_fingerprint(candidate, train, rows)


def second(candidate):
    train = np.array([np.nan, 31.0, 0, 0.7, 12, 0, 90, 44])
    rows = np.array([55.0, 0, np.nan, 0.8, 9])
    return imputing_fingerprint(candidate, train, rows)


EXERCISE = Exercise(
    id="03.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=impute,
    alternatives=(impute_in_steps, impute_row_by_row),
    mistakes=(
        zeros_kept,
        median_with_zeros,
        median_of_these_rows,
        median_of_everybody,
        median_is_nan,
        nan_kept,
        nan_kept_in_both,
        mean_for_median,
        upper_of_two_middles,
        indicator_after_filling,
        indicator_upside_down,
        no_indicator_without_gaps,
        two_rows,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
