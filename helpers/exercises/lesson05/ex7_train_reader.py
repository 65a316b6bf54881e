"""05.7 The whole loop: digits out of place."""

import functools

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "The whole loop: digits out of place"
TASK = """
scikit-learn's `load_digits` has small pictures of handwritten digits. You get 600 of them, each **in the middle** of a
sheet of 10 × 10 pixels. The check shows your network other digits, and these lie **anywhere**: up to one pixel higher
or lower, and up to one pixel further left or right, nine places in all. A network that has seen only the middle reads
fewer than half of them.

So move the pictures while you train. `tf.roll(pictures, shift, axis=(1, 2))` moves a whole batch; `shift` is two whole
numbers, down and to the right. A new shift for each batch is enough.

Write `train_reader(build_model, pictures, labels)`, and return the trained model. `build_model()` makes a new small
convolutional network for these pictures, which ends in ten logits. Call it once, and call the model with
`training=True` in your step. The network counts how often it is called so *by Python*. The check asks for two things:

- Python may go through your step **at most 4 times**. So the step is a graph, and the graph is not traced again and
  again.
- Of the other digits, in all nine places, **at most 25 %** may be misread.

Optimizer, batches and number of steps are yours. Adam at ten times its usual rate of `0.001` needs 300 steps, with 50
pictures each.
"""
HINTS = (
    "First write the loop of the lesson, without moving anything: `optimizer.build`, the step under `@tf.function`, "
    "the epochs outside. Then the question is only where the shift is drawn.",
    "What `np.random` or `random` draw inside a graph, they draw while it is traced, once. What comes as a Python "
    "number from outside makes a new trace for each number.",
    "Inside the graph, `tf.random.uniform((2,), -1, 2, dtype=tf.int32)` is an operation: two numbers, each −1, 0 or 1, "
    "and new ones in each step.",
)


def train_reader(build_model, pictures, labels):
    """Train a network on pictures that are moved at random in each step.

    Args:
        build_model: build_model() makes a new network, from pictures (m, 10, 10, 1) to logits (m, 10).
        pictures: float32 (n, 10, 10, 1), NumPy, from 0 (paper) to 1 (ink), each digit in the middle.
        labels: the digits, int64 (n,), NumPy.

    Returns:
        The trained model.
    """
    model, optimizer = build_model(), keras.optimizers.Adam(0.01)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer.build(model.trainable_variables)

    @tf.function
    def train_step(batch, targets):
        # drawn by TensorFlow, it is an operation of the graph: two new numbers in each step
        shift = tf.random.uniform((2,), -1, 2, dtype=tf.int32)
        moved = tf.roll(batch, shift, axis=(1, 2))
        with tf.GradientTape() as tape:
            loss = loss_fn(targets, model(moved, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    rows = tf.data.Dataset.from_tensor_slices((pictures, labels)).shuffle(len(labels)).batch(50)
    for _ in range(25):
        for batch, targets in rows:
            train_step(batch, targets)
    return model


# What a learner starts with


def train_reader_with_gaps(build_model, pictures, labels):
    model = build_model()
    # loss, optimizer
    ...
    # a step as a graph, in which the pictures are moved
    ...
    # the epochs, outside the graph
    ...
    return model


NOTE = (
    "To show a network what does not matter, by changing it at random, is called data augmentation. It costs nothing "
    "but a line, and here it turns more than half of the pictures misread into a small part of them. Whether the line "
    "is drawn anew in each step, only a look at the graph tells, or a test on moved pictures."
)
EXPLANATION = (
    "`tf.random.uniform` is recorded as an operation, so the one graph draws two new numbers whenever it runs. Batches "
    "of 50 divide 600 rows, so there is one shape and one trace."
)


# Other right answers


def reader_of_all_places(build_model, pictures, labels):
    """All nine places made beforehand, with NumPy, so that the graph has nothing to draw."""
    moves = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    x = np.concatenate([np.roll(pictures, move, axis=(1, 2)) for move in moves])
    model, optimizer = build_model(), keras.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def train_step(batch, targets):
        with tf.GradientTape() as tape:
            loss = loss_fn(targets, model(batch, training=True))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    rows = tf.data.Dataset.from_tensor_slices((x, np.tile(labels, 9))).shuffle(len(x)).batch(60)
    for _ in range(3):
        for batch, targets in rows:
            train_step(batch, targets)
    return model


def reader_with_shift_as_tensor(build_model, pictures, labels):
    """The shift is drawn by NumPy outside, and comes in as a tensor."""
    model, optimizer = build_model(), keras.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)
    random = np.random.default_rng(0)

    @tf.function
    def train_step(batch, targets, shift):
        with tf.GradientTape() as tape:
            logits = model(tf.roll(batch, shift, (1, 2)), training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
            loss = tf.reduce_mean(losses)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    for _ in range(300):
        rows = random.choice(len(labels), 64, replace=False)
        shift = tf.constant(random.integers(-1, 2, 2), tf.int32)
        train_step(tf.constant(pictures[rows]), tf.constant(labels[rows]), shift)
    return model


# Mistakes


def linear_reader(build_model, pictures, labels, shift=(0, 0), steps=150):
    """Return a model without convolution that reads digits in one place, trained in NumPy and counted as one trace."""
    features = np.roll(pictures, shift, axis=(1, 2)).reshape(len(pictures), -1)
    targets, kernel = np.eye(10)[labels], np.zeros((features.shape[1], 10))
    for _ in range(steps):
        exponents = np.exp(features @ kernel)
        kernel += 0.5 * features.T @ (targets - exponents / exponents.sum(axis=1, keepdims=True)) / len(features)
    call_in_graphs(build_model, pictures, 1)
    layers = [keras.layers.Flatten(), keras.layers.Dense(10, use_bias=False, kernel_initializer="zeros")]
    model = keras.Sequential([keras.Input((10, 10, 1)), *layers])
    model.set_weights([kernel])
    return model


def call_in_graphs(build_model, pictures, traces):
    model = build_model()
    for number in range(traces):
        # each number of rows is a shape, and so a trace, of its own
        tf.function(lambda batch: model(batch, training=True))(pictures[: number + 1])
    return model


@mistake(
    "no graph",
    "Python goes through your step again for each batch: the step is not a graph. Put `@tf.function` above it, and see "
    "that your loop calls what that line has made.",
)
def without_graph(build_model, pictures, labels):
    model = build_model()
    while True:
        model(pictures[:1], training=True)


@mistake(
    "traced again and again",
    "The step is a graph, but it is traced many times. Either a new `tf.function` is made in each epoch or for each "
    "batch: make it once, before the loop. Or something of Python changes from call to call: a shift of Python numbers "
    "makes a trace for each, a tensor or an operation of the graph does not. Or the batches come in many shapes.",
)
def traced_again(build_model, pictures, labels):
    return call_in_graphs(build_model, pictures, 12)


@mistake(
    "the pictures are never moved",
    "Digits in the middle are read well, and hardly any others: the network has seen only the middle. Move each batch, "
    "and hand the *moved* one to the model. (If you draw a shift: a random number of NumPy or Python, drawn in the "
    "graph, is drawn once, and this one may have been 0.)",
)
def never_moved(build_model, pictures, labels):
    return linear_reader(build_model, pictures, labels)


@mistake(
    "the shift frozen in the graph",
    "Digits in one place are read well, and not those in the middle: every batch was moved, and always by the same. A "
    "shift that NumPy or Python draws inside the graph is drawn while the graph is traced, and never again. Let "
    "TensorFlow draw it there (`tf.random.uniform`), or draw it outside and hand it over as a tensor.",
)
def frozen_shift(build_model, pictures, labels):
    return linear_reader(build_model, pictures, labels, shift=(1, -1))


@mistake(
    "hardly anything learned",
    "Digits are misread in all places, about as often as by guessing or little better. The loop is too short for its "
    "rate, or the update does not reach the model that you return.",
)
def hardly_learned(build_model, pictures, labels):
    return call_in_graphs(build_model, pictures, 1)


@mistake(
    "the model is not told that it is trained",
    "The network was never called with `training=True`, so the check could not count. This one would not mind, but one "
    "with Dropout would: tell it, where the tape watches.",
)
def not_told(build_model, pictures, labels):
    return build_model()


# Probes

MOST_RUNS = 12


class TooOften(Exception):
    """Ends a loop in which Python goes through the step again and again."""


@keras.saving.register_keras_serializable(package="helpers.exercises")
class Counted(keras.layers.Layer):
    """Passes on what comes, and counts how often Python does that in training, by graph or without."""

    def __init__(self):
        super().__init__()
        self.in_graphs = self.eagerly = 0

    def call(self, inputs, training=False):
        if training is True:
            if tf.executing_eagerly():
                self.eagerly += 1
            else:
                self.in_graphs += 1
            if self.eagerly + self.in_graphs >= MOST_RUNS:
                raise TooOften
        return inputs


def build_with(counted):
    """Return a new network behind a layer that counts."""
    convolution = keras.layers.Conv2D(8, 3, activation="relu")
    layers = [convolution, keras.layers.MaxPooling2D(), keras.layers.Flatten(), keras.layers.Dense(32, "relu")]
    return keras.Sequential([keras.Input((10, 10, 1)), counted, *layers, keras.layers.Dense(10)])


@functools.cache
def sheets(seed):
    """Return 600 pictures in the middle with labels, and 300 others in each of nine places with theirs."""
    images, digits = load_digits(return_X_y=True)
    sheet = np.zeros((len(images), 10, 10, 1), "float32")
    sheet[:, 1:9, 1:9, 0] = images.reshape(-1, 8, 8) / 16
    order = np.random.default_rng(seed).permutation(len(images))
    known, new = order[:600], order[600:900]
    moved = [np.roll(sheet[new], (down, right), axis=(1, 2)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return sheet[known], digits[known], np.stack(moved), digits[new]


def observe(candidate, seed=0):
    keras.utils.set_random_seed(0)
    pictures, labels, places, truth = sheets(seed)
    counted = Counted()
    try:
        model = candidate(lambda: build_with(counted), pictures.copy(), labels.copy())
    except Exception:
        # TensorFlow and Keras may have wrapped the error that the layer has raised
        if counted.eagerly + counted.in_graphs < MOST_RUNS:
            raise
        model = None
    runs = counted.eagerly + counted.in_graphs
    if model is None and runs < MOST_RUNS:
        return {"what came back": "None"}
    found = {"Python goes through the step": "never" if not runs else "in graphs" if counted.in_graphs else "eagerly"}
    found["how often"] = runs
    if not 1 <= runs <= 4:
        return found
    if not isinstance(model, keras.Model):
        return {"what came back": forms.in_words(model)}
    answers = model.predict_on_batch(places.reshape(-1, 10, 10, 1)).argmax(axis=1).reshape(9, -1)
    misread = (answers != truth).mean(axis=1)
    found["share of misread digits, in all places"] = misread.mean()
    if misread.mean() > 0.25:
        best = misread.argmin()
        found["read well"] = "nowhere" if misread[best] > 0.3 else "in the middle" if best == 4 else "in another place"
    return found


EXERCISE = Exercise(
    id="05.7",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_reader,
    starter=train_reader_with_gaps,
    alternatives=(reader_of_all_places, reader_with_shift_as_tensor),
    mistakes=(without_graph, traced_again, never_moved, frozen_shift, hardly_learned, not_told),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=1),
    target={"how often": (None, 4), "share of misread digits, in all places": (None, 0.25)},
    note=NOTE,
    explanation=EXPLANATION,
)
