"""The finished loop is equal to `model.fit`, case by case, and far from it when a line is wrong.

Both sides record graphs, and the weights agree to the last bit; TIGHT is for the curves, and for the cases that say
why. The wrong loops show what these tolerances are worth.
"""

import functools

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

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
    assert_same,
    by_fit,
    by_hand,
    difference,
    everything,
    mean_loss,
    network,
    new_metrics,
    random,
    sgd,
    start,
)

# The same as model.fit


def scaled(optimizer, **settings):
    return keras.optimizers.LossScaleOptimizer(optimizer, **settings)


def in_float16():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        return everything()
    finally:
        keras.config.set_dtype_policy("float32")


def penalties():
    regularizer = keras.regularizers.L1L2(0.01, 0.02)
    settings = dict(activation="elu", kernel_regularizer=regularizer, bias_regularizer="l2")
    settings |= dict(activity_regularizer=keras.regularizers.L2(0.01), kernel_constraint=keras.constraints.MaxNorm(0.5))
    layers = [keras.layers.Dense(7, **settings) for _ in range(2)]
    layers.insert(1, keras.layers.Dense(7, trainable=False))
    return keras.Sequential([keras.Input((6,)), *layers, keras.layers.Dense(1)])


def two_inputs(as_dictionary=False):
    left, right = keras.Input((4,), name="left"), keras.Input((2,), name="right")
    hidden = keras.layers.Concatenate()([keras.layers.Dense(5, activation="relu")(left), right])
    outputs = keras.layers.Dense(1)(keras.layers.Dropout(0.3)(hidden))
    return keras.Model({"left": left, "right": right} if as_dictionary else (left, right), outputs)


def in_two_parts(features, labels):
    return (features[:, :4], features[:, 4:]), labels


def as_dictionary(features, labels):
    return {"left": features[:, :4], "right": features[:, 4:]}, labels


def three_classes():
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3)])


def masked_sequences():
    # the loss leaves out the steps that Embedding masks
    layers = [keras.layers.Embedding(20, 4, mask_zero=True), keras.layers.GRU(5, return_sequences=True)]
    return keras.Sequential([keras.Input((9,), dtype="int32"), *layers, keras.layers.Dense(3)])


SPARSE = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
SOFTMAX = keras.losses.CategoricalCrossentropy(from_logits=True)
CLASSES = random.integers(0, 3, ROWS)
WORDS = random.integers(1, 20, (ROWS, 9)) * (np.arange(9) < 6)
WARM = keras.optimizers.schedules.CosineDecay(0.3, 10, warmup_steps=3, warmup_target=0.5)

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
    "penalties, a constraint, a frozen layer": dict(build=penalties, val_data=VAL),
    "schedule": dict(optimizer=lambda: keras.optimizers.SGD(WARM, momentum=0.9)),
    "loss scale": dict(optimizer=lambda: scaled(sgd()), build=everything, val_data=VAL),
    "loss scale that overflows first": dict(optimizer=lambda: scaled(sgd(), initial_scale=1e38)),
    "loss scale, accumulation, EMA": dict(
        optimizer=lambda: scaled(adam(gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.8))
    ),
    "loss_scale_factor, clipnorm": dict(optimizer=lambda: sgd(loss_scale_factor=64.0, clipnorm=0.05), val_data=VAL),
    "mixed_float16": dict(build=in_float16, val_data=VAL),
    "mixed_float16, class weights": dict(build=in_float16, optimizer=sgd, class_weight=CLASS_WEIGHT),
    "EMA": dict(optimizer=lambda: adam(use_ema=True, ema_momentum=0.8), val_data=VAL),
    "EMA that overwrites": dict(optimizer=lambda: sgd(use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=5)),
    "two inputs": dict(build=two_inputs, data=in_two_parts(FEATURES, LABELS), val_data=in_two_parts(*VAL)),
    "two inputs by name, class weights": dict(
        build=lambda: two_inputs(as_dictionary=True),
        data=as_dictionary(FEATURES, LABELS),
        val_data=as_dictionary(*VAL),
        class_weight=CLASS_WEIGHT,
    ),
    "one-hot, class weights": dict(
        build=three_classes,
        data=(FEATURES, np.eye(3, dtype="float32")[CLASSES]),
        loss_fn=SOFTMAX,
        metrics=lambda: {"f1": keras.metrics.F1Score("macro", name="f1")},
        class_weight={0: 0.5, 1: 1.0, 2: 4.0},
    ),
    "masked sequences": dict(
        build=masked_sequences,
        data=(WORDS, WORDS % 3),
        loss_fn=SPARSE,
        metrics=lambda: {"accuracy": keras.metrics.SparseCategoricalAccuracy("accuracy")},
    ),
    **{f"batches of {size}": dict(batch_size=size) for size in (1, 7, 106, 107, 500)},
}


@functools.cache
def fitted(case):
    return by_fit(**SAME[case])


@pytest.mark.sampled
@pytest.mark.parametrize("case", SAME)
def test_train_equals_fit(case):
    hand = by_hand(**SAME[case])
    measured = ["loss", *SAME[case].get("metrics", new_metrics)()]
    assert list(hand[1].columns) == measured + [f"val_{name}" for name in measured] * ("val_data" in SAME[case])
    assert_same(hand, fitted(case))


# arrays take another path than datasets: batches cut inside the graph
@pytest.mark.sampled
@pytest.mark.parametrize(
    "case",
    [
        "class weights, Adam",
        "L2, Dropout",
        "BatchNorm",
        "loss scale, accumulation, EMA",
        "mixed_float16, class weights",
        "two inputs by name, class weights",
        "one-hot, class weights",
        "masked sequences",
    ],
)
def test_train_on_arrays_equals_fit(case):
    arrays = SAME[case].get("data", (FEATURES, LABELS))
    assert_same(by_hand(**SAME[case], change=lambda _: arrays), fitted(case))


# in another order: clipped and then unscaled, not unscaled and then clipped
@pytest.mark.sampled
@pytest.mark.parametrize(
    "build, optimizer",
    [
        (network, sgd),
        (network, lambda **clip: sgd(loss_scale_factor=64.0, **clip)),
        (network, lambda **clip: scaled(sgd(**clip))),
        (in_float16, sgd),
    ],
    ids=["plain", "loss_scale_factor", "loss scale", "mixed_float16"],
)
def test_clip_norm_equals_the_optimizers_own_global_clipnorm(build, optimizer):
    hand = by_hand(build, optimizer, clip_norm=0.05)
    assert_same(hand, by_fit(build, lambda: optimizer(global_clipnorm=0.05)), TIGHT)


def weighted_squares(labels, logits, sample_weight=None):
    squares = (labels - logits) ** 2
    return tf.reduce_mean(squares if sample_weight is None else squares * sample_weight[:, None])


def test_a_loss_of_ones_own_may_weigh_the_rows():
    # `fit` would multiply the average that the function returns: it equals Keras's loss, which weighs before
    settings = dict(optimizer=lambda: keras.optimizers.SGD(0.1), class_weight=CLASS_WEIGHT)
    fit = by_fit(loss_fn=keras.losses.MeanSquaredError(), **settings)
    assert_same(by_hand(loss_fn=weighted_squares, **settings), fit, TIGHT)
    assert difference(by_fit(loss_fn=weighted_squares, **settings)[0], fit[0]) > FAR


def test_a_model_whose_call_takes_no_training_gets_it_all_the_same():
    # `fit` runs such a model without its Dropout
    class Plain(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = network(dropout=0.5)
            self(FEATURES[:1])

        def call(self, features):
            return self.inner(features)

    def named():
        model = network(dropout=0.5)
        model(FEATURES[:1])
        return model

    assert_same(by_hand(Plain), by_fit(named))
    assert difference(by_hand(Plain)[0], by_fit(Plain)[0]) > FAR


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


@pytest.mark.sampled
@pytest.mark.parametrize(
    "patience, optimizer",
    [
        (3, adam),
        # first the moving averages take the weights' place, then the best weights come back
        (2, lambda: adam(use_ema=True, ema_momentum=0.8)),
        (1, lambda: keras.optimizers.SGD(1.5)),
    ],
    ids=["Adam", "EMA", "SGD"],
)
def test_early_stopping_equals_keras_callback(patience, optimizer):
    settings = dict(val_data=VAL, epochs=60, optimizer=optimizer)
    callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience, restore_best_weights=True)
    hand, fit = by_hand(patience=patience, **settings), by_fit(callbacks=[callback], **settings)
    assert len(hand[1]) == len(fit[1]) < 60
    assert hand[1]["val_loss"].idxmin() == len(hand[1]) - patience
    assert_same(hand, fit)


@pytest.mark.parametrize("patience, epochs", [(2, 3), (1, 2), (0, 2)])
def test_patience_ends_where_the_loss_stays_flat(patience, epochs):
    callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience, restore_best_weights=True)
    settings = dict(val_data=VAL, epochs=5, optimizer=lambda: keras.optimizers.SGD(0.0))
    hand, fit = by_hand(patience=patience, **settings), by_fit(callbacks=[callback], **settings)
    assert hand[1]["val_loss"].nunique() == 1
    assert len(hand[1]) == len(fit[1]) == epochs


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
    "moving averages left out": ("EMA", dict()),
}


@pytest.mark.sampled
@pytest.mark.parametrize("right, wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_loop_is_far_from_fit(right, wrong):
    distance = difference(by_hand(**wrong)[0], fitted(right)[0])
    print(f"largest weight difference {distance:.1e}")
    assert distance > FAR
