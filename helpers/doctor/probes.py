"""The doctor's probes: each measures one thing about a training step, and leaves everything as it found it.

In all of them `model` is a keras.Model, `step` a function (features, labels) or (features, labels, row_weights), and
`batch` the tuple that it is called with: arrays or tensors (B, ...), or structures of them. Losses have the unit of the
learner's own loss. A probe says what it measured; what that means is in report.py.
"""

import contextlib
from dataclasses import dataclass, replace
from itertools import product

import keras
import numpy as np
import tensorflow as tf

from helpers.doctor import state
from helpers.doctor.hearing import Heard, returned_loss, take, watched
from helpers.doctor.state import DROPOUT, kept, raw, without_dropout


def listened(model, step, batch, calls=1) -> list[Heard]:
    """Return what was heard of a few steps in a row, from the present state: losses, gradients, optimizers."""
    with kept(model, step):
        return [watched(step, batch) for _ in range(calls)]


def what_moved(model, step, batch, calls=1) -> dict[str, float]:
    """Return {path of a variable: largest change of an entry} after a few steps, 0.0 for those at rest. Traps 6, 7."""
    moves = moves_of(model.variables, (model, step), step, batch, calls=calls)
    return {variable.path: move for variable, move in zip(model.variables, moves)}


def moves_of(variables, roots, step, batch, taken=take, calls=1) -> list[float]:
    """Return the largest change of an entry of each variable after a few steps; `roots` lead to what is put back.

    `taken` is `take`, which has a graph take the step, or `watched`, which has its Python code do so.
    """
    with kept(*roots) as before:
        for _ in range(calls):
            taken(step, batch)
        changed = before.changed()
        return [changed.get(id(raw(variable)), 0.0) for variable in variables]


def has_gradients(model, step, batch) -> dict[str, float | None]:
    """Return {name of what was differentiated: norm of its gradient, or None}. Traps 1, 3, 4, 5.

    A variable that the step never asks about is not in it (trap 7).
    """
    (heard,) = listened(model, step, batch)
    return {name_of(source): norm(gradient) for source, gradient in heard.gradients}


def finite_gradients(model, step, batch) -> dict[str, tuple[bool, bool]]:
    """Return whether (loss, gradients) are finite, for the batch and for unusual ones. Traps 15 (×1000), 51 (equal)."""
    features, *others = batch
    tried = {
        "as it is": batch,
        "features × 1000": (tf.nest.map_structure(thousandfold, features), *others),
        "all rows equal": rows(batch, np.zeros(number_of_rows(batch), int)),
    }
    found = {}
    for name, changed in tried.items():
        (heard,) = listened(model, step, changed)
        norms = [norm(gradient) for _, gradient in heard.gradients if gradient is not None]
        found[name] = (bool(np.isfinite(heard.loss)), bool(np.all(np.isfinite(norms))))
    return found


def thousandfold(part):
    """Return numbers × 1000; whole numbers, which may be indices, as they are."""
    return part * np.float32(1000) if "float32" in str(part.dtype) else part


def slope_by_hand(model, step, batch) -> tuple[float, float]:
    """Return (the tape's slope, the measured slope) of the loss, loss per unit of way. Traps 4, 5.

    The way leads through all variables that the tape was asked about, in a random direction and along the gradient.
    """
    (heard,) = listened(model, step, batch)
    pairs = [(source, gradient) for source, gradient in heard.gradients if hasattr(source, "assign_add")]
    random = np.random.default_rng(0)
    gradients = [np.zeros(source.shape) if g is None else dense(g) for source, g in pairs]
    length = np.sqrt(sum((gradient**2).sum() for gradient in gradients)) or 1.0
    way = [g / length + 0.1 * random.normal(size=g.shape) / np.sqrt(g.size) for g in gradients]
    by_tape = sum((gradient * part).sum() for gradient, part in zip(gradients, way))

    def loss_after(distance):
        with kept(model, step):
            for (source, _), part in zip(pairs, way):
                source.assign_add(tf.cast(distance * part, source.dtype))
            return watched(step, batch).loss

    measured = [(loss_after(size) - loss_after(-size)) / (2 * size) for size in (1e-2, 2e-3)]
    return float(by_tape), float(min(measured, key=lambda slope: abs(slope - by_tape)))


def fits_one_batch(model, step, batch, steps=150, enough=0.0) -> list[float]:
    """Return the losses of so many steps on the same rows: a healthy loop soon knows them by heart.

    It ends before at `enough` times the first loss. A small rate, or a GAN, need not get far.
    """
    losses = []
    with kept(model, step):
        for _ in range(steps):
            loss = returned_loss(take(step, batch))
            losses.append(np.nan if loss is None else loss)
            if loss is None or not np.isfinite(loss) or 0 < loss < enough * losses[0]:
                break
    return losses


def labels_matter(model, step, batch) -> dict[str, float]:
    """Return losses: of the batch, with labels moved on by one row, with the first label for all.

    A loss that does not mind the move, but which labels there are, pairs each label with each prediction. Traps 9, 10.
    """
    features, labels, *weights = batch
    size = number_of_rows(batch)
    one_on = (features, *rows((labels, *weights), np.roll(np.arange(size), 1)))
    one_label = (features, rows(labels, np.zeros(size, int)), *weights)
    found = {"as they are": batch, "moved on by one row": one_on, "one label for all": one_label}
    return {name: listened(model, step, changed)[0].loss for name, changed in found.items()}


def losses_of_rows(model, step, batch, most=8) -> np.ndarray:
    """Return the loss of each row by itself, (B,), of the first so many; Dropout is off. Traps 8, 9, 10, 17, 54."""
    with without_dropout(model):
        single = (rows(batch, np.array([row])) for row in range(min(most, number_of_rows(batch))))
        return np.array([listened(model, step, one)[0].loss for one in single])


def doubled_batch(model, step, batch) -> float:
    """Return the loss of the batch twice over ÷ the loss of the batch: 1 for a mean, 2 for a sum. Traps 17, 58."""
    twice = rows(batch, np.tile(np.arange(number_of_rows(batch)), 2))
    with without_dropout(model):
        return listened(model, step, twice)[0].loss / listened(model, step, batch)[0].loss


@dataclass(frozen=True)
class Formula:
    """A reading of the loss: which formula, of what, how rows are weighted and added up, with penalties or without."""

    name: str  # "binary cross-entropy", "cross-entropy of classes", "squared error", "absolute error"
    of: str = ""  # "logits", "probabilities", "probabilities taken for logits"
    weights: str = "none"  # "none", "rows", "rows, divided by their sum", "after the mean"
    scale: str = "mean"  # "mean", "sum of rows", "sum of entries"
    penalties: str = "none"  # "none", "added", "left out"
    training: bool = True


def loss_formula(model, step, batch, row_weights=None, loss_fn=None) -> list[Formula]:
    """Return the formulas that give the step's loss to 5 digits, twice: as it is, and with labels moved on by one row.

    `row_weights` are the weights that were meant, (B,). `loss_fn(labels, outputs)`, which returns one number,
    is one of the formulas, named "loss_fn"; with weights it has to be the mean of what it is for single rows.
    Traps 8, 9, 12, 13, 17, 20, 46, 48, 54. Only for models with one output, and labels in one array.
    """
    moved_on = np.roll(np.arange(number_of_rows(batch)), 1)
    batches = [(batch, row_weights)]
    batches += [((batch[0], *rows(batch[1:], moved_on)), None if row_weights is None else row_weights[moved_on])]
    fitting = None
    for features_labels, weights in batches:
        loss = listened(model, step, features_labels)[0].loss
        values = _formulas(model, features_labels, weights, loss_fn)
        close = {formula for formula, value in values.items() if abs(value - loss) <= 2e-5 * abs(loss) + 1e-7}
        fitting = close if fitting is None else fitting & close
        if not fitting:
            break
    return sorted(fitting, key=str)


def _formulas(model, batch, weights, loss_fn):
    """Return {Formula: value} of all readings of the loss."""
    found = {}
    features, labels, *_ = batch
    for training in (True, False):
        with kept(model):
            outputs = np.asarray(model(features, training=training), "float32")
            penalty = float(sum(model.losses)) if model.losses else 0.0
        scales = {"mean": 1.0, "sum of rows": len(outputs), "sum of entries": outputs[0].size}
        penalties = {"none": 0.0} if penalty == 0 else {"added": penalty, "left out": 0.0}
        plain = {"none": lambda each: each.mean()}
        if weights is not None and np.ptp(weights) > 0:
            plain["rows"] = lambda each: (weights * each).mean()
            plain["rows, divided by their sum"] = lambda each: (weights * each).sum() / weights.sum()
            plain["after the mean"] = lambda each: weights.mean() * each.mean()
        for formula, each_row in _row_losses(np.asarray(labels), outputs, loss_fn, weights is not None).items():
            for (how, mean), (scale, factor), (added, number) in product(
                plain.items(), scales.items(), penalties.items()
            ):
                if factor > 1 or scale == "mean":
                    value = float(mean(each_row)) * factor + number
                    found[replace(formula, weights=how, scale=scale, penalties=added, training=training)] = value
    return found


def _row_losses(labels, outputs, loss_fn, by_row):
    """Return {Formula: losses of the rows (B,)} of what is usual for labels and outputs of these shapes."""
    found, losses = {}, keras.losses
    same_size = labels.size == outputs.size
    if same_size:
        wanted = labels.reshape(outputs.shape).astype("float32")
        squashed = 1 / (1 + np.exp(-outputs.astype("float64")))
        found["squared error", ""] = (wanted - outputs) ** 2
        found["absolute error", ""] = np.abs(wanted - outputs)
        if ((wanted >= 0) & (wanted <= 1)).all():
            crossed = losses.binary_crossentropy
            found["binary cross-entropy", "logits"] = crossed(wanted, outputs, from_logits=True)
            found["binary cross-entropy", "probabilities"] = crossed(wanted, outputs)
            found["binary cross-entropy", "probabilities taken for logits"] = crossed(
                wanted, squashed.astype("float32"), from_logits=True
            )
    classes = outputs.shape[-1] if outputs.ndim > 1 else 1
    if classes > 1 and (same_size or labels.size * classes == outputs.size):
        wanted = labels.reshape(outputs.shape) if same_size else np.eye(classes)[labels.astype(int).reshape(-1)]
        wanted = wanted.reshape(outputs.shape).astype("float32")
        squashed = tf.nn.softmax(outputs)
        crossed, of_classes = losses.categorical_crossentropy, "cross-entropy of classes"
        found[of_classes, "logits"] = crossed(wanted, outputs, from_logits=True)
        found[of_classes, "probabilities"] = crossed(wanted, outputs)
        found[of_classes, "probabilities taken for logits"] = crossed(wanted, squashed, from_logits=True)
        # what Keras makes of logits where it expects probabilities of class numbers: cut at 0 and 1, then a logarithm
        cut = np.log(np.clip(outputs, 1e-7, 1 - 1e-7))
        found[of_classes, "probabilities, cut"] = crossed(wanted, cut, from_logits=True)
    if loss_fn is not None:
        with contextlib.suppress(Exception):  # made for other arguments or shapes
            pairs = [(labels[row : row + 1], outputs[row : row + 1]) for row in range(len(outputs))]
            each = [loss_fn(*pair) for pair in pairs] if by_row else np.full(len(outputs), loss_fn(labels, outputs))
            found["loss_fn", ""] = np.array(each, "float64")
    return {
        Formula(name, of): np.asarray(values, "float64").reshape(len(outputs), -1).mean(axis=1)
        for (name, of), values in found.items()
    }


def outputs_range(model, batch) -> tuple[float, float, bool]:
    """Return (smallest, largest, whether all outputs of a row are one distribution), also for features × 1000.

    Probabilities lie between 0 and 1 whatever the features; logits do not. Traps 12, 13; 14 if all are 1.
    """
    with kept(model):
        far = tf.nest.map_structure(thousandfold, batch[0])
        outputs = [np.asarray(model(each, training=False), "float64") for each in (batch[0], far)]
    sums = np.concatenate([np.atleast_1d(each.sum(axis=-1)).ravel() for each in outputs])
    smallest, largest = min(each.min() for each in outputs), max(each.max() for each in outputs)
    return float(smallest), float(largest), bool(np.allclose(sums, 1, atol=1e-3))


def training_flag(model, step, batch) -> dict[str, tuple[bool, bool]]:
    """Return {path: (moved by model(features, training=True), moved by the step)} of what moves in training only.

    That is BatchNorm's averages and the seeds of Dropout. In a train step both should be alike (trap 18); in a test
    step, the second should be False (trap 21).
    """
    layers = [
        layer for layer in model._flatten_layers() if isinstance(layer, (keras.layers.BatchNormalization, *DROPOUT))
    ]
    variables = [variable for layer in layers for variable in [*layer.non_trainable_variables]]
    variables += [layer.seed_generator.state for layer in layers if getattr(layer, "seed_generator", None)]
    moved = []
    for call in (lambda: model(batch[0], training=True), lambda: watched(step, batch)):
        with kept(model, step) as before:
            call()
            changed = before.changed()
            moved.append({variable.path: id(raw(variable)) in changed for variable in variables})
    return {path: (moved[0][path], moved[1][path]) for path in moved[0]}


def same_twice(model, step, batch) -> tuple[float, float]:
    """Return the losses of two steps from the same state; they differ where something random cannot be put back."""
    first, second = (listened(model, step, batch)[0].loss for _ in range(2))
    return first, second


def penalties(model, step, batch) -> tuple[float, float]:
    """Return (the sum of all penalties, what the step's loss gains when each is twice as large). Trap 20.

    Both are 0 where no variable has a regularizer; penalties from `add_loss` are not looked at.
    """
    regular = [variable for variable in model.trainable_variables if getattr(variable, "regularizer", None)]
    before, own = listened(model, step, batch)[0].loss, [variable.regularizer for variable in regular]
    total = float(sum(regularizer(variable) for regularizer, variable in zip(own, regular)))
    try:
        for variable, regularizer in zip(regular, own):
            variable.regularizer = lambda value, regularizer=regularizer: 2 * regularizer(value)
        return total, listened(model, step, batch)[0].loss - before if regular else 0.0
    finally:
        for variable, regularizer in zip(regular, own):
            variable.regularizer = regularizer


def late_regularizers(model) -> list[str]:
    """Return the layers with a regularizer that none of their variables has: it was set after they were built. 55."""
    found = []
    for layer in model._flatten_layers():
        for name in ("kernel", "bias", "gamma", "beta", "embeddings", "depthwise"):
            variable = getattr(layer, name, None)
            wanted = getattr(layer, f"{name}_regularizer", None)
            if wanted is not None and isinstance(variable, keras.Variable) and variable.regularizer is None:
                found.append(layer.name)
    return found


def untracked(model, features) -> list[tf.Variable]:
    """Return the variables with an effect on the outputs that the model does not list. Trap 50."""
    known = state.ids(model.variables)
    layers = list(model._flatten_layers())
    variables = state.of_kind(state.reachable(*[vars(layer) for layer in layers]), tf.Variable)
    hidden = [each for each in variables if id(each) not in known and each.trainable and each.dtype.is_floating]
    with kept(model), tf.GradientTape() as tape:
        tape.watch(hidden)
        outputs = tf.nest.flatten(model(features, training=True))
    found = tape.gradient(outputs, hidden) if hidden else []
    return [variable for variable, gradient in zip(hidden, found) if gradient is not None]


def rows(batch, numbers):
    """Return the rows with these numbers, (N,), of each array in a structure; arrays stay arrays."""
    return tf.nest.map_structure(
        lambda part: tf.gather(part, numbers) if tf.is_tensor(part) else np.asarray(part)[numbers], batch
    )


def number_of_rows(batch) -> int:
    """Return B."""
    return int(tf.nest.flatten(batch)[0].shape[0])


def dense(gradient) -> np.ndarray:
    """Return a gradient as a float64 array, also one of an embedding."""
    return tf.convert_to_tensor(gradient).numpy().astype("float64")


def norm(gradient) -> float | None:
    """Return the length of a gradient, None for None."""
    return None if gradient is None else float(np.sqrt((dense(gradient) ** 2).sum()))


def name_of(source) -> str:
    """Return the path of a variable; "a tensor" for what is none."""
    return getattr(source, "path", None) or (source.name if is_variable(source) else "a tensor")


def is_variable(source) -> bool:
    """Whether something is a variable of TensorFlow or Keras."""
    return isinstance(source, (tf.Variable, keras.Variable))
