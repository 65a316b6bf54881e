"""Answers to 04.7."""

import keras
import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from answers import right, wrong


@right("logistic regression by Newton's method on squares and products too, the 42 % most likely are called")
def newton(train_features, train_labels, features):
    def expand(x):
        x = np.asarray(x, dtype=np.float64)
        products = [x[:, i] * x[:, j] for i in range(x.shape[1]) for j in range(i, x.shape[1])]
        return np.column_stack([np.ones(len(x)), x, *products])

    def sigmoid(z):
        return 1 / (1 + np.exp(-np.clip(z, -500, 500)))

    x, y = expand(train_features), np.asarray(train_labels, dtype=np.float64).ravel()
    ridge = np.eye(x.shape[1])
    ridge[0, 0] = 0  # the intercept is free, so that the mean stays right
    w = np.zeros(x.shape[1])
    for _ in range(15):
        p = sigmoid(x @ w)
        hessian = (x.T * (p * (1 - p))) @ x + ridge
        w += np.linalg.solve(hessian, x.T @ (y - p) - ridge @ w)
    probabilities = sigmoid(expand(features) @ w)
    decisions = np.zeros(len(probabilities), dtype=int)
    decisions[np.argsort(-probabilities)[: int(0.42 * len(probabilities))]] = 1
    return probabilities, decisions


@right("scikit-learn with squares and products, called above the 60 % quantile of the new customers")
def sklearn_pipeline(train_features, train_labels, features):
    model = make_pipeline(PolynomialFeatures(2, include_bias=False), LogisticRegression(max_iter=1000))
    model.fit(train_features, train_labels.ravel())
    probabilities = model.predict_proba(features)[:, 1]
    return probabilities, (probabilities > np.quantile(probabilities, 0.6)).astype(int)


@right("a small network, a loop in a graph, and a threshold from the quantile of the known customers")
def network_and_loop(train_features, train_labels, features):
    layers = [keras.Input((4,)), keras.layers.Dense(8, activation="tanh"), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(0.05)
    optimizer.build(model.trainable_variables)
    x, y = tf.constant(train_features), tf.constant(train_labels)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)

    for _ in range(100):
        step()
    known = tf.sigmoid(model(x)).numpy()
    probabilities = tf.sigmoid(model(features)).numpy()
    return probabilities, (probabilities > np.quantile(known, 0.6)).astype(np.float32)


@right("trains with balanced weights, takes the weights out of the probabilities again, calls the first 40 %")
def balanced_then_corrected(train_features, train_labels, features):
    x, y = tf.constant(train_features), tf.constant(train_labels)
    n, leavers = float(len(train_labels)), float(train_labels.sum())
    stayers = n - leavers
    row_weights = tf.where(y > 0.5, n / (2 * leavers), n / (2 * stayers))
    w, b = tf.Variable(tf.zeros((4, 1))), tf.Variable(tf.zeros((1,)))
    for _ in range(150):
        with tf.GradientTape() as tape:
            losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x @ w + b)
            loss = tf.reduce_mean(row_weights * losses)
        for variable, gradient in zip((w, b), tape.gradient(loss, (w, b))):
            variable.assign_sub(1.0 * gradient)
    logits = tf.constant(features) @ w + b + np.float32(np.log(leavers / stayers))
    called = tf.math.top_k(logits[:, 0], k=int(0.4 * len(features))).indices
    decisions = np.zeros((len(features), 1), dtype=np.int32)
    decisions[called.numpy()] = 1
    return tf.sigmoid(logits).numpy(), decisions


@right("model.fit for one epoch on a dataset that repeats the one batch a hundred times")
def fit_on_one_repeated_batch(train_features, train_labels, features):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(
        optimizer=keras.optimizers.SGD(1.0),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,
    )
    dataset = tf.data.Dataset.from_tensors((train_features, train_labels)).repeat(100)
    model.fit(dataset, epochs=1, verbose=0)
    probabilities = keras.ops.convert_to_numpy(keras.ops.sigmoid(model(features))).ravel()
    by_rank = np.sort(probabilities)[::-1]
    threshold = by_rank[int(0.41 * len(by_rank))]
    return probabilities, np.array([1 if p > threshold else 0 for p in probabilities])


@wrong(
    "calls above a probability of 0.5, so most of the leavers are missed",
    named="a threshold that is too high for a rare class",
)
def called_above_half(train_features, train_labels, features):
    model = LogisticRegression().fit(train_features, train_labels.ravel())
    probabilities = model.predict_proba(features)[:, 1]
    return probabilities, (probabilities > 0.5).astype(int)


@wrong(
    "class weights: the calls may do, but the probabilities are far too high",
    named="probabilities that class weights have raised",
)
def balanced_and_not_corrected(train_features, train_labels, features):
    model = LogisticRegression(class_weight="balanced").fit(train_features, train_labels.ravel())
    probabilities = model.predict_proba(features)[:, 1]
    return probabilities, (probabilities > np.quantile(probabilities, 0.6)).astype(int)


@wrong(
    "the threshold of one in eight is fixed, so too many are called in the other company",
    named="too many calls where many leave",
)
def threshold_of_one_company(train_features, train_labels, features):
    model = LogisticRegression().fit(train_features, train_labels.ravel())
    probabilities = model.predict_proba(features)[:, 1]
    return probabilities, (probabilities > 0.125).astype(int)


@wrong(
    "a hundred steps with SGD's default rate: the model has hardly begun to learn",
    named="the training has hardly begun",
)
def default_rate(train_features, train_labels, features):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="sgd", loss="binary_crossentropy", jit_compile=False)
    dataset = tf.data.Dataset.from_tensors((train_features, train_labels)).repeat(100)
    model.fit(dataset, epochs=1, verbose=0)
    probabilities = model(features).numpy()
    return probabilities, (probabilities > train_labels.mean()).astype(int)


@wrong(
    "two mistakes: logits are returned as probabilities, and called is who has a logit above 0.5",
    named="logits in place of probabilities",
)
def logits_returned(train_features, train_labels, features):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD(1.0)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    for _ in range(100):
        step(train_features, train_labels)
    probabilities = model(features).numpy()
    return probabilities, (probabilities > 0.5).astype(np.float32)


@wrong("returned in the order of the probabilities, not in the order of the customers", named="no better than guessing")
def sorted_customers(train_features, train_labels, features):
    model = LogisticRegression().fit(train_features, train_labels.ravel())
    probabilities = np.sort(model.predict_proba(features)[:, 1])[::-1]
    decisions = np.zeros(len(features), dtype=int)
    decisions[: int(0.4 * len(features))] = 1
    return probabilities, decisions


@wrong(
    "calls just as many customers as leave, so too few of the leavers are among them",
    named="too few calls where few leave",
)
def as_many_as_leave(train_features, train_labels, features):
    model = LogisticRegression().fit(train_features, train_labels.ravel())
    probabilities = model.predict_proba(features)[:, 1]
    n_calls = round(float(train_labels.mean()) * len(features))
    decisions = np.zeros(len(features), dtype=int)
    decisions[np.argsort(probabilities)[-n_calls:]] = 1
    return probabilities, decisions


@right("decisions as truth values in a column, by rank among the new customers")
def truth_values(train_features, train_labels, features):
    model = LogisticRegression().fit(train_features, train_labels.ravel())
    probabilities = model.predict_proba(features)[:, 1:]
    return tf.constant(probabilities), probabilities > np.quantile(probabilities, 0.6)


@wrong("both columns of predict_proba", named="two probabilities for each customer")
def both_columns(train_features, train_labels, features):
    model = LogisticRegression().fit(train_features, train_labels.ravel())
    probabilities = model.predict_proba(features)
    return probabilities, probabilities[:, 1] > train_labels.mean()


@wrong("decisions first", named="decisions first, probabilities second")
def turned_around(train_features, train_labels, features):
    return sklearn_pipeline.function(train_features, train_labels, features)[::-1]


@wrong("what predict says, 0 and 1, for both", named="decisions in place of probabilities")
def predicted_twice(train_features, train_labels, features):
    calls = LogisticRegression(class_weight="balanced").fit(train_features, train_labels.ravel()).predict(features)
    return calls, calls


@wrong("a dictionary of both")
def dictionary(train_features, train_labels, features):
    probabilities, decisions = sklearn_pipeline.function(train_features, train_labels, features)
    return {"probabilities": probabilities, "decisions": decisions}


@wrong("the probabilities alone")
def probabilities_alone(train_features, train_labels, features):
    return sklearn_pipeline.function(train_features, train_labels, features)[0]


@wrong("the decisions as words")
def words(train_features, train_labels, features):
    probabilities, decisions = sklearn_pipeline.function(train_features, train_labels, features)
    return probabilities, ["call" if decision else "no call" for decision in decisions]
