"""C7.6 Half the digits, and hardly any movement."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "Half the digits, and hardly any movement"
TASK = """\
To save time and memory, a network computes with numbers of 16 bits in place of 32: its layers have
`dtype="mixed_float16"`, and its optimizer is wrapped as the guides say. No error, a sensible first loss, and hardly any
movement. Something is missing: at which line?"""
HINTS = (
    "By what is a gradient multiplied before such an optimizer gets it, and by what does the optimizer divide it?",
    "Print the largest gradient, and the optimizer's `initial_scale`. Who should have multiplied?",
    "`optimizer.scale_loss(loss)` makes the loss larger, and so each gradient. It has to happen inside the tape.",
)


def train(model, loss_fn, features, labels, steps):
    """Train with plain gradient descent at rate 0.5 on one batch; return the loss before the last step, a float.

    Args:
        model: a built Keras model whose layers have the dtype "mixed_float16".
        loss_fn: loss_fn(labels, logits) is the mean loss of the rows.
        features, labels: float32 (B, columns) and (B, 1).
        steps: how many, at least one.
    """
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5))  # A
    for _ in range(steps):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)  # B
            loss = loss_fn(labels, logits)  # C
            scaled = optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, model.trainable_variables)  # D
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return float(loss)


# What a learner starts with


def train_broken(model, loss_fn, features, labels, steps):
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5))  # A
    for _ in range(steps):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)  # B
            loss = loss_fn(labels, logits)  # C
        gradients = tape.gradient(loss, model.trainable_variables)  # D
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return float(loss)


SUSPECTS = {
    "A": "The wrapper is needed: in 16 bits, a gradient below 0.00000006 is 0. So gradients are to be computed 32,768 "
    "times too large, and the wrapper divides them again. It does its half.",
    "B": "The layers compute in 16 bits and keep their weights in 32. That is what `mixed_float16` means.",
    "C": "A loss as it is. Its gradients are small, and the optimizer will divide them by 32,768 all the same.",
    "D": "These are gradients of the loss as it is. The optimizer will divide them by 32,768, and nobody has "
    "multiplied.",
    "E": "It divides the gradients by the scale and takes a step. It cannot know that they were not scaled.",
}
NOTE = (
    'With `"mixed_bfloat16"` there is nothing to scale: a bfloat16 has the range of a float32, and only two or three '
    "digits. `fit` and `helpers.training` scale by themselves where the model is mixed_float16."
)
EXPLANATION = (
    "`scale_loss` multiplies, the optimizer divides, so the step is what it would have been, and on the way through "
    "the 16 bits the gradients are too large to vanish. What is reported is the loss as it is."
)


# Other right answers


def scaled_at_once(model, loss_fn, features, labels, steps):
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5))
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
            large = optimizer.scale_loss(loss)
        optimizer.apply(tape.gradient(large, model.trainable_variables), model.trainable_variables)
    return loss.numpy()


# Mends that do not mend


def run(model, loss_fn, batch, steps, optimizer, scaled, report):
    """The loop of the mends: `scaled` makes of the loss what the gradient is taken of, `report` what is returned."""
    features, labels = batch
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
            large = scaled(optimizer, loss)
        gradients = tape.gradient(large, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return float(report(loss, large))


@mistake(
    "gradients that vanish",
    "Without the wrapper nothing is divided, and nothing is multiplied either: in 16 bits a gradient keeps few digits "
    "when it is small, and is 0 when it is very small. A larger rate comes too late for them. The weights end "
    "elsewhere. Keep the wrapper, and scale the loss.",
)
def unwrapped(model, loss_fn, features, labels, steps):
    sgd = keras.optimizers.SGD(0.5)
    return run(model, loss_fn, (features, labels), steps, sgd, lambda _, loss: loss, lambda loss, _: loss)


@mistake(
    "the scaled loss is reported",
    "The weights move as they should. But the loss that comes back is the scaled one, thousands of times too large. "
    "Keep both: one for the gradient, one to report.",
)
def scaled_reported(model, loss_fn, features, labels, steps):
    wrapped = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5))
    return run(
        model, loss_fn, (features, labels), steps, wrapped, lambda o, loss: o.scale_loss(loss), lambda _, large: large
    )


@mistake(
    "multiplied, and never divided",
    "The loss is scaled up, and nobody scales the gradients down: each step is thousands of times too long. Keep the "
    "wrapper, which divides.",
)
def never_divided(model, loss_fn, features, labels, steps):
    sgd = keras.optimizers.SGD(0.5)
    return run(model, loss_fn, (features, labels), steps, sgd, lambda _, loss: loss * 2.0**15, lambda loss, _: loss)


# Probes


def observe(candidate, columns=3, steps=3):
    draw = np.random.default_rng(columns)
    # so small that their gradients keep one digit in 16 bits
    features = draw.uniform(1e-6, 3e-6, (8, columns)).astype("float32")
    labels = (draw.random((8, 1)) < 0.5).astype("float32")
    labels[:3] = 1
    layer = keras.layers.Dense(1, kernel_initializer="zeros", dtype="mixed_float16")
    model = keras.Sequential([keras.Input((columns,)), layer])
    loss = candidate(model, keras.losses.BinaryCrossentropy(from_logits=True), features, labels, steps)
    return {
        "loss": forms.number(loss),
        "bias in the end": float(layer.bias.numpy()[0]),
        "kernel in the end, in millionths": 1e6 * layer.kernel.numpy().ravel().astype("float64"),
    }


EXERCISE = Case(
    id="C7.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train,
    starter=train_broken,
    trap=39,
    culprits="CD",
    suspects=SUSPECTS,
    alternatives=(scaled_at_once,),
    mistakes=(unwrapped, scaled_reported, never_divided),
    observe=observe,
    second=lambda candidate: observe(candidate, columns=4, steps=5),
    note=NOTE,
    explanation=EXPLANATION,
    tolerance=1e-4,
)
