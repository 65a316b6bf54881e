"""Answers to 04.1."""

from collections import Counter

import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.utils.class_weight import compute_class_weight

from answers import right, wrong


@right("a Counter of whole numbers in plain Python")
def counter(labels):
    counts = Counter(int(value) for value in np.ravel(labels))
    n = sum(counts.values())
    return {number: n / (len(counts) * count) for number, count in sorted(counts.items())}


@right("compute_class_weight of scikit-learn with the classes that occur as keys")
def sklearn_balanced(labels):
    y = np.ravel(labels).astype(int)
    classes = np.unique(y)
    weights = compute_class_weight("balanced", classes=classes, y=y)
    return {int(number): float(weight) for number, weight in zip(classes, weights)}


@right("both conditions as a system of linear equations")
def linear_system(labels):
    classes, counts = np.unique(labels, return_counts=True)
    size = len(classes)
    matrix = np.zeros((size, size))
    target = np.zeros(size)
    for row in range(size - 1):
        matrix[row, row] = counts[row]
        matrix[row, row + 1] = -counts[row + 1]
    matrix[-1] = counts
    target[-1] = counts.sum()
    weights = np.linalg.solve(matrix, target)
    return {int(number): float(weight) for number, weight in zip(classes, weights)}


@right("value_counts of pandas")
def pandas_counts(labels):
    counts = pd.Series(np.ravel(labels).astype(int)).value_counts()
    weights = counts.sum() / (len(counts) * counts)
    return {int(number): float(weight) for number, weight in weights.items()}


@right("tf.unique_with_counts, reciprocals scaled until the average row has the weight 1")
def unique_with_counts(labels):
    classes, _, counts = tf.unique_with_counts(tf.reshape(labels, [-1]))
    counts = counts.numpy().astype(float)
    weights = 1.0 / counts
    weights /= np.average(weights, weights=counts)
    return {int(number): float(weight) for number, weight in zip(classes.numpy(), weights)}


@wrong("n / n_k without the number of classes", named="the average weight is not 1")
def without_number_of_classes(labels):
    classes, counts = np.unique(labels, return_counts=True)
    n = len(labels)
    return {int(c): float(n / m) for c, m in zip(classes, counts)}


@wrong("a formula for the classes 0 and 1 only, where both occur")
def zero_and_one_only(labels):
    n = len(labels)
    ones = int(np.sum(labels == 1))
    zeros = n - ones
    return {0: n / (2 * zeros), 1: n / (2 * ones)}


@wrong("bincount, which also counts the classes that do not occur", named="an entry for a class that does not occur")
def bincount_of_all(labels):
    counts = np.bincount(labels.astype(int).ravel())
    n_classes = len(counts)
    with np.errstate(divide="ignore"):
        weights = len(labels) / (n_classes * counts)
    return {k: float(w) for k, w in enumerate(weights)}


@wrong(
    "the average class has the weight 1, not the average row",
    named="the average class has the weight 1, not the average row",
)
def mean_over_classes(labels):
    classes, counts = np.unique(labels, return_counts=True)
    weights = 1.0 / counts
    weights = weights / weights.mean()
    return dict(zip(classes.astype(int).tolist(), weights.tolist()))


@wrong("always divides by 2, however many classes there are", named="a 2 for every number of classes")
def always_two(labels):
    counts = Counter(labels.astype(int).ravel().tolist())
    return {k: len(labels) / (2 * m) for k, m in counts.items()}


@wrong(
    "numbers the weights from 0 on in place of using the class numbers as keys", named="the keys are places in a list"
)
def keys_by_position(labels):
    y = labels.ravel()
    weights = compute_class_weight(class_weight="balanced", classes=np.unique(y), y=y)
    return dict(enumerate(weights.tolist()))


@wrong("two mistakes: the commonest class has the weight 1, and the others are whole numbers")
def whole_multiples(labels):
    counts = Counter(labels.astype(int).ravel().tolist())
    most = max(counts.values())
    return {k: float(most // m) for k, m in counts.items()}


@wrong("classes and weights zipped, so that the keys are 0.0 and 1.0", named="the keys are not whole numbers")
def classes_as_they_are(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return dict(zip(classes.tolist(), len(labels) / (len(classes) * counts)))


@wrong("the reciprocal of the count alone", named="each weight is 1 over the count")
def reciprocals(labels):
    counts = Counter(labels.astype(int).ravel().tolist())
    return {number: 1 / count for number, count in counts.items()}


@wrong("a list of weights, not a dictionary")
def list_of_weights(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return list(len(labels) / (len(classes) * counts))
