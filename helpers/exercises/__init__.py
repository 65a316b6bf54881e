"""Exercises whose check says which mistake an answer makes: `from helpers.exercises import check, hint, solution`."""

from helpers.exercises.checker import check, hint, solution

__all__ = ["check", "hint", "solution"]
