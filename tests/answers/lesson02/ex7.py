"""Answers to 02.7."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


def loop(x, labels, rate, epochs, weighted=True, drop=False, optimizer=None):
    """Return the losses and the trained model, with Keras, for features as they are."""
    model = keras.Sequential([keras.Input((x.shape[1],)), keras.layers.Dense(1, kernel_initializer="zeros")])
    optimizer = optimizer or keras.optimizers.SGD(learning_rate=rate)
    data = tf.data.Dataset.from_tensor_slices((x, labels)).shuffle(len(x)).batch(32, drop_remainder=drop)
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, targets in data:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(targets - model(features, training=True)))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean.update_state(loss, sample_weight=len(targets) if weighted else None)
        history.append(float(mean.result()))
    return history, model


@right("a Normalization layer adapted to the training rows, losses collected with their sizes")
def normalization_layer(features, labels, new_features, rate, epochs):
    normalize = keras.layers.Normalization()
    normalize.adapt(features)
    model = keras.Sequential([keras.Input((10,)), normalize, keras.layers.Dense(1)])
    optimizer, history = keras.optimizers.SGD(rate), []
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(1000).batch(32)
    for _ in range(epochs):
        losses, sizes = [], []
        for batch, targets in dataset:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(batch, training=True) - targets) ** 2)
            optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
            losses.append(float(loss))
            sizes.append(len(targets))
        history.append(np.average(losses, weights=sizes))
    return history, model.predict(new_features, verbose=0)


@right("Mean gets the squared errors of all rows, so it counts them itself")
def errors_of_rows(features, labels, new_features, rate, epochs):
    mean, std = features.mean(0), features.std(0)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
    optimizer, history, metric = keras.optimizers.SGD(rate), [], keras.metrics.Mean()
    dataset = tf.data.Dataset.from_tensor_slices(((features - mean) / std, labels)).batch(32)
    for _ in range(epochs):
        metric.reset_state()
        for batch, targets in dataset:
            with tf.GradientTape() as tape:
                squares = (model(batch, training=True) - targets) ** 2
                loss = tf.reduce_mean(squares)
            optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
            metric.update_state(squares)
        history.append(metric.result().numpy())
    return history, model((new_features - mean) / std).numpy().ravel()


@right("each column to 0 to 1 and then centered, by the training rows")
def by_extremes(features, labels, new_features, rate, epochs):
    low, high = features.min(axis=0), features.max(axis=0)

    def scale(rows):
        return 5 * (rows - low) / (high - low) - 2.5

    losses, model = loop(scale(features), labels, rate, epochs)
    return losses, model(scale(new_features), training=False)


@wrong("no scaling", named="the columns as measured")
def no_scaling(features, labels, new_features, rate, epochs):
    losses, model = loop(features, labels, rate, epochs)
    return losses, model(new_features)


@wrong("mean and deviation of all rows together", named="the new rows have a say in the scaling")
def of_all_rows(features, labels, new_features, rate, epochs):
    every = np.concatenate([features, new_features])
    mean, std = every.mean(axis=0), every.std(axis=0)
    losses, model = loop((features - mean) / std, labels, rate, epochs)
    return losses, model((new_features - mean) / std)


@wrong("each set by its own mean and deviation", named="the new rows have a say in the scaling")
def each_its_own(features, labels, new_features, rate, epochs):
    losses, model = loop((features - features.mean(0)) / features.std(0), labels, rate, epochs)
    return losses, model((new_features - new_features.mean(0)) / new_features.std(0))


@wrong("the new rows forgotten in the scaling", named="the new rows are not scaled")
def new_rows_forgotten(features, labels, new_features, rate, epochs):
    losses, model = loop((features - features.mean(0)) / features.std(0), labels, rate, epochs)
    return losses, model(new_features)


@wrong("a plain mean over the batches", named="the mean of the batch means")
def plain_mean(features, labels, new_features, rate, epochs):
    mean, std = features.mean(0), features.std(0)
    losses, model = loop((features - mean) / std, labels, rate, epochs, weighted=False)
    return losses, model((new_features - mean) / std)


@wrong("drop_remainder", named="the last batch left out")
def remainder_dropped(features, labels, new_features, rate, epochs):
    mean, std = features.mean(0), features.std(0)
    losses, model = loop((features - mean) / std, labels, rate, epochs, drop=True)
    return losses, model((new_features - mean) / std)


@wrong("the default rate of SGD", named="a rate of its own")
def default_rate(features, labels, new_features, rate, epochs):
    mean, std = features.mean(0), features.std(0)
    losses, model = loop((features - mean) / std, labels, rate, epochs, optimizer=keras.optimizers.SGD())
    return losses, model((new_features - mean) / std)


@wrong("Adam, which at this rate does not get there")
def adam(features, labels, new_features, rate, epochs):
    mean, std = features.mean(0), features.std(0)
    losses, model = loop((features - mean) / std, labels, rate, epochs, optimizer=keras.optimizers.Adam(rate))
    return losses, model((new_features - mean) / std)


@wrong("predictions first, losses second")
def other_order(features, labels, new_features, rate, epochs):
    mean, std = features.mean(0), features.std(0)
    losses, model = loop((features - mean) / std, labels, rate, epochs)
    return model((new_features - mean) / std), losses
