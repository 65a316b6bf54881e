"""Many steps in one call of a graph end where single steps end, and stop where those stop; what no graph can do, falls
back to single steps and says so.
"""

import warnings

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

import training_cases
from helpers import training
from helpers.training import fast
from training_cases import (
    BCE,
    CLASS_WEIGHT,
    DATA,
    FAR,
    FEATURES,
    LABELS,
    VAL,
    adam,
    assert_same,
    by_hand,
    difference,
    everything,
    mean_loss,
    network,
    new_metrics,
    start,
)

WAYS = {"arrays": lambda _: DATA, "dataset": lambda dataset: dataset}


@pytest.fixture(params=WAYS)
def way(request):
    """Return a function that makes a dataset of DATA what `train` is to be given."""
    return WAYS[request.param]


def step_by_step(build, epochs=3, class_weight=None, loss_fn=BCE):
    """Return (weights, history) of the loop that takes one step a call."""
    dataset, model = start(build)
    metrics, val_metrics = (mean_loss() | new_metrics() for _ in range(2))
    train_step = training.make_train_step(model, adam(), loss_fn, metrics)
    test_step = training.make_test_step(model, loss_fn, val_metrics)
    train_step.get_concrete_function(*dataset.element_spec, *[tf.TensorSpec([None])] * (class_weight is not None))
    history, validation = [], training.batches(*VAL, training=False)
    for _ in range(epochs):
        record = training.train_one_epoch(train_step, dataset, metrics, class_weight)
        measured = training.evaluate(test_step, validation, val_metrics)
        history.append(record | {f"val_{name}": value for name, value in measured.items()})
    return model.get_weights(), pd.DataFrame(history, index=range(1, epochs + 1))


class Noise(keras.layers.Layer):
    """Draws with TensorFlow's own operation, which keeps its state inside the graph."""

    def call(self, inputs, training=False):
        return inputs + tf.random.normal(tf.shape(inputs)) if training else inputs


def noisy():
    return keras.Sequential([keras.Input((6,)), Noise(), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)])


@pytest.mark.sampled
@pytest.mark.parametrize(
    "build, class_weight",
    [(network, None), (network, CLASS_WEIGHT), (everything, None), (noisy, None)],
    ids=["plain", "class weights", "L2, Dropout, BatchNorm", "random numbers of TensorFlow"],
)
def test_many_steps_a_call_end_where_single_steps_end(build, class_weight, way):
    hand = by_hand(build, change=way, val_data=VAL, class_weight=class_weight)
    assert_same(hand, step_by_step(build, class_weight=class_weight))
    assert list(hand[1].columns) == ["loss", "accuracy", "val_loss", "val_accuracy"]


@pytest.mark.sampled
def test_where_a_call_ends_makes_no_difference(monkeypatch, way):
    whole = by_hand(everything, change=way, val_data=VAL)
    asked = []

    def only_two(wanted, taken, seconds):
        asked.append((wanted, taken))
        return 2

    monkeypatch.setattr(fast, "steps_of_next_call", only_two)
    parts = by_hand(everything, change=way, val_data=VAL)
    assert difference(parts[0], whole[0]) == 0
    pd.testing.assert_frame_equal(parts[1], whole[1])
    # four batches of training, two of validation; the end shows where a call takes fewer than it might
    assert asked[:4] == [(1, 1), (2, 2), (2, 1), (1, 1)] and asked.count((2, 0)) > 0


def test_each_step_is_recorded_once(way):
    recorded = []

    def counted(labels, logits):
        recorded.append(labels.shape)
        return BCE(labels, logits)

    by_hand(loss_fn=counted, change=way, val_data=VAL)
    assert len(recorded) == 2


# Where it stops


def with_nan(row):
    features = FEATURES.copy()
    features[row] = np.nan
    return features


@pytest.mark.sampled
@pytest.mark.parametrize("epoch, step", [(1, 1), (1, 3), (1, 4)])
def test_the_graph_stops_at_the_step_whose_loss_is_not_finite(epoch, step, way):
    keras.utils.set_random_seed(0)
    features = with_nan(list(training.batches(np.arange(107), LABELS, training=True))[step - 1][0][0].numpy())
    keras.utils.set_random_seed(0)
    data, model, optimizer = (features, LABELS), network(), adam()
    data = way(training.batches(*data, training=True)) if way is WAYS["dataset"] else data
    with pytest.raises(ValueError, match=f"the loss is nan in epoch {epoch}, step {step}\n"):
        training.train(model, optimizer, BCE, data, epochs=2)
    assert optimizer.iterations == step


def test_a_loss_that_only_float64_can_hold_is_finite(way):
    def huge(labels, logits):
        return tf.cast(0.0 * tf.reduce_mean(logits), "float64") + 1e200

    _, history = by_hand(
        loss_fn=huge, change=way, epochs=1, metrics=lambda: {"loss": keras.metrics.Mean(dtype="float64")}
    )
    assert history.loc[1, "loss"] == pytest.approx(1e200)


def test_a_class_without_a_weight_is_told_before_the_step_that_meets_it(way):
    order = np.argsort(LABELS[:, 0], kind="stable")
    data = FEATURES[order], LABELS[order]
    if way is WAYS["dataset"]:
        data = training.batches(*data, training=False)
    keras.utils.set_random_seed(0)
    model, optimizer = network(), adam()
    with pytest.raises(ValueError, match="^a class has no weight\n(.*\n)+.*add a weight for \\[1.0\\]"):
        training.train(model, optimizer, BCE, data, epochs=1, class_weight={0: 1.0})
    assert np.isfinite(np.concatenate([weights.ravel() for weights in model.get_weights()])).all()
    # of the dataset the first batches are known to be of the other class
    assert optimizer.iterations == (0 if isinstance(data, tuple) else np.argmax(LABELS[order] == 1) // 32)


# How long a call lasts


def test_a_call_takes_what_fits_into_a_second_and_grows_slowly():
    # the first call prepares the graph, which tells nothing about a step
    assert fast.steps_of_next_call(wanted=1, taken=1, seconds=5.0) == 1
    assert fast.steps_of_next_call(wanted=1, taken=1, seconds=0.2) == 5
    assert fast.steps_of_next_call(wanted=1, taken=1, seconds=1e-4) == 8
    assert fast.steps_of_next_call(wanted=1000, taken=1000, seconds=0.5) == 2000
    # the machine has become slower, or the batches have
    assert fast.steps_of_next_call(wanted=1000, taken=1000, seconds=4.0) == 250
    # the end of an epoch came first
    assert fast.steps_of_next_call(wanted=1000, taken=100, seconds=0.5) == 200
    assert fast.steps_of_next_call(wanted=1, taken=0, seconds=0.0) == 1


@pytest.mark.parametrize("seconds_a_step", [1e-5, 3e-3, 0.4, 1.9, 30.0])
def test_no_call_lasts_longer_than_two_seconds_or_a_step(monkeypatch, seconds_a_step):
    clock, calls = [0.0], []

    def steps(source, first, wanted):
        taken = min(int(wanted), source - int(first))
        seconds = 0.3 * (int(first) == 0) + taken * seconds_a_step
        clock[0] += seconds
        calls.append((taken, seconds))
        return taken, 0.5

    monkeypatch.setattr(fast, "perf_counter", lambda: clock[0])
    losses = fast._call_by_call(steps, lambda: 1_000_003)
    few = 20
    seen = [done for done, _ in zip(losses(), range(few))] if seconds_a_step > 1e-3 else list(losses())
    assert all(seconds <= max(2.0, 0.3 + seconds_a_step) for _, seconds in calls)
    counted = np.cumsum([taken for taken, _ in calls if taken])[: len(seen)]
    assert [done for done, _ in seen] == counted.tolist()
    if seconds_a_step < 1e-3:
        assert counted[-1] == 1_000_003 and len(calls) < 25


# What falls back to single steps


class Seen(keras.metrics.Mean):
    """A metric that a learner writes in Python: it remembers the largest label of each batch."""

    def __init__(self, largest):
        super().__init__()
        self.largest = largest

    def update_state(self, labels, predictions, sample_weight=None):
        self.largest(labels)
        super().update_state(labels)


def test_eager_functions_fall_back_to_single_steps_and_say_so(way):
    whole, seen = by_hand(change=way, epochs=2), []
    tf.config.run_functions_eagerly(True)
    try:
        with pytest.warns(UserWarning, match="one by one.*run_functions_eagerly") as caught:
            metrics = dict(metrics=lambda: new_metrics() | {"seen": Seen(lambda labels: seen.append(labels.numpy()))})
            eager = by_hand(change=way, epochs=2, **metrics)
    finally:
        tf.config.run_functions_eagerly(False)
    # it points at the line that calls train
    assert {each.filename for each in caught if "one by one" in str(each.message)} == {training_cases.__file__}
    assert [len(labels) for labels in seen] == [32, 32, 32, 11] * 2
    assert difference(eager[0], whole[0]) < 1e-5


def test_a_metric_that_calls_python_falls_back_to_single_steps_and_says_so(way):
    whole, seen = by_hand(change=way), []

    def largest(labels):
        tf.py_function(lambda labels: seen.append(labels.numpy().max()), [labels], [])

    with pytest.warns(UserWarning, match="one by one.*tf.py_function"):
        single = by_hand(change=way, metrics=lambda: new_metrics() | {"seen": Seen(largest)})
    assert len(seen) == 4 * 3
    assert_same((single[0], single[1][whole[1].columns]), whole)


def test_a_dataset_without_shapes_falls_back_and_says_what_to_add():
    def without_shapes():
        return tf.data.Dataset.from_generator(lambda: iter([DATA]), output_types=("float32", "float32"))

    with pytest.warns(UserWarning, match="one by one.*output_signature"):
        training.train(network(), adam(), BCE, without_shapes(), epochs=1)


@pytest.mark.sampled
def test_nothing_is_said_where_the_graph_takes_the_steps(way, caplog):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # TensorFlow logs a warning if graphs are recorded often and called seldom
        for _ in range(6):
            by_hand(change=way, epochs=1, val_data=VAL, class_weight=CLASS_WEIGHT)
    assert not caplog.records


def test_a_dataset_that_ends_early_or_grows_is_read_to_its_end():
    lengths = iter([2, 3, 0])

    def of_this_length():
        yield from [DATA] * next(lengths)

    signature = tf.TensorSpec([None, 6]), tf.TensorSpec([None, 1])
    dataset = tf.data.Dataset.from_generator(of_this_length, output_signature=signature)
    optimizer = adam()
    with pytest.raises(ValueError, match="not one batch in epoch 3\n") as caught:
        training.train(network(), optimizer, BCE, dataset, epochs=3)
    assert optimizer.iterations == 5 and len(caught.value.history) == 2


def test_far_means_far():
    """The comparisons above are worth something: another order of rows ends elsewhere."""
    whole = by_hand()
    assert difference(by_hand(change=lambda _: training.batches(*DATA, training=True, seed=1))[0], whole[0]) > FAR
