"""Exercises whose check says which mistake an answer makes: `from helpers.exercises import check, hint, solution`.

`assert_right` is for teachers, `all_exercises` and `verdict` are for tools.
"""

from helpers.exercises.exercise import all_exercises
from helpers.exercises.judging import verdict
from helpers.exercises.showing import assert_right, check, hint, solution

__all__ = ["all_exercises", "assert_right", "check", "hint", "solution", "verdict"]
