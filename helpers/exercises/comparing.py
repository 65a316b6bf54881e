"""When two measurements are equal, and when two functions did the same."""

from dataclasses import dataclass

import numpy as np

from helpers.exercises.exercise import Exercise
from helpers.exercises.measuring import Measurement, Outcome
from helpers.messages import errors


@dataclass(frozen=True)
class Yardstick:
    """By what an exercise's answers are measured: how far numbers may be apart, and which have bounds of their own.

    `tolerance` is relative and absolute; `target` is {name of a measurement: (lower, upper)}, either None if there is
    no such bound.
    """

    tolerance: float
    target: dict[str, tuple[float | None, float | None]]

    @classmethod
    def of(cls, exercise: Exercise) -> "Yardstick":
        return cls(exercise.tolerance, exercise.target)

    def is_same(self, name: str, value: Measurement, other: Measurement) -> bool:
        """Whether two measurements of this name are equal, or on the same side of its target."""
        if name in self.target:
            return side(value, self.target[name]) == side(other, self.target[name])
        return _equal(value, other, self.tolerance)

    def is_same_outcome(self, one: Outcome, other: Outcome) -> bool:
        """Whether two functions did the same: all measurements are, or both stopped with the same error."""
        if one.error or other.error:
            return _same_error(one.error, other.error)
        if one.measured.keys() != other.measured.keys():
            return False
        return all(self.is_same(name, value, other.measured[name]) for name, value in one.measured.items())


def side(value: Measurement, bounds: tuple[float | None, float | None]) -> str:
    """Return where a measurement lies: below its bounds, above them, within them, or nowhere, being no number."""
    if value.kind != "number" or value.array.shape or np.isnan(value.array):
        return "nowhere"
    lower, upper = bounds
    if lower is not None and value.array < lower:
        return "below"
    if upper is not None and value.array > upper:
        return "above"
    return "within" if np.isfinite(value.array) else "nowhere"


def _equal(value, expected, tolerance):
    """Whether two measurements have the same kind, shape and values; NaN equals NaN."""
    if value.kind != expected.kind or value.array.shape != expected.array.shape:
        return False
    if value.kind in ("number", "complex number"):
        return bool(np.allclose(value.array, expected.array, rtol=tolerance, atol=tolerance, equal_nan=True))
    # of the other kinds only these can be told apart by value
    return value.kind in ("truth value", "text", "None") and bool(np.all(value.array == expected.array))


def _same_error(one, other):
    return type(one) is type(other) and errors.short_message(one) == errors.short_message(other)
