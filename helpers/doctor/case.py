"""What is examined, what was measured of it once for several rules, and what a finding is."""

import contextlib
import functools
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from helpers.doctor import loop_probes, probes, state
from helpers.doctor.hearing import Heard, returned_loss, take


@dataclass(frozen=True)
class Finding:
    """A suspect: the number of its trap (None if it has none), how sure it is, what was measured, what to change."""

    trap: int | None
    certainty: str  # "proven", "likely", "hint"
    measured: str
    advice: str


@dataclass(frozen=True, eq=False)
class Case:
    """What is examined, and what several rules ask for, measured once."""

    model: keras.Model
    step: object
    batch: tuple
    optimizer: object = None
    loss_fn: object = None
    test_step: object = None
    dataset: object = None
    train: object = None
    class_weight: dict | None = None
    target: object = None
    validation: object = None

    @property
    def args(self):
        return self.model, self.step, self.batch

    @functools.cached_property
    def steps(self) -> list[Heard]:
        return probes.listened(*self.args, calls=3)

    @functools.cached_property
    def takes_features(self) -> bool:
        """Whether the model can be called with the batch's features; a GAN's generator has its own."""
        with contextlib.suppress(Exception), state.kept(self.model):
            self.model(self.batch[0], training=False)
            return True
        return False

    @functools.cached_property
    def exact(self) -> bool:
        """Whether a step from the same state has the same loss, so that a difference means something."""
        first, second = probes.same_twice(*self.args)
        return abs(first - second) <= 1e-6 * abs(first)

    @functools.cached_property
    def one_loss(self) -> bool:
        """Whether the step has one loss, of this model: not a GAN, not several small batches."""
        sources = [source for source, _ in self.steps[0].gradients]
        return len(self.steps[0].losses) == 1 and state.ids(sources) <= state.ids(self.model.variables)

    @property
    def is_float16(self) -> bool:
        """Whether a layer computes in float16."""
        return any(layer.dtype_policy.name == "mixed_float16" for layer in self.model._flatten_layers())

    @functools.cached_property
    def is_graph(self) -> bool:
        return loop_probes.is_graph(self.step)

    @functools.cached_property
    def loss_of_graph(self) -> float | None:
        """The loss that the recorded graph returns, None if it returns none."""
        with state.kept(self.model, self.step):
            return returned_loss(take(self.step, self.batch))

    @property
    def is_repaired(self) -> bool:
        """Whether the graph's loss is another one than its Python code's: Keras mends some losses in graphs."""
        here, there = self.steps[0].loss, self.loss_of_graph if self.is_graph else None
        return there is not None and abs(here - there) > 1e-3 * abs(here)

    @functools.cached_property
    def recordings(self) -> list[int]:
        """How many tapes each of five equal calls records in graphs."""
        return loop_probes.traces(*self.args)

    @functools.cached_property
    def leftovers(self) -> int:
        """Tensors without a value in the step's lists; asked for after its first calls, which are put back later."""
        return loop_probes.symbolic_leftovers(self.step)

    @functools.cached_property
    def names(self) -> set[str]:
        return state.names_used(self.step)

    @functools.cached_property
    def optimizers(self) -> list:
        given = [] if self.optimizer is None else [self.optimizer]
        return given or state.of_kind(state.reachable(self.step), keras.optimizers.Optimizer)

    @property
    def loss_is_known(self) -> bool:
        """Whether a formula gives the loss, or nobody could ask for one."""
        return vars(self).get("formulas", True) != [] or vars(self).get("one_loss") is False

    @property
    def has_optimizer(self) -> bool:
        """Whether an optimizer was passed, or found, or heard."""
        return bool(self.optimizers) or ("steps" in vars(self) and any(heard.applied for heard in self.steps))

    @functools.cached_property
    def row_weights(self):
        """The weights that were meant, (B,), from the classes or as the batch's third part; None if there are none."""
        if self.class_weight is None:
            weights = np.asarray(self.batch[2], "float32").reshape(-1) if len(self.batch) > 2 else np.zeros(0)
            return weights if len(weights) == probes.number_of_rows(self.batch) else None
        labels = np.asarray(self.batch[1]).reshape(probes.number_of_rows(self.batch), -1)
        classes = labels[:, 0] if labels.shape[1] == 1 else labels.argmax(axis=1)
        by_number = {int(key): weight for key, weight in self.class_weight.items() if str(key).lstrip("-").isdigit()}
        return np.array([by_number.get(int(each), 1.0) for each in classes], "float32")

    @functools.cached_property
    def formulas(self) -> list[probes.Formula]:
        labels, outputs = self.batch[1], self.model.outputs if hasattr(self.model, "outputs") else None
        if isinstance(labels, (dict, tuple, list)) or (isinstance(outputs, list) and len(outputs) > 1):
            return []
        known = probes.loss_formula(*self.args, self.row_weights)
        if known or self.loss_fn is None:
            return known
        return probes.loss_formula(*self.args, self.row_weights, self.loss_fn)

    @functools.cached_property
    def outputs(self) -> tuple[float, float, bool] | None:
        with state.kept(self.model):
            several = len(tf.nest.flatten(self.model(self.batch[0], training=False))) > 1
        return None if several else probes.outputs_range(self.model, self.batch)

    @functools.cached_property
    def outputs_size(self) -> int:
        """How many numbers the outputs for the batch are."""
        with state.kept(self.model):
            return sum(int(tf.size(each)) for each in tf.nest.flatten(self.model(self.batch[0], training=False)))

    @property
    def are_probabilities(self) -> bool:
        return self.outputs is not None and self.outputs[0] >= 0 and self.outputs[1] <= 1

    @functools.cached_property
    def about_model(self) -> bool:
        """Whether the tape was asked about variables of this model."""
        sources = [source for source, _ in self.steps[0].gradients]
        return bool(state.ids(sources) & state.ids(self.model.trainable_variables))
