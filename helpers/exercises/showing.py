"""What a learner calls, and what it shows.

check("04.2", weighted_loss)   the verdict on a function
check("C4.1", "B")             the verdict on a guess: which line of a case is at fault
hint("04.2")                   a nudge; each further call says a little more
solution("04.2")               one right answer
"""

from collections.abc import Callable

from IPython.display import display

from helpers.exercises import progress, sources
from helpers.exercises.exercise import find
from helpers.exercises.judging import verdict
from helpers.messages.message import Kind, Message


def check(exercise_id: str, candidate: Callable | str | None = None) -> None:
    """Show the verdict on the function (or class) that the exercise asks for: check("04.2", weighted_loss).

    A case of a clinic first asks for the letter of the line at fault: check("C4.1", "B").

    Settings of Keras and TensorFlow, and the random streams of Python and NumPy, are afterwards as they were. Those of
    TensorFlow and Keras are not: call `keras.utils.set_random_seed` again if the next cell depends on it.
    """
    try:
        exercise = find(exercise_id)
    except KeyError as error:
        display(Message(Kind.UNCHECKED, "Nothing checked", (error.args[0],)))
    else:
        found = verdict(exercise, candidate)
        display(found)
        if said := progress.record(exercise, found):
            display(Message(Kind.UNCHECKED, "A word on your progress", (said,)))


class NotRight(AssertionError):
    """An answer is not right, or was not attempted."""


def assert_right(exercise_id: str, candidate: Callable | None = None) -> None:
    """Raise NotRight, with the verdict's words, if an answer is not right; for tools that grade by errors, as nbgrader.

    Raises:
        NotRight: the answer is not right yet, nothing was checked, or there is no such exercise.
    """
    try:
        found = verdict(find(exercise_id), candidate)
    except KeyError as error:
        raise NotRight(error.args[0]) from None
    if found.kind != Kind.RIGHT:
        raise NotRight(repr(found))


def hint(exercise_id: str) -> None:
    """Show the first hint, and one more with each further call: hint("04.2")."""
    try:
        exercise = find(exercise_id)
    except KeyError as error:
        display(Message(Kind.MISSING, "No such hint", (error.args[0],)))
        return
    shown = min(_hints_shown.get(exercise.id, 0) + 1, len(exercise.hints))
    _hints_shown[exercise.id] = shown
    more = f'`hint("{exercise.id}")` again says more.'
    if shown == len(exercise.hints):
        more = f'That was the last hint; `solution("{exercise.id}")` shows one right answer.'
    numbered = [f"{number}. {text}" for number, text in enumerate(exercise.hints[:shown], start=1)]
    headline = f"Hint {shown} of {len(exercise.hints)} for {exercise.id} {exercise.title}"
    display(Message(Kind.HINT, headline, (*numbered, more)))


def solution(exercise_id: str) -> None:
    """Show one right answer, to read or to copy: solution("04.2")."""
    try:
        source = sources.text_of(find(exercise_id).reference)
    except KeyError as error:
        display(Message(Kind.MISSING, "No such solution", (error.args[0],)))
        return
    display({"text/plain": source, "text/markdown": f"```python\n{source}\n```"}, raw=True)


_hints_shown = {}
