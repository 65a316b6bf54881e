"""01.4 Mend gradient descent."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Mend gradient descent"
TASK = """This loop is meant to fit a line, `w * inputs + b`, by gradient descent. It contains **two** mistakes. Run it
on a few points, read the last line of the error, mend the loop, and check it. Three points will do:

```python
inputs, targets = tf.constant([0.0, 1.0, 2.0]), tf.constant([1.0, 3.0, 5.0])
fit_line(tf.Variable(0.0), tf.Variable(0.0), inputs, targets, rate=0.1, steps=5)
```

`w` and `b` are scalar `tf.Variable`s, to be changed in place. `inputs` and `targets` are float32 tensors of shape
`(n,)`. The answer is the loss before each step, a list of floats or scalar tensors."""
HINTS = (
    "`NoneType` in the error means a missing gradient: something between the variables and the loss was "
    "computed where the tape could not see it.",
    "Once there are gradients, look at `w` after the loop. Has it moved? What does `variable = …` do to the "
    "Variable that had this name?",
    "The line with `predictions` belongs inside the `with`. And a Variable has a method that subtracts from it in "
    "place.",
)


def fit_line(w, b, inputs, targets, rate, steps):
    """Fit the line w * inputs + b to the targets by gradient descent on the mean squared error.

    Args:
        w, b: scalar tf.Variables; they are changed in place.
        inputs, targets: float32 tensors of shape (n,).
        rate: the learning rate.
        steps: how many steps to take.

    Returns:
        The loss before each step, a list of `steps` floats or scalar tensors.
    """
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = w * inputs + b
            loss = tf.reduce_mean((predictions - targets) ** 2)
        gradients = tape.gradient(loss, [w, b])
        for variable, gradient in zip([w, b], gradients):
            variable.assign_sub(rate * gradient)
        losses.append(float(loss))
    return losses


# What a learner starts with


def fit_line_broken(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        predictions = w * inputs + b
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((predictions - targets) ** 2)
        gradients = tape.gradient(loss, [w, b])
        for variable, gradient in zip([w, b], gradients):
            variable = variable - rate * gradient
        losses.append(float(loss))
    return losses


NOTE = (
    "Of the two mistakes, the first stopped the loop and the second did not. The silent one is the dangerous "
    "one: look once at every variable before and after a step."
)
EXPLANATION = (
    "The prediction moves inside the `with`, so that the tape sees the whole way from `w` and `b` to "
    "the loss. `assign_sub` changes the Variable itself, where `variable = …` only gave its name to a new number."
)


# Other right answers


def fit_line_by_optimizer(w, b, inputs, targets, rate, steps):
    optimizer, losses = keras.optimizers.SGD(learning_rate=rate), []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(targets - (w * inputs + b)))
        optimizer.apply_gradients(zip(tape.gradient(loss, [w, b]), [w, b]))
        losses.append(loss)
    return losses


def fit_line_by_assign(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape(persistent=True) as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        slope_of_w, slope_of_b = tape.gradient(loss, w), tape.gradient(loss, b)
        w.assign(w - rate * slope_of_w)
        b.assign(b - rate * slope_of_b)
        losses.append(float(loss))
    return losses


# Mistakes


@mistake(
    "the tape did not see the predictions",
    "`rate * gradient` stops, because `gradient` is `None`: the tape saw no path from `w` and `b` to the loss. It "
    "follows only what is computed inside its `with`, and usually the line with `predictions` still stands before it. "
    "Then see to the other mistake, if it is not yet mended: this one hides it.",
)
def predictions_outside(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        predictions = w * inputs + b
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((predictions - targets) ** 2)
        for variable, gradient in zip([w, b], tape.gradient(loss, [w, b])):
            variable.assign_sub(rate * gradient)
        losses.append(float(loss))
    return losses


@mistake(
    "the variables are never changed",
    "The loop runs to its end, but `w` and `b` are where they started, and the loss never moves. If the tape sees the "
    "predictions now, one of the two mistakes is gone, and the other is in the update: `variable = variable - …` makes "
    "a new number and gives it the name; the Variable is left as it was. Change it in place.",
)
def replaced(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        for variable, gradient in zip([w, b], tape.gradient(loss, [w, b])):
            variable = variable - rate * gradient
        losses.append(float(loss))
    return losses


@mistake(
    "new variables in place of the old",
    "The losses are right, but the caller's `w` and `b` end where they started: others were moved "
    "instead. `w = tf.Variable(…)` makes a new Variable; change the one that was handed in.",
)
def new_variables(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        slope_w, slope_b = tape.gradient(loss, [w, b])
        w, b = tf.Variable(w - rate * slope_w), tf.Variable(b - rate * slope_b)
        losses.append(float(loss))
    return losses


@mistake(
    "one forward pass for all steps",
    "Every step is the same as the first, and the loss is the same number each time. "
    "Prediction, loss and gradients belong to one position of `w` and `b`; after a step they must be "
    "computed anew, inside the loop.",
)
def one_forward_pass(w, b, inputs, targets, rate, steps):
    losses = []
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
    gradients = tape.gradient(loss, [w, b])
    for _ in range(steps):
        for variable, gradient in zip([w, b], gradients):
            variable.assign_sub(rate * gradient)
        losses.append(float(loss))
    return losses


@mistake(
    "one gradient for all steps",
    "The losses are those of where you are, but every step is the same as the first. A gradient belongs to one "
    "position of `w` and `b`; after a step it must be computed anew, inside the loop.",
)
def one_gradient(w, b, inputs, targets, rate, steps):
    losses = []
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
    gradients = tape.gradient(loss, [w, b])
    for _ in range(steps):
        losses.append(float(tf.reduce_mean((w * inputs + b - targets) ** 2)))
        for variable, gradient in zip([w, b], gradients):
            variable.assign_sub(rate * gradient)
    return losses


@mistake(
    "the rate forgotten",
    "Each step is the whole gradient, as if the rate were 1, and here that throws `w` and `b` farther away with every "
    "step. Multiply the gradient by `rate` before you subtract it.",
)
def rate_forgotten(w, b, inputs, targets, rate, steps):
    return fit_line(w, b, inputs, targets, 1.0, steps)


@mistake(
    "the loss after the step",
    "`w` and `b` are right, but each loss is the one after its step; the loss of the start is missing. Report the loss "
    "that the tape has seen, before `w` and `b` are changed.",
)
def loss_after_the_step(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        fit_line(w, b, inputs, targets, rate, 1)
        losses.append(float(tf.reduce_mean((w * inputs + b - targets) ** 2)))
    return losses


@mistake(
    "b moved by the slope of a later place",
    "`w` is right after one step, `b` is not: its slope was computed when `w` had already moved. A gradient belongs to "
    "one position; ask the tape for both slopes first, then move both.",
)
def one_after_the_other(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        losses.append(float(tf.reduce_mean((w * inputs + b - targets) ** 2)))
        for variable in (w, b):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
            variable.assign_sub(rate * tape.gradient(loss, variable))
    return losses


@mistake(
    "b left out",
    "`w` moves and `b` stays where it was, so the loss falls and then stays too high. Use the "
    "same list of variables for the gradients and for the update.",
)
def b_left_out(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        w.assign_sub(rate * tape.gradient(loss, w))
        losses.append(float(loss))
    return losses


@mistake(
    "uphill",
    "The loss grows with every step. The gradient points to where the loss rises fastest, so a "
    "step down is minus rate times gradient.",
)
def uphill(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        for variable, gradient in zip([w, b], tape.gradient(loss, [w, b])):
            variable.assign_add(rate * gradient)
        losses.append(float(loss))
    return losses


@mistake(
    "the step in place of the position",
    "After each step, `w` and `b` hold only the step itself. `assign` forgets the old value; "
    "what you want is the old value minus the step.",
)
def step_for_position(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        for variable, gradient in zip([w, b], tape.gradient(loss, [w, b])):
            variable.assign(-rate * gradient)
        losses.append(float(loss))
    return losses


# Probes


def line_model(candidate, start, inputs, targets, rate, steps):
    """Return the losses and where a new pair of variables ends, (w, b)."""
    w, b = (tf.Variable(value) for value in start)
    losses = candidate(w, b, tf.constant(inputs), tf.constant(targets), rate, steps)
    return forms.numbers(losses), np.array([float(w), float(b)])


def observe(candidate):
    inputs, targets = [0.0, 1.0, 2.0, 4.0], [1.5, 2.0, 6.0, 8.0]
    _, one = line_model(candidate, (0.5, -1.0), inputs, targets, 0.05, 1)
    losses, twelve = line_model(candidate, (0.5, -1.0), inputs, targets, 0.05, 12)
    _, single = line_model(candidate, (1.0, 2.0), [3.0], [1.0], 0.02, 2)
    return {
        "after one step from (0.5, −1): (w, b)": one,
        "after twelve steps: (w, b)": twelve,
        "before each of the twelve steps: losses": losses,
        "after two steps on a single point, from (1, 2): (w, b)": single,
    }


def second(candidate):
    losses, ends = line_model(candidate, (-2.0, 0.3), [-1.0, 0.5, 3.0], [2.0, 0.0, -1.0], 0.1, 5)
    few_losses, few_ends = line_model(candidate, (0.0, 0.0), [1.0, 2.0], [1.0, -3.0], 0.03, 2)
    return {"losses": losses, "ends": ends, "few losses": few_losses, "few ends": few_ends}


EXERCISE = Exercise(
    id="01.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=fit_line,
    starter=fit_line_broken,
    alternatives=(fit_line_by_optimizer, fit_line_by_assign),
    mistakes=(
        predictions_outside,
        replaced,
        new_variables,
        one_forward_pass,
        one_gradient,
        rate_forgotten,
        loss_after_the_step,
        one_after_the_other,
        b_left_out,
        uphill,
        step_for_position,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
