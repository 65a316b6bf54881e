"""The verdict, on exercises made up for the purpose: what it says of right, wrong, empty and broken answers."""

import dataclasses
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers.exercises import sources, verdict
from helpers.exercises.comparing import side
from helpers.exercises.exercise import mistake
from helpers.exercises.measuring import Measurement, measure
from helpers.messages.message import Kind
from made_up import (
    SCALED,
    THREE,
    TOTAL,
    WITH_TARGET,
    Total,
    added,
    forgotten,
    judge,
    make,
    observe_scaled,
    scaled,
    scaled_starter,
    stopped,
    three,
)
from pasting import pasted


@pytest.mark.parametrize("exercise", [SCALED, THREE, TOTAL, WITH_TARGET])
def test_right(exercise):
    assert verdict(exercise, exercise.reference).kind == Kind.RIGHT


def test_right_says_what_is_worth_knowing():
    found = verdict(dataclasses.replace(SCALED, note="Two is even."), scaled)
    assert repr(found).startswith("Right: 99.1 Text.") and "Two is even." in repr(found)


def test_mistake_shows_both_numbers():
    kind, text = judge(SCALED, added)
    assert kind == Kind.MISTAKE and text.startswith("A known mistake: added.\n")
    assert "scaled, at index 1: yours 0, expected -4" in text and "scaled by 3, at index 0: yours 4, expected 3" in text


def test_same_error_as_a_known_mistake_gets_its_name():
    def also(values, factor=2.0):
        raise ValueError("the one and only way to stop like this")

    def other(values, factor=2.0):
        raise ValueError("another way")

    assert judge(SCALED, also)[1].startswith("A known mistake: stopped")
    assert judge(SCALED, other)[0] == Kind.ERROR


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda values, factor=2.0: values * factor + 1e-3, "scaled, at index 0: yours 2.001, expected 2"),
        (lambda values, factor=2.0: (values * factor)[:, None], "scaled: yours shape (3, 1), expected shape (3,)"),
        (lambda values, factor=2.0: values * np.nan, "scaled, at index 0: yours nan, expected 2"),
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
    assert kind == Kind.OFF and said in text, text
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
    assert found.kind == Kind.OFF and [row[0] for row in found.rows] == ["one"]


def test_tensors_variables_and_integers_are_numbers():
    exercise = make(three, lambda candidate: {"number": candidate()})
    for number in (3, np.float32(3), tf.constant(3), tf.Variable(3.0), keras.Variable(3.0), tf.cast(3, tf.bfloat16)):
        assert verdict(exercise, lambda: number).kind == Kind.RIGHT
    for number in (True, "3", [3], 3.001, None):
        assert verdict(exercise, lambda: number).kind != Kind.RIGHT


def test_a_prediction_is_not_given_away():
    directions = ((2, "a larger number"), (4.5, "a smaller number"), (np.nan, "something else"), ([1], "shape ()"))
    for number, direction in directions:
        kind, text = judge(THREE, lambda: number)
        assert kind == Kind.OFF and direction in text and "expected 3" not in text
    kind, text = judge(THREE, lambda: 4.0)
    assert kind == Kind.MISTAKE and "yours 4, expected a smaller number" in text
    assert "expected 3" not in judge(THREE, lambda: "three")[1]


def test_target_is_a_range_and_the_rest_is_equal():
    assert verdict(WITH_TARGET, lambda values: 7 * values).kind == Kind.RIGHT
    assert "size: yours 1, expected at least 1.5" in judge(WITH_TARGET, lambda values: values)[1]
    assert "zero: yours 2, expected 0" in judge(WITH_TARGET, lambda values: values + 2)[1]
    for useless in (np.nan, np.inf, None, "2", True, np.array([])):
        assert verdict(WITH_TARGET, lambda values: useless * 1 if useless is not None else None).kind != Kind.RIGHT
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
        assert judge(exercise, lambda values: answer)[0] == Kind.OFF


EMPTY = ["...", "pass", "return", "return None", "return ...", "'''Text.'''", "x = 1\n    return None"]


@pytest.mark.parametrize("body", EMPTY)
def test_nothing_written_is_not_attempted(body):
    function = pasted(f"def scaled(values, factor=2.0):\n    {body}", "scaled")
    kind, text = judge(SCALED, function)
    assert kind == Kind.BLANK and text.startswith("Not attempted yet: 99.1 Text.")
    assert ("its `return` is missing" in text) == ("x = 1" in body)


def test_not_implemented_is_not_attempted():
    def scaled(values, factor=2.0):
        raise NotImplementedError

    assert judge(SCALED, scaled)[0] == Kind.BLANK

    def by_a_library(values, factor=2.0):
        return keras.layers.Layer().compute_output_shape(values)

    assert judge(SCALED, by_a_library)[0] == Kind.ERROR


def test_gap_left_open_is_named():
    def with_gaps(values, factor=2.0):
        doubled = ...  # noqa: F841 - a gap, as in a starter
        return ...

    kind, text = judge(SCALED, with_gaps)
    assert kind == Kind.BLANK and "returned ..." in text and "a gap" in text

    def half(values, factor=2.0):
        scale = ...
        return values * scale

    kind, text = judge(SCALED, half)
    assert kind == Kind.ERROR and "return values * scale" in text and "A gap, `...`, is still open" in text


def test_nothing_returned_is_right_where_nothing_is_asked_for():
    def in_place(values):
        """Double the values in place."""
        values *= 2

    def observe(candidate):
        values = np.ones(3)
        candidate(values)
        return {"values": values}

    exercise = make(in_place, observe)
    assert verdict(exercise, in_place).kind == Kind.RIGHT
    assert verdict(exercise, lambda values: values.fill(2)).kind == Kind.RIGHT
    assert verdict(exercise, lambda values: values + 1).kind == Kind.OFF


def test_own_starter_is_not_attempted_until_it_changes():
    exercise = dataclasses.replace(SCALED, starter=scaled_starter)
    text = sources.starter(exercise)
    assert text.startswith("def scaled(values, factor=2.0):") and "values + factor" in text
    untouched = pasted("\n\n# a comment\n" + text, "scaled")
    assert verdict(exercise, untouched).kind == Kind.BLANK
    assert verdict(exercise, pasted(text.replace("+", "-"), "scaled")).kind == Kind.OFF
    assert verdict(exercise, pasted(text.replace("+", "*"), "scaled")).kind == Kind.RIGHT


def test_starter_of_a_function_and_of_a_class():
    assert sources.starter(SCALED).endswith('values: float64 (n,).\n    """\n    ...')
    starter = sources.starter(TOTAL)
    assert starter.endswith('    def add(self, value):\n        """Add a value."""\n        ...')
    assert starter.count("...") == 2 and "self.total" not in starter
    assert judge(TOTAL, pasted(starter, "Total"))[0] == Kind.BLANK


def test_error_shows_the_learners_own_line():
    def average(values, factor=2.0):
        def inner(rows):
            return rows / undefined  # noqa: F821

        return inner(values)

    kind, text = judge(SCALED, average)
    assert kind == Kind.ERROR and "return rows / undefined" in text
    assert "NameError: name 'undefined' is not defined" in text and "What it usually means:" in text
    assert "Traceback" not in text and __file__ not in text


def test_error_inside_a_library_shows_the_line_that_called_it():
    def products(values, factor=2.0):
        total = np.ones((2, 2)) @ values
        return total * factor

    kind, text = judge(SCALED, products)
    assert kind == Kind.ERROR and "total = np.ones((2, 2)) @ values" in text
    assert "shape" in text.partition("usually means")[2]


def test_error_inside_a_graph_shows_the_learners_line():
    def graph(values, factor=2.0):
        @tf.function
        def inner(values):
            values = values * factor
            return tf.reshape(values, (7, 7))

        return inner(tf.constant(values))

    kind, text = judge(SCALED, graph)
    assert kind == Kind.ERROR and "return tf.reshape(values, (7, 7))" in text, text
    assert "user code" not in text and ".py" not in text


def test_wrong_arguments_are_compared_with_the_task():
    kind, text = judge(SCALED, lambda values: values)
    assert kind == Kind.ERROR and "`scaled(values, factor=2.0)`" in text and "an unexpected keyword" in text
    assert judge(SCALED, lambda: 3)[0] == Kind.ERROR


def test_error_after_the_learners_code_says_so():
    exercise = make(
        lambda values, factor=2.0: {"loss": 1.0}, lambda candidate: {"first": candidate(np.ones(2))["loss"]}
    )
    kind, text = judge(exercise, lambda values, factor=2.0: {})
    assert kind == Kind.ERROR and "Your code ran" in text and "KeyError: 'loss'" in text


@pytest.mark.parametrize("candidate", [None, 3.0, "scaled", np.ones(3), ..., Total, keras.losses.MeanSquaredError])
def test_what_is_no_function_cannot_be_checked(candidate):
    kind, text = judge(SCALED, candidate)
    assert kind == Kind.UNCHECKED and '`check("99.1", scaled)`' in text


def test_a_class_is_asked_for():
    assert "needs a class" in judge(TOTAL, scaled)[1]
    assert verdict(TOTAL, type("Mine", (Total,), {})).kind == Kind.RIGHT


def test_graph_function_and_callable_object_can_be_checked():
    class Callable:
        def __call__(self, values, factor=2.0):
            return values * factor

    assert verdict(SCALED, Callable()).kind == Kind.RIGHT
    traced = make(scaled, lambda candidate: {"scaled": candidate(tf.ones(3)), "twice": candidate(tf.ones(3), 2.0)})
    assert verdict(traced, tf.function(scaled)).kind == Kind.RIGHT


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
    assert kind == Kind.INTERRUPTED and "stopped before it had an answer" in text
    assert not tf.config.functions_run_eagerly()


def test_check_that_cannot_run_says_that_it_is_not_the_learners_fault():
    kind, text = judge(make(stopped, observe_scaled), scaled)
    assert kind == Kind.UNCHECKED and "not in your answer" in text


def test_known_answers_are_measured_once():
    """But for the reference, which is measured again where an answer is not right: somebody may have patched Keras."""
    calls = []

    def observe(candidate):
        calls.append(candidate.__name__)
        return {"number": candidate(1.0)}

    exercise = make(scaled, observe, [added, forgotten])
    for _ in range(2):
        verdict(exercise, lambda values: 17.0)
    assert calls == ["scaled", "<lambda>", "scaled", "added", "forgotten", "<lambda>", "scaled"]
    verdict(exercise, lambda values: 2 * values)
    assert calls[7:] == ["<lambda>"]


def test_exception_of_another_family_does_not_leak():
    class Odd(BaseException):
        pass

    def answer(values, factor=2.0):
        raise Odd("out of here")

    kind, text = judge(SCALED, answer)
    assert kind == Kind.ERROR and "Odd: out of here" in text


@pytest.mark.parametrize("arguments", ["inputs, labels", "labels, inputs"])
def test_arguments_in_another_order_are_recognized(arguments):
    def divided(inputs, labels):
        """Divide."""
        return inputs / labels

    exercise = make(divided, lambda candidate: {"ratio": candidate(np.ones(2), np.full(2, 4.0))})
    answer = pasted(f"def divided({arguments}):\n    return inputs / labels", "divided")
    kind, text = judge(exercise, answer)
    if arguments == "inputs, labels":
        assert kind == Kind.RIGHT
    else:
        assert text.startswith("A known mistake: the arguments stand in another order")
        assert "`divided(inputs, labels)`, and yours is `divided(labels, inputs)`" in " ".join(text.split())


def in_place(values, factor=2.0):
    values *= factor
    return values


def test_argument_changed_in_place_is_not_right():
    exercise = make(scaled, lambda candidate: {"scaled": candidate(np.array([1.0, np.nan])) + 0.0}, [added])
    kind, text = judge(exercise, in_place)
    assert kind == Kind.MISTAKE and text.startswith("A known mistake: an argument is changed in place")
    assert "changes `values` in place" in text
    assert verdict(make(in_place, exercise.observe), in_place).kind == Kind.RIGHT, "where the reference does it, too"

    def in_place_and_wrong(values, factor=2.0):
        values += factor
        return values

    kind, text = judge(exercise, in_place_and_wrong)
    assert text.startswith("A known mistake: added") and "changes `values` in place" in text


@pytest.mark.parametrize("spoil", [lambda rows: rows.reverse(), lambda rows: rows[0].fill(0), lambda rows: rows.pop()])
def test_change_inside_of_a_list_is_seen(spoil):
    def counted(rows):
        """Count."""
        return len(rows)

    def spoiling(rows):
        number = len(rows)
        spoil(rows)
        return number

    exercise = make(counted, lambda candidate: {"rows": candidate(rows=[np.ones(2), np.arange(3.0)])})
    assert "changes `rows` in place" in judge(exercise, spoiling)[1]
    assert verdict(exercise, lambda rows: len(rows)).kind == Kind.RIGHT


def test_huge_answer_is_told_by_its_shape_and_not_kept():
    huge = np.zeros((500, 500))
    assert Measurement.of(huge).array.strides == (0, 0), "a view of one number"
    assert "yours shape (500, 500), expected shape (3,)" in judge(SCALED, lambda values, factor=2.0: huge)[1]


def test_patched_library_is_noticed_and_forgotten(monkeypatch):
    """The reference is measured before the answer; what is measured under a patch is not kept."""

    def mean(values):
        """Return the mean."""
        return np.mean(values)

    def total(values):
        return np.sum(values)

    exercise = make(mean, lambda candidate: {"mean": candidate([1.0, 2.0, 6.0])}, [total])
    assert judge(exercise, lambda values: 4.0)[0] == Kind.OFF
    with monkeypatch.context() as patch:
        patch.setattr(np, "mean", np.median)
        kind, text = judge(exercise, lambda values: 2.5)
        assert kind == Kind.UNCHECKED and "was replaced in this notebook" in " ".join(text.split())
        assert judge(exercise, lambda values: 2.0)[0] == Kind.RIGHT, "now measured under the patch"
    assert judge(exercise, lambda values: 9.0)[0] == Kind.UNCHECKED, "and forgotten when it is gone"
    assert judge(exercise, lambda values: 9.0)[1].startswith("A known mistake: total")
    assert judge(exercise, lambda values: 3.0)[0] == Kind.RIGHT


def test_check_of_numerics_changes_no_name_and_stays_on():
    def not_a_number(values, factor=2.0):
        return values * tf.math.log(-1.0).numpy()

    exercise = make(scaled, observe_scaled, [not_a_number])
    tf.debugging.enable_check_numerics()
    try:
        assert judge(exercise, lambda values, factor=2.0: values * np.nan)[1].startswith(
            "A known mistake: not_a_number"
        )
        with pytest.raises(tf.errors.InvalidArgumentError):
            tf.math.log(-1.0)
    finally:
        tf.debugging.disable_check_numerics()


def test_function_in_the_place_of_a_class_is_named_without_its_address():
    assert "got the function `scaled`" in judge(TOTAL, scaled)[1]
    assert "got the class `Total`" in judge(SCALED, Total)[1]


def test_a_generator_is_not_empty():
    def endless(values, factor=2.0):
        while True:
            yield None

    def idle(values, factor=2.0):
        pass

    assert sources.empty_functions(endless) == []
    assert sources.empty_functions(idle) == ["idle"]


def test_answers_are_measured_in_float32_and_their_warnings_are_not_shown():
    def warns(values, factor=2.0):
        warnings.warn("as a library's", stacklevel=1)
        return values * factor

    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            outcome = measure(lambda candidate: {"floatx": keras.config.floatx(), **observe_scaled(candidate)}, warns)
        assert outcome.error is None and outcome.measured["floatx"].array == "float32"
    finally:
        keras.config.set_floatx(before)


@pytest.mark.parametrize(
    ("value", "bounds", "where"),
    [
        (2.0, (1, 3), "within"),
        (3.0, (1, 3), "within"),
        (1.0, (1, None), "within"),
        (0.5, (1, 3), "below"),
        (4.0, (None, 3), "above"),
        (np.inf, (1, None), "nowhere"),
        (np.nan, (1, 3), "nowhere"),
        ("two", (1, 3), "nowhere"),
        ([2.0], (1, 3), "nowhere"),
    ],
)
def test_side_of_a_target(value, bounds, where):
    assert side(Measurement.of(value), bounds) == where


def test_error_in_a_function_of_one_line_shows_that_line():
    scaled = pasted("def scaled(values, factor=2.0): return values * nothing", "scaled")
    assert verdict(SCALED, scaled).code[0] == "line 1: def scaled(values, factor=2.0): return values * nothing"


def test_text_of_a_mistake_is_shown_without_its_decorator():
    @mistake("forgotten", "What you see.")
    def forgotten(values, factor=2.0):
        return values

    assert sources.text_of(forgotten.wrong) == "def forgotten(values, factor=2.0):\n    return values"
