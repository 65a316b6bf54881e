"""04.8 The whole loop: one picture in twenty."""

import functools

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "The whole loop: one picture in twenty"
TASK = """
**Is it an 8?** scikit-learn's `load_digits` has 1,797 pictures of handwritten digits, of 8 × 8 pixels. We took most of
the eights away: of 600 training pictures 30 are eights, and of 600 validation pictures too. An eight that is missed
costs **100 dollars**, a false alarm **1 dollar**.

Write `find_eights(train_features, train_labels, val_features, val_labels)`. It trains a model on the training rows with
**balanced class weights**, per row, and then chooses the **threshold** that costs least on the validation rows. It
returns both, `(model, threshold)`. The model puts out one logit a picture, and a picture is called an eight if its
probability, `tf.sigmoid(logit)`, is at least the threshold. Model, optimizer and number of steps are yours. A single
unit does, with a hundred steps of Adam at a rate of `0.05`.

The check asks three things:

- Balanced weights give both classes the same say. So where all 600 pictures are alike, 30 of them eights, a model
  trained by your loop must say one half.
- On the validation rows, your threshold may cost at most 0.08 dollars a picture more than the best one for your model.
- On other pictures, which your function does not get, and of which 5 % are eights, the cost may be **at most 0.65
  dollars a picture**. To call none an eight costs 5 dollars, to call all so costs 95 cents.
"""
HINTS = (
    "As in lesson 04: the weight of class k is n / (2 · number of rows of class k), `tf.gather` makes a weight for "
    "each row, and the loss gets them as `sample_weight`, before it averages.",
    "For the threshold, compute the probabilities of the validation rows once. Then try many thresholds; each costs "
    "100 × the eights below it + 1 × the others from it on. A fine grid will do, or these probabilities themselves.",
    "The costs would imply 1 / 101, if the probabilities were calibrated. Weights have moved yours, which is why "
    "validation rows choose.",
)


def find_eights(train_features, train_labels, val_features, val_labels):
    """Train with balanced class weights, and choose the threshold by its cost on the validation rows.

    Args:
        train_features, val_features: float32 (n, 64), NumPy, pixels from 0 (paper) to 1 (ink).
        train_labels, val_labels: float32 (n, 1), NumPy, 1 for an eight and 0 for another digit.

    Returns:
        model: a Keras model that takes pictures, (m, 64), and puts out a logit for each, (m, 1).
        threshold: a probability, a float; from it on a picture is called an eight.
    """
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(1)])
    loss_fn, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.Adam(0.05)
    optimizer.build(model.trainable_variables)
    class_weights = tf.constant(len(train_labels) / (2 * np.bincount(train_labels[:, 0].astype(int))), tf.float32)

    @tf.function
    def train_step(features, labels):
        row_weights = tf.gather(class_weights, tf.cast(labels, tf.int32))
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True), sample_weight=row_weights)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    rows = tf.data.Dataset.from_tensor_slices((train_features, train_labels)).shuffle(len(train_labels))
    for features, labels in rows.batch(100).repeat(20):
        train_step(features, labels)

    # validation rows choose; each of their probabilities is a candidate
    probabilities, is_eight = tf.sigmoid(model(val_features)).numpy(), val_labels == 1
    candidates = np.unique(probabilities)
    costs = [100 * np.sum(probabilities[is_eight] < c) + np.sum(probabilities[~is_eight] >= c) for c in candidates]
    return model, float(candidates[np.argmin(costs)])


# What a learner starts with


def find_eights_with_gaps(train_features, train_labels, val_features, val_labels):
    # model, loss, optimizer, class weights
    ...
    # the loop, with a weight for each row
    ...
    # the threshold that costs least on the validation rows
    model, threshold = ..., ...
    return model, threshold


NOTE = (
    "Do not trust the third digit of that cost: 30 eights have chosen the threshold, and a single one of them, missed, "
    "is worth 0.17 dollars a picture. Rare classes make validation rows rare, too. And try it once without "
    "weights: with a threshold chosen for *that* model, the cost comes near, as in the lesson."
)
EXPLANATION = (
    "The weights enter the loss row by row, before the average. They move the probabilities, so neither 0.5 nor the "
    "1 / 101 that the costs imply is the threshold for them; the validation rows, which the model has not learned "
    "from, find it."
)


# Other right answers


def eights_by_a_network(train_features, train_labels, val_features, val_labels):
    """A hidden layer, all rows in each step, weights by a condition, thresholds on a grid."""
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(8, activation="tanh"), keras.layers.Dense(1)])
    optimizer, share = keras.optimizers.Adam(0.02), train_labels.mean()
    optimizer.build(model.trainable_variables)
    row_weights = np.where(train_labels == 1, 0.5 / share, 0.5 / (1 - share)).astype("float32")

    @tf.function
    def train_step():
        with tf.GradientTape() as tape:
            logits = model(train_features, training=True)
            losses = tf.nn.sigmoid_cross_entropy_with_logits(train_labels, logits)
            loss = tf.reduce_mean(row_weights * losses)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    for _ in range(40):
        train_step()
    probabilities = tf.sigmoid(model(val_features)).numpy()
    grid = np.linspace(0, 1, 501)
    costs = [np.where(val_labels == 1, 100 * (probabilities < c), probabilities >= c).mean() for c in grid]
    return model, grid[np.argmin(costs)]


# Mistakes


def logistic(features, labels, weights_of_classes=None):
    """Return the weights of a logistic regression, trained in NumPy, as a Keras model."""
    if weights_of_classes is None:
        weights_of_classes = len(labels) / (2 * np.bincount(labels[:, 0].astype(int)))
    row_weights = np.asarray(weights_of_classes)[labels.astype(int)]
    kernel, bias = np.zeros((64, 1)), np.zeros(1)
    for _ in range(150):
        error = row_weights * (sigmoid(features @ kernel + bias) - labels) / len(labels)
        kernel, bias = kernel - 0.3 * features.T @ error, bias - 0.3 * error.sum()
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.set_weights([kernel, bias])
    return model


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def is_called(probabilities, threshold):
    # a model rounds differently with other rows beside, and a threshold may be the probability of a row
    return probabilities >= threshold - 1e-5 * abs(threshold)


def cost(probabilities, labels, threshold, missed=100, alarm=1):
    """Return the dollars per picture at a threshold."""
    called, is_eight = is_called(probabilities, threshold), labels[:, 0] == 1
    return np.mean(np.where(is_eight, missed * ~called, alarm * called))


def best_threshold(probabilities, labels, missed=100, alarm=1):
    candidates = np.append(np.unique(probabilities), 1.0)
    return candidates[np.argmin([cost(probabilities, labels, c, missed, alarm) for c in candidates])]


def probabilities_of(model, features):
    return sigmoid(model(features).numpy()[:, 0].astype("float64"))


@mistake(
    "weights that do nothing",
    "Where all pictures are alike, your model gives them a probability near 0.05, the share of eights, and not one "
    "half. So it was trained as if without weights: none are given to the loss, or they come too late, when it has "
    "averaged already. Hand a weight for each row to the loss, as `sample_weight`.",
)
def without_weights(train_features, train_labels, val_features, val_labels):
    model = logistic(train_features, train_labels, (1.0, 1.0))
    return model, best_threshold(probabilities_of(model, val_features), val_labels)


@mistake(
    "the weights exchanged",
    "Where all pictures are alike, your model is all but certain that none is an eight. The weight of the frequent "
    "class has gone to the rare one, so that it counts even less. `tf.gather(weights, labels)` takes the first weight "
    "for label 0.",
)
def weights_exchanged(train_features, train_labels, val_features, val_labels):
    weights = len(train_labels) / (2 * np.bincount(train_labels[:, 0].astype(int)))
    model = logistic(train_features, train_labels, weights[::-1])
    return model, best_threshold(probabilities_of(model, val_features), val_labels)


@mistake(
    "a threshold that nobody chose",
    "It is 0.5, where everybody begins. A missed eight costs a hundred false alarms here: try other thresholds on the "
    "validation rows, and take the one that costs least.",
)
def left_at_one_half(train_features, train_labels, val_features, val_labels):
    return logistic(train_features, train_labels), 0.5


@mistake(
    "the threshold of calibrated probabilities",
    "1 / 101 is what the costs imply, if a probability of 0.1 means that one in ten is an eight. Weights have moved "
    "your probabilities far up, so at 1 / 101 most pictures raise an alarm. Choose on the validation rows.",
)
def implied_by_costs(train_features, train_labels, val_features, val_labels):
    return logistic(train_features, train_labels), 1 / 101


@mistake(
    "the threshold chosen on the training rows",
    "Your threshold costs least on the training rows. The model has learned these: their eights lie higher than others "
    "will, so a threshold just below them misses new ones. Choose on the validation rows.",
)
def chosen_on_training_rows(train_features, train_labels, val_features, val_labels):
    model = logistic(train_features, train_labels)
    return model, best_threshold(probabilities_of(model, train_features), train_labels)


@mistake(
    "the costs exchanged",
    "Your threshold costs least if a false alarm costs 100 dollars and a missed eight 1. It is the other way around: "
    "eights *below* the threshold are missed.",
)
def costs_exchanged(train_features, train_labels, val_features, val_labels):
    model = logistic(train_features, train_labels)
    return model, best_threshold(probabilities_of(model, val_features), val_labels, missed=1, alarm=100)


@mistake(
    "the threshold chosen by accuracy",
    "Your threshold has the fewest mistakes on the validation rows. But mistakes are not worth the same: count 100 "
    "for a missed eight and 1 for a false alarm.",
)
def chosen_by_accuracy(train_features, train_labels, val_features, val_labels):
    model = logistic(train_features, train_labels)
    return model, best_threshold(probabilities_of(model, val_features), val_labels, missed=1)


@mistake(
    "a model that ends in a sigmoid",
    "Your model puts out numbers from 0 to 1 only, so they are probabilities already. The task asks for a model that "
    "puts out logits: let the loss apply the sigmoid (`from_logits=True`), and end the model without one.",
)
def ends_in_sigmoid(train_features, train_labels, val_features, val_labels):
    model = logistic(train_features, train_labels)
    threshold = best_threshold(probabilities_of(model, val_features), val_labels)
    return keras.Sequential([model, keras.layers.Activation("sigmoid")]), threshold


# Probes

ON_VALIDATION_ROWS = "on the validation rows"


@functools.cache
def pictures(seed):
    """Return features and labels of 600 training, 600 validation and 597 other pictures, float32.

    Of the first two sets 30 are eights, of the last 114; the probes weigh these as if they were 5 %.
    """
    features, digits = load_digits(return_X_y=True)
    random = np.random.default_rng(seed)
    eights, others = (random.permutation(np.flatnonzero(kind)) for kind in (digits == 8, digits != 8))
    sets = []
    for i in range(3):
        rows = [*eights[30 * i : 30 * i + 30 if i < 2 else None], *others[570 * i : 570 * i + 570]]
        rows = random.permutation(rows)
        sets += [features[rows] / 16, (digits[rows] == 8)[:, np.newaxis]]
    return [part.astype("float32") for part in sets]


def model_and_threshold(returned):
    """Return the two, or in words what else came back."""
    parts = forms.entries(returned)
    if not isinstance(returned, (tuple, list)) or len(parts) != 2:
        return forms.in_words(returned)
    model, threshold = parts
    if not isinstance(model, keras.Model) or not forms.is_number(threshold):
        return " and ".join(forms.in_words(part) for part in parts)
    return model, forms.number(threshold)


def where_it_is_best(threshold, val, train):
    """Say for which rows and costs a threshold is (nearly) the best; `val`, `train`: (probabilities, labels)."""

    def too_much(rows, missed=100, alarm=1):
        lowest = cost(*rows, best_threshold(*rows, missed, alarm), missed, alarm)
        return cost(*rows, threshold, missed, alarm) - lowest

    if too_much(val) <= 0.08:
        return ON_VALIDATION_ROWS
    for name, value in {"0.5": 0.5, "1 / 101": 1 / 101}.items():
        if abs(threshold - value) < 1e-4:
            return f"nowhere: it is {name}"
    if not 0 <= threshold <= 1:
        return "nowhere: it is no probability"
    if too_much(train) <= 0.005:
        return "on the training rows"
    if too_much(val, missed=1, alarm=100) <= 0.005:
        return "on the validation rows, if the costs are exchanged"
    return "on the validation rows, by accuracy" if too_much(val, missed=1) <= 0.001 else "nowhere"


def on_pictures_alike(candidate):
    """Say what a model answers that was trained on pictures from which nothing can be learned."""
    features = np.full((600, 64), 0.3, "float32")
    labels = np.zeros((600, 1), "float32")
    labels[::20] = 1
    found = model_and_threshold(candidate(features.copy(), labels.copy(), features.copy(), labels.copy()))
    probability = probabilities_of(found[0], features[:1])[0]
    if 0.25 < probability < 0.75:
        return "near one half"
    return "below 0.01" if probability < 0.01 else "far below one half" if probability < 0.5 else "above one half"


def observe(candidate, seed=2):
    keras.utils.set_random_seed(0)
    train_x, train_y, val_x, val_y, new_x, new_y = pictures(seed)
    found = model_and_threshold(candidate(train_x.copy(), train_y.copy(), val_x.copy(), val_y.copy()))
    if isinstance(found, str):
        return {"what came back": found}
    model, threshold = found
    if tuple(model(new_x[:5]).shape) != (5, 1):
        return {"what came back": f"a model that makes {tuple(model(new_x[:5]).shape)} of 5 pictures"}
    logits = model(new_x).numpy()
    measured = {"what came back": "a model and a number", "the model puts out": "logits"}
    if np.all((logits >= 0) & (logits <= 1)):
        return measured | {"the model puts out": "numbers from 0 to 1"}
    val, train = [(probabilities_of(model, x), y) for x, y in ((val_x, val_y), (train_x, train_y))]
    measured["the threshold is best"] = where_it_is_best(threshold, val, train)
    too_much = cost(*val, threshold) - cost(*val, best_threshold(*val))
    measured["dollars a validation picture more than needed"] = too_much
    if too_much > 0.08:
        return measured
    measured["where all pictures are alike, the probability is"] = on_pictures_alike(candidate)
    if measured["where all pictures are alike, the probability is"] == "near one half":
        called, is_eight = is_called(probabilities_of(model, new_x), threshold), new_y[:, 0] == 1
        measured["dollars a new picture"] = 5 * (~called[is_eight]).mean() + 0.95 * called[~is_eight].mean()
    return measured


EXERCISE = Exercise(
    id="04.8",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=find_eights,
    starter=find_eights_with_gaps,
    alternatives=(eights_by_a_network,),
    mistakes=(
        without_weights,
        weights_exchanged,
        left_at_one_half,
        implied_by_costs,
        chosen_on_training_rows,
        costs_exchanged,
        chosen_by_accuracy,
        ends_in_sigmoid,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=4),
    target={"dollars a validation picture more than needed": (None, 0.08), "dollars a new picture": (None, 0.65)},
    note=NOTE,
    explanation=EXPLANATION,
)
