"""Answers that were written from the task texts alone: right ones are accepted, wrong ones rejected and named rightly.

`pytest -o addopts="" -s tests/test_answers.py -k table` prints the figures.
"""

import importlib
import re

import pytest

from answers import Answer
from helpers.exercises import all_exercises, verdict
from helpers.messages.message import Kind

EXERCISES = all_exercises()


def answers_to(exercise_id):
    lesson, number = exercise_id.split(".")
    module = importlib.import_module(f"answers.lesson{lesson}.ex{number}")
    return {name: value for name, value in vars(module).items() if isinstance(value, Answer)}


ALL = [(exercise_id, name, answer) for exercise_id in EXERCISES for name, answer in answers_to(exercise_id).items()]


@pytest.mark.parametrize(("exercise_id", "name", "answer"), ALL, ids=[f"{number}-{name}" for number, name, _ in ALL])
def test_answer_is_judged_as_a_reader_judges_it(exercise_id, name, answer):
    found = verdict(EXERCISES[exercise_id], answer.function)
    if answer.is_right:
        assert found.kind == Kind.RIGHT, f"{answer.how}\n{found}"
        return
    assert found.kind != Kind.RIGHT, f"{answer.how}: accepted; the probes do not see it"
    assert name_in(found) == answer.named, f"{answer.how}\n{found}"


def name_in(message):
    """Return the name of the mistake that a verdict tells, None if it tells none."""
    found = re.fullmatch(r"A known mistake: (.+)", message.headline)
    return found and found[1]


def test_there_are_enough_of_each_kind():
    """About a third are right, so that neither kind is judged by a few; each exercise has its share."""
    assert len(ALL) >= 300
    for exercise_id in EXERCISES:
        kinds = [answer.is_right for answer in answers_to(exercise_id).values()]
        assert sum(kinds) >= 3 and len(kinds) - sum(kinds) >= 5, exercise_id


def test_table():
    """Print the figures of all answers together."""
    found = [(answer, verdict(EXERCISES[number], answer.function)) for number, _, answer in ALL]
    right = [message.kind == Kind.RIGHT for answer, message in found if answer.is_right]
    wrong = [(answer, message) for answer, message in found if not answer.is_right]
    names = [(answer.named, name_in(message)) for answer, message in wrong]
    table = {
        "right answers": len(right),
        "right answers, rejected": len(right) - sum(right),
        "wrong answers": len(wrong),
        "wrong answers, accepted": sum(message.kind == Kind.RIGHT for _, message in wrong),
        "wrong answers, named": sum(said is not None for _, said in names),
        "wrong answers, named wrongly": sum(said is not None and said != named for named, said in names),
    }
    print("".join(f"\n{name:30}{number:6}" for name, number in table.items()))
    assert table["right answers, rejected"] == table["wrong answers, accepted"] == 0
    assert table["wrong answers, named wrongly"] == 0
