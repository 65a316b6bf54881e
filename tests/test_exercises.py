"""The proof that the checks of the exercises are right: about what they accept, what they reject, and what they name.

`pytest -o addopts="" -s tests/test_exercises.py -k table` prints the figures.
"""

import _thread
import ast
import copy
import dataclasses
import functools
import inspect
import linecache
import random
import re
import signal
import sys
import threading
from pathlib import Path

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf

import make_exercises
import refresh
from helpers.exercises import check, checker, errors, hint, solution, sources
from helpers.exercises.checker import BLANK, ERROR, MISTAKE, OFF, RIGHT, Exercise, Misconception, verdict

ROOT = Path(__file__).parent.parent
EXERCISES = checker.all_exercises()
MISTAKES = [(exercise, mistake) for exercise in EXERCISES.values() for mistake in exercise.misconceptions]
ALTERNATIVES = [(exercise, other) for exercise in EXERCISES.values() for other in exercise.alternatives]

each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES.keys())


def name_of(value):
    """Return what pytest calls a parameter of a test."""
    return getattr(value, "id", None) or re.sub(r"\W+", "-", getattr(value, "name", getattr(value, "__name__", "")))


def forwarding(function):
    """Return a function that does the same with other code, so that it does not pass for an untouched starter."""
    if inspect.isclass(function):
        return function

    def forward(*args, **kwargs):
        return function(*args, **kwargs)

    forward.__signature__ = inspect.signature(function)
    return forward


def pasted(text, name, module):
    """Return what a text defines under a name, as in a notebook: with its first cell's imports and nothing else."""
    filename = f"<pasted {name} {len(linecache.cache)}>"
    # tf.function reads the source of what it records
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace = {short: value for short, value in vars(module).items() if inspect.ismodule(value)}
    exec(compile(text, filename, "exec"), namespace)
    return namespace[name]


def paste(exercise, text):
    return pasted(text, exercise.reference.__name__, sys.modules[exercise.reference.__module__])


# Every exercise: what its check accepts, rejects and names.


@each_exercise
def test_reference_is_right(exercise):
    assert verdict(exercise, exercise.reference).kind == RIGHT


@each_exercise
def test_solution_shown_is_the_reference_and_runs_alone(exercise):
    assert verdict(exercise, paste(exercise, sources.solution(exercise.reference))).kind == RIGHT


@pytest.mark.parametrize(("exercise", "other"), ALTERNATIVES, ids=name_of)
def test_other_right_answer_is_right(exercise, other):
    found = verdict(exercise, other)
    assert found.kind == RIGHT, found


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=name_of)
def test_mistake_gets_its_name(exercise, mistake):
    found = verdict(exercise, forwarding(mistake.wrong))
    assert (found.kind, found.headline) == (MISTAKE, f"A known mistake: {mistake.name}"), found
    assert found.rows or checker._known_outcome(exercise, mistake.wrong).error


@each_exercise
def test_starter_is_not_attempted(exercise):
    starter = paste(exercise, sources.starter(exercise))
    assert starter.__doc__ and starter.__doc__ == exercise.reference.__doc__
    assert inspect.isclass(starter) or inspect.signature(starter) == inspect.signature(exercise.reference)
    assert verdict(exercise, starter).kind == BLANK


@each_exercise
def test_mistakes_differ_by_more_than_rounding(exercise):
    """A hundred times the tolerance, so that no other processor takes one for another."""
    functions = [exercise.reference, *(mistake.wrong for mistake in exercise.misconceptions)]
    outcomes = [checker._known_outcome(exercise, function) for function in functions]
    coarse = dataclasses.replace(exercise, tolerance=100 * exercise.tolerance)
    alike = [
        (one.__name__, other.__name__)
        for i, one in enumerate(functions)
        for j, other in enumerate(functions[:i])
        if outcomes[i].equals(outcomes[j], coarse)
    ]
    assert alike == []


@pytest.mark.parametrize("exercise", [each for each in EXERCISES.values() if each.target], ids=name_of)
def test_known_answers_are_far_from_the_bounds_of_a_target(exercise):
    """A tenth of a bound at least, so that another processor or another start finds them on the same side."""
    answers = [exercise.reference, *exercise.alternatives, *(mistake.wrong for mistake in exercise.misconceptions)]
    for answer in answers:
        measured = checker._known_outcome(exercise, answer).measured
        for name in measured.keys() & exercise.target.keys():
            for bound in filter(None, exercise.target[name]):
                assert not abs(measured[name].array / bound - 1) < 0.1, (answer.__name__, name, measured[name].array)


@each_exercise
def test_measurements_can_be_compared(exercise):
    """All kinds are comparable, and the reference is inside its own targets."""
    outcome = checker._known_outcome(exercise, exercise.reference)
    kinds = {"number", "truth value", "text", "None", "complex number"}
    assert outcome.measured and {value.kind for value in outcome.measured.values()} <= kinds
    assert set(exercise.target) <= set(outcome.measured)
    assert {checker._side(outcome.measured[name], bounds) for name, bounds in exercise.target.items()} <= {"within"}


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
    assert verdict(exercise, exercise.reference).kind == RIGHT


@each_exercise
def test_check_does_not_depend_on_settings_and_leaves_them(exercise):
    states = random.getstate(), np.random.get_state()[1].tolist()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("mixed_bfloat16")
    tf.config.run_functions_eagerly(True)
    try:
        assert verdict(exercise, exercise.reference).kind == RIGHT
        assert keras.config.floatx() == "float64" and keras.config.dtype_policy().name == "mixed_bfloat16"
        assert tf.config.functions_run_eagerly()
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
        tf.config.run_functions_eagerly(False)
    assert states == (random.getstate(), np.random.get_state()[1].tolist())


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
    assert [verdict(exercise, function).kind for function in useless if verdict(exercise, function).kind == RIGHT] == []
    assert verdict(exercise, raises).kind in (ERROR, OFF)


@each_exercise
def test_exercise_is_written_out(exercise):
    texts = [exercise.id, exercise.title, exercise.task, exercise.note, exercise.explanation, *exercise.hints]
    texts += [text for mistake in exercise.misconceptions for text in (mistake.name, mistake.explanation)]
    assert all(text.strip() for text in texts)
    assert re.fullmatch(r"0\d\.\d", exercise.id)
    assert 2 <= len(exercise.hints) <= 3
    assert len(exercise.misconceptions) >= 2
    names = [mistake.name for mistake in exercise.misconceptions]
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


def test_exercises_are_numbered_in_order():
    lessons = sorted({name[:2] for name in EXERCISES})
    counts = [sum(name.startswith(lesson) for name in EXERCISES) for lesson in lessons]
    assert list(EXERCISES) == [f"{lesson}.{n}" for lesson, count in zip(lessons, counts) for n in range(1, count + 1)]
    assert all(4 <= count <= 7 for count in counts)


# Mutants: small accidental changes of the reference. None that matters may pass.

SWAPPED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.MatMult: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


def mutants(text):
    """Yield (what was changed, text) for each small change of a function's or class's text, docstrings left out."""
    original = ast.parse(text)
    for index, node in enumerate(ast.walk(original)):
        for number in range(len(list(changes(node)))):
            tree = copy.deepcopy(original)
            changed = list(ast.walk(tree))[index]
            what, apply = list(changes(changed))[number]
            before = ast.unparse(tree)
            apply()
            if (after := ast.unparse(ast.fix_missing_locations(tree))) != before:
                yield f"line {getattr(node, 'lineno', 0)}, {what}", after


def changes(node):
    """Yield (what, apply) for each way to change one node in place."""
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and type(node.op) in SWAPPED:
        yield f"{type(node.op).__name__} swapped", lambda: setattr(node, "op", SWAPPED[type(node.op)]())
    if isinstance(node, ast.Compare):
        for i, operator in enumerate(node.ops):
            if type(operator) in SWAPPED:
                other = SWAPPED[type(operator)]()
                yield f"{type(operator).__name__} swapped", lambda i=i, other=other: node.ops.__setitem__(i, other)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        sides = {"left": node.comparators[0], "comparators": [node.left]}
        yield "comparison turned around", lambda: vars(node).update(sides)
    if isinstance(node, ast.UnaryOp):
        yield f"{type(node.op).__name__} dropped", lambda: become(node, node.operand)
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
        yield f"{node.value} changed", lambda: setattr(node, "value", other_constant(node.value))
    if isinstance(node, ast.Call):
        for i in range(len(node.args)):
            yield f"argument {i} dropped", lambda i=i: node.args.pop(i)
        for i, keyword in enumerate(node.keywords):
            yield f"{keyword.arg}= dropped", lambda i=i: node.keywords.pop(i)
        if len(node.args) > 1 and not any(isinstance(argument, ast.Starred) for argument in node.args):
            yield "arguments turned around", lambda: node.args.reverse()
        inner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(inner, ast.Call):  # dataset.shuffle(9).batch(3) without its last call
            yield f".{node.func.attr}() dropped", lambda: become(node, inner)
        if len(node.args) == 1 and isinstance(node.args[0], ast.Call) and not node.keywords:
            yield "call around a call dropped", lambda: become(node, node.args[0])
    for i, statement in enumerate(node.body if isinstance(getattr(node, "body", None), list) else []):
        if not is_docstring(statement) and not isinstance(node, ast.Module):
            yield f"{type(statement).__name__} dropped", lambda i=i: node.body.__setitem__(i, ast.Pass())
            if i + 1 < len(node.body):
                yield "two lines exchanged", lambda i=i: node.body.insert(i, node.body.pop(i + 1))


def become(node, other):
    """Put another node of the tree in the place of this one."""
    node.__class__, node.__dict__ = type(other), vars(other)


def other_constant(value):
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) or not value else value * 2


def is_docstring(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def in_time(function, seconds=5):
    """Return function(), which must treat an interrupt as a learner's; it gets one when it takes too long."""
    # what a shell starts in the background ignores interrupts, and so would these tests
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(seconds, _thread.interrupt_main)
    timer.start()
    try:
        return function()
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


@functools.cache
def mutation(exercise):
    """Return the figures of one exercise's mutants, and which of them the check judges wrongly."""
    on_second = dataclasses.replace(exercise, observe=exercise.second)
    figures = {"mutants": 0, "right on all probes": 0, "wrongly accepted": [], "wrongly named": []}
    for what, text in mutants(sources.solution(exercise.reference)):
        try:
            mutant = paste(exercise, text)
        except Exception:  # it cannot even be defined
            continue
        figures["mutants"] += 1
        found = in_time(lambda: verdict(exercise, mutant))
        if found.kind == RIGHT:
            if in_time(lambda: verdict(on_second, mutant)).kind == RIGHT:
                figures["right on all probes"] += 1
            else:
                figures["wrongly accepted"].append(what)
        if found.kind == MISTAKE:
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
    right = [verdict(exercise, other).kind == RIGHT for exercise, other in ALTERNATIVES]
    right += [verdict(exercise, exercise.reference).kind == RIGHT for exercise in EXERCISES.values()]
    figures = [mutation(exercise) for exercise in EXERCISES.values()]
    table = {
        "exercises": len(EXERCISES),
        "misconceptions": len(named),
        "named correctly": sum(named),
        "right answers": len(right),
        "wrongly rejected": len(right) - sum(right),
        "mutants": sum(each["mutants"] for each in figures),
        "mutants that change nothing": sum(each["right on all probes"] for each in figures),
        "wrongly accepted": sum(len(each["wrongly accepted"]) for each in figures),
        "mutants wrongly named": sum(len(each["wrongly named"]) for each in figures),
    }
    print("".join(f"\n{name:30}{number:6}" for name, number in table.items()))
    assert table["named correctly"] == table["misconceptions"]
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

    assert in_time(lambda: verdict(SCALED, endless), seconds=0.2).kind == "interrupted"


# The verdict, on exercises made for the purpose.


def scaled(values, factor=2.0):
    """Return the values times a factor.

    Args:
        values: float64 (n,).
    """
    return values * factor


def scaled_starter(values, factor=2.0):
    """Return the values times a factor."""
    return values + factor


def added(values, factor=2.0):
    return values + factor


def forgotten(values, factor=2.0):
    return values


def stopped(values, factor=2.0):
    raise ValueError("the one and only way to stop like this")


def three():
    """Return three."""
    return 3.0


class Total:
    """Add up."""

    def __init__(self):
        """Begin with nothing."""
        self.total = 0.0

    def add(self, value):
        """Add a value."""
        self.total += value


def make(reference, observe, wrong=(), **more):
    texts = dict.fromkeys(["title", "task", "note", "explanation"], "Text.")
    mistakes = tuple(Misconception(function.__name__, "What you see.", function) for function in wrong)
    texts |= {"id": "99.1", "hints": ("One.", "Two."), "second": observe, **more}
    return Exercise(reference=reference, observe=observe, misconceptions=mistakes, **texts)


def observe_scaled(candidate):
    values = np.array([1.0, -2.0, 4.0])
    scaled = candidate(values)
    return {"scaled": scaled, "scaled by 3": candidate(values[:1], factor=3.0), "type": type(scaled).__name__}


SCALED = make(scaled, observe_scaled, [added, forgotten, stopped])
THREE = make(three, lambda candidate: {"number": candidate()}, [lambda: 4.0])
TOTAL = make(Total, lambda candidate: {"total": (total := candidate(), total.add(2), total.add(0.5))[0].total})
SIZE = {"size": (1.5, None)}
WITH_TARGET = make(scaled, lambda candidate: {"size": candidate(1.0), "zero": candidate(0.0)}, target=SIZE)


def judge(exercise, candidate):
    found = verdict(exercise, candidate)
    return found.kind, repr(found)


@pytest.mark.parametrize("exercise", [SCALED, THREE, TOTAL, WITH_TARGET])
def test_right(exercise):
    assert verdict(exercise, exercise.reference).kind == RIGHT


def test_right_says_what_is_worth_knowing():
    found = verdict(dataclasses.replace(SCALED, note="Two is even."), scaled)
    assert repr(found).startswith("Right: 99.1 Text.") and "Two is even." in repr(found)


def test_mistake_shows_both_numbers():
    kind, text = judge(SCALED, added)
    assert kind == MISTAKE and text.startswith("A known mistake: added.\n")
    assert "scaled[1]: yours 0, expected -4" in text and "scaled by 3[0]: yours 4, expected 3" in text


def test_same_error_as_a_known_mistake_gets_its_name():
    def also(values, factor=2.0):
        raise ValueError("the one and only way to stop like this")

    def other(values, factor=2.0):
        raise ValueError("another way")

    assert judge(SCALED, also)[1].startswith("A known mistake: stopped")
    assert judge(SCALED, other)[0] == ERROR


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda values, factor=2.0: values * factor + 1e-3, "scaled[0]: yours 2.001, expected 2"),
        (lambda values, factor=2.0: (values * factor)[:, None], "scaled: yours shape (3, 1), expected shape (3,)"),
        (lambda values, factor=2.0: values * np.nan, "scaled[0]: yours nan, expected 2"),
        (lambda values, factor=2.0: (values * factor).tolist(), "type: yours list, expected ndarray"),
        (lambda values, factor=2.0: [[1], [2, 3]], "scaled: yours a list, expected [2, -4, 8]"),
        (lambda values, factor=2.0: values > 0, "scaled: yours [True, False, True], expected [2, -4, 8]"),
        (lambda values, factor=2.0: "2", "scaled: yours 2, expected [2, -4, 8]"),
        (lambda values, factor=2.0: object(), "scaled: yours an object, expected"),
        (lambda values, factor=2.0: np.array([]), "scaled: yours shape (0,), expected shape (3,)"),
        (lambda values, factor=2.0: values if factor == 2 else None, "scaled by 3: yours None, expected [3]"),
        (lambda values, factor=2.0: keras.Input((3,)), "scaled: yours a KerasTensor"),
    ],
)
def test_other_answers_get_the_general_verdict(answer, said):
    kind, text = judge(SCALED, answer)
    assert kind == OFF and said in text, text
    assert "none of the mistakes" in text


def test_only_the_first_differences_are_shown():
    exercise = make(scaled, lambda candidate: {f"number {n}": candidate(n) for n in range(1, 8)})
    found = verdict(exercise, lambda values, factor=2.0: 0.0)
    assert [row[0] for row in found.rows] == ["number 1", "number 2", "number 3", "number 4", "and 3 more"]


def test_measurements_that_are_missing_or_too_many_are_not_right():
    exercise = make(scaled, lambda candidate: {"a": 1.0} | {f"entry {n}": 1.0 for n in range(int(candidate(1.0)))})
    assert "entry 1: yours not there, expected 1" in judge(exercise, lambda values, factor=2.0: 1.0)[1]
    assert "entry 2: yours 1, expected not there" in judge(exercise, lambda values, factor=2.0: 3.0)[1]


def test_what_was_not_measured_is_not_shown_beside_what_was():
    def observe(candidate):
        one = candidate(1.0)
        return {"one": one, "two": candidate(2.0)} if one == 2 else {"one": one}

    found = verdict(make(scaled, observe), lambda values, factor=2.0: 3.0)
    assert found.kind == OFF and [row[0] for row in found.rows] == ["one"]


def test_tensors_variables_and_integers_are_numbers():
    exercise = make(three, lambda candidate: {"number": candidate()})
    for number in (3, np.float32(3), tf.constant(3), tf.Variable(3.0), keras.Variable(3.0), tf.cast(3, tf.bfloat16)):
        assert verdict(exercise, lambda: number).kind == RIGHT
    for number in (True, "3", [3], 3.001, None):
        assert verdict(exercise, lambda: number).kind != RIGHT


def test_a_prediction_is_not_given_away():
    directions = ((2, "a larger number"), (4.5, "a smaller number"), (np.nan, "something else"), ([1], "shape ()"))
    for number, direction in directions:
        kind, text = judge(THREE, lambda: number)
        assert kind == OFF and direction in text and "expected 3" not in text
    kind, text = judge(THREE, lambda: 4.0)
    assert kind == MISTAKE and "yours 4, expected a smaller number" in text
    assert "expected 3" not in judge(THREE, lambda: "three")[1]


def test_target_is_a_range_and_the_rest_is_equal():
    assert verdict(WITH_TARGET, lambda values: 7 * values).kind == RIGHT
    assert "size: yours 1, expected at least 1.5" in judge(WITH_TARGET, lambda values: values)[1]
    assert "zero: yours 2, expected 0" in judge(WITH_TARGET, lambda values: values + 2)[1]
    for useless in (np.nan, np.inf, None, "2", True, np.array([])):
        assert verdict(WITH_TARGET, lambda values: useless * 1 if useless is not None else None).kind != RIGHT
    both = dataclasses.replace(WITH_TARGET, target={"size": (1.5, 2.5)})
    assert "size: yours 7, expected 1.5 to 2.5" in judge(both, lambda values: 7 * values)[1]
    assert "size: yours 2.26, expected 1.5 to 2.5" in judge(both, lambda values: 2.2614 * values)[1], (
        "shown if right, too"
    )
    assert "size: yours 2.5001, expected 1.5 to 2.5" in judge(both, lambda values: 2.5001 * values)[1]
    assert "size: yours nan, expected 1.5 to 2.5" in judge(both, lambda values: np.nan * values)[1]
    assert "size: yours None, expected 1.5 to 2.5" in judge(both, lambda values: None if values else 0.0)[1]


def test_mistake_misses_a_target_on_the_same_side():
    exercise = make(scaled, lambda candidate: {"size": candidate(1.0)}, [forgotten, added], target={"size": (1.5, 2.5)})
    for answer, name in ((0.1, "forgotten"), (-np.inf, "forgotten"), (99.0, "added"), (np.inf, "added")):
        assert judge(exercise, lambda values: answer)[1].startswith(f"A known mistake: {name}.\n"), answer
    for answer in (np.nan, [1.0], "1", True):
        assert judge(exercise, lambda values: answer)[0] == OFF


EMPTY = ["...", "pass", "return", "return None", "return ...", "'''Text.'''", "x = 1\n    return None"]


@pytest.mark.parametrize("body", EMPTY)
def test_nothing_written_is_not_attempted(body):
    function = pasted(f"def scaled(values, factor=2.0):\n    {body}", "scaled", checker)
    kind, text = judge(SCALED, function)
    assert kind == BLANK and text.startswith("Not attempted yet: 99.1 Text.")
    assert ("its `return` is missing" in text) == ("x = 1" in body)


def test_not_implemented_is_not_attempted():
    def scaled(values, factor=2.0):
        raise NotImplementedError

    assert judge(SCALED, scaled)[0] == BLANK

    def by_a_library(values, factor=2.0):
        return keras.layers.Layer().compute_output_shape(values)

    assert judge(SCALED, by_a_library)[0] == ERROR


def test_gap_left_open_is_named():
    def with_gaps(values, factor=2.0):
        doubled = ...  # noqa: F841 - a gap, as in a starter
        return ...

    kind, text = judge(SCALED, with_gaps)
    assert kind == BLANK and "returned ..." in text and "a gap" in text

    def half(values, factor=2.0):
        scale = ...
        return values * scale

    kind, text = judge(SCALED, half)
    assert kind == ERROR and "return values * scale" in text and "A gap, `...`, is still open" in text


def test_nothing_returned_is_right_where_nothing_is_asked_for():
    def in_place(values):
        """Double the values in place."""
        values *= 2

    def observe(candidate):
        values = np.ones(3)
        candidate(values)
        return {"values": values}

    exercise = make(in_place, observe)
    assert verdict(exercise, in_place).kind == RIGHT
    assert verdict(exercise, lambda values: values.fill(2)).kind == RIGHT
    assert verdict(exercise, lambda values: values + 1).kind == OFF


def test_own_starter_is_not_attempted_until_it_changes():
    exercise = dataclasses.replace(SCALED, starter=scaled_starter)
    text = sources.starter(exercise)
    assert text.startswith("def scaled(values, factor=2.0):") and "values + factor" in text
    untouched = pasted("\n\n# a comment\n" + text, "scaled", checker)
    assert verdict(exercise, untouched).kind == BLANK
    assert verdict(exercise, pasted(text.replace("+", "-"), "scaled", checker)).kind == OFF
    assert verdict(exercise, pasted(text.replace("+", "*"), "scaled", checker)).kind == RIGHT


def test_starter_of_a_function_and_of_a_class():
    assert sources.starter(SCALED).endswith('values: float64 (n,).\n    """\n    ...')
    starter = sources.starter(TOTAL)
    assert starter.endswith('    def add(self, value):\n        """Add a value."""\n        ...')
    assert starter.count("...") == 2 and "self.total" not in starter
    assert judge(TOTAL, pasted(starter, "Total", checker))[0] == BLANK


def test_error_shows_the_learners_own_line():
    def average(values, factor=2.0):
        def inner(rows):
            return rows / undefined  # noqa: F821

        return inner(values)

    kind, text = judge(SCALED, average)
    assert kind == ERROR and "return rows / undefined" in text
    assert "NameError: name 'undefined' is not defined" in text and "What it usually means:" in text
    assert "Traceback" not in text and __file__ not in text


def test_error_inside_a_library_shows_the_line_that_called_it():
    def products(values, factor=2.0):
        total = np.ones((2, 2)) @ values
        return total * factor

    kind, text = judge(SCALED, products)
    assert (
        kind == ERROR and "total = np.ones((2, 2)) @ values" in text and "shape" in text.partition("usually means")[2]
    )


def test_error_inside_a_graph_shows_the_learners_line():
    def graph(values, factor=2.0):
        @tf.function
        def inner(values):
            values = values * factor
            return tf.reshape(values, (7, 7))

        return inner(tf.constant(values))

    kind, text = judge(SCALED, graph)
    assert kind == ERROR and "return tf.reshape(values, (7, 7))" in text, text
    assert "user code" not in text and ".py" not in text


def graph(*lines, call="step(tf.constant(values))"):
    """Return the lines of a function as learners write a step that is recorded as a graph, and its call."""
    return "\n".join(["@tf.function", "def step(x):", *("    " + line for line in lines), f"return {call}"])


TAPE = "w = tf.Variable(3.0)\nwith tf.GradientTape() as tape:\n    loss = w**2\n"
MODEL = "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])\n"
SPARSE = "loss_fn = keras.losses.SparseCategoricalCrossentropy()\n"

# what a learner writes, words of the error, of its meaning; the learner's own line is the last, or the one with a mark
ERRORS = [
    ("return values + ...", "'ellipsis'", "A gap, `...`, is still open"),
    ("return tf.Variable(1.0) * ...", "ellipsis", "A gap, `...`, is still open"),
    # gradients and optimizers
    (TAPE + "keras.optimizers.SGD().apply_gradients([(w, tape.gradient(loss, w))])", "_unique_id", "gradient first"),
    (TAPE + "tape.gradient(float(loss), w)", "'float' object", "which no tape can follow"),
    (TAPE + "tape.gradient(loss.numpy(), w)", "_id", "which no tape can follow"),
    (TAPE + "tape.gradient(float(loss) / 7, w)", "`type_value`: 1.2", "which no tape can follow"),
    (TAPE + "tape.gradient(None, w)", "received None", "without `return`"),
    ("keras.optimizers.SGD().apply_gradients([(None, keras.Variable(1.0))])", "No gradients", "saw no way"),
    (TAPE + "tape.gradient(loss, w)\ntape.gradient(loss, w)", "RuntimeError", "persistent=True"),
    (
        "a, b = keras.Variable(1.0), keras.Variable(1.0)\nsgd = keras.optimizers.SGD()\n"
        "sgd.build([a])\nsgd.apply_gradients([(1.0, b)])",
        "shape=(), dtype=float32>. This optimizer can only",
        "an optimizer of its own",
    ),
    # graphs
    (graph("if x[0] > 9:  # mark", "    y = 1", "return y"), "ValueError: 'y' must", "all branches and rounds"),
    (graph("return [2 * y for y in x]  # mark"), "a symbolic `tf.Tensor` is not allowed.", "in a comprehension"),
    (graph("total = 0", "for y in x:  # mark", "    total = y", "return total"), "TypeError: 'total'", "all branches"),
    (graph("return 1 if x[0] > 0 else 2  # mark").replace("tion", "tion(autograph=False)", 1), "bool", "branches"),
    (graph("return tf.Variable(x)  # mark"), "singleton", "when it is first called"),
    (graph("return x.numpy()  # mark"), "'SymbolicTensor' object has no attribute 'numpy'", "has no value yet"),
    (
        graph("seen.append(x + 1)", "return x", call="step(tf.constant(values)), seen[0] + 1").replace(
            "@", "seen = []\n@", 1
        ),
        "is out of scope",
        "return what is needed outside",
    ),
    (graph("return np.mean(x)  # mark"), "NotImplementedError: Cannot convert a symbolic", "has no value yet"),
    ("return np.mean(keras.Input((3,)))", "KerasTensor", "behind `keras.Input`"),
    # None, and parentheses
    ("return values + None", "TypeError", "None stands where"),
    ("return None.shape", "AttributeError", "None stands where"),
    ("return tf.Variable(1.0).assign_sub(None)", "ValueError", "None stands where"),
    ("metric = keras.metrics.Mean()\nreturn metric.result + 1", "'method' and 'int'", "parentheses behind its name"),
    ("return keras.metrics.Mean().result.numpy()", "'function' object", "parentheses behind its name"),
    ("with tf.GradientTape as tape:  # mark\n    pass", "'type' object", "parentheses behind its name"),
    ("return values(3)", "not callable", "followed by parentheses"),
    (MODEL + "return model.trainable_variables()", "not callable", "followed by parentheses"),
    ("return len(values, 3)", "TypeError", "too few, too many or misnamed"),
    ("return tf.reduce_mean(values, dim=0)", "unexpected keyword", "too few, too many or misnamed"),
    ("return keras.optimizers.SGD(lr=0.1)", "ValueError", "too few, too many or misnamed"),
    ("return tf.one_hot([0])", "Missing required", "too few, too many or misnamed"),
    ("class Sum:\n    def add(value):\n        pass\nreturn Sum().add(1)", "but 2 were given", "is `self`"),
    # positions and parts
    ("return range(len(values) / 2)", "'float' object cannot be", "single integer is needed"),
    ("return values[0.5]", "IndexError", "single integer is needed"),
    ("return tf.constant(values)[[0.5]]", "TypeError", "single integer is needed"),
    ("x = tf.constant(values)\nx[x < 0] = 0", "scalar index", "tf.boolean_mask"),
    ("return float(values)", "TypeError", "several, or of none"),
    ('return f"{tf.constant(values):.3f}"', "TypeError", "several, or of none"),
    ("return 1 if values > 0 else 2", "truth value", "there are many"),
    ("return keras.losses.MeanSquaredError(values, values)", "truth value", "where a setting should be"),
    ("for value in 3:  # mark\n    pass", "not iterable", "something with parts"),
    ("a, b = tf.constant(1.0)", "scalar tensor", "something with parts"),
    ("return tf.data.Dataset.range(3)[0]", "not subscriptable", "`next(iter(...))`"),
    ("return next(tf.data.Dataset.range(3))", "not an iterator", "`next(iter(...))`"),
    ("a, b = values", "too many values", "more or fewer parts"),
    (TAPE + "keras.optimizers.SGD().apply_gradients([loss, w, w][:0])", "not enough values", "need `zip(...)`"),
    ("x = tf.constant(values)\nx[0] = 1.0", "item assignment", "tf.stack"),
    ("return {0: 1.0}[tf.constant(0)]", "unhashable", "key of a dictionary"),
    (MODEL + "return tf.add_n(model.losses)", "at least one", "`sum([])` is 0"),
    ("return max([])", "empty", "`sum([])` is 0"),
    # types
    ("return tf.constant(values).mean()", "has no attribute 'mean'", "tf.reduce_mean"),
    ("return tf.constant(values).reshape(-1)", "object has no attribute 'reshape'.\n", "tf.reshape"),
    ("w = tf.constant(1.0)\nw.assign_sub(0.1)", "assign_sub", "Only a `tf.Variable` can be assigned to"),
    ("return values.no_such_thing", "AttributeError", "behind the dot"),
    ("return keras.losses.MeanSquareError()", "AttributeError", "behind the dot"),
    ("return [values].numpy()", "'list' object has no attribute 'numpy'", "behind the dot"),
    ('return "loss: " + 3.0', "concatenate", "A text"),
    ('return "loss: " + tf.constant(3.0)', "Cannot convert 'loss: '", "A text"),
    ('return float("abc")', "ValueError", "A text"),
    ('return tf.cast("3", tf.float32)', "UnimplementedError", "A text"),
    ('return tf.constant(np.array([1, "a"], dtype=object))', "Unsupported object", "A text"),
    ("return tf.constant([1.0]) + tf.constant([2.0], tf.float64)", "InvalidArgumentError", "does not mix types"),
    ("return tf.constant([1.0]) + tf.constant([2])", "InvalidArgumentError", "does not mix types"),
    ("return tf.Variable(1.0).assign(tf.constant(2.0, tf.float64))", "ValueError", "does not mix types"),
    ("return tf.Variable(1) - 0.5", "Cannot convert 0.5", "does not mix types"),
    ("return tf.reduce_mean(tf.constant([True]))", "of bool is not in the list", "does not mix types"),
    ("return tf.constant(1.0) / tf.constant(2)", "the same dtype", "does not mix types"),
    (graph("return x * tf.constant(2)  # mark"), "does not match type", "does not mix types"),
    ("return (values > 0) - (values > 1)", "TypeError", "does not mix types"),
    ("return 0.1 * [1.0]", "multiply sequence", "work on each entry"),
    ("return [1.0] - [2.0]", "'list' and 'list'", "work on each entry"),
    ("return values[99]", "IndexError", "Counting begins with 0"),
    ("return tf.constant(values)[99]", "InvalidArgumentError", "Counting begins with 0"),
    ("return keras.Sequential([keras.layers.Dense(1)]).weights[0]", "IndexError", "not built yet"),
    (SPARSE + "return loss_fn(np.array([2]), np.ones((1, 2)))", "label value of 2", "a class, that is not"),
    (graph("return tf.gather(x, tf.cast(x, 'int32'))  # mark"), "Error: indices[1] = -2 is not in", "position"),
    ("return np.ones(3) + np.ones(4)", "ValueError", "shapes do not fit"),
    ("return np.ones(3).mean(axis=1)", "AxisError", "no such axis"),
    ("return tf.constant([1.0]) @ tf.constant([[2.0]])", "InvalidArgumentError", "shapes do not fit"),
    ("return tf.reshape(values, (7, 7))", "InvalidArgumentError", "shapes do not fit"),
    (SPARSE + "return loss_fn(np.ones((2, 3)), np.ones((2, 3)))", "rank", "shapes do not fit"),
    (MODEL + "return model(np.ones((5, 4)))", "ValueError: Input 0", "shapes do not fit"),
    (MODEL + graph("return model(x[None, :2], training=True)  # mark"), "ValueError: Input 0", "shapes do not fit"),
    ("return tf.data.Dataset.from_tensor_slices((values, values[:2]))", "Dimensions 3 and 2", "shapes do not fit"),
    # what a checkpoint, a table or a file does not have
    ("return tf.train.Checkpoint(epoch=0)", "trackable", "`tf.Variable(0)`"),
    ('return open("no.csv")', "FileNotFoundError", "no such file"),
    ('tf.train.Checkpoint(w=tf.Variable(1.0)).restore("no-1")', "NotFoundError", "tf.train.latest_checkpoint"),
    ('keras.models.load_model("no.keras")', "ValueError", "no such file"),
    ("return {}['key']", "KeyError", "this dictionary or table"),
    # names and the rest
    ("total += 1  # mark\nreturn total", "UnboundLocalError", "before it gets a value"),
    ("return missing", "NameError", "does not know"),
    (graph("return x * missing  # mark"), "NameError: name 'missing'", "does not know"),
    # both arguments: Python 3.13.0 itself crashes on endless calls that leave one to its default
    ("return scaled(values, factor)", "RecursionError", "calls itself"),
    ("import no_such_module", "ModuleNotFoundError", "not installed"),
    ("exit()", "SystemExit", "whole notebook"),
    # no meaning is better than one that is not certain
    ("return 1 / 0", "ZeroDivisionError: division by zero", None),
    ('raise ValueError("my own")', "ValueError: my own", None),
    (MODEL + "return model.fit(values, values)", "compile()", None),
    ("return tf.debugging.check_numerics([np.inf], 'no number')", "InvalidArgumentError: no number", None),
    ("return tf.data.Dataset.range(3).batch(0)", "InvalidArgumentError: Batch size", None),
    ("return keras.Sequential([keras.layers.Dense(1)]).count_params()", "isn't built", None),
]


@pytest.mark.parametrize(("body", "error", "meaning"), ERRORS)
def test_errors_are_explained(body, error, meaning):
    lines = body.splitlines()
    function = pasted("\n    ".join(["def scaled(values, factor=2.0):", *lines]), "scaled", checker)
    if "exit" in body:
        function.__globals__["exit"] = sys.exit
    found = verdict(SCALED, function)
    assert found.kind == ERROR, found
    own, said = found.code
    assert own.partition(": ")[2] == next((line.strip() for line in lines if "# mark" in line), lines[-1])
    assert error in said + "\n"
    assert not re.search(r"\.py|function_node|Op:|user code|call\(\)", said)
    assert (meaning in " ".join(found.paragraphs)) if meaning else not found.paragraphs, found


def test_line_of_a_graph_is_found_when_the_cell_is_run_again():
    """TensorFlow takes an equal step for the same, and names the lines of the cell that it saw first."""
    for more in ("", "  # changed"):
        step = graph("return tf.reshape(x, (7, 7))", call="step(tf.constant(values))" + more)
        function = pasted("def scaled(values, factor=2.0):\n    " + step.replace("\n", "\n    "), "scaled", checker)
        assert verdict(SCALED, function).code[0].endswith(": return tf.reshape(x, (7, 7))")


def test_each_meaning_has_an_error():
    """None that no row above leads to, so that no wrong one stays unseen."""
    told = [next((text for _, _, text in errors.MEANINGS if row[2] and row[2] in text), None) for row in ERRORS]
    assert [text for _, _, text in errors.MEANINGS if text not in told] == []


def test_wrong_arguments_are_compared_with_the_task():
    kind, text = judge(SCALED, lambda values: values)
    assert kind == ERROR and "`scaled(values, factor=2.0)`" in text and "an unexpected keyword" in text
    assert judge(SCALED, lambda: 3)[0] == ERROR


def test_error_after_the_learners_code_says_so():
    exercise = make(
        lambda values, factor=2.0: {"loss": 1.0}, lambda candidate: {"first": candidate(np.ones(2))["loss"]}
    )
    kind, text = judge(exercise, lambda values, factor=2.0: {})
    assert kind == ERROR and "Your code ran" in text and "KeyError: 'loss'" in text


@pytest.mark.parametrize("candidate", [None, 3.0, "scaled", np.ones(3), ..., Total, keras.losses.MeanSquaredError])
def test_what_is_no_function_cannot_be_checked(candidate):
    kind, text = judge(SCALED, candidate)
    assert kind == "nothing checked" and '`check("99.1", scaled)`' in text


def test_a_class_is_asked_for():
    assert "needs a class" in judge(TOTAL, scaled)[1]
    assert verdict(TOTAL, type("Mine", (Total,), {})).kind == RIGHT


def test_graph_function_and_callable_object_can_be_checked():
    class Callable:
        def __call__(self, values, factor=2.0):
            return values * factor

    assert verdict(SCALED, Callable()).kind == RIGHT
    traced = make(scaled, lambda candidate: {"scaled": candidate(tf.ones(3)), "twice": candidate(tf.ones(3), 2.0)})
    assert verdict(traced, tf.function(scaled)).kind == RIGHT


def test_what_is_printed_is_shown_once_and_shortened():
    def talks(values, factor=2.0):
        for number in range(20):
            print("number", number)
        return values * factor

    text = repr(verdict(SCALED, talks))
    assert "Your code printed:\n    number 0\n" in text and text.count("number 0") == 1 and "number 7" not in text


def test_an_interrupt_is_answered(monkeypatch):
    def endless(values, factor=2.0):
        tf.config.run_functions_eagerly(True)
        raise KeyboardInterrupt

    kind, text = judge(SCALED, endless)
    assert kind == "interrupted" and "Nothing was changed" in text
    assert not tf.config.functions_run_eagerly()


def test_check_that_cannot_run_says_that_it_is_not_the_learners_fault():
    kind, text = judge(make(stopped, observe_scaled), scaled)
    assert kind == "nothing checked" and "not in your answer" in text


def test_known_answers_are_measured_once():
    calls = []

    def observe(candidate):
        calls.append(candidate.__name__)
        return {"number": candidate(1.0)}

    exercise = make(scaled, observe, [added, forgotten])
    for _ in range(3):
        verdict(exercise, lambda values: 17.0)
    assert calls == ["scaled", "<lambda>", "added", "forgotten", "<lambda>", "<lambda>"]


# What is shown.


def test_html_and_text_say_the_same():
    answers = [scaled, added, stopped, lambda values: 3]
    answers += [lambda values, factor=2.0: values + 17, lambda values, factor=2.0: 1 / 0]
    for answer in answers:
        found = verdict(SCALED, answer)
        page = found._repr_html_()
        words = re.sub(r"<[^>]+>", " ", page).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        told = set(re.findall(r"[\w.]+", repr(found))) - {"yours", "expected", "Measured"}
        assert told <= set(re.findall(r"[\w.]+", words)) | {word + "." for word in re.findall(r"[\w.]+", words)}
        assert page.startswith('<div role="status"') and "<script" not in page


def test_html_escapes_what_learners_write():
    def angry(values, factor=2.0):
        print("<b>bold</b>")
        raise ValueError("<script>alert(1)</script>")

    page = verdict(SCALED, angry)._repr_html_()
    assert "<script>" not in page and "<b>" not in page and "&lt;script&gt;" in page


def test_markdown_in_explanations_becomes_html():
    page = "a <code>b*c*d</code> <em>e</em> <strong>f</strong> 2 * 3 * 4 &lt; 5"
    assert checker._as_html("a `b*c*d` *e* **f** 2 * 3 * 4 < 5") == page


def test_check_hint_and_solution_show_something(capsys, monkeypatch):
    name, exercise = next(iter(EXERCISES.items()))
    monkeypatch.setattr(checker, "_hints_shown", {})
    assert check(name, exercise.reference) is None
    assert capsys.readouterr().out.startswith(f"Right: {name}")
    for shown in (1, 2, 3, 3):
        hint(name)
        assert f"Hint {min(shown, len(exercise.hints))} of {len(exercise.hints)}" in capsys.readouterr().out
    solution(name)
    assert sources.solution(exercise.reference).splitlines()[0] in capsys.readouterr().out


def test_wrong_number_of_an_exercise_gets_advice(capsys):
    for wrong, advice in (
        ("1.1", '"01.1"'),
        ("01.99", "Did you mean"),
        ("unheard of", "There are"),
        (1.1, "in quotes"),
    ):
        for function in (hint, solution, functools.partial(check, candidate=scaled)):
            function(wrong)
            assert advice in capsys.readouterr().out
    check(scaled, "01.1")
    assert "comes first, in quotes" in capsys.readouterr().out
    check("01.1")
    assert "got nothing" in capsys.readouterr().out


def test_helpers_run_no_text():
    for path in (ROOT / "helpers" / "exercises").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not names & {"eval", "exec", "compile", "__import__"}, path.name


# The notebooks.

each_lesson = pytest.mark.parametrize("number", make_exercises.lessons())


def stored(folder, number):
    return nbformat.read(refresh.NOTEBOOKS / folder / make_exercises.lessons()[number].name, as_version=4)


def written(notebook):
    """Return what people read and write in a notebook, without outputs."""
    return [(cell.id, cell.cell_type, cell.metadata.get("tags", []), cell.source) for cell in notebook.cells]


@each_lesson
def test_solved_notebook_shows_the_exercises_as_their_module_has_them(number):
    expected = make_exercises.solved_notebook(number)
    assert written(stored("solutions", number)) == written(expected), "run tests/make_exercises.py"


@each_lesson
def test_pair_of_notebooks_has_not_drifted(number):
    expected = make_exercises.exercise_notebook(stored("solutions", number))
    assert written(stored("exercises", number)) == written(expected), "run tests/make_exercises.py"


@each_lesson
def test_exercise_notebook_gives_no_solution_away(number):
    code = "\n".join(cell.source for cell in stored("exercises", number).cells)
    for exercise in EXERCISES.values():
        if exercise.id.startswith(number):
            assert sources.solution(exercise.reference) not in code and sources.starter(exercise) in code


@each_lesson
def test_stored_verdicts(number):
    """All right in the solved notebook, but for one wrong answer; nothing attempted in the other."""
    said = {folder: verdicts(stored(folder, number)) for folder in ("solutions", "exercises")}
    count = sum(name.startswith(number) for name in EXERCISES)
    assert [text.partition(":")[0] for text in said["solutions"]] == ["Right", "A known mistake"] + ["Right"] * (
        count - 1
    )
    assert [text.partition(":")[0] for text in said["exercises"]] == ["Not attempted yet"] * count


def verdicts(notebook):
    """Return the stored text of each check, which also has the same as HTML."""
    checks = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.startswith("check(")]
    outputs = [output for cell in checks for output in cell.outputs]
    assert len(outputs) == len(checks) and all("text/html" in output.data for output in outputs)
    return [output.data["text/plain"] for output in outputs]


def test_readme_counts_the_exercises():
    readme = (make_exercises.refresh.NOTEBOOKS.parent / "README.md").read_text(encoding="utf-8")
    assert f"{len(EXERCISES)} in all" in readme
    assert sum(bool(exercise.target) for exercise in EXERCISES.values()) == 2, "two open designs, as README.md says"
    assert sum(len(exercise.misconceptions) for exercise in EXERCISES.values()) > 200, "as README.md says"
