"""Runs in turn, one of each and then again: what else the machine does meets all of them alike."""

import numpy as np
from scipy import stats


def in_turn(runs, repeat):
    """Call each of {name: function that returns what it measured} in turn, `repeat` times; return {name: figures}."""
    measured = {name: [] for name in runs}
    for _ in range(repeat):
        for name, run in runs.items():
            measured[name].append(run())
    return measured


def times_as_fast(seconds, reference):
    """Compare two lists of times run by run; return the median of reference / seconds, with its 95 % interval.

    The interval comes from the order of the ratios alone, whatever their distribution; with five runs or fewer there
    is none, and its ends are None.
    """
    ratios = np.asarray(reference) / np.asarray(seconds)
    # the median lies outside of all n values in one of 2 ** (n - 1) cases
    enough = 2.0 ** (1 - len(ratios)) < 0.05
    interval = stats.quantile_test(ratios, q=0, p=0.5).confidence_interval(0.95) if enough else (None, None)
    low, high = (end if end is None else float(end) for end in interval)
    return {"median": float(np.median(ratios)), "low": low, "high": high, "pairs": len(ratios)}
