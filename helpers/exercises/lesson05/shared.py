"""What several exercises of this lesson measure: the form of what came back, in words."""

import contextlib

import numpy as np

from helpers.exercises.measuring import with_article


def is_number(value) -> bool:
    """Whether a value is one number: of Python, of NumPy, or a tensor without axes."""
    with contextlib.suppress(Exception):
        array = np.asarray(value)
        return array.dtype.kind in "iuf" and array.shape == ()
    return False


def entries(value) -> list | None:
    """Return what is in a list, a tuple, or along the first axis of an array or tensor; None if it is none of these."""
    if isinstance(value, (list, tuple)):
        return list(value)
    with contextlib.suppress(Exception):
        array = np.asarray(value)
        return list(array) if array.shape and array.dtype.kind != "O" else None
    return None


def form(value) -> str:
    """Return in words what came back: "a number", "3 numbers", "2, with a list among them", "a dict"."""
    if is_number(value):
        return "a number"
    inside = entries(value)
    if inside is None:
        return "None" if value is None else with_article(type(value).__name__)
    others = [with_article(type(entry).__name__) for entry in inside if not is_number(entry)]
    if others:
        return f"{len(inside)} entries, {others[0]} among them"
    return f"{len(inside)} number{'s' * (len(inside) != 1)}"


def in_words(whole_numbers) -> str:
    """Return a list of whole numbers in words: "0 to 11", "3, 5", "none"; of anything else its form."""
    numbers = entries(whole_numbers)
    if numbers is None or not all(is_number(number) for number in numbers):
        return form(whole_numbers)
    numbers = [int(number) for number in numbers]
    if len(numbers) > 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers)) or "none"
