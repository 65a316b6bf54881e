"""Answers to 05.2."""

import keras
import tensorflow as tf

from answers import right, wrong


@right("a new graph and optimizer for each model, the rate is set outside of the graph")
def rate_set_outside(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD(0.5)
        optimizer.build(model.trainable_variables)

        @tf.function
        def train_step(features, labels):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        for step in range(steps):
            optimizer.learning_rate = 0.5 * 0.9**step
            loss = train_step(features, labels)
        last_losses.append(float(loss))
    return last_losses


@right("a factory of steps, each with an optimizer whose rate follows a schedule")
def factory_with_schedule(models, features, labels, steps):
    def make_step(model):
        schedule = keras.optimizers.schedules.ExponentialDecay(0.5, decay_steps=1, decay_rate=0.9)
        optimizer = keras.optimizers.SGD(schedule)
        optimizer.build(model.trainable_variables)
        loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

        def step():
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            return loss

        return tf.function(step)

    last_losses = []
    for model in models:
        step = make_step(model)
        losses = [float(step()) for _ in range(steps)]
        last_losses.append(losses[-1])
    return last_losses


@right("the model is an argument of one step, the rate a tensor, and the weights are changed by hand")
def model_as_argument(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def train_step(model, features, labels, rate):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        variables = model.trainable_variables
        for variable, gradient in zip(variables, tape.gradient(loss, variables)):
            variable.assign_sub(rate * gradient)
        return loss

    last_losses = []
    for model in models:
        for step in range(steps):
            rate = tf.constant(0.5 * 0.9**step, dtype=tf.float32)
            loss = train_step(model, features, labels, rate)
        last_losses.append(float(loss))
    return last_losses


@right("all steps of a model in one graph, a loop over tf.range")
def loop_in_the_graph(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def make_run(model):
        def one_step(rate):
            with tf.GradientTape() as tape:
                value = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(value, model.trainable_variables)
            for variable, gradient in zip(model.trainable_variables, gradients):
                variable.assign_sub(rate * gradient)
            return value

        @tf.function
        def run():
            loss = tf.constant(0.0)
            rate = tf.constant(0.5)
            for _ in tf.range(steps):
                loss = one_step(rate)
                rate = rate * 0.9
            return loss

        return run

    return [float(make_run(model)()) for model in models]


@right("a class that keeps the rate in a variable and lowers it in the graph, one object for each model")
def class_with_rate_variable(models, features, labels, steps):
    class Trainer:
        def __init__(self, model):
            self.model = model
            self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
            self.rate = tf.Variable(0.5, trainable=False)

        @tf.function
        def step(self, features, labels):
            with tf.GradientTape() as tape:
                loss = self.loss_fn(labels, self.model(features, training=True))
            gradients = tape.gradient(loss, self.model.trainable_variables)
            for variable, gradient in zip(self.model.trainable_variables, gradients):
                variable.assign(variable - self.rate * gradient)
            self.rate.assign(0.9 * self.rate)
            return loss

        def train(self, features, labels, steps):
            for _ in range(steps):
                loss = self.step(features, labels)
            return float(loss)

    return [Trainer(model).train(features, labels, steps) for model in models]


@right("like the lesson, but the losses come back as tensors in a tuple")
def tensors_in_a_tuple(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def trained(model):
        rate = tf.Variable(0.5)

        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            for variable, gradient in zip(
                model.trainable_variables, tape.gradient(loss, model.trainable_variables), strict=True
            ):
                variable.assign_sub(rate * gradient)
            return loss

        for step in range(steps):
            rate.assign(0.5 * 0.9**step)
            loss = train_step()
        return loss

    return tuple(trained(model) for model in models)


def train_mended(model, features, labels, steps, training=True):
    """The mended function for one model, which the wrong answers below spoil; return the losses of all steps."""
    loss_fn, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.SGD()

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=training))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    losses = []
    for step in range(steps):
        optimizer.learning_rate = 0.5 * 0.9**step
        losses.append(float(train_step(features, labels)))
    return losses


@wrong("training=True got lost while mending", named="`training=True` is gone")
def training_forgotten(models, features, labels, steps):
    return [train_mended(model, features, labels, steps, training=None)[-1] for model in models]


@wrong("the losses of all steps, a list for each model")
def all_losses(models, features, labels, steps):
    return [train_mended(model, features, labels, steps) for model in models]


@wrong("the sum of the losses, one number")
def sum_of_losses(models, features, labels, steps):
    return sum(train_mended(model, features, labels, steps)[-1] for model in models)


@wrong("a dictionary of losses")
def dictionary(models, features, labels, steps):
    return {model.name: train_mended(model, features, labels, steps)[-1] for model in models}


@wrong("only the rate is mended: the one graph still holds the first model", named="a stale graph")
def only_the_rate(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD()

    @tf.function
    def train_step(features, labels, rate):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.learning_rate = rate
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    last_losses = []
    for model in models:
        for step in range(steps):
            loss = train_step(features, labels, tf.constant(0.5 * 0.9**step))
        last_losses.append(float(loss))
    return last_losses


@wrong(
    "only the models are mended: the rate is still a Python number, with a new trace for each",
    named="traced at every step",
)
def only_the_models(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def make_train_step(model):
        optimizer = keras.optimizers.SGD()
        optimizer.build(model.trainable_variables)

        @tf.function
        def train_step(features, labels, rate):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.learning_rate = rate
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        return train_step

    last_losses = []
    for model in models:
        train_step = make_train_step(model)
        for step in range(steps):
            loss = train_step(features, labels, 0.5 * 0.9**step)
        last_losses.append(float(loss))
    return last_losses


@wrong("tf.function taken away: each model learns, but not in a graph", named="no graph at all")
def no_graph(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD(0.5)
        for step in range(steps):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.learning_rate = 0.5 * 0.9**step
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        last_losses.append(float(loss))
    return last_losses


@wrong("the rate does not go back to 0.5 for the next model", named="the rate goes on falling from model to model")
def rate_goes_on_falling(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    rate = tf.Variable(0.5, trainable=False)

    @tf.function
    def train_step(model, features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        for variable, gradient in zip(model.trainable_variables, gradients):
            variable.assign_sub(rate * gradient)
        rate.assign(rate * 0.9)
        return loss

    last_losses = []
    for model in models:
        for _ in range(steps):
            loss = train_step(model, features, labels)
        last_losses.append(float(loss))
    return last_losses


@wrong(
    "the rate is a Python number from outside of the graph, which keeps its first value for ever",
    named="the rate stays as it was at first",
)
def rate_frozen_in_the_graph(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()
        optimizer.build(model.trainable_variables)
        rate = 0.5

        @tf.function
        def train_step(features, labels):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.learning_rate = rate
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        for step in range(steps):
            rate = 0.5 * 0.9**step
            loss = train_step(features, labels)
        last_losses.append(float(loss))
    return last_losses


@wrong("one optimizer for all models: it refuses the variables of the second")
def one_optimizer_for_all(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD()
    last_losses = []
    for model in models:

        @tf.function
        def train_step(features, labels, rate):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.learning_rate = rate
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        for step in range(steps):
            loss = train_step(features, labels, tf.constant(0.5 * 0.9**step))
        last_losses.append(float(loss))
    return last_losses


@wrong("two mistakes: the rates begin at 0.45, and the loss is measured after the last update")
def late_rate_and_late_loss(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_one(model):
        optimizer = keras.optimizers.SGD(0.5)
        optimizer.build(model.trainable_variables)

        @tf.function
        def train_step(features, labels, rate):
            optimizer.learning_rate.assign(rate)
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)

        for step in range(1, steps + 1):
            train_step(features, labels, tf.constant(0.5 * 0.9**step))
        return float(loss_fn(labels, model(features)))

    return [train_one(model) for model in models]
