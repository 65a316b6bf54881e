"""C9.5 Both losses fall, hand in hand."""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson09.shared import bce, real_and_noise, slope_of, small_networks

TITLE = "Both losses fall, hand in hand"
TASK = """\
Each step moves each network by the slope of its own loss. From the first epoch on both losses fall, as in a good run
of *one* network. The pictures get worse and worse. Which line is it?"""
HINTS = (
    "In a game that one side can only win from the other, can both do better and better?",
    "What does the generator want to hear about its drawings, in this code and in the lesson?",
)


def losses(generator, discriminator, loss_fn, real, noise):
    """Return (d_loss, g_loss): the discriminator's loss, a mean over all pictures, and the generator's.

    Args:
        generator, discriminator: built Keras models; a logit above 0 says "real".
        loss_fn: loss_fn(labels, logits) is the mean of the cross-entropies.
        real, noise: float32 (B, pixels) and (B, NOISE).
    """
    ones, zeros = tf.ones((real.shape[0], 1)), tf.zeros((real.shape[0], 1))  # A
    real_logits = discriminator(real, training=True)  # B
    drawn_logits = discriminator(generator(noise, training=True), training=True)  # C
    d_loss = (loss_fn(ones, real_logits) + loss_fn(zeros, drawn_logits)) / 2  # D
    g_loss = loss_fn(ones, drawn_logits)  # E
    return d_loss, g_loss


# What a learner starts with


def losses_broken(generator, discriminator, loss_fn, real, noise):
    ones, zeros = tf.ones((real.shape[0], 1)), tf.zeros((real.shape[0], 1))  # A
    real_logits = discriminator(real, training=True)  # B
    drawn_logits = discriminator(generator(noise, training=True), training=True)  # C
    d_loss = (loss_fn(ones, real_logits) + loss_fn(zeros, drawn_logits)) / 2  # D
    g_loss = loss_fn(zeros, drawn_logits)  # E
    return d_loss, g_loss


SUSPECTS = {
    "A": "A label for each picture, 1 and 0. How they are used is decided below.",
    "B": "The logits of the real pictures, which the discriminator wants to be above 0.",
    "C": "The logits of the drawings. What is done with them is decided below.",
    "D": "Real pictures have the label 1, drawings the label 0: what the discriminator wants.",
    "E": "The drawings have the label 0 here as well. So the generator wants what the discriminator wants: that its "
    "drawings are found out.",
}
NOTE = (
    "When losses of two opponents fall together, they are not opponents. In a healthy run neither falls for long, "
    "which is why they say so little about the drawings."
)
EXPLANATION = (
    "The same drawings have two labels: 0 in the discriminator's loss, because they are drawn, and 1 in the "
    "generator's, because that is the answer it wants."
)


# Other right answers


def by_softplus(generator, discriminator, loss_fn, real, noise):
    real_logits, drawn_logits = discriminator(real), discriminator(generator(noise))
    losses = [tf.nn.softplus(-real_logits), tf.nn.softplus(drawn_logits), tf.nn.softplus(-drawn_logits)]
    real_loss, drawn_loss, g_loss = [tf.reduce_mean(loss) for loss in losses]
    return 0.5 * real_loss + 0.5 * drawn_loss, g_loss


# Mends that do not mend


def losses_with(models, loss_fn, batch, real_label=1.0, g_loss_of=None):
    (generator, discriminator), (real, noise) = models, batch
    real_logits, drawn_logits = discriminator(real), discriminator(generator(noise))
    labels = tf.fill(real_logits.shape, real_label)
    d_loss = (loss_fn(labels, real_logits) + loss_fn(1 - labels, drawn_logits)) / 2
    return d_loss, g_loss_of(tf.ones_like(labels), drawn_logits)


@mistake(
    "the sign turned around",
    "They are opponents again. But minus the loss with labels 0 is the literal loss, the mean of log(1 − D), and where "
    "the discriminator is sure, hardly any slope is left of it. Give the drawings the label 1.",
)
def literal(generator, discriminator, loss_fn, real, noise):
    def g_loss_of(ones, logits):
        return -loss_fn(ones - 1, logits)

    return losses_with((generator, discriminator), loss_fn, (real, noise), g_loss_of=g_loss_of)


@mistake(
    "now the discriminator has them exchanged",
    "They are opponents again, and the discriminator learns to say 0 for real pictures. A game, but not the one that "
    "is written above: a logit above 0 says real. Leave the discriminator's line as it was.",
)
def real_is_zero(generator, discriminator, loss_fn, real, noise):
    def g_loss_of(ones, logits):
        return loss_fn(ones - 1, logits)

    return losses_with((generator, discriminator), loss_fn, (real, noise), 0.0, g_loss_of)


@mistake(
    "all labels exchanged",
    "The generator wants to hear 1 now, and the discriminator has learned to say 1 of drawings. So they still want the "
    "same.",
)
def all_exchanged(generator, discriminator, loss_fn, real, noise):
    return losses_with((generator, discriminator), loss_fn, (real, noise), 0.0, loss_fn)


# Probes


def observe(candidate, seed=1, rows=4):
    generator, discriminator = small_networks(seed)
    real, noise = real_and_noise(seed, rows)
    with tf.GradientTape(persistent=True) as tape:
        returned = forms.entries(candidate(generator, discriminator, bce, real, noise))
    if returned is None or len(returned) != 2:
        return {"what came back": forms.in_words(returned)}
    found = {"what came back": "two things"}
    for name, loss, network in zip(("d_loss", "g_loss"), returned, (discriminator, generator)):
        found[name] = forms.number(loss)
        found[f"slope of {name}"] = slope_of(tape, loss, network.trainable_variables)
    return found


EXERCISE = Case(
    id="C9.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=losses,
    starter=losses_broken,
    trap=70,
    culprits="E",
    suspects=SUSPECTS,
    alternatives=(by_softplus,),
    mistakes=(literal, real_is_zero, all_exchanged),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=2, rows=5),
    note=NOTE,
    explanation=EXPLANATION,
)
