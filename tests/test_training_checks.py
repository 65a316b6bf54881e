"""Bad input to the finished loop: an error in four parts, before the first step where that can be known."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import training
from training_cases import BCE, CLASS_WEIGHT, DATA, FEATURES, LABELS, VAL, adam, mean_loss, network


def error_of(data=DATA, val_data=None, model=None, optimizer=None, loss_fn=BCE, epochs=2, started=False, **settings):
    """Return the message of the error that `train` raises; unless `started`, nothing may be trained until then."""
    model, optimizer = model or network(), optimizer or adam()
    before = [variable.numpy() for variable in getattr(model, "variables", [])]
    with pytest.raises(ValueError) as caught:
        training.train(model, optimizer, loss_fn, data, val_data, epochs=epochs, **settings)
    if not started:
        assert not hasattr(caught.value, "history")
        assert all(np.array_equal(old, new) for old, new in zip(before, getattr(model, "variables", [])))
    message = str(caught.value)
    assert [line.split(":")[0].strip() for line in message.splitlines()[1:]] == ["expected", "found", "to mend"]
    return message


# The data, while training


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
    assert "the loss is nan in epoch 1, step 2\n" in error_of(with_nan(), started=True)


def test_an_infinite_loss_is_refused_before_it_becomes_nan():
    with pytest.raises(ValueError, match="the loss is inf in training, step 1\n"):
        training.train_one_epoch(lambda features, labels: tf.constant(np.inf), [(FEATURES, LABELS)], mean_loss())


def test_a_diverging_run_is_stopped_in_its_epoch():
    growing = keras.optimizers.SGD(30.0)
    with pytest.raises(ValueError, match=r"the loss is (inf|nan) in epoch ([2-9]|\d\d), step [1-4]\n"):
        training.train(network(), growing, keras.losses.MeanSquaredError(), (FEATURES, LABELS), epochs=50)


def test_nan_in_validation_is_told_from_nan_in_training():
    assert "the loss is nan in validation, epoch 1, step 2\n" in error_of(val_data=with_nan(), started=True)


@pytest.mark.sampled
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
    assert "not one batch in epoch 1\n" in error_of(empty, started=True)
    assert "not one batch in validation, epoch 1\n" in error_of(val_data=empty, started=True)


# Labels, outputs and losses


SPARSE = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
MSE = keras.losses.MeanSquaredError()


def check_shapes(loss_fn, labels_shape, logits_shape):
    # the identity stands for a model: its logits are its features
    test_step = training.make_test_step(keras.layers.Identity(), loss_fn, mean_loss())
    return test_step(tf.zeros(logits_shape), tf.zeros(labels_shape))


def own_zero(labels, logits):
    return 0.0 * tf.reduce_sum(logits)


def own_sparse(labels, logits):
    return tf.reduce_mean(SPARSE(labels, logits))


@pytest.mark.parametrize(
    "loss_fn, labels_shape, logits_shape",
    [
        (BCE, (5,), (5, 1)),
        (MSE, (5,), (5, 1)),
        (BCE, (5, 1), (5,)),
        (MSE, (5, 1), (5, 3)),
        (BCE, (5,), (5, 3)),
        (SPARSE, (5, 3), (5, 3, 4, 1)),
        (SPARSE, (5, 3), (5, 3, 1)),
        (BCE, (5, 2), (5, 1)),
        (own_zero, (5,), (5, 1)),
        (own_zero, (5, 1), (5,)),
        (own_zero, (5, 3), (5, 3, 1)),
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
        (SPARSE, (5, 4, 1), (5, 4, 3)),
        (SPARSE, (5, 1), (5, 1, 3)),
        (keras.losses.CTC(), (5, 2), (5, 4, 3)),
        (own_sparse, (5,), (5, 3)),
        # a mean and a spread for each of two numbers; a time and an event for one score; three numbers of each step
        (own_zero, (5, 2), (5, 4)),
        (own_zero, (5, 2), (5, 1)),
        (own_zero, (5, 3), (5, 7, 2)),
    ],
)
def test_labels_of_the_right_shape_pass(loss_fn, labels_shape, logits_shape):
    assert np.isfinite(check_shapes(loss_fn, labels_shape, logits_shape))


def test_flat_labels_are_refused_by_train_as_well():
    message = error_of((FEATURES, LABELS[:, 0]))
    assert "(B,)" in message and "(B, 1)" in message and "labels[:, None]" in message


def squares(labels, logits):
    return tf.reduce_mean((labels - logits) ** 2)


@pytest.mark.parametrize("kind", ["int64", "float64", "uint8"])
def test_labels_of_another_type_are_refused_if_a_loss_of_ones_own_fails_on_them(kind):
    message = error_of((FEATURES, LABELS.astype(kind)), loss_fn=squares)
    assert "labels of another type" in message and f"type {kind}" in message and "type float32" in message
    assert "labels of another type" in error_of(val_data=(VAL[0], VAL[1].astype(kind)), loss_fn=squares)


def test_labels_of_another_type_pass_where_the_loss_takes_them():
    for loss_fn in (BCE, lambda labels, logits: squares(tf.cast(labels, logits.dtype), logits)):
        training.train(network(), adam(), loss_fn, (FEATURES, LABELS.astype(int)), epochs=1)


def test_other_faults_of_a_loss_of_ones_own_are_told_as_they_are():
    def broken(labels, logits):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="^mine$"):
        training.train(network(), adam(), broken, DATA, epochs=1)


def several(outputs):
    inputs = keras.Input((6,))
    return keras.Model(inputs, outputs(keras.layers.Dense(1)(inputs)))


@pytest.mark.parametrize("outputs", [lambda layer: [layer, layer], lambda layer: {"one": layer}], ids=["list", "names"])
def test_several_outputs_are_refused_in_words(outputs):
    assert "the model has several outputs" in error_of(model=several(outputs))
    assert "the labels are not one tensor" in error_of((FEATURES, (LABELS, LABELS)))
    assert "the labels are not one tensor" in error_of((FEATURES, {"one": LABELS}))


def test_a_loss_of_each_row_is_refused():
    message = error_of(loss_fn=keras.losses.BinaryCrossentropy(reduction=None))
    assert "the loss is not one number" in message and "shape (B,)" in message
    assert "the loss is not one number" in error_of(loss_fn=keras.losses.mean_squared_error)


# Class weights


def test_a_class_without_a_weight_is_refused():
    message = error_of(class_weight={0: 1.0}, started=True)
    assert "a class has no weight" in message and "[0.0, 1.0]" in message and "add a weight for [1.0]" in message
    with pytest.raises(ValueError, match=r"\[2\]"):
        training.weights_of_rows(np.array([0, 1, 2]), CLASS_WEIGHT)


def test_string_keys_are_refused():
    message = error_of(class_weight={"0": 1.0, "1": 2.0})
    assert "keys that are not numbers" in message and "['0', '1']" in message


def test_class_weights_of_other_forms_are_refused():
    for weights in (np.array([1.0, 2.0]), [1.0, 2.0], "balanced"):
        message = error_of(class_weight=weights)
        assert "class_weight is not a dictionary" in message and "dict(enumerate(class_weight))" in message
        with pytest.raises(ValueError, match="is not a dictionary"):
            training.weights_of_rows(np.array([0, 1]), weights)
    for weight in ("2", None, -1.0, np.nan, np.inf, True):
        assert f"[{weight!r}]" in error_of(class_weight={0: 1.0, 1: weight})


def test_class_weights_need_one_class_a_row():
    with pytest.raises(ValueError, match="one class each") as caught:
        training.weights_of_rows(np.zeros((4, 3, 2)), {0: 1.0})
    assert "(4, 3, 2)" in str(caught.value)


def test_class_weights_need_a_loss_that_takes_them():
    message = error_of(loss_fn=squares, class_weight=CLASS_WEIGHT)
    assert "the loss cannot weigh rows" in message and "squares(labels, logits)" in message

    def anything(labels, logits, **settings):
        return squares(labels, logits)

    def by_name(labels, logits, sample_weight):
        return squares(labels, logits)

    for loss_fn in (anything, by_name, functools.partial(by_name)):
        training.train(network(), adam(), loss_fn, DATA, epochs=1, class_weight=CLASS_WEIGHT)


# Arguments


class OwnStep(keras.Sequential):
    def train_step(self, data):
        return {}


class OwnLoss(keras.Sequential):
    def compute_loss(self, *args, **settings):
        return 0.0


LAYERS = [keras.Input((6,)), keras.layers.Dense(1)]
WRONG = {
    "model: text": (dict(model="network"), "this is no model", "'network'"),
    "model: not built": (dict(model=keras.Sequential([keras.layers.Dense(1)])), "nothing to train", "keras.Input"),
    "model: own train_step": (dict(model=OwnStep(LAYERS)), "would be ignored", "train_step in OwnStep"),
    "model: own compute_loss": (dict(model=OwnLoss(LAYERS)), "would be ignored", "compute_loss in OwnLoss"),
    "optimizer: text": (dict(optimizer="adam"), "this is no optimizer", "'adam'"),
    "optimizer: class": (dict(optimizer=keras.optimizers.Adam), "this is no optimizer", "the class Adam"),
    "loss: text": (dict(loss_fn="mse"), "this is no loss", "'mse'"),
    "loss: text, class weights": (dict(loss_fn="mse", class_weight=CLASS_WEIGHT), "this is no loss", "'mse'"),
    "loss: class": (dict(loss_fn=keras.losses.MeanSquaredError), "this is no loss", "the class MeanSquaredError"),
    "loss: list": (dict(loss_fn=[BCE]), "this is no loss", "an object of type list"),
    "metrics: list": (dict(new_metrics=["accuracy"]), "new_metrics makes no metrics", "an object of type list"),
    "metrics: dictionary": (dict(new_metrics={}), "new_metrics makes no metrics", "an object of type dict"),
    "metrics: metric": (dict(new_metrics=keras.metrics.AUC()), "new_metrics makes no metrics", "of type AUC"),
    "metrics: text": (dict(new_metrics=lambda: {"a": "accuracy"}), "new_metrics makes no metrics", "'accuracy'"),
    "metrics: class": (dict(new_metrics=lambda: {"a": keras.metrics.AUC}), "new_metrics makes no metrics", "class AUC"),
    "metrics: list made": (
        dict(new_metrics=lambda: [keras.metrics.AUC()]),
        "new_metrics makes no metrics",
        "type list",
    ),
    "metrics: named loss": (dict(new_metrics=lambda: {"loss": keras.metrics.AUC()}), "cannot use", "['loss']"),
    "metrics: named val_": (dict(new_metrics=lambda: {"val_a": keras.metrics.AUC()}), "cannot use", "['val_a']"),
    "metrics: numbered": (dict(new_metrics=lambda: {1: keras.metrics.AUC()}), "cannot use", "[1]"),
    "metrics: vector": (
        dict(new_metrics=lambda: {"f": keras.metrics.F1Score()}),
        "'f' is not one number",
        "shape (1,)",
    ),
    "patience: text": (dict(patience="3", val_data=VAL), "patience", "'3'"),
    "patience: fraction": (dict(patience=2.5, val_data=VAL), "patience", "2.5"),
    "patience: negative": (dict(patience=-1, val_data=VAL), "patience", "-1"),
    "patience: True": (dict(patience=True, val_data=VAL), "patience", "True"),
    "patience: alone": (dict(patience=3), "patience waits for a lower val_loss", "val_data=None"),
    "epochs: text": (dict(epochs="10"), "epochs", "'10'"),
    "epochs: none": (dict(epochs=0), "epochs", "1 or more"),
    "epochs: fraction": (dict(epochs=1.5), "epochs", "1.5"),
    "clip_norm: negative": (dict(clip_norm=-1.0), "clip_norm", "-1.0"),
    "clip_norm: zero": (dict(clip_norm=0), "clip_norm", "0"),
    "clip_norm: infinite": (dict(clip_norm=np.inf), "clip_norm", "inf"),
    "clip_norm: text": (dict(clip_norm="1"), "clip_norm", "'1'"),
}


@pytest.mark.parametrize("settings, problem, found", WRONG.values(), ids=WRONG)
def test_wrong_arguments_are_named_before_anything_is_trained(settings, problem, found):
    message = error_of(**settings)
    assert problem in message.splitlines()[0] and found in message


def test_a_step_for_measuring_alone_names_a_wrong_loss_too():
    with pytest.raises(ValueError, match="this is no loss"):
        training.make_test_step(network(), "mse", mean_loss())


def test_training_and_validation_may_not_share_a_metric():
    shared = keras.metrics.BinaryAccuracy()
    message = error_of(new_metrics=lambda: {"accuracy": shared})
    assert "would share a metric" in message and "['accuracy']" in message


def test_the_loss_may_be_among_the_metrics_as_the_lessons_write_it():
    history = training.train(network(), adam(), BCE, DATA, epochs=1, new_metrics=mean_loss)
    assert history.columns.tolist() == ["loss"] and history.loc[1, "loss"] > 0


def test_numbers_of_numpy_are_numbers():
    settings = dict(
        epochs=np.int64(1), patience=np.int32(2), clip_norm=np.float32(1), class_weight={0: np.float64(1), 1: 2}
    )
    training.train(network(), adam(), BCE, DATA, VAL, **settings)


# Data


dataset = training.batches(*DATA, training=False)
NO_DATA = {
    "iterator": (iter(dataset), "this is no data to train on", "not iter(dataset)"),
    "three arrays": ((FEATURES, LABELS, LABELS), "this is no data to train on", "an object of type tuple"),
    "features alone": (FEATURES, "this is no data to train on", "ndarray"),
    "three parts": (dataset.map(lambda features, labels: (features, labels, labels)), "not pairs", "dataset.map"),
    "features without labels": (dataset.map(lambda features, labels: features), "not pairs", "dataset.map"),
    "endless": (dataset.repeat(), "an epoch would never end", "repeat()"),
    "not batched": (tf.data.Dataset.from_tensor_slices((FEATURES, LABELS[:, 0])), "rows, not batches", "batch(32)"),
    "more rows than labels": ((FEATURES, LABELS[:50]), "the same rows", "(107, 6), (50, 1)"),
    "a list of inputs": (([FEATURES, FEATURES], LABELS), "the same rows", "not in a list"),
    "numbers": ((1.0, 2.0), "the same rows", "(), ()"),
    "objects": ((np.array([{}]), LABELS[:1]), "cannot become tensors", "type ndarray"),
    "nothing": ((FEATURES, None), "cannot become tensors", "None"),
}


@pytest.mark.parametrize("data, problem, part", NO_DATA.values(), ids=NO_DATA)
def test_what_is_no_data_is_refused(data, problem, part):
    for message in (error_of(data), error_of(val_data=data)):
        assert problem in message.splitlines()[0] and part in message


@pytest.mark.parametrize("batch_size", [0, 2.5, "32", None])
def test_batch_sizes_are_whole_numbers(batch_size):
    with pytest.raises(ValueError, match="batch_size is no such number") as caught:
        training.batches(FEATURES, LABELS, training=False, batch_size=batch_size)
    assert repr(batch_size) in str(caught.value)
