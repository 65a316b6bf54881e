"""C4.4 It finds every leaver, but no new one."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "It finds every leaver, but no new one"
TASK = """\
Leavers are rare, so each of them is repeated among the training rows. The features are pure chance and say nothing
about leaving. Yet a model that only looks up the most similar training row finds every leaver among the validation
rows. Which line is it?"""
HINTS = (
    "How can a validation row be known already? Look for its exact features among the training rows.",
    "Follow one leaver through the lines: how many of it are there at each, and where does each go?",
    "Cut the row numbers in two first. Then repeat numbers of the kept ones.",
)


def split_and_repeat(features, labels, n_validation, times):
    """Return (x_train, y_train), (x_val, y_val): validation at random, each leaver of the others `times` times.

    Args:
        features: float32 (n, columns), NumPy; the rows may come sorted.
        labels: float32 (n, 1), NumPy, 1 for a leaver.
        n_validation: the number of validation rows, none of which is repeated.
        times: how often each leaver stands among the training rows.
    """
    order = np.random.default_rng(0).permutation(len(labels))
    kept, held_out = order[n_validation:], order[:n_validation]
    copies = np.where(labels[kept, 0] == 1, times, 1)
    kept = np.repeat(kept, copies)
    return (features[kept], labels[kept]), (features[held_out], labels[held_out])


def split_and_repeat_broken(features, labels, n_validation, times):
    copies = np.where(labels[:, 0] == 1, times, 1)  # A
    rows = np.repeat(np.arange(len(labels)), copies)  # B
    order = np.random.default_rng(0).permutation(rows)  # C
    kept, held_out = order[n_validation:], order[:n_validation]  # D
    return (features[kept], labels[kept]), (features[held_out], labels[held_out])  # E


NOTE = (
    "Whatever makes rows of rows comes after the cut: copies, mirrored pictures, rows made up between two others. The "
    "test takes three lines: give every row its number, and intersect."
)
EXPLANATION = (
    "The leavers were repeated before the cut, so copies of one customer fell on both sides, and a validation row was "
    "known by heart. Cut first; then repeat what is left for training."
)


def by_mask(features, labels, n_validation, times):
    draw = np.random.default_rng(1)
    held_out = np.zeros(len(labels), bool)
    held_out[draw.choice(len(labels), n_validation, replace=False)] = True
    x_train, y_train = features[~held_out], labels[~held_out]
    leavers = y_train[:, 0] == 1
    more = [(x_train[leavers], y_train[leavers])] * (times - 1)
    x_train, y_train = (np.concatenate(parts) for parts in zip((x_train, y_train), *more))
    return (x_train, y_train), (features[held_out], labels[held_out])


@mistake(
    "validation rows are repeated too",
    "The two parts have no row in common now. But the leavers among the validation rows are repeated as well, so their "
    "share is not that of the customers, and precision comes out far too high.",
)
def repeated_on_both_sides(features, labels, n_validation, times):
    order = np.random.default_rng(0).permutation(len(labels))
    kept, held_out = (
        np.repeat(rows, np.where(labels[rows, 0] == 1, times, 1))
        for rows in (order[n_validation:], order[:n_validation])
    )
    return (features[kept], labels[kept]), (features[held_out], labels[held_out])


@mistake(
    "nothing is repeated",
    "The two parts have no row in common now, but each leaver trains once.",
)
def not_repeated(features, labels, n_validation, times):
    order = np.random.default_rng(0).permutation(len(labels))
    kept, held_out = order[n_validation:], order[:n_validation]
    return (features[kept], labels[kept]), (features[held_out], labels[held_out])


@mistake(
    "the first rows of a sorted table",
    "The two parts have no row in common now. But validation is the beginning of the table, and if that comes sorted, "
    "it has rows of one class only.",
)
def first_rows(features, labels, n_validation, times):
    rows = np.arange(len(labels))
    kept, held_out = rows[n_validation:], rows[:n_validation]
    kept = np.repeat(kept, np.where(labels[kept, 0] == 1, times, 1))
    return (features[kept], labels[kept]), (features[held_out], labels[held_out])


def parts_of(found):
    """Return x_train, y_train, x_val, y_val as arrays; in words what else came back."""
    pairs = forms.entries(found)
    if pairs is None or len(pairs) != 2 or any(len(forms.entries(pair) or []) != 2 for pair in pairs):
        return forms.in_words(found)
    arrays = [forms.numbers(part) for pair in pairs for part in pair]
    if any(isinstance(array, str) or array.ndim != 2 for array in arrays):
        return "two pairs that are not all tables"
    return arrays


def observe(candidate, n=200, leavers=60, n_validation=50, times=3):
    """Look at which rows go where, never at their order: any random choice is as good as another."""
    features = np.arange(2 * n, dtype="float32").reshape(n, 2)
    labels = (np.arange(n) >= n - leavers).astype("float32")[:, None]
    parts = parts_of(candidate(features, labels, n_validation, times))
    if isinstance(parts, str):
        return {"what came back": parts}
    x_train, y_train, x_val, y_val = parts
    train, held_out = (x[:, 0].astype(int) // 2 for x in (x_train, x_val))
    common = set(train.tolist()) & set(held_out.tolist())
    repeats = np.bincount(train, minlength=n)
    mixed = 0 < np.sum(y_val) < len(y_val)
    measured = {
        "training rows among the validation rows": bool(common),
        "validation rows of both classes": bool(mixed),
        "features stand beside their labels": all(
            np.array_equal(y[:, 0], x[:, 0] // 2 >= n - leavers) for x, y in ((x_train, y_train), (x_val, y_val))
        ),
    }
    # how many leavers were repeated on both sides is a matter of chance
    if common:
        return measured
    kept = np.setdiff1d(np.arange(n), held_out)
    return measured | {
        "a validation row comes twice": len(set(held_out.tolist())) < len(held_out),
        "different validation rows": len(set(held_out.tolist())),
        "each other stayer trains once": bool((repeats[kept[kept < n - leavers]] == 1).all()),
        "least and most copies of a leaver in training": [
            int(bound(repeats[kept[kept >= n - leavers]])) for bound in (np.min, np.max)
        ],
    }


EXERCISE = Case(
    id="C4.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=split_and_repeat,
    starter=split_and_repeat_broken,
    alternatives=(by_mask,),
    mistakes=(repeated_on_both_sides, not_repeated, first_rows),
    observe=observe,
    second=lambda candidate: observe(candidate, n=150, leavers=50, n_validation=40, times=2),
    note=NOTE,
    explanation=EXPLANATION,
    trap=41,
    culprits="B",
    suspects={
        "A": "It says how often each row is to stand among the training rows. That alone repeats nothing.",
        "B": "It repeats the rows while they are together, so copies of one leaver fall on both sides of the cut.",
        "C": "It mixes the rows, so that a sorted table does no harm.",
        "D": "It cuts the mixed rows in two. What was one row is on one side; what was repeated before is not.",
        "E": "It returns features and labels of the same rows, side by side.",
    },
)
