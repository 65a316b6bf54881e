"""Answers to 04.8."""

import keras
import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression

from answers import right, wrong


def trained(x, y, weigh, steps=80, rate=0.05, last=None):
    """Return a model of one unit; `weigh(losses, labels)` makes one number of the rows' losses."""
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(1, activation=last)])
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            out = model(x, training=True)
            if last:
                losses = keras.ops.binary_crossentropy(y, out)
            else:
                losses = tf.nn.sigmoid_cross_entropy_with_logits(y, out)
            loss = weigh(losses, y)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    for _ in range(steps):
        step()
    return model


def per_row(losses, labels):
    share = tf.reduce_mean(labels)
    return tf.reduce_mean(losses * (labels * 0.5 / share + (1 - labels) * 0.5 / (1 - share)))


def too_late(losses, labels):
    share = tf.reduce_mean(labels)
    return tf.reduce_mean(tf.reduce_mean(losses) * (labels * 0.5 / share + (1 - labels) * 0.5 / (1 - share)))


def cheapest(p, y, missed=100, alarm=1, candidates=None):
    p, y = np.ravel(p), np.ravel(y)
    candidates = np.sort(p) if candidates is None else candidates
    costs = [missed * np.sum((p < c) & (y == 1)) + alarm * np.sum((p >= c) & (y == 0)) for c in candidates]
    return candidates[int(np.argmin(costs))]


@right("sorted validation probabilities as candidates")
def sorted_candidates(train_features, train_labels, val_features, val_labels):
    model = trained(train_features, train_labels, per_row)
    return model, cheapest(tf.sigmoid(model(val_features)), val_labels)


@right("a grid of 0.01")
def on_a_grid(train_features, train_labels, val_features, val_labels):
    model = trained(train_features, train_labels, per_row)
    return model, cheapest(tf.sigmoid(model(val_features)), val_labels, candidates=np.arange(0.0, 1.0, 0.01))


@right("scikit-learn's balanced logistic regression, put into a Keras model")
def from_sklearn(train_features, train_labels, val_features, val_labels):
    logistic = LogisticRegression(class_weight="balanced", C=0.3).fit(train_features, train_labels[:, 0])
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(1)])
    model.set_weights([logistic.coef_.T, logistic.intercept_])
    return model, cheapest(logistic.predict_proba(val_features)[:, 1], val_labels)


@wrong("no weights at all", named="weights that do nothing")
def no_weights(train_features, train_labels, val_features, val_labels):
    model = trained(train_features, train_labels, lambda losses, _: tf.reduce_mean(losses))
    return model, cheapest(tf.sigmoid(model(val_features)), val_labels)


@wrong("weights times the averaged loss", named="weights that do nothing")
def weights_too_late(train_features, train_labels, val_features, val_labels):
    model = trained(train_features, train_labels, too_late)
    return model, cheapest(tf.sigmoid(model(val_features)), val_labels)


@wrong("the threshold stays at one half", named="a threshold that nobody chose")
def one_half(train_features, train_labels, val_features, val_labels):
    return trained(train_features, train_labels, per_row), 0.5


@wrong("the threshold from the costs alone", named="the threshold of calibrated probabilities")
def from_costs(train_features, train_labels, val_features, val_labels):
    return trained(train_features, train_labels, per_row), 1 / (1 + 100)


@wrong("the training rows choose", named="the threshold chosen on the training rows")
def on_training_rows(train_features, train_labels, val_features, val_labels):
    model = trained(train_features, train_labels, per_row)
    return model, cheapest(tf.sigmoid(model(train_features)), train_labels)


@wrong("the two costs exchanged", named="the costs exchanged")
def other_costs(train_features, train_labels, val_features, val_labels):
    model = trained(train_features, train_labels, per_row)
    return model, cheapest(tf.sigmoid(model(val_features)), val_labels, missed=1, alarm=100)


@wrong("the highest accuracy chooses", named="the threshold chosen by accuracy")
def by_accuracy(train_features, train_labels, val_features, val_labels):
    model = trained(train_features, train_labels, per_row)
    return model, cheapest(tf.sigmoid(model(val_features)), val_labels, missed=1)


@wrong("a sigmoid in the model", named="a model that ends in a sigmoid")
def with_sigmoid(train_features, train_labels, val_features, val_labels):
    model = trained(train_features, train_labels, per_row, last="sigmoid")
    return model, cheapest(model(val_features), val_labels)


@wrong("the threshold as a logit")
def as_logit(train_features, train_labels, val_features, val_labels):
    model = trained(train_features, train_labels, per_row)
    return model, cheapest(model(val_features).numpy(), val_labels)


@wrong("only the model")
def only_the_model(train_features, train_labels, val_features, val_labels):
    return trained(train_features, train_labels, per_row, steps=5)
