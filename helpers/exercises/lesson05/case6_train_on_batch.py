"""C5.6 The loss stops at 1.46, though every answer is right."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "The loss stops at 1.46, though every answer is right"
TASK = """A network for ten digits learns one batch by heart: in the end it names every digit. But its loss does not
come near 0. It falls slowly and stops at 1.46, whatever the rate and however long the training. Which line is it?"""
HINTS = (
    "What goes into the loss, and what does the loss take it for? Compare the line that makes it with the one that "
    "reads it.",
    "`from_logits=True` says: these are logits, put them through a softmax. What comes out if they have been through "
    "one already, and lie between 0 and 1?",
)


def train_on_batch(model, optimizer, features, labels, steps):
    """Take some steps on one batch; return the mean cross-entropy before each, a list of floats.

    Args:
        model: a built model that puts out ten logits for each row.
        features, labels: float32 (B, columns) and whole numbers from 0 to 9 (B,).
        steps: how many, at least 1.
    """
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        losses.append(float(loss))
    return losses


# What a learner starts with


def train_on_batch_broken(model, optimizer, features, labels, steps):
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)  # A
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            answers = tf.nn.softmax(model(features, training=True))  # B
            loss = loss_fn(labels, answers)  # C
        gradients = tape.gradient(loss, model.trainable_variables)  # D
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        losses.append(float(loss))  # E
    return losses


SUSPECTS = {
    "A": "This loss expects logits and puts them through a softmax itself. What it gets are probabilities already, so "
    "they go through a second one.",
    "B": "The softmax makes probabilities of the logits, and the loss, which expects logits, puts them through a "
    "second one. The surest answer, a 1 and nine zeros, is then worth only e / (e + 9).",
    "C": "Labels first, then what the model says: the right order.",
    "D": "All variables get a gradient, inside the tape's reach; the network does learn.",
    "E": "The number of each step, taken when the step is done: as it should be.",
}
NOTE = (
    "The floor can be computed: -ln(e / (e + 9)) is 1.4612 for ten classes, and 0.5032 for two with a sigmoid "
    "(lesson 03). A loss that stops at such a number asks this question."
)
EXPLANATION = (
    "The loss gets logits, as `from_logits=True` says. Probabilities, if somebody wants to see them, are made after "
    "training, outside of the loss."
)


# Other right answers


def probabilities_all_the_way(model, optimizer, features, labels, steps):
    loss_fn, losses = keras.losses.SparseCategoricalCrossentropy(from_logits=False), []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, tf.nn.softmax(model(features, training=True)))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        losses.append(float(loss))
    return losses


# Mends that do not mend


@mistake(
    "mended twice",
    "The softmax is gone, and the loss now takes the logits for probabilities: two mends, each of which would have "
    "been enough. Logits and `from_logits=True`, or probabilities without it.",
)
def mended_twice(model, optimizer, features, labels, steps):
    loss_fn, losses = keras.losses.SparseCategoricalCrossentropy(from_logits=False), []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        losses.append(float(loss))
    return losses


# Probes


def observe(candidate, seed=0, steps=4):
    numbers = np.random.default_rng(seed)
    kernel = keras.initializers.Constant(numbers.normal(0, 1, (3, 10)))
    normalize = keras.layers.BatchNormalization(momentum=0.5)
    model = keras.Sequential([keras.Input((3,)), normalize, keras.layers.Dense(10, kernel_initializer=kernel)])
    features = tf.constant(numbers.normal(1, 2, (6, 3)), tf.float32)
    labels = tf.constant(numbers.integers(0, 10, 6))
    losses = candidate(model, keras.optimizers.SGD(0.5), features, labels, steps)
    return {
        "losses": forms.numbers(losses),
        "weights of the last layer": model.get_weights()[-2],
        "moving mean": normalize.moving_mean.numpy(),
    }


EXERCISE = Case(
    id="C5.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_on_batch,
    starter=train_on_batch_broken,
    trap=13,
    culprits="AB",
    suspects=SUSPECTS,
    alternatives=(probabilities_all_the_way,),
    mistakes=(mended_twice,),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=1, steps=3),
    note=NOTE,
    explanation=EXPLANATION,
)
