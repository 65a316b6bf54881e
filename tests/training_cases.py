"""Data, networks and runs that the tests of the finished loop share.

107 rows, so that most batch sizes leave a ragged last batch. `by_fit` and `by_hand` train the same network from the
same start on the same batches, one with `model.fit`, the other with the loop of helpers/training.
"""

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from helpers import training

ROWS, EPOCHS = 107, 3
TIGHT, FAR = 1e-6, 1e-2
# a GPU may add in another order each time
EXACT = TIGHT if tf.config.list_physical_devices("GPU") else 0.0

random = np.random.default_rng(0)
FEATURES = random.normal(size=(ROWS, 6)).astype("float32")
LABELS = (FEATURES[:, :1] + 0.5 * random.normal(size=(ROWS, 1)) > 0.6).astype("float32")
DATA = (FEATURES, LABELS)
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


def start(build, batch_size=32, data=DATA):
    """Make everything random afresh, in a fixed order: seed, dataset, model."""
    keras.utils.set_random_seed(0)
    dataset = training.batches(*data, training=True, batch_size=batch_size)
    return dataset, build()


def by_fit(
    build=network,
    optimizer=adam,
    batch_size=32,
    loss_fn=BCE,
    epochs=EPOCHS,
    data=DATA,
    val_data=None,
    metrics=new_metrics,
    **fit_settings,
):
    dataset, model = start(build, batch_size, data)
    model.compile(optimizer(), loss_fn, metrics=list(metrics().values()), jit_compile=False)
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
    data=DATA,
    val_data=None,
    metrics=new_metrics,
    change=lambda dataset: dataset,
    **settings,
):
    dataset, model = start(build, batch_size, data)
    history = training.train(
        model, optimizer(), loss_fn, change(dataset), val_data, epochs=epochs, new_metrics=metrics, **settings
    )
    return model.get_weights(), history


def difference(weights, others):
    return max(np.abs(one - other).max() for one, other in zip(weights, others, strict=True))


def assert_same(hand, fit, tolerance=EXACT):
    print(f"largest weight difference {difference(hand[0], fit[0]):.1e}")
    assert difference(hand[0], fit[0]) <= tolerance
    np.testing.assert_allclose(hand[1], fit[1][hand[1].columns], rtol=0, atol=TIGHT)
