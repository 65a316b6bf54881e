"""01.5 Division for our own tape."""

import inspect

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Division for our own tape"
TASK = """Our own tape knows `*`, `+`, `-`, `**` and `tanh`. Teach it to divide. Write `divide(a, b, Value, records)`,
with the pattern of `multiply` from the first step of "What the tape really is": compute the quotient, put a `send_back`
on the tape, return the quotient as a `Value`.

The class `Value` and the list `records` come as arguments, so that the check can use a tape of its own. What you put on
it must be something that can be called without arguments."""
HINTS = (
    "How much does a / b change per unit of a? And per unit of b? Write a / b as a · b⁻¹ and use the rule for xⁿ.",
    "The slopes are 1 / b and −a / b². Each is multiplied by `y.gradient`, and added to the gradient that is "
    "already there.",
    "`send_back` is a function inside `divide`. `records.append(send_back)` puts it on the tape without calling it.",
)


def divide(a, b, Value, records):
    """Return a / b and put on the tape what sends the gradient back.

    Args:
        a, b: Values; `data` is the number, `gradient` how much the final result changes with it.
        Value: the class of the lesson; `Value(data)` starts with the gradient 0.
        records: the tape, a list of functions without arguments; it will be played backward.

    Returns:
        The quotient, a Value.
    """
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += y.gradient / b.data
        b.gradient -= y.gradient * a.data / b.data**2

    records.append(send_back)
    return y


NOTE = (
    "That is all it takes to extend a tape: a value, and one slope per input. TensorFlow keeps such a function "
    "for each of its operations, and `tf.custom_gradient` lets you bring one of your own."
)
EXPLANATION = (
    "The slopes of a / b are 1 / b and −a / b²; the chain rule multiplies each by the quotient's own "
    "gradient, which is known only when the tape is played. `+=` and `-=` keep what other uses of the same value "
    "have sent back."
)


# Other right answers


def divide_with_slopes(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        for value, slope in ((a, 1 / b.data), (b, -a.data * b.data**-2)):
            value.gradient += slope * result.gradient

    records.append(send_back)
    return result


def divide_by_quotient(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        share = y.gradient / b.data
        a.gradient = a.gradient + share
        b.gradient = b.gradient - share * y.data

    records += [send_back]
    return y


# Mistakes


@mistake(
    "the second use overwrites the first",
    "One division alone is right. When a value is used twice, only one of its uses is left in "
    "its gradient. Every use counts: add to the gradient, do not replace it.",
)
def overwritten(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient = y.gradient / b.data
        b.gradient = -y.gradient * a.data / b.data**2

    records.append(send_back)
    return y


@mistake(
    "the chain is cut",
    "The gradients of a / b are right as long as it is the end of the calculation. When "
    "something follows it, what comes back from there must be passed on: multiply by the gradient of the "
    "quotient.",
)
def chain_cut(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += 1 / b.data
        b.gradient -= a.data / b.data**2

    records.append(send_back)
    return y


@mistake(
    "the minus is lost",
    "The gradient along the denominator has the wrong sign. A larger denominator makes a "
    "positive quotient smaller: the slope of 1 / b is −1 / b².",
)
def minus_lost(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += y.gradient / b.data
        b.gradient += y.gradient * a.data / b.data**2

    records.append(send_back)
    return y


@mistake(
    "nothing is sent back",
    "All gradients are 0: a function is on the tape, but it adds nothing. Often it uses a copy of the quotient's "
    "gradient, taken while recording, and that copy is still 0. Read `y.gradient` inside `send_back`, which runs "
    "later, and add to `a.gradient` and `b.gradient` there.",
)
def read_too_early(a, b, Value, records):
    y = Value(a.data / b.data)
    gradient = y.gradient

    def send_back():
        a.gradient += gradient / b.data
        b.gradient -= gradient * a.data / b.data**2

    records.append(send_back)
    return y


@mistake(
    "what is on the tape cannot be played",
    "All gradients are 0: what is on the tape cannot be called without arguments. Often it is no function at all: "
    "`send_back()` runs it now, when nothing has come back yet, and hands over its result, `None`. Without the "
    "parentheses you hand over the function itself.",
)
def called_instead_of_recorded(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += y.gradient / b.data
        b.gradient -= y.gradient * a.data / b.data**2

    records.append(send_back())
    return y


@mistake(
    "nothing put on the tape",
    "The quotient is right, all gradients are 0, and the tape is empty. A function that is not on the tape is never "
    "played: append `send_back` to `records`, the list that was handed in (`records = records + [...]` makes another).",
)
def not_recorded(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += y.gradient / b.data
        b.gradient -= y.gradient * a.data / b.data**2

    return y


@mistake(
    "the square is lost",
    "The gradient along the denominator is right only where b is 1. The slope of 1 / b is −1 / b²: the denominator "
    "counts twice.",
)
def square_lost(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += y.gradient / b.data
        b.gradient -= y.gradient * a.data / b.data

    records.append(send_back)
    return y


@mistake(
    "a number instead of a Value",
    "The quotient comes back as a plain number, which has no place for a gradient, so nothing can be sent back through "
    "it. Make a `Value` of it, use that in `send_back`, and return it.",
)
def plain_number(a, b, Value, records):
    return a.data / b.data


@mistake(
    "the slopes of a product",
    "The value is right, and the gradients are those of a · b. The pattern is that of `multiply`; the slopes are not.",
)
def like_a_product(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += b.data * y.gradient
        b.gradient += a.data * y.gradient

    records.append(send_back)
    return y


# Probes


class PlainValue:
    """A number with a gradient, as in the lesson."""

    def __init__(self, data):
        self.data, self.gradient = data, 0.0


def multiply(a, b, records):
    y = PlainValue(a.data * b.data)

    def send_back():
        a.gradient += b.data * y.gradient
        b.gradient += a.data * y.gradient

    records.append(send_back)
    return y


def play_back(result, records):
    """Play the tape backward, as in the lesson; what cannot be called is left out."""
    result.gradient = 1.0
    for send_back in reversed(records):
        if can_be_played(send_back):
            send_back()


def can_be_played(entry):
    """Whether an entry of the tape can be called without arguments."""
    try:
        inspect.signature(entry).bind()
    except TypeError:  # also of what cannot be called at all
        return False
    except ValueError:  # some built-in functions do not tell
        return True
    return True


def observe(candidate):
    records, (a, b) = [], (PlainValue(3.0), PlainValue(-2.0))
    quotient = candidate(a, b, PlainValue, records)
    form = {"what comes back": "a Value" if isinstance(quotient, PlainValue) else forms.in_words(quotient)}
    if form != {"what comes back": "a Value"}:
        return form
    recorded = records.copy()
    play_back(quotient, records)

    # each letter is used twice, and what comes back into the first division is not 1
    chain, (c, d) = [], (PlainValue(6.0), PlainValue(4.0))
    first = candidate(c, d, PlainValue, chain)
    second = candidate(multiply(c, first, chain), d, PlainValue, chain)
    play_back(second, chain)
    return form | {
        "3 / −2": forms.number(quotient.data),
        "something was put on the tape": len(recorded) > 0,
        "all that was put there can be called without arguments": all(map(can_be_played, recorded)),
        "a / b at (3, −2): gradients along (a, b)": np.array([a.gradient, b.gradient], "float64"),
        "c · (c / d) / d at (6, 4): gradients along (c, d)": np.array([c.gradient, d.gradient], "float64"),
        "e / e at 5: gradient": gradient_of_itself(candidate),
    }


def gradient_of_itself(candidate):
    """Return the gradient of e / e along e, which is 0: the two uses of e send back opposite amounts."""
    records, e = [], PlainValue(5.0)
    play_back(candidate(e, e, PlainValue, records), records)
    return forms.number(e.gradient)


def observe_again(candidate):
    alone, records, (a, b) = [], [], (PlainValue(-1.7), PlainValue(0.6))
    if not isinstance(candidate(a, b, PlainValue, alone), PlainValue):
        return {"a Value": False}
    product = multiply(candidate(b, a, PlainValue, records), multiply(a, b, records), records)
    result = candidate(product, candidate(a, b, PlainValue, records), PlainValue, records)
    play_back(result, records)
    measured = {"a Value": True, "result": result.data, "a": a.gradient, "b": b.gradient}
    return measured | {"recorded": len(alone) > 0, "functions": all(map(can_be_played, alone))}


EXERCISE = Exercise(
    id="01.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=divide,
    alternatives=(divide_with_slopes, divide_by_quotient),
    mistakes=(
        overwritten,
        chain_cut,
        minus_lost,
        read_too_early,
        called_instead_of_recorded,
        not_recorded,
        square_lost,
        plain_number,
        like_a_product,
    ),
    observe=observe,
    second=observe_again,
    note=NOTE,
    explanation=EXPLANATION,
)
