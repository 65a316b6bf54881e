"""Answers to 03.5."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("sums of its own for the loss, the metric only for the accuracy")
def sums_by_hand(model, optimizer, loss_fn, dataset, metrics):
    rows, loss_sum = 0, 0.0
    metrics["accuracy"].reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["accuracy"].update_state(labels, logits)
        rows += len(logits)
        loss_sum += float(loss) * len(logits)
    return {"loss": loss_sum / rows, "accuracy": float(metrics["accuracy"].result())}


@right("the loss of the batch repeated for each of its rows")
def loss_for_each_row(model, optimizer, loss_fn, dataset, metrics):
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(tf.fill([len(logits)], loss))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@right("fresh metrics in each epoch, built from the configuration of those passed in")
def fresh_copies(model, optimizer, loss_fn, dataset, metrics):
    fresh = {name: type(metric).from_config(metric.get_config()) for name, metric in metrics.items()}
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        fresh["loss"].update_state(loss, sample_weight=tf.shape(logits)[0])
        fresh["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in fresh.items()}


@right("lists of losses and sizes with np.average, hits counted by the sign of the logit")
def weighted_average(model, optimizer, loss_fn, dataset, metrics):
    losses, sizes, hits = [], [], []
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        correct = (np.ravel(logits) > 0) == (np.ravel(labels) > 0.5)
        losses.append(float(loss))
        sizes.append(len(correct))
        hits.extend(correct)
    return {"loss": float(np.average(losses, weights=sizes)), "accuracy": float(np.mean(hits))}


@wrong("resets, but the small last batch counts as much as the others in the loss", named="a mean of batch means")
def reset_only(model, optimizer, loss_fn, dataset, metrics):
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss)
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@wrong("weights the batches, but the epochs before stay in the metrics", named="the metrics are never reset")
def weights_only(model, optimizer, loss_fn, dataset, metrics):
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss, sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@wrong(
    "resets before each batch, so that only the last batch is measured", named="the metrics are reset in every batch"
)
def reset_in_the_loop(model, optimizer, loss_fn, dataset, metrics):
    for features, labels in dataset:
        for metric in metrics.values():
            metric.reset_state()
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss, sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@wrong(
    "measures the accuracy with predictions made after the update", named="the accuracy is measured after the update"
)
def predicts_again(model, optimizer, loss_fn, dataset, metrics):
    metrics["loss"].reset_state()
    metrics["accuracy"].reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss, sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, model(features, training=False))
    return {name: float(metric.result()) for name, metric in metrics.items()}


@wrong("resets the loss and forgets the accuracy", named="the accuracy is never reset")
def accuracy_not_reset(model, optimizer, loss_fn, dataset, metrics):
    metrics["loss"].reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss, sample_weight=tf.shape(labels)[0])
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@wrong(
    "multiplies by the rows of the batch, but still divides by the number of batches",
    named="multiplied by the rows, divided by the batches",
)
def divided_by_batches(model, optimizer, loss_fn, dataset, metrics):
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss * len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@wrong("two mistakes: trains without training=True, and takes the mean of the batch means")
def not_in_training_mode(model, optimizer, loss_fn, dataset, metrics):
    metrics["accuracy"].reset_state()
    losses = []
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=False)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        losses.append(float(loss))
        metrics["accuracy"].update_state(labels, logits)
    return {"loss": sum(losses) / len(losses), "accuracy": float(metrics["accuracy"].result())}


@wrong(
    "evaluates the trained model after the epoch, not the predictions behind the gradients",
    named="measured in a second pass, after the epoch",
)
def second_pass(model, optimizer, loss_fn, dataset, metrics):
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    mean = keras.metrics.Mean()
    metrics["accuracy"].reset_state()
    for features, labels in dataset:
        logits = model(features, training=False)
        mean.update_state(loss_fn(labels, logits), sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {"loss": float(mean.result()), "accuracy": float(metrics["accuracy"].result())}


@wrong("a new accuracy that takes logits for probabilities", named="a new accuracy with the threshold 0.5")
def new_metrics_with_defaults(model, optimizer, loss_fn, dataset, metrics):
    total, rows, accuracy = 0.0, 0, keras.metrics.BinaryAccuracy()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        total += float(loss) * len(labels)
        rows += len(labels)
        accuracy.update_state(labels, logits)
    return {"loss": total / rows, "accuracy": float(accuracy.result())}


@wrong("resets the accuracy and forgets the loss", named="the loss is never reset")
def loss_not_reset(model, optimizer, loss_fn, dataset, metrics):
    metrics["accuracy"].reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss, sample_weight=tf.shape(labels)[0])
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@wrong("a pair in place of a dictionary")
def pair(model, optimizer, loss_fn, dataset, metrics):
    found = loss_for_each_row.function(model, optimizer, loss_fn, dataset, metrics)
    return found["loss"], found["accuracy"]


@wrong("adds up the losses of the rows and divides by nothing", named="a sum over the rows in place of their mean")
def total_loss(model, optimizer, loss_fn, dataset, metrics):
    total = 0.0
    metrics["accuracy"].reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        total += float(loss) * len(labels)
        metrics["accuracy"].update_state(labels, logits)
    return {"loss": total, "accuracy": float(metrics["accuracy"].result())}
