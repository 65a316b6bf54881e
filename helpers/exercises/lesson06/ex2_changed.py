"""06.2 What did that change?"""

import keras
import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson06.shared import seeds, small_model

TITLE = "What did that change?"
TASK = """
Write a function that finds out what a piece of code does to a run: `changed(model, optimizer, action)` calls `action()`
once and returns a list of the paths (`variable.path`) of all variables of model and optimizer that have other values
afterwards. Dropout's seeds count, and so does what the optimizer remembers. Any difference counts, however small. The
order of the list is up to you, and a set of paths is fine, too.
"""
HINTS = (
    "Which list of a model has all of its variables, Dropout's seeds among them? And which has the optimizer's?",
    "What you keep from before must not change along. A variable in a list is still the same variable.",
    "`variable.numpy()` for each of `[*model.variables, *optimizer.variables]`, then `action()`, then "
    "`np.array_equal`.",
)


def changed(model, optimizer, action):
    """Call action() once; return the paths of all variables of model and optimizer whose values it changed.

    Args:
        model, optimizer: both built; the model may have Dropout and BatchNorm.
        action: a function without arguments.

    Returns:
        a list of str.
    """
    variables = [*model.variables, *optimizer.variables]
    before = [variable.numpy() for variable in variables]
    action()
    pairs = zip(variables, before)
    return [variable.path for variable, old in pairs if not np.array_equal(variable.numpy(), old)]


NOTE = (
    "Try it in a loop of your own: an evaluation should give an empty list, and a training step should leave out only "
    "what you have frozen."
)
EXPLANATION = (
    "`model.variables` has the seeds, which `model.weights` leaves out, and `optimizer.variables` the memory. The "
    "copies from before are NumPy arrays, which no `assign` reaches."
)


# Other right answers


def by_bytes(model, optimizer, action):
    def state():
        return {variable.path: np.array(variable).tobytes() for variable in model.variables + optimizer.variables}

    before = state()
    action()
    return {path for path, values in state().items() if values != before[path]}


# Mistakes


def changed_among(variables, action, differ=None):
    before = [variable.numpy() for variable in variables]
    action()
    differ = differ or (lambda new, old: not np.array_equal(new, old))
    return [variable.path for variable, old in zip(variables, before) if differ(variable.numpy(), old)]


def everything(model, optimizer):
    return [*model.variables, *optimizer.variables]


@mistake(
    "the variables compared with themselves",
    "The list is always empty. What was kept from before is the variables themselves, and these change along. Keep "
    "their values: `variable.numpy()`.",
)
def no_copies(model, optimizer, action):
    action()
    return []


@mistake(
    "the seeds are overlooked",
    "All is right but for Dropout's seeds. `model.weights` and `get_weights()` leave them out; `model.variables` has "
    "them.",
)
def weights_only(model, optimizer, action):
    return changed_among([*model.weights, *optimizer.variables], action)


@mistake(
    "the optimizer is overlooked",
    "All variables of the model are there, and none of the optimizer's, though some of those changed, too: "
    "`optimizer.variables`.",
)
def model_only(model, optimizer, action):
    return changed_among(model.variables, action)


@mistake(
    "seeds and optimizer are overlooked",
    "Only weights and moving averages are there. Dropout's seeds are in `model.variables`, which has more than "
    "`model.weights` and `get_weights()`; the optimizer's memory is in `optimizer.variables`.",
)
def model_weights_only(model, optimizer, action):
    return changed_among(model.weights, action)


@mistake(
    "only what has a gradient",
    "What changes without a gradient is missing: BatchNorm's averages and Dropout's seeds. They are in "
    "`model.variables`, but not in `model.trainable_variables`.",
)
def trainable_only(model, optimizer, action):
    return changed_among([*model.trainable_variables, *optimizer.variables], action)


@mistake(
    "what has no gradient, and the optimizer, are overlooked",
    "Only trainable weights are there. BatchNorm's averages and Dropout's seeds are in `model.variables`; the "
    "optimizer's memory is in `optimizer.variables`.",
)
def trainable_weights_only(model, optimizer, action):
    return changed_among(model.trainable_variables, action)


@mistake(
    "small differences do not count",
    "Variables that changed by very little are missing, as `np.allclose` and rounding leave them out. A small rate "
    "makes small changes: compare with `np.array_equal`.",
)
def nearly_equal(model, optimizer, action):
    return changed_among(everything(model, optimizer), action, lambda new, old: not np.allclose(new, old))


@mistake(
    "only sums are compared",
    "Variables whose entries changed places are missing: their sum, or their mean, is the same. Compare entry by "
    "entry.",
)
def sums_compared(model, optimizer, action):
    return changed_among(everything(model, optimizer), action, lambda new, old: np.sum(new) != np.sum(old))


@mistake(
    "the action is never called",
    "The list is always empty, and the action was not called: write `action()`, with parentheses.",
)
def action_not_called(model, optimizer, action):
    return []


# Probes


class Run:
    """A model with all kinds of state, its optimizer, and plain names for their variables."""

    def __init__(self):
        self.model = small_model(0)
        self.optimizer = keras.optimizers.SGD(0.25, momentum=0.5)
        self.optimizer.build(self.model.trainable_variables)
        averages = self.model.non_trainable_weights
        self.named = {
            "kernel": self.model.layers[0].kernel,
            "bias": self.model.layers[0].bias,
            "moving mean": averages[0],
            "moving variance": averages[1],
            "seeds": seeds(self.model)[0],
            "number of the step": self.optimizer.iterations,
            "learning rate": self.optimizer.learning_rate,
            "momentum": self.optimizer.variables[2],
        }

    def in_words(self, paths):
        """Return the plain names of these paths in a fixed order; of anything else its form."""
        if isinstance(paths, (set, frozenset)):
            paths = sorted(paths, key=str)
        if not isinstance(paths, (list, tuple)) or not all(isinstance(path, str) for path in paths):
            return forms.in_words(paths)
        names = {variable.path: name for name, variable in self.named.items()}
        others = sorted({"another variable" for path in paths if path not in names})
        found = [name for path, name in names.items() if path in paths]
        return ", ".join(found + others) or "none"


def observe(candidate, actions=None):
    found, calls = {}, []
    for name, change in (actions or ACTIONS).items():
        run = Run()

        def action(change=change, run=run):
            calls.append(name)
            change(run.named)

        found[f"changed by {name}"] = run.in_words(candidate(run.model, run.optimizer, action))
    return found | {"calls of each action": len(calls) / len(found)}


def training_step(named):
    for name in ("kernel", "bias", "moving mean", "moving variance", "seeds", "number of the step", "momentum"):
        named[name].assign(named[name] + 1)


def small_step(named):
    named["kernel"].assign(named["kernel"] * (1 + 2e-7) + 1e-9)
    named["number of the step"].assign_add(1)


def places_exchanged(named):
    named["kernel"].assign(named["kernel"].numpy()[::-1])
    named["seeds"].assign(named["seeds"].numpy()[::-1])


ACTIONS = {
    "a training step": training_step,
    "a tiny step": small_step,
    "entries that change places": places_exchanged,
    "another learning rate": lambda named: named["learning rate"].assign(0.125),
    "nothing": lambda named: None,
}
OTHERS = {
    "another rate, and seeds": lambda named: (named["learning rate"].assign(2.0), named["seeds"].assign([3, 4])),
    "a tiny step": small_step,
    "averages": lambda named: named["moving variance"].assign(named["moving variance"] * 3),
    "entries that change places": places_exchanged,
    "nothing": lambda named: None,
    "momentum": lambda named: named["momentum"].assign_add(named["momentum"] + 1),
}


EXERCISE = Exercise(
    id="06.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=changed,
    alternatives=(by_bytes,),
    mistakes=(
        no_copies,
        weights_only,
        model_only,
        model_weights_only,
        trainable_only,
        trainable_weights_only,
        nearly_equal,
        sums_compared,
        action_not_called,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, OTHERS),
    note=NOTE,
    explanation=EXPLANATION,
)
