"""Every exercise: what its check accepts, rejects and names, and that it is written out.

That its reference is right is asked of every exercise in every run; what takes long, of a sixth of them (conftest.py).
"""

import inspect
import random
import re
import sys
from collections import Counter

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers.exercises import all_exercises, sources, verdict
from helpers.exercises.comparing import Yardstick, side
from helpers.exercises.exercise import Case, Mistake
from helpers.exercises.measuring import known_outcome
from helpers.messages.message import Kind
from pasting import forwarding, paste

EXERCISES = all_exercises()
MISTAKES = [(exercise, mistake) for exercise in EXERCISES.values() for mistake in exercise.mistakes]
ALTERNATIVES = [(exercise, other) for exercise in EXERCISES.values() for other in exercise.alternatives]

pytestmark = pytest.mark.usefixtures("nothing_replaced")
each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES.keys())


def name_of(value):
    """Return what pytest calls a parameter of a test."""
    return getattr(value, "id", None) or re.sub(r"\W+", "-", getattr(value, "name", getattr(value, "__name__", "")))


@each_exercise
def test_reference_is_right(exercise):
    assert verdict(exercise, exercise.reference).kind == Kind.RIGHT


@pytest.mark.sampled
@each_exercise
def test_solution_shown_is_the_reference_and_runs_alone(exercise):
    assert verdict(exercise, paste(exercise, sources.text_of(exercise.reference))).kind == Kind.RIGHT


@pytest.mark.sampled
@pytest.mark.parametrize(("exercise", "other"), ALTERNATIVES, ids=name_of)
def test_other_right_answer_is_right(exercise, other):
    found = verdict(exercise, other)
    assert found.kind == Kind.RIGHT, found


@pytest.mark.sampled
@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=name_of)
def test_mistake_gets_its_name(exercise, mistake):
    found = verdict(exercise, forwarding(mistake.wrong))
    assert (found.kind, found.headline) == (Kind.MISTAKE, f"A known mistake: {mistake.name}"), found
    assert found.rows or known_outcome(exercise.observe, mistake.wrong).error


@each_exercise
def test_starter_is_not_attempted(exercise):
    starter = paste(exercise, sources.starter(exercise))
    assert starter.__doc__ and starter.__doc__ == exercise.reference.__doc__
    assert inspect.isclass(starter) or inspect.signature(starter) == inspect.signature(exercise.reference)
    assert verdict(exercise, starter).kind == Kind.BLANK


@pytest.mark.sampled
@each_exercise
def test_mistakes_differ_by_more_than_rounding(exercise):
    """A hundred times the tolerance, so that no other processor takes one for another."""
    functions = [exercise.reference, *(mistake.wrong for mistake in exercise.mistakes)]
    outcomes = [known_outcome(exercise.observe, function) for function in functions]
    coarse = Yardstick(100 * exercise.tolerance, exercise.target)
    alike = [
        (one.__name__, other.__name__)
        for i, one in enumerate(functions)
        for j, other in enumerate(functions[:i])
        if coarse.is_same_outcome(outcomes[i], outcomes[j])
    ]
    assert alike == []


@pytest.mark.sampled
@pytest.mark.parametrize("exercise", [each for each in EXERCISES.values() if each.target], ids=name_of)
def test_known_answers_are_far_from_the_bounds_of_a_target(exercise):
    """A tenth of a bound at least, so that another processor or another start finds them on the same side."""
    answers = [exercise.reference, *exercise.alternatives, *(mistake.wrong for mistake in exercise.mistakes)]
    for answer in answers:
        measured = known_outcome(exercise.observe, answer).measured
        for name in measured.keys() & exercise.target.keys():
            for bound in filter(None, exercise.target[name]):
                assert not abs(measured[name].array / bound - 1) < 0.1, (answer.__name__, name, measured[name].array)


@each_exercise
def test_measurements_can_be_compared(exercise):
    """All kinds are comparable, and the reference is inside its own targets."""
    outcome = known_outcome(exercise.observe, exercise.reference)
    kinds = {"number", "truth value", "text", "None", "complex number"}
    assert outcome.measured and {value.kind for value in outcome.measured.values()} <= kinds
    assert set(exercise.target) <= set(outcome.measured)
    assert {side(outcome.measured[name], bounds) for name, bounds in exercise.target.items()} <= {"within"}


@pytest.mark.sampled
@each_exercise
def test_answer_that_spoils_its_inputs_spoils_no_later_check(exercise):
    if inspect.isclass(exercise.reference):
        pytest.skip("a class gets its inputs in many methods")

    def vandal(*args, **kwargs):
        result = exercise.reference(*args, **kwargs)
        for value in [*args, *kwargs.values()]:
            if isinstance(value, np.ndarray):
                value.fill(7)
            elif isinstance(value, (list, dict)):
                value.clear()
        return result

    verdict(exercise, vandal)
    assert verdict(exercise, exercise.reference).kind == Kind.RIGHT


@pytest.mark.sampled
@each_exercise
def test_check_does_not_depend_on_settings_and_leaves_them(exercise):
    states = random.getstate(), np.random.get_state()[1].tolist()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("mixed_bfloat16")
    tf.config.run_functions_eagerly(True)
    try:
        assert verdict(exercise, exercise.reference).kind == Kind.RIGHT
        assert keras.config.floatx() == "float64" and keras.config.dtype_policy().name == "mixed_bfloat16"
        assert tf.config.functions_run_eagerly()
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
        tf.config.run_functions_eagerly(False)
    assert states == (random.getstate(), np.random.get_state()[1].tolist())


@pytest.mark.sampled
@each_exercise
def test_useless_answers_are_never_right(exercise):
    """Answers without any thought: one number, one array, the first argument, an error."""
    if inspect.isclass(exercise.reference):
        pytest.skip("a class is no function of its arguments")

    def first_argument(*args, **kwargs):
        return args[0]

    def raises(*args, **kwargs):
        raise RuntimeError("no")

    def always(value):
        return lambda *args, **kwargs: value

    useless = [always(0.123), always(np.zeros((3, 1))), always(np.nan), raises]
    useless += [first_argument] if inspect.signature(exercise.reference).parameters else []
    assert Kind.RIGHT not in [verdict(exercise, function).kind for function in useless]
    assert verdict(exercise, raises).kind in (Kind.ERROR, Kind.OFF)


@each_exercise
def test_exercise_is_written_out(exercise):
    texts = [exercise.id, exercise.title, exercise.task, exercise.note, exercise.explanation, *exercise.hints]
    texts += [text for mistake in exercise.mistakes for text in (mistake.name, mistake.explanation)]
    assert all(text.strip() for text in texts)
    assert re.fullmatch(r"C\d\.\d" if isinstance(exercise, Case) else r"0\d\.\d", exercise.id)
    assert 2 <= len(exercise.hints) <= 3
    # a case begins with its mistake; what else is known are mends that do not mend
    assert len(exercise.mistakes) >= (1 if isinstance(exercise, Case) else 2)
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(set(names)) == len(names)
    assert not [name for name in names if name.endswith(".")]
    assert exercise.observe is not exercise.second or not inspect.signature(exercise.reference).parameters
    assert exercise.reference.__name__ in sources.starter(exercise)


def test_plain_descent_leaves_four_percent_in_the_valley():
    """As the task of 01.6 says, so that it cannot be solved with one rate."""
    slope = np.array([1.0, 25.0])  # at the point (1, 1), with the bottom at (0, 0)
    left = {rate: np.abs((1 - rate * slope) ** 40).max() for rate in np.arange(1, 80) / 1000}
    best = min(left, key=left.get)
    assert best == pytest.approx(2 / 26, abs=0.001) and 0.035 < left[best] < 0.045


@each_exercise
def test_file_of_an_exercise_is_where_its_number_says(exercise):
    """lesson04/ex2_weighted_loss.py holds 04.2, whose function is weighted_loss, and no mistake is left out."""
    module = sys.modules[exercise.reference.__module__]
    kind = "case" if isinstance(exercise, Case) else "ex"
    lesson, number = exercise.id.removeprefix("C").split(".")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", exercise.reference.__name__).lower()
    expected = f"helpers.exercises.lesson{int(lesson):02}.{kind}{number}_{words}"
    assert module.__name__ == expected, "rename the file, or its function"
    assert module.__doc__.startswith(f"{exercise.id} {exercise.title}")
    written = [value for value in vars(module).values() if isinstance(value, Mistake)]
    assert [mistake.name for mistake in written if mistake not in exercise.mistakes] == [], "add it to EXERCISE"


@pytest.mark.parametrize("is_case", [False, True])
def test_exercises_and_cases_are_numbered_in_order(is_case):
    names = [name for name in EXERCISES if name.startswith("C") == is_case]
    counts = Counter(name.partition(".")[0] for name in names)
    assert names == [f"{lesson}.{n}" for lesson, count in counts.items() for n in range(1, count + 1)]
    assert all(4 <= count <= 8 for count in counts.values())
