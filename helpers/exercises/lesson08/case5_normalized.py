"""C8.5 Every number becomes 1 or -1."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "Every number becomes 1 or -1"
TASK = """\
A layer normalizes its columns in training, each replica with the rows that it has. On one worker with 64 rows all is
well. On 32 workers with two rows each, everything that leaves the layer is 1 or -1, nearly: how large a number was is
forgotten. Two lines are wrong; name one."""
HINTS = (
    "Two numbers, less their mean: what is left of them? And divided by their standard deviation?",
    "Over which rows should the mean be taken, so that the result does not depend on how many workers there are?",
    "Sums can be added up over the workers: the sum of the rows, then the sum of the squared distances from the mean.",
)


def normalized(shares, epsilon=1e-3):
    """Return the shares of a global batch as BatchNorm puts them out in training, a list of arrays.

    Args:
        shares: for each worker its rows, a list of float64 arrays (b, columns); b may differ, and is at least 1.
        epsilon: is added to the variance.
    """
    rows = sum(len(share) for share in shares)
    outputs = []  # A
    mean = sum(share.sum(axis=0) for share in shares) / rows  # B
    variance = sum(((share - mean) ** 2).sum(axis=0) for share in shares) / rows  # C
    for share in shares:
        outputs.append((share - mean) / np.sqrt(variance + epsilon))  # D
    return outputs


# What a learner starts with


def normalized_broken(shares, epsilon=1e-3):
    outputs = []  # A
    for share in shares:
        mean = share.mean(axis=0)  # B
        variance = share.var(axis=0)  # C
        outputs.append((share - mean) / np.sqrt(variance + epsilon))  # D
    return outputs


SUSPECTS = {
    "A": "An empty list, for what each worker puts out.",
    "B": "The mean of one share. Of two rows it lies in the middle between them, so both are equally far from it, "
    "whatever they were.",
    "C": "The variance of one share. Of two rows it is the square of half their distance, so the quotient further down "
    "is 1 or -1.",
    "D": "Less the mean, divided by the standard deviation: that is normalizing. Whose mean and whose deviation?",
}
NOTE = (
    "In Keras it is one argument, `BatchNormalization(synchronized=True)`: the workers then exchange two numbers a "
    "column in each step. Or use a layer that looks at one row at a time, `LayerNormalization`, which never asks."
)
EXPLANATION = (
    "With the mean and the variance of the global batch, a row leaves the layer as it would on one machine, however "
    "many workers there are. Only sums go from worker to worker, so the rows stay where they are."
)


# Other right answers


def put_together(shares, epsilon=1e-3):
    batch = np.concatenate(shares)
    normal = (batch - batch.mean(axis=0)) / np.sqrt(batch.var(axis=0) + epsilon)
    return np.split(normal, np.cumsum([len(share) for share in shares])[:-1])


# Mends that do not mend


def with_numbers(shares, epsilon, mean, variance):
    return [(share - mean) / np.sqrt(variance + epsilon) for share in shares]


@mistake(
    "the spread between the workers is missing",
    "One mean and one variance for all. But the variance is the mean of the workers' own variances, which does not see "
    "how far the workers lie apart: it is too small. Measure the distances from the mean of all rows.",
)
def mean_of_variances(shares, epsilon=1e-3):
    batch, rows = np.concatenate(shares), [len(share) for share in shares]
    variance = np.average([share.var(axis=0) for share in shares], axis=0, weights=rows)
    return with_numbers(shares, epsilon, batch.mean(axis=0), variance)


@mistake(
    "right for equal shares only",
    "A mean of the workers' means counts a small share as much as a large one. Divide the sum over all rows by their "
    "number.",
)
def mean_of_means(shares, epsilon=1e-3):
    mean = np.mean([share.mean(axis=0) for share in shares], axis=0)
    variance = np.mean([((share - mean) ** 2).mean(axis=0) for share in shares], axis=0)
    return with_numbers(shares, epsilon, mean, variance)


@mistake(
    "half mended: each worker still has its own variance",
    "The mean is that of all rows, and the variance still that of each share: of two rows that lie close together "
    "huge numbers come out.",
)
def own_variance(shares, epsilon=1e-3):
    mean = np.concatenate(shares).mean(axis=0)
    return [(share - mean) / np.sqrt(share.var(axis=0) + epsilon) for share in shares]


@mistake(
    "half mended: each worker still has its own mean",
    "The variance is that of all rows, and the mean still that of each share: what the workers' rows have in common is "
    "lost.",
)
def own_mean(shares, epsilon=1e-3):
    variance = np.concatenate(shares).var(axis=0)
    return [(share - share.mean(axis=0)) / np.sqrt(variance + epsilon) for share in shares]


@mistake(
    "one mean for all columns",
    "Without `axis=0` all columns get the same mean and the same spread, and keep the different scales that they had.",
)
def all_columns(shares, epsilon=1e-3):
    batch = np.concatenate(shares)
    return with_numbers(shares, epsilon, batch.mean(), batch.var())


# Probes


def observe(candidate, sizes=(2, 2, 5), columns=2):
    draw = np.random.default_rng(columns)
    shares = [draw.normal(place, 1 + place, (size, columns)) for place, size in enumerate(sizes)]
    found = {}
    for kind, epsilon in (("", {}), (", larger epsilon", {"epsilon": 0.5})):
        outputs = forms.entries(candidate([share.copy() for share in shares], **epsilon))
        if outputs is None or len(outputs) != len(shares):
            return found | {"what came back": forms.in_words(outputs)}
        for worker, output in enumerate(outputs):
            found[f"rows of worker {worker}{kind}"] = forms.numbers(output)
    return found


EXERCISE = Case(
    id="C8.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=normalized,
    starter=normalized_broken,
    trap=69,
    culprits="BC",
    suspects=SUSPECTS,
    alternatives=(put_together,),
    mistakes=(mean_of_variances, mean_of_means, own_variance, own_mean, all_columns),
    observe=observe,
    second=lambda candidate: observe(candidate, sizes=(3, 1, 2, 6), columns=3),
    note=NOTE,
    explanation=EXPLANATION,
)
