"""Answers to 03.1."""

import statistics

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.preprocessing import StandardScaler

from answers import right, wrong


@right("zmap of scipy, which compares with the training rows")
def zmap_against_train(train, validation, test):
    return tuple(stats.zmap(part, train, axis=0, ddof=0) for part in (train, validation, test))


@right("pandas with ddof=0, returned as a list")
def pandas_population(train, validation, test):
    table = pd.DataFrame(train)
    mean, deviation = table.mean(), table.std(ddof=0)
    return [((pd.DataFrame(part) - mean) / deviation).to_numpy() for part in (train, validation, test)]


@right("plain loops with the statistics module, one number at a time")
def number_by_number(train, validation, test):
    parts = [train, validation, test]
    scaled = [np.zeros(part.shape) for part in parts]
    for column in range(train.shape[1]):
        values = train[:, column].tolist()
        mean = statistics.fmean(values)
        deviation = statistics.pstdev(values)
        for part, result in zip(parts, scaled):
            for row in range(part.shape[0]):
                result[row, column] = (part[row, column] - mean) / deviation
    return scaled[0], scaled[1], scaled[2]


@right("the standard deviation as the length of the centered column over the root of n")
def length_of_column(train, validation, test):
    center = train.mean(axis=0)
    scale = np.linalg.norm(train - center, axis=0) / np.sqrt(len(train))
    return (train - center) / scale, (validation - center) / scale, (test - center) / scale


@right("a StandardScaler of scikit-learn, fitted on the training rows only")
def fitted_scaler(train, validation, test):
    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(validation), scaler.transform(test)


@wrong("each part is scaled by its own mean and standard deviation", named="the scale is fitted anew on each set")
def own_statistics(train, validation, test):
    def scale(part):
        return (part - part.mean(axis=0)) / part.std(axis=0)

    return scale(train), scale(validation), scale(test)


@wrong("two mistakes: statistics of all rows together, and ddof=1 as pandas has it by default")
def all_rows_pandas_default(train, validation, test):
    table = pd.DataFrame(np.concatenate([train, validation, test]))
    mean = table.mean().to_numpy()
    std = table.std().to_numpy()
    return (train - mean) / std, (validation - mean) / std, (test - mean) / std


@wrong("one mean and one standard deviation for all columns together", named="one mean for all columns")
def one_scale_for_all(train, validation, test):
    mean = np.mean(train)
    std = np.std(train)
    return (train - mean) / std, (validation - mean) / std, (test - mean) / std


@wrong("scales each row instead of each column", named="each row is scaled by itself")
def along_the_rows(train, validation, test):
    def scale(x):
        return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)

    return scale(train), scale(validation), scale(test)


@wrong(
    "divides by the standard deviation with n - 1, as PyTorch does by default",
    named="the standard deviation of pandas, with n − 1",
)
def sample_deviation(train, validation, test):
    mean = train.mean(axis=0)
    std = train.std(axis=0, ddof=1)
    return (train - mean) / std, (validation - mean) / std, (test - mean) / std


@wrong(
    "statistics of the training and the validation rows together", named="the validation rows take part in the scale"
)
def train_with_validation(train, validation, test):
    known = np.vstack((train, validation))
    mean, std = known.mean(0), known.std(0)
    return tuple((x - mean) / std for x in (train, validation, test))


@wrong("no parentheses around the subtraction, so only the mean is divided", named="only the mean is divided")
def no_parentheses(train, validation, test):
    mean = train.mean(axis=0)
    std = train.std(axis=0)
    train = train - mean / std
    validation = validation - mean / std
    test = test - mean / std
    return train, validation, test


@wrong("a dictionary of the three arrays, not the arrays in order")
def by_name(train, validation, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    parts = {"train": train, "validation": validation, "test": test}
    return {name: (part - mean) / std for name, part in parts.items()}


@wrong("cuts off whatever lies more than three standard deviations away")
def cut_off(train, validation, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    return tuple(np.clip((part - mean) / std, -3, 3) for part in (train, validation, test))
