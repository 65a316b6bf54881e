"""The verdict on an answer: right, a known mistake, something else, an error, or not attempted."""

import inspect
from collections.abc import Callable

from helpers.exercises import sources, wording
from helpers.exercises.comparing import Yardstick
from helpers.exercises.exercise import Exercise
from helpers.exercises.measuring import Outcome, known_outcome, measure, with_article
from helpers.messages import errors, places
from helpers.messages.message import Kind, Message


def verdict(exercise: Exercise, candidate: Callable) -> Message:
    """Return the verdict on `candidate`; whatever that does, this does not raise, and the learner's settings stay."""
    try:
        return _not_checkable(exercise, candidate) or _judge(exercise, candidate)
    except KeyboardInterrupt:
        stopped = "The check was stopped before it had an answer. Nothing was changed."
        loop = "If it took long: look for a loop that never ends, or for more work in each step than the task asks for."
        return Message(Kind.INTERRUPTED, "Interrupted", (stopped, loop))


def _not_checkable(exercise, candidate):
    """Return a Message where there is nothing to run: no function, or one without a body."""
    reference = exercise.reference
    wanted = "class" if inspect.isclass(reference) else "function"
    if not callable(candidate) or inspect.isclass(candidate) != inspect.isclass(reference):
        found = "nothing" if candidate is None else f"{candidate!r:.60}, {with_article(type(candidate).__name__)}"
        call = f'`check("{exercise.id}", {reference.__name__})`'
        advice = f"Give the {wanted} itself, without parentheses behind its name: {call}."
        return _nothing_checked(f"The check needs a {wanted} and got {found}.", advice)
    if sources.empty_functions(candidate) or sources.is_same_code(candidate, exercise.starter):
        return _not_attempted(exercise)
    return None


def _nothing_checked(*paragraphs):
    return Message(Kind.UNCHECKED, "Nothing checked", paragraphs)


def _not_attempted(exercise, reason=None):
    nudge = f'When you would like a nudge: `hint("{exercise.id}")`.'
    headline = f"Not attempted yet: {exercise.id} {exercise.title}"
    return Message(Kind.BLANK, headline, (reason, nudge) if reason else (nudge,))


def _judge(exercise, candidate):
    expected = known_outcome(exercise.observe, exercise.reference)
    if expected.error:
        said = f"{type(expected.error).__name__}: {errors.short_message(expected.error)}"
        reason = f"The check cannot run its own solution here ({said})."
        return _nothing_checked(reason, "The mistake is in the course or in what is installed, not in your answer.")
    outcome = measure(exercise.observe, candidate)
    return _name_it(exercise, candidate, outcome, expected).with_printed(outcome.printed)


def _name_it(exercise: Exercise, candidate: Callable, outcome: Outcome, expected: Outcome) -> Message:
    yardstick = Yardstick.of(exercise)
    if yardstick.is_same_outcome(outcome, expected):
        more = f'`solution("{exercise.id}")` shows one way to write it.'
        headline = f"Right: {exercise.id} {exercise.title}"
        return Message(Kind.RIGHT, headline, (exercise.note, more), wording.reached(outcome.measured, yardstick))
    if outcome.returned_nothing and not expected.returned_nothing:
        advice = "If you have written it, its `return` is missing."
        if outcome.returned_nothing == "...":
            advice = "There is still a gap where its result should be."
        name = exercise.reference.__name__
        return _not_attempted(exercise, f"`{name}` returned {outcome.returned_nothing}. {advice}")
    # a library may raise the same, and then the learner has written something
    if isinstance(outcome.error, NotImplementedError) and places.is_raised_by(candidate, outcome.error):
        return _not_attempted(exercise)
    rows = ()
    if not outcome.error:
        rows = wording.differences(outcome.measured, expected.measured, yardstick, exercise.reference)
    for mistake in exercise.mistakes:
        if yardstick.is_same_outcome(outcome, known_outcome(exercise.observe, mistake.wrong)):
            return Message(Kind.MISTAKE, f"A known mistake: {mistake.name}", (mistake.explanation,), rows)
    if outcome.error:
        return wording.of_error(candidate, outcome.error, exercise.reference)
    nudge = f'This is none of the mistakes that this check knows by name. A nudge: `hint("{exercise.id}")`.'
    return Message(Kind.OFF, "Not right yet: it runs, but what it does is not what was asked for", (nudge,), rows)
