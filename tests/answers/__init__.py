"""Answers to the exercises as learners write them, and what a careful reader says of each.

384 were written from the task texts alone, without a look at the checker; each of the others shows a hole that
it had once.

    @right("each row's loss by the formula, then the mean")
    @wrong("the sum of the rows in place of their mean", named="a sum instead of an average")
    @wrong("weights rounded to whole numbers")

`named` is the name that the checker gives to a wrong answer; without it the answer is rejected without a name.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """An answer, what a reader says of it, whether it is right, and the name of its mistake if it has one."""

    function: Callable
    how: str
    is_right: bool
    named: str | None = None


def right(how):
    """Return a decorator for a right answer; `how` says in a few words how it goes about it."""
    return lambda function: Answer(function, how, is_right=True)


def wrong(what, named=None):
    """Return a decorator for a wrong answer; `what` says in a few words what is wrong with it."""
    return lambda function: Answer(function, what, is_right=False, named=named)


def answers_to(exercise_id):
    """Return {name: Answer} of all answers to an exercise, such as "04.2"; a case of a clinic has none here."""
    if exercise_id.startswith("C"):
        return {}
    lesson, number = exercise_id.split(".")
    module = importlib.import_module(f"answers.lesson{lesson}.ex{number}")
    return {name: value for name, value in vars(module).items() if isinstance(value, Answer)}
