"""Several starts at once: each ends as a Keras model does that is trained alone, by the loop of the lessons."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers.starts import first_weights, order_of_epoch, train_starts

DRAW = np.random.default_rng(0)
FEATURES = DRAW.normal(size=(60, 3)).astype("float32")
LABELS = (FEATURES[:, :1] > 0.8).astype("float32")
NEW = DRAW.normal(size=(7, 3)).astype("float32")
# two starts, rows of their own, the first row of each twice; 41 rows are ragged batches
ROWS = np.stack([np.append(DRAW.permutation(60)[:40], 0) for _ in range(2)])


def trained_alone(seed, epochs, class_weights, output_bias, batch_size, optimizer):
    hidden, output = keras.layers.Dense(10, activation="relu"), keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((3,)), hidden, output])
    model.set_weights(first_weights(seed, 3, output_bias))
    loss_fn, logits = keras.losses.BinaryCrossentropy(from_logits=True), []
    for epoch in range(epochs):
        order = ROWS[seed][order_of_epoch(seed, epoch, len(ROWS[seed]))]
        for begin in range(0, len(order), batch_size):
            rows = order[begin : begin + batch_size]
            row_weights = np.array(class_weights)[LABELS[rows, 0].astype(int)]
            with tf.GradientTape() as tape:
                loss = loss_fn(LABELS[rows], model(FEATURES[rows]), sample_weight=row_weights)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        logits.append(model(NEW)[:, 0].numpy())
    return np.stack(logits)


@pytest.mark.parametrize(
    ("class_weights", "output_bias", "batch_size"),
    [((1.0, 1.0), 0.0, 32), ((0.6, 5.0), 0.0, 8), ((1.0, 1.0), -3.0, 50)],
)
def test_each_start_is_a_training_of_its_own(class_weights, output_bias, batch_size):
    options = {"class_weights": class_weights, "output_bias": output_bias, "batch_size": batch_size}
    together = train_starts(FEATURES, LABELS, ROWS, NEW, 3, **options)
    adams = [keras.optimizers.Adam(learning_rate=1e-3) for _ in range(2)]
    alone = np.stack([trained_alone(seed, 3, **options, optimizer=adam) for seed, adam in enumerate(adams)], axis=1)
    assert together.shape == (3, 2, 7)
    assert together == pytest.approx(alone, abs=1e-5)
    # a step at Adam's rate moves a logit more than that
    assert np.abs(together[2] - together[0]).max() > 1e-3


def test_another_optimizer_trains_instead_of_adam():
    options = {"class_weights": (0.6, 5.0), "output_bias": 0.0, "batch_size": 8}
    together = train_starts(FEATURES, LABELS, ROWS, NEW, 3, **options, optimizer=keras.optimizers.SGD(0.1))
    descents = [keras.optimizers.SGD(0.1) for _ in range(2)]
    alone = [trained_alone(seed, 3, **options, optimizer=descent) for seed, descent in enumerate(descents)]
    assert together == pytest.approx(np.stack(alone, axis=1), abs=1e-5)
    by_adam = train_starts(FEATURES, LABELS, ROWS, NEW, 3, **options)
    assert np.abs(together - by_adam).max() > 0.1


def test_starts_and_epochs_differ():
    kernels = [first_weights(seed, 3)[0] for seed in range(3)]
    assert len({kernel.tobytes() for kernel in kernels}) == 3
    orders = [order_of_epoch(seed, epoch, 9).tolist() for seed in range(2) for epoch in range(2)]
    assert len(set(map(tuple, orders))) == 4 and all(sorted(order) == list(range(9)) for order in orders)


def test_a_kernel_starts_as_a_layer_of_keras_does():
    """Glorot's uniform, which Dense takes unless told otherwise; a bias starts at 0, the last one where it is told."""
    kernel, bias, output_kernel, output_bias = first_weights(0, 45, -3.0)
    for found, limit in ((kernel, np.sqrt(6 / 55)), (output_kernel, np.sqrt(6 / 11))):
        assert 0.8 * limit < np.abs(found).max() <= limit
    assert not bias.any() and output_bias == [-3.0]
