"""One step that is listened to: its losses and gradients, what optimizers and metrics are given."""

import contextlib
import inspect
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf


@dataclass
class Heard:
    """What was heard of one step: losses and gradients from the tapes, and what optimizers were given."""

    result: object = None
    losses: list[float] = field(default_factory=list)
    gradients: list[tuple] = field(default_factory=list)  # (source, gradient), over all tapes
    applied: list[tuple] = field(default_factory=list)  # (optimizer, its iterations before, gradients, variables)
    fed: list[tuple] = field(default_factory=list)  # (metric, what it was updated with)
    scaled: bool = False  # whether a loss was scaled up, as float16 needs it
    start: list[np.ndarray] = field(default_factory=list)  # what the optimizer moves, before its first update
    calls: list[tuple] = field(default_factory=list)  # (losses, sources) of each question to a tape
    normalized: list[tuple] = field(default_factory=list)  # (BatchNorm in training, rows that it was given)
    own_values: int = 0  # how often a variable was given itself as its value

    @property
    def loss(self) -> float:
        """What the step makes small; NaN where no loss could be heard."""
        returned = returned_loss(self.result)
        if len(self.losses) != 1 or (self.scaled and returned is not None):
            return np.nan if returned is None else returned
        return self.losses[0]


def returned_loss(result) -> float | None:
    """Return the loss among what a step returns: a scalar, the first of several, or the entry "loss"; None if none."""
    if isinstance(result, dict):
        result = next((result[name] for name in result if "loss" in str(name)), None)
    while isinstance(result, (tuple, list)) and result:
        result = result[0]
    try:
        array = np.asarray(result, dtype="float64")
    except (TypeError, ValueError):
        return None
    return float(array.mean()) if array.size and result is not None else None


# the methods through which a step shows what it does: of the tape, of every optimizer, of metrics
HEARD = [
    (tf.GradientTape, "gradient"),
    (keras.optimizers.Optimizer, "apply"),
    (keras.optimizers.LossScaleOptimizer, "scale_loss"),
    (keras.Variable, "assign"),
    (keras.layers.BatchNormalization, "call"),
    *((kind, "update_state") for kind in (keras.metrics.MeanMetricWrapper, keras.metrics.AUC, keras.metrics.Mean)),
]


@contextlib.contextmanager
def listening(held=()):
    """Hear what tapes, optimizers and metrics do; graphs run as Python meanwhile, so that none is recorded.

    No optimizer moves the variables that are `held`.
    """
    heard, was_eager = Heard(), tf.config.functions_run_eagerly()
    before = [getattr(kind, name) for kind, name in HEARD]
    inherited = [name not in vars(kind) for kind, name in HEARD]
    gradient, apply, scale_loss, assign, normalize, *updates = before

    def heard_gradient(tape, target, sources, *args, **settings):
        found = gradient(tape, target, sources, *args, **settings)
        if tf.executing_eagerly():
            heard.losses.append(float(sum(tf.reduce_sum(tf.cast(part, "float64")) for part in tf.nest.flatten(target))))
            heard.gradients += zip(tf.nest.flatten(sources), tf.nest.flatten(found))
            heard.calls.append(([float(tf.reduce_sum(part)) for part in tf.nest.flatten(target)], sources))
        return found

    def heard_apply(optimizer, grads, trainable_variables=None):
        if tf.executing_eagerly():
            if not heard.applied:
                heard.start = values_of(trainable_variables)
            heard.applied.append((optimizer, int(optimizer.iterations), list(grads), trainable_variables))
        if not any(variable is each for variable in trainable_variables or () for each in held):
            apply(optimizer, grads, trainable_variables)

    def heard_scale(optimizer, loss):
        heard.scaled = True
        return scale_loss(optimizer, loss)

    def heard_assign(variable, value):
        heard.own_values += value is variable or value is variable.value
        return assign(variable, value)

    def heard_normalize(layer, inputs, training=None, **settings):
        if training and tf.executing_eagerly():
            heard.normalized.append((layer, int(inputs.shape[0])))
        return normalize(layer, inputs, training=training, **settings)

    def heard_update(update):
        def update_state(metric, *args, **settings):
            if tf.executing_eagerly():
                heard.fed.append((metric, args))
            return update(metric, *args, **settings)

        return update_state

    all_heard = [heard_gradient, heard_apply, heard_scale, heard_assign, heard_normalize, *map(heard_update, updates)]
    try:
        for (kind, name), hears in zip(HEARD, all_heard):
            setattr(kind, name, hears)
        tf.config.run_functions_eagerly(True)
        yield heard
    finally:
        for (kind, name), original, was_inherited in zip(HEARD, before, inherited):
            delattr(kind, name) if was_inherited else setattr(kind, name, original)
        tf.config.run_functions_eagerly(was_eager)


def values_of(variables) -> list[np.ndarray]:
    """Return copies of what variables hold, of none if there are none."""
    return [np.copy(np.asarray(variable)) for variable in variables or ()]


def takes_one_argument(step) -> bool:
    """Whether a step takes features and labels as one pair, as Keras calls a `train_step` of one's own."""
    function = getattr(step, "python_function", step)
    with contextlib.suppress(TypeError, ValueError):
        names = [each for each in inspect.signature(function).parameters.values() if each.default is each.empty]
        return len(names) == 1 and names[0].kind is names[0].POSITIONAL_OR_KEYWORD
    return False


def take(step, batch):
    """Call a step with (features, labels), or with the pair in one; a graph gets tensors, also while it is Python."""
    if hasattr(step, "python_function"):
        batch = tf.nest.map_structure(tf.convert_to_tensor, tuple(batch))
    return step(tuple(batch)) if takes_one_argument(step) else step(*batch)


def watched(step, batch, held=()) -> Heard:
    """Take one step in plain Python and return what was heard; the weights stay moved, but for those that are held."""
    with listening(held) as heard:
        heard.result = take(step, batch)
    return heard
