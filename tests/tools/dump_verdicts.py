"""Print, as JSON, what the probes measure and what the verdicts say of every right and wrong answer.

    python tests/tools/dump_verdicts.py > before.json

Two dumps of one machine are equal to the byte, so that a comparison of both shows what a change of the checker changes.
"""

import json
import re
import sys

from helpers.exercises import all_exercises, sources, verdict
from helpers.exercises.measuring import measure
from pasting import forwarding


def raises(*args, **kwargs):
    raise RuntimeError("no")


def returns_nothing(*args, **kwargs):
    print("was here")


def wants_nothing():
    return 0.123


def number(*args, **kwargs):
    return 0.123


# answers without any thought, the same for every exercise; a class is asked for in some, a function in the others
USELESS = {"none": None, "raises": raises, "nothing": returns_nothing, "arguments": wants_nothing, "number": number}


def answers(exercise):
    """Return {name: function} of all answers to an exercise that the course knows."""
    found = {"reference": exercise.reference}
    found |= {f"alternative {number}": other for number, other in enumerate(exercise.alternatives, start=1)}
    found |= {f"mistake: {mistake.name}": mistake.wrong for mistake in exercise.mistakes}
    return {name: forwarding(function) for name, function in found.items()} | USELESS


def measured(observe, candidate):
    """Return what one set of probes measures, or how it stops."""
    if candidate is None:
        return None
    outcome = measure(observe, candidate)
    values = {name: [value.kind, str(value.array.tolist())] for name, value in outcome.measured.items()}
    error = outcome.error and f"{type(outcome.error).__name__}: {outcome.error}"
    return {"measured": values, "error": error, "nothing": outcome.returned_nothing, "printed": outcome.printed}


def said(exercise, candidate):
    """Return a verdict as text and as HTML."""
    message = verdict(exercise, candidate)
    return {"text": lasting(repr(message)), "html": lasting(message._repr_html_())}


def lasting(text):
    """Return a text without addresses in memory and numbers of lines, which move with the code around."""
    return re.sub(r"\bline \d+", "line N", re.sub(r" at 0x[0-9a-f]+", "", text))


def dump(exercise):
    texts = {name: getattr(exercise, name) for name in ("title", "task", "hints", "note", "explanation")}
    texts |= {"starter": sources.starter(exercise), "solution": sources.text_of(exercise.reference)}
    texts |= {"target": exercise.target, "tolerance": exercise.tolerance}
    texts["explanations"] = {mistake.name: mistake.explanation for mistake in exercise.mistakes}
    judged = {}
    for name, candidate in answers(exercise).items():
        judged[name] = {
            "first": measured(exercise.observe, candidate),
            "second": measured(exercise.second, candidate),
            "verdict": said(exercise, candidate),
        }
    return {"texts": texts, "answers": judged}


if __name__ == "__main__":
    json.dump({name: dump(exercise) for name, exercise in all_exercises().items()}, sys.stdout, indent=1)
    print()
