"""Answers to 01.5, written from its task alone."""

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


@wrong("overwrites the gradients in place of adding to them")
def overwrites(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient = result.gradient / b.data
        b.gradient = -result.gradient * a.data / b.data**2

    records.append(send_back)
    return result


@wrong("the minus sign of the slope along b is missing")
def minus_missing(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient += result.gradient / b.data
        b.gradient += result.gradient * a.data / b.data**2

    records.append(send_back)
    return result


@wrong("send_back is written but never put on the tape")
def not_on_the_tape(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient += result.gradient / b.data
        b.gradient -= result.gradient * a.data / b.data**2

    return result


@wrong("calls send_back and puts its None on the tape")
def called_at_once(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient += result.gradient / b.data
        b.gradient -= result.gradient * a.data / b.data**2

    records.append(send_back())
    return result


@wrong("forgets the gradient of the quotient, only right where that is 1")
def upstream_forgotten(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient += 1 / b.data
        b.gradient += -a.data / b.data**2

    records.append(send_back)
    return result


@wrong("records = records + [...] makes a new list, the tape of the caller stays empty")
def new_list(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        a.gradient += result.gradient / b.data
        b.gradient -= result.gradient * a.data / b.data**2

    records = records + [send_back]
    return result


@wrong("reads the gradient of the quotient on the way forward, where it is still 0")
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
