"""08.5 Something else than training: a mean and a spread from many machines."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Something else than training: a mean and a spread from many machines"
TASK = """
A table is too large for one machine, and its columns have to be scaled. Each worker looks at its own rows once and
reports three things: how many rows it has (at least 1), the mean of each column, and the variance of each column, as
`.mean(axis=0)` and `.var(axis=0)` give them. The rows themselves stay where they are.

Write `merged(counts, means, variances)`: from these reports, the mean and the variance of each column over all rows of
all workers, a pair of arrays `(mean, variance)`.
"""
HINTS = (
    "Two workers have variance 0 each, one has only tens, the other only twenties. Is the variance of all rows 0?",
    "What can be added up over workers: means, or sums? The sum of a worker's values is its count times its mean.",
    "A row is as far from the mean of all as its worker's mean is, give or take its own distance to that: the variance "
    "is the mean, weighted by rows, of `variance + (own mean - mean of all)**2`.",
)


def merged(counts, means, variances):
    """Return (mean, variance) of each column over the rows of all workers, a pair of arrays (columns,).

    Args:
        counts: how many rows each worker has, an integer array (workers,).
        means: the mean of each column on each worker, (workers, columns).
        variances: the variance of each column on each worker, (workers, columns).
    """
    shares = counts[:, np.newaxis] / counts.sum()
    mean = (shares * means).sum(axis=0)
    apart = (means - mean) ** 2
    return mean, (shares * (variances + apart)).sum(axis=0)


NOTE = (
    "It is what BatchNorm does with `synchronized=True`: each worker sends two numbers a column, and all of them "
    "normalize with the mean and the variance of the global batch."
)
EXPLANATION = (
    "Counts and sums can be added up, means cannot: so everything is weighted by its rows. The variance has two parts, "
    "the spread inside the workers and the spread between them."
)


# Other right answers


def by_sums_of_squares(counts, means, variances):
    rows = np.reshape(counts, (-1, 1)).astype("float64")
    mean = np.sum(rows * means, 0) / np.sum(rows)
    # the mean square less the square of the mean, measured from one worker's mean, so that no digits are lost
    shifted = means - means[0]
    squares = np.sum(rows * (variances + shifted**2), 0) / np.sum(rows)
    return mean, squares - (mean - means[0]) ** 2


# Mistakes


def weighted(counts, values):
    return np.average(values, axis=0, weights=counts)


@mistake(
    "the mean of the means",
    "A worker with ten rows counts as much as one with a thousand. Weigh each report with its rows.",
)
def unweighted(counts, means, variances):
    mean = means.mean(axis=0)
    return mean, (variances + (means - mean) ** 2).mean(axis=0)


@mistake(
    "the spread between the workers is missing",
    "The mean is right, and the variance is only the spread inside the workers. Where their means lie apart, all rows "
    "together are spread more widely than the rows of any of them.",
)
def inside_only(counts, means, variances):
    return weighted(counts, means), weighted(counts, variances)


@mistake(
    "nothing is weighted, and the spread between the workers is missing",
    "Means of means and of variances: a small report counts as much as a large one, and how far the workers' means lie "
    "apart is not seen at all.",
)
def plain_means(counts, means, variances):
    return means.mean(axis=0), variances.mean(axis=0)


@mistake(
    "only the spread between the workers",
    "The mean is right, and the variance is that of the workers' means. The rows of a worker are spread around its "
    "mean as well.",
)
def between_only(counts, means, variances):
    mean = weighted(counts, means)
    return mean, weighted(counts, (means - mean) ** 2)


@mistake(
    "the variances are not weighted",
    "The mean is right. In the variance a small report counts as much as a large one.",
)
def variance_unweighted(counts, means, variances):
    mean = weighted(counts, means)
    return mean, (variances + (means - mean) ** 2).mean(axis=0)


@mistake(
    "the standard deviation came back",
    "The mean is right, and the second array is the square root of what was asked for.",
)
def standard_deviation(counts, means, variances):
    mean = weighted(counts, means)
    return mean, np.sqrt(weighted(counts, variances + (means - mean) ** 2))


@mistake(
    "one less than the number of rows",
    "The mean is right, and the variance divides by the number of rows less one, as for a sample. `.var(axis=0)`, with "
    "which the workers measured, divides by the number of rows.",
)
def of_a_sample(counts, means, variances):
    mean = weighted(counts, means)
    rows = counts.sum()
    return mean, weighted(counts, variances + (means - mean) ** 2) * rows / (rows - 1)


@mistake(
    "one number for all columns",
    "The columns were added into one. Sums over workers are sums along `axis=0`, one for each column.",
)
def all_columns(counts, means, variances):
    share = counts[:, np.newaxis] / counts.sum()
    mean = (share * means).sum()
    return mean, (share * (variances + (means - mean) ** 2)).sum()


# Probes


def observe(candidate, sizes=(40, 7, 1), columns=2):
    draw = np.random.default_rng(columns)
    tables = [draw.normal(100 * place, 3 + place, (size, columns)) for place, size in enumerate(sizes)]
    counts = np.array([len(table) for table in tables])
    means, variances = (np.array([f(table, axis=0) for table in tables]) for f in (np.mean, np.var))
    returned = candidate(counts, means, variances)
    pair = forms.entries(returned)
    # an array with a number for each column, two of them here, is no pair
    if pair is None or len(pair) != 2 or np.shape(returned) == (2,) and not isinstance(returned, (list, tuple)):
        return {"what came back": forms.in_words(returned)}
    return {
        "what came back": "two things",
        "mean of each column": forms.numbers(pair[0]),
        "variance of each column": forms.numbers(pair[1]),
    }


EXERCISE = Exercise(
    id="08.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=merged,
    alternatives=(by_sums_of_squares,),
    mistakes=(
        unweighted,
        inside_only,
        plain_means,
        between_only,
        variance_unweighted,
        standard_deviation,
        of_a_sample,
        all_columns,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, sizes=(5, 60, 11, 2), columns=3),
    note=NOTE,
    explanation=EXPLANATION,
)
