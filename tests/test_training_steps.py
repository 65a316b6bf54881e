"""Each function of the finished loop on its own: batches, weights of rows, steps, epochs, and how a run ends."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import training
from training_cases import (
    BCE,
    CLASS_WEIGHT,
    FAR,
    FEATURES,
    LABELS,
    ROWS,
    TIGHT,
    VAL,
    adam,
    by_hand,
    difference,
    everything,
    mean_loss,
    network,
    new_metrics,
    start,
)

# Batches


def test_batches_keeps_order_rows_and_types():
    dataset = training.batches(FEATURES, LABELS, training=False)
    assert [len(labels) for _, labels in dataset] == [32, 32, 32, 11]
    features, labels = (np.concatenate(parts) for parts in zip(*dataset))
    assert (features.dtype, labels.dtype) == ("float32", "float32")
    np.testing.assert_array_equal(features, FEATURES)
    np.testing.assert_array_equal(labels, LABELS)


def test_batches_for_training_shuffles_all_rows_anew_each_epoch_and_repeatably():
    def two_epochs():
        keras.utils.set_random_seed(0)
        dataset = training.batches(np.arange(ROWS), np.arange(ROWS) * 10, training=True, batch_size=50)
        return [[np.concatenate(parts) for parts in zip(*dataset)] for _ in range(2)]

    (rows, labels), (later, _) = two_epochs()
    assert sorted(rows) == list(range(ROWS)) and list(rows) != list(later)
    np.testing.assert_array_equal(labels, rows * 10)
    # the whole table in the buffer: the order forgets where a row stood
    assert abs(np.corrcoef(rows, np.arange(ROWS))[0, 1]) < 0.3
    np.testing.assert_array_equal(two_epochs()[1][0], later)


@pytest.mark.parametrize("shuffled", [True, False])
def test_no_pass_waits_at_its_end_for_the_autotuner(shuffled):
    table = training.rows.table_of(FEATURES, FEATURES, training=shuffled)
    for dataset in (table.orders.repeat(), table.as_dataset()):
        assert dataset.options().autotune.enabled is False


def test_batches_depend_on_their_seed_and_on_the_global_one():
    def order(all_seeds, seed):
        keras.utils.set_random_seed(all_seeds)
        dataset = training.batches(np.arange(50), np.arange(50), training=True, seed=seed)
        return [int(row) for rows, _ in dataset for row in rows]

    assert order(0, 0) == order(0, 0)
    assert order(0, 0) != order(0, 1) and order(0, 0) != order(1, 0)


@pytest.mark.sampled
def test_batches_put_every_row_into_every_place_equally_often():
    keras.utils.set_random_seed(0)
    dataset = training.batches(np.arange(5), np.arange(5), training=True, batch_size=5)
    met = np.zeros((5, 5))
    for _ in range(300):
        for rows, _ in dataset:
            met[np.arange(5), rows.numpy()] += 1
    # 60 each, give or take 7; chi-squared with 16 degrees of freedom exceeds 50 once in 40,000 times
    assert ((met - 60) ** 2 / 60).sum() < 50


@pytest.mark.parametrize("labels", [{"a": np.arange(ROWS), "b": -np.arange(ROWS)}, (np.arange(ROWS), -np.arange(ROWS))])
def test_batches_shuffle_dictionaries_and_tuples_as_thoroughly_as_arrays(labels):
    keras.utils.set_random_seed(0)
    features = (FEATURES, {"row": np.arange(ROWS)})
    dataset = training.batches(features, labels, training=True, batch_size=50)
    assert len(dataset) == 3
    batches = list(dataset)
    rows = np.concatenate([part["row"] for (_, part), _ in batches])
    assert sorted(rows) == list(range(ROWS))
    assert abs(np.corrcoef(rows, np.arange(ROWS))[0, 1]) < 0.3
    np.testing.assert_array_equal(np.concatenate([part for (part, _), _ in batches]), FEATURES[rows])
    for name, sign in zip(labels if isinstance(labels, dict) else (0, 1), (1, -1)):
        np.testing.assert_array_equal(np.concatenate([part[name] for _, part in batches]), sign * rows)


# what shuffling takes beside the rows; a buffer of rows takes 300 bytes and more for each
MEMORY = """
import numpy as np, psutil
from helpers import training

def megabytes():
    return psutil.Process().memory_info().rss / 1e6

def most(n_rows):
    features = np.zeros((n_rows, 1), "float32")
    before = megabytes()
    dataset = training.batches(features, features, training=True, batch_size=n_rows // 50)
    return max(megabytes() - before for _ in dataset)

most(1_000)
print(most(1_000_000))
"""


@pytest.mark.sampled
def test_batches_of_a_million_small_rows_need_little_memory():
    child = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True, timeout=600)
    assert float(child.stdout) < 150


# Weights of rows


@pytest.mark.parametrize(
    "labels",
    [np.array([1, 0, 2]), np.array([[1.0], [0.0], [2.0]], "float32"), np.eye(3)[[1, 0, 2]], tf.constant([1, 0, 2])],
    ids=["(B,)", "(B, 1)", "one-hot", "tensor"],
)
def test_weights_of_rows_takes_each_form_of_labels(labels):
    weights = training.weights_of_rows(labels, {0: 0.5, 1: 2.0, 2: 8.0})
    assert weights.dtype == "float32" and weights.tolist() == [2.0, 0.5, 8.0]


def test_class_weights_may_have_the_keys_that_numpy_makes(model):
    class_weight = dict(zip(np.unique(LABELS), (1.0, 2.0)))
    np.testing.assert_array_equal(training.weights_of_rows(LABELS, class_weight), LABELS[:, 0] + 1)
    training.train(model, adam(), BCE, (FEATURES, LABELS), epochs=1, class_weight=class_weight)


# Steps and epochs


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    return network(l2=0.1)


@pytest.fixture
def ragged():
    return training.batches(FEATURES, LABELS, training=False, batch_size=100)


def test_train_step_clips_the_length_and_keeps_the_direction(model):
    def moved(clip_norm):
        before = model.get_weights()
        step = training.make_train_step(model, keras.optimizers.SGD(1.0), BCE, mean_loss(), clip_norm)
        step(FEATURES, LABELS)
        change = np.concatenate([(new - old).ravel() for new, old in zip(model.get_weights(), before)])
        model.set_weights(before)
        return change

    free, clipped = moved(None), moved(0.01)
    assert np.linalg.norm(free) > 0.1
    assert np.linalg.norm(clipped) == pytest.approx(0.01, rel=1e-3)
    assert free @ clipped / np.linalg.norm(free) / np.linalg.norm(clipped) == pytest.approx(1, abs=1e-5)


def test_train_step_is_recorded_once_for_each_batch_size(model, ragged):
    metrics = mean_loss()
    train_step = training.make_train_step(model, adam(), BCE, metrics)
    test_step = training.make_test_step(model, BCE, metrics)
    for _ in range(3):
        training.train_one_epoch(train_step, ragged, metrics)
        training.evaluate(test_step, ragged, metrics)
    assert train_step.experimental_get_tracing_count() == test_step.experimental_get_tracing_count() == 2


def of_many_widths(**known):
    rows = [np.ones((4, width), "int32") for width in range(1, 30)]
    return tf.data.Dataset.from_generator(lambda: ((row, row[:, :1] * 1.0) for row in rows), **known)


def embedded():
    layers = [keras.layers.Embedding(3, 4), keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(1)]
    return keras.Sequential([keras.Input((None,), dtype="int32"), *layers])


def test_batches_of_many_widths_share_two_graphs():
    metrics, model = mean_loss(), embedded()
    dataset = of_many_widths(output_types=("int32", "float32"))
    train_step = training.make_train_step(model, adam(), BCE, metrics)
    test_step = training.make_test_step(model, BCE, metrics)
    training.train_one_epoch(train_step, dataset, metrics)
    training.evaluate(test_step, dataset, metrics)
    assert train_step.experimental_get_tracing_count() == test_step.experimental_get_tracing_count() == 2


def test_train_records_each_step_once_for_batches_of_any_width():
    recorded = []

    def counted(labels, logits):
        recorded.append(labels.shape)
        return BCE(labels, logits)

    shapes = tf.TensorSpec([None, None], "int32"), tf.TensorSpec([None, 1], "float32")
    dataset = of_many_widths(output_signature=shapes)
    training.train(embedded(), adam(), counted, dataset, dataset, epochs=2)
    assert len(recorded) == 2


def test_train_takes_a_dataset_that_does_not_tell_its_shapes():
    dataset = of_many_widths(output_types=("int32", "float32"))
    assert len(training.train(embedded(), adam(), BCE, dataset, dataset, epochs=2)) == 2


def test_a_new_model_is_trained_and_the_old_one_left_alone(model):
    training.train(model, adam(), BCE, (FEATURES, LABELS), epochs=1)
    old, new = model.get_weights(), network(l2=0.1)
    start_of_new = new.get_weights()
    training.train(new, adam(), BCE, (FEATURES, LABELS), epochs=1)
    assert difference(model.get_weights(), old) == 0
    assert min(np.abs(one - other).max() for one, other in zip(new.get_weights(), start_of_new)) > 0


def test_training_twice_goes_on_where_it_was():
    once, _ = by_hand(epochs=4)
    dataset, model = start(network)
    optimizer = adam()
    for _ in range(2):
        training.train(model, optimizer, BCE, dataset, epochs=2)
    assert difference(model.get_weights(), once) <= TIGHT


def test_a_layer_frozen_between_two_calls_stays(model):
    optimizer = adam()
    training.train(model, optimizer, BCE, (FEATURES, LABELS), epochs=1)
    model.layers[0].trainable = False
    before = model.get_weights()
    training.train(model, optimizer, BCE, (FEATURES, LABELS), epochs=1)
    moved = [np.abs(new - old).max() for new, old in zip(model.get_weights(), before)]
    assert max(moved[:2]) == 0 < min(moved[2:])


def test_train_one_epoch_means_over_rows_and_starts_each_epoch_at_zero(model, ragged):
    metrics = mean_loss() | new_metrics()
    train_step = training.make_train_step(model, keras.optimizers.SGD(0.0), BCE, metrics)
    logits = model(FEATURES).numpy()
    truth = {"loss": float(BCE(LABELS, logits) + model.losses[0]), "accuracy": np.mean((logits > 0) == LABELS)}
    for _ in range(2):
        assert training.train_one_epoch(train_step, ragged, metrics) == pytest.approx(truth, abs=TIGHT)
    means_of_batches = np.mean([float(BCE(labels, model(features)) + model.losses[0]) for features, labels in ragged])
    assert abs(means_of_batches - truth["loss"]) > FAR


def test_train_one_epoch_weighs_the_loss_and_only_the_loss(model, ragged):
    metrics = mean_loss() | new_metrics()
    train_step = training.make_train_step(model, keras.optimizers.SGD(0.0), BCE, metrics)
    logits = model(FEATURES).numpy()
    losses = keras.ops.binary_crossentropy(LABELS, logits, from_logits=True)
    weighted = np.mean(losses * np.where(LABELS == 1, 3.0, 0.7)) + model.losses[0]
    record = training.train_one_epoch(train_step, ragged, metrics, CLASS_WEIGHT)
    assert record == pytest.approx({"loss": float(weighted), "accuracy": np.mean((logits > 0) == LABELS)}, abs=TIGHT)


def test_evaluate_equals_keras_and_changes_nothing(ragged):
    keras.utils.set_random_seed(0)
    model = everything()
    before = [variable.numpy() for variable in model.variables]
    metrics = mean_loss() | new_metrics()
    test_step = training.make_test_step(model, BCE, metrics)
    records = [training.evaluate(test_step, ragged, metrics) for _ in range(2)]
    assert records[0] == records[1]
    assert difference([variable.numpy() for variable in model.variables], before) == 0
    model.compile(loss=BCE, metrics=list(new_metrics().values()), jit_compile=False)
    loss, accuracy = model.evaluate(ragged, verbose=0)
    assert records[0] == pytest.approx({"loss": loss, "accuracy": accuracy}, abs=TIGHT)


def test_history_is_a_table_of_floats_by_epoch():
    _, history = by_hand(epochs=2, val_data=VAL)
    assert history.index.name == "epoch" and history.index.tolist() == [1, 2]
    assert (history.dtypes == "float64").all()


def test_each_phase_has_metrics_of_its_own(model):
    made = []

    def remembered():
        made.append(keras.metrics.BinaryAccuracy(threshold=0.0))
        return {"accuracy": made[-1]}

    flipped = (FEATURES, 1 - LABELS)
    history = training.train(model, adam(), BCE, (FEATURES, LABELS), flipped, epochs=2, new_metrics=remembered)
    assert [float(metric.result()) for metric in made] == history.loc[2, ["accuracy", "val_accuracy"]].tolist()


def test_arrays_are_cut_into_the_same_batches_as_a_dataset():
    arrays = by_hand(change=lambda _: (FEATURES, LABELS), val_data=VAL)
    datasets = by_hand(val_data=training.batches(*VAL, training=False, batch_size=45))
    assert difference(arrays[0], datasets[0]) == 0
    np.testing.assert_allclose(arrays[1], datasets[1], rtol=0, atol=TIGHT)


class LastBatch(keras.metrics.Metric):
    """The sum of the labels in the latest batch."""

    def __init__(self):
        super().__init__()
        self.total = self.add_weight(name="total", initializer="zeros")

    def update_state(self, labels, predictions, sample_weight=None):
        self.total.assign(tf.reduce_sum(labels))

    def result(self):
        return self.total


def test_arrays_for_validation_keep_their_order():
    numbered = np.arange(45, dtype="float32")[:, None]
    settings = dict(metrics=lambda: {"last": LastBatch()}, epochs=2)
    _, history = by_hand(val_data=(FEATURES[:45], numbered), loss_fn=keras.losses.MeanSquaredError(), **settings)
    assert history["val_last"].tolist() == [numbered[32:].sum()] * 2


def test_metrics_and_losses_of_ones_own():
    class Bias(keras.metrics.Metric):
        def __init__(self):
            super().__init__()
            self.total, self.rows = (self.add_weight(name=name, initializer="zeros") for name in ("total", "rows"))

        def update_state(self, labels, predictions, sample_weight=None):
            self.total.assign_add(tf.reduce_sum(predictions - labels))
            self.rows.assign_add(tf.cast(tf.shape(labels)[0], "float32"))

        def result(self):
            return self.total / self.rows

    def squared_error(labels, predictions):
        return tf.reduce_mean((labels - predictions) ** 2)

    keras.utils.set_random_seed(0)
    model = network()
    history = training.train(
        model,
        keras.optimizers.SGD(0.0),
        squared_error,
        (FEATURES, LABELS),
        epochs=1,
        new_metrics=lambda: {"bias": Bias(), "f1": keras.metrics.F1Score("micro", threshold=0.5)},
    )
    errors = model(FEATURES).numpy() - LABELS
    assert history.loc[1, "loss"] == pytest.approx(np.mean(errors**2), abs=TIGHT)
    assert history.loc[1, "bias"] == pytest.approx(np.mean(errors), abs=TIGHT)
    found, truth = errors + LABELS > 0.5, LABELS == 1
    assert history.loc[1, "f1"] == pytest.approx(2 * (found & truth).sum() / (found.sum() + truth.sum()), abs=TIGHT)


def test_the_progress_bar_shows_the_epoch_and_leaves_nothing(monkeypatch, capsys, model):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    training.train(model, adam(), BCE, (FEATURES, LABELS), epochs=1)
    assert "loss=" not in capsys.readouterr().err
    monkeypatch.delenv("TQDM_DISABLE")
    training.train(model, adam(), BCE, (FEATURES, LABELS), epochs=1)
    shown = capsys.readouterr().err
    assert "loss=" in shown and shown.rstrip(" ").endswith("\r")


# How a run ends


class Stops(keras.metrics.Mean):
    """Stands for Ctrl-C: interrupts at the start of a pass, the fourth of the training."""

    def __init__(self):
        super().__init__()
        self.passes = 0

    def reset_state(self):
        self.passes += 1
        if self.passes > 4:
            raise KeyboardInterrupt
        super().reset_state()

    def update_state(self, labels, predictions, sample_weight=None):
        super().update_state(labels)


# so large a rate that the third or fourth epoch ends in NaN; until then the loss gets better, and then much worse
FALL = keras.optimizers.schedules.PiecewiseConstantDecay([9], [0.1, 1e30])


@pytest.mark.parametrize(
    "error, settings",
    [
        (KeyboardInterrupt, dict(metrics=lambda: {"labels": Stops()})),
        (ValueError, dict(optimizer=lambda: keras.optimizers.SGD(FALL))),
    ],
    ids=["Ctrl-C", "NaN"],
)
def test_whatever_ends_a_run_leaves_its_history_and_its_best_weights(error, settings):
    settings = dict(val_data=VAL, loss_fn=keras.losses.MeanSquaredError()) | settings
    model = network()
    with pytest.raises(error) as caught:
        by_hand(lambda: start_again(model), epochs=20, patience=10, **settings)
    history = caught.value.history
    assert 2 <= len(history) < 20 and history.index.name == "epoch"
    assert "history" in caught.value.__notes__[0]
    best = history["val_loss"].idxmin()
    # the same run, ended in time
    weights, same = by_hand(lambda: start_again(network()), epochs=best, **settings | dict(metrics=new_metrics))
    np.testing.assert_array_equal(history["val_loss"][:best], same["val_loss"])
    assert difference(model.get_weights(), weights) == 0


def start_again(model):
    """Return `model` with the weights that a new network has from this seed."""
    keras.utils.set_random_seed(1)
    model.set_weights(network().get_weights())
    return model


def test_without_patience_an_interrupted_model_keeps_the_weights_it_has():
    model = network()
    with pytest.raises(KeyboardInterrupt) as caught:
        by_hand(lambda: start_again(model), epochs=20, metrics=lambda: {"labels": Stops()})
    weights, history = by_hand(lambda: start_again(network()), epochs=4)
    assert difference(model.get_weights(), weights) == 0
    np.testing.assert_array_equal(caught.value.history["loss"], history["loss"])
