"""What notes and explanations of the exercises say of Keras, TensorFlow and the other libraries, tried out.

Each test names an exercise and words of it, which must be there, and does what they speak of.
"""

import functools

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_score, recall_score, roc_auc_score
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.class_weight import compute_class_weight

from helpers.exercises import all_exercises
from helpers.exercises.lesson03.shared import small_model
from helpers.exercises.lesson04 import ex7_predict_leavers as leavers
from helpers.exercises.lesson04.shared import loss_and_pulls

EXERCISES = all_exercises()
KERAS = tuple(int(part) for part in keras.__version__.split(".")[:2])


def says(exercise_id, *words):
    """Mark a test of what an exercise says in these words."""
    exercise = EXERCISES[exercise_id]
    texts = [exercise.task, exercise.note, exercise.explanation, *exercise.hints]
    text = "\n".join([*texts, *(mistake.explanation for mistake in exercise.mistakes)])

    def decorate(test):
        @functools.wraps(test)
        def checked(*args, **kwargs):
            for part in words:
                assert part in text, f"{exercise_id} does not say {part!r}"
            test(*args, **kwargs)

        return checked

    return decorate


def column(*numbers):
    return np.array(numbers, "float32")[:, None]


@says("01.2", "four good digits and two")
def test_central_differences_have_twice_the_digits():
    h, slope = 0.01, np.cos(1.0)
    central = (np.sin(1 + h) - np.sin(1 - h)) / (2 * h) / slope - 1
    one_sided = (np.sin(1 + h) - np.sin(1)) / h / slope - 1
    assert 1e-5 < abs(central) < 1e-4 and 1e-3 < abs(one_sided) < 1e-2


@says("01.3", "TensorFlow never mixes the two types", "NumPy makes float64 unless told otherwise")
def test_types_of_slopes():
    numpy_array = np.array([1.5])
    assert tf.Variable(numpy_array).dtype == "float64" and tf.Variable(1.5).dtype == "float32"
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.Variable(numpy_array) * tf.constant([2.0])


@says("01.6", "an optimizer like Adam, which goes about its learning rate in each step")
def test_steps_of_adam():
    places = [keras.Variable(0.0), keras.Variable(0.0)]
    optimizer = keras.optimizers.Adam(0.001)
    for _ in range(40):
        optimizer.apply([tf.constant(100.0), tf.constant(0.01)], places)
    assert [float(place) for place in places] == pytest.approx([-0.04, -0.04], rel=0.01)


@says("01.6", "a factor of 0.12 in forty steps, whatever the rate", "0.5 with a rate of 0.1 is enough")
def test_momentum_in_the_valley():
    def left(rate, momentum, curvature):
        # the step and the position after it are linear in those before; the largest eigenvalue is how fast both shrink
        matrix = [[momentum, -rate * curvature], [momentum, 1 - rate * curvature]]
        return np.abs(np.linalg.eigvals(matrix)).max() ** 40

    assert [round(left(rate, 0.9, 25), 2) for rate in (0.01, 0.04, 0.1)] == [0.12] * 3
    assert max(left(0.1, 0.5, curvature) for curvature in np.linspace(1, 25, 50)) < 0.001


@says("02.1", "the ragged one included")
@says("02.3", "by never showing its rows")
def test_length_of_a_dataset():
    rows = tf.data.Dataset.range(7)
    assert len(rows.batch(3)) == 3
    assert np.concatenate(list(rows.batch(3, drop_remainder=True))).tolist() == list(range(6))


@says("02.2", "labels of shape (1, B) would pass", "also inside the function `keras.losses.mean_squared_error`")
def test_mean_squared_error():
    assert EXERCISES["02.2"].reference(tf.constant([[1.0, 2.0]]), tf.constant([[1.0], [2.0]])) == 0
    assert keras.losses.mean_squared_error(tf.zeros((4, 1)), tf.ones((4, 1))).shape == (4,)


@says("02.1", "Call it with a number of steps, and it gives the rate there")
def test_schedule_is_called_with_steps():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=20, decay_rate=0.5)
    assert float(schedule(20)) == pytest.approx(0.05)


@says("02.3", "BatchNormalization has moved its averages. That happens with `training=True`")
@says("02.6", "its averages stand still while you train")
def test_averages_move_in_training_mode():
    layer = keras.layers.BatchNormalization()
    for training, moved in ((False, False), (None, False), (True, True)):
        layer(tf.constant([[1.0], [5.0]]), training=training)
        assert (float(layer.moving_mean[0]) != 0) == moved


@says("02.4", "`fit` after every batch")
def test_fit_looks_at_metrics_after_every_batch():
    looks = []

    class Watched(keras.metrics.Mean):
        def update_state(self, labels, predictions, sample_weight=None):
            super().update_state(labels)

        def result(self):
            looks.append(None)
            return super().result()

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[Watched()], run_eagerly=True)
    model.fit(np.ones((8, 1)), np.ones((8, 1)), batch_size=2, verbose=0)
    assert len(looks) >= 4


@says("02.5", "`optimizer.lr = …` is accepted without a word, does nothing")
def test_old_name_of_the_rate_does_nothing():
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.lr = 0.5
    assert float(optimizer.learning_rate) == pytest.approx(0.1)


@says("02.6", "`Mean` answers 0 when it was given nothing")
def test_empty_mean():
    assert float(keras.metrics.Mean().result()) == 0


@says("03.1", "what `std` of a pandas table does", "`StandardScaler` uses the same")
def test_standard_deviations():
    rows = np.array([[1.0], [2.0], [6.0]])
    assert pd.DataFrame(rows).std()[0] == pytest.approx(rows.std(ddof=1))
    assert StandardScaler().fit(rows).scale_[0] == pytest.approx(rows.std())


@says("03.2", '`SimpleImputer(strategy="median", add_indicator=True)` does the same', "if the training rows have gaps")
@says("03.2", "the second column is gone", "scikit-learn's `add_indicator=True` does that")
def test_imputer():
    train, rows = np.array([180.0, np.nan, 350, 210, 290]), np.array([np.nan, 200.0])
    imputer = SimpleImputer(strategy="median", add_indicator=True).fit(train[:, None])
    np.testing.assert_array_equal(imputer.transform(rows[:, None]), EXERCISES["03.2"].reference(train, rows))
    without_gaps = SimpleImputer(strategy="median", add_indicator=True).fit(train[2:, None])
    assert without_gaps.transform(rows[:, None]).shape == (2, 1)


@says("03.2", "a single NaN among the training values makes `np.median` NaN")
@says("03.2", "Often because of `== np.nan`: that is False for every number, NaN included")
def test_median_of_nan():
    values = np.array([1.0, np.nan, 2.0])
    assert np.isnan(np.median(values)) and not np.any(values == np.nan)


@says(
    "03.3", '`OneHotEncoder(handle_unknown="ignore", sparse_output=False)` does the same', "`pd.get_dummies` does not"
)
def test_one_hot_encoders():
    train, rows = np.array(["b", "a", "c", "a"]), np.array(["c", "new", "a"])
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(train[:, None])
    expected = EXERCISES["03.3"].reference(train, rows)
    np.testing.assert_array_equal(encoder.transform(rows[:, None]), expected)
    assert pd.get_dummies(rows[[0, 2]]).shape != expected[[0, 2]].shape


@says("03.3", "TensorFlow does not multiply truth values or integers by a network's float32 weights")
@pytest.mark.parametrize("kind", ["bool", "int32", "int64"])
def test_one_hot_columns_of_other_types(kind):
    with pytest.raises((tf.errors.InvalidArgumentError, TypeError)):
        tf.matmul(np.ones((2, 3), kind), tf.ones((3, 1)))


@says("03.4", "`keras.metrics.BinaryAccuracy()` has the threshold 0.5 unless told otherwise")
@says("03.4", "a share from 0 to 1, which is also what Keras' metrics report")
@says("03.5", "`keras.metrics.BinaryAccuracy()`, which expects probabilities unless you say `threshold=0.0`")
@says("03.6", "`BinaryAccuracy` expects probabilities unless you say `threshold=0.0`")
def test_accuracy_of_logits():
    labels, logits = column(1, 1, 0), column(0.3, 2.0, -1.0)
    assert float(keras.metrics.BinaryAccuracy()(labels, logits)) == pytest.approx(2 / 3)
    assert keras.metrics.BinaryAccuracy(threshold=0.0)(labels, logits) == 1


def compiled_model_and_rows():
    """Return a model with BatchNorm and Dropout, compiled with momentum, and seven rows in batches of three."""
    keras.utils.set_random_seed(0)
    model = small_model()
    loss, accuracy = keras.losses.BinaryCrossentropy(from_logits=True), keras.metrics.BinaryAccuracy(threshold=0.0)
    model.compile(keras.optimizers.SGD(0.3, momentum=0.9), loss, metrics=[accuracy])
    features = np.random.default_rng(1).normal(size=(7, 2)).astype("float32")
    return model, tf.data.Dataset.from_tensor_slices((features, column(1, 0, 0, 1, 1, 1, 0))).batch(3)


@says("03.5", "`model.fit` logs exactly these numbers: a mean over rows, each row predicted before the update")
def test_what_fit_logs():
    model, rows = compiled_model_and_rows()
    logged = model.fit(rows, verbose=0).history
    model, rows = compiled_model_and_rows()
    metrics = {"loss": keras.metrics.Mean(), "accuracy": keras.metrics.BinaryAccuracy(threshold=0.0)}
    record = EXERCISES["03.5"].reference(model, model.optimizer, model.loss, rows, metrics)
    assert record["loss"] == pytest.approx(logged["loss"][0], rel=1e-5)
    assert record["accuracy"] == pytest.approx(logged["binary_accuracy"][0])


@says("03.6", "`compile` puts another one in its place, without the momentum of the first")
def test_compile_replaces_the_optimizer():
    model, rows = compiled_model_and_rows()
    model.fit(rows, verbose=0)
    first = model.optimizer
    model.compile(loss="mse")
    assert model.optimizer is not first and model.optimizer.iterations == 0 < first.iterations


@says("03.6", "`model.predict(dataset)` makes one pass and the labels are collected in another")
def test_two_passes_over_a_shuffled_dataset():
    rows = np.arange(50, dtype="float32")[:, None]
    dataset = tf.data.Dataset.from_tensor_slices((rows, rows)).shuffle(50, seed=1).batch(8)
    same = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    predictions, labels = same.predict(dataset, verbose=0), np.concatenate([labels for _, labels in dataset])
    assert np.any(predictions != labels) and np.array_equal(np.sort(predictions, axis=0), rows)


@says("03.7", "`restore_best_weights` is False by default, and then the model keeps its last weights")
def test_early_stopping_keeps_the_last_weights():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    x = np.ones((4, 1), "float32")
    stop = keras.callbacks.EarlyStopping(patience=1)
    # training moves the prediction up, and the validation rows want it lower
    history = model.fit(x, 9 * x, validation_data=(x, x), epochs=5, callbacks=[stop], verbose=0).history
    assert np.argmin(history["val_loss"]) == 0 and len(history["val_loss"]) == 2
    assert model.evaluate(x, x, verbose=0) == pytest.approx(history["val_loss"][-1])


def first_loss(weights, as_dataset):
    """Return the loss that fit logs for labels 0 and 1 with equal losses, under class weights."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.0), keras.losses.BinaryCrossentropy(from_logits=True))
    rows = np.zeros((2, 1), "float32"), np.array([[0.0], [1.0]], "float32")
    rows = (tf.data.Dataset.from_tensor_slices(rows).batch(2),) if as_dataset else rows
    return model.fit(*rows, class_weight=weights, verbose=0).history["loss"][0] / np.log(2)


@says("04.1", "an entry counts 1", "missing for the highest class is an error in Keras 3.15")
def test_missing_class_weight():
    assert first_loss({0: 2.0}, False) == first_loss({1: 2.0}, True) == pytest.approx(1.5)
    if KERAS < (3, 16):
        with pytest.raises(tf.errors.InvalidArgumentError):
            first_loss({0: 2.0}, True)
    else:
        assert first_loss({0: 2.0}, True) == pytest.approx(1.5)


@says("04.1", "In Keras 3.15, `fit` given arrays finds no weight for a class, takes 1", "Given a dataset, it stops")
def test_class_weights_under_text():
    weights = {"0": 5.0, "1": 5.0}
    if KERAS < (3, 16):
        assert first_loss(weights, False) == pytest.approx(1)
        with pytest.raises(TypeError):
            first_loss(weights, True)
    else:
        assert first_loss(weights, False) == first_loss(weights, True) == pytest.approx(5)


@says(
    "04.1",
    "under 1.0, `fit` does not always find a weight",
    "but `fit`, given a dataset, stops with an error in Keras 3.15",
)
def test_class_weights_under_floats():
    weights = {np.float32(0): 5.0, np.float32(1): 5.0}
    assert first_loss(weights, False) == pytest.approx(5)
    assert first_loss({np.int64(0): 5.0, np.int64(1): 5.0}, True) == pytest.approx(5)
    if KERAS < (3, 16):
        with pytest.raises(TypeError):
            first_loss(weights, True)
    else:
        assert first_loss(weights, True) == pytest.approx(5)


@says("04.1", '`compute_class_weight("balanced", ...)` computes the same numbers')
def test_balanced_weights():
    labels = column(0, 2, 0, 0, 1, 0, 2)
    found = compute_class_weight("balanced", classes=np.unique(labels), y=labels[:, 0])
    assert list(EXERCISES["04.1"].reference(labels).values()) == pytest.approx(found)


@says("04.2", "A tape takes their sum for the loss, without a word", "it multiplies the positive half")
def test_losses_of_rows_and_pos_weight():
    logits = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        losses = logits**2
    assert tape.gradient(losses, logits).numpy().tolist() == [2, 4]
    of_ones, of_zeros = (tf.nn.sigmoid_cross_entropy_with_logits(tf.fill(2, label), logits) for label in (1.0, 0.0))
    weighted = [tf.nn.weighted_cross_entropy_with_logits(tf.fill(2, label), logits, 3.0) for label in (1.0, 0.0)]
    np.testing.assert_allclose(weighted, [3 * of_ones, of_zeros], rtol=1e-6)


def ranked_customers(rows=2000):
    rng = np.random.default_rng(0)
    labels = (rng.random(rows) < 0.3).astype("float32")
    return labels, (rng.normal(size=rows) + labels).astype("float32")


@says("04.3", "close to scikit-learn's, not equal", "(`num_thresholds=1000`) bring it closer")
def test_auc_of_many_customers():
    labels, logits = ranked_customers()
    exact = roc_auc_score(labels, logits)
    off = [abs(float(keras.metrics.AUC(n, from_logits=True)(labels, logits)) - exact) for n in (200, 1000)]
    assert 0 < off[1] < off[0] < 0.01


@says("04.3", "only 46 of its 200 thresholds lie", "a probability of 0.62")
def test_second_sigmoid():
    thresholds = np.array(keras.metrics.AUC().thresholds)
    assert np.sum((thresholds > 0.5) & (thresholds < tf.sigmoid(1.0).numpy())) == 46
    assert round(float(tf.sigmoid(0.5)), 2) == 0.62


@says("04.3", "with the decisions first it computes the other of the two")
def test_scikit_learn_takes_labels_first():
    labels, logits = ranked_customers()
    assert (
        precision_score(logits > 0, labels) == recall_score(labels, logits > 0) != precision_score(labels, logits > 0)
    )


@says(
    "04.4",
    "From a gamma of 1 on, this is Keras's `BinaryFocalCrossentropy(apply_class_balancing=True, from_logits=True)`",
)
def test_focal_loss_of_keras():
    focal = functools.partial(keras.losses.BinaryFocalCrossentropy, apply_class_balancing=True, from_logits=True)
    labels = tf.constant(column(0, 1, 0, 1, 1, 0, 1, 0))
    logits = tf.constant(column(-2, -0.5, 0.75, 3, 0, 20, -200, -200))
    for gamma in (1.0, 2.0, 3.5):
        by_keras = loss_and_pulls(lambda z: focal(gamma=gamma)(labels, z), logits)
        expected = loss_and_pulls(lambda z: EXERCISES["04.4"].reference(labels, z, gamma), logits)
        np.testing.assert_allclose(by_keras["loss"], expected["loss"], atol=1e-5)
        np.testing.assert_allclose(by_keras["pull of each row"], expected["pull of each row"], atol=1e-5)


@says("04.4", "alpha does nothing without `apply_class_balancing=True`")
def test_alpha_of_keras():
    labels, logits = column(0, 1), column(-2, -0.5)
    focal = functools.partial(keras.losses.BinaryFocalCrossentropy, from_logits=True)
    assert float(focal(alpha=0.25)(labels, logits)) == float(focal(alpha=0.9)(labels, logits))


@says("04.4", "Below, and even for 0, the gradient is NaN as soon as a row is certain and right")
@pytest.mark.parametrize("gamma", [0.0, 0.5])
def test_power_of_zero(gamma):
    variable = tf.Variable(-200.0)
    with tf.GradientTape() as tape:
        power = tf.sigmoid(variable) ** gamma
    assert np.isnan(tape.gradient(power, variable))


@says("04.4", "in float32, `exp` is infinite from a logit of 89 on")
def test_exponential_of_89():
    assert np.isfinite(tf.exp(88.0)) and np.isinf(tf.exp(89.0))


@says("04.4", "from a logit of about 17 on, float32 rounds the sigmoid to exactly 1")
def test_sigmoid_of_17():
    assert tf.sigmoid(16.0) < 1 and tf.sigmoid(17.0) == 1


@says("04.5", "1,000 dollars more in both cells of a column change nothing")
def test_threshold_depends_on_differences():
    costs = np.array([[0.0, 400], [40, 240]])
    threshold = EXERCISES["04.5"].reference
    assert threshold(costs) == pytest.approx(0.2) == threshold(costs + [[1000, 0], [1000, 0]])


@says("04.7", "Weights would have moved the third and hardly changed the fourth")
def test_what_weights_move():
    *known, features, labels = leavers.customers(0.12, 3)
    found = {}
    for weights in (None, leavers.balanced_rows):
        probabilities, _ = leavers.called_above(lambda labels: 0.5, weights)(*known, features)
        found[weights] = probabilities.mean(), roc_auc_score(labels, probabilities)
    (mean, auc), (weighted_mean, weighted_auc) = found.values()
    assert weighted_mean > mean + 0.1 and abs(weighted_auc - auc) < 0.005


@says("04.7", "SGD's default rate of 0.01", "scikit-learn's `predict_proba`")
def test_defaults_of_keras_and_scikit_learn():
    assert float(keras.optimizers.SGD().learning_rate) == pytest.approx(0.01)
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    assert model.predict_proba([[0.3], [0.4], [0.5]]).shape == (3, 2)


@says("05.1", "With the rate as a tensor, or as `optimizer.learning_rate`, there are 2 traces")
@pytest.mark.parametrize("as_tensor", [True, False])
def test_rate_without_new_traces(as_tensor):
    optimizer = keras.optimizers.SGD()

    @tf.function
    def step(features, rate):
        return tf.reduce_mean(features) * (rate if as_tensor else optimizer.learning_rate)

    for epoch in range(5):
        optimizer.learning_rate = 0.95**epoch
        for rows in (64, 64, 40):
            step(tf.ones((rows, 1)), tf.constant(0.95**epoch) if as_tensor else None)
    assert step.experimental_get_tracing_count() == 2


@says("05.3", "`tf.clip_by_global_norm` returns the norm as well", "the norm before clipping")
def test_clip_returns_the_norm():
    clipped, norm = tf.clip_by_global_norm([tf.constant([3.0, 4.0])], 1.0)
    assert float(norm) == 5 and float(tf.norm(clipped[0])) == pytest.approx(1)


@says("02.6", "A model that is called without `training=True` predicts as it does in use")
@says("05.4", "a model that is called without the word assumes that it is being used, not trained")
def test_call_without_the_word():
    model = keras.Sequential([keras.Input((50,)), keras.layers.Dropout(0.5)])
    assert np.all(model(tf.ones((1, 50))) == 1) and not np.all(model(tf.ones((1, 50)), training=True) == 1)


@says("05.4", "`model.losses` is computed when it is asked for", "`tf.add_n` needs at least one tensor")
def test_penalties_of_a_model():
    penalized = keras.layers.Dense(1, kernel_initializer="ones", kernel_regularizer=keras.regularizers.L2(1.0))
    model = keras.Sequential([keras.Input((1,)), penalized])
    before = [float(penalty) for penalty in model.losses]
    penalized.kernel.assign([[2.0]])
    assert before == [1] and [float(penalty) for penalty in model.losses] == [4]
    plain = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    assert plain.losses == [] and sum(plain.losses) == 0
    with pytest.raises(ValueError, match="at least one Tensor"):
        tf.add_n(plain.losses)


@says("05.5", "takes the plain mean, so a ragged last micro-batch counts too much")
def test_accumulation_by_keras():
    variable = keras.Variable(0.0)
    optimizer = keras.optimizers.SGD(1.0, gradient_accumulation_steps=2)
    for gradient in (3.0, 1.0):  # say of three rows, and of one
        optimizer.apply_gradients([(tf.constant(gradient), variable)])
    assert float(variable) == pytest.approx(-2)  # weighted by rows it would be −2.5


@says(
    "05.6", "is among `model.non_trainable_variables`, but not among the weights", "neither a checkpoint of the model"
)
def test_place_of_dropout_is_no_weight(tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5)])
    (place,) = model.non_trainable_variables
    assert model.weights == model.get_weights() == []
    path = tf.train.Checkpoint(model=model).save(str(tmp_path / "run"))
    before = place.numpy().tolist()
    model(tf.ones((1, 4)), training=True)
    tf.train.Checkpoint(model=model).restore(path).expect_partial()
    assert place.numpy().tolist() != before


@says("05.6", "for a `tf.train.Checkpoint` the path is the beginning of a file's name")
def test_path_of_a_checkpoint(tmp_path):
    (tmp_path / "run").mkdir()
    tf.train.Checkpoint(number=tf.Variable(0)).save(str(tmp_path / "run"))
    assert list((tmp_path / "run").iterdir()) == [] and (tmp_path / "run-1.index").exists()
    assert tf.train.latest_checkpoint(str(tmp_path / "run")) is None


@says("08.1", "`tf.nn.compute_average_loss` and", "`tf.nn.scale_regularization_loss`", "know the number of workers")
def test_parts_of_a_loss_by_tensorflow():
    losses = tf.constant([1.0, 2.0])
    assert float(tf.nn.compute_average_loss(losses, global_batch_size=6)) == pytest.approx(0.5)
    strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
    penalties = strategy.run(lambda: tf.nn.scale_regularization_loss(tf.constant([0.3, 0.5])))
    assert strategy.num_replicas_in_sync == 1 and float(penalties) == pytest.approx(0.8)


@says("08.4", "`2 (n - 1) / n` times their size", "the latency's part")
def test_bits_of_a_ring():
    gradients, workers = 1000, np.array([2, 8, 1000])
    sent = 2 * (workers - 1) * gradients / workers
    assert np.all(np.diff(sent) > 0) and sent[-1] < 2 * gradients


@says("08.5", "It is what BatchNorm does with `synchronized=True`")
@says("C8.5", "`BatchNormalization(synchronized=True)`", "`LayerNormalization`, which never asks")
def test_layers_that_look_at_a_batch_and_at_a_row():
    assert keras.layers.BatchNormalization(synchronized=True).synchronized
    assert not keras.layers.BatchNormalization().synchronized
    rows = tf.constant([[1.0, 5.0], [2.0, 3.0], [9.0, 4.0]])
    layer = keras.layers.LayerNormalization()
    np.testing.assert_allclose(layer(rows)[:1], layer(rows[:1]), rtol=1e-6)


@says("C8.1", "Under an optimizer like Adam, which divides by the size of the gradients", "does not explode, and hides")
def test_adam_hides_the_size_of_gradients():
    places = [keras.Variable(0.0), keras.Variable(0.0)]
    for place, size in zip(places, (1.0, 8.0)):
        optimizer = keras.optimizers.Adam(0.1)
        for gradient in (0.5, -0.2, 0.4):
            optimizer.apply([tf.constant(size * gradient)], [place])
    assert float(places[0]) == pytest.approx(float(places[1]), rel=1e-4)


@says("C8.3", "replicas that begin apart stay apart")
def test_replicas_that_begin_apart():
    replicas = [keras.Variable(1.0), keras.Variable(3.0)]
    optimizers = [keras.optimizers.Adam(0.1) for _ in replicas]
    for summed in (0.5, -0.2, 0.4):
        for replica, optimizer in zip(replicas, optimizers):
            optimizer.apply([tf.constant(summed)], [replica])
    assert float(replicas[1]) - float(replicas[0]) == pytest.approx(2.0)
