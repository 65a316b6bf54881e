"""The loop: steps make an epoch, epochs and their evaluations make a training run.

A step stands in steps.py, batches and weights of rows in rows.py. `train` has fast.py take many steps in a call; they
are the steps that `train_one_epoch` and `evaluate` take here, one after the other.
"""

import math
import os

import keras
import pandas as pd
from tqdm.auto import tqdm

from helpers.training import checks, fast
from helpers.training.rows import as_table_or_dataset, weights_of_rows
from helpers.training.steps import make_test_step, make_train_step


def train_one_epoch(train_step, dataset, metrics, class_weight=None, phase="training"):
    """Take one step on each batch; return {metric name: float over the epoch}. Lesson 02; class weights: 04.

    `metrics` are those that `train_step` was made with. As in `fit`, they measure before each update, and class weights
    count in the loss only. `phase` says in an error message where it happened.
    """
    return _one_pass(_step_by_step(train_step, dataset, class_weight), metrics, phase)


def evaluate(test_step, dataset, metrics, phase="evaluation"):
    """Measure all batches; return {metric name: float}. Lesson 02. Arguments as for train_one_epoch."""
    return _one_pass(_step_by_step(test_step, dataset), metrics, phase)


def _step_by_step(take_step, dataset, class_weight=None):
    """Yield (how many steps were taken, the latest loss) after each step."""
    for step, (features, labels) in enumerate(dataset, start=1):
        row_weights = [] if class_weight is None else [weights_of_rows(labels, class_weight)]
        yield step, float(take_step(features, labels, *row_weights))


def _one_pass(losses, metrics, phase):
    for metric in metrics.values():
        metric.reset_state()
    step = 0
    for step, loss in losses:
        if not math.isfinite(loss):
            raise checks.loss_not_finite(loss, phase, step)
    if step == 0:
        raise checks.no_batch(phase)
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
    """Train `model` in place; return its history, a DataFrame with one row an epoch. Lesson 03; its speed: 07.

    Every call records new graphs, so a new model or a newly frozen layer is never met by an old one. Many steps are
    taken in one call of a graph, of about a second. Where a graph cannot do what a step does, the steps are taken one
    by one, and a warning says why.

    Args:
        model, optimizer, loss_fn, clip_norm: as for make_train_step; a new model needs a new optimizer.
        train_data, val_data: a tf.data.Dataset of (features, labels) batches, or arrays (features, labels), which are
            cut into batches of 32, the training rows reshuffled each epoch; arrays are faster.
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
    train_data = as_table_or_dataset(train_data, training=True)
    val_data = val_data if val_data is None else as_table_or_dataset(val_data, training=False)
    # one set for each phase: a shared one would mix them
    made = new_metrics(), new_metrics()
    checks.check_metrics(*made)
    train_metrics, val_metrics = ({"loss": keras.metrics.Mean()} | metrics for metrics in made)
    train_step = make_train_step(model, optimizer, loss_fn, train_metrics, clip_norm)
    test_step = make_test_step(model, loss_fn, val_metrics)
    train_pass = fast.recorded(train_step, train_data, train_metrics, _step_by_step, class_weight)
    val_pass = None if val_data is None else fast.recorded(test_step, val_data, val_metrics, _step_by_step)
    history, best_loss, best_epoch, best_weights = [], math.inf, 0, None
    try:
        with tqdm(range(1, epochs + 1), leave=False, disable="TQDM_DISABLE" in os.environ) as progress:
            for epoch in progress:
                record = _one_pass(train_pass(), train_metrics, f"epoch {epoch}")
                if val_data is not None:
                    measured = _one_pass(val_pass(), val_metrics, f"validation, epoch {epoch}")
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
        stop.history = _as_frame(history)
        stop.add_note("The epochs that were completed are in this exception's `history`: sys.last_value.history")
        raise
    finally:
        if best_weights is not None:
            model.set_weights(best_weights)
    return _as_frame(history)


def _as_frame(history):
    return pd.DataFrame(history, index=pd.RangeIndex(1, len(history) + 1, name="epoch"))
