"""Measurements, signatures and errors in words, as the rows and paragraphs of a verdict."""

import inspect
from collections.abc import Callable

import numpy as np

from helpers.exercises.comparing import Yardstick
from helpers.exercises.measuring import Measurement, WrongSignature, with_article
from helpers.messages import errors, places
from helpers.messages.message import Kind, Message, Row

MOST_ROWS = 4
NOT_THERE = Measurement("not there", np.array(None))


def differences(
    measured: dict[str, Measurement], expected: dict[str, Measurement], yardstick: Yardstick, reference: Callable
) -> tuple[Row, ...]:
    """Return the rows of the first few measurements that are not right."""
    wrong, missing = [], []
    for name in [*expected, *(name for name in measured if name not in expected)]:
        value, wanted = measured.get(name, NOT_THERE), expected.get(name, NOT_THERE)
        if not yardstick.is_same(name, value, wanted):
            (wrong if name in measured else missing).append(_row(name, value, wanted, yardstick, reference))
    rows = wrong or missing  # what was not measured says nothing beside what was
    more = len(rows) - MOST_ROWS
    return tuple(rows) if more <= 0 else (*rows[:MOST_ROWS], Row(f"and {more} more", "", ""))


def reached(measured: dict[str, Measurement], yardstick: Yardstick) -> tuple[Row, ...]:
    """Return the rows of the measurements that have a target: what was reached, and the bounds."""
    return tuple(_row_of_target(name, measured[name], yardstick.target[name]) for name in yardstick.target)


def _row(name, value, wanted, yardstick, reference):
    if name in yardstick.target:
        return _row_of_target(name, value, yardstick.target[name])
    # a prediction is the number itself, so showing what was expected would give it away
    secret = is_prediction(reference)
    if value.kind != wanted.kind:
        return Row(name, _in_words(value), with_article(wanted.kind) if secret else _in_words(wanted))
    if value.array.shape != wanted.array.shape:
        return Row(name, f"shape {value.array.shape}", f"shape {wanted.array.shape}")
    place, yours, theirs = _worst(value, wanted)
    if secret:
        return Row(name + place, f"{yours:.4g}" if value.kind == "number" else str(yours), _direction(yours, theirs))
    return Row(name + place, *_told_apart(yours, theirs))


def _row_of_target(name, value, bounds):
    return Row(name, _beside_bounds(value, bounds), _bounds(bounds))


def is_prediction(reference: Callable) -> bool:
    """Whether an answer is a prediction: a function without arguments, which returns what it predicts."""
    return inspect.isfunction(reference) and not inspect.signature(reference).parameters


def _direction(yours, theirs):
    if not isinstance(yours, np.floating) or not np.isfinite(yours):
        return "something else"
    return "a larger number" if yours < theirs else "a smaller number"


def _beside_bounds(value, bounds):
    """Return a number with three digits, or as many more as it takes not to look like the bound that it misses."""
    if value.kind != "number" or value.array.shape:
        return _in_words(value)
    nearest = min((bound for bound in bounds if bound is not None), key=lambda bound: abs(value.array - bound))
    return _told_apart(value.array[()], nearest, digits=3)[0]


def _bounds(bounds):
    lower, upper = bounds
    if None in bounds:
        return f"at least {lower:g}" if upper is None else f"at most {upper:g}"
    return f"{lower:g} to {upper:g}"


def _in_words(value):
    """Return a short text for a measurement: 0.25, [1, 2], array of shape (32, 4), None."""
    if value.kind not in ("number", "truth value", "text", "complex number"):
        return value.kind
    if value.array.size > 6:
        return f"{value.kind}s, shape {value.array.shape}"
    show = np.vectorize(lambda entry: f"{entry:.4g}" if value.kind == "number" else str(entry), otypes=[object])
    return str(show(value.array).tolist()).replace("'", "") if value.array.size else "nothing, shape (0,)"


def _worst(value, wanted):
    """Return (place, yours, expected) of the entry that is furthest off; the place of a single number is empty."""
    if not value.array.shape:
        return "", value.array[()], wanted.array[()]
    if value.kind == "number":
        with np.errstate(all="ignore"):
            distance = np.abs(value.array - wanted.array)
        distance[np.isnan(distance)] = np.inf
        # two NaN in the same place are equal
        distance[(value.array == wanted.array) | (np.isnan(value.array) & np.isnan(wanted.array))] = 0
    else:
        distance = value.array != wanted.array
    place = np.unravel_index(np.argmax(distance), value.array.shape)
    return f", at index {', '.join(map(str, place))}", value.array[place], wanted.array[place]


def _told_apart(yours, theirs, digits=4):
    """Return two texts that differ, with as few digits as that takes, but no fewer than asked for."""
    if not isinstance(yours, np.floating):
        return str(yours), str(theirs)
    for enough in range(digits, 17):
        texts = f"{yours:.{enough}g}", f"{theirs:.{enough}g}"
        if texts[0] != texts[1]:
            break
    return texts


def of_changed_arguments(changed: frozenset[int | str], reference: Callable) -> tuple[str, ...]:
    """Return a paragraph on arguments that an answer changed in place, () if there are none."""
    parameters = list(inspect.signature(reference).parameters)
    names = sorted(parameters[place] if isinstance(place, int) else place for place in changed)
    if not names:
        return ()
    which = " and ".join(f"`{name}`" for name in names)
    return (
        f"Your function changes {which} in place: whoever calls it has other numbers afterwards, and the next call "
        "begins with them. Compute a new object, or work on a copy.",
    )


def are_arguments_exchanged(candidate: Callable, reference: Callable) -> bool:
    """Whether a function has the arguments of the task under the same names, in another order."""
    if not (inspect.isfunction(candidate) and inspect.isfunction(reference)):
        return False
    yours, asked = (list(inspect.signature(function).parameters) for function in (candidate, reference))
    return yours != asked and sorted(yours) == sorted(asked)


def of_exchanged_arguments(candidate: Callable, reference: Callable) -> Message:
    """Return what to say of a function whose arguments stand in another order."""
    has = f"The task asks for `{_signature(reference)}`, and yours is `{_signature(candidate)}`."
    call = "The check hands the arguments over in the order of the task, so each arrived under another name."
    return Message(Kind.MISTAKE, "A known mistake: the arguments stand in another order", (has, call))


def of_error(candidate: Callable, error: BaseException, reference: Callable) -> Message:
    """Return what to say of an error: the learner's own line, the error's words, and what it usually means."""
    kind, words = type(error).__name__, errors.short_message(error)
    asked = f"The task asks for `{_signature(reference)}`."
    if isinstance(error, WrongSignature):
        has = f"Yours is `{_signature(candidate)}`, and the check called it as the task says: {words}."
        return Message(Kind.ERROR, "An error: the arguments are not those of the task", (asked, has))
    line = places.own_line(candidate, error)
    said = f"{kind}: {words}" if words else kind
    if not line:
        where = "Your code ran; the error came when the check used what it returned or left behind."
        return Message(Kind.ERROR, f"An error: {kind}", (where, f"{asked} Compare types and shapes."), code=(said,))
    meaning = errors.meaning(error)
    paragraphs = (f"What it usually means: {meaning}",) if meaning else ()
    return Message(Kind.ERROR, f"An error: {kind}", paragraphs, code=(*line, said))


def _signature(function):
    try:
        names = str(inspect.signature(function))
    except (TypeError, ValueError):  # some built-in functions do not tell
        names = "(...)"
    return f"{getattr(function, '__name__', type(function).__name__)}{names}"
