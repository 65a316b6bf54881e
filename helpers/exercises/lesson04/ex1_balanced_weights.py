"""04.1 Balanced weights for any number of classes."""

import numpy as np

from helpers.exercises.exercise import Exercise, mistake

TITLE = "Balanced weights for any number of classes"
TASK = """
Write `balanced_weights(labels)`. It gets class numbers as the lesson keeps them, float32 of shape `(n, 1)`, and returns
a dictionary `{class: weight}` that `fit(class_weight=...)` could take.

- All classes together have the same say: $n_k w_k$ is the same for each class $k$.
- The average row has the weight 1: $\\sum_k n_k w_k = n$.

There may be two classes, or three, or only one. Only classes that occur get an entry.
"""
HINTS = (
    "With K classes, the K equal products `n_k * w_k` have to add up to n. How large is each of them?",
    "So `w_k = n / (K * n_k)`; for two classes, that is the lesson's formula.",
    "`np.unique(labels, return_counts=True)` gives the classes and their counts. Turn each class into an `int`.",
)


def balanced_weights(labels):
    """Return {class: weight} so that each class has the same say and the average row has the weight 1.

    Args:
        labels: class numbers, float32 (n, 1).

    Returns:
        a dictionary from int to float, as `fit(class_weight=...)` takes it; one entry for each class that occurs.
    """
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): len(labels) / (len(classes) * count) for label, count in zip(classes, counts)}


NOTE = (
    'scikit-learn\'s `compute_class_weight("balanced", ...)` computes the same numbers. In `fit`, a class '
    "without an entry usually counts 1, which is rarely what you want; with a dataset, an entry missing for the "
    "highest class is an error."
)
EXPLANATION = (
    "All K products of count and weight are to be equal and to add up to n, so each of them is n / K. "
    "`int(label)` turns NumPy's 1.0 into the plain class number under which `fit` looks the weight up."
)


# Other right answers


def by_counting(labels):
    numbers = [int(label) for label in np.ravel(labels)]
    counts = {label: numbers.count(label) for label in set(numbers)}
    return {label: len(numbers) / len(counts) / count for label, count in counts.items()}


# Mistakes


@mistake(
    "the keys are text",
    'The weights stand under text like "0" and "1", and the classes are the numbers 0 and 1. Given arrays, '
    "`fit` finds no weight for a class, takes 1, and says nothing: training runs as if there were no weights. "
    "Given a dataset, it stops with an error. Make each key an int.",
)
def text_keys(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {str(int(label)): len(labels) / (len(classes) * count) for label, count in zip(classes, counts)}


@mistake(
    "the weights are upside down",
    "The frequent class gets the large weight: a network trained with these hardly finds the rare class at "
    "all. A weight is large where the count is small, so divide by the count.",
)
def upside_down(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): len(classes) * count / len(labels) for label, count in zip(classes, counts)}


@mistake(
    "the average weight is not 1",
    "The classes have the same say, but all weights are too large by one factor, the number of classes. The "
    "loss, and with plain gradient descent every step, grows by it. The weighted counts have to add up to n.",
)
def average_not_one(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): len(labels) / count for label, count in zip(classes, counts)}


@mistake(
    "the largest class is kept at 1",
    "The classes have the same say, but as the others count more than 1 and none counts less, the average "
    "weight is above 1, and the loss grows as the classes get more uneven. The weighted counts have to add up "
    "to n.",
)
def largest_class_is_one(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): counts.max() / count for label, count in zip(classes, counts)}


@mistake(
    "a 2 for every number of classes",
    "Two classes come out right. With three the average weight is 1.5, with one it is 0.5: the 2 in "
    "`n / (2 * n_k)` was the number of classes.",
)
def always_two(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): len(labels) / (2 * count) for label, count in zip(classes, counts)}


@mistake(
    "an entry for a class that does not occur",
    "`np.bincount` counts every number from 0 up, so a class that no row has gets the count 0, and with it an "
    "infinite weight. `np.unique(labels, return_counts=True)` lists only the classes that occur.",
)
def class_that_does_not_occur(labels):
    counts = np.bincount(labels[:, 0].astype(int))
    return dict(enumerate(len(labels) / (len(counts) * counts)))


@mistake(
    "a 2 for every number of classes, and a class that does not occur",
    "Where two classes occur, the weights are right. With three the average weight is 1.5: the 2 in "
    "`n / (2 * n_k)` was the number of classes. And `np.bincount` counts every number from 0 up, so a class "
    "that no row has gets an infinite weight; `np.unique(labels, return_counts=True)` lists only those that "
    "occur.",
)
def lesson_formula(labels):
    counts = np.bincount(labels[:, 0].astype(int))
    return dict(enumerate(len(labels) / (2 * counts)))


# Probes


def observe(candidate, rows=((7, 3), (8, 4, 1), (0, 3))):
    measured = {}
    for counts in rows:
        labels = np.repeat(np.arange(len(counts)), counts).astype("float32")[:, None]
        found = candidate(labels.copy())
        # as `fit` does: a class that is not among the keys counts 1
        weights = [found.get(label, 1.0) if isinstance(found, dict) else 1.0 for label in range(len(counts))]
        name = " and ".join(map(str, counts)) + " rows"
        measured[f"a dictionary ({name})"] = isinstance(found, dict)
        keys = list(found) if isinstance(found, dict) else []
        measured[f"all keys are numbers ({name})"] = not any(isinstance(key, (str, bytes)) for key in keys)
        measured[f"entries ({name})"] = len(keys)
        measured[f"weights as fit reads them ({name})"] = np.array(weights, "float64")
        measured[f"weight of the average row ({name})"] = float(np.average(weights, weights=counts))
    return measured


EXERCISE = Exercise(
    id="04.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=balanced_weights,
    alternatives=(by_counting,),
    mistakes=(
        text_keys,
        upside_down,
        average_not_one,
        largest_class_is_one,
        always_two,
        class_that_does_not_occur,
        lesson_formula,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, rows=((2, 11), (1, 1, 5, 9), (4,))),
    note=NOTE,
    explanation=EXPLANATION,
)
