"""Answers to 05.7."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong

LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def update(model, optimizer, batch, targets):
    with tf.GradientTape() as tape:
        loss = LOSS(targets, model(batch, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))


def begin(build_model, rate=0.01):
    model, optimizer = build_model(), keras.optimizers.Adam(rate)
    optimizer.build(model.trainable_variables)
    return model, optimizer


def run(step, pictures, labels, epochs=25, size=50):
    data = tf.data.Dataset.from_tensor_slices((pictures, labels)).shuffle(len(labels)).batch(size)
    for _ in range(epochs):
        for batch, targets in data:
            step(batch, targets)


def anywhere(batch):
    return tf.roll(batch, tf.random.uniform((2,), -1, 2, tf.int32), (1, 2))


@right("moved in the dataset, picture by picture")
def in_the_dataset(build_model, pictures, labels):
    model, optimizer = begin(build_model)
    step = tf.function(lambda batch, targets: update(model, optimizer, batch, targets))

    def move(picture, label):
        return tf.roll(picture, tf.random.uniform((2,), -1, 2, tf.int32), (0, 1)), label

    data = tf.data.Dataset.from_tensor_slices((pictures, labels)).shuffle(600).map(move).batch(40)
    for _ in range(20):
        for batch, targets in data:
            step(batch, targets)
    return model


@right("rolled by NumPy outside the graph, with a ragged batch")
def outside(build_model, pictures, labels):
    model, optimizer = begin(build_model)
    random = np.random.default_rng(1)

    @tf.function
    def step(batch, targets):
        update(model, optimizer, batch, targets)

    def moved(batch, targets):
        step(tf.constant(np.roll(batch, random.integers(-1, 2, 2), axis=(1, 2))), targets)

    run(moved, pictures, labels, size=64, epochs=30)
    return model


@right("a Keras layer moves the pictures")
def by_layer(build_model, pictures, labels):
    model, optimizer = begin(build_model)
    mover = keras.layers.RandomTranslation(0.1, 0.1, fill_mode="constant", interpolation="nearest")

    @tf.function
    def step(batch, targets):
        update(model, optimizer, mover(batch, training=True), targets)

    run(step, pictures, labels, epochs=30)
    return model


@wrong("the decorator forgotten", named="no graph")
def eager(build_model, pictures, labels):
    model, optimizer = begin(build_model)
    run(lambda batch, targets: update(model, optimizer, anywhere(batch), targets), pictures, labels)
    return model


@wrong("a new graph in each epoch", named="traced again and again")
def new_graph_each_epoch(build_model, pictures, labels):
    model, optimizer = begin(build_model)
    for _ in range(25):
        step = tf.function(lambda batch, targets: update(model, optimizer, anywhere(batch), targets))
        run(step, pictures, labels, epochs=1)
    return model


@wrong("the shift as two Python numbers", named="traced again and again")
def python_numbers(build_model, pictures, labels):
    model, optimizer = begin(build_model)
    random = np.random.default_rng(0)

    @tf.function
    def step(batch, targets, down, right):
        update(model, optimizer, tf.roll(batch, (down, right), (1, 2)), targets)

    def moved(batch, targets):
        step(batch, targets, int(random.integers(-1, 2)), int(random.integers(-1, 2)))

    run(moved, pictures, labels, epochs=10)
    return model


@wrong("the pictures as they are", named="the pictures are never moved")
def as_they_are(build_model, pictures, labels):
    model, optimizer = begin(build_model)
    run(tf.function(lambda batch, targets: update(model, optimizer, batch, targets)), pictures, labels, epochs=12)
    return model


@wrong("NumPy draws in the graph", named="the shift frozen in the graph")
def numpy_in_graph(build_model, pictures, labels):
    model, optimizer = begin(build_model)
    random = np.random.default_rng(3)

    @tf.function
    def step(batch, targets):
        update(model, optimizer, tf.roll(batch, random.integers(-1, 2, 2), (1, 2)), targets)

    run(step, pictures, labels, epochs=12)
    return model


@wrong("another model is returned", named="hardly anything learned")
def another_model(build_model, pictures, labels):
    model, optimizer = begin(build_model)
    run(tf.function(lambda batch, targets: update(model, optimizer, batch, targets)), pictures, labels, epochs=1)
    return build_model()


@wrong("without training=True", named="the model is not told that it is trained")
def not_told(build_model, pictures, labels):
    model, optimizer = begin(build_model)

    @tf.function
    def step(batch, targets):
        with tf.GradientTape() as tape:
            loss = LOSS(targets, model(anywhere(batch)))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    run(step, pictures, labels, epochs=5)
    return model


@wrong("nothing comes back but the loss")
def loss_returned(build_model, pictures, labels):
    model, optimizer = begin(build_model)
    run(tf.function(lambda batch, targets: update(model, optimizer, anywhere(batch), targets)), pictures, labels, 1)
    return float(LOSS(labels, model(pictures)))
