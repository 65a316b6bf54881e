"""The finished loop: equal to `model.fit` case by case, far from it when a line is wrong, and clear about bad input.

107 rows, so that most batch sizes leave a ragged last batch. Both sides record graphs, and in most cases the weights
agree to the last bit; TIGHT is for the others and for the curves. The wrong loops show what these tolerances are worth.
"""

import functools

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

from helpers import training

ROWS, EPOCHS = 107, 3
TIGHT, FAR = 1e-6, 1e-2
# a GPU may add in another order each time
EXACT = TIGHT if tf.config.list_physical_devices("GPU") else 0.0

random = np.random.default_rng(0)
FEATURES = random.normal(size=(ROWS, 6)).astype("float32")
LABELS = (FEATURES[:, :1] + 0.5 * random.normal(size=(ROWS, 1)) > 0.6).astype("float32")
VAL = (FEATURES[:45] + 0.3, LABELS[:45])
CLASS_WEIGHT = {0: 0.7, 1: 3.0}
BCE = keras.losses.BinaryCrossentropy(from_logits=True)


def network(l2=0.0, dropout=0.0, batch_norm=False):
    layers = [keras.layers.Dense(8, activation="tanh", kernel_regularizer=keras.regularizers.L2(l2) if l2 else None)]
    layers += [keras.layers.BatchNormalization()] if batch_norm else []
    layers += [keras.layers.Dropout(dropout)] if dropout else []
    return keras.Sequential([keras.Input((6,)), *layers, keras.layers.Dense(1)])


def everything():
    return network(l2=0.1, dropout=0.5, batch_norm=True)


def sgd(**settings):
    return keras.optimizers.SGD(0.3, **settings)


def adam(**settings):
    return keras.optimizers.Adam(0.02, **settings)


def new_metrics():
    return {"accuracy": keras.metrics.BinaryAccuracy("accuracy", threshold=0.0)}


def mean_loss():
    return {"loss": keras.metrics.Mean()}


def start(build, batch_size=32):
    """Make everything random afresh, in a fixed order: seed, dataset, model."""
    keras.utils.set_random_seed(0)
    dataset = training.batches(FEATURES, LABELS, training=True, batch_size=batch_size)
    return dataset, build()


def by_fit(build=network, optimizer=adam, batch_size=32, epochs=EPOCHS, val_data=None, **fit_settings):
    dataset, model = start(build, batch_size)
    model.compile(optimizer(), BCE, metrics=list(new_metrics().values()), jit_compile=False)
    if val_data is not None:
        val_data = training.batches(*val_data, training=False)
    # steps_per_epoch: without it, fit opens the shuffled dataset once more after each epoch
    log = model.fit(
        dataset,
        validation_data=val_data,
        epochs=epochs,
        steps_per_epoch=len(dataset),
        shuffle=False,
        verbose=0,
        **fit_settings,
    )
    return model.get_weights(), pd.DataFrame(log.history)


def by_hand(
    build=network,
    optimizer=adam,
    batch_size=32,
    loss_fn=BCE,
    epochs=EPOCHS,
    val_data=None,
    change=lambda dataset: dataset,
    **settings,
):
    dataset, model = start(build, batch_size)
    history = training.train(
        model, optimizer(), loss_fn, change(dataset), val_data, epochs=epochs, new_metrics=new_metrics, **settings
    )
    return model.get_weights(), history


def difference(weights, others):
    return max(np.abs(one - other).max() for one, other in zip(weights, others, strict=True))


def assert_same(hand, fit, tolerance=EXACT):
    print(f"largest weight difference {difference(hand[0], fit[0]):.1e}")
    assert difference(hand[0], fit[0]) <= tolerance
    np.testing.assert_allclose(hand[1], fit[1][hand[1].columns], rtol=0, atol=TIGHT)


# The same as model.fit


SAME = {
    "SGD": dict(optimizer=sgd),
    "momentum": dict(optimizer=lambda: sgd(momentum=0.9, nesterov=True)),
    "Adam": dict(),
    "RMSprop": dict(optimizer=lambda: keras.optimizers.RMSprop(0.02)),
    "AdamW": dict(optimizer=lambda: keras.optimizers.AdamW(0.02, weight_decay=0.1)),
    "accumulation": dict(optimizer=lambda: adam(gradient_accumulation_steps=2)),
    "clipnorm": dict(optimizer=lambda: sgd(clipnorm=0.05)),
    "global_clipnorm": dict(optimizer=lambda: sgd(global_clipnorm=0.05)),
    "class weights, Adam": dict(class_weight=CLASS_WEIGHT, val_data=VAL),
    "class weights, SGD": dict(class_weight=CLASS_WEIGHT, optimizer=sgd),
    "L2, Dropout": dict(build=lambda: network(l2=0.1, dropout=0.5), val_data=VAL),
    "BatchNorm": dict(build=lambda: network(batch_norm=True)),
    "all layers, class weights": dict(build=everything, class_weight=CLASS_WEIGHT, val_data=VAL),
    **{f"batches of {size}": dict(batch_size=size) for size in (1, 7, 106, 107, 500)},
}


@functools.cache
def fitted(case):
    return by_fit(**SAME[case])


@pytest.mark.parametrize("case", SAME)
def test_train_equals_fit(case):
    hand = by_hand(**SAME[case])
    assert list(hand[1].columns) == ["loss", "accuracy"] + ["val_loss", "val_accuracy"] * ("val_data" in SAME[case])
    # with BatchNorm the last bit may differ
    assert_same(hand, fitted(case), TIGHT if case in ("BatchNorm", "all layers, class weights") else EXACT)


def test_clip_norm_equals_the_optimizers_own_global_clipnorm():
    assert_same(by_hand(optimizer=sgd, clip_norm=0.05), fitted("global_clipnorm"), TIGHT)


def test_train_equals_fit_on_images_with_class_numbers():
    images, digits = load_digits(return_X_y=True)
    images, digits = images[:107].reshape(-1, 8, 8, 1).astype("float32") / 16, digits[:107]

    def ready():
        keras.utils.set_random_seed(0)
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                layers.Conv2D(4, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Flatten(),
                layers.Dropout(0.3),
                layers.Dense(10),
            ]
        )
        return model, training.batches(images, digits, training=True)

    settings = dict(epochs=2, class_weight={digit: 0.5 + digit for digit in range(10)})
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model, dataset = ready()
    history = training.train(
        model,
        adam(),
        loss_fn,
        dataset,
        **settings,
        new_metrics=lambda: {"accuracy": keras.metrics.SparseCategoricalAccuracy()},
    )
    by_keras, dataset = ready()
    by_keras.compile(adam(), loss_fn, metrics=["accuracy"], jit_compile=False)
    log = by_keras.fit(dataset, **settings, steps_per_epoch=len(dataset), shuffle=False, verbose=0)
    assert_same((model.get_weights(), history), (by_keras.get_weights(), pd.DataFrame(log.history)))


def test_early_stopping_equals_keras_callback():
    settings = dict(val_data=VAL, epochs=60)
    callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)
    hand, fit = by_hand(patience=3, **settings), by_fit(callbacks=[callback], **settings)
    assert len(hand[1]) == len(fit[1]) < 60
    assert hand[1]["val_loss"].idxmin() == len(hand[1]) - 3
    assert_same(hand, fit)


def test_best_weights_come_back_even_if_patience_never_ends():
    dataset, model = start(network)
    validation = training.batches(*VAL, training=False)
    history = training.train(model, adam(), BCE, dataset, validation, epochs=20, patience=30)
    assert history["val_loss"].idxmin() < len(history) == 20
    metrics = mean_loss()
    record = training.evaluate(training.make_test_step(model, BCE, metrics), validation, metrics)
    assert record["loss"] == history["val_loss"].min()


def test_one_step_equals_train_on_batch():
    keras.utils.set_random_seed(0)
    model = everything()
    keras.utils.set_random_seed(0)
    by_keras = everything()
    by_keras.compile(sgd(), BCE, jit_compile=False)
    train_step = training.make_train_step(model, sgd(), BCE, mean_loss())
    loss = train_step(FEATURES, LABELS)
    assert float(loss) == pytest.approx(float(by_keras.train_on_batch(FEATURES, LABELS)), abs=TIGHT)
    assert difference(model.get_weights(), by_keras.get_weights()) <= TIGHT


# Wrong loops are far away: each is compared with the `fit` that a right loop equals


def averaged_first(labels, logits):
    return tf.reduce_mean(BCE(labels, logits) * tf.where(labels == 1, 3.0, 0.7))


def divided_by_weights(labels, logits):
    weights = tf.where(labels == 1, 3.0, 0.7)
    losses = keras.ops.binary_crossentropy(labels, logits, from_logits=True)
    return tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)


WRONG = {
    "no model.losses": ("L2, Dropout", dict(build=lambda: network(dropout=0.5))),
    # as good as no Dropout, but with the same random numbers before and after it
    "no training=True": ("L2, Dropout", dict(build=lambda: network(l2=0.1, dropout=1e-9))),
    "class weights on the averaged loss": ("class weights, SGD", dict(optimizer=sgd, loss_fn=averaged_first)),
    "class weights divided by their sum": ("class weights, SGD", dict(optimizer=sgd, loss_fn=divided_by_weights)),
    "class weights left out": ("class weights, SGD", dict(optimizer=sgd)),
    "ragged batch dropped": ("Adam", dict(change=lambda dataset: dataset.unbatch().batch(32, drop_remainder=True))),
    "another order": ("Adam", dict(change=lambda _: training.batches(FEATURES, LABELS, training=True, seed=1))),
    "clipped together, not tensor by tensor": ("clipnorm", dict(optimizer=sgd, clip_norm=0.05)),
    "not clipped": ("global_clipnorm", dict(optimizer=sgd)),
}


@pytest.mark.parametrize("right, wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_loop_is_far_from_fit(right, wrong):
    distance = difference(by_hand(**wrong)[0], fitted(right)[0])
    print(f"largest weight difference {distance:.1e}")
    assert distance > FAR


# Each function on its own


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    return network(l2=0.1)


@pytest.fixture
def ragged():
    return training.batches(FEATURES, LABELS, training=False, batch_size=100)


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


# Bad input: what was expected, what was found, what mends it


def error_of(data=(FEATURES, LABELS), val_data=None, model=None, loss_fn=BCE, **settings):
    with pytest.raises(ValueError) as caught:
        training.train(model or network(), adam(), loss_fn, data, val_data, epochs=2, **settings)
    message = str(caught.value)
    assert [line.split(":")[0].strip() for line in message.splitlines()[1:]] == ["expected", "found", "to mend"]
    return message


def with_nan():
    features = FEATURES.copy()
    features[50] = np.nan  # in the second batch of 32
    return training.batches(features, LABELS, training=False)


def test_nan_stops_training_at_once_and_says_where():
    metrics, optimizer, model = mean_loss(), adam(), network()
    train_step = training.make_train_step(model, optimizer, BCE, metrics)
    with pytest.raises(ValueError, match="the loss is nan in epoch 7, step 2\n"):
        training.train_one_epoch(train_step, with_nan(), metrics, phase="epoch 7")
    assert optimizer.iterations == 2
    assert "the loss is nan in epoch 1, step 2\n" in error_of(with_nan())


def test_an_infinite_loss_is_refused_before_it_becomes_nan(ragged):
    with pytest.raises(ValueError, match="the loss is inf in training, step 1\n"):
        training.train_one_epoch(lambda features, labels: tf.constant(np.inf), ragged, mean_loss())


def test_a_diverging_run_is_stopped_in_its_epoch():
    growing = keras.optimizers.SGD(30.0)
    with pytest.raises(ValueError, match=r"the loss is (inf|nan) in epoch ([2-9]|\d\d), step [1-4]\n"):
        training.train(network(), growing, keras.losses.MeanSquaredError(), (FEATURES, LABELS), epochs=50)


def test_nan_in_validation_is_told_from_nan_in_training():
    assert "the loss is nan in validation, epoch 1, step 2\n" in error_of(val_data=with_nan())


@pytest.mark.parametrize(
    "empty",
    [
        (FEATURES[:0], LABELS[:0]),
        training.batches(FEATURES, LABELS, training=False).take(0),
        training.batches(FEATURES, LABELS, training=False).filter(lambda features, labels: False),
    ],
    ids=["arrays", "known to be empty", "empty by a filter"],
)
def test_empty_data_is_refused(empty):
    assert "not one batch in epoch 1\n" in error_of(empty)
    assert "not one batch in validation, epoch 1\n" in error_of(val_data=empty)


SPARSE = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
MSE = keras.losses.MeanSquaredError()


def check_shapes(loss_fn, labels_shape, logits_shape):
    # the identity stands for a model: its logits are its features
    test_step = training.make_test_step(keras.layers.Identity(), loss_fn, mean_loss())
    return test_step(tf.zeros(logits_shape), tf.zeros(labels_shape))


@pytest.mark.parametrize(
    "loss_fn, labels_shape, logits_shape",
    [
        (BCE, (5,), (5, 1)),
        (MSE, (5,), (5, 1)),
        (BCE, (5, 1), (5,)),
        (MSE, (5, 1), (5, 3)),
        (BCE, (5,), (5, 3)),
        (SPARSE, (5, 3), (5, 3, 4, 1)),
        (BCE, (5, 2), (5, 1)),
        (lambda labels, logits: 0.0, (5,), (5, 1)),
    ],
)
def test_labels_of_the_wrong_shape_are_refused(loss_fn, labels_shape, logits_shape):
    with pytest.raises(ValueError, match="labels and logits do not belong together") as caught:
        check_shapes(loss_fn, labels_shape, logits_shape)
    assert str(labels_shape) in str(caught.value) and str(logits_shape) in str(caught.value)
    assert str(caught.value).startswith("labels and")  # not buried in a traceback


@pytest.mark.parametrize(
    "loss_fn, labels_shape, logits_shape",
    [
        (BCE, (5, 1), (5, 1)),
        (MSE, (5, 3), (5, 3)),
        (MSE, (5,), (5,)),
        (SPARSE, (5,), (5, 3)),
        (SPARSE, (5, 1), (5, 3)),
        (SPARSE, (5, 4), (5, 4, 3)),
        (lambda labels, logits: tf.reduce_mean(SPARSE(labels, logits)), (5,), (5, 3)),
    ],
)
def test_labels_of_the_right_shape_pass(loss_fn, labels_shape, logits_shape):
    assert np.isfinite(check_shapes(loss_fn, labels_shape, logits_shape))


def test_flat_labels_are_refused_by_train_as_well():
    message = error_of((FEATURES, LABELS[:, 0]))
    assert "(32,)" in message and "(32, 1)" in message and "labels[:, None]" in message


def test_a_class_without_a_weight_is_refused():
    message = error_of(class_weight={0: 1.0})
    assert "a class has no weight" in message and "[0.0, 1.0]" in message and "add a weight for [1.0]" in message
    with pytest.raises(ValueError, match=r"\[2\]"):
        training.weights_of_rows(np.array([0, 1, 2]), CLASS_WEIGHT)


def test_string_keys_are_refused():
    message = error_of(class_weight={"0": 1.0, "1": 2.0})
    assert "keys that are not numbers" in message and "['0', '1']" in message


def test_other_mistakes_are_named():
    dataset = training.batches(FEATURES, LABELS, training=False)
    assert "patience waits for a lower val_loss" in error_of(patience=3)
    assert "not iter(dataset)" in error_of(iter(dataset))
    assert "the batches are not pairs" in error_of(dataset.map(lambda features, labels: (features, labels, labels)))
    assert "an epoch would never end" in error_of(dataset.repeat())
    assert "keras.Input" in error_of(model=keras.Sequential([keras.layers.Dense(1)]))
    assert "the loss is not one number" in error_of(loss_fn=keras.losses.BinaryCrossentropy(reduction=None))
