"""04.1 Balanced weights for any number of classes."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Balanced weights for any number of classes"
TASK = """
Write `balanced_weights(labels)`. It gets class numbers as the lesson keeps them, float32 of shape `(n, 1)`, and returns
a dictionary `{class: weight}` that `fit(class_weight=...)` could take.

- All classes together have the same say: $n_k w_k$ is the same for each class $k$.
- The average row has the weight 1: $\\sum_k n_k w_k = n$.

There may be two classes, or three, or only one, and their numbers may have gaps: 0 and 2, say. Only classes that occur
get an entry. Each key is a whole number, an `int` of Python or NumPy: under 1.0, `fit` does not always find a weight.
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
    "without an entry counts 1, which is rarely what you want; with a dataset, an entry missing for the highest class "
    "is an error in Keras 3.15."
)
EXPLANATION = (
    "All K products of count and weight are to be equal and to add up to n, so each of them is n / K. "
    "`int(label)` turns NumPy's 1.0 into the whole number under which `fit` looks the weight up."
)


# Other right answers


def by_counting(labels):
    numbers = [int(label) for label in np.ravel(labels)]
    counts = {label: numbers.count(label) for label in set(numbers)}
    return {label: len(numbers) / len(counts) / count for label, count in counts.items()}


# Mistakes


@mistake(
    "the keys are text",
    'The weights stand under text like "0" and "1", and the classes are the numbers 0 and 1. In Keras 3.15, `fit` '
    "given arrays finds no weight for a class, takes 1, and says nothing: training runs as if there were no weights. "
    "Given a dataset, it stops with an error. Make each key an int.",
)
def text_keys(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {str(int(label)): len(labels) / (len(classes) * count) for label, count in zip(classes, counts)}


@mistake(
    "the keys are not whole numbers",
    "The weights stand under 0.0 and 1.0, because the labels are float32 and `np.unique` keeps that. Python finds them "
    "under 0 and 1 all the same, but `fit`, given a dataset, stops with an error in Keras 3.15, as it counts up to the "
    "largest key. Make each key an int.",
)
def float_keys(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {label: len(labels) / (len(classes) * count) for label, count in zip(classes, counts)}


@mistake(
    "the keys are places in a list",
    "The numbers are right, but the keys count 0, 1, 2 from the first class that occurs. Where class 1 has no rows, "
    "the weight of class 2 stands under 1, and `fit` finds none for class 2. Take each key from `np.unique`, next "
    "to its count.",
)
def keys_by_position(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return dict(enumerate(len(labels) / (len(classes) * counts)))


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
    "each weight is 1 over the count",
    "The classes have the same say, but each class together counts as one row, so the average weight is far below "
    "1. The loss, and with plain gradient descent every step, is too small by that factor, and training hardly "
    "moves. The weighted counts have to add up to n.",
)
def one_over_count(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): 1 / count for label, count in zip(classes, counts)}


@mistake(
    "the weights add up to 1",
    "The classes have the same say, but it is the weights themselves that add up to 1, one for each class. Each of "
    "them meets many rows: the weighted counts have to add up to n, so that the average *row* has the weight 1.",
)
def add_up_to_one(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): (1 / count) / np.sum(1 / counts) for label, count in zip(classes, counts)}


@mistake(
    "the average class has the weight 1, not the average row",
    "The classes have the same say, but the weights themselves add up to the number of classes. As most rows are of "
    "the class with the small weight, the average row counts less than 1, the less, the more uneven the classes "
    "are. The weighted counts have to add up to n.",
)
def average_class_is_one(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): (1 / count) / np.mean(1 / counts) for label, count in zip(classes, counts)}


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
    "only the classes 0 and 1",
    "Where 0 and 1 occur, and nothing else, the weights are right. A class 2 gets no entry, so that `fit` lets it "
    "count 1, and where one of the two does not occur, its count of 0 makes an infinite weight. Let `np.unique` say "
    "which classes there are.",
)
def zero_and_one_only(labels):
    return {label: len(labels) / (2 * np.sum(labels == label)) for label in (0, 1)}


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


def kind_of_key(key):
    if isinstance(key, (int, np.integer)):
        return "whole numbers"
    return "text" if isinstance(key, (str, bytes)) else "other than whole numbers"


def weights_in(found, counts):
    """Return the measurements of one dictionary; the later ones are left out where they would say nothing."""
    if not isinstance(found, dict):
        return {"what came back": forms.in_words(found)}
    kinds = sorted({kind_of_key(key) for key in found})
    measured = {"what came back": "a dictionary", "the keys are": ", ".join(kinds)}
    if kinds != ["whole numbers"]:
        return measured
    measured["the weights are"] = ", ".join(sorted({forms.in_words(weight) for weight in found.values()}))
    measured["classes with an entry"] = ", ".join(str(int(key)) for key in sorted(found))
    if measured["the weights are"] != "a number":
        return measured
    # as `fit` does: a class that is not among the keys counts 1
    weights = [float(found.get(label, 1.0)) for label in range(len(counts))]
    measured["weights as fit reads them"] = np.array(weights)
    measured["weight of the average row"] = float(np.average(weights, weights=counts))
    return measured


def observe(candidate, rows=((7, 3), (8, 4, 1), (5, 0, 3), (0, 3))):
    measured = {}
    for counts in rows:
        # in no order, as in a table
        labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
        found = weights_in(candidate(labels.astype("float32")[:, None]), counts)
        table = " and ".join(map(str, counts)) + " rows"
        measured |= {f"{name} ({table})": value for name, value in found.items()}
        if "weights as fit reads them" not in found:
            break  # another table would say the same once more
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
        float_keys,
        keys_by_position,
        upside_down,
        average_not_one,
        one_over_count,
        add_up_to_one,
        average_class_is_one,
        largest_class_is_one,
        always_two,
        zero_and_one_only,
        class_that_does_not_occur,
        lesson_formula,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, rows=((2, 11), (1, 3, 5, 9), (3, 0, 0, 4), (4,))),
    note=NOTE,
    explanation=EXPLANATION,
)
