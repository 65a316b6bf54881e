"""Answers to 03.2."""

import statistics

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer

from answers import right, wrong


@right("masked arrays of NumPy")
def masked_arrays(train, rows):
    def mask(values):
        return np.ma.masked_equal(np.ma.masked_invalid(values), 0)

    masked = mask(rows)
    median = float(np.ma.median(mask(train)))
    return np.column_stack([masked.filled(median), np.ma.getmaskarray(masked).astype(float)])


@right("a loop in plain Python with the median of the statistics module")
def loop_with_statistics(train, rows):
    def is_missing(value):
        return value == 0 or value != value

    median = statistics.median([value for value in train.tolist() if not is_missing(value)])
    result = np.zeros((len(rows), 2))
    for i, value in enumerate(rows.tolist()):
        if is_missing(value):
            result[i] = [median, 1]
        else:
            result[i] = [value, 0]
    return result


@right("pandas: zeros masked to NaN, then fillna and isna")
def pandas_mask(train, rows):
    known = pd.Series(train).mask(train == 0)
    column = pd.Series(rows).mask(rows == 0)
    table = pd.DataFrame({"value": column.fillna(known.median()), "missing": column.isna().astype(float)})
    return table.to_numpy(dtype=float)


@right("a SimpleImputer of scikit-learn for the value, isnan for the indicator")
def simple_imputer(train, rows):
    train_column = np.where(train == 0, np.nan, train).reshape(-1, 1)
    column = np.where(rows == 0, np.nan, rows).reshape(-1, 1)
    imputer = SimpleImputer(strategy="median").fit(train_column)
    return np.hstack([imputer.transform(column), np.isnan(column).astype(float)])


@wrong("the zeros of the training rows count in the median", named="the median counts the zeros")
def zeros_in_the_median(train, rows):
    missing = np.isnan(rows) | (rows == 0)
    median = np.nanmedian(train)
    return np.stack([np.where(missing, median, rows), missing.astype(float)], axis=1)


@wrong("the median of the rows to encode, not of the training rows", named="the median comes from the rows themselves")
def median_of_the_rows(train, rows):
    missing = np.isnan(rows) | (rows == 0)
    median = np.median(rows[~missing])
    return np.column_stack([np.where(missing, median, rows), missing.astype(float)])


@wrong("looks for NaN with ==, which never finds it", named="NaN is not caught")
def nan_by_equality(train, rows):
    measured = train[(train != 0) & (train != np.nan)]
    median = np.nanmedian(measured)
    missing = (rows == 0) | (rows == np.nan)
    values = np.where(missing, median, rows)
    return np.column_stack((values, missing.astype(float)))


@wrong(
    "fills first and asks afterwards what is missing, so that the indicator is always 0",
    named="the indicator is read after the filling",
)
def indicator_too_late(train, rows):
    measured = train[~np.isnan(train) & (train != 0)]
    rows = np.where(np.isnan(rows) | (rows == 0), np.median(measured), rows)
    indicator = (np.isnan(rows) | (rows == 0)).astype(float)
    return np.column_stack([rows, indicator])


@wrong("stacks along the first axis and returns the shape (2, m)", named="values and indicators lie in two rows")
def two_rows(train, rows):
    known = train[np.nan_to_num(train) != 0]
    missing = np.nan_to_num(rows) == 0
    return np.stack([np.where(missing, np.median(known), rows), missing.astype(float)])


@wrong(
    "takes the upper middle value where the number of measured training values is even",
    named="the upper of two middle values",
)
def upper_middle(train, rows):
    known = sorted(v for v in train if v > 0)
    median = known[len(known) // 2]
    out = []
    for v in rows:
        if v > 0:
            out.append([v, 0.0])
        else:
            out.append([median, 1.0])
    return np.array(out, dtype=float)


@wrong(
    "add_indicator gives no second column if the training rows have nothing missing",
    named="no indicator if the training rows have no gaps",
)
def imputer_adds_indicator(train, rows):
    train_column = np.where(train == 0, np.nan, train)[:, None]
    column = np.where(rows == 0, np.nan, rows)[:, None]
    imputer = SimpleImputer(strategy="median", add_indicator=True)
    imputer.fit(train_column)
    return imputer.transform(column)


@wrong("two mistakes: the mean for the median, and 1 where the value was measured")
def mean_and_measured(train, rows):
    measured_train = (train != 0) & ~np.isnan(train)
    measured = (rows != 0) & ~np.isnan(rows)
    filled = np.where(measured, rows, train[measured_train].mean())
    return np.column_stack([filled, measured.astype(float)])


@wrong(
    "compares with np.nan in both arrays, and takes the plain median",
    named="NaN is caught neither in the rows nor in the training values",
)
def nan_by_equality_in_both(train, rows):
    known = train[(train != 0) & (train != np.nan)]
    gaps = (rows == 0) | (rows == np.nan)
    return np.column_stack([np.where(gaps, np.median(known), rows), gaps.astype(float)])


@wrong("a table of pandas, not an array")
def table(train, rows):
    column = pd.Series(rows).mask(rows == 0)
    median = pd.Series(train).mask(train == 0).median()
    return pd.DataFrame({"value": column.fillna(median), "missing": column.isna().astype(float)})
