"""The finished training loop: what the lessons arrive at, small enough to read in one sitting.

    history = train(model, optimizer, loss_fn, (x_train, y_train), (x_val, y_val), epochs=60, patience=10)

`train` repeats an epoch and its evaluation; an epoch takes one step on each batch; a step is forward pass, loss,
gradients, update. Each function names the lesson that derives it. From the same start the loop ends with the same
weights and curves as `model.fit`, to the last bit in most cases; tests/test_training.py makes the comparison.

In the shapes below B is the number of rows in a batch. Bad input raises a ValueError that says what was expected, what
was found, and what mends it, before anything is trained where that can be known; helpers/training_checks.py holds
those checks.
"""

import math
import os

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from tqdm.auto import tqdm

from helpers import training_checks as checks


def batches(features, labels, training, batch_size=32, seed=0):
    """Return arrays as a tf.data.Dataset of (features, labels) batches, for training reshuffled each epoch. Lesson 02.

    Features and labels are arrays of the same number of rows, or tuples or dictionaries of such arrays. The order also
    depends on keras.utils.set_random_seed: call it first. The last batch may be smaller than the others.
    """
    checks.check_whole_number("batch_size", batch_size, at_least=1)
    tables = checks.as_tensors(features, labels)
    n_rows = checks.number_of_rows(tables)
    numbers = tf.data.Dataset.range(n_rows)
    if training:
        # row numbers are shuffled, not rows, and as one tensor: a buffer of a million elements is large whatever they
        # hold; each pass over the dataset draws another order
        draws = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).take(1)
        orders = draws.map(lambda draw: tf.random.experimental.stateless_shuffle(tf.range(n_rows), [seed, draw]))
        numbers = orders.unbatch().apply(tf.data.experimental.assert_cardinality(n_rows))

    def rows(chosen):
        return tf.nest.map_structure(lambda table: tf.gather(table, chosen), tables)

    return numbers.batch(batch_size).map(rows).prefetch(tf.data.AUTOTUNE)


def make_train_step(model, optimizer, loss_fn, metrics, clip_norm=None):
    """Return train_step(features, labels, row_weights=None) -> loss, a graph that moves the weights once.

    Lesson 02 derives the step, 04 the weights of rows, 05 the graph, `model.losses` and clipping.

    Args:
        model: a built keras.Model with one output, the logits (B, ...); it may have several inputs. Dropout works even
            if its `call` takes no `training`; `fit` would switch it off.
        optimizer: its own clipnorm, global_clipnorm, loss scale and the like work as they do in `fit`.
        loss_fn: a keras.losses.Loss, or a function (labels, logits) -> mean loss of the rows, a scalar; for weights of
            rows, a function (labels, logits, sample_weight=None), which multiplies before it takes the mean.
        metrics: {name: keras metric}, updated with each batch; "loss" is a keras.metrics.Mean.
        clip_norm: if given, all gradients are scaled by one factor so that their global norm is at most this.

    Make a new one for a new model, and after changing `trainable`: a graph keeps what it was recorded with.
    """
    checks.check_model(model)
    checks.check_optimizer(optimizer)
    checks.check_loss(loss_fn)
    checks.check_clip_norm(clip_norm)
    if model.dtype_policy.name == "mixed_float16" and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        # as `fit` does: small gradients would be 0 in float16
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    # the optimizer's variables must exist before the graph is recorded
    optimizer.build(model.trainable_variables)

    # without autograph, as in `fit`: each `if` is decided when the graph is recorded, and errors stay short;
    # with reduce_retracing, batches of many shapes share a graph
    @tf.function(autograph=False, reduce_retracing=True)
    def train_step(features, labels, row_weights=None):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = _total_loss(model, loss_fn, labels, logits, row_weights)
            # the same number, unless the optimizer scales the loss up and later the gradients down
            scaled_loss = optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled_loss, model.trainable_variables)
        if clip_norm is not None:
            # these gradients are scaled too, and so is the norm that they may have
            gradients, _ = tf.clip_by_global_norm(gradients, optimizer.scale_loss(clip_norm))
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        _update(metrics, loss, labels, logits)
        return loss

    return train_step


def make_test_step(model, loss_fn, metrics):
    """Return test_step(features, labels) -> loss, a graph that measures and changes no weight. Lesson 02; graph: 05."""
    checks.check_loss(loss_fn)

    @tf.function(autograph=False, reduce_retracing=True)
    def test_step(features, labels):
        logits = model(features, training=False)
        loss = _total_loss(model, loss_fn, labels, logits)
        _update(metrics, loss, labels, logits)
        return loss

    return test_step


def _total_loss(model, loss_fn, labels, logits, row_weights=None):
    """Return what training makes small, a scalar: the mean loss of the rows and what layers add. Lessons 04, 05."""
    checks.check_one_output(logits)
    checks.check_shapes(loss_fn, labels, logits)
    # weights go into the loss: times its result, an average already, they would only rescale it
    weights = {} if row_weights is None else {"sample_weight": row_weights}
    with checks.loss_errors_explained(loss_fn, labels, logits):
        loss = loss_fn(labels, logits, **weights)
    checks.check_scalar_loss(loss)
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
        class_weight: {class number: weight}. Every class in `labels` needs one.
    """
    checks.check_class_weight(class_weight)
    checks.check_class_labels(labels)
    columns = np.reshape(labels, (len(labels), -1))
    classes = columns[:, 0] if columns.shape[1] == 1 else columns.argmax(axis=1)
    present, rows = np.unique(classes, return_inverse=True)
    missing = [label for label in present.tolist() if label not in class_weight]
    if missing:
        raise checks.bad_input(
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
            raise checks.bad_input(
                f"the loss is {loss} in {phase}, step {step}",
                "a finite number",
                loss,
                "look for NaN in features and labels, for a logarithm of 0, for too large a learning rate; "
                "then build the model again, because its weights may be NaN by now",
            )
    if step == 0:
        raise checks.bad_input(
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
        ValueError: bad arguments, before the first step; empty data; a loss that is not finite, at once, with its epoch
            and step.

    Whatever ends the run early, Ctrl-C too, carries the table of the epochs that were completed as its `history`, and
    with `patience` the model gets its best weights all the same:

        try:
            history = train(...)
        except KeyboardInterrupt as stop:
            history = stop.history
    """
    checks.check_arguments(epochs, new_metrics, class_weight, patience, val_data)
    if class_weight is not None:
        checks.check_loss_takes_weights(loss_fn)
    train_data = _as_dataset(train_data, training=True)
    val_data = val_data if val_data is None else _as_dataset(val_data, training=False)
    # one set for each phase: a shared one would mix them
    made = new_metrics(), new_metrics()
    checks.check_metrics(*made)
    train_metrics, val_metrics = ({"loss": keras.metrics.Mean()} | metrics for metrics in made)
    train_step = make_train_step(model, optimizer, loss_fn, train_metrics, clip_norm)
    test_step = make_test_step(model, loss_fn, val_metrics)
    weights = [] if class_weight is None else [tf.TensorSpec([None], "float32")]
    _record(train_step, train_data, train_metrics, weights)
    if val_data is not None:
        _record(test_step, val_data, val_metrics)
    history, best_loss, best_epoch, best_weights = [], np.inf, 0, None
    try:
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
        # an optimizer with use_ema puts the moving averages in place of the weights
        optimizer.finalize_variable_values(model.trainable_variables)
    except BaseException as stop:
        stop.history = _as_table(history)
        stop.add_note("The epochs that were completed are in this exception's `history`: sys.last_value.history")
        raise
    finally:
        if best_weights is not None:
            model.set_weights(best_weights)
    return _as_table(history)


def _as_dataset(data, training):
    if isinstance(data, tuple) and len(data) == 2:
        return batches(*data, training)
    checks.check_dataset(data)
    return data


def _record(step, dataset, metrics, row_weights=()):
    """Record the graph of a step for batches of any size, so that what does not fit is found before training."""
    shapes = [part.shape for part in tf.nest.flatten(dataset.element_spec)]
    if all(shape.rank is not None for shape in shapes):
        step.get_concrete_function(*dataset.element_spec, *row_weights)
        checks.check_results(metrics)


def _as_table(history):
    return pd.DataFrame(history, index=pd.RangeIndex(1, len(history) + 1, name="epoch"))
