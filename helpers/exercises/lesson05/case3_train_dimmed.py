"""C5.3 A setting changes, and the training does not notice."""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "A setting changes, and the training does not notice"
TASK = """Somebody trains on dimmed pictures first, and makes them brighter from step to step, up to their full strength
of 1. Yet the last losses are as if the pictures were still dark. Printed in the loop, the strength is what it should
be. Which line is it?"""
HINTS = (
    "Who looks at the dictionary, and when? The loop does, at each step. And the step?",
    "Let the step print the strength that it uses, with `tf.print`: it is always the first one. Whatever Python hands "
    "to a graph while it is traced stays there as a constant.",
    "A tensor as an argument, or a `tf.Variable`, is looked at anew each time, and needs no new trace.",
)


def train_dimmed(take_step, features, labels, strengths):
    """Take one step for each strength, on strength * features, in one graph; return the losses, a list of floats.

    Args:
        take_step: take_step(features, labels) moves a model once and returns the loss, a scalar tensor. It is plain
            Python, and it should become a graph that is traced once, however many strengths there are.
        features, labels: the one batch for all steps, float32 tensors.
        strengths: a list of floats.
    """

    @tf.function
    def train_step(features, labels, strength):
        return take_step(strength * features, labels)

    losses = []
    for strength in strengths:
        losses.append(float(train_step(features, labels, tf.constant(strength))))
    return losses


# What a learner starts with


def train_dimmed_broken(take_step, features, labels, strengths):
    settings = {"strength": strengths[0]}  # A

    @tf.function
    def train_step(features, labels):
        return take_step(settings["strength"] * features, labels)  # B

    losses = []
    for strength in strengths:
        settings["strength"] = strength  # C
        losses.append(float(train_step(features, labels)))  # D
    return losses


SUSPECTS = {
    "A": "A dictionary with a start value. There is nothing wrong with that, if only somebody looks into it later.",
    "B": "Python looks into the dictionary while it traces the step, and the number that it finds there becomes a "
    "constant of the graph.",
    "C": "This does change the dictionary, at each step, as a `print` here would show.",
    "D": "The loss is returned and turned into a number, at each step, as it should be.",
}
NOTE = (
    "So it is with a rate, a temperature, a `model.noise`, `layer.trainable`, and the model itself. Either it comes as "
    "a tensor or lives in a `tf.Variable`, or the step is made anew when it changes."
)
EXPLANATION = (
    "The strength comes as a tensor. Tensors are compared by type and shape, so one graph serves all, and each call "
    "brings the value with it."
)


# Other right answers


def train_dimmed_by_variable(take_step, features, labels, strengths):
    strength, losses = tf.Variable(0.0), []
    train_step = tf.function(lambda: take_step(strength * features, labels))
    for value in strengths:
        strength.assign(value)
        losses.append(float(train_step()))
    return losses


# Mends that do not mend


@mistake(
    "a new graph for each strength",
    "The losses are right, but the step is traced anew for each strength: a number of Python that comes as an argument "
    "is compared by its value. So is a step that is made anew inside the loop. Hand it over as a tensor.",
)
def python_number(take_step, features, labels, strengths):
    @tf.function
    def train_step(features, labels, strength):
        return take_step(strength * features, labels)

    return [float(train_step(features, labels, strength)) for strength in strengths]


@mistake(
    "no graph anymore",
    "The losses are right, and each step is run by Python, operation by operation. The graph was to stay.",
)
def without_graph(take_step, features, labels, strengths):
    return [float(take_step(strength * features, labels)) for strength in strengths]


@mistake(
    "still the first strength",
    "All steps were taken with the first strength, still. A global name, an attribute or an entry of a list is looked "
    "up while the step is traced, like the dictionary; so is a `tf.constant` that is made inside the step.",
)
def another_container(take_step, features, labels, strengths):
    current = [strengths[0]]

    @tf.function
    def train_step(features, labels):
        return take_step(tf.constant(current[0]) * features, labels)

    losses = []
    for strength in strengths:
        current[0] = strength
        losses.append(float(train_step(features, labels)))
    return losses


# Probes


def observe(candidate, strengths=(0.25, 0.5, 0.75, 1.0), rate=0.1):
    slope, runs = tf.Variable(0.0), []

    def take_step(features, labels):
        runs.append(hasattr(features, "numpy"))
        errors = slope * features - labels
        slope.assign_sub(rate * tf.reduce_mean(2 * features * errors))
        return tf.reduce_mean(errors**2)

    losses = candidate(take_step, tf.constant([1.0, 2.0, -1.0]), tf.constant([2.0, 5.0, -3.0]), list(strengths))
    return {
        "steps by Python": runs.count(True),
        "traces": runs.count(False),
        "losses": forms.numbers(losses),
        "slope in the end": float(slope),
    }


EXERCISE = Case(
    id="C5.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_dimmed,
    starter=train_dimmed_broken,
    trap=56,
    culprits="B",
    suspects=SUSPECTS,
    alternatives=(train_dimmed_by_variable,),
    mistakes=(python_number, without_graph, another_container),
    observe=observe,
    second=lambda candidate: observe(candidate, strengths=(0.1, 0.9, 0.4), rate=0.05),
    note=NOTE,
    explanation=EXPLANATION,
)
