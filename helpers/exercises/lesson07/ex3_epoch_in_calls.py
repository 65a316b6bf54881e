"""07.3 Many steps a call, and still stoppable."""

import math

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Many steps a call, and still stoppable"
TASK = """
While a graph runs, nobody can look at it. So an epoch is cut into calls. `take_steps(part)` is a graph that takes a
step for each line of `part`, row numbers of shape (steps, batch_size), and returns the loss of its last step. Write
`epoch_in_calls(take_steps, order, steps_a_call)`:

- it calls `take_steps` with `steps_a_call` lines of `order` after the other, without changing their order;
- the last call takes the lines that are left, however few;
- after each call it looks at the loss, and stops at once if that is not finite: NaN, or infinite;
- it returns how many steps were taken, a whole number.
"""
HINTS = (
    "In which steps does `range(0, len(order), steps_a_call)` go?",
    "A slice may reach beyond the end of an array: it then ends there. How many lines did it have?",
    "`np.isfinite(float(loss))` is False for NaN, for infinity, and for minus infinity.",
)


def epoch_in_calls(take_steps, order, steps_a_call):
    """Take the steps of an epoch, `steps_a_call` in each call; return how many were taken, a whole number.

    Args:
        take_steps: take_steps(part) takes a step for each line of part, (steps, batch_size); returns the latest loss,
            a float32 scalar.
        order: an integer array (all steps, batch_size), at least one line.
        steps_a_call: a whole number, at least 1.
    """
    taken = 0
    for first in range(0, len(order), steps_a_call):
        part = order[first : first + steps_a_call]
        loss = take_steps(part)
        taken += len(part)
        if not np.isfinite(float(loss)):
            break
    return taken


NOTE = (
    "Keras calls this number `steps_per_execution`. `train` chooses it as it goes, so that a call takes about a "
    "second, and its graph looks at the loss after every single step."
)
EXPLANATION = (
    "Slices cut the order, and the last may be shorter: for its shape the graph is traced once more, and that is all. "
    "Between two calls Python has its turn, so this is the place to look, and where Ctrl-C is answered."
)


# Other right answers


def with_array_split(take_steps, order, steps_a_call):
    taken, rest = 0, order
    while len(rest):
        part, rest = rest[:steps_a_call], rest[steps_a_call:]
        loss = take_steps(part)
        taken += part.shape[0]
        if not np.isfinite(loss):
            return taken
    return taken


# Mistakes


def calls_of(take_steps, parts, is_bad=lambda loss: not math.isfinite(loss), count=len):
    """The loop of the wrong answers over parts of the order."""
    taken = 0
    for part in parts:
        loss = float(take_steps(part))
        taken += count(part)
        if is_bad(loss):
            break
    return taken


def parts_of(order, steps_a_call):
    return [order[first : first + steps_a_call] for first in range(0, len(order), steps_a_call)]


@mistake(
    "the lines that are left are dropped",
    "All full calls are right, and the last, shorter one is missing. A slice that reaches beyond the end is allowed.",
)
def rest_dropped(take_steps, order, steps_a_call):
    return calls_of(take_steps, parts_of(order[: len(order) // steps_a_call * steps_a_call], steps_a_call))


@mistake(
    "the rest is taken step by step",
    "All steps are taken, but those that are left over in calls of one step each. One call of a smaller part does it.",
)
def rest_one_by_one(take_steps, order, steps_a_call):
    full = len(order) // steps_a_call * steps_a_call
    return calls_of(take_steps, parts_of(order[:full], steps_a_call) + parts_of(order[full:], 1))


@mistake(
    "it goes on after a bad loss",
    "The calls are right, but a loss that is not finite stops nothing. Look at it after each call, and leave the loop.",
)
def goes_on(take_steps, order, steps_a_call):
    return calls_of(take_steps, parts_of(order, steps_a_call), is_bad=lambda loss: False)


@mistake(
    "infinity goes on",
    "NaN stops it, and an infinite loss does not. `np.isfinite` is False for both.",
)
def only_nan(take_steps, order, steps_a_call):
    return calls_of(take_steps, parts_of(order, steps_a_call), is_bad=math.isnan)


@mistake(
    "NaN goes on",
    "An infinite loss stops it, and NaN does not: NaN is neither equal to anything nor larger. `np.isfinite` is False "
    "for both.",
)
def only_infinite(take_steps, order, steps_a_call):
    return calls_of(take_steps, parts_of(order, steps_a_call), is_bad=lambda loss: loss == math.inf)


@mistake(
    "one step a call",
    "All steps are taken, each in a call of its own. Hand over `steps_a_call` lines at a time.",
)
def single_steps(take_steps, order, steps_a_call):
    return calls_of(take_steps, parts_of(order, 1))


@mistake(
    "all in one call",
    "All steps are taken in one call, during which nobody can look. Hand over `steps_a_call` lines at a time.",
)
def one_call(take_steps, order, steps_a_call):
    return calls_of(take_steps, [order])


@mistake(
    "calls are counted, not steps",
    "The calls are right, and the number that comes back is how many there were. Add up the lines of their parts.",
)
def calls_counted(take_steps, order, steps_a_call):
    return calls_of(take_steps, parts_of(order, steps_a_call), count=lambda part: 1)


@mistake(
    "the last call counts as a full one",
    "The calls are right, but the last part is counted as if it had `steps_a_call` lines. `len(part)` says how many it "
    "has.",
)
def full_counted(take_steps, order, steps_a_call):
    return calls_of(take_steps, parts_of(order, steps_a_call), count=lambda part: steps_a_call)


@mistake(
    "the bad call does not count",
    "It stops where it should, but the steps of the call that ended badly are not counted. They were taken.",
)
def bad_not_counted(take_steps, order, steps_a_call):
    taken = 0
    for part in parts_of(order, steps_a_call):
        if not math.isfinite(float(take_steps(part))):
            break
        taken += len(part)
    return taken


# Probes


def observe(candidate, steps=11, steps_a_call=4):
    order = np.random.default_rng(steps).integers(0, 99, (steps, 3))
    found = {}
    for kind, bad in (("all is well", None), ("NaN", math.nan), ("infinite", math.inf), ("minus infinite", -math.inf)):
        parts = []

        def take_steps(part):
            parts.append(np.array(part))
            # the second call ends badly
            return tf.constant(bad if bad is not None and len(parts) == 2 else 0.5)

        taken = candidate(take_steps, order.copy(), steps_a_call)
        found[f"steps in each call ({kind})"] = ", ".join(str(len(part)) for part in parts)
        if kind == "all is well":
            handed = np.concatenate([part.reshape(-1, 3) for part in parts])
            found["lines that were handed over"] = handed
        found[f"what came back ({kind})"] = forms.number(taken)
    return found


EXERCISE = Exercise(
    id="07.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=epoch_in_calls,
    alternatives=(with_array_split,),
    mistakes=(
        rest_dropped,
        rest_one_by_one,
        goes_on,
        only_nan,
        only_infinite,
        single_steps,
        one_call,
        calls_counted,
        full_counted,
        bad_not_counted,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, steps=17, steps_a_call=5),
    note=NOTE,
    explanation=EXPLANATION,
)
