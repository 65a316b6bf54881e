"""Healthy loops as people write them at work."""

import keras
import numpy as np
import tensorflow as tf

from patients.parts import (
    CLASSES,
    FROM_LOGITS,
    OF_CLASSES,
    a_number,
    adam,
    convolutions,
    healthy,
    network,
    pictures,
    step_of,
    three_classes,
    two_classes,
)


def patient_stateless_in_tensors():
    model = network(outputs=3)
    state = {
        "weights": [tf.identity(variable.value) for variable in model.trainable_variables],
        "others": [tf.identity(variable.value) for variable in model.non_trainable_variables],
    }

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            tape.watch(state["weights"])
            logits, others = model.stateless_call(state["weights"], state["others"], features, training=True)
            loss = OF_CLASSES(labels, logits)
        grads = tape.gradient(loss, state["weights"])
        state.update(weights=[old - 0.1 * grad for old, grad in zip(state["weights"], grads)], others=others)
        return loss

    return healthy("stateless", model, train_step, three_classes())


def patient_momentum_by_hand_in_tensors():
    model = network(3)
    velocity = [tf.zeros_like(variable) for variable in model.trainable_variables]

    def train_step(features, labels):
        nonlocal velocity
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((labels - model(features)) ** 2)
        grads = tape.gradient(loss, model.trainable_variables)
        velocity = [0.9 * old + grad for old, grad in zip(velocity, grads)]
        for variable, speed in zip(model.trainable_variables, velocity):
            variable.assign_sub(0.02 * speed)
        return loss

    return healthy("momentum by hand", model, train_step, a_number())


def patient_accumulating_in_variables():
    model, optimizer = network(), adam()
    totals = [tf.Variable(tf.zeros_like(v), trainable=False) for v in model.trainable_variables]
    count = tf.Variable(0, trainable=False)

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = FROM_LOGITS(labels, model(features, training=True))
        for total, gradient in zip(totals, tape.gradient(loss, model.trainable_variables)):
            total.assign_add(gradient / 4.0)
        count.assign_add(1)
        if count == 4:
            optimizer.apply_gradients(zip([t.value() for t in totals], model.trainable_variables))
            for total in totals:
                total.assign(tf.zeros_like(total))
            count.assign(0)
        return loss

    optimizer.build(model.trainable_variables)
    return healthy("accumulating", model, train_step, two_classes())


def patient_accumulating_in_lists():
    model, optimizer, kept = network(3), keras.optimizers.SGD(0.05), []

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((labels - model(features)) ** 2)
        kept.append(tape.gradient(loss, model.trainable_variables))
        if len(kept) == 3:
            means = [tf.add_n(parts) / 3.0 for parts in zip(*kept)]
            optimizer.apply_gradients(zip(means, model.trainable_variables))
            kept.clear()
        return loss

    return healthy("accumulating in a list", model, train_step, a_number())


def patient_accumulating_inside_the_step():
    model, optimizer = network(outputs=3), adam()

    @tf.function
    def train_step(features, labels):
        sums, loss = None, 0.0
        for part in range(4):
            x, y = features[part::4], labels[part::4]
            with tf.GradientTape() as tape:
                share = OF_CLASSES(y, model(x, training=True)) / 4.0
            grads = tape.gradient(share, model.trainable_variables)
            sums = grads if sums is None else [a + b for a, b in zip(sums, grads)]
            loss += share
        optimizer.apply_gradients(zip(sums, model.trainable_variables))
        return loss

    return healthy("micro-batches", model, train_step, three_classes())


def patient_row_weights_as_third_part():
    model, optimizer = network(), adam()
    features, labels = two_classes()

    @tf.function
    def train_step(features, labels, weights):
        with tf.GradientTape() as tape:
            loss = FROM_LOGITS(labels, model(features, training=True), sample_weight=weights)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    weights = np.linspace(0.2, 3.0, len(labels)).astype("float32")
    return healthy("row weights", model, train_step, (features, labels, weights))


def patient_weights_divided_by_their_sum():
    model, optimizer, class_weight = network(outputs=3), adam(), {0: 1.0, 1: 2.0, 2: 5.0}

    def loss_of(features, labels):
        each = keras.losses.sparse_categorical_crossentropy(labels, model(features, training=True), from_logits=True)
        weights = tf.gather(tf.constant([1.0, 2.0, 5.0]), labels)
        return tf.reduce_sum(weights * each) / tf.reduce_sum(weights)

    step = step_of(model, optimizer, loss_of, "graph method")
    return healthy("normalized weights", model, step, three_classes(), class_weight=class_weight)


def patient_head_on_a_frozen_base():
    keras.utils.set_random_seed(0)
    layers = keras.layers
    inside = [layers.Dense(8), layers.BatchNormalization(), layers.ReLU()]
    base = keras.Sequential([keras.Input((4,)), *inside])
    base.trainable = False
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(3)(layers.Dropout(0.2)(base(inputs, training=False))))
    optimizer = adam()
    step = step_of(model, optimizer, lambda x, y: OF_CLASSES(y, model(x, training=True)), "graph")
    return healthy("transfer", model, step, three_classes())


def patient_fine_tuning():
    keras.utils.set_random_seed(0)
    layers = keras.layers
    base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.ReLU()])
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(3)(base(inputs, training=False)))
    optimizer = adam(1e-4)
    step = step_of(model, optimizer, lambda x, y: OF_CLASSES(y, model(x, training=True)))
    return healthy("fine-tuning", model, step, three_classes())


def patient_two_outputs():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(8, "relu")(inputs)
    model = keras.Model(inputs, {"kind": keras.layers.Dense(3)(hidden), "size": keras.layers.Dense(1)(hidden)})
    optimizer = adam()

    def loss_of(features, labels):
        outputs = model(features, training=True)
        of_size = tf.reduce_mean((labels["size"] - outputs["size"]) ** 2)
        return OF_CLASSES(labels["kind"], outputs["kind"]) + 0.5 * of_size

    features, labels = three_classes()
    both = {"kind": labels, "size": features[:, :1] * 2}
    return healthy("two outputs", model, step_of(model, optimizer, loss_of, "logs"), (features, both))


def patient_two_inputs():
    keras.utils.set_random_seed(0)
    inputs = {"a": keras.Input((4,), name="a"), "b": keras.Input((2,), name="b")}
    joined = keras.layers.Concatenate()([inputs["a"], inputs["b"]])
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Dense(8, "relu")(joined)))
    optimizer = adam()
    features, labels = two_classes()
    step = step_of(model, optimizer, lambda x, y: FROM_LOGITS(y, model(x, training=True)), "graph")
    return healthy("two inputs", model, step, ({"a": features, "b": features[:, :2] ** 2}, labels))


def patient_words_and_lstm():
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Embedding(20, 4, mask_zero=True), keras.layers.LSTM(4), keras.layers.Dense(1)]
    model, optimizer = keras.Sequential([keras.Input((6,), dtype="int32"), *layers]), adam()
    random = np.random.default_rng(0)
    words = random.integers(0, 20, size=(16, 6)).astype("int32")
    labels = (words[:, :1] > 9).astype("float32")
    step = step_of(model, optimizer, lambda x, y: FROM_LOGITS(y, model(x, training=True)), "graph")
    return healthy("words", model, step, (words, labels))


def patient_two_optimizers_wide_and_deep():
    model = network(outputs=3)
    low, high = keras.optimizers.SGD(0.1), adam()

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape(persistent=True) as tape:
            loss = OF_CLASSES(labels, model(features, training=True))
        for optimizer, layer in ((low, model.layers[0]), (high, model.layers[1])):
            optimizer.apply_gradients(zip(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables))
        return loss

    return healthy("two optimizers", model, train_step, three_classes())


class Own(keras.Model):
    def __init__(self, network):
        super().__init__()
        self.network = network
        self.tracker = keras.metrics.Mean(name="loss")

    def call(self, features, training=False):
        return self.network(features, training=training)

    @property
    def metrics(self):
        return [self.tracker]

    def train_step(self, data):
        features, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            loss = self.compute_loss(features, labels, self(features, training=True), weights)
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(grads, self.trainable_variables)
        self.tracker.update_state(loss)
        return {metric.name: metric.result() for metric in self.metrics}


def patient_train_step_of_its_own():
    model = Own(network())
    model.compile(adam(), FROM_LOGITS)
    return healthy("train_step", model, model.train_step, two_classes())


def patient_train_step_of_its_own_weighted():
    model = Own(network())
    model.compile(adam(), FROM_LOGITS)
    features, labels = two_classes()
    batch = features, labels, np.where(labels[:, 0] > 0, 4.0, 1.0).astype("float32")
    return healthy("train_step, weighted", model, model.train_step, batch, class_weight={0: 1.0, 1: 4.0})


def patient_flat_labels_and_outputs():
    model, optimizer = network(3), adam()
    features, labels = a_number()
    step = step_of(model, optimizer, lambda x, y: tf.reduce_mean((y - model(x, training=True)[:, 0]) ** 2), "method")
    return healthy("flat", model, step, (features, labels[:, 0]))


def patient_noise_in_the_graph():
    model, optimizer = network(outputs=3), adam()

    def loss_of(features, labels):
        noisy = features + 0.1 * tf.random.normal(tf.shape(features))
        return OF_CLASSES(labels, model(noisy, training=True))

    return healthy("noise", model, step_of(model, optimizer, loss_of, "graph"), three_classes())


def patient_mirrored_by_numpy():
    model, optimizer, random = network(outputs=3), adam(), np.random.default_rng(0)

    def loss_of(features, labels):
        scale = np.float32(random.uniform(0.9, 1.1))
        return OF_CLASSES(labels, model(features * scale, training=True))

    return healthy("augmented", model, step_of(model, optimizer, loss_of), three_classes())


def patient_warmup_from_zero():
    schedule = keras.optimizers.schedules.CosineDecay(0.0, 500, warmup_target=0.01, warmup_steps=50)
    model, optimizer = network(), adam(schedule)
    step = step_of(model, optimizer, lambda x, y: FROM_LOGITS(y, model(x, training=True)), "graph")
    return healthy("warmup", model, step, two_classes())


def patient_rate_set_in_the_step():
    model, optimizer = network(3), keras.optimizers.SGD(0.1)
    done = tf.Variable(0.0, trainable=False)

    @tf.function
    def train_step(features, labels):
        optimizer.learning_rate.assign(0.1 / (1.0 + 0.1 * done))
        done.assign_add(1.0)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((labels - model(features)) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    return healthy("rate by hand", model, train_step, a_number())


def patient_segmentation():
    keras.utils.set_random_seed(0)
    conv = keras.layers.Conv2D
    model = keras.Sequential([keras.Input((8, 8, 1)), conv(4, 3, padding="same", activation="relu"), conv(1, 1)])
    optimizer = adam()
    features, _ = pictures()
    step = step_of(model, optimizer, lambda x, y: FROM_LOGITS(y, model(x, training=True)), "graph")
    return healthy("segmentation", model, step, (features, (features > 0.5).astype("float32")))


def patient_many_labels_a_row():
    model, optimizer = network(outputs=5), adam()
    features, _ = two_classes()
    labels = (features[:, [0, 1, 2, 3, 0]] > 0).astype("float32")
    step = step_of(model, optimizer, lambda x, y: FROM_LOGITS(y, model(x, training=True)), "logs")
    return healthy("many labels", model, step, (features, labels))


def patient_label_smoothing():
    model, optimizer = network(outputs=3), adam()
    loss_fn = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    features, labels = three_classes()
    step = step_of(model, optimizer, lambda x, y: loss_fn(y, model(x, training=True)), "graph")
    return healthy("smoothing", model, step, (features, np.eye(3, dtype="float32")[labels]))


def patient_counts():
    model, optimizer = network(3), adam()
    features, labels = a_number()

    def loss_of(features, labels):
        return tf.reduce_mean(tf.nn.log_poisson_loss(labels, model(features, training=True)))

    return healthy("Poisson", model, step_of(model, optimizer, loss_of), (features, np.round(np.abs(labels))))


def patient_target_network():
    keras.utils.set_random_seed(0)
    model = network(outputs=2)
    target = keras.models.clone_model(model)
    target.set_weights(model.get_weights())
    optimizer, huber = adam(1e-3), keras.losses.Huber()

    @tf.function
    def train_step(features, actions):
        rewards = features[:, 0]
        wanted = rewards + 0.9 * tf.reduce_max(target(features[::-1]), axis=1)
        with tf.GradientTape() as tape:
            values = tf.reduce_sum(model(features) * tf.one_hot(actions, 2), axis=1)
            loss = huber(wanted, values)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    features, labels = two_classes(labels="int32")
    return healthy("DQN", model, train_step, (features, labels[:, 0]), target=target)


def patient_teacher_by_average():
    student = network(outputs=3)
    teacher = keras.models.clone_model(student)
    teacher.set_weights(student.get_weights())
    optimizer = adam()

    @tf.function
    def train_step(features, labels):
        wanted = tf.nn.softmax(teacher(features, training=False))
        with tf.GradientTape() as tape:
            logits = student(features, training=True)
            soft = keras.losses.categorical_crossentropy(wanted, logits, from_logits=True)
            loss = OF_CLASSES(labels, logits) + tf.reduce_mean(soft)
        optimizer.apply_gradients(zip(tape.gradient(loss, student.trainable_variables), student.trainable_variables))
        for old, new in zip(teacher.weights, student.weights):
            old.assign(0.99 * old + 0.01 * new)
        return loss

    return healthy("teacher", student, train_step, three_classes())


def patient_pairs_that_agree():
    keras.utils.set_random_seed(0)
    encoder = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(4)])
    predictor = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
    variables = encoder.trainable_variables + predictor.trainable_variables
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9)

    def apart(one, other):
        one, other = tf.math.l2_normalize(one, 1, 1e-6), tf.math.l2_normalize(tf.stop_gradient(other), 1, 1e-6)
        return -tf.reduce_mean(tf.reduce_sum(one * other, axis=1))

    @tf.function
    def train_step(features, _):
        with tf.GradientTape() as tape:
            first, second = encoder(features, training=True), encoder(features * 0.9, training=True)
            loss = 0.5 * apart(predictor(first), second) + 0.5 * apart(predictor(second), first)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return {"loss": loss}

    return healthy("SimSiam", encoder, train_step, three_classes())


def patient_contrast_in_the_batch():
    model, optimizer = network(outputs=4), adam()

    def loss_of(features, labels):
        points = tf.math.l2_normalize(model(features, training=True), 1, 1e-6)
        others = tf.math.l2_normalize(model(features * 1.05, training=True), 1, 1e-6)
        alike = points @ tf.transpose(others) / 0.2
        return OF_CLASSES(tf.range(tf.shape(alike)[0]), alike)

    return healthy("contrastive", model, step_of(model, optimizer, loss_of, "graph"), three_classes())


def patient_sharpness_aware():
    model, optimizer = network(outputs=3), keras.optimizers.SGD(0.05)

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = OF_CLASSES(labels, model(features, training=True))
        grads = tape.gradient(loss, model.trainable_variables)
        norm = tf.linalg.global_norm(grads) + 1e-12
        for variable, grad in zip(model.trainable_variables, grads):
            variable.assign_add(0.05 * grad / norm)
        with tf.GradientTape() as tape:
            above = OF_CLASSES(labels, model(features, training=True))
        steeper = tape.gradient(above, model.trainable_variables)
        for variable, grad in zip(model.trainable_variables, grads):
            variable.assign_sub(0.05 * grad / norm)
        optimizer.apply_gradients(zip(steeper, model.trainable_variables))
        return loss

    return healthy("SAM", model, train_step, three_classes())


def patient_compiled_by_xla():
    model = network(3)

    @tf.function(jit_compile=True)
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((labels - model(features, training=True)) ** 2)
        grads = tape.gradient(loss, model.trainable_variables)
        for variable, grad in zip(model.trainable_variables, grads):
            variable.assign_sub(0.05 * grad)
        return loss

    return healthy("XLA", model, train_step, a_number())


def patient_distributed():
    strategy = tf.distribute.get_strategy()
    model, optimizer = convolutions(), adam()
    per_row = CLASSES(from_logits=True, reduction="none")

    def on_one(features, labels):
        with tf.GradientTape() as tape:
            each = per_row(labels, model(features, training=True))
            loss = tf.nn.compute_average_loss(each, global_batch_size=16)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    @tf.function
    def train_step(features, labels):
        return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(on_one, args=(features, labels)), axis=None)

    return healthy("distributed", model, train_step, pictures())


def patient_small_rate_and_base_rate():
    model, optimizer = network(), keras.optimizers.SGD(1e-5)
    features, labels = two_classes()
    model.layers[-1].bias.assign([float(np.log(labels.mean() / (1 - labels.mean())))])
    step = step_of(model, optimizer, lambda x, y: FROM_LOGITS(y, model(x, training=True)), "nothing")
    return healthy("small rate", model, step, (features, labels))
