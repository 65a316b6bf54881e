"""The doctor leaves everything as it found it: bit for bit, for each probe, after an error and after an interrupt."""

import contextlib
import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

from helpers import doctor
from helpers.doctor import state
from helpers.doctor.hearing import HEARD

SEEN = []


class Trainer:
    """A loop with state of every kind: layers', optimizer's, metrics', lists, numbers, streams, a global.

    With `noise`, TensorFlow's own stream is used too; that is slow, as putting it back empties TensorFlow's caches.
    """

    def __init__(self, is_graph, noise=False):
        keras.utils.set_random_seed(7)
        layers = keras.layers
        hidden = layers.Dense(6, activation="relu", kernel_regularizer="l2")
        middle = [hidden, layers.BatchNormalization(), layers.Dropout(0.4)]
        self.model = keras.Sequential([keras.Input((3,)), *middle, layers.Dense(1)])
        self.optimizer = keras.optimizers.SGD(0.02, momentum=0.9)
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
        self.mean, self.accuracy = keras.metrics.Mean(), keras.metrics.BinaryAccuracy(threshold=0.0)
        self.history, self.steps, self.stream = [], 0, np.random.default_rng(1)
        self.velocity, self.noise = tf.zeros(3), noise
        self.step = tf.function(self.one_step) if is_graph else self.one_step

    def one_step(self, features, labels):
        self.steps += 1
        self.history.append(self.steps)
        SEEN.append(self.steps)
        self.stream.normal(), random.random(), np.random.normal()
        features = features + keras.random.normal((1, 3), stddev=0.01)
        if self.noise:
            features = features + 0.01 * tf.random.normal(tf.shape(features))
        with tf.GradientTape() as tape:
            logits = self.model(features, training=True)
            loss = self.loss_fn(labels, logits) + sum(self.model.losses)
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables))
        if tf.executing_eagerly():
            self.velocity = self.velocity + 1.0
        self.mean.update_state(loss)
        self.accuracy.update_state(labels, logits)
        return loss

    def train(self, epochs):
        losses = []
        for _ in range(epochs):
            self.mean.reset_state()
            for _ in range(2):
                self.step(*batch())
            losses.append(float(self.mean.result()))
        return losses


def batch():
    numbers = np.random.default_rng(2)
    features = numbers.normal(size=(12, 3)).astype("float32")
    return tf.constant(features), tf.constant((features[:, :1] > 0).astype("float32"))


def everything(trainer):
    """Return all that must not change, as values that can be compared."""
    variables = [*trainer.model.variables, *trainer.optimizer.variables]
    variables += [*trainer.mean.variables, *trainer.accuracy.variables]
    eager = context.context()
    return {
        "variables": [variable.numpy().tobytes() for variable in variables],
        "python": (trainer.steps, list(trainer.history), list(SEEN), trainer.velocity.numpy().tobytes()),
        "stream": trainer.stream.bit_generator.state,
        "seeds": (random.getstate(), np.random.get_state()[1].tobytes(), np.random.get_state()[2]),
        "tensorflow": (eager._seed, eager._rng.getstate()),
        "layers": [(layer.trainable, getattr(layer, "rate", None)) for layer in trainer.model.layers],
        "penalties": [getattr(variable, "regularizer", None) for variable in trainer.model.variables],
        "eagerly": tf.config.functions_run_eagerly(),
        "heard": [getattr(kind, name) for kind, name in HEARD],
        "opened": (tf.GradientTape.__enter__, tf.data.Dataset.__iter__),
    }


# probes that are called with (model, step, batch)
OF_STEP = [
    "accumulated",
    "loss_of_the_judge",
    "tapes_asked",
    "clipped_apart",
    "doubled_batch",
    "finite_gradients",
    "fits_one_batch",
    "frozen_settings",
    "graph_and_python",
    "has_gradients",
    "labels_matter",
    "listened",
    "loss_before_and_after",
    "loss_formula",
    "losses_of_rows",
    "metrics_fed",
    "optimizers_used",
    "penalties",
    "same_twice",
    "slope_by_hand",
    "traces",
    "training_flag",
    "what_moved",
]
# those that also call the graph itself, or that come to a third step
OF_GRAPHS = {"fits_one_batch", "frozen_settings", "graph_and_python", "python_effects", "rate_reaches", "recorded_by"}
OF_GRAPHS |= {"epochs_of", "listened", "symbolic_leftovers", "traces", "what_moved"}
SEVERAL_STEPS = ["fits_one_batch", "frozen_settings", "loss_before_and_after", "optimizers_used", "traces"]
OTHERS = {
    "outputs_range": lambda trainer: doctor.outputs_range(trainer.model, batch()),
    "late_regularizers": lambda trainer: doctor.late_regularizers(trainer.model),
    "untracked": lambda trainer: doctor.untracked(trainer.model, batch()[0]),
    "inputs": lambda trainer: doctor.inputs(batch()),
    "networks_in": lambda trainer: doctor.networks_in(trainer.model, trainer.step),
    "columns_of_codes": lambda trainer: doctor.columns_of_codes(batch()),
    "zeros_apart": lambda trainer: doctor.zeros_apart(batch()),
    "rows_in_both": lambda trainer: doctor.rows_in_both(*[tf.data.Dataset.from_tensors(batch())] * 2),
    "scales": lambda trainer: doctor.scales(*[tf.data.Dataset.from_tensors(batch())] * 2),
    "batches_of": lambda trainer: doctor.batches_of(tf.data.Dataset.from_tensors(batch())),
    "python_effects": lambda trainer: doctor.python_effects(trainer.step, batch()),
    "symbolic_leftovers": lambda trainer: doctor.symbolic_leftovers(trainer.step),
    "same_network": lambda trainer: doctor.same_network(trainer.model, trainer.model),
    "epochs_of": lambda trainer: doctor.epochs_of(trainer.train, trainer.model),
    "same_start": lambda trainer: doctor.same_start(trainer.train, trainer.model),
    "recorded_by": lambda trainer: doctor.recorded_by(trainer.train, trainer.model),
    "rate_reaches": lambda trainer: doctor.rate_reaches(
        trainer.model, trainer.step, batch(), trainer.optimizer, trainer.model.trainable_variables
    ),
    "losses_of_rows": lambda trainer: doctor.losses_of_rows(trainer.model, trainer.step, batch(), most=2),
    "fits_one_batch": lambda trainer: doctor.fits_one_batch(trainer.model, trainer.step, batch(), steps=5),
}
PROBES = {
    name: lambda trainer, name=name: getattr(doctor, name)(trainer.model, trainer.step, batch()) for name in OF_STEP
} | OTHERS


def stepped(is_graph):
    """Return a trainer whose optimizer is built, and whose BatchNorm and momentum hold numbers that are not 0."""
    made = Trainer(is_graph)
    for _ in range(2):
        made.step(*batch())
    return made


@pytest.fixture(scope="module")
def trainers():
    return {"eager": stepped(is_graph=False), "graph": stepped(is_graph=True)}


def test_every_probe_is_tried():
    assert set(PROBES) == set(doctor.__all__) - {"Report", "examine"} and set(PROBES) >= OF_GRAPHS


@pytest.mark.parametrize(
    ("name", "style"), [(name, "eager") for name in PROBES] + [(name, "graph") for name in sorted(OF_GRAPHS)]
)
def test_a_probe_leaves_everything_as_it_was(trainers, name, style):
    trainer = trainers[style]
    before = everything(trainer)
    PROBES[name](trainer)
    after = everything(trainer)
    for part in before:
        assert after[part] == before[part], part


@contextlib.contextmanager
def stopping(trainer, at, error):
    """Let the trainer's step number `at` end with an error, after it has moved everything but its metrics."""
    update = trainer.mean.update_state

    def stop(*args, **settings):
        if trainer.steps >= at:
            raise error("enough")
        return update(*args, **settings)

    object.__setattr__(trainer.mean, "update_state", stop)
    try:
        yield
    finally:
        object.__setattr__(trainer.mean, "update_state", update)


# two steps are done: 3 is the first of a probe
@pytest.mark.parametrize(
    ("name", "at", "error"),
    [(name, 3, ValueError) for name in [*OF_STEP, "epochs_of"]]
    + [(name, 4, ValueError) for name in SEVERAL_STEPS]
    + [(name, 3, KeyboardInterrupt) for name in ("listened", "fits_one_batch", "epochs_of")],
)
def test_so_it_does_when_a_step_stops_halfway(trainers, name, at, error):
    trainer = trainers["eager"]
    with stopping(trainer, at, error):
        before = everything(trainer)
        with pytest.raises(error, match="enough"):
            PROBES[name](trainer)
        assert everything(trainer) == before


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_so_does_an_examination(trainers, error):
    """It explains an error, and an interrupt ends it."""
    trainer = trainers["eager"]
    with stopping(trainer, 4, error):
        before = everything(trainer)
        if error is ValueError:
            assert doctor.examine(trainer.model, trainer.step, batch()).error[-1] == "ValueError: enough"
        else:
            with pytest.raises(KeyboardInterrupt):
                doctor.examine(trainer.model, trainer.step, batch())
        assert everything(trainer) == before


def test_a_whole_examination_leaves_everything_as_it_was(trainers):
    trainer = trainers["graph"]
    before, traces = everything(trainer), trainer.step.experimental_get_tracing_count()
    found = doctor.examine(trainer.model, trainer.step, batch(), train=trainer.train)
    assert everything(trainer) == before
    # probes with another number of rows run as Python
    assert trainer.step.experimental_get_tracing_count() == traces
    assert any("whole loop" in text for text in found.looked_at)


def test_a_new_optimizer_is_left_with_slots_as_at_the_start():
    for kind in (keras.optimizers.Adam, keras.optimizers.Adagrad, keras.optimizers.RMSprop):
        trainer = Trainer(is_graph=False)
        trainer.optimizer = kind(0.1)
        doctor.what_moved(trainer.model, trainer.step, batch())
        fresh = kind(0.1)
        fresh.build(trainer.model.trainable_variables)
        assert trainer.optimizer.built
        for ours, new in zip(trainer.optimizer.variables, fresh.variables, strict=True):
            np.testing.assert_array_equal(ours.numpy(), new.numpy())


@pytest.mark.parametrize("name", ["listened", "fits_one_batch", "slope_by_hand"])
def test_an_eager_run_with_noise_goes_on_as_if_nobody_had_looked(name):
    results = []
    for looked in (False, True):
        trainer = Trainer(is_graph=False, noise=True)
        trainer.step(*batch())
        if looked:
            PROBES[name](trainer)
        for _ in range(2):
            trainer.step(*batch())
        results.append([variable.numpy().tobytes() for variable in trainer.model.variables])
    assert results[0] == results[1]


def test_closures_globals_and_dictionaries_are_put_back():
    count, table, kept_list = 0, {"a": 1}, [tf.Variable(2.0)]
    weights = tf.Variable([1.0, 2.0])

    def step():
        nonlocal count, weights
        count += 1
        table["a"], table["b"] = 5, 6
        kept_list.append(3)
        kept_list[0].assign(9.0)
        weights = weights - 1.0

    first = weights
    with state.kept(step):
        step()
        assert count == 1 and len(kept_list) == 2 and not isinstance(weights, tf.Variable)
    assert (count, table, len(kept_list), float(kept_list[0])) == (0, {"a": 1}, 1, 2.0)
    assert weights is first
