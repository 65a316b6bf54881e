"""C7.2 Slow whenever new texts come."""

import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Case, mistake

TITLE = "Slow whenever new texts come"
TASK = """\
Sentences have different lengths, and a batch is as wide as its longest one. The first epoch takes minutes, the second
seconds. And whenever new texts come, it is slow again for a while. Which line is it, if the
data are to stay?"""
HINTS = (
    "What is different about a batch of new texts, and who cares?",
    "Count how often Python runs `take_step`, with a `print` in it.",
    "`tf.function` has an argument for shapes that vary, `reduce_retracing`, and another, `input_signature`, to say "
    "so beforehand: `None` stands for any length.",
)


def train_on(take_step, batches):
    """Take a step on each batch, in a graph; return the losses, a list of floats.

    Args:
        take_step: take_step(words) moves a model once and returns the loss, a float32 scalar. Its Python code may be
            run while a graph is traced, a few times in all.
        batches: a list of float32 arrays (rows, width), of many widths.
    """
    losses = []  # A
    step = tf.function(take_step, reduce_retracing=True)  # B
    for words in batches:  # C
        loss = step(tf.constant(words))  # D
        losses.append(loss)  # E
    return [float(loss) for loss in losses]


# What a learner starts with


def train_on_broken(take_step, batches):
    losses = []  # A
    step = tf.function(take_step)  # B
    for words in batches:  # C
        loss = step(tf.constant(words))  # D
        losses.append(loss)  # E
    return [float(loss) for loss in losses]


SUSPECTS = {
    "A": "A list of Python's, outside of the graph. It may be appended to.",
    "B": "As it stands here, `tf.function` makes a graph for exactly the shape that it meets, and another one for each "
    "other shape.",
    "C": "This loop is run by Python, a step a round, as it should be.",
    "D": "A tensor goes in, so it is not the value that makes a new graph necessary.",
    "E": "The losses are collected outside of the graph, and read when all steps are done.",
}
NOTE = (
    "For text, widths are also rounded up to multiples of eight or so, with the padding masked: that keeps the number "
    "of shapes small where a compiler, XLA for example, needs fixed ones."
)
EXPLANATION = (
    "`reduce_retracing=True` has TensorFlow notice which length varies and trace once more, with that length left "
    "open. After two or three traces every width is welcome."
)


# Other right answers


def with_signature(take_step, batches):
    step = tf.function(take_step, input_signature=[tf.TensorSpec([None, None], tf.float32)])
    return [float(step(words)) for words in batches]


# Mends that do not mend


@mistake(
    "Python runs each step",
    "There is no tracing anymore, because there is no graph: Python runs each step, operation by operation.",
)
def without_graph(take_step, batches):
    return [float(take_step(tf.constant(words))) for words in batches]


@mistake(
    "zeros that count as words",
    "One width for all, and one graph. But the zeros that fill the batches up go into the step like words, and the "
    "losses are others. Padding needs a mask, which this step does not take.",
)
def padded(take_step, batches):
    widest = max(words.shape[1] for words in batches)
    step = tf.function(take_step, reduce_retracing=True)
    return [float(step(np.pad(words, [(0, 0), (0, widest - words.shape[1])]))) for words in batches]


@mistake(
    "the ends of the sentences are cut off",
    "One width for all, and one graph, because all sentences are cut to the shortest width. The losses are others.",
)
def cut(take_step, batches):
    shortest = min(words.shape[1] for words in batches)
    step = tf.function(take_step, reduce_retracing=True)
    return [float(step(words[:, :shortest])) for words in batches]


@mistake(
    "still a graph for each width",
    "There is still a trace for each new width. Arrays in place of tensors change nothing, and neither does another "
    "`tf.function` in each round, which forgets the traces that there were.",
)
def made_in_the_loop(take_step, batches):
    return [float(tf.function(take_step)(words)) for words in batches]


# Probes


def observe(candidate, widths=range(4, 12)):
    weight, runs = tf.Variable(0.5), []
    draw = np.random.default_rng(len(widths))
    # sums that tell padding from words: no column has the mean 0
    batches = [draw.normal(1, 1, (3 + width % 2, width)).astype("float32") for width in widths]

    def take_step(words):
        runs.append(hasattr(words, "numpy"))
        errors = weight * tf.reduce_mean(words, axis=1) - 1
        weight.assign_sub(0.1 * tf.reduce_mean(errors))
        return tf.reduce_mean(errors**2)

    losses = candidate(take_step, batches)
    return {
        "steps by Python": runs.count(True),
        "traces": "one for each width" if runs.count(False) >= len(widths) else "a few",
        "losses": np.array([float(loss) for loss in losses]),
        "weight in the end": float(weight),
    }


EXERCISE = Case(
    id="C7.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_on,
    starter=train_on_broken,
    trap=28,
    culprits="B",
    suspects=SUSPECTS,
    alternatives=(with_signature,),
    mistakes=(without_graph, padded, cut, made_in_the_loop),
    observe=observe,
    second=lambda candidate: observe(candidate, widths=range(3, 15)),
    note=NOTE,
    explanation=EXPLANATION,
)
