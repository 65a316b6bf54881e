"""Answers to 02.6."""

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


@wrong("mends the iterator only, the loss is still the one after the step", named="the loss after the step")
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


@wrong("mends the loss only, the iterator is still empty after the first epoch", named="the iterator runs dry")
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


@wrong("both mended, but the weight of the batches is lost on the way", named="the mean of the batch means")
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


@wrong(
    "the Mean is made once and never reset, so later epochs drag the earlier ones along", named="the mean never reset"
)
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


@wrong(
    "repeat(epochs) under one iterator: the first epoch takes all passes, the others read 0",
    named="all epochs in the first",
)
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


@wrong(
    "measures the whole dataset before each epoch, not each batch before its step", named="the loss before the epoch"
)
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


@wrong(
    "trains with training=False, Dropout and BatchNormalization do not take part",
    named="the model not told that it is trained",
)
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


@wrong("two mistakes: the list starts anew in each epoch, and holds tensors", named="only the last epoch in the list")
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


@right("one compiled step, losses of the rows added up")
def compiled_step(model, optimizer, loss_fn, dataset, epochs):
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss * tf.cast(len(labels), "float32"), len(labels)

    history = []
    for _ in range(epochs):
        totals = [step(features, labels) for features, labels in dataset]
        history.append(sum(float(total) for total, _ in totals) / sum(int(rows) for _, rows in totals))
    return history


@wrong("keeps the batches in a list, so that no epoch is shuffled anew", named="the order frozen")
def kept_in_a_list(model, optimizer, loss_fn, dataset, epochs):
    history, batches = [], list(dataset)
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


@wrong("neither mistake is mended", named="both mistakes are still there")
def neither_mended(model, optimizer, loss_fn, dataset, epochs):
    history = []
    rest = iter(dataset)
    for epoch in range(epochs):
        mean = keras.metrics.Mean()
        for x, y in rest:
            with tf.GradientTape() as tape:
                loss = loss_fn(y, model(x, training=True))
            slopes = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(slopes, model.trainable_variables))
            mean.update_state(loss_fn(y, model(x, training=True)), sample_weight=len(y))
        history.append(float(mean.result()))
    return history


@wrong("the losses by epoch in a dictionary")
def by_epoch(model, optimizer, loss_fn, dataset, epochs):
    losses = new_iterator.function(model, optimizer, loss_fn, dataset, epochs)
    return {epoch: loss for epoch, loss in enumerate(losses)}


@wrong("predicts a second time, without training=True, for the loss to report")
def reports_without_training(model, optimizer, loss_fn, dataset, epochs):
    history = []
    for _ in range(epochs):
        mean = keras.metrics.Mean()
        for features, labels in dataset:
            mean.update_state(loss_fn(labels, model(features, training=False)), sample_weight=len(labels))
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        history.append(float(mean.result()))
    return history
