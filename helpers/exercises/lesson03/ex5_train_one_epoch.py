"""03.5 Mend an epoch."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson03.shared import flat_weights, form_of_record, record, small_model

TITLE = "Mend an epoch"
TASK = """\
This loop trains correctly, and it **measures wrongly, in two ways**. In a notebook its curves are sluggish, and
the loss is off even in the first epoch. Mend `train_one_epoch` so that it returns, for this epoch alone, the mean
loss per *row* and the accuracy, both measured with the predictions that the gradients came from. Whether you keep the
two metrics or add up by hand is up to you."""
HINTS = (
    "One mistake shows from the second epoch on: what do the two metrics still remember when it begins?",
    "The other shows at once: with batches of 18 rows and of 1, how much should the loss of the last one count?",
    "`metric.reset_state()` for both metrics before the loop, and a `sample_weight` for the loss in it.",
)


def train_one_epoch(model, optimizer, loss_fn, dataset, metrics):
    """Train on every batch of the dataset once, and measure this epoch.

    Args:
        model: puts out logits of shape (batch, 1).
        optimizer: updates the model's trainable variables.
        loss_fn: loss_fn(labels, logits) is the mean loss of one batch.
        dataset: yields (features, labels); the last batch is smaller.
        metrics: {"loss": keras.metrics.Mean(), "accuracy": keras.metrics.BinaryAccuracy(threshold=0.0)},
            new before the first epoch, and the same two objects in every epoch.

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


def epoch_with(
    model, optimizer, loss_fn, dataset, metrics, reset=("loss", "accuracy"), weighted=True, training=True, again=()
):
    """The loop of the wrong epochs, each of which turns one screw of it.

    Only the metrics in `reset` begin anew; those in `again` take predictions made after the update.
    """
    for name in reset:
        metrics[name].reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=training)
            loss = loss_fn(labels, logits)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        after = model(features, training=False) if again else None
        loss = loss_fn(labels, after) if "loss" in again else loss
        metrics["loss"].update_state(loss, sample_weight=len(labels) if weighted else 1)
        metrics["accuracy"].update_state(labels, after if "accuracy" in again else logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@mistake(
    "two mistakes are left: no reset, batches count alike",
    "The first epoch's loss is off, and later epochs lag behind. The metrics carry the old epochs "
    "along, and the small last batch counts as much as a full one. Mend both.",
)
def neither_mended(model, optimizer, loss_fn, dataset, metrics):
    # as the starter, in other words: the untouched starter itself counts as not attempted
    return epoch_with(model, optimizer, loss_fn, dataset, metrics, reset=(), weighted=False)


@mistake(
    "the metrics are never reset",
    "One of the two is mended: the first epoch is right. After it, each number is an average over all epochs so "
    "far, which makes smooth, sluggish curves. Empty both metrics at the start of the epoch.",
)
def never_reset(model, optimizer, loss_fn, dataset, metrics):
    return epoch_with(model, optimizer, loss_fn, dataset, metrics, reset=())


@mistake(
    "a mean of batch means",
    "One of the two is mended: each epoch stands alone, and its accuracy is right. The loss is not: the last batch "
    "has fewer rows and counted as much as a full one. Weight each batch's loss by its number of rows.",
)
def mean_of_batch_means(model, optimizer, loss_fn, dataset, metrics):
    return epoch_with(model, optimizer, loss_fn, dataset, metrics, weighted=False)


@mistake(
    "the accuracy is never reset",
    "The loss is right in every epoch, and the accuracy only in the first: it is an average over all epochs so far. "
    "Both metrics keep what they were given, so both are emptied at the start of the epoch.",
)
def accuracy_never_reset(model, optimizer, loss_fn, dataset, metrics):
    return epoch_with(model, optimizer, loss_fn, dataset, metrics, reset=("loss",))


@mistake(
    "the loss is never reset",
    "The accuracy is right in every epoch, and the loss only in the first: it is an average over all epochs so far. "
    "Both metrics keep what they were given, so both are emptied at the start of the epoch.",
)
def loss_never_reset(model, optimizer, loss_fn, dataset, metrics):
    return epoch_with(model, optimizer, loss_fn, dataset, metrics, reset=("accuracy",))


@mistake(
    "the metrics are reset in every batch",
    "What comes back describes the last batch only, here a single person, so the accuracy jumps between "
    "0 and 1. Reset once per epoch, before the loop over the batches.",
)
def reset_in_every_batch(model, optimizer, loss_fn, dataset, metrics):
    for batch in dataset:
        found = epoch_with(model, optimizer, loss_fn, [batch], metrics)
    return found


@mistake(
    "the last batch's loss stands for the epoch",
    "The loss returned is that of the last batch alone, here one person, so its curve is jumpy. Collect "
    'the loss of every batch in `metrics["loss"]` and return its result.',
)
def last_batch_reported(model, optimizer, loss_fn, dataset, metrics):
    losses = []

    def noted(labels, logits):
        losses.append(loss_fn(labels, logits))
        return losses[-1]

    return epoch_with(model, optimizer, noted, dataset, metrics) | {"loss": losses[-1]}


@mistake(
    "multiplied by the rows, divided by the batches",
    "The loss is about as many times too large as a batch has rows: each batch's loss was multiplied by its number "
    "of rows, and the sum divided by the number of batches. Divide by the number of *rows*, as a metric does that "
    "is given the rows as `sample_weight`.",
)
def divided_by_the_batches(model, optimizer, loss_fn, dataset, metrics):
    found = epoch_with(model, optimizer, loss_fn, dataset, metrics)
    rows = [len(labels) for _, labels in dataset]
    return found | {"loss": found["loss"] * sum(rows) / len(rows)}


@mistake(
    "a sum over the rows in place of their mean",
    "The loss is as many times too large as there are rows: each batch's loss was multiplied by its number of rows, "
    "which makes sums of them, and nothing was divided in the end. Divide the total by the number of rows.",
)
def not_divided(model, optimizer, loss_fn, dataset, metrics):
    found = epoch_with(model, optimizer, loss_fn, dataset, metrics)
    return found | {"loss": found["loss"] * sum(len(labels) for _, labels in dataset)}


@mistake(
    "metric objects returned, not their values",
    "All epochs show the same number, a flat line: a metric goes on changing, and every entry of the "
    "history is the same object. Take the number out now, with `float(metric.result())`.",
)
def metric_objects_returned(model, optimizer, loss_fn, dataset, metrics):
    epoch_with(model, optimizer, loss_fn, dataset, metrics)
    return metrics


@mistake(
    "a new accuracy with the threshold 0.5",
    "The loss is right and the accuracy is not: rows with a logit between 0 and 0.5 were called healthy. Often "
    "because of a new `keras.metrics.BinaryAccuracy()`, which expects probabilities unless you say `threshold=0.0`; "
    "the one in `metrics` knows.",
)
def new_accuracy_at_half(model, optimizer, loss_fn, dataset, metrics):
    fresh = {"loss": keras.metrics.Mean(), "accuracy": keras.metrics.BinaryAccuracy()}
    return epoch_with(model, optimizer, loss_fn, dataset, fresh)


@mistake(
    "loss and accuracy are measured after the update",
    "Each batch was predicted once more, by a model that has just learned from it, so the loss is "
    "flattering and differs from what `model.fit` logs. Use the logits and the loss from inside the "
    "tape.",
)
def measured_after_the_update(model, optimizer, loss_fn, dataset, metrics):
    return epoch_with(model, optimizer, loss_fn, dataset, metrics, again=("loss", "accuracy"))


@mistake(
    "the accuracy is measured after the update",
    "The loss is right. For the accuracy each batch was predicted once more, by a model that has just learned from "
    "it, so the two numbers describe different predictions. Give the metric the logits from inside the tape.",
)
def accuracy_after_the_update(model, optimizer, loss_fn, dataset, metrics):
    return epoch_with(model, optimizer, loss_fn, dataset, metrics, again=("accuracy",))


@mistake(
    "measured in a second pass, after the epoch",
    "Both numbers belong to the model as the epoch leaves it: all rows were predicted once more at the end. That is "
    "an evaluation, and a useful one; asked for are the predictions that the gradients came from, batch by batch.",
)
def measured_in_a_second_pass(model, optimizer, loss_fn, dataset, metrics):
    epoch_with(model, optimizer, loss_fn, dataset, metrics)
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        logits = model(features, training=False)
        metrics["loss"].update_state(loss_fn(labels, logits), sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


@mistake(
    "trained with training=False",
    "The weights end elsewhere: BatchNorm used its moving averages and did not update them, and Dropout "
    "dropped nothing. Call the model with `training=True` inside the tape.",
)
def trained_as_if_evaluating(model, optimizer, loss_fn, dataset, metrics):
    return epoch_with(model, optimizer, loss_fn, dataset, metrics, training=False)


# Probes


def values_by_now(returned):
    """Return what came back; a metric in it, kept in place of its value, has changed meanwhile and is read now."""
    if not hasattr(returned, "items"):
        return returned
    return {name: value.result() if hasattr(value, "result") else value for name, value in returned.items()}


def training_fingerprint(candidate, seed, rows, learning_rate):
    """Train on so many people for two epochs, in the first of which the last one is a batch alone."""
    keras.utils.set_random_seed(0)
    model = small_model()
    optimizer = keras.optimizers.SGD(learning_rate)
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    metrics = {"loss": keras.metrics.Mean(), "accuracy": keras.metrics.BinaryAccuracy(threshold=0.0)}
    draw = np.random.default_rng(seed)
    features = draw.normal(size=(rows, 2)).astype("float32")
    labels = (features @ [[1.5], [-1.0]] + draw.normal(size=(rows, 1)) > 0).astype("float32")
    history = []
    # in the second epoch all labels are turned around: a measurement that remembers shows it; one batch is enough
    for labels_now, batch in ((labels, rows - 1), (1 - labels, rows)):
        # in a fixed order, so that an answer may count the rows in a pass of its own
        dataset = tf.data.Dataset.from_tensor_slices((features, labels_now)).batch(batch)
        history.append(candidate(model, optimizer, loss_fn, dataset, metrics))
    history = [values_by_now(returned) for returned in history]
    found = {"what came back": form_of_record(history[0], "loss", "accuracy")}
    if found["what came back"] != record("loss", "accuracy"):
        return found
    for name in ("loss", "accuracy"):
        for epoch, entry in enumerate(history, 1):
            found[f"{name} in epoch {epoch}"] = float(entry[name])
    return found | {"the model's weights after both epochs": flat_weights(model)}


def observe(candidate):
    return training_fingerprint(candidate, 9, 19, 0.8)


def second(candidate):
    return training_fingerprint(candidate, 48, 15, 0.6)


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
        never_reset,
        mean_of_batch_means,
        accuracy_never_reset,
        loss_never_reset,
        reset_in_every_batch,
        last_batch_reported,
        divided_by_the_batches,
        not_divided,
        metric_objects_returned,
        new_accuracy_at_half,
        measured_after_the_update,
        accuracy_after_the_update,
        measured_in_a_second_pass,
        trained_as_if_evaluating,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
