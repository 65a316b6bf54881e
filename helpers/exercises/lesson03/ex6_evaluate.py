"""03.6 An evaluation that changes nothing."""

import functools

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson03.shared import flat_weights, form_of_record, record, small_model

TITLE = "An evaluation that changes nothing"
TASK = """\
Write `evaluate(model, dataset)`. The model puts out **logits** of shape `(batch, 1)`; the dataset yields
`(features, labels)`, in another order each time, and its last batch is smaller. Return `{"val_loss": …,
"val_accuracy": …}`: the mean binary cross-entropy per row and the share of rows classified correctly. Two evaluations
must agree, and every weight of the model must stay as it was, the moving averages of BatchNorm included. Do without
`model.compile`: it would replace the optimizer that the model trains with."""
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
        model: puts out logits of shape (batch, 1), here from −5 to 5 and never exactly 0.
        dataset: yields (features, labels), shuffled anew in each pass, with float labels 0 or 1
            of shape (batch, 1); the last batch is smaller.

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
    "validation batch and moved its averages, and Dropout made two evaluations disagree. Say "
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
    "The last batch has a single row and counted as much as all the others together. The loss then depends on the "
    "batch size, which evaluation should not. Weight each batch by its number of rows.",
)
def batches_count_alike(model, dataset):
    return evaluate_with(model, dataset, weighted=False)


@mistake(
    "loss and accuracy are means of batch means",
    "The last batch has a single row, and its loss and its accuracy counted as much as those of all the others. "
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
    "the accuracy compares everybody with everybody",
    "The loss is right. In the accuracy the logits and the labels had different shapes, `(batch,)` and "
    "`(batch, 1)`, so each row met the labels of its whole batch. Keep both as they come, or flatten both.",
)
def accuracy_of_all_pairs(model, dataset):
    found, hits = evaluate_with(model, dataset), []
    for features, labels in dataset:
        logits = model(features, training=False)
        hits.append(len(labels) * np.mean((logits[:, 0] > 0) == (labels == 1)))
    return found | {"val_accuracy": sum(hits) / sum(len(labels) for _, labels in dataset)}


@mistake(
    "loss and accuracy compare everybody with everybody",
    "Logits and labels had different shapes, `(batch, 1)` and `(batch,)`, so each row met the labels of its whole "
    "batch, in the loss as in the accuracy. Keep both as they come, or flatten both.",
)
def all_pairs(model, dataset):
    losses, hits, rows = [], [], 0
    for features, labels in dataset:
        logits, flat = model(features, training=False), labels[:, 0]
        losses.append(len(flat) * np.mean(tf.nn.softplus(logits) - flat * logits))
        hits.append(len(flat) * np.mean((logits > 0) == (flat == 1)))
        rows += len(flat)
    return {"val_loss": sum(losses) / rows, "val_accuracy": sum(hits) / rows}


@functools.lru_cache(maxsize=1)
def metrics_made_once(model):
    """As metrics made outside of the function; new for each model, so that each check begins with new ones."""
    return keras.metrics.BinaryCrossentropy(from_logits=True), keras.metrics.BinaryAccuracy(threshold=0.0)


@mistake(
    "an evaluation remembers the ones before",
    "The same row gave another loss after other rows had been evaluated, although the model had not changed. Often "
    "because the metrics are made once, outside the function or as a default value of an argument: they keep what "
    "they were given. Make them new in each call, or begin with `reset_state()`.",
)
def metrics_kept(model, dataset):
    loss, accuracy = metrics_made_once(model)
    for features, labels in dataset:
        logits = model(features, training=False)
        loss.update_state(labels, logits)
        accuracy.update_state(labels, logits)
    return {"val_loss": float(loss.result()), "val_accuracy": float(accuracy.result())}


@mistake(
    "predictions and labels come from two passes",
    "In a fixed order the numbers are right; where the dataset shuffles its rows anew in each pass, people meet the "
    "labels of others. Often because `model.predict(dataset)` makes one pass and the labels are collected in another. "
    "Take features and labels from the same pass.",
)
def labels_from_another_pass(model, dataset):
    logits = tf.concat([model(features, training=False) for features, _ in dataset], axis=0)
    labels = tf.concat([labels for _, labels in dataset], axis=0)
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    return {"val_loss": np.mean(losses), "val_accuracy": np.mean((logits > 0) == (labels == 1))}


@mistake(
    "the model is compiled anew",
    "The numbers are right, and the model has lost the optimizer that it trained with: `compile` puts another one in "
    "its place, without the momentum of the first. Walk through the dataset yourself.",
)
def compiled_anew(model, dataset):
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))
    return evaluate(model, dataset)


@mistake(
    "the evaluation trains",
    "The weights have moved: the model has learned from the validation rows, and a second evaluation would be "
    "better than the first. No tape, no optimizer here; only look.",
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
    model, optimizer = small_model(bias), keras.optimizers.SGD()
    model.compile(optimizer)
    before = flat_weights(model)
    features, labels = np.array(features, "float32"), np.array(labels, "float32")[:, None]

    def rows(numbers):
        return tf.data.Dataset.from_tensor_slices((features[numbers], labels[numbers]))

    each = np.arange(len(features))
    logits = model(features, training=False).numpy()
    right = np.mean(np.logaddexp(0, logits) - labels * logits), np.mean((logits > 0) == labels)
    # the same single row first and last: an evaluation that remembers others gives it other numbers
    results = [candidate(model, dataset.batch(batch)) for dataset in (rows(each[:1]), rows(each), rows(each[:1]))]
    found = {"what came back": form_of_record(results[0], "val_loss", "val_accuracy")}
    if found["what came back"] != record("val_loss", "val_accuracy"):
        return found
    alone, together, alone_again = (numbers_of(result) for result in results)
    changed = np.abs(flat_weights(model) - before).max()
    found |= {
        "largest change in the model's weights": changed,
        "the model keeps its optimizer": model.optimizer is optimizer,
        "one row has the same numbers after others were evaluated": is_close(alone, alone_again),
    }
    if not changed and not is_close(alone, alone_again):
        return found  # the other numbers depend on all evaluations before, those of earlier checks among them
    found |= {"val_loss": together[0], "val_accuracy": together[1]}
    if is_close(together, right):
        mixed = numbers_of(candidate(model, rows(np.tile(each, 4)).shuffle(4 * len(each)).batch(4 * batch)))
        found["each row four times, shuffled anew in each pass: the same numbers"] = is_close(mixed, together)
    return found


def numbers_of(result):
    return np.array([float(result["val_loss"]), float(result["val_accuracy"])])


def is_close(one, other):
    return np.allclose(one, other, rtol=1e-5, atol=1e-6)


def observe(candidate):
    # the logits lie on both sides of one half, and close to 0 on both sides; the last batch is one row, badly wrong
    features = [[1.0, 0.0], [-0.5, 1.0], [0.6, 0.3], [-0.05, 0.05], [3.0, -2.0], [-0.2, -0.05], [4.0, -1.0]]
    return evaluation_fingerprint(candidate, features, [1, 0, 1, 1, 1, 0, 0], 6, bias=0.1)


def second(candidate):
    draw = np.random.default_rng(5)
    features = draw.normal(size=(10, 2)) * 1.5
    return evaluation_fingerprint(candidate, features, [1, 1, 1, 1, 0, 1, 0, 1, 1, 0], 8, bias=0.25)


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
        accuracy_of_all_pairs,
        all_pairs,
        metrics_kept,
        labels_from_another_pass,
        compiled_anew,
        evaluation_that_trains,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
