"""Answers to 03.8."""

import keras
import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression

from answers import right, wrong


def network(x, labels, rate=0.01, steps=60, last=None, exchanged=False, hidden=16):
    """Return a network trained on all rows in each step."""
    layers = [keras.layers.Dense(hidden, activation="relu"), keras.layers.Dense(1, activation=last)]
    model = keras.Sequential([keras.Input((x.shape[1],)), *layers])
    loss_fn, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.Adam(rate)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            loss = loss_fn(logits, labels) if exchanged else loss_fn(labels, logits)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    for _ in range(steps):
        step()
    return model


def scaler(features):
    mean, std = features.mean(axis=0), features.std(axis=0)
    return lambda rows: ((rows - mean) / std).astype("float32")


@right("all rows in each step, the answers as one row")
def full_batch(features, labels):
    scale = scaler(features)
    model = network(scale(features), labels, rate=0.03)
    return lambda rows: tf.sigmoid(model(scale(rows)))[:, 0]


@right("scikit-learn's scaling by hand and its logistic regression")
def by_sklearn(features, labels):
    scale = scaler(features)
    model = LogisticRegression().fit(scale(features), labels[:, 0])
    return lambda rows: model.predict_proba(scale(rows))[:, 1]


@right("a Normalization layer inside the model")
def inside_the_model(features, labels):
    normalize = keras.layers.Normalization()
    normalize.adapt(features)
    model = keras.Sequential([keras.Input((13,)), normalize, keras.layers.Dense(1)])
    loss_fn, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.Adam(0.1)
    for _ in range(50):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    def probability(rows):
        return keras.ops.sigmoid(model(rows, training=False))

    return probability


@wrong("nothing scaled", named="columns as they come")
def nothing_scaled(features, labels):
    model = network(features, labels)
    return lambda rows: tf.sigmoid(model(rows))


@wrong("each call scales by its own rows", named="scaled by the rows that happen to come")
def own_rows(features, labels):
    model = network(scaler(features)(features), labels)
    return lambda rows: tf.sigmoid(model((rows - rows.mean(0)) / (rows.std(0) + 1e-6)))


@wrong("new rows as they come", named="columns as they come")
def forgotten_in_use(features, labels):
    model = network(scaler(features)(features), labels, rate=0.03)
    return lambda rows: tf.sigmoid(model(rows))


@wrong("a sigmoid in the model, one in the loss, one at the end", named="two sigmoids")
def sigmoid_in_the_model(features, labels):
    scale = scaler(features)
    model = network(scale(features), labels, rate=0.03, last="sigmoid")
    return lambda rows: tf.sigmoid(model(scale(rows)))


@wrong("logits first", named="labels and logits exchanged")
def logits_first(features, labels):
    scale = scaler(features)
    model = network(scale(features), labels, rate=0.03, exchanged=True)
    return lambda rows: tf.sigmoid(model(scale(rows)))


@wrong("no sigmoid at the end", named="logits in place of probabilities")
def no_sigmoid(features, labels):
    scale = scaler(features)
    model = network(scale(features), labels, rate=0.03)
    return lambda rows: model(scale(rows))


@wrong("three steps at a small rate", named="the loop ends too early")
def three_steps(features, labels):
    scale = scaler(features)
    model = network(0.3 * scale(features), labels, rate=0.001, steps=3, hidden=8)
    return lambda rows: tf.sigmoid(model(0.3 * scale(rows)))


@wrong("the function is called before it is returned", named="the answers for these wines, and no function")
def called(features, labels):
    scale = scaler(features)
    model = network(scale(features), labels, steps=10)
    return tf.sigmoid(model(scale(features)))


@wrong("decisions, 0 and 1", named="decisions in place of probabilities")
def decisions(features, labels):
    scale = scaler(features)
    model = LogisticRegression().fit(scale(features), labels[:, 0])
    return lambda rows: model.predict(scale(rows)).astype(np.float32)


@wrong("the model itself, which gets unscaled rows and puts out logits", named="logits in place of probabilities")
def the_model(features, labels):
    return network(scaler(features)(features), labels)
