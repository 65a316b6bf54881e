"""Loops of the symptom index: gradients, updates, which variables move. Each is healthy, or sick of one trap."""

import keras
import numpy as np
import tensorflow as tf

from helpers.symptoms.parts import BINARY, graph_of, linear, logistic, loop, network, rows, sgd, step_of

bce = BINARY(from_logits=True)


def constant(sick):
    """The slope by the features, which are no variable."""
    model = linear()

    def train_step(features, labels):
        features = tf.convert_to_tensor(features)
        with tf.GradientTape() as tape:
            if not sick:
                tape.watch(features)
            loss = bce(labels, model(features))
        tape.gradient(loss, features)
        return loss

    return {"model": model, "train_step": train_step, "batch": rows()}


def before_the_tape(sick):
    model = linear()

    def train_step(features, labels):
        logits = model(features, training=True)
        with tf.GradientTape() as tape:
            logits = logits if sick else model(features, training=True)
            loss = bce(labels, logits)
        return loss, tape.gradient(loss, model.trainable_variables)

    return {"model": model, "train_step": train_step, "batch": rows()}


def rounded(sick):
    model = linear()

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            predictions = tf.sigmoid(model(features, training=True))
            loss = tf.reduce_mean((labels - (tf.round(predictions) if sick else predictions)) ** 2)
        return loss, tape.gradient(loss, model.trainable_variables)

    return {"model": model, "train_step": train_step, "batch": rows()}


def stopped(sick):
    """A square, of which the tape sees one factor."""
    model = linear()

    def loss_of(features, labels):
        error = labels - model(features, training=True)
        return tf.reduce_mean(error * (tf.stop_gradient(error) if sick else error))

    return loop(model, loss_of)


def rebound(sick):
    model = linear()
    loss_of = logistic(model)

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_of(features, labels)
        gradients = tape.gradient(loss, model.trainable_variables)
        for variable, gradient in zip(model.trainable_variables, gradients):
            if sick:
                variable -= 0.1 * gradient
            else:
                variable.assign_sub(0.1 * gradient)
        return loss

    return {"model": model, "train_step": train_step, "batch": rows()}


def unscaled(sick):
    model = linear(kernel_initializer="zeros")
    loss_of, optimizer = logistic(model), keras.optimizers.LossScaleOptimizer(sgd())

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_of(features, labels)
            scaled = loss if sick else optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    return {"model": model, "train_step": train_step, "batch": rows()}


def whole_pixels(sick):
    pixels = np.random.default_rng(0).integers(0, 256, size=(16, 8, 8)).astype("uint8")
    scaled = np.empty_like(pixels) if sick else np.empty(pixels.shape, "float32")
    scaled[:] = pixels / 255
    return {"batch": (scaled, np.zeros(16))}


def last_layer_only(sick):
    model = network()
    return loop(model, logistic(model), variables=model.layers[-1].trainable_variables if sick else None)


def frozen_too_late(sick):
    model = network()
    optimizer = sgd()
    optimizer.build(model.trainable_variables)
    train_step = graph_of(step_with(model, optimizer))
    train_step(*tensors())
    model.get_layer("hidden").trainable = False
    train_step = train_step if sick else graph_of(step_with(model, optimizer))
    return {"model": model, "train_step": train_step, "batch": rows()}


def step_with(model, optimizer):
    """A step that looks up the trainable variables each time that it runs as Python."""
    loss_of = logistic(model)
    return lambda features, labels: step_of(model, optimizer, loss_of)(features, labels)


def tensors():
    return tuple(map(tf.convert_to_tensor, rows()))


class Scale(keras.layers.Layer):
    """A layer of one's own with one number."""

    def __init__(self, sick):
        super().__init__(name="scale")
        one = tf.Variable(1.0, name="factor")
        self.factor = one if sick else self.add_weight(name="factor", shape=(), initializer="ones")

    def call(self, features):
        return self.factor * features


def not_tracked(sick):
    model = network(Scale(sick))
    return loop(model, logistic(model))


def clipped_apart(sick):
    model = linear()

    def clipped(gradients):
        if sick:
            return [tf.clip_by_norm(gradient, 0.1) for gradient in gradients]
        return tf.clip_by_global_norm(gradients, 0.1)[0]

    return loop(model, lambda x, y: tf.reduce_mean((y - model(x, training=True)) ** 2), change=clipped)


def summed_parts(sick):
    """Four gradients for one update; healthy is their mean, sick their sum."""
    model = linear()
    loss_of, optimizer = logistic(model), sgd()
    totals = [tf.Variable(tf.zeros_like(variable)) for variable in model.trainable_variables]
    count = tf.Variable(0)

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_of(features, labels)
        for total, gradient in zip(totals, tape.gradient(loss, model.trainable_variables)):
            total.assign_add(gradient)
        if count.assign_add(1) % 4 == 0:
            step = [total + 0.0 if sick else total / 4 for total in totals]
            optimizer.apply_gradients(zip(step, model.trainable_variables))
            for total in totals:
                total.assign(tf.zeros_like(total))
        return loss

    return {"model": model, "train_step": train_step, "batch": rows()}


def after_the_update(sick):
    model = linear()
    loss_of = logistic(model)
    step = step_of(model, sgd(1.0), loss_of)

    def train_step(features, labels):
        loss = step(features, labels)
        return loss_of(features, labels) if sick else loss

    return {"model": model, "train_step": train_step, "batch": rows()}


def new_optimizer(sick):
    model = linear()
    once = keras.optimizers.Adam()

    def train_step(features, labels):
        optimizer = keras.optimizers.Adam() if sick else once
        return step_of(model, optimizer, logistic(model))(features, labels)

    return {"model": model, "train_step": train_step, "batch": rows()}


def rate_of_python(sick):
    """A step that subtracts with a number of its own, where the optimizer has the rate that is changed."""
    model, optimizer = linear(), sgd(0.1)
    loss_of, rate = logistic(model), 0.1

    @graph_of
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_of(features, labels)
        for variable, gradient in zip(model.trainable_variables, tape.gradient(loss, model.trainable_variables)):
            variable.assign_sub((rate if sick else optimizer.learning_rate) * gradient)
        return loss

    return {"model": model, "train_step": train_step, "batch": rows(), "optimizer": optimizer}
