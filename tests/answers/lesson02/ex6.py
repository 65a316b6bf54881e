"""Answers to 02.6, written from its task alone."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("a new iterator for each epoch, asked with next until it is empty, and optimizer.apply")
def new_iterator(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        batches = iter(dataset)
        while (batch := next(batches, None)) is not None:
            features, labels = batch
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


@right("lists of losses and sizes, np.average of them")
def numpy_average(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        losses, sizes = [], []
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            losses.append(float(loss))
            sizes.append(int(tf.shape(labels)[0]))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        history.append(float(np.average(losses, weights=sizes)))
    return history


@right("a helper for one step, sums by hand in an inner function for one epoch")
def helpers_for_step_and_epoch(model, optimizer, loss_fn, dataset, epochs):
    def step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return float(loss)

    def epoch():
        total, rows = 0.0, 0
        for features, labels in dataset:
            total += step(features, labels) * len(labels)
            rows += len(labels)
        return total / rows

    return [epoch() for _ in range(epochs)]


@right("one Mean, reset at the start of each epoch, updated once for each row before the step")
def one_mean_reset(model, optimizer, loss_fn, dataset, epochs):
    history = []
    mean = keras.metrics.Mean()
    for _ in range(epochs):
        mean.reset_state()
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                predictions = model(features, training=True)
                loss = loss_fn(labels, predictions)
            mean.update_state(tf.repeat(loss, tf.shape(labels)[0]))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        history.append(mean.result().numpy().item())
    return history


@wrong("mends the iterator only, the loss is still the one after the step")
def loss_after_the_step(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            loss = loss_fn(labels, model(features, training=True))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


@wrong("mends the loss only, the iterator is still empty after the first epoch")
def iterator_used_up(model, optimizer, loss_fn, dataset, epochs):
    history, batches = [], iter(dataset)
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in batches:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


@wrong("both mended, but the weight of the batches is lost on the way")
def weights_lost(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        losses = []
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            losses.append(float(loss))
        history.append(sum(losses) / len(losses))
    return history


@wrong("the Mean is made once and never reset, so later epochs drag the earlier ones along")
def mean_never_reset(model, optimizer, loss_fn, dataset, epochs):
    history = []
    mean = keras.metrics.Mean()
    for _ in range(epochs):
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


@wrong("repeat(epochs) under one iterator: the first epoch takes all passes, the others read 0")
def all_in_the_first(model, optimizer, loss_fn, dataset, epochs):
    history, batches = [], iter(dataset.repeat(epochs))
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in batches:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


@wrong("measures the whole dataset before each epoch, not each batch before its step")
def before_the_epoch(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            loss = loss_fn(labels, model(features, training=False))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return history


@wrong("trains with training=False, Dropout and BatchNormalization do not take part")
def inference_mode(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=False))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(float(mean.result()))
    return history


@wrong("two mistakes: the list starts anew in each epoch, and holds tensors")
def last_epoch_as_tensor(model, optimizer, loss_fn, dataset, epochs):
    for _ in range(epochs):
        history = []
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean.update_state(loss, sample_weight=len(labels))
        history.append(mean.result())
    return history
