"""03.5 Mend an epoch."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, Mistake, mistake
from helpers.exercises.lesson03.shared import entry_of, flat_weights, small_model

TITLE = "Mend an epoch"
TASK = """\
This loop trains correctly, and it **measures wrongly, in two ways**. In a notebook its curves are sluggish, and
the loss is off even in the first epoch. Mend `train_one_epoch` so that it returns, for this epoch alone, the mean
loss per *row* and the accuracy, both measured with the predictions that the gradients came from."""
HINTS = (
    "One mistake shows from the second epoch on: what do the two metrics still remember when it begins?",
    "The other shows at once: with batches of 3, 3 and 1 rows, how much should the loss of the last one count?",
    "`metric.reset_state()` for both metrics before the loop, and a `sample_weight` for the loss in it.",
)


def train_one_epoch(model, optimizer, loss_fn, dataset, metrics):
    """Train on every batch of the dataset once, and measure this epoch.

    Args:
        model: puts out logits of shape (batch, 1).
        optimizer: updates the model's trainable variables.
        loss_fn: loss_fn(labels, logits) is the mean loss of one batch.
        dataset: yields (features, labels); the last batch is smaller.
        metrics: {"loss": keras.metrics.Mean(), "accuracy": keras.metrics.BinaryAccuracy(...)},
            the same two objects in every epoch.

    Returns:
        {"loss": mean loss per row, "accuracy": share of rows classified correctly}, two numbers.
    """
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss, sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


# What a learner starts with


def train_one_epoch_broken(model, optimizer, loss_fn, dataset, metrics):
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss)
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


NOTE = (
    "`model.fit` logs exactly these numbers: a mean over rows, each row predicted before the update that "
    "learns from it. That is why a training loss lags half an epoch behind a validation loss."
)
EXPLANATION = (
    "The metrics are emptied before the first batch, so the epoch stands alone. The loss of a batch "
    "is already a mean, and weighting it by the number of rows turns the mean of means into a mean "
    "over all rows."
)


# Other right answers


def train_and_count_by_hand(model, optimizer, loss_fn, dataset, metrics):
    total, right, rows = 0.0, 0, 0
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        total += loss * len(labels)
        right += np.sum((logits > 0) == (labels == 1))
        rows += len(labels)
    return {"loss": total / rows, "accuracy": right / rows}


def train_and_reset_at_the_end(model, optimizer, loss_fn, dataset, metrics):
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        metrics["loss"].update_state(loss, sample_weight=tf.shape(labels)[0])
        metrics["accuracy"].update_state(labels, logits)
    record = {name: metric.result() for name, metric in metrics.items()}
    for metric in metrics.values():
        metric.reset_state()
    return record


# Mistakes


@mistake(
    "two mistakes are left: no reset, batches count alike",
    "The first epoch's loss is off, and later epochs lag behind. The metrics carry the old epochs "
    "along, and the small last batch counts as much as a full one. Mend both.",
)
def neither_mended(model, optimizer, loss_fn, dataset, metrics):
    # as the starter, in other words: the untouched starter itself counts as not attempted
    return train_one_epoch_broken(model, optimizer, loss_fn, dataset, metrics)


def never_reset(model, optimizer, loss_fn, dataset, metrics):
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss, sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@mistake(
    "a mean of batch means",
    "The accuracy is right and the loss is not: the last batch has fewer rows and counted as much as a "
    "full one. Weight each batch's loss by its number of rows.",
)
def mean_of_batch_means(model, optimizer, loss_fn, dataset, metrics):
    for metric in metrics.values():
        metric.reset_state()
    return train_one_epoch_broken(model, optimizer, loss_fn, dataset, metrics)


@mistake(
    "the metrics are reset in every batch",
    "What comes back describes the last batch only, here a single person, so the accuracy jumps between "
    "0 and 1. Reset once per epoch, before the loop over the batches.",
)
def reset_in_every_batch(model, optimizer, loss_fn, dataset, metrics):
    for features, labels in dataset:
        for metric in metrics.values():
            metric.reset_state()
        never_reset(model, optimizer, loss_fn, [(features, labels)], metrics)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@mistake(
    "the last batch's loss stands for the epoch",
    "The loss returned is that of the last batch alone, here one person, so its curve is jumpy. Collect "
    'the loss of every batch in `metrics["loss"]` and return its result.',
)
def last_batch_reported(model, optimizer, loss_fn, dataset, metrics):
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["accuracy"].update_state(labels, logits)
    return {"loss": float(loss), "accuracy": float(metrics["accuracy"].result())}


@mistake(
    "metric objects returned, not their values",
    "All epochs show the same number, a flat line: a metric goes on changing, and every entry of the "
    "history is the same object. Take the number out now, with `float(metric.result())`.",
)
def metric_objects_returned(model, optimizer, loss_fn, dataset, metrics):
    train_one_epoch(model, optimizer, loss_fn, dataset, metrics)
    return metrics


@mistake(
    "the loss is measured after the update",
    "Each batch was predicted once more, by a model that has just learned from it, so the loss is "
    "flattering and differs from what `model.fit` logs. Use the logits and the loss from inside the "
    "tape.",
)
def measured_after_the_update(model, optimizer, loss_fn, dataset, metrics):
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        logits = model(features, training=False)
        metrics["loss"].update_state(loss_fn(labels, logits), sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@mistake(
    "trained with training=False",
    "The weights end elsewhere: BatchNorm used its moving averages and did not update them, and Dropout "
    "would have dropped nothing. Call the model with `training=True` inside the tape.",
)
def trained_as_if_evaluating(model, optimizer, loss_fn, dataset, metrics):
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=False)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss, sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


NEVER_RESET = Mistake(
    "the metrics are never reset",
    "The first epoch is right; after it, each number is an average over all epochs so far, which makes "
    "smooth, sluggish curves. Empty both metrics at the start of the epoch.",
    never_reset,
)


# Probes


def training_fingerprint(candidate, features, labels, batch, learning_rate):
    keras.utils.set_random_seed(0)
    model = small_model()
    optimizer = keras.optimizers.SGD(learning_rate)
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    metrics = {"loss": keras.metrics.Mean(), "accuracy": keras.metrics.BinaryAccuracy(threshold=0.0)}
    features, labels = np.array(features, "float32"), np.array(labels, "float32")[:, None]
    history = []
    # in the second epoch all labels are turned around: a measurement that remembers shows it
    for labels_now in (labels, 1 - labels):
        dataset = tf.data.Dataset.from_tensor_slices((features, labels_now)).batch(batch)
        history.append(candidate(model, optimizer, loss_fn, dataset, metrics))
    return {
        "loss in epochs 1 and 2": np.array([entry_of(record, "loss") for record in history]),
        "accuracy in epochs 1 and 2": np.array([entry_of(record, "accuracy") for record in history]),
        "the model's weights after both epochs": flat_weights(model),
    }


def observe(candidate):
    # the last batch is one person
    features = [[1.0, 0.2], [0.3, -1.0], [-2.0, 0.5], [0.1, 1.5], [-0.6, 0.4], [1.4, -0.3], [2.5, -3.0]]
    return training_fingerprint(candidate, features, [1, 0, 0, 1, 1, 1, 1], 3, 0.3)


def second(candidate):
    draw = np.random.default_rng(1)
    features = draw.normal(size=(9, 2)) + [0.5, -1.0]
    return training_fingerprint(candidate, features, [0, 0, 1, 1, 0, 1, 1, 1, 0], 4, 0.5)


EXERCISE = Exercise(
    id="03.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_one_epoch,
    starter=train_one_epoch_broken,
    alternatives=(train_and_count_by_hand, train_and_reset_at_the_end),
    mistakes=(
        neither_mended,
        NEVER_RESET,
        mean_of_batch_means,
        reset_in_every_batch,
        last_batch_reported,
        metric_objects_returned,
        measured_after_the_update,
        trained_as_if_evaluating,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
