"""What the probes' numbers mean, for features and datasets; rules as in findings.py."""

import keras
import numpy as np
import tensorflow as tf

from helpers.doctor import loop_probes, state
from helpers.doctor.case import Finding
from helpers.doctor.hearing import returned_loss


def inputs(case):
    """Features that cannot teach anything. Trap 57."""
    found = loop_probes.inputs(case.batch)
    whole = "int" in found["dtype"]
    if found["not finite"] > 0:
        measured = f"{found['not finite']:.1%} of the features are NaN or infinite"
        yield Finding(44, "proven", measured, "Replace what is missing before the first step.")
    elif found["smallest"] == found["largest"]:
        measured = f"every feature is {found['smallest']:g} ({found['dtype']})"
        advice = "Make the features float32 before you divide: `pixels.astype('float32') / 255`."
        yield Finding(57, "proven", measured, advice)
    elif whole and found["largest"] <= 1 and found["zeros"] > 0.5 and not _has(case.model, "Embedding"):
        measured = f"the features are whole numbers ({found['dtype']}), {found['zeros']:.1%} of them 0, none above 1"
        yield Finding(
            57, "hint", measured, "If they were divided, they lost their fractions: make them float32 before."
        )
    elif max(-found["smallest"], found["largest"]) > 30 and not _has(
        case.model, "Embedding", "Rescaling", "Normalization", "BatchNormalization"
    ):
        measured = f"the features reach from {found['smallest']:.4g} to {found['largest']:.4g}"
        yield Finding(None, "hint", measured, "Networks learn best from features of about −1 to 1: scale them.")


def _has(model, kinds):
    return any(isinstance(layer, kinds) for layer in model._flatten_layers())


def _scales(model):
    kinds = (
        keras.layers.Embedding,
        keras.layers.Rescaling,
        keras.layers.Normalization,
        keras.layers.BatchNormalization,
    )
    return _has(model, kinds)


def data(case):
    """What only the dataset shows. Traps 27, 33, 40."""
    if case.dataset is None:
        return
    first, second = loop_probes.batches_of(case.dataset)
    if not second and first:
        measured = "a second pass over the dataset has no batch: it is an iterator, and was read to its end"
        yield Finding(27, "proven", measured, "Loop over the dataset itself in each epoch, not over `iter(dataset)`.")
        return
    labels = [np.asarray(batch[1]) for batch in first if isinstance(batch, (tuple, list)) and tf.is_tensor(batch[1])]
    labels = [each.argmax(-1) if each.ndim > 1 and each.shape[-1] > 1 else each.ravel() for each in labels]
    if len(labels) >= 3:
        yield from _order(labels)
    counted = int(case.dataset.cardinality()) if isinstance(case.dataset, tf.data.Dataset) else -1
    steps = counted if counted > 0 else len(first)
    for each in case.optimizers:
        schedule = getattr(each, "_learning_rate", None)
        if isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule) and steps:
            rates = float(schedule(0)), float(schedule(steps))
            if rates[1] < 0.02 * rates[0]:
                measured = f"within one epoch, {steps} steps, the rate falls from {rates[0]:.3g} to {rates[1]:.3g}"
                yield Finding(33, "likely", measured, "A schedule counts steps: multiply epochs by steps per epoch.")


def _order(labels):
    everything = np.concatenate(labels)
    classes = len(np.unique(everything))
    single = [len(np.unique(each)) == 1 for each in labels if len(each) >= 4]
    # with a rare class, batches of one class come by chance too
    random = np.random.default_rng(0)
    cuts = np.cumsum([len(each) for each in labels])[:-1]
    by_chance = [
        len(np.unique(part)) == 1 for _ in range(20) for part in np.split(random.permutation(everything), cuts)
    ]
    many = len(single) >= 3 and np.mean(single) >= 0.6 and np.mean(single) > np.mean(by_chance) + 0.3
    if 1 < classes <= len(everything) / 4 and many:
        measured = f"{sum(single)} of {len(single)} batches hold one class only, of {classes}"
        yield Finding(40, "likely", measured, "Shuffle the rows, with a buffer as large as the table, before `batch`.")


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
