"""Answers to 06.1."""

import tensorflow as tf

from answers import right, wrong


@right("one gradient of the sum, floats come back")
def floats(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
        penalty = 0.0
        for one in model.losses:
            penalty += one
        both = loss + penalty
    optimizer.apply(tape.gradient(both, model.trainable_variables), model.trainable_variables)
    return {"loss": float(loss), "penalty": float(penalty)}


@right("the penalty from the layers' own regularizers")
def from_the_layers(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
        kernels = [layer for layer in model.layers if getattr(layer, "kernel_regularizer", None)]
        penalty = tf.constant(0.0)
        for layer in kernels:
            penalty += layer.kernel_regularizer(layer.kernel)
        total = loss + penalty
    grads = tape.gradient(total, model.trainable_weights)
    optimizer.apply_gradients(zip(grads, model.trainable_weights))
    return {"penalty": penalty, "loss": loss}


@right("the step inside a tf.function")
def in_a_graph(model, optimizer, loss_fn, features, labels):
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
            penalty = tf.reduce_sum([tf.cast(p, tf.float32) for p in model.losses] + [0.0])
            total = loss + penalty
        optimizer.apply_gradients(zip(tape.gradient(total, model.trainable_variables), model.trainable_variables))
        return {"loss": loss, "penalty": penalty}

    return step(features, labels)


@right("a list as the target: the tape adds up its gradients")
def list_as_target(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
        penalties = model.losses
    gradients = tape.gradient([loss, *penalties], model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return {"loss": loss.numpy(), "penalty": sum(float(penalty) for penalty in penalties)}


@wrong("the penalty is added behind the tape", named="the penalty is reported, but does not pull")
def added_behind(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    penalty = sum(model.losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return {"loss": loss, "penalty": penalty}


@wrong("the sum is returned as the loss", named="the loss contains the penalty")
def sum_returned(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
        penalty = sum(model.losses)
        loss += penalty
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return {"loss": loss, "penalty": penalty}


@wrong("the model is called without training=True", named="`training=True` is missing")
def no_training(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features))
        penalty = sum(model.losses)
        total = loss + penalty
    optimizer.apply(tape.gradient(total, model.trainable_variables), model.trainable_variables)
    return {"loss": loss, "penalty": penalty}


@wrong("tf.add_n, which wants at least one", named="a model without penalties crashes")
def add_n(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
        penalty = tf.add_n(model.losses)
        total = loss + penalty
    optimizer.apply(tape.gradient(total, model.trainable_variables), model.trainable_variables)
    return {"loss": loss, "penalty": penalty}


@wrong("the penalty is read again for the report, after the update", named="the penalty of after the update")
def read_again(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
        total = loss + sum(model.losses)
    optimizer.apply(tape.gradient(total, model.trainable_variables), model.trainable_variables)
    return {"loss": loss, "penalty": sum(model.losses)}


@wrong("the penalty counts twice")
def twice(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
        penalty = sum(model.losses)
        total = loss + penalty + sum(model.losses)
    optimizer.apply(tape.gradient(total, model.trainable_variables), model.trainable_variables)
    return {"loss": loss, "penalty": penalty}


@wrong("a forward pass more for the loss, which moves BatchNorm's averages twice")
def two_passes(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        logits = model(features, training=True)
        penalty = sum(model.losses)
        total = loss_fn(labels, logits) + penalty
    loss = loss_fn(labels, model(features, training=True))
    optimizer.apply(tape.gradient(total, model.trainable_variables), model.trainable_variables)
    return {"loss": loss, "penalty": penalty}
