"""Made-up customers for 04.7, and a model of them that is fitted at once."""

import numpy as np


def customers(share, seed, n=1000, m=2000):
    """Return features and labels of n known and m new customers: two clouds, of whom this share leaves."""
    rng = np.random.default_rng(seed)
    shift = np.array([1.0, -0.8, 0.5, 0.0])
    shift *= 1.5 / np.linalg.norm(shift)
    tables = []
    for rows in (n, m):
        labels = rng.permutation(np.arange(rows) < round(share * rows)).astype("float32")[:, None]
        tables += [rng.normal(size=(rows, 4)) + labels * shift, labels]
    mean, deviation = tables[0].mean(axis=0), tables[0].std(axis=0)
    tables[::2] = [((features - mean) / deviation).astype("float32") for features in tables[::2]]
    return tables


def with_ones(features):
    """Return features (n, 4) with a column of ones behind them, for the bias."""
    return np.column_stack([features, np.ones(len(features))]).astype("float64")


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def logistic_regression(features, labels, row_weights=None):
    """Return the function from features to logits (m,) with the smallest cross-entropy, by Newton's method."""
    table, solution = with_ones(features), np.zeros(features.shape[1] + 1)
    row_weights = np.ones(len(table)) if row_weights is None else row_weights
    for _ in range(12):
        p = sigmoid(table @ solution)
        gradient = table.T @ (row_weights * (p - labels[:, 0]))
        solution -= np.linalg.solve((table.T * (row_weights * p * (1 - p))) @ table, gradient)
    return lambda features: with_ones(features) @ solution


def area(labels, probabilities):
    """Return the area under the ROC curve: how often a leaver has a higher probability than a stayer."""
    left = labels[:, 0] == 1
    leavers, stayers = probabilities[left][:, None], probabilities[~left]
    return np.mean(leavers > stayers) + np.mean(leavers == stayers) / 2
