"""Exercises whose check says which mistake an answer makes: `from helpers.exercises import check, hint, solution`.

`assert_right` is for teachers, `all_exercises` and `verdict` are for tools. `python -m helpers.exercises` says how far
a learner has come (progress.py), with `start` behind it it copies the exercises to write in (own_copies.py).
"""

from importlib import import_module

__all__ = ["all_exercises", "assert_right", "check", "hint", "solution", "verdict"]

_MODULES = {
    "all_exercises": "exercise",
    "assert_right": "showing",
    "check": "showing",
    "hint": "showing",
    "solution": "showing",
    "verdict": "judging",
}


def __getattr__(name):
    """Import what is asked for, and only then: it starts TensorFlow, which the command need not wait for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
