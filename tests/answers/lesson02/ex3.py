"""Answers to 02.3."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("sums by hand: loss times rows, over the rows")
def sums_by_hand(model, loss_fn, dataset):
    total, rows = 0.0, 0
    for features, labels in dataset:
        size = int(labels.shape[0])
        total += float(loss_fn(labels, model(features, training=False))) * size
        rows += size
    return total / rows


@right("updates the mean with the loss of the batch once for each row")
def once_for_each_row(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        loss = loss_fn(labels, model(features, training=False))
        mean.update_state(tf.repeat(loss, tf.shape(labels)[0]))
    return float(mean.result())


@right("collects all labels and predictions, and calls the loss once")
def one_big_batch(model, loss_fn, dataset):
    pairs = [(labels, model(features, training=False)) for features, labels in dataset]
    labels, predictions = zip(*pairs)
    return float(loss_fn(tf.concat(labels, axis=0), tf.concat(predictions, axis=0)))


@right("a running mean that each batch pulls by its share of the rows so far")
def running_mean(model, loss_fn, dataset):
    mean, rows = 0.0, 0
    for features, labels in dataset:
        predictions = model(features, training=False)
        rows += len(labels)
        mean += (float(loss_fn(labels, predictions)) - mean) * len(labels) / rows
    return mean


@right("np.average with the sizes of the batches as weights")
def numpy_average(model, loss_fn, dataset):
    losses, sizes = [], []
    for features, labels in dataset:
        losses.append(float(loss_fn(labels, model(features, training=False))))
        sizes.append(len(labels))
    return float(np.average(losses, weights=sizes))


@wrong("the mean of the batch losses, a ragged batch counts as much as a full one", named="the mean of the batch means")
def mean_of_batches(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        mean.update_state(loss_fn(labels, model(features, training=False)))
    return float(mean.result())


@wrong("training=True, so that Dropout drops and BatchNormalization moves", named="the model in training mode")
def in_training_mode(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        loss = loss_fn(labels, model(features, training=True))
        mean.update_state(loss, sample_weight=len(labels))
    return float(mean.result())


@wrong("labels and predictions swapped", named="labels and predictions swapped")
def swapped(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        loss = loss_fn(model(features, training=False), labels)
        mean.update_state(loss, sample_weight=len(labels))
    return float(mean.result())


@wrong("weighs by the number of columns, not of rows", named="the mean of the batch means")
def weighs_by_columns(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        loss = loss_fn(labels, model(features, training=False))
        mean.update_state(loss, sample_weight=features.shape[-1])
    return float(mean.result())


@wrong("a mean squared error of its own, whatever loss was given", named="the squared error, whatever the loss")
def always_squared_error(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        predictions = model(features, training=False)
        loss = keras.losses.MeanSquaredError()(labels, predictions)
        mean.update_state(loss, sample_weight=len(labels))
    return float(mean.result())


@wrong(
    "divides by the number of batches, though each loss was multiplied by its rows",
    named="divided by the number of batches",
)
def divided_by_batches(model, loss_fn, dataset):
    mean = keras.metrics.Mean()
    for features, labels in dataset:
        loss = loss_fn(labels, model(features, training=False))
        mean.update_state(loss * len(labels))
    return float(mean.result())


@wrong(
    "two mistakes: a new mean in each pass, so only the last batch counts, and a tensor is returned",
    named="the last batch reported as the epoch",
)
def last_batch_as_tensor(model, loss_fn, dataset):
    for features, labels in dataset:
        mean = keras.metrics.Mean()
        mean.update_state(loss_fn(labels, model(features, training=False)), sample_weight=len(labels))
    return mean.result()


@right("Keras's predict on each batch, and a weighted sum")
def with_predict(model, loss_fn, dataset):
    total, rows = 0.0, 0
    for features, labels in dataset:
        predictions = tf.constant(model.predict_on_batch(features))
        total = total + loss_fn(labels, predictions) * len(labels)
        rows += len(labels)
    return total / rows


@wrong("predictions of one walk, labels of the next", named="labels of one walk, predictions of another")
def predictions_first(model, loss_fn, dataset):
    predictions = [model(features) for features, _ in dataset]
    labels = [labels for _, labels in dataset]
    return loss_fn(tf.concat(labels, 0), tf.concat(predictions, 0))


@wrong("the sum of the batch losses", named="the sum of the batch losses")
def summed(model, loss_fn, dataset):
    total = 0.0
    for features, labels in dataset:
        total += float(loss_fn(labels, model(features, training=False)))
    return total


@wrong("only batches as large as the first are counted", named="the ragged batch dropped")
def full_batches(model, loss_fn, dataset):
    losses, sizes = [], []
    for features, labels in dataset:
        losses.append(float(loss_fn(labels, model(features, training=False))))
        sizes.append(len(labels))
    full = [loss for loss, size in zip(losses, sizes) if size == max(sizes)]
    return np.mean(full)


@wrong("all rows at once, but with training=True", named="the model in training mode")
def at_once_in_training_mode(model, loss_fn, dataset):
    features, labels = (tf.concat(parts, 0) for parts in zip(*dataset))
    return float(loss_fn(labels, model(features, training=True)))


@wrong("the losses of the batches in a list")
def list_of_losses(model, loss_fn, dataset):
    return [float(loss_fn(labels, model(features, training=False))) for features, labels in dataset]
