"""The check of an exercise: it measures an answer and says which mistake it is.

    check("04.2", weighted_loss)   the verdict on a function
    hint("04.2")                   a nudge; each further call says a little more
    solution("04.2")               one right answer

An exercise is data (class Exercise). Its `observe` runs a function on small probes and returns named measurements; the
verdict compares those of the answer with those of the reference and of each known mistake. The exercises are in
lesson01.py to lesson05.py, whose names this file never mentions.
"""

import contextlib
import difflib
import functools
import html
import importlib
import inspect
import io
import logging
import pkgutil
import random
import re
import textwrap
import types
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf
from IPython.display import display

from helpers.exercises import errors, sources


@dataclass(frozen=True, eq=False)
class Misconception:
    """A mistake that people make: a short name, what it looks like and what to change, and code that makes it."""

    name: str
    explanation: str
    wrong: Callable


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
    misconceptions: tuple[Misconception, ...]
    observe: Callable
    second: Callable
    note: str
    explanation: str
    alternatives: tuple[Callable, ...] = ()
    starter: Callable | None = None
    target: dict = field(default_factory=dict)
    tolerance: float = 1e-5


# What a learner calls.


def check(exercise_id, candidate=None):
    """Show the verdict on the function (or class) that the exercise asks for: check("04.2", weighted_loss)."""
    try:
        exercise = _find(exercise_id)
    except KeyError as error:
        display(Verdict("nothing checked", "Nothing checked", (error.args[0],)))
    else:
        display(verdict(exercise, candidate))


def hint(exercise_id):
    """Show the first hint, and one more with each further call: hint("04.2")."""
    try:
        exercise = _find(exercise_id)
    except KeyError as error:
        display(Verdict("nothing found", "No such hint", (error.args[0],)))
        return
    shown = min(_hints_shown.get(exercise.id, 0) + 1, len(exercise.hints))
    _hints_shown[exercise.id] = shown
    more = f'`hint("{exercise.id}")` again says more.'
    if shown == len(exercise.hints):
        more = f'That was the last hint; `solution("{exercise.id}")` shows one right answer.'
    numbered = [f"{number}. {text}" for number, text in enumerate(exercise.hints[:shown], start=1)]
    headline = f"Hint {shown} of {len(exercise.hints)} for {exercise.id} {exercise.title}"
    display(Verdict("hint", headline, (*numbered, more)))


def solution(exercise_id):
    """Show one right answer, to read or to copy: solution("04.2")."""
    try:
        source = sources.solution(_find(exercise_id).reference)
    except KeyError as error:
        display(Verdict("nothing found", "No such solution", (error.args[0],)))
        return
    display({"text/plain": source, "text/markdown": f"```python\n{source}\n```"}, raw=True)


_hints_shown = {}


def all_exercises():
    """Return {id: exercise} of all lessons, in order."""
    package = importlib.import_module("helpers.exercises")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.name.startswith("lesson"))
    lessons = [importlib.import_module(f"helpers.exercises.{name}") for name in names]
    return {exercise.id: exercise for lesson in lessons for exercise in lesson.EXERCISES}


def _find(exercise_id):
    """Return the exercise; raise a KeyError that says in words what to write instead."""
    if not isinstance(exercise_id, str):
        raise KeyError('The number of the exercise comes first, in quotes: `check("04.2", weighted_loss)`.')
    known, wanted = all_exercises(), exercise_id.strip()
    if wanted in known:
        return known[wanted]
    close = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    advice = f'Did you mean "{close[0]}"?' if close else f"There are {', '.join(known)}."
    raise KeyError(f'There is no exercise "{wanted}". {advice}')


# The verdict.

RIGHT, MISTAKE, OFF, ERROR, BLANK = "right", "mistake", "off", "error", "not attempted"


def verdict(exercise, candidate):
    """Return the Verdict on `candidate`; whatever that does, this does not raise, and the learner's settings stay."""
    try:
        return _not_checkable(exercise, candidate) or _judge(exercise, candidate)
    except KeyboardInterrupt:
        stopped = "The check was stopped before it had an answer. Nothing was changed."
        loop = "If it took long: look for a loop that never ends, or for more work in each step than the task asks for."
        return Verdict("interrupted", "Interrupted", (stopped, loop))


def _not_checkable(exercise, candidate):
    """Return a Verdict where there is nothing to run: no function, or one without a body."""
    reference = exercise.reference
    wanted = "class" if inspect.isclass(reference) else "function"
    if not callable(candidate) or inspect.isclass(candidate) != inspect.isclass(reference):
        found = "nothing" if candidate is None else f"{candidate!r:.60}, {_a(type(candidate).__name__)}"
        call = f'`check("{exercise.id}", {reference.__name__})`'
        advice = f"Give the {wanted} itself, without parentheses behind its name: {call}."
        return Verdict("nothing checked", "Nothing checked", (f"The check needs a {wanted} and got {found}.", advice))
    empty = sources.empty_functions(candidate)
    if empty or sources.is_same_code(candidate, exercise.starter):
        return _not_attempted(exercise)
    return None


def _not_attempted(exercise, reason=None):
    nudge = f'When you would like a nudge: `hint("{exercise.id}")`.'
    return Verdict(BLANK, f"Not attempted yet: {exercise.id} {exercise.title}", (reason, nudge) if reason else (nudge,))


def _judge(exercise, candidate):
    expected = _known_outcome(exercise, exercise.reference)
    if expected.error:
        said = f"{type(expected.error).__name__}: {errors.message(expected.error)}"
        reason = f"The check cannot run its own solution here ({said})."
        comfort = "The mistake is in the course or in what is installed, not in your answer."
        return Verdict("nothing checked", "Nothing checked", (reason, comfort))
    outcome = _measure(exercise, candidate)
    return _name_it(exercise, candidate, outcome, expected).with_printed(outcome.printed)


def _name_it(exercise, candidate, outcome, expected):
    if outcome.equals(expected, exercise):
        more = f'`solution("{exercise.id}")` shows one way to write it.'
        reached = tuple(_row(name, outcome.measured[name], None, exercise) for name in exercise.target)
        return Verdict(RIGHT, f"Right: {exercise.id} {exercise.title}", (exercise.note, more), reached)
    if outcome.returned_nothing and not expected.returned_nothing:
        advice = "If you have written it, its `return` is missing."
        if outcome.returned_nothing == "...":
            advice = "There is still a gap where its result should be."
        return _not_attempted(
            exercise, f"`{exercise.reference.__name__}` returned {outcome.returned_nothing}. {advice}"
        )
    # a library may raise the same, and then the learner has written something
    if isinstance(outcome.error, NotImplementedError) and errors.is_raised_by(candidate, outcome.error):
        return _not_attempted(exercise)
    rows = () if outcome.error else _differences(outcome.measured, expected.measured, exercise)
    for mistake in exercise.misconceptions:
        if outcome.equals(_known_outcome(exercise, mistake.wrong), exercise):
            return Verdict(MISTAKE, f"A known mistake: {mistake.name}", (mistake.explanation,), rows)
    if outcome.error:
        return _error_verdict(exercise, candidate, outcome.error)
    nudge = f'This is none of the mistakes that this check knows by name. A nudge: `hint("{exercise.id}")`.'
    return Verdict(OFF, "Not right yet: it runs, but what it does is not what was asked for", (nudge,), rows)


def _a(name):
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


# Measuring.


@dataclass(frozen=True)
class Outcome:
    """What a function did on the probes: its measurements, or the error it stopped with.

    `returned_nothing` is "None" or "..." if it returned only that, "" otherwise.
    """

    measured: dict
    error: BaseException | None
    returned_nothing: str
    printed: str

    def equals(self, other, exercise):
        """Whether both did the same: equal measurements, the same side of a target, or errors with equal words."""
        if self.error or other.error:
            return _same_error(self.error, other.error)
        if self.measured.keys() != other.measured.keys():
            return False
        return all(_is_same(name, value, other.measured[name], exercise) for name, value in self.measured.items())


def _is_same(name, value, other, exercise):
    if name in exercise.target:
        return _side(value, exercise.target[name]) == _side(other, exercise.target[name])
    return _equal(value, other, exercise.tolerance)


def _side(value, bounds):
    """Return where a measurement lies: below its bounds, above them, within them, or nowhere, being no number."""
    if value.kind != "number" or value.array.shape or np.isnan(value.array):
        return "nowhere"
    lower, upper = bounds
    if lower is not None and value.array < lower:
        return "below"
    if upper is not None and value.array > upper:
        return "above"
    return "within" if np.isfinite(value.array) else "nowhere"


def _same_error(one, other):
    return type(one) is type(other) and errors.message(one) == errors.message(other)


@functools.cache
def _known_outcome(exercise, function):
    """Return the outcome of a reference or a known mistake, measured once."""
    return _measure(exercise, function)


def _measure(exercise, function):
    """Run the exercise's probes on a function and return the Outcome."""
    printed, returned, measured, error = io.StringIO(), [], {}, None
    with _same_settings_for_all(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            found = exercise.observe(_watched(function, returned))
            measured = {name: Measurement.of(value) for name, value in found.items()}
        except (Exception, SystemExit) as caught:
            error = caught
    return Outcome(measured, error, _nothing(returned), printed.getvalue())


def _nothing(returned):
    if not returned or not all(value is None or value is ... for value in returned):
        return ""
    return "..." if ... in returned else "None"


class WrongSignature(TypeError):
    """The function does not take the arguments that the task names."""


def _watched(function, returned):
    """Return the same function; it also notes what it returned, and says when its signature is not the asked one."""
    if not isinstance(function, types.FunctionType):
        return function

    @functools.wraps(function)
    def watched(*args, **kwargs):
        try:
            inspect.signature(function).bind(*args, **kwargs)
        except TypeError as error:
            raise WrongSignature(str(error)) from None
        result = function(*args, **kwargs)
        returned.append(result)
        return result

    return watched


@contextlib.contextmanager
def _same_settings_for_all():
    """Measure every answer under Keras' and TensorFlow's standard settings, and put back the learner's own.

    Only the seed of `keras.utils.set_random_seed` cannot be read and stays as the probes set it.
    """
    policy, floatx, eager = keras.config.dtype_policy(), keras.config.floatx(), tf.config.functions_run_eagerly()
    states, logger = (random.getstate(), np.random.get_state()), tf.get_logger()
    level = logger.level
    try:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
        tf.config.run_functions_eagerly(False)
        logger.setLevel(logging.ERROR)  # a mistake that records a graph too often warns about it, here again and again
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)
        tf.config.run_functions_eagerly(eager)
        logger.setLevel(level)
        random.setstate(states[0])
        np.random.set_state(states[1])


@dataclass(frozen=True, eq=False)
class Measurement:
    """A measured value: its kind in words, and an array, float64 if it is a number."""

    kind: str
    array: np.ndarray

    @classmethod
    def of(cls, value):
        if value is None:
            return cls("None", np.array(None))
        array = _as_array(value)
        if array.dtype.kind in "iuf" or array.dtype.name == "bfloat16":
            return cls("number", array.astype("float64"))
        kinds = {"b": "truth value", "U": "text", "c": "complex number"}
        if array.dtype.kind in kinds:
            return cls(kinds[array.dtype.kind], array)
        return cls(_a(type(value).__name__), np.array(None))


def _as_array(value):
    """Return whatever was measured as an array; of an object if it is none, like a ragged list or a symbolic tensor."""
    for convert in (np.asarray, lambda value: tf.convert_to_tensor(value).numpy()):  # the second for variables
        with contextlib.suppress(Exception):
            return convert(value)
    return np.array(None)


def _equal(value, expected, tolerance):
    """Whether two measurements have the same kind, shape and values; NaN equals NaN."""
    if value.kind != expected.kind or value.array.shape != expected.array.shape:
        return False
    if value.kind in ("number", "complex number"):
        return bool(np.allclose(value.array, expected.array, rtol=tolerance, atol=tolerance, equal_nan=True))
    # of the other kinds only these can be told apart by value
    return value.kind in ("truth value", "text", "None") and bool(np.all(value.array == expected.array))


# Saying what differs.

MOST_ROWS = 4


def _differences(measured, expected, exercise):
    """Return (measurement, yours, expected) in words, of the first few that are not right."""
    none, wrong, missing = Measurement("not there", np.array(None)), [], []
    for name in [*expected, *(name for name in measured if name not in expected)]:
        value, wanted = measured.get(name, none), expected.get(name, none)
        if not _is_same(name, value, wanted, exercise):
            (wrong if name in measured else missing).append(_row(name, value, wanted, exercise))
    rows = wrong or missing  # what was not measured says nothing beside what was
    more = len(rows) - MOST_ROWS
    return tuple(rows) if more <= 0 else (*rows[:MOST_ROWS], (f"and {more} more", "", ""))


def _row(name, value, wanted, exercise):
    if name in exercise.target:
        return name, _beside_bounds(value, exercise.target[name]), _bounds(exercise.target[name])
    if value.kind != wanted.kind:
        return name, _in_words(value), _kind_in_words(wanted, exercise)
    if value.array.shape != wanted.array.shape:
        return name, f"shape {value.array.shape}", f"shape {wanted.array.shape}"
    place, yours, theirs = _worst(value, wanted)
    if _is_prediction(exercise):
        return f"{name}{place}", f"{yours:.4g}" if value.kind == "number" else str(yours), _direction(yours, theirs)
    return f"{name}{place}", *_told_apart(yours, theirs)


def _is_prediction(exercise):
    """Whether the answer is the number itself, so that showing what was expected would give it away."""
    return inspect.isfunction(exercise.reference) and not inspect.signature(exercise.reference).parameters


def _direction(yours, theirs):
    if not isinstance(yours, np.floating) or not np.isfinite(yours):
        return "something else"
    return "a larger number" if yours < theirs else "a smaller number"


def _beside_bounds(value, target):
    """Return a number with three digits, or as many more as it takes not to look like the bound that it misses."""
    if value.kind != "number" or value.array.shape:
        return _in_words(value)
    nearest = min((bound for bound in target if bound is not None), key=lambda bound: abs(value.array - bound))
    return _told_apart(value.array[()], nearest, digits=3)[0]


def _bounds(target):
    lower, upper = target
    if None in target:
        return f"at least {lower:g}" if upper is None else f"at most {upper:g}"
    return f"{lower:g} to {upper:g}"


def _kind_in_words(wanted, exercise):
    return _a(wanted.kind) if _is_prediction(exercise) else _in_words(wanted)


def _in_words(value):
    """Return a short text for a measurement: 0.25, [1, 2], array of shape (32, 4), None."""
    if value.kind not in ("number", "truth value", "text", "complex number"):
        return value.kind
    if value.array.size > 6:
        return f"{value.kind}s, shape {value.array.shape}"
    show = np.vectorize(lambda entry: f"{entry:.4g}" if value.kind == "number" else str(entry), otypes=[object])
    return str(show(value.array).tolist()).replace("'", "") if value.array.size else "nothing, shape (0,)"


def _worst(value, wanted):
    """Return (place, yours, expected) of the entry that is furthest off; the place of a single number is empty."""
    if not value.array.shape:
        return "", value.array[()], wanted.array[()]
    if value.kind == "number":
        with np.errstate(all="ignore"):
            distance = np.abs(value.array - wanted.array)
        distance[np.isnan(distance)] = np.inf
        # two NaN in the same place are equal
        distance[(value.array == wanted.array) | (np.isnan(value.array) & np.isnan(wanted.array))] = 0
    else:
        distance = value.array != wanted.array
    place = np.unravel_index(np.argmax(distance), value.array.shape)
    return f"[{', '.join(map(str, place))}]", value.array[place], wanted.array[place]


def _told_apart(yours, theirs, digits=4):
    """Return two texts that differ, with as few digits as that takes, but no fewer than asked for."""
    if not isinstance(yours, np.floating):
        return str(yours), str(theirs)
    for enough in range(digits, 17):
        texts = f"{yours:.{enough}g}", f"{theirs:.{enough}g}"
        if texts[0] != texts[1]:
            break
    return texts


def _error_verdict(exercise, candidate, error):
    kind, message = type(error).__name__, errors.message(error)
    asked = f"The task asks for `{_signature(exercise.reference)}`."
    if isinstance(error, WrongSignature):
        has = f"Yours is `{_signature(candidate)}`, and the check called it as the task says: {message}."
        return Verdict(ERROR, "An error: the arguments are not those of the task", (asked, has))
    line = errors.own_line(candidate, error)
    said = f"{kind}: {message}" if message else kind
    if not line:
        where = "Your code ran; the error came when the check used what it returned or left behind."
        asked = f"{asked} Compare types and shapes."
        return Verdict(ERROR, f"An error: {kind}", (where, asked), code=(said,))
    meaning = errors.meaning(error)
    paragraphs = (f"What it usually means: {meaning}",) if meaning else ()
    return Verdict(ERROR, f"An error: {kind}", paragraphs, code=(*line, said))


def _signature(function):
    try:
        names = str(inspect.signature(function))
    except (TypeError, ValueError):  # some built-in functions do not tell
        names = "(...)"
    return f"{getattr(function, '__name__', type(function).__name__)}{names}"


# Showing.

GREEN, RED, AMBER, BLUE = "#2e7d32", "#c62828", "#b26a00", "#1565c0"
COLORS = {RIGHT: GREEN, MISTAKE: RED, ERROR: RED, OFF: RED, "hint": BLUE, BLANK: BLUE}


@dataclass(frozen=True)
class Verdict:
    """A verdict, shown as HTML or as plain text with the same words; its first words say what it is.

    `rows` are (measurement, yours, expected), `code` are lines of code and messages, `printed` are lines it printed.
    """

    kind: str
    headline: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str, str], ...] = ()
    code: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()

    def with_printed(self, text):
        """Return this verdict with the first lines of what the answer printed, each of them once."""
        lines = list(dict.fromkeys(line.rstrip()[:200] for line in text.splitlines() if line.strip()))
        lines = [*lines[:5], "..."] if len(lines) > 5 else lines
        return Verdict(self.kind, self.headline, self.paragraphs, self.rows, self.code, tuple(lines))

    def __repr__(self):
        blocks = [_sentence(self.headline)]
        blocks += ["\n".join("    " + line for line in self.code)] if self.code else []
        blocks += [textwrap.fill(text, width=100, break_long_words=False) for text in self.paragraphs]
        if self.rows:
            rows = [f"{name}: yours {yours}, expected {wanted}" if yours else name for name, yours, wanted in self.rows]
            blocks.append("\n    ".join(["Measured:", *rows]))
        blocks += ["\n".join(["Your code printed:", *("    " + line for line in self.printed)])] if self.printed else []
        return "\n".join(blocks)

    def _repr_html_(self):
        # the words carry everything; the color of the bar only repeats them
        parts = [f"<p><strong>{_as_html(_sentence(self.headline))}</strong></p>"]
        parts += [_preformatted(self.code)] if self.code else []
        parts += [f"<p>{_as_html(text)}</p>" for text in self.paragraphs]
        parts += [_table(self.rows)] if self.rows else []
        parts += ["<p>Your code printed:</p>", _preformatted(self.printed)] if self.printed else []
        style = f"border-left: 4px solid {COLORS.get(self.kind, AMBER)}; padding-left: 1em"
        return f'<div role="status" style="{style}">\n' + "\n".join(parts) + "\n</div>"


def _sentence(headline):
    return headline if headline.endswith(("?", "!", ".")) else headline + "."


def _as_html(text):
    """Return a text with the Markdown that exercises use in it, `code`, *emphasis* and **more of it**, as HTML."""
    code_or_text = re.split(r"`([^`]+)`", html.escape(text, quote=False))
    marked = [re.sub(r"\*\*(\S[^*]*)\*\*", r"<strong>\1</strong>", part) for part in code_or_text[::2]]
    marked = [re.sub(r"(?<![\w*])\*([^\s*][^*]*)\*(?![\w*])", r"<em>\1</em>", part) for part in marked]
    code_or_text[::2] = marked
    code_or_text[1::2] = [f"<code>{part}</code>" for part in code_or_text[1::2]]
    return "".join(code_or_text)


def _preformatted(lines):
    return '<pre style="margin-bottom: 1em">' + html.escape("\n".join(lines), quote=False) + "</pre>"


def _table(rows):
    head = _table_row("col", "measured", "<th", "yours", "expected")
    body = "\n".join(_table_row("row", name, "<td", yours, wanted) for name, yours, wanted in rows)
    return f"<table>\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _table_row(scope, name, tag, *values):
    left = 'style="text-align: left"'
    cells = [f"{tag} {left}>{_as_html(value)}</{tag[1:]}>" for value in values]
    return f'<tr><th scope="{scope}" {left}>{_as_html(name)}</th>{"".join(cells)}</tr>'
