"""Steps of the symptom index that stop with an error, or warn: what a learner pastes into a search box."""

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from helpers.symptoms.gradients import step_with, tensors
from helpers.symptoms.parts import BINARY, dense, graph_of, linear, logistic, network, rows, sgd, step_of

bce = BINARY(from_logits=True)


def in_a_graph(line):
    """Return a builder: a step in a graph that does `line(loss)` with its loss, if it is sick."""

    def build(sick):
        model, optimizer = linear(), sgd()
        optimizer.build(model.trainable_variables)
        one_step = step_with(model, optimizer)

        @tf.function
        def train_step(features, labels):
            loss = one_step(features, labels)
            if sick:
                line(loss)
            return loss

        return {"train_step": train_step, "batch": tensors()}

    return build


value_in_a_graph = in_a_graph(lambda loss: loss.numpy())
numpy_in_a_graph = in_a_graph(lambda loss: np.log(loss))
condition_in_a_graph = in_a_graph(lambda loss: [1 for _ in range(3) if loss > 0])


def asked_twice(sick):
    model = linear()

    def train_step(features, labels):
        with tf.GradientTape(persistent=not sick) as tape:
            loss = bce(labels, model(features))
        for variable in model.trainable_variables:
            tape.gradient(loss, variable)
        return loss

    return {"train_step": train_step, "batch": rows()}


def left_the_tape(sick):
    model, (features, labels) = linear(), rows()
    outputs = model(features)
    loss_of = logistic(model)
    step = step_of(model, sgd(), lambda x, y: bce(y, outputs) if sick else loss_of(x, y))
    return {"train_step": step, "batch": (features, labels)}


def part_left_the_tape(sick):
    model = network()
    hidden, output = model.layers

    def loss_of(features, labels):
        inner = hidden(features)
        return bce(labels, output(tf.stop_gradient(inner) if sick else inner))

    return {"train_step": step_of(model, sgd(), loss_of), "batch": rows()}


def lost_variable(change):
    """Return a builder: a step that moves its variable by `change(gradient)`, or loses it, if it is sick."""

    def build(sick):
        names = {"w": tf.Variable(tf.zeros((3, 1)))}

        def train_step(features, labels):
            for _ in range(2):
                with tf.GradientTape() as tape:
                    loss = bce(labels, features @ names["w"])
                gradient = tape.gradient(loss, names["w"])
                if sick:
                    names["w"] = names["w"] - change(gradient)
                else:
                    names["w"].assign_sub(change(gradient))
            return loss

        return {"train_step": train_step, "batch": tensors()}

    return build


rate_first = lost_variable(lambda gradient: 0.1 * gradient)
gradient_first = lost_variable(lambda gradient: gradient * 0.1)
rate_as_tensor = lost_variable(lambda gradient: tf.constant(0.1) * gradient)


def replaced_variable(sick):
    w = tf.Variable(tf.zeros((3, 1)))
    w = w - 0.0 if sick else w

    def train_step(features, labels):
        return w.assign_sub(tf.ones((3, 1)))

    return {"train_step": train_step, "batch": tensors()}


def whole_labels(sick):
    model, (features, labels) = linear(), rows()
    labels = labels.astype("int64" if sick else "float32")

    def train_step(features, labels):
        return tf.reduce_mean((tf.constant(labels) - model(features)) ** 2)

    return {"train_step": train_step, "batch": (features, labels)}


def built_in_a_graph(sick):
    """A second model and a second optimizer for one graph."""
    any_step = graph_of(lambda model, optimizer, x, y: step_of(model, optimizer, logistic(model))(x, y))

    def train_step(features, labels):
        for _ in range(2):
            model, optimizer = linear(), keras.optimizers.Adam()
            if not sick:
                optimizer.build(model.trainable_variables)
            loss = any_step(model, optimizer, features, labels)
        return loss

    return {"train_step": train_step, "batch": tensors()}


def optimizer_of_another(sick):
    old, optimizer = linear(), keras.optimizers.Adam()
    optimizer.build(old.trainable_variables)
    model = linear()
    optimizer = optimizer if sick else keras.optimizers.Adam()
    return {"train_step": step_of(model, optimizer, logistic(model)), "batch": rows()}


def python_numbers(sick):
    @tf.function
    def scaled(rate):
        return rate * 2

    def train_step(features, labels):
        for step in range(8):
            rate = scaled(0.1 * step if sick else tf.constant(0.1 * step))
        return rate

    return {"train_step": train_step, "batch": rows()}


def no_penalties(sick):
    model = linear(kernel_regularizer=None if sick else "l2")

    def train_step(features, labels):
        return bce(labels, model(features)) + tf.add_n(model.losses)

    return {"train_step": train_step, "batch": rows()}


def rows_of_another_batch(sick):
    model, (features, labels) = linear(), rows()
    labels = labels[1:] if sick else labels
    return {"train_step": lambda x, y: tf.reduce_mean((y - model(x)) ** 2), "batch": (features, labels)}


def one_row(sick):
    model, (features, labels) = keras.Sequential([keras.Input((3,), name="features"), dense(1)]), rows()
    return {"train_step": lambda x, y: model(x), "batch": (features[0] if sick else features[:1], labels)}


def words_in_a_table(sick):
    table = pd.DataFrame({"age": [40, 50], "color": ["red", "blue"]})
    columns = [] if sick else ["color"]
    features = pd.get_dummies(table, columns=columns)
    features = features.to_numpy() if sick else features.to_numpy("float32")
    return {"train_step": lambda x, y: tf.constant(x), "batch": (features, None)}


def old_scaling(sick):
    optimizer = keras.optimizers.LossScaleOptimizer(sgd())

    def train_step(features, labels):
        loss = tf.constant(1.0)
        return optimizer.get_scaled_loss(loss) if sick else optimizer.scale_loss(loss)

    return {"train_step": train_step, "batch": rows()}
