"""03.8 The whole loop: which vineyard?"""

import functools

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_wine

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "The whole loop: which vineyard?"
TASK = r"""
scikit-learn's table `load_wine` has the chemical analyses of 178 Italian wines, 13 columns each. They were made of the
grapes of three kinds of vines. **Is a wine of the second kind?** 71 of the 178 are. You get 100 wines with their
labels, 1 for the second kind and 0 for the two others.

Write `train_recognizer(features, labels)`: it trains a network on the 100 wines, and returns a *function*. That
function, of the form `probability(rows)`, gets wines as they come from the laboratory, and returns for each of them the
probability that it is of the second kind. Scaling is your business, in both places: in our laboratory, the columns
reach from tenths to more than a million, because somebody noted the last one in a unit a thousand times too small.

The check hands your function the 78 other wines, some of them one by one. Their mean loss (binary cross-entropy, in
nats) may be **at most 0.2**; guessing costs $\ln 2$. Model, optimizer and number of steps are yours. A hundred steps
are enough for Adam, if its rate is ten times the usual `0.001`.
"""
HINTS = (
    "It is lesson 03's beginning: mean and deviation of the training rows, a network that ends in one logit, "
    "`BinaryCrossentropy(from_logits=True)`, the step, the loop. Then the sigmoid, but where?",
    "A function defined inside a function sees the outer one's names: `probability` can use the model and the two "
    "arrays, mean and deviation, that you have computed before. A single wine has no mean and no deviation.",
    "In `probability(rows)`: scale the rows with the mean and deviation of the training rows, ask the model for the "
    "logits with `training=False`, and return `tf.sigmoid` of them.",
)


def train_recognizer(features, labels):
    """Train a network on some wines, and return a function that recognizes others.

    Args:
        features: float32 (n, 13), NumPy, as they come from the laboratory.
        labels: float32 (n, 1), NumPy, 1 for wines of the second kind and 0 for others.

    Returns:
        A function: probability(rows), with rows float32 (m, 13), NumPy, as they come from the laboratory, returns m
        probabilities of label 1, an array or tensor (m, 1) or (m,).
    """
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    hidden = keras.layers.Dense(16, activation="relu")
    model = keras.Sequential([keras.Input((13,)), hidden, keras.layers.Dense(1)])
    # the loss applies the sigmoid itself, so the model ends in a logit
    loss_fn, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)

    @tf.function
    def train_step(batch, targets):
        with tf.GradientTape() as tape:
            loss = loss_fn(targets, model(batch, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    rows = tf.data.Dataset.from_tensor_slices(((features - mean) / deviation, labels))
    for _ in range(20):
        for batch, targets in rows.shuffle(len(labels)).batch(20):
            train_step(batch, targets)

    def probability(rows):
        return tf.sigmoid(model((rows - mean) / deviation, training=False))

    return probability


# What a learner starts with


def train_recognizer_with_gaps(features, labels):
    # scaling, model, loss, optimizer
    ...
    # the loop
    ...

    def probability(rows):
        return ...

    return probability


NOTE = (
    "What you have returned can be used as it is: raw rows go in, probabilities come out, and nobody has to remember "
    "how the training rows were scaled. Most mistakes of a model in use are made between the data and the model."
)
EXPLANATION = (
    "Mean and deviation of the training rows travel with the model, inside the function that is returned. The sigmoid "
    "stands there, too, and only there: during training the loss applies it."
)


# Other right answers


def recognizer_of_one_unit(features, labels):
    """All rows in each step, and a model of a single unit, scaled by the extremes of the training rows."""
    low, high = features.min(axis=0), features.max(axis=0)

    def scale(rows):
        return 4 * (rows - low) / (high - low) - 2

    model = keras.Sequential([keras.Input((13,)), keras.layers.Dense(1, activation="sigmoid")])
    loss_fn, optimizer = keras.losses.BinaryCrossentropy(), keras.optimizers.Adam(0.1)
    for _ in range(50):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(scale(features), training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return lambda rows: model(scale(rows)).numpy()[:, 0]


# Mistakes


def logistic(features, labels, steps=100):
    """Return weights (13, 1) and bias of a logistic regression, in NumPy."""
    weights, bias = np.zeros((13, 1)), 0.0
    for _ in range(steps):
        error = sigmoid(features @ weights + bias) - labels
        weights = weights - 0.5 * (features.T @ error / len(error) + 0.01 * weights)
        bias = bias - 0.5 * error.mean()
    return weights, bias


def sigmoid(logits):
    return 1 / (1 + np.exp(-np.clip(logits, -50, 50)))


def train_fast(features, labels):
    """Return a function that gives the logits of scaled rows, and one that scales as it should be."""
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    weights, bias = logistic((features - mean) / deviation, labels)
    return lambda scaled: scaled @ weights + bias, lambda rows: (rows - mean) / deviation


@mistake(
    "columns as they come",
    "The answers are the same for all wines, or 0 and 1 and often wrong. The last column is a million times as large "
    "as the smallest, and in a weighted sum it drowns all else. Somewhere the network meets the columns as they come, "
    "in training, in the function that you return, or in both. Scale each by its own mean and deviation, in both.",
)
def as_they_come(features, labels):
    return lambda rows: np.ones(len(rows))


@mistake(
    "scaled by the rows that happen to come",
    "A wine that comes alone gets another answer than among others: your function takes mean and deviation from the "
    "rows that it gets, and a single row has none. Take them once, from the training rows, and use them for all.",
)
def scaled_by_itself(features, labels):
    logits, _ = train_fast(features, labels)
    return lambda rows: sigmoid(logits((rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-7)))


@mistake(
    "two sigmoids",
    "No probability is below one half or above 0.74: a sigmoid was applied to what is a probability already. "
    "With `from_logits=True` and `tf.sigmoid` at the end, the model itself must not end in a sigmoid.",
)
def two_sigmoids(features, labels):
    logits, scale = train_fast(features, labels)
    return lambda rows: sigmoid(sigmoid(logits(scale(rows))))


@mistake(
    "labels and logits exchanged",
    "Nearly every wine is said to be of the second kind. So it goes when the loss gets the logits first: nothing "
    "raises an error, and the loss turns negative. In Keras labels come first.",
)
def exchanged(features, labels):
    logits, scale = train_fast(features, labels)
    return lambda rows: sigmoid(6 + np.abs(logits(scale(rows))))


@mistake(
    "decisions in place of probabilities",
    "Most answers are right, but all are 0 or 1: these are decisions. A mistake then costs as much as it can. "
    "Return what comes out of the sigmoid.",
)
def decisions(features, labels):
    logits, scale = train_fast(features, labels)
    return lambda rows: (logits(scale(rows)) > 0.7).astype("float32")


@mistake(
    "logits in place of probabilities",
    "Numbers below 0 or above 1 are no probabilities; they are logits, most likely. Put `tf.sigmoid` around them in "
    "the function that you return.",
)
def logits_returned(features, labels):
    logits, scale = train_fast(features, labels)
    return lambda rows: 3 * logits(scale(rows))


@mistake(
    "the loop ends too early",
    "The answers lean to the right side, but all are near one half: the loop is too short for its rate. How far has "
    "the training loss come down from 0.69 when it ends?",
)
def too_early(features, labels):
    logits, scale = train_fast(features, labels)
    return lambda rows: 0.5 + 0.2 * (sigmoid(logits(scale(rows))) - 0.5)


@mistake(
    "the answers for these wines, and no function",
    "What came back are numbers. Return a function, without calling it: `return probability`, and no parentheses "
    "behind it. The check calls it with wines that your loop has not seen.",
)
def called_already(features, labels):
    return labels


# Probes


@functools.cache
def wines(seed):
    """Return features and labels of 100 wines, and of the 78 others, float32, drawn by chance."""
    features, kinds = load_wine(return_X_y=True)
    features[:, 12] *= 1000
    labels = (kinds == 1)[:, np.newaxis]
    order = np.random.default_rng(seed).permutation(len(labels))
    parts = [part[rows] for rows in (order[:100], order[100:]) for part in (features, labels)]
    return [part.astype("float32") for part in parts]


def answers_of(probability, rows):
    """Return the answers for some rows, float64 (m,), or in words what else came back."""
    returned = probability(rows.copy())
    answers = forms.numbers(returned)
    right = not isinstance(answers, str) and answers.shape in [(len(rows), 1), (len(rows),)]
    return answers.ravel() if right else forms.in_words(returned)


def leaning(answers, truth):
    """Say in words where the probabilities lie."""
    if not np.all((answers >= 0) & (answers <= 1)):
        return "not all from 0 to 1"
    if np.all((answers < 0.001) | (answers > 0.999)) and np.mean(answers.round() == truth) > 0.85:
        return "decisions, 0 and 1"
    if np.ptp(answers) < 0.001 or np.all((answers < 0.001) | (answers > 0.999)):
        return "the same for all, or 0 and 1 and often wrong"
    if np.all((answers >= 0.5) & (answers < 0.74)):
        return "all from 0.5 to 0.74"
    if np.all((answers > 0.2) & (answers < 0.8)):
        return "all near one half"
    return "above one half for nearly all" if np.mean(answers > 0.5) > 0.9 else "on both sides"


def observe(candidate, seed=1):
    keras.utils.set_random_seed(0)
    features, labels, new, truth = wines(seed)
    probability = candidate(features.copy(), labels.copy())
    if not callable(probability):
        found = forms.in_words(probability)
        return {"what came back": "numbers" if forms.entries(probability) else found}
    answers = answers_of(probability, new)
    if isinstance(answers, str):
        return {"what came back": "a function", "what the function returns": answers}
    found = {"what came back": "a function", "the probabilities are": leaning(answers, truth[:, 0])}
    if found["the probabilities are"] == "not all from 0 to 1":
        return found
    clipped = np.clip(answers, 1e-7, 1 - 1e-7)
    found["mean loss on new wines"] = -np.log(np.where(truth[:, 0] == 1, clipped, 1 - clipped)).mean()
    alone = [answers_of(probability, new[i : i + 1]) for i in range(5)]
    same = all(not isinstance(one, str) and np.allclose(one, answers[i], atol=1e-3) for i, one in enumerate(alone))
    found["a wine that comes alone gets the same answer"] = same
    return found


EXERCISE = Exercise(
    id="03.8",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_recognizer,
    starter=train_recognizer_with_gaps,
    alternatives=(recognizer_of_one_unit,),
    mistakes=(
        as_they_come,
        scaled_by_itself,
        two_sigmoids,
        exchanged,
        decisions,
        logits_returned,
        too_early,
        called_already,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=3),
    target={"mean loss on new wines": (None, 0.2)},
    note=NOTE,
    explanation=EXPLANATION,
)
