"""Healthy loops as this course writes them, lesson by lesson, and the finished loop with each of its options."""

import keras
import numpy as np
import tensorflow as tf

from helpers import training
from patients import Patient
from patients.parts import BINARY, CLASSES, a_number, convolutions, network, pictures, three_classes, two_classes

HEALTHY = frozenset()


def patient_line_by_two_variables():
    keras.utils.set_random_seed(0)
    features, labels = a_number(columns=3)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((labels - model(features)) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        for variable, gradient in zip(model.trainable_variables, gradients):
            variable.assign_sub(0.1 * gradient)
        return loss

    return Patient("lesson 01, assign_sub", HEALTHY, model, train_step, (features, labels))


def patient_regression_in_batches():
    features, labels = a_number()
    model, optimizer = network(3), keras.optimizers.SGD(0.05)
    loss_fn = keras.losses.MeanSquaredError()

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            predictions = model(features, training=True)
            loss = loss_fn(labels, predictions)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    def train(epochs):
        losses, mean = [], keras.metrics.Mean()
        for _ in range(epochs):
            mean.reset_state()
            for rows, targets in dataset:
                mean.update_state(train_step(rows, targets), sample_weight=len(rows))
            losses.append(float(mean.result()))
        return losses

    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(32, seed=1).batch(6)
    options = {"optimizer": optimizer, "loss_fn": loss_fn, "dataset": dataset, "train": train}
    return Patient("lesson 02, regression", HEALTHY, model, train_step, (features, labels), options)


def patient_heart_with_metrics():
    features, labels = two_classes()
    model, optimizer, loss_fn = network(), keras.optimizers.Adam(0.01), BINARY(from_logits=True)
    mean, accuracy = keras.metrics.Mean(), keras.metrics.BinaryAccuracy(threshold=0.0)

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        mean.update_state(loss)
        accuracy.update_state(labels, logits)
        return {"loss": mean.result(), "accuracy": accuracy.result()}

    def test_step(features, labels):
        return loss_fn(labels, model(features, training=False))

    def train(epochs):
        curve = []
        for _ in range(epochs):
            mean.reset_state()
            accuracy.reset_state()
            for rows, targets in dataset:
                train_step(rows, targets)
            curve.append(float(mean.result()))
        return curve

    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).batch(8)
    options = {"test_step": test_step, "dataset": dataset, "train": train}
    return Patient("lesson 03, heart", HEALTHY, model, train_step, (features, labels), options)


def patient_churn_with_class_weights():
    features, labels = two_classes()
    model, optimizer = network(), keras.optimizers.Adam(0.01)
    per_row = BINARY(from_logits=True, reduction="none")
    class_weight = {0: 0.7, 1: 2.5}

    @tf.function
    def train_step(features, labels):
        weights = tf.where(labels[:, 0] > 0.5, class_weight[1], class_weight[0])
        with tf.GradientTape() as tape:
            losses = per_row(labels, model(features, training=True))
            loss = tf.reduce_mean(weights * losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    options = {"class_weight": class_weight, "optimizer": optimizer}
    return Patient("lesson 04, class weights", HEALTHY, model, train_step, (features, labels), options)


def patient_churn_focal_loss():
    features, labels = two_classes()
    model, optimizer = network(), keras.optimizers.Adam(0.01)

    def focal(labels, logits, gamma=2.0):
        towards = tf.where(labels > 0.5, logits, -logits)
        return tf.reduce_mean(tf.exp(-gamma * tf.nn.softplus(towards)) * tf.nn.softplus(-towards))

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = focal(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    return Patient("lesson 04, focal loss", HEALTHY, model, train_step, (features, labels))


def patient_pictures_in_a_graph():
    features, labels = pictures()
    model, optimizer, loss_fn = convolutions(), keras.optimizers.Adam(0.01), CLASSES(from_logits=True)
    recorded = []

    @tf.function(reduce_retracing=True)
    def train_step(features, labels):
        recorded.append(1)
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    @tf.function
    def test_step(features, labels):
        return loss_fn(labels, model(features, training=False))

    return Patient("lesson 05, pictures", HEALTHY, model, train_step, (features, labels), {"test_step": test_step})


def patient_state_of_everything():
    features, labels = two_classes()
    middle = [keras.layers.BatchNormalization(), keras.layers.Dropout(0.4)]
    model, optimizer = network(middle=middle, l2=0.01), keras.optimizers.Adam(0.01)
    loss_fn = BINARY(from_logits=True)

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits) + tf.add_n(model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    @tf.function
    def test_step(features, labels):
        return loss_fn(labels, model(features, training=False)) + tf.add_n(model.losses)

    return Patient("lesson 06, state", HEALTHY, model, train_step, (features, labels), {"test_step": test_step})


def _finished(name, model, data, loss_fn, optimizer, metrics=None, clip_norm=None, train=True, **settings):
    metrics = {"loss": keras.metrics.Mean()} | (metrics or {})
    train_step = training.make_train_step(model, optimizer, loss_fn, metrics, clip_norm)
    test_step = training.make_test_step(model, loss_fn, {"loss": keras.metrics.Mean()})

    def run(epochs):
        dataset = training.batches(*data, training=True, batch_size=8)
        new = keras.models.clone_model(model)
        again = type(optimizer).from_config(optimizer.get_config())
        return training.train(new, again, loss_fn, dataset, epochs=epochs, **settings)["loss"].tolist()

    options = {"optimizer": optimizer, "loss_fn": loss_fn, "test_step": test_step}
    options |= {"train": run} if train else {}
    return Patient(name, HEALTHY, model, train_step, data, options)


def patient_finished_plain():
    accuracy = {"accuracy": keras.metrics.BinaryAccuracy(threshold=0.0)}
    loss_fn = BINARY(from_logits=True)
    return _finished("finished loop", network(), two_classes(), loss_fn, keras.optimizers.Adam(0.01), accuracy)


def patient_finished_clipped():
    loss_fn = CLASSES(from_logits=True)
    model, optimizer = network(outputs=3), keras.optimizers.SGD(0.1, momentum=0.9)
    return _finished("finished loop, clipped", model, three_classes(), loss_fn, optimizer, clip_norm=0.5)


def patient_finished_optimizers_clip():
    loss_fn = CLASSES(from_logits=True)
    model, optimizer = network(outputs=3), keras.optimizers.Adam(0.01, clipnorm=0.1)
    return _finished("finished loop, clipnorm", model, three_classes(), loss_fn, optimizer)


def patient_finished_penalties():
    middle = [keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)]
    model, loss_fn = network(middle=middle, l2=0.1), BINARY(from_logits=True)
    return _finished("finished loop, L2", model, two_classes(), loss_fn, keras.optimizers.RMSprop(0.01))


def patient_finished_regression():
    loss_fn = keras.losses.MeanSquaredError()
    return _finished("finished loop, regression", network(3), a_number(), loss_fn, keras.optimizers.AdamW(0.01))


def patient_finished_accumulating():
    optimizer = keras.optimizers.Adam(0.01, gradient_accumulation_steps=3)
    return _finished("finished loop, accumulating", network(), two_classes(), BINARY(from_logits=True), optimizer)


def patient_finished_schedule():
    schedule = keras.optimizers.schedules.CosineDecay(0.01, 400, warmup_target=0.02, warmup_steps=20)
    optimizer = keras.optimizers.Adam(schedule)
    return _finished("finished loop, schedule", network(), two_classes(), BINARY(from_logits=True), optimizer)


def patient_finished_ema():
    optimizer = keras.optimizers.Adam(0.01, use_ema=True)
    loss_fn = BINARY(from_logits=True)
    return _finished("finished loop, averages", network(), two_classes(), loss_fn, optimizer, train=False)


def patient_finished_weighted():
    features, labels = two_classes()
    loss_fn = BINARY(from_logits=True)
    made = _finished("finished loop, weighted", network(), (features, labels), loss_fn, keras.optimizers.Adam(0.01))
    weights = training.weights_of_rows(labels, {0: 0.5, 1: 3.0})
    options = made.options | {"class_weight": {0: 0.5, 1: 3.0}}
    return Patient(made.name, HEALTHY, made.model, made.train_step, (features, labels, weights), options)


def patient_finished_float16():
    keras.utils.set_random_seed(0)
    policy = keras.DTypePolicy("mixed_float16")
    layers = [keras.layers.Dense(8, activation="relu", dtype=policy), keras.layers.Dense(1, dtype="float32")]
    model = keras.Sequential([keras.Input((4,)), *layers])
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01))
    return _finished("finished loop, float16", model, two_classes(), BINARY(from_logits=True), optimizer, train=False)


def patient_finished_frozen_layer():
    model = network(outputs=3, middle=[keras.layers.Dense(8, activation="relu")])
    model.layers[0].trainable = False
    return _finished(
        "finished loop, frozen", model, three_classes(), CLASSES(from_logits=True), keras.optimizers.Adam()
    )


def patient_finished_probabilities():
    model = network(activation="sigmoid")
    return _finished("finished loop, probabilities", model, two_classes(), BINARY(), keras.optimizers.Adam(0.01))


def patient_evaluation_by_hand():
    features, labels = three_classes()
    model, optimizer, loss_fn = network(outputs=3), keras.optimizers.Adam(0.01), CLASSES(from_logits=True)
    accuracy = keras.metrics.SparseCategoricalAccuracy()

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        accuracy.update_state(labels, logits)
        return float(loss), float(np.mean(np.argmax(logits, axis=1) == labels))

    return Patient("two numbers returned", HEALTHY, model, train_step, (features, labels))
