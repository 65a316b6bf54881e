"""The finished training loop: what the lessons arrive at, small enough to read in one sitting.

    history = train(model, optimizer, loss_fn, (x_train, y_train), (x_val, y_val), epochs=60, patience=10)

`train` repeats an epoch and its evaluation; an epoch takes one step on each batch; a step is forward pass, loss,
gradients, update. Each function names the lesson that derives it. From the same start the loop ends with the same
weights and curves as `model.fit`, to the last bit in most cases; tests/test_training.py makes the comparison.

In the shapes below B is the number of rows in a batch. Bad input raises a ValueError that says what was expected, what
was found, and what mends it; those checks stand at the end of the file.
"""

import math
import numbers
import os

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from tqdm.auto import tqdm


def batches(features, labels, training, batch_size=32, seed=0):
    """Return arrays as a tf.data.Dataset of (features, labels) batches, for training reshuffled each epoch. Lesson 02.

    The order also depends on keras.utils.set_random_seed: call it first. The last batch may be smaller than the others.
    """
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    if training:
        # a buffer of all rows, so that any two rows may meet in a batch
        dataset = dataset.shuffle(max(1, len(labels)), seed=seed)
    return dataset.batch(batch_size).prefetch(tf.data.AUTOTUNE)


def make_train_step(model, optimizer, loss_fn, metrics, clip_norm=None):
    """Return train_step(features, labels, row_weights=None) -> loss, a graph that moves the weights once.

    Lesson 02 derives the step, 04 the weights of rows, 05 the graph, `model.losses` and clipping.

    Args:
        model: a built keras.Model; it puts out logits (B, ...).
        optimizer: its own clipnorm, global_clipnorm and the like work as they do in `fit`.
        loss_fn: a keras.losses.Loss, or a function (labels, logits) -> mean loss of the rows, a scalar.
        metrics: {name: keras metric}, updated with each batch; "loss" is a keras.metrics.Mean.
        clip_norm: if given, all gradients are scaled by one factor so that their global norm is at most this.

    Make a new one for a new model, and after changing `trainable`: a graph keeps what it was recorded with.
    """
    _check_model(model)
    # the optimizer's variables must exist before the graph is recorded
    optimizer.build(model.trainable_variables)

    # without autograph, as in `fit`: each `if` is decided when the graph is recorded, and errors stay short
    @tf.function(autograph=False)
    def train_step(features, labels, row_weights=None):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = _total_loss(model, loss_fn, labels, logits, row_weights)
        gradients = tape.gradient(loss, model.trainable_variables)
        if clip_norm is not None:
            gradients, _ = tf.clip_by_global_norm(gradients, clip_norm)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        _update(metrics, loss, labels, logits)
        return loss

    return train_step


def make_test_step(model, loss_fn, metrics):
    """Return test_step(features, labels) -> loss, a graph that measures and changes no weight. Lesson 02; graph: 05."""

    @tf.function(autograph=False)
    def test_step(features, labels):
        logits = model(features, training=False)
        loss = _total_loss(model, loss_fn, labels, logits)
        _update(metrics, loss, labels, logits)
        return loss

    return test_step


def _total_loss(model, loss_fn, labels, logits, row_weights=None):
    """Return what training makes small, a scalar: the mean loss of the rows and what layers add. Lessons 04, 05."""
    _check_shapes(loss_fn, labels, logits)
    # weights go into the loss: times its result, an average already, they would only rescale it
    weights = {} if row_weights is None else {"sample_weight": row_weights}
    loss = loss_fn(labels, logits, **weights)
    if loss.shape.rank != 0:
        raise _error(
            "the loss is not one number",
            "a scalar, the mean over the rows",
            f"shape {loss.shape}",
            "pass a loss object, such as keras.losses.MeanSquaredError(), or end yours with tf.reduce_mean",
        )
    # the penalties of L2 and its like; the layers of a model keep them from its latest call
    return loss + sum(model.losses)


def _update(metrics, loss, labels, logits):
    """Add one batch to the running totals. Lesson 02."""
    for name, metric in metrics.items():
        if name == "loss":
            # each batch counts by its rows, or a small last batch would count as much as a full one
            metric.update_state(loss, sample_weight=tf.shape(labels)[0])
        else:
            metric.update_state(labels, logits)


def weights_of_rows(labels, class_weight):
    """Return the class weight of each row, float32 (B,). Lesson 04.

    Args:
        labels: class numbers (B,) or (B, 1), or one-hot (B, C).
        class_weight: {class number: weight}. Every class in `labels` needs one; `fit` would quietly take 1.
    """
    columns = np.reshape(labels, (len(labels), -1))
    classes = columns[:, 0] if columns.shape[1] == 1 else columns.argmax(axis=1)
    present, rows = np.unique(classes, return_inverse=True)
    missing = [label for label in present.tolist() if label not in class_weight]
    if missing:
        raise _error(
            "a class has no weight",
            f"a weight for each class among the labels: {present.tolist()}",
            f"class_weight={class_weight}",
            f"add a weight for {missing}; 1.0 leaves a class as it is",
        )
    return np.array([class_weight[label] for label in present.tolist()], "float32")[rows]


def train_one_epoch(train_step, dataset, metrics, class_weight=None, phase="training"):
    """Take one step on each batch; return {metric name: float over the epoch}. Lesson 02; class weights: 04.

    `metrics` are those that `train_step` was made with. As in `fit`, they measure before each update, and class weights
    count in the loss only. `phase` says in an error message where it happened.
    """

    def weighted_step(features, labels):
        return train_step(features, labels, weights_of_rows(labels, class_weight))

    return _one_pass(train_step if class_weight is None else weighted_step, dataset, metrics, phase)


def evaluate(test_step, dataset, metrics, phase="evaluation"):
    """Measure all batches; return {metric name: float}. Lesson 02. Arguments as for train_one_epoch."""
    return _one_pass(test_step, dataset, metrics, phase)


def _one_pass(take_step, dataset, metrics, phase):
    for metric in metrics.values():
        metric.reset_state()
    step = 0
    for step, (features, labels) in enumerate(dataset, start=1):
        loss = float(take_step(features, labels))
        if not math.isfinite(loss):
            raise _error(
                f"the loss is {loss} in {phase}, step {step}",
                "a finite number",
                loss,
                "look for NaN in features and labels, for a logarithm of 0, for too large a learning rate; "
                "then build the model again, because its weights may be NaN by now",
            )
    if step == 0:
        raise _error(
            f"not one batch in {phase}",
            "a dataset with rows",
            "an empty one",
            "look at filter, take, skip and drop_remainder",
        )
    return {name: float(metric.result()) for name, metric in metrics.items()}


def train(
    model,
    optimizer,
    loss_fn,
    train_data,
    val_data=None,
    *,
    epochs,
    new_metrics=dict,
    class_weight=None,
    clip_norm=None,
    patience=None,
):
    """Train `model` in place; return its history, a DataFrame with one row an epoch. Lesson 03.

    Every call records new graphs, so a new model or a newly frozen layer is never met by an old one.

    Args:
        model, optimizer, loss_fn, clip_norm: as for make_train_step; a new model needs a new optimizer.
        train_data, val_data: a tf.data.Dataset of (features, labels) batches, or arrays (features, labels), which are
            cut into batches of 32, the training rows reshuffled each epoch.
        epochs: how many passes over the training data, at most.
        new_metrics: a function without arguments that returns {name: keras metric}; called once a phase.
        class_weight: {class number: weight}, for the training loss only.
        patience: if given, stop after so many epochs in a row without a new lowest val_loss; in any case end with the
            weights of the lowest.

    Returns:
        A DataFrame, index `epoch` from 1; columns loss, the metrics, val_loss, val_<metric>; float64.

    Raises:
        ValueError: bad arguments; empty data; a loss that is not finite, at once, with its epoch and step.
    """
    _check_arguments(class_weight, patience, val_data)
    train_data = _as_dataset(train_data, training=True)
    val_data = val_data if val_data is None else _as_dataset(val_data, training=False)
    # one set for each phase: a shared one would mix them
    train_metrics, val_metrics = ({"loss": keras.metrics.Mean()} | new_metrics() for _ in range(2))
    train_step = make_train_step(model, optimizer, loss_fn, train_metrics, clip_norm)
    test_step = make_test_step(model, loss_fn, val_metrics)
    history, best_loss, best_epoch, best_weights = [], np.inf, 0, None
    with tqdm(range(1, epochs + 1), leave=False, disable="TQDM_DISABLE" in os.environ) as progress:
        for epoch in progress:
            record = train_one_epoch(train_step, train_data, train_metrics, class_weight, f"epoch {epoch}")
            if val_data is not None:
                measured = evaluate(test_step, val_data, val_metrics, f"validation, epoch {epoch}")
                record |= {f"val_{name}": value for name, value in measured.items()}
            history.append(record)
            progress.set_postfix(record)
            if patience is not None:
                if record["val_loss"] < best_loss:
                    # get_weights returns copies; the variables themselves would go on changing
                    best_loss, best_epoch, best_weights = record["val_loss"], epoch, model.get_weights()
                elif epoch - best_epoch >= patience:
                    break
    if best_weights is not None:
        model.set_weights(best_weights)
    return pd.DataFrame(history, index=pd.RangeIndex(1, len(history) + 1, name="epoch"))


# The checks, and what they say


def _error(problem, expected, found, mend):
    return ValueError(f"{problem}\n  expected: {expected}\n  found:    {found}\n  to mend:  {mend}")


def _as_dataset(data, training):
    if isinstance(data, tuple) and len(data) == 2:
        return batches(*data, training)
    if not isinstance(data, tf.data.Dataset):
        raise _error(
            "this is no data to train on",
            "a tf.data.Dataset, or a tuple (features, labels) of arrays",
            type(data).__name__,
            "pass the dataset itself, not iter(dataset); put two arrays in a tuple",
        )
    if not isinstance(data.element_spec, tuple) or len(data.element_spec) != 2:
        raise _error("the batches are not pairs", "(features, labels)", f"{data.element_spec}", "use dataset.map")
    if data.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise _error(
            "an epoch would never end",
            "a dataset of known end",
            "an endless one",
            "leave out repeat(); the loop reads the dataset once an epoch",
        )
    return data


def _check_arguments(class_weight, patience, val_data):
    strange = [key for key in class_weight or {} if not isinstance(key, numbers.Real)]
    if strange:
        raise _error(
            "class_weight has keys that are not numbers",
            "class numbers, as in {0: 0.7, 1: 1.9}",
            f"{strange}",
            "use the numbers that stand in the labels; `fit` would ignore these keys",
        )
    if patience is not None and val_data is None:
        raise _error(
            "patience waits for a lower val_loss",
            "validation data",
            "val_data=None",
            "pass val_data, or leave out patience",
        )


def _check_model(model):
    if not model.trainable_variables:
        raise _error(
            "the model has nothing to train",
            "a built model with trainable variables",
            "none",
            "begin it with keras.Input(shape=...), or call it on a batch; unfreeze a layer",
        )


# the losses of Keras for which labels may be class numbers; in the others, unequal shapes broadcast or fail
CLASS_NUMBER_LOSSES = (
    keras.losses.SparseCategoricalCrossentropy,
    keras.losses.CategoricalGeneralizedCrossEntropy,
    keras.losses.Circle,
)


def _check_shapes(loss_fn, labels, logits):
    """Refuse labels (B,) beside logits (B, 1) and the like: NumPy's rules make that (B, B), quietly. Lesson 02."""
    if logits.shape.is_compatible_with(labels.shape):
        return
    from_keras = type(loss_fn).__module__.startswith("keras.")
    class_numbers = isinstance(loss_fn, CLASS_NUMBER_LOSSES) or not from_keras
    shapes = [logits.shape[:-1], logits.shape[:-1] + [1]]
    if class_numbers and logits.shape[-1] != 1 and any(labels.shape.is_compatible_with(shape) for shape in shapes):
        return
    raise _error(
        "labels and logits do not belong together",
        f"labels of the logits' shape {logits.shape}",
        f"labels of shape {labels.shape}",
        "labels (B,) beside logits (B, 1): use labels[:, None]; class numbers beside several logits: use a Sparse loss",
    )
