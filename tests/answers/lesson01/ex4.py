"""Answers to 01.4."""

import keras
import tensorflow as tf

from answers import right, wrong


@right("the slopes by formula, without a tape, both before either Variable moves")
def slopes_by_formula(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        errors = w * inputs + b - targets
        losses.append(float(tf.reduce_mean(tf.square(errors))))
        slope_w = 2.0 * tf.reduce_mean(errors * inputs)
        slope_b = 2.0 * tf.reduce_mean(errors)
        w.assign_sub(rate * slope_w)
        b.assign_sub(rate * slope_b)
    return losses


@right("each step is a tf.function")
def compiled_step(w, b, inputs, targets, rate, steps):
    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        slope_w, slope_b = tape.gradient(loss, [w, b])
        w.assign_sub(rate * slope_w)
        b.assign_sub(rate * slope_b)
        return loss

    return [float(step()) for _ in range(steps)]


@right("Keras's SGD takes the steps")
def keras_sgd(w, b, inputs, targets, rate, steps):
    optimizer = keras.optimizers.SGD(learning_rate=float(rate))
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = w * inputs + b
            loss = keras.losses.mean_squared_error(targets, predictions)
        gradients = tape.gradient(loss, [w, b])
        optimizer.apply_gradients(zip(gradients, [w, b]))
        losses.append(float(loss))
    return losses


@right("a persistent tape and assign, the losses made floats at the end")
def persistent_and_assign(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape(persistent=True) as tape:
            predictions = tf.add(tf.multiply(inputs, w), b)
            loss = tf.reduce_mean(tf.math.squared_difference(predictions, targets))
        dw = tape.gradient(loss, w)
        db = tape.gradient(loss, b)
        del tape
        w.assign(w - rate * dw)
        b.assign(b - rate * db)
        losses.append(loss)
    return [float(loss) for loss in losses]


@wrong("mends the tape only, variable = variable - ... changes no Variable", named="the variables are never changed")
def variables_stay(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = w * inputs + b
            loss = tf.reduce_mean((predictions - targets) ** 2)
        gradients = tape.gradient(loss, [w, b])
        for variable, gradient in zip([w, b], gradients):
            variable = variable - rate * gradient
        losses.append(float(loss))
    return losses


@wrong(
    "mends the assignment only, the predictions are still outside the tape",
    named="the tape did not see the predictions",
)
def predictions_outside(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        predictions = w * inputs + b
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((predictions - targets) ** 2)
        gradients = tape.gradient(loss, [w, b])
        for variable, gradient in zip([w, b], gradients):
            variable.assign_sub(rate * gradient)
        losses.append(float(loss))
    return losses


@wrong("goes uphill with assign_add", named="uphill")
def uphill(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = w * inputs + b
            loss = tf.reduce_mean((predictions - targets) ** 2)
        gradients = tape.gradient(loss, [w, b])
        for variable, gradient in zip([w, b], gradients):
            variable.assign_add(rate * gradient)
        losses.append(float(loss))
    return losses


@wrong("assigns rate * gradient in place of subtracting it", named="the step in place of the position")
def step_assigned(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = w * inputs + b
            loss = tf.reduce_mean((predictions - targets) ** 2)
        gradients = tape.gradient(loss, [w, b])
        for variable, gradient in zip([w, b], gradients):
            variable.assign(-rate * gradient)
        losses.append(float(loss))
    return losses


@wrong("moves w first and works out the slope along b with the new w", named="b moved by the slope of a later place")
def one_after_the_other(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        losses.append(float(tf.reduce_mean((w * inputs + b - targets) ** 2)))
        for variable in [w, b]:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
            variable.assign_sub(rate * tape.gradient(loss, variable))
    return losses


@wrong("starts from 0 whatever w and b were")
def starts_from_zero(w, b, inputs, targets, rate, steps):
    w.assign(0.0)
    b.assign(0.0)
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(rate * dw)
        b.assign_sub(rate * db)
        losses.append(float(loss))
    return losses


@wrong("slopes by formula without the factor 2")
def factor_two_missing(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        errors = w * inputs + b - targets
        losses.append(float(tf.reduce_mean(errors**2)))
        dw = tf.reduce_mean(errors * inputs)
        db = tf.reduce_mean(errors)
        w.assign_sub(rate * dw)
        b.assign_sub(rate * db)
    return losses


@wrong("two mistakes: the sum of the squares, and the loss after the step")
def sum_after_the_step(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((w * inputs + b - targets) ** 2)
        gradients = tape.gradient(loss, [w, b])
        for variable, gradient in zip([w, b], gradients):
            variable.assign_sub(rate * gradient)
        losses.append(float(tf.reduce_sum((w * inputs + b - targets) ** 2)))
    return losses


@wrong("both mistakes still there, in other words", named="the tape did not see the predictions")
def nothing_mended(w, b, inputs, targets, rate, steps):
    losses = []
    for step in range(steps):
        predicted = inputs * w + b
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(predicted - targets))
        slopes = tape.gradient(loss, [w, b])
        for one, slope in zip([w, b], slopes):
            one = one - rate * slope
        losses.append(float(loss))
    return losses


@wrong("subtracts the gradient without the rate", named="the rate forgotten")
def without_rate(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        for variable, gradient in zip([w, b], tape.gradient(loss, [w, b])):
            variable.assign_sub(gradient)
        losses.append(float(loss))
    return losses


@wrong("the loss computed again after each step", named="the loss after the step")
def loss_too_late(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(rate * dw)
        b.assign_sub(rate * db)
        losses.append(float(tf.reduce_mean((w * inputs + b - targets) ** 2)))
    return losses


@wrong("the gradient is taken once, before the loop", named="one gradient for all steps")
def gradient_before_the_loop(w, b, inputs, targets, rate, steps):
    def loss_now():
        return tf.reduce_mean((w * inputs + b - targets) ** 2)

    with tf.GradientTape() as tape:
        loss = loss_now()
    dw, db = tape.gradient(loss, [w, b])
    losses = []
    for _ in range(steps):
        losses.append(loss_now().numpy())
        w.assign_sub(rate * dw)
        b.assign_sub(rate * db)
    return losses


@wrong("returns the last loss alone")
def last_loss(w, b, inputs, targets, rate, steps):
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        for variable, gradient in zip([w, b], tape.gradient(loss, [w, b])):
            variable.assign_sub(rate * gradient)
    return float(loss)
