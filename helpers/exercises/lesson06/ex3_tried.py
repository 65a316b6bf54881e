"""06.3 Try it, and take it back."""

import keras
import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson06.shared import flat, seeds, small_model

TITLE = "Try it, and take it back"
TASK = """
What would ten steps at a higher rate do? Write `tried(model, optimizer, experiment)`: it calls `experiment()`, which
may train the model or change the rate, and returns what that returns. Afterwards model and optimizer are exactly as
they were before, with everything that a run carries, so that training goes on as if nobody had tried anything.

If the experiment stops with an error, that error comes through, and here, too, everything is as it was. Nothing needs
to be written to a file. The experiment makes no new variables.
"""
HINTS = (
    "Lesson 06 has four kinds of variables that a step changes. Which two lists hold all four?",
    "Keep values, not variables; and put them back with `variable.assign(value)`.",
    "What stands in `finally:` happens after a `return` and after an error, and lets both through.",
)


def tried(model, optimizer, experiment):
    """Call experiment() and return its result; leave model and optimizer as they were before.

    Args:
        model, optimizer: both built; the model may have Dropout and BatchNorm.
        experiment: a function without arguments; it may train the model, and it may raise any exception.
    """
    variables = [*model.variables, *optimizer.variables]
    before = [variable.numpy() for variable in variables]
    try:
        return experiment()
    finally:
        for variable, value in zip(variables, before):
            variable.assign(value)


NOTE = (
    "Search for a learning rate this way: try a few rates for twenty steps each, from the same state, with the same "
    "masks of Dropout, and compare the losses."
)
EXPLANATION = (
    "All variables of model and optimizer are copied before, and assigned after. `finally` does it in any case and "
    "passes on whatever happened, a result or an error."
)


# Other right answers


def by_two_lists(model, optimizer, experiment):
    kept = [np.array(variable) for variable in model.variables]
    memory = [np.array(variable) for variable in optimizer.variables]
    error = result = None
    try:
        result = experiment()
    except BaseException as raised:
        error = raised
    for variable, value in zip(model.variables, kept):
        variable.assign(value)
    for variable, value in zip(optimizer.variables, memory):
        variable.assign(value)
    if error is not None:
        raise error
    return result


# Mistakes


def tried_with(variables, experiment):
    before = [variable.numpy() for variable in variables]
    try:
        return experiment()
    finally:
        for variable, value in zip(variables, before):
            variable.assign(value)


@mistake(
    "the seeds are not put back",
    "Weights, averages and the optimizer are as they were, and Dropout is at another place in its random numbers. "
    "`model.weights` and `get_weights()` leave its seeds out; `model.variables` has them.",
)
def seeds_left(model, optimizer, experiment):
    return tried_with([*model.weights, *optimizer.variables], experiment)


@mistake(
    "the optimizer is not put back",
    "The model is as it was, seeds and all. The optimizer remembers the experiment: its momentum, the number of its "
    "steps, its rate. They are in `optimizer.variables`.",
)
def optimizer_left(model, optimizer, experiment):
    return tried_with(model.variables, experiment)


@mistake(
    "only the weights are put back",
    "Weights and averages are as they were, as `get_weights` and `set_weights` leave them. Dropout's seeds and the "
    "optimizer still remember the experiment: take `model.variables` and `optimizer.variables`.",
)
def weights_only(model, optimizer, experiment):
    return tried_with(model.weights, experiment)


@mistake(
    "what has no gradient is not put back",
    "The trainable weights and the optimizer are as they were. BatchNorm's averages and Dropout's seeds still remember "
    "the experiment: `model.variables` has them, `model.trainable_variables` has not.",
)
def trainable_only(model, optimizer, experiment):
    return tried_with([*model.trainable_variables, *optimizer.variables], experiment)


@mistake(
    "nothing is put back",
    "After the experiment everything is as the experiment left it. Perhaps the variables themselves were kept, which "
    "go on changing, and each was assigned its own new value. Keep copies: `variable.numpy()`.",
)
def nothing_put_back(model, optimizer, experiment):
    return experiment()


@mistake(
    "not put back after an error",
    "After an experiment that ends well all is right. After one that stops with an error nothing is put back: that "
    "part of the function is not reached then. Put it into `finally:`.",
)
def without_finally(model, optimizer, experiment):
    before = [variable.numpy() for variable in (*model.variables, *optimizer.variables)]
    result = experiment()
    for variable, value in zip((*model.variables, *optimizer.variables), before):
        variable.assign(value)
    return result


@mistake(
    "the error does not come through",
    "Everything is put back, and nobody hears that the experiment failed. `finally` passes an error on; `except` does "
    "so only with a `raise`.",
)
def error_swallowed(model, optimizer, experiment):
    def quiet():
        try:
            return experiment()
        except Exception:
            return None

    return tried_with([*model.variables, *optimizer.variables], quiet)


# Probes


def observe(candidate, seed=0):
    """Let an experiment that ends well, and one that fails, move every variable of a run."""
    found = {}
    for ending in ("ends well", "fails"):
        model, optimizer = small_model(seed), keras.optimizers.SGD(0.25, momentum=0.5)
        optimizer.build(model.trainable_variables)
        optimizer.iterations.assign(seed + 3)
        parts = {
            "trainable weights": model.trainable_variables,
            "moving averages": model.non_trainable_weights,
            "Dropout's seeds": seeds(model),
            "optimizer's variables": optimizer.variables,
        }
        before = {name: flat(part) for name, part in parts.items()}
        calls = []

        def experiment(ending=ending, variables=(*model.variables, *optimizer.variables), calls=calls):
            calls.append(1)
            for variable in variables:
                variable.assign(variable + variable + 1)
            if ending == "fails":
                raise InterruptedError
            return 0.75 + seed

        try:
            found[f"result of an experiment that {ending}"] = forms.number(candidate(model, optimizer, experiment))
        except InterruptedError:
            found[f"result of an experiment that {ending}"] = "its error"
        found[f"calls of an experiment that {ending}"] = len(calls)
        for name, part in parts.items():
            found[f"{name}, moved by one that {ending}"] = float(np.abs(flat(part) - before[name]).max())
    return found


EXERCISE = Exercise(
    id="06.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=tried,
    alternatives=(by_two_lists,),
    mistakes=(
        seeds_left,
        optimizer_left,
        weights_only,
        trainable_only,
        nothing_put_back,
        without_finally,
        error_swallowed,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=4),
    note=NOTE,
    explanation=EXPLANATION,
)
