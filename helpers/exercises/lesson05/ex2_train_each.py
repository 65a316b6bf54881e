"""05.2 A graph for each model."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, Mistake, mistake
from helpers.exercises.lesson05.shared import largest_difference

TITLE = "A graph for each model"
TASK = """
The function below trains several models, one after the other, each for some steps on the same batch. The rate begins at
0.5 for each model, and each step has 0.9 times the rate of the one before. The function returns the loss of each
model's last step (as the step computes it, before its update): a list with a number for each model.

It runs, but it has two of this lesson's faults: only the first model learns, and the step is traced anew for each rate.
Mend it, so that each model learns in a graph, and each model's Python code is traced only once. Whether that graph is
one step or all of them, and how many functions there are, is up to you.
"""
HINTS = (
    "When is the name `model` looked up inside a graph: at each call, or once?",
    "Make the step in a function that gets model and optimizer, as `make_train_step` does, and call that once for "
    "each model. Each model gets a new optimizer, too.",
    "The rate is a Python number, and a graph keeps those. Which line of the lesson sets the rate outside the graph?",
)


def train_each(models, features, labels, steps):
    """Train each model for some steps, in a graph; return the loss of each model's last step, a list of floats.

    Args:
        models: a list of built models that put out logits (B, 1), without penalties; they may have Dropout and
            BatchNorm. Each is trained in place, from a rate of 0.5.
        features, labels: the one batch for all steps, float32 (B, columns) and 0 or 1, float32 (B, 1).
        steps: how many steps of plain gradient descent, at least 1; each has 0.9 times the rate of the one before.
    """
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def make_train_step(model, optimizer):
        @tf.function
        def train_step(features, labels):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        return train_step

    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()
        train_step = make_train_step(model, optimizer)
        for step in range(steps):
            optimizer.learning_rate = 0.5 * 0.9**step
            loss = train_step(features, labels)
        last_losses.append(float(loss))
    return last_losses


# What a learner starts with


def train_each_starter(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD()

    @tf.function
    def train_step(features, labels, rate):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.learning_rate = rate
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    last_losses = []
    for model in models:
        for step in range(steps):
            loss = train_step(features, labels, 0.5 * 0.9**step)
        last_losses.append(float(loss))
    return last_losses


NOTE = (
    "The check counts traces with a layer whose Python code adds 1 to a number: in a graph that happens only "
    "while it is recorded. You can put such a layer into any model of your own."
)
EXPLANATION = (
    "`make_train_step` is called once for each model, so each graph is recorded with the right model and a "
    "new optimizer. The rate is a variable of the optimizer: set between two steps, it needs no new trace."
)


# Other right answers


def models_as_arguments(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def train_step(model, optimizer, rate):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.learning_rate = rate
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()
        losses = [float(train_step(model, optimizer, tf.constant(0.5 * 0.9**step))) for step in range(steps)]
        last_losses.append(losses[-1])
    return last_losses


# Mistakes


@mistake(
    "a stale graph",
    "The step is traced only once now, but the first model learned for all of them, and the others have not moved. "
    "The step was recorded with the first model, and a graph does not look names up again. Make a new step for each "
    "model.",
)
def stale_graph(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD()

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    last_losses = []
    for model in models:
        for step in range(steps):
            optimizer.learning_rate = 0.5 * 0.9**step
            loss = train_step(features, labels)
        last_losses.append(float(loss))
    return last_losses


@mistake(
    "a stale graph, with an optimizer that nobody uses",
    "Only the first model learned, and while the others had their turn, its rate stood still. The step was recorded "
    "with the first model *and* the first optimizer, and a graph does not look names up again: the new optimizers are "
    "set, but nobody uses them. Make a new step for each model.",
)
def stale_graph_new_optimizer(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()
        for step in range(steps):
            optimizer.learning_rate = 0.5 * 0.9**step
            loss = train_step(features, labels)
        last_losses.append(float(loss))
    return last_losses


@mistake(
    "traced at every step",
    "Each model learns now, and the weights are right. But each model is traced as often as it takes steps, which "
    "takes far longer than the steps themselves. A Python number as an argument does that when it changes, and so "
    "does a tf.function that is made inside the loop over the steps.",
)
def traced_at_every_step(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()

        @tf.function
        def train_step(features, labels, rate):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.learning_rate = rate
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        for step in range(steps):
            loss = train_step(features, labels, 0.5 * 0.9**step)
        last_losses.append(float(loss))
    return last_losses


@mistake(
    "no graph at all",
    "The weights are right, but each step was run by Python, operation by operation. That is the way to look "
    "for a mistake; when there is none left, the step becomes a graph with one line above its def.",
)
def without_graph(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()
        for step in range(steps):
            optimizer.learning_rate = 0.5 * 0.9**step
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        last_losses.append(float(loss))
    return last_losses


@mistake(
    "the rate stays as it was at first",
    "Each model has its graph, but all its steps were taken with the first rate. Either nobody changes it, or "
    "it is a Python number that the step finds outside; a graph keeps that as it was when it was recorded. Set "
    "the rate of the optimizer outside the step, or hand it over as a tensor.",
)
def rate_frozen_in_graph(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()

        @tf.function
        def train_step(features, labels):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.learning_rate = rate
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        for step in range(steps):
            rate = 0.5 * 0.9**step
            loss = train_step(features, labels)
        last_losses.append(float(loss))
    return last_losses


@mistake(
    "the rate goes on falling from model to model",
    "The first model is right. The second began with the rate at which the first one stopped, not with 0.5, so its "
    "steps were too short. Begin at 0.5 again inside the loop over the models.",
)
def rate_goes_on_falling(models, features, labels, steps):
    loss_fn, rate, last_losses = keras.losses.BinaryCrossentropy(from_logits=True), 0.5, []
    for model in models:
        optimizer = keras.optimizers.SGD()

        @tf.function
        def train_step(features, labels):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        for _ in range(steps):
            optimizer.learning_rate = rate
            loss = train_step(features, labels)
            rate *= 0.9
        last_losses.append(float(loss))
    return last_losses


@mistake(
    "`training=True` is gone",
    "Both faults are mended, but the models were called as if they were being used: Dropout dropped nothing, and "
    "BatchNorm's moving statistics have not moved. The step that was to be mended had `training=True`; keep it.",
)
def training_lost(models, features, labels, steps):
    loss_fn, last_losses = keras.losses.BinaryCrossentropy(from_logits=True), []
    for model in models:
        optimizer = keras.optimizers.SGD()

        @tf.function
        def train_step(features, labels):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        for step in range(steps):
            optimizer.learning_rate = 0.5 * 0.9**step
            loss = train_step(features, labels)
        last_losses.append(float(loss))
    return last_losses


TRAIN_EACH_STARTER = Mistake(
    "both faults are still there",
    "Only the first model learned, and it was traced for each rate. Whatever was changed, the step is still "
    "one for all models: a new optimizer, for example, does not help, since the graphs keep the first one.",
    train_each_starter,
)


# Probes


class Witness(keras.layers.Layer):
    """Passes its input on, and notes how often Python walks through it, in a graph's recording or without a graph."""

    def __init__(self):
        super().__init__()
        self.forget()

    def forget(self):
        self.traced = self.eager = 0

    def call(self, inputs):
        if tf.executing_eagerly():
            self.eager += 1
        else:
            self.traced += 1
        return inputs


def observe(candidate, seed=0, n_models=2, rows=5, steps=3):
    keras.utils.set_random_seed(seed)
    rng, witnesses, models = np.random.default_rng(seed), [Witness() for _ in range(n_models)], []
    for witness in witnesses:
        hidden = [keras.layers.Dense(4), keras.layers.BatchNormalization(momentum=0.9), keras.layers.Dropout(0.5)]
        models.append(keras.Sequential([keras.Input((3,)), witness, *hidden, keras.layers.Dense(1)]))
        witness.forget()  # to build the model took a walk as well
    features = tf.constant(rng.normal(0, 2, (rows, 3)), tf.float32)
    labels = tf.constant(np.arange(rows)[:, None] % 2, tf.float32)
    before = [model.get_weights() for model in models]
    measured = {"last loss of each model": forms.numbers(candidate(list(models), features, labels, steps))}
    for i, (model, old, witness) in enumerate(zip(models, before, witnesses), start=1):
        moving = model.layers[2].non_trainable_variables
        measured |= {
            f"largest change of a weight, model {i}": largest_difference(model.get_weights(), old),
            f"moving mean and variance of BatchNorm, model {i}": np.concatenate([np.ravel(each) for each in moving]),
            f"weights of model {i} after training": np.concatenate([w.ravel() for w in model.get_weights()]),
            f"traces of model {i}": witness.traced,
            f"steps without a graph, model {i}": witness.eager,
        }
    return measured


EXERCISE = Exercise(
    id="05.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_each,
    starter=train_each_starter,
    alternatives=(models_as_arguments,),
    mistakes=(
        stale_graph,
        stale_graph_new_optimizer,
        TRAIN_EACH_STARTER,
        traced_at_every_step,
        without_graph,
        rate_frozen_in_graph,
        rate_goes_on_falling,
        training_lost,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=3, n_models=3, rows=4, steps=4),
    note=NOTE,
    explanation=EXPLANATION,
)
