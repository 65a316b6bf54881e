"""07.4 Something else than training: until nothing moves anymore."""

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Something else than training: until nothing moves anymore"
TASK = """
Loops of many small steps are not only found in training. Each month a share of a company's customers moves from one
contract to another; `move(shares)` gives the shares of next month. Where does that end? Write
`settled(move, shares, tolerance)`: it replaces the shares by `move(shares)` until a move changes no share by more than
`tolerance`, and returns two things, the shares after this last move and the number of moves (numbers or tensors).

The loop is to be a part of a graph, however many moves it takes: Python runs `move` only while it traces. A `while`
over a tensor becomes a loop of the graph, as a `for` does.
"""
HINTS = (
    "Which values does one round need from the one before? They have to exist before the loop, as tensors.",
    "The largest change is `tf.reduce_max(tf.abs(new - shares))`. What should it be before the first round, so that "
    "there is one?",
    "Under `@tf.function`: `while change > tolerance:` with `change` a tensor, at first `tf.constant(np.inf)`.",
)


def settled(move, shares, tolerance):
    """Move until no share changes by more than tolerance; return (shares after the last move, number of moves).

    Args:
        move: move(shares) returns the next shares, float32 (k,), computed with TensorFlow.
        shares: where to begin, a float32 tensor (k,).
        tolerance: a number above 0; at least one move is made.
    """

    @tf.function
    def run(shares):
        moves, change = 0, tf.constant(np.inf)
        while change > tolerance:
            new = move(shares)
            change = tf.reduce_max(tf.abs(new - shares))
            shares = new
            moves += 1
        return shares, moves

    return run(shares)


NOTE = (
    "That is how search engines once ranked pages, how heat spreads over a plate in a program, and how a planet is "
    "moved along its orbit: many small steps, of which none is worth a walk through Python."
)
EXPLANATION = (
    "AutoGraph makes a `While` of a `while` whose condition is a tensor. What changes from round to round, the shares, "
    "the change and the count, goes through it as tensors of fixed type and shape."
)


# Other right answers


def by_while_loop(move, shares, tolerance):
    @tf.function(autograph=False)
    def run(shares):
        def goes_on(shares, change, moves):
            return change > tolerance

        def one_more(shares, change, moves):
            new = move(shares)
            return new, tf.reduce_max(tf.abs(new - shares)), moves + 1

        return tf.while_loop(goes_on, one_more, (shares, tf.constant(np.inf), tf.constant(0)))

    shares, _, moves = run(shares)
    return shares.numpy(), int(moves)


# Mistakes


def loop(move, shares, tolerance, largest=tf.reduce_max, before=False, as_graph=True):
    """The loop of the wrong answers: `largest` makes one number of all changes, `before` returns what was before."""

    def run(shares):
        old, moves, change = shares, 0, tf.constant(np.inf)
        while change > tolerance:
            old, new = shares, move(shares)
            change, shares, moves = largest(tf.abs(new - old)), new, moves + 1
        return (old if before else shares), moves

    return (tf.function(run) if as_graph else run)(shares)


@mistake(
    "Python runs the loop",
    "The numbers are right, but Python runs each move. Put the loop into a function under `@tf.function`, with a "
    "condition that is a tensor.",
)
def without_graph(move, shares, tolerance):
    return loop(move, shares, tolerance, as_graph=False)


@mistake(
    "a fixed number of moves, unrolled",
    "The moves are written down one after the other, a fixed number of them, and the graph cannot stop. `while` over a "
    "tensor decides in each round.",
)
def unrolled(move, shares, tolerance):
    @tf.function
    def run(shares):
        for _ in range(100):
            shares = move(shares)
        return shares, 100

    return run(shares)


@mistake(
    "a fixed number of moves",
    "The graph makes a fixed number of moves, whatever the shares do: too many or too few.",
)
def fixed(move, shares, tolerance):
    @tf.function
    def run(shares):
        for _ in tf.range(100):
            shares = move(shares)
        return shares, 100

    return run(shares)


@mistake(
    "the shares before the last move",
    "The number of moves is right, and the shares are those from before the last one.",
)
def one_behind(move, shares, tolerance):
    return loop(move, shares, tolerance, before=True)


@mistake(
    "it waits for the sum of the changes",
    "It stops too late: the changes of all shares are added up, and that sum has to fall below the tolerance. No "
    "single share may change by more: take the largest.",
)
def sum_of_changes(move, shares, tolerance):
    return loop(move, shares, tolerance, largest=tf.reduce_sum)


@mistake(
    "it waits for the mean of the changes",
    "It stops too early: the mean of the changes is below the tolerance while one share still moves. Take the largest.",
)
def mean_of_changes(move, shares, tolerance):
    return loop(move, shares, tolerance, largest=tf.reduce_mean)


@mistake(
    "falling shares are overlooked",
    "It stops too early: a share that becomes smaller has a negative change, and the largest of the others says "
    "nothing about it. `tf.abs` first.",
)
def without_abs(move, shares, tolerance):
    @tf.function
    def run(shares):
        moves, change = 0, tf.constant(np.inf)
        while change > tolerance:
            new = move(shares)
            change, shares, moves = tf.reduce_max(new - shares), new, moves + 1
        return shares, moves

    return run(shares)


# Probes


def observe(candidate, k=4, stay=0.9, tolerance=0.01):
    draw = np.random.default_rng(k)
    goes = draw.random((k, k))
    # one share falls by what all others gain, so that sum, mean and sign of the changes matter
    matrix = stay * np.eye(k) + (1 - stay) * goes / goes.sum(axis=1, keepdims=True)
    matrix = tf.constant(matrix, tf.float32)
    found = {}
    for where, first in (("all in the first", 0), ("all in the last", k - 1)):
        by_python, written = [], []

        def move(shares):
            (by_python if hasattr(shares, "numpy") else written).append(1)
            return tf.linalg.matvec(matrix, shares, transpose_a=True)

        returned = forms.entries(candidate(move, tf.one_hot(first, k), tolerance))
        if returned is None or len(returned) != 2:
            return found | {"what came back": forms.in_words(returned)}
        found["what came back"] = "two things"
        found[f"moves ({where})"] = forms.number(returned[1])
        found[f"shares ({where})"] = forms.numbers(returned[0])
        found[f"moves by Python ({where})"] = "some" if by_python else "none"
        found[f"the move is written down ({where})"] = "a few times" if 0 < len(written) < 8 else "else"
    return found


EXERCISE = Exercise(
    id="07.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=settled,
    alternatives=(by_while_loop,),
    mistakes=(
        without_graph,
        unrolled,
        fixed,
        one_behind,
        sum_of_changes,
        mean_of_changes,
        without_abs,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, k=5, stay=0.85, tolerance=0.004),
    note=NOTE,
    explanation=EXPLANATION,
)
