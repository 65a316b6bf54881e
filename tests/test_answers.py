"""Answers as learners write them: right ones are accepted, wrong ones rejected, and named rightly if named."""

import pytest

from answers import answers_to
from checker_figures import name_in
from helpers.exercises import all_exercises, verdict
from helpers.exercises.exercise import Case
from helpers.messages.message import Kind

EXERCISES = all_exercises()
ALL = [(exercise_id, name, answer) for exercise_id in EXERCISES for name, answer in answers_to(exercise_id).items()]


@pytest.mark.sampled
@pytest.mark.parametrize(("exercise_id", "name", "answer"), ALL, ids=[f"{number}-{name}" for number, name, _ in ALL])
def test_answer_is_judged_as_a_reader_judges_it(exercise_id, name, answer, nothing_replaced):
    found = verdict(EXERCISES[exercise_id], answer.function)
    if answer.is_right:
        assert found.kind == Kind.RIGHT, f"{answer.how}\n{found}"
        return
    assert found.kind != Kind.RIGHT, f"{answer.how}: accepted; the probes do not see it"
    assert name_in(found) == answer.named, f"{answer.how}\n{found}"


def test_there_are_enough_of_each_kind():
    """About a third are right, so that neither kind is judged by a few; each exercise has its share.

    A case of a clinic is written out but for one line; the mends in its own file are answers enough.
    """
    assert len(ALL) >= 300
    for exercise_id in [name for name, exercise in EXERCISES.items() if not isinstance(exercise, Case)]:
        kinds = [answer.is_right for answer in answers_to(exercise_id).values()]
        assert sum(kinds) >= 3 and len(kinds) - sum(kinds) >= 5, exercise_id
