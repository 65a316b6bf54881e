"""C5.1 A history of sixteen steps has one entry."""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "A history of sixteen steps has one entry"
TASK = """Somebody turns a step into a graph. It trains as before, and faster. But the list that should hold the loss of
each step has one entry after sixteen steps, and that is not even a number. Which line is it?"""
HINTS = (
    "How often does Python run each of these lines, when the loop goes through sixteen batches of the same shape?",
    "The body of a `tf.function` is run by Python while it is traced, and by nobody afterwards. What has to happen at "
    "each step belongs to the loop outside, or has to be an operation of the graph.",
)


def train(take_step, batches):
    """Take a step on each batch, in a graph; return the loss of each step, a list of floats.

    Args:
        take_step: take_step(features, labels) moves a model once and returns the loss, a scalar tensor. It is plain
            Python, and it should become a graph: traced once for each shape, not run at each step.
        batches: a list of (features, labels), float32 tensors.
    """
    history = []

    @tf.function
    def train_step(features, labels):
        return take_step(features, labels)

    for features, labels in batches:
        history.append(float(train_step(features, labels)))
    return history


# What a learner starts with


def train_broken(take_step, batches):
    history = []  # A

    @tf.function
    def train_step(features, labels):
        loss = take_step(features, labels)  # B
        history.append(loss)  # C
        return loss

    for features, labels in batches:
        train_step(features, labels)  # D
    return history


SUSPECTS = {
    "A": "One empty list for the whole run, made before the loop: as it should be.",
    "B": "This becomes operations of the graph, and they run at each step: the model learns.",
    "C": "A list belongs to Python. Python runs this line while it traces the step, with a placeholder for the loss, "
    "and never again.",
    "D": "This runs at each step, and it even returns the loss of that step. Only nobody takes it.",
}
NOTE = (
    "`print`, a counter, `np.random` and the clock freeze in the same way. What should happen at each step is an "
    "operation (`tf.print`, a metric's update, `tf.random`), or it stands outside and uses what the step returned."
)
EXPLANATION = (
    "The step returns its loss, and the loop outside, which Python does run each time, turns it into a number and "
    "keeps it."
)


# Other right answers


def train_by_wrapping(take_step, batches):
    step = tf.function(take_step)
    return [step(features, labels).numpy() for features, labels in batches]


# Mends that do not mend


@mistake(
    "the graph is gone",
    "The list is right now, and the step is plain Python again: it is run at each step, and not only while tracing. "
    "Leave `@tf.function` where it was, and append outside.",
)
def without_graph(take_step, batches):
    return [float(take_step(features, labels)) for features, labels in batches]


@mistake(
    "a number is asked of the placeholder",
    "While the step is traced, the loss has no value yet, so `loss.numpy()` inside it is an error. Take the number "
    "outside, from what the step returned.",
)
def number_inside(take_step, batches):
    history = []

    @tf.function
    def train_step(features, labels):
        loss = take_step(features, labels)
        history.append(loss.numpy())
        return loss

    for features, labels in batches:
        train_step(features, labels)
    return history


@mistake(
    "still one placeholder",
    "The list still has one entry, and that is no number: the line still stands in the step, where Python comes by "
    "only once. `float(loss)` there is another placeholder, because AutoGraph makes it an operation of the graph.",
)
def float_inside(take_step, batches):
    history = []

    @tf.function
    def train_step(features, labels):
        loss = take_step(features, labels)
        history.append(float(loss))
        return loss

    for features, labels in batches:
        train_step(features, labels)
    return history


@mistake(
    "a graph for each step",
    "The list is right now, but the step is traced at each step, which takes longer than plain Python. `tf.function` "
    "stands inside the loop over the batches: make the step once, before it.",
)
def traced_each_time(take_step, batches):
    history = []
    for features, labels in batches:
        # a wrapper of its own each time, as a `def` in the loop makes one
        history.append(float(tf.function(lambda *batch: take_step(*batch))(features, labels)))
    return history


# Probes


def observe(candidate, steps=6, rate=0.1):
    slope, runs = tf.Variable(0.0), []

    def take_step(features, labels):
        runs.append(isinstance(features, tf.Tensor) and not hasattr(features, "numpy"))
        loss = tf.reduce_mean((slope * features - labels) ** 2)
        slope.assign_sub(rate * tf.reduce_mean(2 * features * (slope * features - labels)))
        return loss

    batches = [(tf.constant([1.0, step]), tf.constant([2.0, 3.0 * step])) for step in range(1, steps + 1)]
    losses = candidate(take_step, batches)
    symbolic = [entry for entry in losses if tf.is_tensor(entry) and not hasattr(entry, "numpy")]
    return {
        "steps by Python": runs.count(False),
        "traces": runs.count(True),
        "entries": len(losses),
        "placeholders among them": len(symbolic),
        "losses": None if symbolic else forms.numbers(losses),
        "slope in the end": float(slope),
    }


EXERCISE = Case(
    id="C5.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train,
    starter=train_broken,
    trap=29,
    culprits="C",
    suspects=SUSPECTS,
    alternatives=(train_by_wrapping,),
    mistakes=(without_graph, number_inside, float_inside, traced_each_time),
    observe=observe,
    second=lambda candidate: observe(candidate, steps=4, rate=0.02),
    note=NOTE,
    explanation=EXPLANATION,
)
