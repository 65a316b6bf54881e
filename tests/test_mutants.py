"""Mutants: small accidental changes of each reference. None that matters may pass, or get the name of a mistake.

The whole suite judges a few of a sixth of the exercises, always the same. `pytest tests/test_mutants.py --everything`
judges all, as does the workflow once a week, and the command that tests only what was changed for an exercise that was.
"""

import dataclasses

import pytest

from helpers.exercises import all_exercises, verdict
from helpers.messages.message import Kind
from made_up import SCALED, forgotten, make, observe_scaled, scaled
from mutants import drawn, in_time, judged_mutants, mutants

EXERCISES = all_exercises()
FEW = 5

each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES.keys())


@pytest.fixture
def most(request):
    """Return how many mutants of an exercise are judged, None for all."""
    return None if request.config.getoption("--everything") else FEW


@pytest.mark.sampled
@each_exercise
def test_no_mutant_passes(exercise, most):
    assert judged_mutants(exercise, most)["wrongly accepted"] == []


@pytest.mark.sampled
@each_exercise
def test_no_mutant_gets_the_name_of_another_mistake(exercise, most):
    assert judged_mutants(exercise, most)["wrongly named"] == []


def test_drawn_mutants_are_always_the_same_and_some_of_all():
    texts = [f"def f(x):\n    return x + {number} * 3 - x ** 2" for number in range(5)]
    every = list(mutants(texts[0]))
    assert drawn(every, "01.1", 3) == drawn(every, "01.1", 3)
    assert len(drawn(every, "01.1", 3)) == 3 and set(drawn(every, "01.1", 3)) < set(every)
    assert len({tuple(drawn(every, f"01.{number}", 3)) for number in range(5)}) > 1
    assert drawn(every, "01.1", None) == drawn(every, "01.1", len(every) + 1) == every


def test_a_few_mutants_are_judged_or_all():
    assert judged_mutants(SCALED, 2)["mutants"] == 2 < judged_mutants(SCALED)["mutants"]


def test_mutants_of_a_small_function():
    text = 'def f(x):\n    """Two."""\n    y = 2 * x\n    return max(y, 0)'
    changed = [after for _, after in mutants(text)]
    assert len(changed) == len(set(changed)) == 9
    assert all('"""Two."""' in after for after in changed)
    assert any("y = 2 / x" in after for after in changed) and any("max(y)" in after for after in changed)


def test_mutants_of_branches_and_rounds():
    loop = [
        "for _ in range(n):",
        "    if x > 3:",
        "        x = 1",
        "    else:",
        "        x = 2 if n else 5",
        "return x",
    ]
    text = "def f(x, n):\n    " + "\n    ".join(loop)
    changed = [after for _, after in mutants(text)]
    assert any("range(n + 1)" in after for after in changed)
    assert sum("if x" not in after and "x = 1" in after and "x = 2" not in after for after in changed) == 1
    assert sum("if x" not in after and "x = 1" not in after and "x = 2" in after for after in changed) == 1
    assert any("x = 2\n" in after for after in changed) and any("x = 5\n" in after for after in changed)


def test_mutants_find_a_check_that_is_too_weak():
    """One that never looks at the factor, and one whose mistake has a name that others get as well."""
    weak = dataclasses.replace(SCALED, observe=lambda candidate: {"zero": candidate(0.0)})
    assert len(judged_mutants(weak)["wrongly accepted"]) > 1
    hasty = make(scaled, lambda candidate: {"small": bool(candidate(3.0) < 4)}, [forgotten], second=observe_scaled)
    assert "forgotten" in judged_mutants(hasty)["wrongly named"][0]


def test_an_answer_that_never_ends_is_stopped():
    def endless(values, factor=2.0):
        while True:
            pass

    assert in_time(lambda: verdict(SCALED, endless), seconds=0.2).kind == Kind.INTERRUPTED
