"""Probes of what several steps, a graph, a dataset or a whole loop show; like those of probes.py, they change nothing.

What they cannot put back: files, and random operations inside of graphs.
"""

import contextlib
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from helpers.doctor import state
from helpers.doctor.hearing import Heard, listening, returned_loss, take, values_of, watched
from helpers.doctor.probes import dense, moves_of, name_of, norm, number_of_rows, rows
from helpers.doctor.state import kept

# a number with such a word in its name is taken for a learning rate
RATE_WORDS = ("rate", "lr", "alpha")


def is_graph(step) -> bool:
    """Return whether a tf.function is in the step, or is the step, or may be made in it."""
    has_one = any(hasattr(thing, "python_function") for thing in state.reachable(step))
    return has_one or {"tf", "function"} <= state.names_used(step)


def graph_and_python(model, step, batch) -> dict[str, tuple[float, float]]:
    """Return {path: (change by the recorded graph, change by the Python code as it is now)} of the model's variables.

    They differ where the graph keeps something old: a model, a frozen layer, a rate, an attribute. Traps 31, 34, 56.
    """
    roots = (model, step)
    by_graph, by_python = (moves_of(model.variables, roots, step, batch, taken) for taken in (take, watched))
    return {variable.path: both for variable, both in zip(model.variables, zip(by_graph, by_python))}


def python_effects(step, batch, calls=3) -> tuple[int, int]:
    """Return (entries that lists grow by in so many steps of the graph, in as many of the Python code). Trap 29."""
    grown = []
    for taken in (take, watched):
        with kept(step) as before:
            take(step, batch)  # the recording itself runs the Python code once
            lengths = [len(thing) for thing, _ in before.lists]
            for _ in range(calls):
                taken(step, batch)
            grown.append(sum(len(thing) - length for (thing, _), length in zip(before.lists, lengths)))
    return grown[0], grown[1]


def symbolic_leftovers(step) -> int:
    """Return how many tensors without a value lie in lists that the step can reach, left by a recording. Trap 29."""
    lists = [thing for thing in state.reachable(step) if type(thing) is list]
    return sum(tf.is_tensor(part) and not hasattr(part, "numpy") for each in lists for part in each)


def traces(model, step, batch, calls=5) -> list[int]:
    """Return how many tapes each of so many equal calls records anew: [1, 0, 0, 0, 0] for a healthy graph. Trap 28."""
    with kept(model, step), recordings() as tapes:
        counts = []
        for _ in range(calls):
            already = len(tapes)
            take(step, batch)
            counts.append(len(tapes) - already)
    return counts


@contextlib.contextmanager
def recordings():
    """Collect, in a `with` block, an entry for each tape that is opened while a graph is recorded."""
    tapes, enter = [], tf.GradientTape.__enter__

    def noted(tape):
        if not tf.executing_eagerly():
            tapes.append(1)
        return enter(tape)

    tf.GradientTape.__enter__ = noted
    try:
        yield tapes
    finally:
        tf.GradientTape.__enter__ = enter


def frozen_settings(model, step, batch) -> list[str]:
    """Return the names of numbers that move the weights otherwise when changed, but not in the graph. Traps 32, 56.

    Looked at are numbers in attributes of objects and in dictionaries, and globals whose name speaks of a rate.
    """
    found, variables = [], model.trainable_variables
    moved_by_graph = moves_of(variables, (variables, step), step, batch)
    with kept(model, step) as before:
        holders = [
            (names, name)
            for names, old in before.names
            for name, value in old.items()
            if _is_setting(names, name, value)
        ]
    for names, name in holders[:20]:
        with kept(model, step):
            names[name] = names.get(name) * 2
            by_graph, by_python = (
                moves_of(variables, (variables, step), step, batch, taken) for taken in (take, watched)
            )
        if by_graph == moved_by_graph and not np.allclose(by_python, by_graph, rtol=1e-3, atol=0):
            found.append(str(name))
    return found


def _is_setting(names, name, value):
    of_object = type(names) is dict and "_tracker" not in names
    named = of_object or any(word in str(name).lower() for word in RATE_WORDS)
    return named and type(value) in (int, float) and value != 0 and not str(name).startswith("_")


def rate_reaches(model, step, batch, optimizer, variables) -> tuple[float, float]:
    """Return (move, move with the optimizer's rate halved) of the variable that minds it most. Trap 32.

    The rate has to be a variable, not a schedule. NaN in place of the second if the step sets the rate itself, or if
    two equal steps move differently.
    """
    full, again = (moves_of(variables, (variables, step), step, batch) for _ in range(2))
    with kept(model, step, optimizer):
        optimizer.learning_rate.assign(optimizer.learning_rate * 0.5)
        rate = float(optimizer.learning_rate)
        halved = moves_of(variables, (variables, step), step, batch)
        take(step, batch)
        is_kept = full == again and float(optimizer.learning_rate) == rate
    moves = [(before, after) for before, after in zip(full, halved) if before > 0]
    before, after = min(moves, key=lambda move: move[1] / move[0], default=(0.0, 0.0))
    return before, after if is_kept else np.nan


def optimizers_used(model, step, batch, calls=3) -> list[list[tuple[str, int]]]:
    """Return, for each of a few steps, (which optimizer, steps that it had taken before) of the updates. Trap 49.

    An optimizer that is made anew in each step has never taken one: [("Adam 1", 0)], [("Adam 2", 0)], ...
    """
    with kept(model, step):
        heard = [watched(step, batch).applied for _ in range(calls)]
        known = list({id(update[0]): update[0] for step_heard in heard for update in step_heard}.values())
        places = {id(optimizer): number for number, optimizer in enumerate(known, start=1)}
        return [[(f"{type(o).__name__} {places[id(o)]}", steps) for o, steps, *_ in each] for each in heard]


def clipped_apart(model, step, batch) -> list[tuple[float, float]]:
    """Return (norm from the tape, norm that the optimizer got) for each variable, with a loss made steep. Trap 35.

    The features are 1000 times as large, so that every gradient is over the limit.
    """
    features, *others = batch
    steep = (tf.nest.map_structure(lambda part: part * 1000, features), *others)
    with kept(model, step):
        heard = watched(step, steep)
    by_tape = {name_of(source): norm(gradient) for source, gradient in heard.gradients if gradient is not None}
    found = []
    for _, _, gradients, variables in heard.applied:
        for gradient, variable in zip(gradients, variables or ()):
            if gradient is not None and name_of(variable) in by_tape:
                found.append((by_tape[name_of(variable)], norm(gradient)))
    return found


def accumulated(model, step, batch, most=12) -> dict[str, float]:
    """Return {"parts", "steps", "times the mean", "times the last"} of the first update from several gradients. 36.

    That is: from how many gradients of a variable, in how many steps, it was made, and the gradient that the optimizer
    was given ÷ the mean of theirs, ÷ the last; NaN if it has another direction. Empty if an update has one gradient.
    The steps are on the two halves of the batch in turn.
    """
    half = number_of_rows(batch) // 2
    halves = [rows(batch, np.arange(half)), rows(batch, np.arange(half, 2 * half))]
    parts, heard = {}, Heard()
    with kept(model, step) as before:
        for number in range(most):
            heard = watched(step, halves[number % 2])
            for source, gradient in heard.gradients:
                if gradient is not None:
                    parts.setdefault(name_of(source), []).append(dense(gradient))
            # moved by hand: there is no optimizer to wait for
            if heard.applied or state.ids(model.trainable_variables) & before.changed().keys():
                break
    given = {name_of(v): dense(g) for *_, gs, vs in heard.applied[:1] for g, v in zip(gs, vs or ()) if g is not None}
    names = [name for name in given if len(parts.get(name, [])) > 1]
    if not names or len(heard.applied) > 1:
        return {}

    def times(others):
        along = sum((given[name] * others[name]).sum() for name in names)
        length = sum((others[name] ** 2).sum() for name in names)
        off = sum(((given[name] - along / length * others[name]) ** 2).sum() for name in names) if length else 1.0
        return float(along / length) if length and off <= 1e-6 * length else np.nan

    means, last = (
        {name: each(parts[name]) for name in names} for each in (lambda g: np.mean(g, axis=0), lambda g: g[-1])
    )
    return {
        "parts": len(parts[names[0]]),
        "steps": number + 1,
        "times the mean": times(means),
        "times the last": times(last),
    }


def metrics_fed(model, step, batch) -> list[tuple[keras.metrics.Metric, np.ndarray, np.ndarray]]:
    """Return (metric, labels, predictions) of each update of a Keras metric in one step. Traps 11, 26."""
    with kept(model, step):
        heard = watched(step, batch)
    return [(metric, np.asarray(args[0]), np.asarray(args[1])) for metric, args in heard.fed if len(args) > 1]


def loss_before_and_after(model, step, batch) -> tuple[float, float, float]:
    """Return the first step's loss, as (the tape's, the returned one), and the tape's in the second step. Trap 25."""
    with kept(model, step):
        first, second = watched(step, batch), watched(step, batch)
    returned = returned_loss(first.result)
    return first.loss, np.nan if returned is None else returned, second.loss


@dataclass
class Epochs:
    """What was heard of the whole loop, run for one epoch, and from the same start for two."""

    losses: list[list[float]]  # what was returned
    heard: list[Heard]
    totals: dict  # {metric: [the last of its totals after one epoch, after two]}
    iterators: list[int]  # how many iterators over datasets were opened
    ends: list[list[np.ndarray]]  # what the optimizer moves, after its last update


def epochs_of(train, *others) -> Epochs:
    """Run the whole loop, for one and for two epochs, and return what was heard. Traps 22 to 24, 27, 38, 49, 52."""
    found = Epochs([], [], {}, [], [])
    for epochs in (1, 2):
        with kept(train, *others) as before, listening() as heard, opened_iterators() as opened:
            returned = train(epochs=epochs)
            found.losses.append(curve_of(returned))
            found.heard.append(heard)
            found.iterators.append(len(opened))
            found.ends.append(values_of(heard.applied[-1][3]) if heard.applied else [])
            inside = state.of_kind([metric for metric, _ in heard.fed], keras.metrics.Metric)
            metrics = state.of_kind(before.things, keras.metrics.Metric)
            metrics += [metric for metric in inside if metric not in metrics]
            for number, metric in enumerate(dict.fromkeys(metrics)):
                total = float(np.sum(metric.variables[-1])) if metric.variables else 0.0
                found.totals.setdefault((number, metric.name), []).append(total)
    return found


@contextlib.contextmanager
def opened_iterators():
    """Collect, in a `with` block, an entry for each iterator that is opened over a tf.data.Dataset."""
    opened, open_one = [], tf.data.Dataset.__iter__

    def noted(dataset):
        opened.append(1)
        return open_one(dataset)

    tf.data.Dataset.__iter__ = noted
    try:
        yield opened
    finally:
        tf.data.Dataset.__iter__ = open_one


def same_start(train, *others) -> tuple[list[float], list[int]]:
    """Run the whole loop twice, one after the other; return the first losses, and the steps its optimizer had. 37.

    The same loss, from an optimizer with steps behind it, is a new start with the moments of the old run.
    """
    with kept(train, *others):
        runs = []
        for _ in range(2):
            with listening() as heard:
                train(epochs=1)
            runs.append(heard)
    return [run.losses[0] for run in runs if run.losses], [run.applied[0][1] for run in runs if run.applied]


def recorded_by(train, *others) -> tuple[int, list[float]]:
    """Return how many tapes are recorded in graphs in one epoch, and the losses that it returns. Traps 29, 53.

    One or two tapes are recorded if the epoch is not unrolled.
    """
    with kept(train, *others), recordings() as tapes:
        returned = train(epochs=1)
    return len(tapes), curve_of(returned)


def curve_of(returned) -> list[float]:
    """Return the losses of the epochs from what a loop returns: a list, an array, or a table with a column "loss"."""
    if hasattr(returned, "keys"):
        returned = next((returned[name] for name in returned if "loss" in str(name)), None)
    entries = [] if returned is None else list(returned) if np.ndim(returned) else [returned]
    losses = [returned_loss(entry) for entry in entries]
    return [loss for loss in losses if loss is not None]
