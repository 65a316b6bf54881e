"""Broken loops whose gradients are missing, wrong or lost. Traps 1, 2, 3, 4, 5, 6, 7, 15, 16, 17, 50, 51."""

import keras
import numpy as np
import tensorflow as tf

from patients.parts import (
    BINARY,
    CLASSES,
    FROM_LOGITS,
    a_number,
    adam,
    broken,
    network,
    pictures,
    step_of,
    three_classes,
    two_classes,
)

# 1 and 6: what is no variable, or not any more


def patient_constant_weights():
    model, weights = network(3), tf.constant([[0.1], [0.2], [0.3]])

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((features @ weights - labels) ** 2)
        gradient = tape.gradient(loss, weights)
        return loss if gradient is None else loss + tf.reduce_sum(gradient)

    return broken(1, "weights of its own", model, train_step, a_number())


def patient_weights_replaced():
    model = network(3)
    weights = tf.Variable(tf.zeros((3, 1)))

    def train_step(features, labels):
        nonlocal weights
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((features @ weights - labels) ** 2)
        gradient = tape.gradient(loss, weights)
        weights = weights - 0.1 * gradient
        return loss

    return broken(6, "rebound", model, train_step, a_number())


def patient_minus_equals_on_keras_variables():
    model = network()

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = FROM_LOGITS(labels, model(features, training=True))
        for variable, gradient in zip(model.trainable_variables, tape.gradient(loss, model.trainable_variables)):
            variable -= 0.1 * gradient
        return loss

    return broken(6, "-=", model, train_step, two_classes())


def patient_minus_equals_in_a_graph():
    model = network(outputs=3)

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = CLASSES(from_logits=True)(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        for gradient, variable in zip(gradients, model.trainable_variables):
            variable = variable - 0.1 * gradient
        return {"loss": loss}

    return broken(6, "in a graph", model, train_step, three_classes())


def patient_update_forgotten():
    model = network(3)

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(features) - labels) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        return loss, gradients

    return broken(6, "no update", model, train_step, a_number())


# 2: a tape asked twice


def patient_tape_asked_twice():
    model, optimizer = network(), adam()

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = FROM_LOGITS(labels, model(features, training=True))
        kernel = tape.gradient(loss, model.layers[0].trainable_variables)
        rest = tape.gradient(loss, model.layers[1].trainable_variables)
        optimizer.apply_gradients(zip(kernel + rest, model.trainable_variables))
        return loss

    return broken(2, "by layers", model, train_step, two_classes())


def patient_tape_asked_twice_in_a_graph():
    model, first, second = network(3), keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.01)

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(features) - labels) ** 2)
        for optimizer, layer in zip((first, second), model.layers):
            optimizer.apply_gradients(zip(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables))
        return loss

    return broken(2, "two optimizers", model, train_step, a_number())


def patient_tape_asked_for_its_norm():
    model, optimizer = network(outputs=3), adam()

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = CLASSES(from_logits=True)(labels, model(features, training=True))
        norm = tf.linalg.global_norm(tape.gradient(loss, model.trainable_variables))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return {"loss": loss, "norm": norm}

    return broken(2, "for a log", model, train_step, three_classes())


# 3: the calculation left the tape


def patient_forward_outside():
    model, optimizer = network(), adam()

    def train_step(features, labels):
        logits = model(features, training=True)
        with tf.GradientTape() as tape:
            loss = FROM_LOGITS(labels, logits)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    return broken(3, "outside", model, train_step, two_classes())


def patient_numpy_on_the_way():
    model, optimizer = network(3), keras.optimizers.SGD(0.05)

    def loss_of(features, labels):
        predictions = model(features, training=True).numpy()
        return tf.reduce_mean((tf.constant(predictions) - labels) ** 2)

    return broken(3, "numpy", model, step_of(model, optimizer, loss_of), a_number())


def patient_predict_on_the_way():
    model, optimizer = network(outputs=3), adam()

    def loss_of(features, labels):
        return CLASSES(from_logits=True)(labels, model.predict(features, verbose=0))

    return broken(3, "predict", model, step_of(model, optimizer, loss_of, "method"), three_classes())


def patient_metric_as_loss():
    model, optimizer, mean = network(), adam(), keras.metrics.Mean()

    def loss_of(features, labels):
        mean.update_state(FROM_LOGITS(labels, model(features, training=True)))
        return mean.result()

    return broken(3, "a metric", model, step_of(model, optimizer, loss_of, "logs"), two_classes())


def patient_none_filtered_out():
    model, optimizer = network(), adam()

    def train_step(features, labels):
        logits = model(features, training=True)
        with tf.GradientTape() as tape:
            loss = FROM_LOGITS(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        usable = [(g, v) for g, v in zip(gradients, model.trainable_variables) if g is not None]
        if usable:
            optimizer.apply_gradients(usable)
        return loss

    return broken(3, "None left out", model, train_step, two_classes())


# 4: no slope


def patient_argmax_in_the_loss():
    model, optimizer = network(outputs=3), adam()

    def loss_of(features, labels):
        predicted = tf.cast(tf.argmax(model(features, training=True), axis=1), "float32")
        return tf.reduce_mean((predicted - tf.cast(labels, "float32")) ** 2)

    return broken((3, 4), "argmax", model, step_of(model, optimizer, loss_of), three_classes())


def patient_rounded_probabilities():
    model, optimizer = network(activation="sigmoid"), adam()

    def loss_of(features, labels):
        return BINARY()(labels, tf.round(model(features, training=True)))

    return broken((3, 4), "round", model, step_of(model, optimizer, loss_of, "graph"), two_classes())


def patient_threshold_in_the_loss():
    model, optimizer = network(), adam()

    def loss_of(features, labels):
        predicted = tf.cast(model(features, training=True) > 0.0, "float32")
        return tf.reduce_mean(tf.abs(labels - predicted))

    return broken((3, 4), "threshold", model, step_of(model, optimizer, loss_of, "logs"), two_classes())


# 5: a part of the gradient is stopped


def patient_features_stopped():
    model, optimizer = network(), adam()
    hidden = keras.Model(model.inputs, model.layers[0].output)

    def loss_of(features, labels):
        return FROM_LOGITS(labels, model.layers[1](tf.stop_gradient(hidden(features))))

    return broken((5, 3, 7), "hidden layer", model, step_of(model, optimizer, loss_of), two_classes())


def patient_numpy_between_layers():
    model, optimizer = network(3), keras.optimizers.SGD(0.05)

    def loss_of(features, labels):
        hidden = model.layers[0](features).numpy()
        return tf.reduce_mean((model.layers[1](hidden) - labels) ** 2)

    return broken((5, 3, 7), "numpy between", model, step_of(model, optimizer, loss_of), a_number())


def patient_prediction_stopped_in_part():
    model, optimizer = network(3), keras.optimizers.SGD(0.05)

    def loss_of(features, labels):
        predictions = model(features, training=True)
        return tf.reduce_mean((labels - tf.stop_gradient(predictions)) * (labels - predictions))

    return broken(5, "half of the square", model, step_of(model, optimizer, loss_of, "graph"), a_number())


# 7: some variables only


def patient_last_layer_only():
    model, optimizer = network(), adam()
    last = model.layers[-1].trainable_variables
    step = step_of(model, optimizer, lambda x, y: FROM_LOGITS(y, model(x, training=True)), variables=last)
    return broken(7, "last layer", model, step, two_classes())


def patient_kernels_only():
    model = network(3)

    def train_step(features, labels):
        kernels = [layer.kernel for layer in model.layers]
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((labels - model(features, training=True)) ** 2)
        for kernel, gradient in zip(kernels, tape.gradient(loss, kernels)):
            kernel.assign_sub(0.05 * gradient)
        return loss

    return broken(7, "no biases", model, train_step, a_number())


def patient_zip_cut_short():
    model, optimizer = network(outputs=3), adam()

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = CLASSES(from_logits=True)(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables[:2])
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    return broken(7, "two of four", model, train_step, three_classes())


# 15: cross-entropy from the formula


def patient_binary_formula():
    model, optimizer = network(activation="sigmoid"), adam()

    def loss_of(features, labels):
        p = model(features, training=True)
        return -tf.reduce_mean(labels * tf.math.log(p) + (1 - labels) * tf.math.log(1 - p))

    return broken(15, "binary", model, step_of(model, optimizer, loss_of), two_classes())


def patient_class_formula():
    model, optimizer = network(outputs=3, activation="softmax"), adam()

    def loss_of(features, labels):
        wanted = tf.one_hot(labels, 3)
        return -tf.reduce_mean(tf.reduce_sum(wanted * tf.math.log(model(features, training=True)), axis=1))

    return broken(15, "classes", model, step_of(model, optimizer, loss_of, "graph"), three_classes())


def patient_sigmoid_by_hand():
    model, optimizer = network(), adam()

    def loss_of(features, labels):
        p = tf.sigmoid(model(features, training=True))
        return tf.reduce_mean(-labels * tf.math.log(p) - (1 - labels) * tf.math.log(1 - p))

    return broken(15, "sigmoid", model, step_of(model, optimizer, loss_of, "method"), two_classes())


# 16: labels of the wrong type


def patient_integer_labels():
    model, optimizer = network(3), adam()
    features, labels = a_number()

    def loss_of(features, labels):
        return tf.reduce_mean((tf.convert_to_tensor(labels) - model(features, training=True)) ** 2)

    return broken(16, "int64", model, step_of(model, optimizer, loss_of), (features, labels.astype("int64")))


def patient_double_labels():
    model, optimizer = network(3), adam()
    features, labels = a_number()

    def loss_of(features, labels):
        return tf.reduce_mean(tf.abs(model(features, training=True) - labels))

    step = step_of(model, optimizer, loss_of, "graph")
    return broken(16, "float64", model, step, (features, labels.astype("float64")))


def patient_double_and_single():
    model, optimizer = network(), adam()
    features, labels = two_classes(labels="int32")

    def loss_of(features, labels):
        labels = tf.convert_to_tensor(labels)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, model(features, training=True)))

    return broken(16, "int32", model, step_of(model, optimizer, loss_of, "logs"), (features, labels))


# 17: sums


def patient_sum_by_keras():
    model, optimizer, loss_fn = network(), keras.optimizers.SGD(0.1), BINARY(from_logits=True, reduction="sum")
    step = step_of(model, optimizer, lambda x, y: loss_fn(y, model(x, training=True)))
    return broken(17, "reduction", model, step, two_classes(rows=64))


def patient_sum_of_squares():
    model, optimizer = network(3), keras.optimizers.SGD(0.1)

    def loss_of(features, labels):
        return tf.reduce_sum((labels - model(features, training=True)) ** 2)

    return broken(17, "squares", model, step_of(model, optimizer, loss_of, "graph"), a_number())


def patient_sum_of_a_vector():
    model, optimizer = network(outputs=3), keras.optimizers.SGD(0.1)
    per_row = CLASSES(from_logits=True, reduction="none")
    step = step_of(model, optimizer, lambda x, y: per_row(y, model(x, training=True)), "method")
    return broken(17, "a vector", model, step, three_classes())


# 50: variables that Keras does not track


class Scaled(keras.layers.Layer):
    def __init__(self, holder=None):
        super().__init__()
        self.scale = tf.Variable(0.3) if holder is None else None
        self.holder = holder

    def call(self, inputs):
        return inputs * (self.scale if self.holder is None else self.holder.value)


class Holder:
    def __init__(self):
        self.value = tf.Variable(tf.ones(8))


def patient_scale_in_an_attribute():
    model, optimizer = network(middle=[Scaled()]), adam()
    step = step_of(model, optimizer, lambda x, y: FROM_LOGITS(y, model(x, training=True)))
    return broken(50, "attribute", model, step, two_classes())


def patient_scale_in_an_object():
    model, optimizer = network(3, middle=[Scaled(Holder())]), keras.optimizers.SGD(0.05)
    step = step_of(model, optimizer, lambda x, y: tf.reduce_mean((y - model(x, training=True)) ** 2), "graph")
    return broken(50, "in an object", model, step, a_number())


class Bare(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(8, activation="relu")
        self.weights_out = tf.Variable(np.full((8, 3), 0.1, "float32"))

    def call(self, features, training=False):
        return self.hidden(features) @ self.weights_out


def patient_last_layer_by_hand():
    keras.utils.set_random_seed(0)
    model, optimizer = Bare(), adam()
    step = step_of(model, optimizer, lambda x, y: CLASSES(from_logits=True)(y, model(x, training=True)))
    return broken(50, "output weights", model, step, three_classes())


# 51: an infinite slope


def patient_norm_of_a_difference():
    model, optimizer = network(3, outputs=2), adam()

    def loss_of(features, labels):
        points = model(features, training=True)
        distance = tf.sqrt(tf.reduce_sum((points - tf.reverse(points, [0])) ** 2, axis=1))
        return tf.reduce_mean((distance - tf.abs(labels[:, 0])) ** 2)

    return broken(51, "distances", model, step_of(model, optimizer, loss_of), a_number())


def patient_root_of_the_error():
    model, optimizer = network(3), adam()

    def loss_of(features, labels):
        return tf.reduce_mean(tf.sqrt((labels - model(features, training=True)) ** 2))

    features, labels = a_number()
    model.layers[1].set_weights([np.zeros((8, 1), "float32"), labels[0]])
    return broken(51, "a perfect row", model, step_of(model, optimizer, loss_of, "graph"), (features, labels))


def patient_triplets():
    model, optimizer = network(outputs=4), adam()

    def loss_of(features, labels):
        points = model(features, training=True)
        near = tf.norm(points - tf.roll(points, 1, axis=0), axis=1)
        far = tf.norm(points - tf.roll(points, 2, axis=0), axis=1)
        return tf.reduce_mean(tf.nn.relu(near - far + 1.0))

    return broken(51, "triplets", model, step_of(model, optimizer, loss_of, "logs"), three_classes())


def patient_pictures_with_hard_labels():
    features, labels = pictures()
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(4)])
    optimizer = adam()

    def loss_of(features, labels):
        chosen = tf.one_hot(tf.argmax(model(features, training=True), axis=-1), 4)
        return tf.reduce_mean((chosen - tf.one_hot(labels, 4)) ** 2)

    return broken((3, 4), "one-hot of argmax", model, step_of(model, optimizer, loss_of), (features, labels))
