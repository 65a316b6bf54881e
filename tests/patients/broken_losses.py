"""Broken loops whose loss, metric or mode is not what was meant. Traps 8 to 14, 18, 20, 21, 25, 26, 46, 48, 54, 58."""

import keras
import numpy as np
import tensorflow as tf

from patients.parts import (
    BINARY,
    CLASSES,
    FROM_LOGITS,
    OF_CLASSES,
    a_number,
    adam,
    broken,
    convolutions,
    network,
    pictures,
    step_of,
    three_classes,
    two_classes,
)


def sgd():
    return keras.optimizers.SGD(0.05)


# 8 and 9: weights that meet an average, or all losses


def patient_weights_after_the_mean():
    model, class_weight = network(), {0: 1.0, 1: 5.0}

    def loss_of(features, labels):
        weights = tf.where(labels[:, 0] > 0.5, 5.0, 1.0)
        return tf.reduce_mean(FROM_LOGITS(labels, model(features, training=True)) * weights)

    step = step_of(model, adam(), loss_of)
    return broken((8, 9), "mean first", model, step, two_classes(), class_weight=class_weight)


def patient_weights_as_a_table():
    model, class_weight = network(), {0: 0.5, 1: 4.0}
    per_row = BINARY(from_logits=True, reduction="none")

    def loss_of(features, labels):
        weights = tf.where(labels > 0.5, 4.0, 0.5)
        return tf.reduce_mean(per_row(labels, model(features, training=True)) * weights)

    step = step_of(model, adam(), loss_of, "graph")
    return broken((8, 9), "(B, 1) times (B,)", model, step, two_classes(), class_weight=class_weight)


def patient_weights_of_classes_after_the_mean():
    model, class_weight = network(outputs=3), {0: 1.0, 1: 2.0, 2: 6.0}

    def loss_of(features, labels):
        weights = tf.gather(tf.constant([1.0, 2.0, 6.0]), labels)
        return OF_CLASSES(labels, model(features, training=True)) * tf.reduce_mean(weights)

    step = step_of(model, adam(), loss_of, "logs")
    return broken((8, 9), "three classes", model, step, three_classes(), class_weight=class_weight)


def patient_row_weights_after_the_mean():
    model, optimizer = network(), adam()
    features, labels = two_classes()

    @tf.function
    def train_step(features, labels, weights):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(weights) * FROM_LOGITS(labels, model(features, training=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    weights = np.linspace(0.1, 3.0, len(labels)).astype("float32")
    return broken((8, 9), "weights of rows", model, train_step, (features, labels, weights))


# 10: a table of all pairs


def patient_flat_labels():
    model, (features, labels) = network(3), a_number()
    step = step_of(model, adam(), lambda x, y: tf.reduce_mean((y - model(x, training=True)) ** 2))
    return broken(10, "regression", model, step, (features, labels[:, 0]))


def patient_flat_labels_of_classes():
    model, (features, labels) = network(), two_classes()

    def loss_of(features, labels):
        logits = model(features, training=True)
        return tf.reduce_mean(tf.nn.softplus(logits) - labels * logits)

    step = step_of(model, adam(), loss_of, "graph")
    return broken(10, "logits", model, step, (features, labels[:, 0]))


def patient_flat_outputs():
    middle = [keras.layers.BatchNormalization(), keras.layers.Dropout(0.3)]
    model = network(3, middle=middle)
    step = step_of(model, adam(), lambda x, y: tf.reduce_mean(tf.abs(y - model(x, training=True)[:, 0])), "method")
    return broken(10, "flat outputs", model, step, a_number())


# 11 and 26: metrics


def patient_accuracy_of_logits():
    model, optimizer, accuracy = network(), adam(), keras.metrics.BinaryAccuracy()

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = FROM_LOGITS(labels, logits)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        accuracy.update_state(labels, logits)
        return {"loss": loss, "accuracy": accuracy.result()}

    return broken(11, "threshold", model, train_step, two_classes())


def patient_accuracy_of_equal_numbers():
    model, optimizer, accuracy = network(activation="sigmoid"), adam(), keras.metrics.Accuracy()

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            chances = model(features, training=True)
            loss = BINARY()(labels, chances)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        accuracy.update_state(labels, chances)
        return loss

    return broken(11, "Accuracy", model, train_step, two_classes())


def patient_accuracy_of_logits_in_a_test_step():
    model, accuracy = network(), keras.metrics.BinaryAccuracy(threshold=0.5)
    step = step_of(model, adam(), lambda x, y: FROM_LOGITS(y, model(x, training=True)))

    def test_step(features, labels):
        accuracy.update_state(labels, model(features, training=False))
        return accuracy.result()

    return broken(11, "test step", model, step, two_classes(), test_step=test_step)


def _with_accuracy_by_hand(name, of_logits, style):
    model, optimizer = network(), adam()

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = FROM_LOGITS(labels, logits)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss, tf.reduce_mean(tf.cast(of_logits(labels, logits), "float32"))

    step = tf.function(train_step) if style == "graph" else train_step
    return broken(11, name, model, step, two_classes())


def patient_accuracy_of_rounded_logits():
    return _with_accuracy_by_hand("round", lambda labels, logits: tf.round(logits) == labels, "eager")


def patient_accuracy_of_all_pairs():
    def equal(labels, logits):
        return labels[:, 0] == tf.cast(logits > 0, "float32")

    return _with_accuracy_by_hand("all pairs", equal, "graph")


def _with_metric(trap, name, model, metric, loss_fn, batch):
    optimizer = adam()

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            outputs = model(features, training=True)
            loss = loss_fn(labels, outputs)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        metric.update_state(labels, outputs)
        return loss

    return broken(trap, name, model, train_step, batch)


def patient_auc_of_logits():
    return _with_metric(26, "AUC", network(), keras.metrics.AUC(), FROM_LOGITS, two_classes())


def patient_one_hot_accuracy():
    metric = keras.metrics.CategoricalAccuracy()
    return _with_metric(26, "CategoricalAccuracy", network(outputs=3), metric, OF_CLASSES, three_classes())


def patient_auc_of_logits_with_penalties():
    metric = keras.metrics.AUC(curve="PR")
    return _with_metric(
        26, "PR", network(units=16), metric, keras.losses.BinaryFocalCrossentropy(from_logits=True), two_classes()
    )


# 12, 13, 14: logits and probabilities


def patient_logits_without_the_setting():
    model, loss_fn = network(), BINARY()
    step = step_of(model, adam(), lambda x, y: loss_fn(y, model(x, training=True)))
    return broken(12, "binary", model, step, two_classes())


def patient_class_logits_without_the_setting():
    model, loss_fn = network(outputs=3), CLASSES()
    step = step_of(model, adam(), lambda x, y: loss_fn(y, model(x, training=True)), "graph")
    return broken(12, "classes", model, step, three_classes())


def patient_one_hot_logits_without_the_setting():
    model, loss_fn = network(outputs=3, middle=[keras.layers.Dropout(0.2)]), keras.losses.CategoricalCrossentropy()
    features, labels = three_classes()
    step = step_of(model, adam(), lambda x, y: loss_fn(y, model(x, training=True)), "method")
    return broken(12, "one-hot", model, step, (features, np.eye(3, dtype="float32")[labels]))


def patient_sigmoid_and_logits():
    model = network(outputs=3)
    step = step_of(model, adam(), lambda x, y: OF_CLASSES(y, tf.nn.softmax(model(x, training=True))))
    return broken(13, "softmax in the step", model, step, three_classes())


def patient_sigmoid_layer_and_logits():
    model = network(activation="sigmoid", l2=0.01)

    def loss_of(features, labels):
        chances = tf.squeeze(model(features, training=True), -1)
        each = tf.nn.sigmoid_cross_entropy_with_logits(labels[:, 0], chances)
        return tf.reduce_mean(each) + sum(model.losses)

    return broken(13, "sigmoid layer", model, step_of(model, adam(), loss_of, "graph"), two_classes())


def patient_softmax_layer_and_logits():
    model = convolutions()
    last = keras.Sequential([model, keras.layers.Softmax(), keras.layers.Reshape((4,))])
    step = step_of(last, adam(), lambda x, y: OF_CLASSES(y, last(x, training=True)), "logs")
    return broken(13, "softmax layer", last, step, pictures())


def _softmax_of_one(name, style, loss_fn, middle=()):
    model = network(activation="softmax", middle=middle)
    step = step_of(model, adam(), lambda x, y: loss_fn(y, model(x, training=True)), style)
    return broken(14, name, model, step, two_classes())


def patient_softmax_of_one():
    return _softmax_of_one("binary", "eager", BINARY())


def patient_softmax_of_one_in_a_graph():
    return _softmax_of_one("with Dropout", "graph", BINARY(), [keras.layers.Dropout(0.2)])


def patient_softmax_of_one_squared():
    return _softmax_of_one("squared", "method", keras.losses.MeanSquaredError())


# 18: training=True


def _without_flag(name, model, loss_fn, batch, style):
    return broken(18, name, model, step_of(model, adam(), lambda x, y: loss_fn(y, model(x)), style), batch)


def patient_dropout_without_flag():
    model = network(middle=[keras.layers.Dropout(0.5)])
    return _without_flag("Dropout", model, FROM_LOGITS, two_classes(), "eager")


def patient_batch_norm_without_flag():
    model = network(outputs=3, middle=[keras.layers.BatchNormalization()])
    return _without_flag("BatchNorm", model, OF_CLASSES, three_classes(), "graph")


def patient_pictures_with_false_flag():
    model = convolutions()
    step = step_of(model, adam(), lambda x, y: OF_CLASSES(y, model(x, training=False)), "logs")
    return broken(18, "False", model, step, pictures())


# 20 and 55: penalties


def patient_penalty_left_out():
    model = network(l2=0.1)
    step = step_of(model, adam(), lambda x, y: FROM_LOGITS(y, model(x, training=True)))
    return broken(20, "L2", model, step, two_classes())


def patient_penalty_outside_of_the_tape():
    model, optimizer = network(3, l2=0.2), sgd()

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((labels - model(features, training=True)) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss + tf.add_n(model.losses)

    return broken(20, "outside", model, train_step, a_number())


class Activity(keras.layers.Layer):
    def call(self, inputs):
        self.add_loss(0.1 * tf.reduce_mean(inputs**2))
        return inputs


def patient_add_loss_left_out():
    model = network(outputs=3, middle=[Activity()])
    step = step_of(model, adam(), lambda x, y: OF_CLASSES(y, model(x, training=True)), "method")
    return broken(20, "add_loss", model, step, three_classes())


def _late(name, loss_fn, batch, style, **settings):
    model = network(**settings)
    model.layers[0].kernel_regularizer = keras.regularizers.L2(0.5)
    step = step_of(model, adam(), lambda x, y: loss_fn(y, model(x, training=True)) + sum(model.losses), style)
    return broken(55, name, model, step, batch)


def patient_late_regularizer():
    return _late("binary", FROM_LOGITS, two_classes(), "eager")


def patient_late_regularizer_in_a_graph():
    return _late("classes", OF_CLASSES, three_classes(), "graph", outputs=3)


def patient_late_regularizers_everywhere():
    model = network(3)
    for layer in model.layers:
        layer.kernel_regularizer = keras.regularizers.L1(0.1)
    step = step_of(model, sgd(), lambda x, y: tf.reduce_mean((y - model(x, training=True)) ** 2), "logs")
    return broken(55, "every layer", model, step, a_number())


# 21: evaluation in training mode


def _tested(name, model, loss_fn, batch, style):
    step = step_of(model, adam(), lambda x, y: loss_fn(y, model(x, training=True)), style)

    def test_step(features, labels):
        return loss_fn(labels, model(features, training=True))

    test_step = tf.function(test_step) if style == "graph" else test_step
    return broken(21, name, model, step, batch, test_step=test_step)


def patient_tested_with_dropout():
    return _tested("Dropout", network(middle=[keras.layers.Dropout(0.5)]), FROM_LOGITS, two_classes(), "eager")


def patient_tested_with_batch_norm():
    model = network(outputs=3, middle=[keras.layers.BatchNormalization()])
    return _tested("BatchNorm", model, OF_CLASSES, three_classes(), "graph")


def patient_tested_by_a_train_step():
    model = network()
    step = step_of(model, adam(), lambda x, y: FROM_LOGITS(y, model(x, training=True)))
    return broken(21, "by training", model, step, two_classes(), test_step=step)


# 25: the loss after the update


def _after_the_update(name, model, optimizer, loss_fn, batch, graph=False):
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss_fn(labels, model(features, training=True))

    return broken(25, name, model, tf.function(train_step) if graph else train_step, batch)


def patient_loss_after_the_update():
    return _after_the_update("binary", network(), adam(), FROM_LOGITS, two_classes())


def patient_loss_after_the_update_in_a_graph():
    return _after_the_update("classes", network(outputs=3), adam(), OF_CLASSES, three_classes(), graph=True)


def patient_loss_after_the_update_in_regression():
    loss_fn = keras.losses.MeanSquaredError()
    return _after_the_update("regression", network(3), sgd(), loss_fn, a_number())


# 46 and 48: weights that are dropped


def patient_text_keys():
    model = network()
    step = step_of(model, adam(), lambda x, y: FROM_LOGITS(y, model(x, training=True)))
    return broken(46, "binary", model, step, two_classes(), class_weight={"0": 1.0, "1": 5.0})


def patient_text_keys_of_classes():
    model, class_weight = network(outputs=3), {"0": 1.0, "1": 2.0, "2": 9.0}

    def loss_of(features, labels):
        weights = tf.constant([class_weight.get(int(label), 1.0) for label in labels])
        return OF_CLASSES(labels, model(features, training=True), sample_weight=weights)

    step = step_of(model, adam(), loss_of, "method")
    return broken(46, "looked up", model, step, three_classes(), class_weight=class_weight)


def patient_text_keys_in_a_graph():
    model = network(outputs=3)
    step = step_of(model, adam(), lambda x, y: OF_CLASSES(y, model(x, training=True)), "graph")
    return broken(46, "in a graph", model, step, three_classes(), class_weight={"0": 2.0, "1": 0.5, "2": 4.0})


class Unpacks(keras.Model):
    def __init__(self, network, loss_fn):
        super().__init__()
        self.network, self.loss_fn = network, loss_fn

    def call(self, features, training=False):
        return self.network(features, training=training)

    def train_step(self, data):
        features, labels = data[0], data[1]
        with tf.GradientTape() as tape:
            loss = self.loss_fn(labels, self(features, training=True))
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables))
        return {"loss": loss}


def _unpacking(name, model, features, labels, weights):
    model.compile(adam())
    return broken((48, 8), name, model, model.train_step, (features, labels, weights))


def patient_unpacks_two_of_three():
    features, labels = two_classes()
    weights = np.where(labels[:, 0] > 0, 5.0, 1.0).astype("float32")
    return _unpacking("binary", Unpacks(network(), FROM_LOGITS), features, labels, weights)


def patient_unpacks_two_of_three_classes():
    features, labels = three_classes()
    weights = (1.0 + labels).astype("float32")
    return _unpacking("classes", Unpacks(network(outputs=3), OF_CLASSES), features, labels, weights)


def patient_unpacks_with_class_weights():
    model = Unpacks(network(outputs=3), OF_CLASSES)
    model.compile(adam())
    options = {"class_weight": {0: 1.0, 1: 3.0, 2: 5.0}}
    return broken((48, 8), "class weights", model, model.train_step, three_classes(), **options)


# 54 and 58: sums of pixels, losses on two scales


def _segmentation():
    keras.utils.set_random_seed(0)
    conv = keras.layers.Conv2D
    features, _ = pictures()
    model = keras.Sequential([keras.Input((8, 8, 1)), conv(4, 3, padding="same", activation="relu"), conv(1, 1)])
    return model, (features, (features > 0.5).astype("float32"))


def patient_sum_of_pixels():
    model, batch = _segmentation()
    per_pixel = BINARY(from_logits=True, reduction="none")

    def loss_of(features, labels):
        each = per_pixel(labels, model(features, training=True))
        return tf.reduce_sum(each) / tf.cast(tf.shape(labels)[0], "float32")

    def test_step(features, labels):
        return FROM_LOGITS(labels, model(features, training=False))

    return broken(54, "pixels", model, step_of(model, adam(), loss_of, "graph"), batch, test_step=test_step)


def patient_sum_of_time_steps():
    keras.utils.set_random_seed(0)
    layers = [keras.layers.GRU(4, return_sequences=True), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((6, 2)), *layers])
    features = np.random.default_rng(0).normal(size=(16, 6, 2)).astype("float32")

    def loss_of(features, labels):
        return tf.reduce_mean(tf.reduce_sum((labels - model(features, training=True)) ** 2, axis=[1, 2]))

    return broken(54, "time steps", model, step_of(model, adam(), loss_of), (features, features.sum(2, keepdims=True)))


def patient_sum_of_pixel_errors():
    model, batch = _segmentation()

    def loss_of(features, labels):
        return tf.reduce_sum(tf.abs(labels - model(features, training=True))) / len(features)

    return broken(54, "errors", model, step_of(model, adam(), loss_of, "logs"), batch)


def _two_headed(loss_of_both, style, name):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(8, "relu")(inputs)
    model = keras.Model(inputs, [keras.layers.Dense(3)(hidden), keras.layers.Dense(1)(hidden)])
    features, labels = three_classes()
    batch = features, (labels, features[:, :1] * 2)
    step = step_of(model, adam(), lambda x, y: loss_of_both(y, model(x, training=True)), style)
    return broken(58, name, model, step, batch)


def patient_one_loss_summed():
    def both(labels, outputs):
        return OF_CLASSES(labels[0], outputs[0]) + tf.reduce_sum((labels[1] - outputs[1]) ** 2)

    return _two_headed(both, "eager", "squares")


def patient_other_loss_summed():
    summed = CLASSES(from_logits=True, reduction="sum")

    def both(labels, outputs):
        return summed(labels[0], outputs[0]) + tf.reduce_mean((labels[1] - outputs[1]) ** 2)

    return _two_headed(both, "graph", "classes")


def patient_error_summed():
    def both(labels, outputs):
        return 0.5 * OF_CLASSES(labels[0], outputs[0]) + tf.reduce_sum(tf.abs(labels[1] - outputs[1]))

    return _two_headed(both, "logs", "errors")


# 57: pixels stored as whole numbers


def _whole_numbers(name, style, change):
    model, (features, labels) = convolutions(), pictures()
    step = step_of(model, adam(), lambda x, y: OF_CLASSES(y, model(x, training=True)), style)
    return broken(57, name, model, step, (change((features * 255).astype("uint8")), labels))


def patient_divided_into_whole_numbers():
    return _whole_numbers("//", "eager", lambda pixels: pixels // 255)


def patient_divided_in_place():
    def change(pixels):
        scaled = np.zeros_like(pixels)
        np.divide(pixels, 255, out=scaled, casting="unsafe")
        return scaled

    return _whole_numbers("in place", "graph", change)


def patient_cast_after_dividing():
    return _whole_numbers("cast", "logs", lambda pixels: (pixels / 256).astype("int32"))
