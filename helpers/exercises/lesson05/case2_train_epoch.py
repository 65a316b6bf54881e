"""C5.2 A long wait before the first step."""

import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Case, mistake

TITLE = "A long wait before the first step"
TASK = """Somebody puts a whole epoch into one graph, so that Python has nothing to do anymore. On a few batches that
works. On many, it takes ages until the first step is done, memory fills, and only then it becomes fast. Which line is
it?"""
HINTS = (
    "How many operations are in the graph, for three batches and for three hundred? Which line is run by Python for "
    "each batch?",
    "AutoGraph turns a `for` into a loop of the graph where it runs over a tensor or a `tf.data.Dataset`. Over a "
    "`range`, a list or an array, Python runs the body for each entry while it traces.",
)


def train_epoch(take_step, features, labels, batch_size):
    """Take a step on each batch of one epoch, all of them in one graph; return the mean of their losses, a float.

    Args:
        take_step: take_step(features, labels) moves a model once and returns the loss, a float32 scalar. Its Python
            code may be run while the graph is traced, but not once for each batch.
        features, labels: float32 tensors (n, columns) and (n,); n is a multiple of batch_size.
        batch_size: the number of rows in each batch, an int; the batches follow the order of the rows.
    """

    @tf.function
    def epoch(features, labels):
        total = 0.0
        for first in tf.range(0, len(features), batch_size):
            rows = slice(first, first + batch_size)
            total += take_step(features[rows], labels[rows])
        return total * batch_size / len(features)

    return float(epoch(features, labels))


# What a learner starts with


def train_epoch_broken(take_step, features, labels, batch_size):
    n_rows = len(features)  # A

    @tf.function
    def epoch(features, labels):
        total = 0.0
        for first in range(0, n_rows, batch_size):  # B
            rows = slice(first, first + batch_size)  # C
            total += take_step(features[rows], labels[rows])  # D
        return total * batch_size / n_rows

    return float(epoch(features, labels))


SUSPECTS = {
    "A": "How many rows there are, once and for all. The graph may keep that number: the rows do not change.",
    "B": "`range` belongs to Python. So Python runs the body for each batch while it traces, and writes down each "
    "step's operations once more.",
    "C": "A slice costs next to nothing, and it may have tensors for its ends.",
    "D": "The step itself, a few operations. It is not its fault that it is written down so often.",
}
NOTE = (
    "Graphs like many rounds and hate many copies. If a first call takes long, count: "
    "`len(f.get_concrete_function(…).graph.get_operations())` for two batches and for four; it should not grow."
)
EXPLANATION = (
    "With `tf.range` the loop runs over a tensor, AutoGraph makes one `While` operation of it, and the step is written "
    "down once, however many batches there are. A `tf.data.Dataset` does the same."
)


# Other right answers


def train_epoch_by_dataset(take_step, features, labels, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).batch(batch_size)

    @tf.function
    def epoch():
        total, count = 0.0, 0.0
        for batch_features, batch_labels in dataset:
            total += take_step(batch_features, batch_labels)
            count += 1.0
        return total / count

    return float(epoch())


# Mends that do not mend


@mistake(
    "Python runs each step",
    "The graph of the epoch is gone: Python runs each step, operation by operation. That was to be avoided.",
)
def without_graph(take_step, features, labels, batch_size):
    losses = []
    for first in range(0, len(features), batch_size):
        losses.append(float(take_step(features[first : first + batch_size], labels[first : first + batch_size])))
    return float(np.mean(losses))


@mistake(
    "still unrolled",
    "Python still runs the body for each batch while it traces, so the graph still grows with the batches. The loop "
    "has to run over a tensor, as from `tf.range`, or over a `tf.data.Dataset`; a list, even one of tensors, is "
    "Python's.",
)
def list_of_batches(take_step, features, labels, batch_size):
    @tf.function
    def epoch(features, labels):
        count = len(features) // batch_size
        batches = zip(tf.split(features, count), tf.split(labels, count))
        return tf.reduce_mean([take_step(*batch) for batch in batches])

    return float(epoch(features, labels))


# Probes


def observe(candidate, n_batches=8, rate=0.1):
    weights, runs = tf.Variable([0.0, 0.0]), []
    numbers = np.random.default_rng(n_batches)
    features = tf.constant(numbers.normal(0, 1, (3 * n_batches, 2)), tf.float32)

    def take_step(features, labels):
        runs.append(hasattr(features, "numpy"))
        errors = tf.linalg.matvec(features, weights) - labels
        weights.assign_sub(rate * tf.linalg.matvec(features, errors, transpose_a=True))
        return tf.reduce_mean(errors**2)

    mean_loss = candidate(take_step, features, features[:, 0] - 2 * features[:, 1], 3)
    return {
        "steps by Python": runs.count(True),
        "the step is written down": "for each batch" if runs.count(False) >= n_batches else "a few times at most",
        "mean loss": float(mean_loss),
        "weights in the end": weights.numpy(),
    }


EXERCISE = Case(
    id="C5.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_epoch,
    starter=train_epoch_broken,
    trap=53,
    culprits="B",
    suspects=SUSPECTS,
    alternatives=(train_epoch_by_dataset,),
    mistakes=(without_graph, list_of_batches),
    observe=observe,
    second=lambda candidate: observe(candidate, n_batches=11, rate=0.05),
    note=NOTE,
    explanation=EXPLANATION,
)
