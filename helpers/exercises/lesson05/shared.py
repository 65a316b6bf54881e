"""What exercises of lesson 05 measure in the same way: how far weights are apart, and which epochs were trained."""

import numpy as np

from helpers.exercises import forms


def largest_difference(weights_a, weights_b) -> float:
    """Return how far the entries of two lists of arrays are apart at most, place by place."""
    return float(max(np.abs(a - b).max() for a, b in zip(weights_a, weights_b)))


def epochs_in_words(epochs) -> str:
    """Return a list or array of whole numbers in words: "0 to 11", "3, 5", "none"; of anything else its form."""
    numbers = forms.entries(epochs)
    if numbers is None or not all(map(forms.is_number, numbers)):
        return forms.in_words(epochs)
    numbers = [int(number) for number in numbers]
    if len(numbers) > 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers)) or "none"
