"""Answers to 01.5."""

import functools

from answers import right, wrong


@right("the slope along b from the quotient itself: -quotient / b")
def from_the_quotient(a, b, Value, records):
    quotient = Value(a.data / b.data)

    def send_back():
        share = quotient.gradient / b.data
        a.gradient += share
        b.gradient -= share * quotient.data

    records.append(send_back)
    return quotient


@right("both slopes worked out ahead, a loop over the two Values")
def slopes_ahead(a, b, Value, records):
    result = Value(a.data / b.data)
    slopes = [(a, 1 / b.data), (b, -a.data / b.data**2)]

    def send_back():
        for value, slope in slopes:
            value.gradient += slope * result.gradient

    records += [send_back]
    return result


@right("a bound method of a small class on the tape")
def small_class(a, b, Value, records):
    class Division:
        def __init__(self):
            self.result = Value(a.data / b.data)

        def send_back(self):
            upstream = self.result.gradient
            a.gradient = a.gradient + upstream / b.data
            b.gradient = b.gradient - upstream * a.data / (b.data * b.data)

    division = Division()
    records.append(division.send_back)
    return division.result


@right("functools.partial of a function with arguments")
def with_partial(a, b, Value, records):
    def send_back(over, under, quotient):
        over.gradient += quotient.gradient * (1.0 / under.data)
        under.gradient += quotient.gradient * (-over.data / (under.data**2))

    quotient = Value(a.data / b.data)
    records.append(functools.partial(send_back, a, b, quotient))
    return quotient


@wrong("overwrites the gradients in place of adding to them", named="the second use overwrites the first")
def overwrites(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient = result.gradient / b.data
        b.gradient = -result.gradient * a.data / b.data**2

    records.append(send_back)
    return result


@wrong("the minus sign of the slope along b is missing", named="the minus is lost")
def minus_missing(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient += result.gradient / b.data
        b.gradient += result.gradient * a.data / b.data**2

    records.append(send_back)
    return result


@wrong("send_back is written but never put on the tape", named="nothing put on the tape")
def not_on_the_tape(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient += result.gradient / b.data
        b.gradient -= result.gradient * a.data / b.data**2

    return result


@wrong("calls send_back and puts its None on the tape", named="what is on the tape cannot be played")
def called_at_once(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient += result.gradient / b.data
        b.gradient -= result.gradient * a.data / b.data**2

    records.append(send_back())
    return result


@wrong("forgets the gradient of the quotient, only right where that is 1", named="the chain is cut")
def upstream_forgotten(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient += 1 / b.data
        b.gradient += -a.data / b.data**2

    records.append(send_back)
    return result


@wrong(
    "records = records + [...] makes a new list, the tape of the caller stays empty", named="nothing put on the tape"
)
def new_list(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient += result.gradient / b.data
        b.gradient -= result.gradient * a.data / b.data**2

    records = records + [send_back]
    return result


@wrong("reads the gradient of the quotient on the way forward, where it is still 0", named="nothing is sent back")
def gradient_too_early(a, b, Value, records):
    result = Value(a.data / b.data)
    to_a = result.gradient / b.data
    to_b = -result.gradient * a.data / b.data**2

    def send_back():
        a.gradient += to_a
        b.gradient += to_b

    records.append(send_back)
    return result


@wrong("two mistakes: b.data is not squared, and the quotient is rounded down")
def not_squared_and_floor(a, b, Value, records):
    result = Value(a.data // b.data)

    def send_back():
        a.gradient += result.gradient / b.data
        b.gradient -= result.gradient * a.data / b.data

    records.append(send_back)
    return result


@right("two entries on the tape, one for each number")
def two_entries(a, b, Value, records):
    result = Value(a.data / b.data)

    def back_to_a():
        a.gradient += result.gradient / b.data

    def back_to_b():
        b.gradient -= result.gradient * result.data / b.data

    records.extend([back_to_a, back_to_b])
    return result


@wrong("returns the number, no Value", named="a number instead of a Value")
def bare_number(a, b, Value, records):
    quotient = a.data / b.data

    def send_back():
        a.gradient += 1 / b.data
        b.gradient -= quotient / b.data

    records.append(send_back)
    return quotient


@wrong("what it puts on the tape wants an argument", named="what is on the tape cannot be played")
def wants_an_argument(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back(gradient):
        a.gradient += gradient / b.data
        b.gradient -= gradient * a.data / b.data**2

    records.append(send_back)
    return result


@wrong("works out both new gradients before it writes either, so that e / e loses one", named=None)
def both_read_first(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        share = result.gradient / b.data
        a.gradient, b.gradient = a.gradient + share, b.gradient - share * result.data

    records.append(send_back)
    return result


@wrong("the slope along b without the square", named="the square is lost")
def not_squared(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient += result.gradient / b.data
        b.gradient -= result.gradient * a.data / b.data

    records.append(send_back)
    return result
