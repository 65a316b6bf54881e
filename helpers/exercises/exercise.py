"""What an exercise is, what a case of a clinic is, and all of them.

An exercise is one file: helpers/exercises/lesson04/ex2_weighted_loss.py holds 04.2, whose function is `weighted_loss`.
There stand, in this order, its texts, the starter if it has one, the reference, other right answers, the mistakes
that people make, the probes, and last EXERCISE, which names them all. A case is an exercise that begins with a broken
loop: lesson03/case2_train_step.py holds C3.2, the second case of that lesson's clinic.
"""

import difflib
import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType


@dataclass(frozen=True, eq=False)
class Mistake:
    """A mistake that people make: a short name, what it looks like and what to change, and code that makes it."""

    name: str
    explanation: str
    wrong: Callable


def mistake(name: str, explanation: str) -> Callable[[Callable], Mistake]:
    """Return a decorator that makes a function or class the code of a Mistake."""
    return lambda wrong: Mistake(name, explanation, wrong)


@dataclass(frozen=True, eq=False, kw_only=True)
class Exercise:
    """An exercise as data; `observe(candidate)` returns named measurements on small probes, built anew each time.

    A measurement is a number, a truth value, a text, None, or an array; after one that is wrong, those may be left out
    that would say nothing then. Every measurement of a right answer equals the reference's within `tolerance`, relative
    and absolute. One that `target` names lies anywhere between its (lower, upper), either None where there is no bound;
    a known mistake is recognized there by the side on which it misses. `second` is another `observe`, which only the
    tests use: an answer that passes must be right on other probes too. Learners start with the signature and docstring
    of the reference; below them stands the body of `starter`, if there is one.
    """

    id: str
    title: str
    task: str
    hints: tuple[str, ...]
    reference: Callable
    mistakes: tuple[Mistake, ...]
    observe: Callable[[Callable], dict]
    second: Callable[[Callable], dict]
    note: str
    explanation: str
    alternatives: tuple[Callable, ...] = ()
    starter: Callable | None = None
    target: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    tolerance: float = 1e-5


@dataclass(frozen=True, eq=False, kw_only=True)
class Case(Exercise):
    """An exercise of a clinic: from a symptom, name the line that is at fault, then mend the loop.

    `starter` is the broken loop, of at most ten lines; some of them end in a comment `# A`, `# B`, ... `suspects` says
    of each letter what its line does, as the verdict on that guess; `culprits` are the letters of the line at fault,
    more than one where either may be mended; `trap` is the number of what it does wrong, in helpers.messages.traps.
    """

    trap: int
    culprits: str
    suspects: dict[str, str]


def all_exercises() -> dict[str, Exercise]:
    """Return {id: exercise} in order: exercises, files ex1_... of folders lesson01, ..., then cases, case1_..."""
    package = importlib.import_module("helpers.exercises")
    lessons = _modules(package, r"lesson\d\d")
    found = [module.EXERCISE for lesson in lessons for module in _modules(lesson, r"(ex|case)\d+_\w+")]
    return {exercise.id: exercise for exercise in sorted(found, key=_place)}


def _modules(package: ModuleType, pattern: str) -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if re.fullmatch(pattern, module.name)]
    return [importlib.import_module(f"{package.__name__}.{name}") for name in sorted(names)]


def _place(exercise):
    """Return whether it is a case, and the numbers of the lesson and of the exercise: 04.10 comes after 04.9."""
    numbers = [int(number) for number in exercise.id.removeprefix("C").split(".")]
    return isinstance(exercise, Case), numbers


def find(exercise_id: str) -> Exercise:
    """Return the exercise of this number, such as "04.2"; raise a KeyError that says in words what to write instead."""
    if not isinstance(exercise_id, str):
        raise KeyError('The number of the exercise comes first, in quotes: `check("04.2", weighted_loss)`.')
    known, wanted = all_exercises(), exercise_id.strip()
    if wanted in known:
        return known[wanted]
    # who writes "1.1" means an exercise; a case begins with C
    alike = [name for name in known if name.startswith("C") == wanted.upper().startswith("C")]
    close = difflib.get_close_matches(wanted.upper(), alike, n=1, cutoff=0.5)
    advice = f'Did you mean "{close[0]}"?' if close else f"There are {', '.join(known)}."
    raise KeyError(f'There is no exercise "{wanted}". {advice}')
