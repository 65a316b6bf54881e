"""Print how good the checker is: on the answers that the course knows, on mutants, and on answers from outside.

    python tests/tools/checker_figures.py

The tests assert that nothing right is rejected and nothing wrong accepted or named wrongly; this counts.
"""

import sys
from pathlib import Path

from helpers.exercises import all_exercises, verdict
from helpers.messages.message import Kind
from mutants import judged_mutants
from pasting import forwarding

sys.path.insert(0, str(Path(__file__).parent.parent))  # the answers from outside lie with the tests
from answers import answers_to


def name_in(message):
    """Return the name of the mistake that a verdict tells, None if it tells none."""
    return message.headline.partition("A known mistake: ")[2] or None


def of_known_answers(exercises):
    """Return {what: number} of references, alternatives and mistakes."""
    right = [(each, answer) for each in exercises for answer in (each.reference, *each.alternatives)]
    wrong = [(each, mistake) for each in exercises for mistake in each.mistakes]
    accepted = [verdict(exercise, forwarding(answer)).kind == Kind.RIGHT for exercise, answer in right]
    named = [name_in(verdict(exercise, forwarding(mistake.wrong))) == mistake.name for exercise, mistake in wrong]
    return {
        "exercises": len(exercises),
        "right answers": len(right),
        "right answers, rejected": accepted.count(False),
        "mistakes": len(wrong),
        "mistakes, not or wrongly named": named.count(False),
    }


def of_mutants(exercises):
    judged = [judged_mutants(exercise) for exercise in exercises]
    return {
        "mutants of the references": sum(each["mutants"] for each in judged),
        "mutants that change nothing": sum(each["right on all probes"] for each in judged),
        "mutants, wrongly accepted": sum(len(each["wrongly accepted"]) for each in judged),
        "mutants, wrongly named": sum(len(each["wrongly named"]) for each in judged),
    }


def of_answers_from_outside(exercises):
    found = [(answer, verdict(each, answer.function)) for each in exercises for answer in answers_to(each.id).values()]
    right = [message for answer, message in found if answer.is_right]
    wrong = [(answer, message) for answer, message in found if not answer.is_right]
    said = [(answer.named, name_in(message)) for answer, message in wrong]
    return {
        "right answers from outside": len(right),
        "of these, rejected": sum(message.kind != Kind.RIGHT for message in right),
        "wrong answers from outside": len(wrong),
        "of these, accepted": sum(message.kind == Kind.RIGHT for _, message in wrong),
        "of these, named": sum(name is not None for _, name in said),
        "of these, named wrongly": sum(name is not None and name != expected for expected, name in said),
    }


if __name__ == "__main__":
    everything = list(all_exercises().values())
    for figures in (of_known_answers, of_mutants, of_answers_from_outside):
        print("".join(f"{name:32}{number:6}\n" for name, number in figures(everything).items()))
