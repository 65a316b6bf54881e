"""What the probes' numbers mean, for losses and metrics of one step; rules as in gradient_findings.py."""

import keras
import numpy as np
import tensorflow as tf

from helpers.doctor import loop_probes, probes, state
from helpers.doctor.case import Finding
from helpers.doctor.hearing import returned_loss, takes_one_argument, watched

SQUASHING = {"sigmoid", "softmax", "log_softmax"}


def pairs(case):
    """Labels against all predictions, and weights against all losses. Traps 9, 10."""
    if not case.exact or not case.one_loss or probes.number_of_rows(case.batch) < 3:
        return
    found = probes.labels_matter(*case.args)
    loss, moved, one_label = found.values()
    size = abs(loss) or 1.0
    if abs(loss - moved) <= 3e-6 * size and abs(loss - one_label) > 1e-4 * size and _differs_by_row(case):
        yield Finding(
            10,
            # what is compared in other numbers may be meant to be compared as a whole
            "proven" if case.outputs_size == np.size(case.batch[1]) else "hint",
            "the loss did not change when the labels moved on by one row: each prediction is compared with every label",
            "Give labels and predictions one shape, (B, 1) or (B,): `labels[:, None]`, or `tf.squeeze(outputs, -1)`.",
        )


def _differs_by_row(case):
    """Whether the outputs differ from row to row, so that it matters which label belongs to which."""
    with state.kept(case.model):
        outputs = [np.asarray(each) for each in tf.nest.flatten(case.model(case.batch[0], training=False))]
    return any(np.ptp(each, axis=0).max() > 1e-3 * np.abs(each).max() for each in outputs)


def formula(case):
    """What the loss is made of. Traps 8, 12, 13, 14, 17, 20, 46, 48, 54."""
    if case.outputs and case.outputs[0] == case.outputs[1] == 1.0:
        measured = "every output is exactly 1, whatever the features"
        yield Finding(
            14, "proven", measured, "A softmax of one output is always 1: `Dense(1)`, and a loss from logits."
        )
    if not case.one_loss or not case.exact:
        return
    fitting = case.formulas
    crossed = [each for each in fitting if "entropy" in each.name]
    if crossed and len({each.of for each in fitting}) == 1:
        yield from _logits(case, crossed[0])
    elif all(each.name == "loss_fn" for each in fitting):
        yield from _declared_logits(case)
    if fitting and case.row_weights is not None and np.ptp(case.row_weights) > 0:
        yield from _weights(case, {each.weights for each in fitting})
    if fitting and all(each.scale == "sum of rows" for each in fitting):
        measured = f"the loss is the sum over the rows of the batch, {probes.number_of_rows(case.batch)} times the mean"
        yield Finding(
            17, "likely", measured, "Take the mean of the rows: the step should not depend on the batch size."
        )
    if fitting and all(each.scale == "sum of entries" for each in fitting):
        measured = "the loss is the sum over all entries of a row, averaged over the rows only"
        yield Finding(54, "hint", measured, "Take the mean over pixels or time steps too, as the test loss does.")
    if fitting and all(each.penalties == "left out" for each in fitting):
        yield _left_out(f"the loss is {fitting[0].name} alone, without what `model.losses` holds")


def _logits(case, found):
    again = found.of == "probabilities taken for logits"
    if again and case.is_repaired:
        measured = "outputs that were squashed between 0 and 1 are taken for logits; in the graph Keras mends that"
        yield Finding(13, "hint", measured, "Leave out the sigmoid or softmax, or `from_logits=True`.")
    elif again or (found.of == "logits" and case.are_probabilities and case.outputs[1] > 0):
        yield Finding(
            13,
            "proven",
            f"the outputs lie between 0 and 1, and the loss is the {found.name} of logits"
            if not again
            else f"the loss is the {found.name} of logits, of outputs that were squashed between 0 and 1 before",
            "Leave out the sigmoid or softmax, or `from_logits=True`: it is to be applied once.",
        )
    if found.of.startswith("probabilities") and not again and not case.are_probabilities:
        smallest, largest, _ = case.outputs
        yield Finding(
            12,
            "proven",
            f"the outputs reach from {smallest:.3g} to {largest:.3g}, and the loss takes them for probabilities",
            "Give the loss `from_logits=True`, or the last layer a sigmoid or softmax.",
        )


def _declared_logits(case):
    """What the settings of a loss object say, where its value fits no formula."""
    found = [case.loss_fn, *state.of_kind(state.reachable(case.step), keras.losses.Loss)]
    settings = [each.get_config() for each in found if isinstance(each, keras.losses.Loss)]
    flags = {each["from_logits"] for each in settings if "from_logits" in each}
    if len(flags) != 1 or case.outputs is None or case.names & SQUASHING:
        return
    if flags == {False} and not case.are_probabilities:
        measured = (
            f"the outputs reach from {case.outputs[0]:.3g} to {case.outputs[1]:.3g}, the loss has no `from_logits=True`"
        )
        yield Finding(12, "likely", measured, "Give the loss `from_logits=True`.")
    if flags == {True} and case.are_probabilities:
        measured = "the outputs lie between 0 and 1, and the loss has `from_logits=True`"
        yield Finding(
            13, "likely", measured, "Leave out the sigmoid or softmax of the last layer, or `from_logits=True`."
        )


def _weights(case, ways):
    if ways & {"rows", "rows, divided by their sum"}:
        return
    advice = (
        "Weights belong into the loss of each row, before the mean: `loss_fn(labels, logits, sample_weight=weights)`."
    )
    if "after the mean" in ways:
        measured = "the loss is the plain mean times the mean weight: every row pulls alike, whatever its weight"
        yield Finding(8, "proven", measured, advice)
    elif any(isinstance(key, str) for key in case.class_weight or {}):
        measured = "the loss is the one without weights, and the keys of `class_weight` are text"
        yield Finding(46, "proven", measured, "The keys are the numbers of the classes: `{0: 1.0, 1: 3.0}`.")
    else:
        measured = "the loss is the one without weights: the weights that were meant do not reach it"
        of_fit = takes_one_argument(case.step) or len(case.batch) > 2 or _has_step_of_its_own(case.model)
        yield Finding(48 if of_fit else 8, "proven", measured, advice)


def _has_step_of_its_own(model):
    """Whether the model's class replaces the `train_step` that `fit` calls."""
    return type(model).train_step is not keras.Model.train_step


def _left_out(measured):
    return Finding(20, "proven", measured, "Add `sum(model.losses)` to the loss, inside the `with` block of the tape.")


def scale(case):
    """Sums in place of means, where the formula is not known. Traps 17, 58."""
    if case.formulas or not case.exact or not np.isfinite(case.steps[0].loss):
        return
    ratio = probes.doubled_batch(*case.args)
    if abs(ratio - 2) < 1e-4:
        measured = f"the batch twice over has {ratio:.2f} times the loss: rows are added up, not averaged"
        yield Finding(17, "hint", measured, "Take the mean of the rows' losses.")
    elif 1.02 < ratio < 2 and case.one_loss:
        several = len(tf.nest.flatten(case.batch[1])) > 1 or case.outputs is None
        measured = f"the batch twice over has {ratio:.2f} times the loss: one part is a sum of rows, another a mean"
        advice = "Take the mean of the rows in each of the losses before you add them."
        yield Finding(58, "likely" if several else "hint", measured, advice)


def penalties(case):
    """Declared penalties without an effect. Traps 20, 55."""
    late = probes.late_regularizers(case.model)
    if late:
        measured = f"the layer `{late[0]}` has a regularizer, and none of its variables knows of it"
        yield Finding(55, "proven", measured, "Give the regularizer to the layer when you make it, before it is built.")
    if not case.exact or len(case.steps[0].losses) != 1:
        return
    total, gained = probes.penalties(*case.args)
    if total > 1e-5 * abs(case.steps[0].loss) and abs(gained) < 0.01 * total:
        yield _left_out(f"penalties of {total:.3g} are declared; twice as large, they leave the loss as it is")


def metrics(case):
    """Metrics of another kind. Traps 11, 26."""
    fed = loop_probes.metrics_fed(*case.args)
    if case.test_step is not None:
        of_test = loop_probes.metrics_fed(case.model, case.test_step, case.batch)
        if {id(metric) for metric, *_ in fed} & {id(metric) for metric, *_ in of_test}:
            measured = "train step and test step update the same metric"
            yield Finding(22, "hint", measured, "One metric object for each phase, or a reset between them.")
        fed += of_test
    for metric, labels, outputs in fed:
        kind, outside = type(metric), bool((outputs < 0).any() or (outputs > 1).any())
        classes = outputs.shape[-1] if outputs.ndim > 1 else 1
        reach = f"`{kind.__name__}` was given numbers from {outputs.min():.3g} to {outputs.max():.3g}"
        threshold = (getattr(metric, "_fn_kwargs", None) or {}).get("threshold")
        if isinstance(metric, keras.metrics.BinaryAccuracy) and outside and threshold == 0.5:
            yield Finding(11, "proven", f"{reach}, and its threshold is 0.5", "For logits: `threshold=0.0`.")
        elif kind is keras.metrics.Accuracy and (outputs != np.round(outputs)).any():
            measured = f"`Accuracy` counts equal numbers, and was given {outputs.ravel()[0]:.3g}"
            yield Finding(11, "proven", measured, "Use `BinaryAccuracy` or `SparseCategoricalAccuracy`.")
        elif isinstance(metric, keras.metrics.AUC) and outside and not metric._from_logits:
            yield Finding(26, "proven", f"{reach}, and takes them for probabilities", "`AUC(from_logits=True)`.")
        elif kind is keras.metrics.CategoricalAccuracy and labels.size * classes == outputs.size and classes > 1:
            measured = f"`CategoricalAccuracy` was given class numbers, shape {labels.shape}, not one-hot labels"
            yield Finding(26, "proven", measured, "Use `SparseCategoricalAccuracy`.")
        elif kind is keras.metrics.SparseCategoricalAccuracy and labels.size == outputs.size and classes > 1:
            measured = f"`SparseCategoricalAccuracy` was given one-hot labels, shape {labels.shape}, not class numbers"
            yield Finding(26, "proven", measured, "Use `CategoricalAccuracy`.")


def accuracy(case):
    """An accuracy of one's own, at another threshold or of all pairs. Trap 11."""
    if not case.exact or case.outputs is None or loop_probes.metrics_fed(*case.args):
        return
    told = [value for value in map(returned_loss, tf.nest.flatten(case.steps[0].result)) if value is not None]
    labels = np.asarray(case.batch[1])
    right, wrong = set(), {}
    for training in (True, False):
        with state.kept(case.model):
            outputs = np.asarray(case.model(case.batch[0], training=training), "float64")
        if outputs.size != labels.size:
            return
        truth, threshold = labels.reshape(-1) > 0.5, 0.5 if case.are_probabilities else 0.0
        chosen = outputs.reshape(-1) > threshold
        right.add(float(np.mean(chosen == truth)))
        wrong |= {float(np.mean((outputs.reshape(-1) > 0.5) == truth)): "a threshold of 0.5, for logits"}
        wrong |= {float(np.mean(np.round(outputs.reshape(-1)) == labels.reshape(-1))): "logits that are rounded"}
        wrong |= {float(np.mean(chosen[:, None] == truth[None])): "each prediction with every label"}
    for value in told:
        name = next((name for number, name in wrong.items() if abs(value - number) < 1e-6), None)
        if name and min(abs(value - number) for number in right) > 1e-4:
            measured = f"the step returns {value:.4g}, which is the accuracy of {name}; it is {max(right):.4g}"
            yield Finding(11, "likely", measured, "Compare `logits > 0` with labels of the same shape.")


def test_step(case):
    """An evaluation that changes the model. Trap 21."""
    if case.test_step is None:
        return
    moved = [path for path, (_, step) in probes.training_flag(case.model, case.test_step, case.batch).items() if step]
    with state.kept(case.model, case.test_step) as before:
        watched(case.test_step, case.batch)
        changed = before.changed()
    moved += [each.path for each in case.model.trainable_variables if id(state.raw(each)) in changed]
    if moved:
        measured = f"the test step moves `{moved[0]}`"
        yield Finding(21, "proven", measured, "Write `model(features, training=False)` in the test step.")
    elif _averages_lag(case, ratio := _ratio_of_losses(case)):
        measured = (
            f"in test mode the loss on the same rows is {1 / ratio:.3g} times as large, and BatchNorm's averages still "
            "hold a part of their first values"
        )
        yield Finding(19, "hint", measured, "Train longer, or give `BatchNormalization` a smaller momentum.")
    elif ratio > 1.5 and any(each.scale != "mean" for each in case.formulas):
        measured = f"on the same rows the train step's loss is {ratio:.4g} times the test step's"
        trap = 54 if case.formulas[0].scale == "sum of entries" else 17
        yield Finding(trap, "likely", measured, "Take the mean in both: over rows, and over what is in a row.")


def _ratio_of_losses(case):
    """The train step's loss ÷ the test step's, both without Dropout."""
    with state.without_dropout(case.model):
        trained, tested = (
            probes.listened(case.model, step, case.batch)[0].loss for step in (case.step, case.test_step)
        )
    return trained / tested if tested and np.isfinite(tested) else np.nan


def _averages_lag(case, ratio):
    """Whether a trained BatchNorm's averages have not come far enough, and the losses of the two modes differ."""
    layers = [each for each in case.model._flatten_layers() if isinstance(each, keras.layers.BatchNormalization)]
    steps = max((int(each.iterations) for each in case.optimizers), default=0)
    return steps > 0 and ratio < 0.5 and any(each.momentum**steps > 0.1 for each in layers)
