"""Answers to 03.6."""

import math

import keras
import numpy as np
import tensorflow as tf
from scipy import special

from answers import right, wrong


@right("two metrics of Keras that are told of logits, new in each call")
def two_keras_metrics(model, dataset):
    loss = keras.metrics.BinaryCrossentropy(from_logits=True)
    accuracy = keras.metrics.BinaryAccuracy(threshold=0.0)
    for features, labels in dataset:
        labels = tf.cast(labels, tf.float32)
        logits = model(features, training=False)
        loss.update_state(labels, logits)
        accuracy.update_state(labels, logits)
    return {"val_loss": float(loss.result()), "val_accuracy": float(accuracy.result())}


@right("collects everything, then logaddexp of NumPy")
def logaddexp_of_all(model, dataset):
    batches = [(np.asarray(y, dtype=float), model(x, training=False).numpy()) for x, y in dataset]
    y = np.concatenate([labels for labels, _ in batches]).ravel()
    z = np.concatenate([logits for _, logits in batches]).ravel().astype(float)
    loss = np.mean(np.logaddexp(0.0, z) - y * z)
    return {"val_loss": float(loss), "val_accuracy": float(np.mean((z > 0) == (y > 0.5)))}


@right("row by row with the math module")
def row_by_row(model, dataset):
    rows, loss, correct = 0, 0.0, 0
    for features, labels in dataset:
        logits = model(features, training=False).numpy()
        for label, logit in zip(np.ravel(labels).tolist(), logits.ravel().tolist()):
            rows += 1
            loss += max(logit, 0.0) - logit * label + math.log1p(math.exp(-abs(logit)))
            correct += (logit > 0) == (label == 1)
    return {"val_loss": loss / rows, "val_accuracy": correct / rows}


@right("the loss of Keras with the reduction sum, divided by all rows at the end")
def sum_then_divide(model, dataset):
    bce = keras.losses.BinaryCrossentropy(from_logits=True, reduction="sum")
    total = hits = rows = 0.0
    for features, labels in dataset:
        logits = model(features, training=False)
        total += float(bce(labels, logits))
        hits += float(np.sum((logits.numpy() > 0) == (np.asarray(labels) > 0.5)))
        rows += logits.shape[0]
    return {"val_loss": total / rows, "val_accuracy": hits / rows}


@right("log_expit of scipy for the signed logits of all rows")
def signed_log_expit(model, dataset):
    margins, hits = [], []
    for features, labels in dataset:
        ill = np.asarray(labels) > 0.5
        logits = model(features, training=False).numpy().astype(float)
        margins.extend(np.where(ill, logits, -logits).ravel())
        hits.extend(np.ravel((logits > 0) == ill))
    return {"val_loss": -float(np.mean(special.log_expit(margins))), "val_accuracy": float(np.mean(hits))}


@wrong("two mistakes: evaluates with training=True, and takes the mean of the batch means")
def training_mode(model, dataset):
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    losses, accuracies = [], []
    for x, y in dataset:
        logits = model(x, training=True)
        losses.append(float(bce(y, logits)))
        accuracies.append(np.mean((logits.numpy() > 0) == (np.asarray(y) > 0.5)))
    return {"val_loss": float(np.mean(losses)), "val_accuracy": float(np.mean(accuracies))}


@wrong(
    "the mean of the batch means, in which the small last batch counts too much",
    named="the loss is a mean of batch means",
)
def mean_of_batches(model, dataset):
    loss = keras.metrics.Mean()
    accuracy = keras.metrics.BinaryAccuracy(threshold=0.0)
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    for features, labels in dataset:
        logits = model(features, training=False)
        loss.update_state(bce(labels, logits))
        accuracy.update_state(labels, logits)
    return {"val_loss": float(loss.result()), "val_accuracy": float(accuracy.result())}


@wrong("the cross-entropy is not told that it gets logits", named="from_logits forgotten")
def not_told_of_logits(model, dataset):
    loss = keras.metrics.BinaryCrossentropy()
    accuracy = keras.metrics.BinaryAccuracy(threshold=0.0)
    for features, labels in dataset:
        logits = model(features, training=False)
        loss.update_state(labels, logits)
        accuracy.update_state(labels, logits)
    return {"val_loss": float(loss.result()), "val_accuracy": float(accuracy.result())}


@wrong("the accuracy keeps its threshold 0.5, which is meant for probabilities", named="threshold 0.5 on logits")
def default_threshold(model, dataset):
    loss = keras.metrics.BinaryCrossentropy(from_logits=True)
    accuracy = keras.metrics.BinaryAccuracy()
    for features, labels in dataset:
        logits = model(features, training=False)
        loss.update_state(labels, logits)
        accuracy.update_state(labels, logits)
    return {"val_loss": float(loss.result()), "val_accuracy": float(accuracy.result())}


@wrong("evaluates in training mode and puts the weights back, but measured with batch statistics")
def puts_weights_back(model, dataset):
    weights = model.get_weights()
    loss = keras.metrics.BinaryCrossentropy(from_logits=True)
    accuracy = keras.metrics.BinaryAccuracy(threshold=0.0)
    for features, labels in dataset:
        logits = model(features, training=True)
        loss.update_state(labels, logits)
        accuracy.update_state(labels, logits)
    model.set_weights(weights)
    return {"val_loss": float(loss.result()), "val_accuracy": float(accuracy.result())}


@wrong(
    "metrics as default arguments, which keep what earlier evaluations measured",
    named="an evaluation remembers the ones before",
)
def kept_between_calls(
    model,
    dataset,
    loss=keras.metrics.BinaryCrossentropy(from_logits=True),
    accuracy=keras.metrics.BinaryAccuracy(threshold=0.0),
):
    for features, labels in dataset:
        logits = model(features, training=False)
        loss.update_state(labels, logits)
        accuracy.update_state(labels, logits)
    return {"val_loss": float(loss.result()), "val_accuracy": float(accuracy.result())}


@wrong(
    "squeezed labels against logits of shape (batch, 1): everybody is compared with everybody",
    named="loss and accuracy compare everybody with everybody",
)
def squeezed_labels(model, dataset):
    loss, hits, rows = 0.0, 0.0, 0
    for features, labels in dataset:
        y = tf.cast(tf.reshape(labels, [-1]), tf.float32)
        logits = model(features, training=False)
        ce = tf.nn.softplus(logits) - y * logits
        correct = tf.cast(tf.cast(logits > 0, tf.float32) == y, tf.float32)
        loss += float(tf.reduce_mean(ce)) * len(y)
        hits += float(tf.reduce_mean(correct)) * len(y)
        rows += len(y)
    return {"val_loss": loss / rows, "val_accuracy": hits / rows}


@wrong(
    "the predictions of one pass beside the labels of another, between which the rows are shuffled",
    named="predictions and labels come from two passes",
)
def predict_then_labels(model, dataset):
    labels = np.concatenate([labels for _, labels in dataset])
    logits = model.predict(dataset, verbose=0)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits)
    return {"val_loss": float(loss), "val_accuracy": float(np.mean((logits > 0) == (labels == 1)))}


@wrong("compiles the model anew, and with it throws its optimizer away", named="the model is compiled anew")
def compile_and_evaluate(model, dataset):
    accuracy = keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=[accuracy])
    found = model.evaluate(dataset, verbose=0, return_dict=True)
    return {"val_loss": found["loss"], "val_accuracy": found["accuracy"]}


@wrong("one flattened, the other not", named="the accuracy compares everybody with everybody")
def flat_logits(model, dataset):
    bce, losses, hits, sizes = keras.losses.BinaryCrossentropy(from_logits=True), [], [], []
    for features, labels in dataset:
        logits = model(features, training=False)
        losses.append(float(bce(labels, logits)))
        hits.append(np.mean((np.ravel(logits) > 0) == np.asarray(labels)))
        sizes.append(len(labels))
    return {"val_loss": np.average(losses, weights=sizes), "val_accuracy": np.average(hits, weights=sizes)}


@wrong("under the names of Keras, without val_")
def other_names(model, dataset):
    found = two_keras_metrics.function(model, dataset)
    return {"loss": found["val_loss"], "accuracy": found["val_accuracy"]}


@wrong("the metrics themselves, not their numbers")
def metrics_themselves(model, dataset):
    loss, accuracy = keras.metrics.BinaryCrossentropy(from_logits=True), keras.metrics.BinaryAccuracy(threshold=0.0)
    for features, labels in dataset:
        logits = model(features, training=False)
        loss.update_state(labels, logits)
        accuracy.update_state(labels, logits)
    return {"val_loss": loss, "val_accuracy": accuracy}
