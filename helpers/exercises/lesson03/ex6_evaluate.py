"""03.6 An evaluation that changes nothing."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson03.shared import entry_of, flat_weights, small_model

TITLE = "An evaluation that changes nothing"
TASK = """\
Write `evaluate(model, dataset)`. The model puts out **logits** of shape `(batch, 1)`; the dataset yields
`(features, labels)`, and its last batch is smaller. Return `{"val_loss": …, "val_accuracy": …}`: the mean binary
cross-entropy per row and the share of rows classified correctly. Two evaluations in a row must agree, and every
weight of the model must stay as it was, the moving averages of BatchNorm included."""
HINTS = (
    "It is the walk of `train_one_epoch` without the tape and without the optimizer. What else differs?",
    "Three settings matter: `training=` when the model is called, `from_logits=` in the loss, and the "
    "threshold of the accuracy.",
    "Make a fresh `keras.metrics.Mean()` and `keras.metrics.BinaryAccuracy(threshold=0.0)` in each call, "
    "and give the mean a `sample_weight` of `len(labels)`.",
)


def evaluate(model, dataset):
    """Measure a model without changing it.

    Args:
        model: puts out logits of shape (batch, 1).
        dataset: yields (features, labels) with labels 0 or 1 of shape (batch, 1);
            the last batch is smaller.

    Returns:
        {"val_loss": mean binary cross-entropy per row,
        "val_accuracy": share of rows classified correctly}, two numbers.
    """
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    mean_loss, accuracy = keras.metrics.Mean(), keras.metrics.BinaryAccuracy(threshold=0.0)
    for features, labels in dataset:
        logits = model(features, training=False)
        mean_loss.update_state(loss_fn(labels, logits), sample_weight=len(labels))
        accuracy.update_state(labels, logits)
    return {"val_loss": float(mean_loss.result()), "val_accuracy": float(accuracy.result())}


NOTE = (
    "A one-line safeguard for your own loops: evaluate twice and compare. If the numbers differ, the "
    "evaluation changes the model or draws random numbers."
)
EXPLANATION = (
    "`training=False` makes BatchNorm use its moving averages and leave them alone, and without "
    "tape and optimizer nothing else can move. The logits go to a loss that expects logits and to a "
    "threshold of 0, and each batch counts by its rows."
)


# Other right answers


def evaluate_all_rows_at_once(model, dataset):
    pairs = [(labels, model(features, training=False)) for features, labels in dataset]
    labels, logits = (tf.concat(parts, axis=0) for parts in zip(*pairs))
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    return {"val_loss": tf.reduce_mean(losses), "val_accuracy": np.mean((logits > 0) == (labels == 1))}


def evaluate_by_metrics(model, dataset):
    metrics = {
        "val_loss": keras.metrics.BinaryCrossentropy(from_logits=True),
        "val_accuracy": keras.metrics.BinaryAccuracy(threshold=0.5),
    }
    for features, labels in dataset:
        logits = model(features)
        metrics["val_loss"].update_state(labels, logits)
        metrics["val_accuracy"].update_state(labels, tf.sigmoid(logits))
    return {name: metric.result().numpy() for name, metric in metrics.items()}


# Mistakes


def evaluate_with(model, dataset, loss_fn=None, output=tf.identity, training=False, threshold=0.0, weighted=True):
    """The loop of the wrong evaluations, each of which turns one screw of it."""
    loss_fn = loss_fn or keras.losses.BinaryCrossentropy(from_logits=True)
    mean_loss, accuracy = keras.metrics.Mean(), keras.metrics.BinaryAccuracy(threshold=threshold)
    for features, labels in dataset:
        outputs = output(model(features, training=training))
        mean_loss.update_state(loss_fn(labels, outputs), sample_weight=len(labels) if weighted else 1)
        accuracy.update_state(labels, outputs)
    return {"val_loss": float(mean_loss.result()), "val_accuracy": float(accuracy.result())}


@mistake(
    "evaluated with training=True",
    "The loss depends on who shares a batch, and the model has changed: BatchNorm normalized by each "
    "validation batch and moved its averages. With Dropout, two evaluations would disagree as well. Say "
    "`training=False`.",
)
def evaluated_in_training_mode(model, dataset):
    return evaluate_with(model, dataset, training=True)


@mistake(
    "from_logits forgotten",
    "The loss cut the logits to the range from 0 to 1 as if they were probabilities. Above 1 everything "
    "looks perfectly sure, below 0 as well, and each mistake there costs 16 with a slope of 0. Say "
    "`from_logits=True`.",
)
def from_logits_forgotten(model, dataset):
    return evaluate_with(model, dataset, loss_fn=keras.losses.BinaryCrossentropy())


@mistake(
    "loss and accuracy take the logits for probabilities",
    "Both numbers are off for one reason: neither the loss nor the accuracy was told that it gets "
    "logits, and the default of both is probabilities. Say `from_logits=True` and `threshold=0.0`.",
)
def logits_taken_for_probabilities(model, dataset):
    return evaluate_with(model, dataset, loss_fn=keras.losses.BinaryCrossentropy(), threshold=0.5)


@mistake(
    "the sigmoid is applied twice",
    "The accuracy is right, but the loss has a floor near one half that even perfect predictions cannot "
    "break: probabilities went into a loss that applies a sigmoid of its own. Give it the logits.",
)
def sigmoid_twice(model, dataset):
    return evaluate_with(model, dataset, output=tf.sigmoid, threshold=0.5)


@mistake(
    "threshold 0.5 on logits",
    "The loss is right and the accuracy is not: rows with a logit between 0 and 0.5 were called healthy. "
    "`BinaryAccuracy` expects probabilities unless you say `threshold=0.0`.",
)
def evaluated_at_half(model, dataset):
    return evaluate_with(model, dataset, threshold=0.5)


@mistake(
    "the loss is a mean of batch means",
    "The last batch has a single row and counted as much as three. The loss then depends on the batch "
    "size, which evaluation should not. Weight each batch by its number of rows.",
)
def batches_count_alike(model, dataset):
    return evaluate_with(model, dataset, weighted=False)


@mistake(
    "loss and accuracy are means of batch means",
    "The last batch has a single row, and its loss and its accuracy counted as much as those of three. "
    "Add up over *rows* and divide by their number, or let metrics do it, the loss with a "
    "`sample_weight`.",
)
def both_by_batch(model, dataset):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    losses, accuracies = [], []
    for features, labels in dataset:
        logits = model(features, training=False)
        losses.append(loss_fn(labels, logits))
        accuracies.append(np.mean((logits > 0) == (labels == 1)))
    return {"val_loss": np.mean(losses), "val_accuracy": np.mean(accuracies)}


@mistake(
    "the evaluation trains",
    "The weights have moved, and the second evaluation is better than the first: the model has learned "
    "from the validation rows. No tape, no optimizer here; only look.",
)
def evaluation_that_trains(model, dataset):
    optimizer = keras.optimizers.SGD(0.1)
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    mean_loss, accuracy = keras.metrics.Mean(), keras.metrics.BinaryAccuracy(threshold=0.0)
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=False)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        mean_loss.update_state(loss, sample_weight=len(labels))
        accuracy.update_state(labels, logits)
    return {"val_loss": float(mean_loss.result()), "val_accuracy": float(accuracy.result())}


# Probes


def evaluation_fingerprint(candidate, features, labels, batch, bias):
    keras.utils.set_random_seed(0)
    model = small_model(bias)
    before = flat_weights(model)
    arrays = np.array(features, "float32"), np.array(labels, "float32")[:, None]
    dataset = tf.data.Dataset.from_tensor_slices(arrays).batch(batch)
    first, again = (
        {name: entry_of(record, name) for name in ("val_loss", "val_accuracy")}
        for record in (candidate(model, dataset), candidate(model, dataset))
    )
    # an evaluation that remembers the ones before would still agree with itself on the same rows
    turned = candidate(model, dataset.map(lambda features, labels: (features, 1 - labels)))
    return {
        "val_loss": first["val_loss"],
        "val_accuracy": first["val_accuracy"],
        "largest change in the model's weights": np.abs(flat_weights(model) - before).max(),
        "val_loss of a second evaluation, minus the first": again["val_loss"] - first["val_loss"],
        "val_accuracy of another evaluation, where all labels are turned around": entry_of(turned, "val_accuracy"),
    }


def observe(candidate):
    # the logits lie on both sides of one half, and close to 0 on both sides; the last batch is one row, badly wrong
    features = [[1.0, 0.0], [-0.5, 1.0], [0.6, 0.3], [-0.05, 0.05], [3.0, -2.0], [-0.2, -0.05], [4.0, -1.0]]
    return evaluation_fingerprint(candidate, features, [1, 0, 1, 1, 1, 0, 0], 3, bias=0.1)


def second(candidate):
    draw = np.random.default_rng(5)
    features = draw.normal(size=(10, 2)) * 1.5
    return evaluation_fingerprint(candidate, features, [1, 1, 1, 1, 0, 1, 0, 1, 1, 0], 4, bias=0.25)


EXERCISE = Exercise(
    id="03.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=evaluate,
    alternatives=(evaluate_all_rows_at_once, evaluate_by_metrics),
    mistakes=(
        evaluated_in_training_mode,
        from_logits_forgotten,
        logits_taken_for_probabilities,
        sigmoid_twice,
        evaluated_at_half,
        batches_count_alike,
        both_by_batch,
        evaluation_that_trains,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
