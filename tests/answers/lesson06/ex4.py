"""Answers to 06.4."""

import keras
import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from answers import right, wrong


def train(model, features, labels, steps, rate, penalties=True):
    loss_fn, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.Adam(rate)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
            if penalties:
                loss += sum(model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    for _ in range(steps):
        step()
    return model


@right("scikit-learn's logistic regression with a strong penalty")
def strong_penalty(train_features, train_labels, features):
    return LogisticRegression(C=0.01).fit(train_features, train_labels.ravel()).predict_proba(features)[:, 1]


@right("forty neighbors vote")
def neighbors(train_features, train_labels, features):
    model = KNeighborsClassifier(40).fit(train_features, train_labels.ravel())
    return model.predict_proba(features)[:, 1]


@right("a network with a penalty on its first layer")
def network_with_penalty(train_features, train_labels, features):
    hidden = keras.layers.Dense(16, activation="tanh", kernel_regularizer=keras.regularizers.L2(0.05))
    model = keras.Sequential([keras.Input((30,)), hidden, keras.layers.Dense(1)])
    train(model, train_features, train_labels, 100, 0.02)
    return tf.sigmoid(model(features)).numpy()


@right("logistic regression on three main components")
def main_components(train_features, train_labels, features):
    _, _, axes = np.linalg.svd(train_features, full_matrices=False)
    model = LogisticRegression(C=0.1).fit(train_features @ axes[:3].T, train_labels.ravel())
    return model.predict_proba(features @ axes[:3].T)[:, 1]


@wrong("a large network, long trained", named="the wrong labels learned by heart")
def large_network(train_features, train_labels, features):
    layers = [keras.layers.Dense(128, activation="relu") for _ in range(3)]
    model = keras.Sequential([keras.Input((30,)), *layers, keras.layers.Dense(1)])
    train(model, train_features, train_labels, 300, 0.003)
    return tf.sigmoid(model(features)).numpy()


@wrong("penalties that the loop does not add", named="the wrong labels learned by heart")
def penalty_forgotten(train_features, train_labels, features):
    penalty = keras.regularizers.L2(0.03)
    layers = [keras.layers.Dense(128, activation="relu", kernel_regularizer=penalty) for _ in range(3)]
    model = keras.Sequential([keras.Input((30,)), *layers, keras.layers.Dense(1)])
    train(model, train_features, train_labels, 300, 0.003, penalties=False)
    return tf.sigmoid(model(features)).numpy()


@wrong("scikit-learn's classes in place of probabilities", named="decisions in place of probabilities")
def classes(train_features, train_labels, features):
    return LogisticRegression(C=0.01).fit(train_features, train_labels.ravel()).predict(features)


@wrong("the column of the other class", named="the other class")
def first_column(train_features, train_labels, features):
    return LogisticRegression(C=0.01).fit(train_features, train_labels.ravel()).predict_proba(features)[:, 0]


@wrong("a penalty so strong that nothing can be learned", named="hardly anything learned")
def far_too_strong(train_features, train_labels, features):
    return LogisticRegression(C=1e-7).fit(train_features, train_labels.ravel()).predict_proba(features)[:, 1]


@wrong("the sigmoid is missing", named="logits in place of probabilities")
def no_sigmoid(train_features, train_labels, features):
    return LogisticRegression(C=0.01).fit(train_features, train_labels.ravel()).decision_function(features)


@wrong("both columns", named="two probabilities for each row")
def both_columns(train_features, train_labels, features):
    return LogisticRegression(C=0.01).fit(train_features, train_labels.ravel()).predict_proba(features)
