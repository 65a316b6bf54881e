"""C9.4 Two opinions of one drawing."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson09.shared import bce, flat, move, real_and_noise, small_networks

TITLE = "Two opinions of one drawing"
TASK = """\
This discriminator has a BatchNorm. Its own step says that it tells drawings from real pictures with ease. A line later
the generator asks about the same drawings, in a batch of their own, and hears other logits. What the generator learns
from is not what the discriminator has learned. Two lines of its step could be written otherwise; which is one?"""
HINTS = (
    "Of which pictures are the mean and deviation by which BatchNorm divides?",
    "Judge the same drawings alone, and beside real pictures. Which of the two will the generator's step do?",
    "Call the discriminator twice, and take the mean of two losses.",
)


def d_step(discriminator, d_optimizer, loss_fn, real, drawn):
    """Move the discriminator by a step; return its loss, the mean over all pictures, as it was before.

    Args:
        discriminator: a built Keras model, with BatchNorm; the generator's step will call it on drawings alone.
        d_optimizer: a Keras optimizer.
        loss_fn: loss_fn(labels, logits) is the mean loss; 1 stands for real, 0 for drawn.
        real, drawn: as many real pictures as drawn ones, float32 (B, pixels) each.
    """
    labels = tf.ones((real.shape[0], 1)), tf.zeros((drawn.shape[0], 1))  # B
    with tf.GradientTape() as tape:
        real_logits = discriminator(real, training=True)  # C
        drawn_logits = discriminator(drawn, training=True)
        loss = (loss_fn(labels[0], real_logits) + loss_fn(labels[1], drawn_logits)) / 2  # D
    gradients = tape.gradient(loss, discriminator.trainable_variables)  # E
    d_optimizer.apply_gradients(zip(gradients, discriminator.trainable_variables))
    return loss


# What a learner starts with


def d_step_broken(discriminator, d_optimizer, loss_fn, real, drawn):
    pictures = tf.concat([real, drawn], axis=0)  # A
    labels = tf.concat([tf.ones((real.shape[0], 1)), tf.zeros((drawn.shape[0], 1))], axis=0)  # B
    with tf.GradientTape() as tape:
        logits = discriminator(pictures, training=True)  # C
        loss = loss_fn(labels, logits)  # D
    gradients = tape.gradient(loss, discriminator.trainable_variables)  # E
    d_optimizer.apply_gradients(zip(gradients, discriminator.trainable_variables))
    return loss


SUSPECTS = {
    "A": "Real and drawn pictures become one batch here, and BatchNorm takes one mean and one deviation of them all.",
    "B": "Label 1 for each real picture, 0 for each drawn one, in the order of the pictures.",
    "C": "One call for all pictures: BatchNorm takes one mean and one deviation of real and drawn together.",
    "D": "The mean over all pictures, real and drawn.",
    "E": "The discriminator's gradients, for the discriminator's variables.",
}
NOTE = (
    "Without BatchNorm both forms are the same, to rounding, and the one with a single call is faster. Layers that "
    "look at each picture alone, such as `LayerNormalization`, do not mind either."
)
EXPLANATION = (
    "Two calls: real pictures are normalized by real ones, drawings by drawings, as they will be in the generator's "
    "step. The loss is the mean of the two means, as there are equally many."
)


# Other right answers


def in_a_loop(discriminator, d_optimizer, loss_fn, real, drawn):
    with tf.GradientTape() as tape:
        losses = []
        for pictures, label in ((real, 1.0), (drawn, 0.0)):
            logits = discriminator(pictures, training=True)
            losses.append(loss_fn(tf.fill(logits.shape, label), logits))
        loss = tf.reduce_mean(losses)
    move(d_optimizer, tape, loss, discriminator.trainable_variables)
    return float(loss)


# Mends that do not mend


def step_on(discriminator, d_optimizer, loss_of):
    """The step of the mends: `loss_of` calls the discriminator and returns the loss."""
    with tf.GradientTape() as tape:
        loss = loss_of(discriminator)
    move(d_optimizer, tape, loss, discriminator.trainable_variables)
    return loss


@mistake(
    "BatchNorm does not train",
    "Called with `training=False`, or without a word, BatchNorm uses its averages, and nobody ever moves those in this "
    "step. The generator's step, in training, still gets other logits.",
)
def not_in_training(discriminator, d_optimizer, loss_fn, real, drawn):
    def loss_of(discriminator):
        logits = discriminator(tf.concat([real, drawn], axis=0), training=False)
        return loss_fn(tf.concat([tf.ones((real.shape[0], 1)), tf.zeros((drawn.shape[0], 1))], axis=0), logits)

    return step_on(discriminator, d_optimizer, loss_of)


@mistake(
    "still one batch of both",
    "Real and drawn pictures still share a mean and a deviation: their order in the batch does not matter to "
    "BatchNorm, nor does a loss that is taken apart afterwards. They need two calls.",
)
def still_one_batch(discriminator, d_optimizer, loss_fn, real, drawn):
    def loss_of(discriminator):
        logits = discriminator(tf.concat([drawn, real], axis=0), training=True)
        return loss_fn(tf.concat([tf.zeros((drawn.shape[0], 1)), tf.ones((real.shape[0], 1))], axis=0), logits)

    return step_on(discriminator, d_optimizer, loss_of)


@mistake(
    "a sum in place of a mean over all pictures",
    "Two calls, and the two means are added: loss and step are twice as large as before. Take half of the sum.",
)
def added(discriminator, d_optimizer, loss_fn, real, drawn):
    def loss_of(discriminator):
        real_logits, drawn_logits = discriminator(real, training=True), discriminator(drawn, training=True)
        return loss_fn(tf.ones_like(real_logits), real_logits) + loss_fn(tf.zeros_like(drawn_logits), drawn_logits)

    return step_on(discriminator, d_optimizer, loss_of)


# Probes


def observe(candidate, seed=1):
    generator, discriminator = small_networks(seed, batch_norm=True)
    real, noise = real_and_noise(seed)
    drawn = generator(noise)
    before = flat(discriminator.trainable_variables)
    loss = candidate(discriminator, keras.optimizers.SGD(0.5), bce, real, drawn)
    averages = {variable.name: variable.numpy() for variable in discriminator.non_trainable_variables}
    return {
        "loss": forms.number(loss),
        "how the discriminator moved": flat(discriminator.trainable_variables) - before,
        "BatchNorm's averages have moved": bool(np.any(averages["moving_mean"] != 0)),
    }


EXERCISE = Case(
    id="C9.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=d_step,
    starter=d_step_broken,
    trap=71,
    culprits="AC",
    suspects=SUSPECTS,
    alternatives=(in_a_loop,),
    mistakes=(not_in_training, still_one_batch, added),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=2),
    note=NOTE,
    explanation=EXPLANATION,
)
