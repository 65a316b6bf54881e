"""Answers to 05.4."""

import functools

import keras
import tensorflow as tf

from answers import right, wrong


@right("eager, the penalties are added one after the other inside the tape")
def penalties_in_a_loop(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
        for penalty in model.losses:
            loss = loss + tf.reduce_sum(penalty)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False))
    for penalty in model.losses:
        val_loss = val_loss + tf.reduce_sum(penalty)
    return float(loss), float(val_loss)


@right("the training step in a graph, add_n only if there is anything to add")
def step_in_a_graph(model, optimizer, loss_fn, train_batch, val_batch):
    def full_loss(features, labels, training):
        loss = loss_fn(labels, model(features, training=training))
        penalties = [tf.reduce_sum(penalty) for penalty in model.losses]
        return tf.add_n([loss, *penalties])

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = full_loss(features, labels, True)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    loss = train_step(*train_batch)
    return float(loss), float(full_loss(*val_batch, False))


@right("gradients of the loss and of the penalties on their own, then added")
def two_gradients(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    variables = [variable.value for variable in model.trainable_variables]  # those of TensorFlow
    zero = tf.UnconnectedGradients.ZERO
    with tf.GradientTape(persistent=True) as tape:
        data_loss = loss_fn(labels, model(features, training=True))
        penalty = tf.add_n([tf.constant(0.0), *model.losses])
    of_data = tape.gradient(data_loss, variables, unconnected_gradients=zero)
    of_penalty = tape.gradient(penalty, variables, unconnected_gradients=zero)
    loss = data_loss + penalty
    optimizer.apply([a + b for a, b in zip(of_data, of_penalty)], model.trainable_variables)

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False)) + sum(model.losses)
    return float(loss), float(val_loss)


@right("one helper for both losses, joined with functools.reduce")
def one_helper(model, optimizer, loss_fn, train_batch, val_batch):
    def measure(batch, training):
        features, labels = batch
        logits = model(features, training=training)
        return functools.reduce(keras.ops.add, model.losses, loss_fn(labels, logits))

    with tf.GradientTape() as tape:
        loss = measure(train_batch, training=True)
    optimizer.apply_gradients(
        (gradient, variable)
        for variable, gradient in zip(
            model.trainable_variables, tape.gradient(loss, model.trainable_variables), strict=True
        )
    )
    return loss.numpy().item(), measure(val_batch, training=False).numpy().item()


@right("compiles the model and lets Keras do both")
def compiled(model, optimizer, loss_fn, train_batch, val_batch):
    def mean_loss(labels, logits):
        # Keras makes the labels float32 on the way
        return loss_fn(tf.cast(labels, tf.int32), logits)

    model.compile(optimizer=optimizer, loss=mean_loss, run_eagerly=True)
    loss = model.train_on_batch(*train_batch, return_dict=True)["loss"]
    val_loss = model.test_on_batch(*val_batch, return_dict=True)["loss"]
    return float(loss), float(val_loss)


def mended(model, optimizer, loss_fn, train_batch, val_batch, *, training=(True, False), penalties=(True, True)):
    """The mended function, which the wrong answers below spoil: `training` and `penalties` of the step, measuring."""

    def full_loss(batch, training, penalty):
        features, labels = batch
        loss = loss_fn(labels, model(features, training=training))
        return loss + sum(model.losses) if penalty else loss

    with tf.GradientTape() as tape:
        loss = full_loss(train_batch, training[0], penalties[0])
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return float(loss), float(full_loss(val_batch, training[1], penalties[1]))


@wrong(
    "the word copied to both calls, the penalties not yet seen",
    named="measured as if in training, and the penalty is left out",
)
def trains_everywhere(*arguments):
    return mended(*arguments, training=(True, True), penalties=(False, False))


@wrong("one penalty added, no word", named="`training=` left out, and the penalty only in training")
def one_penalty_only(*arguments):
    return mended(*arguments, training=(None, None), penalties=(True, False))


@wrong("no penalty where it is measured", named="the penalty only in training")
def penalty_of_the_step_only(*arguments):
    return mended(*arguments, penalties=(True, False))


@wrong("the two words exchanged")
def words_exchanged(*arguments):
    return mended(*arguments, training=(False, True))


@wrong("only the sum of both losses comes back")
def sum_of_both(*arguments):
    return sum(mended(*arguments))


@wrong("a dictionary, as `return_dict=True` gives it")
def dictionary(*arguments):
    return dict(zip(("loss", "val_loss"), mended(*arguments)))


@wrong("zeros in place of None are asked for Keras variables, which TensorFlow cannot make: a plain model is refused")
def two_gradients_of_keras_variables(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    variables = model.trainable_variables
    zero = tf.UnconnectedGradients.ZERO
    with tf.GradientTape(persistent=True) as tape:
        data_loss = loss_fn(labels, model(features, training=True))
        penalty = tf.add_n([tf.constant(0.0), *model.losses])
    of_data = tape.gradient(data_loss, variables, unconnected_gradients=zero)
    of_penalty = tape.gradient(penalty, variables, unconnected_gradients=zero)
    loss = data_loss + penalty
    optimizer.apply([a + b for a, b in zip(of_data, of_penalty)], variables)

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False)) + sum(model.losses)
    return float(loss), float(val_loss)


@wrong(
    "training=True is missing in the step, so Dropout and BatchNorm do nothing there",
    named="`training=` left out in the step",
)
def not_told_to_train(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features)) + sum(model.losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features)) + sum(model.losses)
    return float(loss), float(val_loss)


@wrong("the penalties are forgotten", named="the penalty is left out")
def no_penalties(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False))
    return float(loss), float(val_loss)


@wrong("add_n of an empty list: a model without penalties is refused", named="a model without penalties is refused")
def empty_list_refused(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True)) + tf.add_n(model.losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False)) + tf.add_n(model.losses)
    return float(loss), float(val_loss)


@wrong(
    "measures with training=True, which drops units and moves the moving statistics", named="measured as if in training"
)
def measured_while_training(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)
    return float(loss), float(val_loss)


@wrong(
    "the penalties are added to the reported losses only, the gradients do not see them",
    named="the penalty is outside the tape",
)
def penalties_outside_the_tape(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    loss += sum(model.losses)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False)) + sum(model.losses)
    return float(loss), float(val_loss)


@wrong(
    "the validation loss gets the penalty of the weights before the step",
    named="the validation loss has the old penalty",
)
def stale_penalty(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        logits = model(features, training=True)
        penalty = sum(model.losses)
        loss = loss_fn(labels, logits) + penalty
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False)) + penalty
    return float(loss), float(val_loss)


@wrong("two mistakes: the mean of the penalties in place of their sum, and none in the validation loss")
def mean_of_penalties(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
        if model.losses:
            loss += tf.reduce_mean(tf.stack(model.losses))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False))
    return float(loss), float(val_loss)
