"""Loops of the symptom index: losses, their weights, layers that work in training only, metrics."""

import keras
import numpy as np
import tensorflow as tf

from helpers.symptoms.parts import BINARY, dense, linear, logistic, loop, network, rows

bce = BINARY(from_logits=True)


def table_of_pairs(sick):
    model, (features, labels) = linear(), rows()
    labels = labels[:, 0] if sick else labels
    return loop(model, lambda x, y: tf.reduce_mean((y - model(x, training=True)) ** 2), (features, labels))


def logits_as_probabilities(sick):
    model, loss_fn = linear(), BINARY(from_logits=not sick)
    return loop(model, lambda x, y: loss_fn(y, model(x, training=True)))


def probabilities_as_logits(sick):
    model = linear(activation="sigmoid" if sick else None)
    return loop(model, lambda x, y: bce(y, model(x, training=True)[:, :1]))


def one_softmax(sick):
    model = linear(activation="softmax" if sick else "sigmoid")
    loss_fn = BINARY()
    return loop(model, lambda x, y: loss_fn(y, model(x, training=True)))


def logarithm_by_hand(sick):
    model = linear()

    def typed_in(labels, logits):
        p = tf.sigmoid(logits)
        return -tf.reduce_mean(labels * tf.math.log(p) + (1 - labels) * tf.math.log(1 - p))

    return loop(model, lambda x, y: (typed_in if sick else bce)(y, model(x, training=True)))


def root_of_nothing(sick):
    """The mean distance of the outputs of neighbors in the batch."""
    model, small = linear(), 0.0 if sick else 1e-12

    def loss_of(features, labels):
        outputs = model(features, training=True)
        return tf.reduce_mean(tf.sqrt((outputs[1:] - outputs[:-1]) ** 2 + small))

    return loop(model, loss_of)


def summed_rows(sick):
    model, loss_fn = linear(), BINARY(from_logits=True, reduction="sum" if sick else "sum_over_batch_size")
    return loop(model, lambda x, y: loss_fn(y, model(x, training=True)))


def summed_pixels(sick):
    model, (features, _) = network(last=dense(3)), rows()
    add_up = tf.reduce_sum if sick else tf.reduce_mean
    return loop(
        model, lambda x, y: tf.reduce_mean(add_up((y - model(x, training=True)) ** 2, axis=-1)), (features, features)
    )


def two_scales(sick):
    model, add_up = linear(), tf.reduce_sum if sick else tf.reduce_mean

    def loss_of(features, labels):
        logits = model(features, training=True)
        return bce(labels, logits) + add_up((labels - tf.sigmoid(logits)) ** 2)

    return loop(model, loss_of)


def weights_too_late(sick):
    model, (_, labels) = linear(), rows()

    def loss_of(features, labels):
        logits, weights = model(features, training=True), 1 + 4 * labels[:, 0]
        if sick:
            return tf.reduce_mean(bce(labels, logits) * weights)
        return bce(labels, logits, sample_weight=weights)

    return loop(model, loss_of) | {"row_weights": 1 + 4 * labels[:, 0]}


def weights_in_a_table(sick):
    model, (_, labels) = linear(), rows()
    per_row = BINARY(from_logits=True, reduction="none")

    def loss_of(features, labels):
        losses, weights = per_row(labels, model(features, training=True)), 1 + 4 * labels[:, 0]
        return tf.reduce_mean(losses * (weights[:, None] if sick else weights))

    return loop(model, loss_of) | {"row_weights": 1 + 4 * labels[:, 0]}


class OwnStep(keras.Model):
    """A model of one layer with a `train_step` of its own."""

    def __init__(self, sick):
        super().__init__()
        self.sick, self.output_layer = sick, dense()

    def call(self, features, training=False):
        return self.output_layer(features)

    def train_step(self, batch):
        features, labels, weights = batch
        with tf.GradientTape() as tape:
            outputs = self(features, training=True)
            loss = self.compute_loss(features, labels, outputs, None if self.sick else weights)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


def weights_dropped(sick):
    features, labels = rows()
    weights, model = 1 + 4 * labels[:, 0], OwnStep(sick)
    model(features)
    model.compile(keras.optimizers.SGD(learning_rate=0.1), bce)
    return {"model": model, "train_step": model.train_step, "batch": (features, labels, weights)} | {
        "row_weights": weights
    }


def keys_of_classes(sick):
    return {"class_weight": {1: 1.0, 2: 5.0} if sick else {0: 1.0, 1: 5.0}, "labels": rows()[1]}


def flag_left_out(sick):
    model = network(keras.layers.BatchNormalization(name="norm"))
    return loop(model, lambda x, y: bce(y, model(x, training=not sick)))


def flag_in_evaluation(sick):
    model = network(keras.layers.BatchNormalization(name="norm"))
    return loop(model, logistic(model)) | {"test_step": lambda x, y: bce(y, model(x, training=sick))}


def penalty_left_out(sick):
    model = network(kernel_regularizer=keras.regularizers.L2(0.1))
    loss_of = logistic(model)
    return loop(model, lambda x, y: loss_of(x, y) + (0.0 if sick else sum(model.losses)))


def penalty_too_late(sick):
    model = network(kernel_regularizer=None if sick else "l2")
    model.get_layer("hidden").kernel_regularizer = keras.regularizers.L2(0.1)
    return {"model": model}


def averages_too_young(sick):
    features, labels = rows()
    norm = keras.layers.BatchNormalization(momentum=0.99 if sick else 0.1, name="norm")
    model = keras.Sequential([keras.Input(shape=(3,)), norm, dense()])
    names = loop(model, logistic(model), (5 + 3 * features, labels))
    for _ in range(6):
        names["train_step"](*names["batch"])
    return names | {"features": names["batch"][0]}


def accuracy_of_logits(sick):
    return {"accuracy": keras.metrics.BinaryAccuracy(threshold=0.5 if sick else 0.0), "labels": rows()[1]}


def accuracy_of_pairs(sick):
    def accuracy(labels, logits):
        return np.mean((logits[:, 0] > 0) == (labels == 1 if sick else labels[:, 0] == 1))

    return {"accuracy": accuracy, "labels": rows()[1]}


def area_of_logits(sick):
    labels = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    logits = np.array([3.0, 2.0, -1.0, 1.5, -2.0, -3.0])
    return {"auc": keras.metrics.AUC(from_logits=not sick), "labels": labels, "logits": logits}


def accuracy_of_classes(sick):
    kind = keras.metrics.CategoricalAccuracy if sick else keras.metrics.SparseCategoricalAccuracy
    return {"accuracy": kind(), "classes": np.array([0, 1, 2, 2]), "outputs": np.eye(3, dtype="float32")[[0, 1, 2, 2]]}
