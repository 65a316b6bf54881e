"""06.4 The whole loop: labels that nobody checked."""

import functools

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_breast_cancer

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "The whole loop: labels that nobody checked"
TASK = """
scikit-learn's table `load_breast_cancer` describes 569 tumors by 30 columns each. For 300 of them you get a label, 1
for benign and 0 for malignant. But nobody checked the labels, and **a quarter of them are wrong**. For the other 269
you get none, and on these your answers are compared with the truth. (This is an exercise about loops, and no way to
judge a tumor.)

Write `benign_probabilities(train_features, train_labels, features)`: it trains a model on the 300 and returns, for each
row of `features` and in their order, the probability that the tumor is benign, an array of shape `(m,)` or `(m, 1)`.
All features are standardized already, with mean and deviation of the 300. In two draws of 300, on average:

- at least 85 % of the answers are right, if a probability above 0.5 means benign;
- the mean loss (binary cross-entropy, in nats) is at most 0.55;
- at most 30 % of the answers are surer than 99 in 100.

Model, optimizer and number of steps are yours. A hundred steps over all 300 rows at once are enough if the rate is
large, fifty times the one with which Adam begins by default.
"""
HINTS = (
    "How well does a network of one hidden layer agree with its own 300 labels after 200 steps? How well *should* it?",
    "Keep it from learning single rows by heart: with a penalty on the weights, with Dropout, with a small model, or "
    "by stopping early.",
    "One layer, `keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.1))`, does it, if the loop adds "
    "`sum(model.losses)` to its loss.",
)


def benign_probabilities(train_features, train_labels, features):
    """Train on rows of which a quarter have the wrong label; return each new row's probability of class 1.

    Args:
        train_features: float32 (n, 30), standardized, NumPy.
        train_labels: 1 for benign, 0 for malignant, a quarter of them wrong, float32 (n, 1), NumPy.
        features: float32 (m, 30), standardized in the same way, NumPy.

    Returns:
        probabilities, an array or tensor (m,) or (m, 1).
    """
    penalty = keras.regularizers.L2(0.1)
    model = keras.Sequential([keras.Input((30,)), keras.layers.Dense(1, kernel_regularizer=penalty)])
    loss_fn, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.Adam(0.1)
    for _ in range(40):
        with tf.GradientTape() as tape:
            loss = loss_fn(train_labels, model(train_features, training=True)) + sum(model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return tf.sigmoid(model(features, training=False))


NOTE = (
    "The honest probability of a model that knows its labels to be wrong in a quarter of the rows is never far above "
    "0.75. Whoever is surer than that has learned single rows by heart."
)
EXPLANATION = (
    "With small weights the model cannot follow single rows, only what many rows agree on, and the wrong labels agree "
    "on nothing. The penalty must be added by the loop; `Dense` alone only computes it."
)


# Other right answers


def network_with_dropout_and_penalty(train_features, train_labels, features):
    layer = keras.layers.Dense(32, activation="relu", kernel_regularizer=keras.regularizers.L2(0.03))
    model = keras.Sequential([keras.Input((30,)), layer, keras.layers.Dropout(0.5), keras.layers.Dense(1)])
    loss_fn, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = loss_fn(train_labels, model(train_features, training=True)) + sum(model.losses)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    for _ in range(120):
        step()
    return tf.sigmoid(model(features)).numpy()[:, 0]


# Mistakes


def logistic(train_features, train_labels, features, steps=100, penalty=0.1):
    """Return the logits of a logistic regression with a penalty, in NumPy."""
    weights, bias = np.zeros((30, 1)), 0.0
    for _ in range(steps):
        error = 1 / (1 + np.exp(-train_features @ weights - bias)) - train_labels
        weights -= 0.3 * (train_features.T @ error / len(error) + 2 * penalty * weights)
        bias -= 0.3 * error.mean()
    return features @ weights + bias


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


@mistake(
    "the wrong labels learned by heart",
    "Too few answers are right, and far too many of them are almost certain. The model followed its 300 labels, the "
    "wrong ones, too: it is too large, or it was trained too long, and nothing kept its weights small. If you gave it "
    "a penalty: does your loop add `sum(model.losses)`? With Dropout: does it call the model with `training=True`?",
)
def by_heart(train_features, train_labels, features):
    # as surely as a network does it: each row gets the label of the known row that is nearest
    distances = np.square(features[:, np.newaxis] - train_features).sum(axis=2)
    return 0.001 + 0.998 * train_labels[distances.argmin(axis=1)]


@mistake(
    "hardly anything learned",
    "Too few answers are right, and none is sure: the loop is too short for its rate, or the penalty is so strong that "
    "no weight can grow. Take more steps or larger ones, or a weaker penalty.",
)
def hardly_learned(train_features, train_labels, features):
    return np.full(len(features), train_labels.mean())


@mistake(
    "the other class",
    "Most answers would be right if each were turned around: these are the probabilities of malignant. Label 1 means "
    "benign here.",
)
def other_class(train_features, train_labels, features):
    return sigmoid(-logistic(train_features, train_labels, features))


@mistake(
    "decisions in place of probabilities",
    "Most answers are right, and all are absolutely sure: these are decisions, 0 and 1. Each mistake then costs as "
    "much as a mistake can. Return what comes out of the sigmoid.",
)
def decisions(train_features, train_labels, features):
    return (logistic(train_features, train_labels, features) > 0).astype("float32")


@mistake(
    "logits in place of probabilities",
    "Numbers below 0 or above 1 are no probabilities; they are logits, most likely. Put `tf.sigmoid` around them.",
)
def logits(train_features, train_labels, features):
    return logistic(train_features, train_labels, features)


@mistake(
    "the rows that were known already",
    "There is an answer for each of the 300 training rows. Train on `train_features`, and predict for `features`.",
)
def known_rows(train_features, train_labels, features):
    return sigmoid(logistic(train_features, train_labels, train_features))


@mistake(
    "two probabilities for each row",
    "There are twice as many numbers as rows: a probability for each class, as scikit-learn's `predict_proba` and a "
    "softmax over two outputs have them. Return the column for benign, `[:, 1]`.",
)
def two_columns(train_features, train_labels, features):
    probabilities = sigmoid(logistic(train_features, train_labels, features))
    return np.column_stack([1 - probabilities[:, 0], probabilities[:, 0]])


# Probes


@functools.cache
def draw(seed):
    """Return 300 standardized rows, their labels, a quarter of them wrong, and the other rows with the truth."""
    features, labels = load_breast_cancer(return_X_y=True)
    random = np.random.default_rng(seed)
    order = random.permutation(len(features))
    known, new = order[:300], order[300:]
    features = (features - features[known].mean(axis=0)) / features[known].std(axis=0)
    turned = np.zeros(300, bool)
    turned[random.permutation(300)[:75]] = True
    given = np.where(turned, 1 - labels[known], labels[known])
    parts = features[known], given[:, np.newaxis], features[new], labels[new]
    return [part.astype("float32") for part in parts]


def observe(candidate, draws=(0, 1)):
    keras.utils.set_random_seed(0)
    right, losses, sure = [], [], []
    for seed in draws:
        train_features, given, features, truth = (part.copy() for part in draw(seed))
        returned = candidate(train_features, given, features)
        answers = forms.numbers(returned)
        if isinstance(answers, str) or answers.size != len(truth):
            return {"what came back": answers if isinstance(answers, str) else f"{answers.size} numbers"}
        answers = answers.ravel()
        if not np.all((answers >= 0) & (answers <= 1)):
            return {"what came back": f"{len(truth)} numbers", "all are from 0 to 1": False}
        right.append(((answers > 0.5) == truth).mean())
        clipped = np.clip(answers, 1e-7, 1 - 1e-7)
        losses.append(-np.log(np.where(truth == 1, clipped, 1 - clipped)).mean())
        sure.append((np.abs(answers - 0.5) > 0.49).mean())
    return {
        "what came back": f"{len(truth)} numbers",
        "all are from 0 to 1": True,
        "share of right answers": np.mean(right),
        "mean loss": np.mean(losses),
        "share of answers that are surer than 99 in 100": np.mean(sure),
        "most answers are right if turned around": bool(np.mean(right) < 0.25),
    }


EXERCISE = Exercise(
    id="06.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=benign_probabilities,
    alternatives=(network_with_dropout_and_penalty,),
    mistakes=(by_heart, hardly_learned, other_class, decisions, logits, known_rows, two_columns),
    observe=observe,
    second=lambda candidate: observe(candidate, draws=(3, 4)),
    target={
        "share of right answers": (0.85, None),
        "mean loss": (None, 0.55),
        "share of answers that are surer than 99 in 100": (None, 0.3),
    },
    note=NOTE,
    explanation=EXPLANATION,
)
