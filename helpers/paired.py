"""Two models on the same rows, compared row by row."""

import numpy as np


def paired_difference(first, second):
    """Return the mean of first - second over the rows, and the standard error of that mean, as two floats.

    Args:
        first, second: what was measured of each row, of two models on the same rows in the same order: losses, costs,
            or 1 where the model is right and 0 elsewhere. Arrays or tensors of numbers or truth values, shape (n,), at
            least two rows.

    Raises:
        ValueError: shapes that are not (n,), or differ, or fewer than two rows.

    A row that is hard for one model is often hard for the other; in the differences that cancels, in two separate
    spreads it does not. The standard error is the differences' standard deviation, with n - 1, divided by the square
    root of n, as in the paired t-test (C. H. Goulden, Methods of Statistical Analysis, 2nd ed., Wiley 1956, pp. 50-55).
    It holds for rows drawn independently of each other and of both models, so rows that trained a model are not among
    them, and it says nothing about another split or another random start.
    """
    # float64: truth values cannot be subtracted, and float32 loses digits in long sums
    first, second = np.asarray(first, "float64"), np.asarray(second, "float64")
    if first.ndim != 1 or first.shape != second.shape or len(first) < 2:
        raise ValueError(
            f"Expected two arrays of the same shape (n,), n at least 2; got {first.shape} and {second.shape}. "
            "A column of shape (n, 1) is mended by column[:, 0]."
        )
    differences = first - second
    return float(differences.mean()), float(differences.std(ddof=1) / np.sqrt(len(differences)))
