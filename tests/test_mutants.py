"""Mutants: small accidental changes of each reference. None that matters may pass, or get the name of a mistake."""

import _thread
import dataclasses
import functools
import signal
import threading
import time

import pytest
from mutants import mutants

from helpers.exercises import all_exercises, sources, verdict
from helpers.messages.message import Kind
from made_up import SCALED, forgotten, make, observe_scaled, scaled
from pasting import forwarding, paste

EXERCISES = all_exercises()
MISTAKES = [(exercise, mistake) for exercise in EXERCISES.values() for mistake in exercise.mistakes]
ALTERNATIVES = [(exercise, other) for exercise in EXERCISES.values() for other in exercise.alternatives]

each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES.keys())


def in_time(function, seconds=20):
    """Return function(), which must treat an interrupt as a learner's; it gets one when it does not come to an end.

    The seconds are those of the processor, so that a busy machine interrupts nothing else.
    """
    # what a shell starts in the background ignores interrupts, and so would these tests
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    over, end = threading.Event(), time.process_time() + seconds

    def watch():
        while not over.wait(0.05):
            if time.process_time() > end:
                _thread.interrupt_main()
                return

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        return function()
    finally:
        over.set()
        watching.join()
        signal.signal(signal.SIGINT, before)


@functools.cache
def mutation(exercise):
    """Return the figures of one exercise's mutants, and which of them the check judges wrongly."""
    on_second = dataclasses.replace(exercise, observe=exercise.second)
    figures = {"mutants": 0, "right on all probes": 0, "wrongly accepted": [], "wrongly named": []}
    for what, text in mutants(sources.text_of(exercise.reference)):
        try:
            mutant = paste(exercise, text)
        except Exception:  # it cannot even be defined
            continue
        figures["mutants"] += 1
        found = in_time(lambda: verdict(exercise, mutant))
        if found.kind == Kind.RIGHT:
            if in_time(lambda: verdict(on_second, mutant)).kind == Kind.RIGHT:
                figures["right on all probes"] += 1
            else:
                figures["wrongly accepted"].append(what)
        if found.kind == Kind.MISTAKE:
            second = in_time(lambda: verdict(on_second, mutant))
            if second.headline != found.headline:
                figures["wrongly named"].append(f"{what}: {found.headline}, on the second probes: {second.headline}")
    return figures


@each_exercise
def test_no_mutant_passes(exercise):
    assert mutation(exercise)["wrongly accepted"] == []


@each_exercise
def test_no_mutant_gets_the_name_of_another_mistake(exercise):
    assert mutation(exercise)["wrongly named"] == []


def test_table():
    """Print the figures of all exercises together."""
    headlines = [
        (verdict(exercise, forwarding(mistake.wrong)).headline, mistake.name) for exercise, mistake in MISTAKES
    ]
    named = [headline == f"A known mistake: {name}" for headline, name in headlines]
    right = [verdict(exercise, other).kind == Kind.RIGHT for exercise, other in ALTERNATIVES]
    right += [verdict(exercise, exercise.reference).kind == Kind.RIGHT for exercise in EXERCISES.values()]
    figures = [mutation(exercise) for exercise in EXERCISES.values()]
    table = {
        "exercises": len(EXERCISES),
        "mistakes": len(named),
        "named correctly": sum(named),
        "right answers": len(right),
        "wrongly rejected": len(right) - sum(right),
        "mutants": sum(each["mutants"] for each in figures),
        "mutants that change nothing": sum(each["right on all probes"] for each in figures),
        "wrongly accepted": sum(len(each["wrongly accepted"]) for each in figures),
        "mutants wrongly named": sum(len(each["wrongly named"]) for each in figures),
    }
    print("".join(f"\n{name:30}{number:6}" for name, number in table.items()))
    assert table["named correctly"] == table["mistakes"]
    assert table["wrongly rejected"] == table["wrongly accepted"] == table["mutants wrongly named"] == 0


def test_mutants_of_a_small_function():
    text = 'def f(x):\n    """Two."""\n    y = 2 * x\n    return max(y, 0)'
    changed = [after for _, after in mutants(text)]
    assert len(changed) == len(set(changed)) == 9
    assert all('"""Two."""' in after for after in changed)
    assert any("y = 2 / x" in after for after in changed) and any("max(y)" in after for after in changed)


def test_mutants_find_a_check_that_is_too_weak():
    """One that never looks at the factor, and one whose mistake has a name that others get as well."""
    weak = dataclasses.replace(SCALED, observe=lambda candidate: {"zero": candidate(0.0)})
    assert len(mutation(weak)["wrongly accepted"]) > 1
    hasty = make(scaled, lambda candidate: {"small": bool(candidate(3.0) < 4)}, [forgotten], second=observe_scaled)
    assert "forgotten" in mutation(hasty)["wrongly named"][0]


def test_an_answer_that_never_ends_is_stopped():
    def endless(values, factor=2.0):
        while True:
            pass

    assert in_time(lambda: verdict(SCALED, endless), seconds=0.2).kind == Kind.INTERRUPTED
