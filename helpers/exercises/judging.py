"""The verdict on an answer: right, a known mistake, something else, an error, or not attempted.

In a case of a clinic an answer may also be a letter, the guess which line is at fault.
"""

import inspect
from collections.abc import Callable

from helpers.exercises import sources, wording
from helpers.exercises.comparing import Yardstick
from helpers.exercises.exercise import Case, Exercise
from helpers.exercises.measuring import Outcome, known_outcome, measure, with_article
from helpers.messages import errors, places
from helpers.messages.message import Kind, Message
from helpers.messages.traps import TRAPS


def verdict(exercise: Exercise, candidate: Callable) -> Message:
    """Return the verdict on `candidate`; whatever that does, this does not raise, and the learner's settings stay."""
    if isinstance(exercise, Case) and (candidate is ... or isinstance(candidate, str)):
        return _diagnosis(exercise, candidate)
    try:
        return _not_checkable(exercise, candidate) or _judge(exercise, candidate)
    except KeyboardInterrupt:
        stopped = "The check was stopped before it had an answer."
        loop = "If it took long: look for a loop that never ends, or for more work in each step than the task asks for."
        return Message(Kind.INTERRUPTED, "Interrupted", (stopped, loop))


def _diagnosis(case, guess):
    """Return the verdict on a guess which line of a case is at fault: a letter, or `...` for none yet."""
    letters = ", ".join(f'"{letter}"' for letter in case.suspects)
    if guess is ...:
        return _not_attempted(case, f"Which line is it? Write {letters} in place of `...`.")
    letter = guess.strip().upper()
    if letter not in case.suspects:
        return _nothing_checked(f"No line is marked {guess!r:.20}; {letters} are.")
    if letter not in case.culprits:
        return Message(Kind.OFF, f"Line {letter} is not at fault", (case.suspects[letter],))
    trap = f"This is trap {case.trap}, *{TRAPS[case.trap].name}*. Now mend the loop."
    return Message(Kind.RIGHT, f"Line {letter} it is", (case.suspects[letter], trap))


def _not_checkable(exercise, candidate):
    """Return a Message where there is nothing to run: no function, or one without a body."""
    reference = exercise.reference
    wanted = "class" if inspect.isclass(reference) else "function"
    if not callable(candidate) or inspect.isclass(candidate) != inspect.isclass(reference):
        found = "nothing" if candidate is None else f"{candidate!r:.60}, {with_article(type(candidate).__name__)}"
        if inspect.isfunction(candidate) or inspect.isclass(candidate):
            found = f"the {'class' if inspect.isclass(candidate) else 'function'} `{candidate.__name__}`"
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
    found = _right(exercise, outcome, expected) or _poisoned(exercise, expected)
    return (found or _not_right(exercise, candidate, outcome, expected)).with_printed(outcome.printed)


def _right(exercise, outcome, expected):
    """Return a Message if the answer does what the reference does, None otherwise."""
    yardstick = Yardstick.of(exercise)
    if not yardstick.is_same_outcome(outcome, expected) or outcome.changed - expected.changed:
        return None
    more = f'`solution("{exercise.id}")` shows one way to write it.'
    headline = f"Right: {exercise.id} {exercise.title}"
    return Message(Kind.RIGHT, headline, (exercise.note, more), wording.reached(outcome.measured, yardstick))


def _poisoned(exercise, expected):
    """Return a Message, and forget all that was measured, if the reference does not do anymore what it did."""
    now = measure(exercise.observe, exercise.reference)
    if Yardstick.of(exercise).is_same_outcome(now, expected):
        return None
    known_outcome.cache_clear()
    return _nothing_checked(
        "The check's own solution does something else than it did before: a part of Keras, TensorFlow or NumPy that it "
        "uses was replaced in this notebook, by your function or in another cell.",
        "Run the check once more. If it says this again: take the replacement out, and restart the kernel.",
    )


def _not_right(exercise: Exercise, candidate: Callable, outcome: Outcome, expected: Outcome) -> Message:
    yardstick, reference = Yardstick.of(exercise), exercise.reference
    if outcome.returned_nothing and not expected.returned_nothing:
        advice = "If you have written it, its `return` is missing."
        if outcome.returned_nothing == "...":
            advice = "There is still a gap where its result should be."
        return _not_attempted(exercise, f"`{reference.__name__}` returned {outcome.returned_nothing}. {advice}")
    # a library may raise the same, and then the learner has written something
    if isinstance(outcome.error, NotImplementedError) and places.is_raised_by(candidate, outcome.error):
        return _not_attempted(exercise)
    if wording.are_arguments_exchanged(candidate, reference):
        return wording.of_exchanged_arguments(candidate, reference)
    rows = () if outcome.error else wording.differences(outcome.measured, expected.measured, yardstick, reference)
    also = wording.of_changed_arguments(outcome.changed - expected.changed, reference)
    for mistake in exercise.mistakes:
        if yardstick.is_same_outcome(outcome, known_outcome(exercise.observe, mistake.wrong)):
            return Message(Kind.MISTAKE, f"A known mistake: {mistake.name}", (mistake.explanation, *also), rows)
    if outcome.error:
        return wording.of_error(candidate, outcome.error, reference)
    if also and not rows:
        return Message(Kind.MISTAKE, "A known mistake: an argument is changed in place", also)
    nudge = f'This is none of the mistakes that this check knows by name. A nudge: `hint("{exercise.id}")`.'
    headline = "Not right yet: it runs, but what it does is not what was asked for"
    return Message(Kind.OFF, headline, (nudge, *also), rows)
