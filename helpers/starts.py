"""Lesson 04's network from several starts at once: what a comparison over seeds needs, in a tenth of the time."""

import keras
import numpy as np
import tensorflow as tf

UNITS = 10


def first_weights(seed, columns, output_bias=0.0):
    """Return what the network of this start begins with: kernel and bias of its hidden and of its output layer."""
    hidden, output = (keras.initializers.GlorotUniform(seed=2 * seed + layer) for layer in (0, 1))
    return [
        hidden((columns, UNITS)).numpy(),
        np.zeros(UNITS, "float32"),
        output((UNITS, 1)).numpy(),
        np.full(1, output_bias, "float32"),
    ]


def order_of_epoch(seed, epoch, n):
    """Return the order in which the network of this start meets its n rows in an epoch, numbers from 0."""
    return np.random.default_rng([seed, epoch]).permutation(n)


def train_starts(
    features,
    labels,
    rows,
    val_features,
    epochs,
    *,
    class_weights=(1.0, 1.0),
    output_bias=0.0,
    batch_size=32,
    optimizer=None,
):
    """Train a network on each of several choices of rows; return their logits of other rows after every epoch.

    Start number s, counted from 0, has weights and an order of its own (`first_weights`, `order_of_epoch`). Otherwise
    each training is that of lesson 04: 10 ReLU units and a logit, Adam at 0.001 unless told otherwise, the mean of the
    batch's weighted losses. That all go side by side changes nothing: no number of one start enters another's.

    Args:
        features, labels: float32 (n, K) and (n, 1), the table from which the rows are chosen.
        rows: for each start which rows it trains on, integers (starts, rows); a row may be chosen more than once.
        val_features: float32 (m, K).
        epochs: passes over the chosen rows.
        class_weights: by what the losses of class 0 and of class 1 are multiplied.
        output_bias: where the bias of the output layer starts.
        batch_size: rows in a batch; the last one may be smaller.
        optimizer: a Keras optimizer that has not trained yet; None is Adam at 0.001. It must treat each number of a
            variable by itself, as SGD and Adam do.

    Returns:
        float32 (epochs, starts, m).
    """
    rows = np.asarray(rows)
    starts, n_rows = rows.shape
    firsts = [first_weights(seed, features.shape[1], output_bias) for seed in range(starts)]
    # of each kind the weights of all starts in one variable: (starts, ...)
    variables = [tf.Variable(np.stack(kind)) for kind in zip(*firsts)]
    if optimizer is None:
        optimizer = keras.optimizers.Adam(learning_rate=1e-3)
    optimizer.build(variables)
    features, labels, val_features = (tf.constant(part, tf.float32) for part in (features, labels, val_features))
    weight_of_0, weight_of_1 = (tf.constant(weight, tf.float32) for weight in class_weights)

    def logits_of(batches):
        kernel, bias, output_kernel, output_bias = variables
        hidden = tf.nn.relu(tf.matmul(batches, kernel) + bias[:, None])
        return tf.matmul(hidden, output_kernel) + output_bias[:, None]

    @tf.function
    def train_epoch(orders):
        # once for the whole epoch: to gather in every step costs more than to cut
        all_features, all_labels = tf.gather(features, orders), tf.gather(labels, orders)
        for begin in tf.range(0, n_rows, batch_size):
            batch, truth = (part[:, begin : begin + batch_size] for part in (all_features, all_labels))
            with tf.GradientTape() as tape:
                losses = tf.nn.sigmoid_cross_entropy_with_logits(truth, logits_of(batch))
                losses *= tf.where(truth == 1, weight_of_1, weight_of_0)
                # a mean for each start; in their sum every start keeps its own gradient
                loss = tf.reduce_sum(tf.reduce_mean(losses, axis=1))
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

    logits = []
    for epoch in range(epochs):
        orders = [own[order_of_epoch(seed, epoch, n_rows)] for seed, own in enumerate(rows)]
        train_epoch(tf.constant(np.stack(orders), tf.int32))
        logits.append(logits_of(val_features[None])[:, :, 0].numpy())
    return np.stack(logits)
