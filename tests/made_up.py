"""Exercises made up for the tests of the checker, and answers to them."""

import numpy as np

from helpers.exercises import verdict
from helpers.exercises.exercise import Case, Exercise, Mistake


def scaled(values, factor=2.0):
    """Return the values times a factor.

    Args:
        values: float64 (n,).
    """
    return values * factor


def scaled_starter(values, factor=2.0):
    """Return the values times a factor."""
    return values + factor


def added(values, factor=2.0):
    return values + factor


def forgotten(values, factor=2.0):
    return values


def stopped(values, factor=2.0):
    raise ValueError("the one and only way to stop like this")


def three():
    """Return three."""
    return 3.0


class Total:
    """Add up."""

    def __init__(self):
        """Begin with nothing."""
        self.total = 0.0

    def add(self, value):
        """Add a value."""
        self.total += value


def mean_loss(losses):
    """Return the mean of the losses."""
    size = len(losses)
    return losses.sum() / size


def mean_loss_broken(losses):
    losses = np.asarray(losses)  # A
    return losses.sum()  # B


def make(reference, observe, wrong=(), kind=Exercise, **more):
    texts = dict.fromkeys(["title", "task", "note", "explanation"], "Text.")
    mistakes = tuple(Mistake(function.__name__, "What you see.", function) for function in wrong)
    texts |= {"id": "99.1", "hints": ("One.", "Two."), "second": observe, **more}
    return kind(reference=reference, observe=observe, mistakes=mistakes, **texts)


def observe_scaled(candidate):
    values = np.array([1.0, -2.0, 4.0])
    scaled = candidate(values)
    return {"scaled": scaled, "scaled by 3": candidate(values[:1], factor=3.0), "type": type(scaled).__name__}


SCALED = make(scaled, observe_scaled, [added, forgotten, stopped])
THREE = make(three, lambda candidate: {"number": candidate()}, [lambda: 4.0])
TOTAL = make(Total, lambda candidate: {"total": (total := candidate(), total.add(2), total.add(0.5))[0].total})
SIZE = {"size": (1.5, None)}
WITH_TARGET = make(scaled, lambda candidate: {"size": candidate(1.0), "zero": candidate(0.0)}, target=SIZE)
BROKEN = make(
    mean_loss,
    lambda candidate: {"loss": candidate(np.array([1.0, 2.0, 6.0]))},
    kind=Case,
    starter=mean_loss_broken,
    trap=17,
    culprits="B",
    suspects={
        "A": "This only makes sure that the losses are an array.",
        "B": "What is returned grows with the number of rows.",
    },
)


def judge(exercise, candidate):
    found = verdict(exercise, candidate)
    return found.kind, repr(found)
