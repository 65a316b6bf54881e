"""04.7 The whole loop: whom to call?"""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, Mistake, mistake
from helpers.exercises.lesson04.customers import area, customers, logistic_regression, sigmoid, with_ones

TITLE = "The whole loop: whom to call?"
TASK = """
Two companies want to call customers before they leave. In one of them few leave, about one in eight, in the other many,
three in ten. Write a function that serves both, `predict_leavers(train_features, train_labels, features)`: it trains a
model on 1,000 known customers and judges 2,000 new ones, whose labels it does not see.

The arguments are NumPy arrays, float32: features of shape `(n, 4)` and `(m, 4)`, all standardized already with mean and
deviation of the known customers, and labels of shape `(n, 1)`. Return two arrays of shape `(m,)` or `(m, 1)`, in the
order of `features`: the probabilities of leaving, and the decisions, 1 (or `True`) for a call and 0 (or `False`) for
none. For the new customers of *each* company, this must hold:

- at least 65 % of those who leave are called;
- at most 45 % of all are called;
- the probabilities are honest on average: their mean is within 0.05 of the share that really leaves;
- the ROC AUC of the probabilities is at least 0.75.

Model (of any library, or none), optimizer and number of steps are yours, and a decision may compare the new customers
with each other. A hundred steps over all rows at once are enough if the steps are large: SGD with a rate of 1, or Adam
with 0.05. With the default rates they are far too few.
"""
HINTS = (
    "Print the mean of your probabilities beside `train_labels.mean()`. What do class weights do to it, and what "
    "does a loop that is too short?",
    "Train without weights. How many get a call is then up to the threshold alone, and no fixed number suits both "
    "companies: let the training rows decide.",
    "A threshold at the share of leavers among the training rows does it; so does the probability that 40 % of "
    "the training rows exceed (`np.quantile`).",
)


def predict_leavers(train_features, train_labels, features):
    """Train on the known customers; return each new customer's probability of leaving, and 1 for a call, else 0.

    Args:
        train_features: float32 (n, 4), standardized, NumPy.
        train_labels: 1 if the customer left, else 0, float32 (n, 1), NumPy.
        features: those of the new customers, float32 (m, 4), standardized in the same way, NumPy.

    Returns:
        probabilities, and decisions (numbers or truth values), each (m,) or (m, 1), in the order of `features`.
    """
    kernel, bias = tf.Variable(tf.zeros((train_features.shape[1], 1))), tf.Variable(0.0)
    for _ in range(100):
        with tf.GradientTape() as tape:
            logits = train_features @ kernel + bias
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(train_labels, logits))
        for variable, gradient in zip((kernel, bias), tape.gradient(loss, (kernel, bias))):
            variable.assign_sub(gradient)  # a learning rate of 1
    # no weights, so the probabilities stay honest; how many are called is the threshold's business alone
    probabilities = tf.sigmoid(features @ kernel + bias).numpy()
    return probabilities, (probabilities > train_labels.mean()).astype(int)


NOTE = (
    "The four numbers belong in every report on a rare class. Weights would have moved the third and hardly "
    "changed the fourth; the threshold moves the first two and nothing else."
)
EXPLANATION = (
    "Logistic regression is all that this table needs, and without weights its probabilities agree with "
    "the share that leaves. The share of leavers among the training rows is the threshold that balanced "
    "weights would amount to, so it calls almost the same customers and leaves the probabilities alone."
)


# Other right answers


def network_and_budget(train_features, train_labels, features):
    model = keras.Sequential([keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
    loss_fn, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.Adam(learning_rate=0.05)
    for _ in range(60):
        with tf.GradientTape() as tape:
            loss = loss_fn(train_labels, model(train_features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    threshold = np.quantile(model(train_features), 0.62)  # 38 % of the known customers are above it
    logits = model(features)
    return tf.sigmoid(logits), logits > threshold


def weighted_and_corrected(train_features, train_labels, features):
    ratio = (1 - train_labels.mean()) / train_labels.mean()
    row_weights = np.where(train_labels[:, 0] == 1, ratio, 1.0)
    logits = logistic_regression(train_features, train_labels, row_weights)(features)
    return tf.sigmoid(logits - np.log(ratio)), logits > 0


def scikit_learn_and_ranks(train_features, train_labels, features):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(train_features, train_labels[:, 0])
    scores = model.predict_proba(features)[:, 1]
    decisions = np.zeros(len(scores))
    decisions[np.argsort(-scores)[: int(0.4 * len(scores))]] = 1
    return scores, decisions


# Mistakes


def called_above(threshold, row_weights=None):
    """Return an answer that trains with weights and calls whoever is above a threshold, both computed from labels."""

    def answer(train_features, train_labels, features):
        weights = None if row_weights is None else row_weights(train_labels)
        probabilities = sigmoid(logistic_regression(train_features, train_labels, weights)(features))
        return probabilities, probabilities > threshold(train_labels)

    return answer


honest = called_above(np.mean)  # right, and faster than the reference


one_half_for_all = Mistake(
    "a threshold that is too high for a rare class",
    "The probabilities are honest and rank the customers well, but too few of the leavers get a call. Where "
    "few leave, few probabilities reach 0.5, and they should not. Leave the training as it is and lower the "
    "threshold; the training rows say how far.",
    called_above(lambda labels: 0.5),
)


def balanced_rows(labels):
    share = labels[:, 0].mean()
    return np.where(labels[:, 0] == 1, 0.5 / share, 0.5 / (1 - share))


balanced_weights_only = Mistake(
    "probabilities that class weights have raised",
    "The calls are fine, but the probabilities are far too high on average, as class weights make them: the "
    "network was trained as if leavers were more frequent. Train without weights and lower the threshold, or "
    "take the logarithm of the weights' ratio off each logit.",
    called_above(lambda labels: 0.5, balanced_rows),
)


weights_and_low_threshold = Mistake(
    "probabilities too high, so too many calls",
    "The customers are ranked well, but the probabilities are far too high on average, and too many are above "
    "the threshold. Two causes are frequent: weights *and* a lowered threshold, which do the same thing twice; "
    "or a loop that stops when the probabilities have hardly left 0.5, where they begin.",
    called_above(np.mean, balanced_rows),
)


weights_upside_down = Mistake(
    "probabilities too low, so too few calls",
    "The customers are ranked well, but the probabilities are too low on average, and too few leavers get a "
    "call. Weights that stand upside down do that: the large one belongs to the rare class, and for honest "
    "probabilities none is needed.",
    called_above(lambda labels: 0.5, lambda labels: 1 / balanced_rows(labels)),
)


threshold_for_many = Mistake(
    "too few calls where few leave",
    "The probabilities are honest, and the company where many leave is served well. In the other, all "
    "probabilities are lower, and a threshold that suits the first leaves too few calls. (To call no more than "
    "leave is not enough either: no ranking is perfect.) Let the training rows say how far the threshold has "
    "to go down.",
    called_above(lambda labels: 0.3),
)


threshold_for_few = Mistake(
    "too many calls where many leave",
    "The probabilities are honest, and the company where few leave is served well. In the other, all "
    "probabilities are higher, and a threshold that suits the first lets too many through. Let the training "
    "rows say how far the threshold has to go up.",
    called_above(lambda labels: 0.1),
)


everybody = Mistake(
    "too many calls",
    "The probabilities are honest, and the leavers are found, but by calling too many customers in both "
    "companies. Whoever calls everybody finds all leavers, too. Raise the threshold; the training rows say how "
    "far.",
    called_above(lambda labels: 0.0),
)


@mistake(
    "the training stopped too early",
    "The customers are ranked well, but the probabilities began at 0.5 and have not come down far enough, most "
    "of all where few leave, so too many of them are above the threshold. Take more steps, or larger ones, "
    "until the mean probability agrees with `train_labels.mean()`.",
)
def stopped_too_early(train_features, train_labels, features):
    kernel, bias = tf.Variable(tf.zeros((4, 1))), tf.Variable(0.0)
    for _ in range(20):
        with tf.GradientTape() as tape:
            logits = train_features @ kernel + bias
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(train_labels, logits))
        for variable, gradient in zip((kernel, bias), tape.gradient(loss, (kernel, bias))):
            variable.assign_sub(0.4 * gradient)
    probabilities = tf.sigmoid(features @ kernel + bias).numpy()
    return probabilities, probabilities > train_labels.mean()


@mistake(
    "the training has hardly begun",
    "In both companies the probabilities are far too high and most customers are called, and in one of them at "
    "least the ranking is poor. Most often the loop is too short for its rate, such as a hundred steps with SGD's "
    "default rate of 0.01: the probabilities still lie around 0.5, where they begin, and rank the customers by a "
    "random start. Take larger steps, or many more of them.",
)
def hardly_begun(train_features, train_labels, features):
    weights, table = np.array([0.0, 0.5, 0.0, 0.8, 0.0]), with_ones(train_features)  # a start as chance may have it
    for _ in range(100):
        weights -= 0.01 * table.T @ (sigmoid(table @ weights) - train_labels[:, 0]) / len(table)
    probabilities = sigmoid(with_ones(features) @ weights)
    return probabilities, probabilities > train_labels.mean()


@mistake(
    "no better than guessing",
    "The probabilities are right on average, and as many are called as may be, but a leaver hardly gets a higher "
    "one than a stayer. Most often probabilities or rows were sorted or shuffled on the way, so that they belong to "
    "other customers. Return both in the order of `features`.",
)
def in_another_order(train_features, train_labels, features):
    return tuple(np.sort(part) for part in honest(train_features, train_labels, features))


@mistake(
    "two probabilities for each customer",
    "There are twice as many probabilities as customers: one for staying and one for leaving, as scikit-learn's "
    "`predict_proba` and a softmax over two outputs have them. Return the column of those for leaving, `[:, 1]`.",
)
def two_columns(train_features, train_labels, features):
    probabilities, decisions = honest(train_features, train_labels, features)
    return np.column_stack([1 - probabilities, probabilities]), decisions


@mistake(
    "decisions first, probabilities second",
    "Where the probabilities belong there is nothing but 0 and 1, and where the decisions belong there are other "
    "numbers. The order is probabilities, decisions.",
)
def results_exchanged(train_features, train_labels, features):
    return honest(train_features, train_labels, features)[::-1]


@mistake(
    "decisions in place of probabilities",
    "All probabilities are 0 or 1, so these are decisions. scikit-learn's `predict` returns such, and `round` makes "
    "them. A probability says how sure the model is: return what comes out of the sigmoid, and decide for the "
    "second array only.",
)
def decisions_twice(train_features, train_labels, features):
    _, decisions = honest(train_features, train_labels, features)
    return decisions, decisions


@mistake(
    "probabilities in place of decisions",
    "The decisions are not 0 and 1 but numbers in between. Compare each probability with a threshold: `probabilities > "
    "threshold`.",
)
def probabilities_twice(train_features, train_labels, features):
    probabilities, _ = honest(train_features, train_labels, features)
    return probabilities, probabilities


@mistake(
    "logits in place of probabilities",
    "Numbers below 0 or above 1 are no probabilities. They are logits, most likely: the loss was told so, and "
    "the sigmoid is missing after the training. If decisions came from them, mend those as well.",
)
def logits_returned(train_features, train_labels, features):
    logits = logistic_regression(train_features, train_labels)(features)
    share = train_labels.mean()
    return logits, logits > np.log(share / (1 - share))


@mistake(
    "everybody has the same probability",
    "The model gives all customers about the same probability, whatever their features. Perhaps the loss is an "
    "average over all pairs, because labels `(n, 1)` met logits `(n,)`, and then the share of leavers is the "
    "best that it can say; or the weights of the features have hardly moved; or there is a softmax over one "
    "output, which is always 1. Print the shapes inside the loss, and a few of the probabilities.",
)
def table_of_all_pairs(train_features, train_labels, features):
    kernel, bias = tf.Variable(tf.zeros(4)), tf.Variable(0.0)
    for _ in range(15):
        with tf.GradientTape() as tape:
            logits = tf.linalg.matvec(train_features, kernel) + bias  # (n,), and the labels are (n, 1)
            loss = tf.reduce_mean(tf.nn.softplus(logits) - train_labels * logits)
        for variable, gradient in zip((kernel, bias), tape.gradient(loss, (kernel, bias))):
            variable.assign_sub(2.0 * gradient)
    probabilities = tf.sigmoid(tf.linalg.matvec(features, kernel) + bias).numpy()
    return probabilities, probabilities > train_labels.mean()


@mistake(
    "the customers that were known already",
    "The answer has an entry for each training row, whose labels are known. Train on `train_features`, and "
    "predict for `features`.",
)
def known_customers(train_features, train_labels, features):
    return honest(train_features, train_labels, train_features)


# Probes


def form_of(found):
    """Return in words what came back, "two arrays" if it is that, and both as flat float64 arrays, or None."""
    parts = forms.entries(found)
    if parts is None or len(parts) != 2:
        return forms.in_words(found), None
    try:
        return "two arrays", [np.ravel(part).astype("float64") for part in parts]
    except (TypeError, ValueError):
        return f"two entries: {forms.in_words(parts[0])} and {forms.in_words(parts[1])}", None


def quality_of(labels, probabilities, decisions):
    left = labels[:, 0] == 1
    return {
        "share of the leavers who are called": decisions[left].mean(),
        "share of all who are called": decisions.mean(),
        "mean probability minus share that leaves": probabilities.mean() - left.mean(),
    }


def observe(candidate, companies=(("few leave", 0.12, 3), ("many leave", 0.3, 3))):
    keras.utils.set_random_seed(0)
    answers = []
    for company, share, seed in companies:
        *known, features, labels = customers(share, seed)
        words, parts = form_of(candidate(*known, features))
        if parts is None:
            return {"what came back": words}
        answers.append((company, labels, *parts))
    all_probabilities, all_decisions = (np.concatenate([answer[i] for answer in answers]) for i in (2, 3))
    form = {
        "what came back": "two arrays",
        "probabilities for each company": [len(answer[2]) for answer in answers],
        "decisions for each company": [len(answer[3]) for answer in answers],
        "all probabilities are numbers": bool(np.isfinite(all_probabilities).all()),
        "all probabilities are from 0 to 1": not np.any((all_probabilities < 0) | (all_probabilities > 1)),
        "some probabilities are between 0 and 1": not np.isin(all_probabilities, (0, 1)).all(),
        "all decisions are 0 or 1": bool(np.isin(all_decisions, (0, 1)).all()),
        "companies whose customers differ in probability": sum(np.std(answer[2]) > 0.02 for answer in answers),
    }
    lengths = {len(labels) == len(p) == len(d) for _, labels, p, d in answers}
    # where the form is wrong, the qualities say nothing and would only hide what is wrong
    if lengths != {True} or not all(list(form.values())[3:]):
        return form
    quality = {}
    for company, *answer in answers:
        quality |= {f"{name} ({company})": value for name, value in quality_of(*answer).items()}
    # the lower one, as chance decides in which company an untrained model ranks well
    lower = min(area(labels, probabilities) for _, labels, probabilities, _ in answers)
    return form | quality | {"ROC AUC (the lower of both)": lower}


QUALITIES = {
    "share of the leavers who are called": (0.65, None),
    "share of all who are called": (None, 0.45),
    "mean probability minus share that leaves": (-0.05, 0.05),
}


EXERCISE = Exercise(
    id="04.7",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=predict_leavers,
    alternatives=(network_and_budget, weighted_and_corrected, scikit_learn_and_ranks),
    mistakes=(
        one_half_for_all,
        balanced_weights_only,
        weights_and_low_threshold,
        weights_upside_down,
        threshold_for_many,
        threshold_for_few,
        everybody,
        stopped_too_early,
        hardly_begun,
        in_another_order,
        two_columns,
        results_exchanged,
        decisions_twice,
        probabilities_twice,
        logits_returned,
        table_of_all_pairs,
        known_customers,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, (("few leave", 0.14, 1), ("many leave", 0.28, 3))),
    target={
        f"{name} ({company})": bounds for company in ("few leave", "many leave") for name, bounds in QUALITIES.items()
    }
    | {"ROC AUC (the lower of both)": (0.75, None)},
    note=NOTE,
    explanation=EXPLANATION,
)
