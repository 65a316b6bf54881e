"""C9.3 A discriminator that gives way."""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson09.shared import (
    d_loss_fn,
    flat,
    g_loss_fn,
    real_and_noise,
    small_networks,
    two_optimizers,
)

TITLE = "A discriminator that gives way"
TASK = """\
To save a pass, one tape serves both networks. Both losses are right, each optimizer moves the variables of its own
network, and yet the discriminator comes to call drawings real, whatever they look like. Which line is it?"""
HINTS = (
    "For each network: of which number is it the slope, by which it moves?",
    "One of the two losses gets smaller when drawings pass for real. Which network should care?",
    "A tape can be asked twice, for one loss and then for the other, if it is `persistent=True`.",
)


def train_step(generator, discriminator, g_optimizer, d_optimizer, losses_of, real, noise):
    """Move both networks by a step, at the same time; return (d_loss, g_loss), as they were before.

    Args:
        generator, discriminator: built Keras models.
        g_optimizer, d_optimizer: an optimizer for each.
        losses_of: losses_of(real_logits, drawn_logits) returns (d_loss, g_loss), of each network its own.
        real, noise: float32 (B, pixels) and (B, NOISE).
    """
    g_variables, d_variables = generator.trainable_variables, discriminator.trainable_variables
    with tf.GradientTape(persistent=True) as tape:
        drawn_logits = discriminator(generator(noise, training=True), training=True)  # A
        real_logits = discriminator(real, training=True)  # B
        d_loss, g_loss = losses_of(real_logits, drawn_logits)  # C
    g_gradients = tape.gradient(g_loss, g_variables)  # D
    d_gradients = tape.gradient(d_loss, d_variables)
    g_optimizer.apply(g_gradients, g_variables)  # E
    d_optimizer.apply(d_gradients, d_variables)  # F
    return d_loss, g_loss


# What a learner starts with


def train_step_broken(generator, discriminator, g_optimizer, d_optimizer, losses_of, real, noise):
    g_variables, d_variables = generator.trainable_variables, discriminator.trainable_variables
    with tf.GradientTape() as tape:
        drawn_logits = discriminator(generator(noise, training=True), training=True)  # A
        real_logits = discriminator(real, training=True)  # B
        d_loss, g_loss = losses_of(real_logits, drawn_logits)  # C
    g_gradients, d_gradients = tape.gradient([g_loss, d_loss], [g_variables, d_variables])  # D
    g_optimizer.apply(g_gradients, g_variables)  # E
    d_optimizer.apply(d_gradients, d_variables)  # F
    return d_loss, g_loss


SUSPECTS = {
    "A": "One drawing and one judgment of it, under the tape. Both losses may use them.",
    "B": "The real pictures, judged under the same tape.",
    "C": "Each network's loss, as the lesson has them.",
    "D": "It looks like pairs, a loss for each network. But a tape that gets a list of losses takes the slopes of "
    "their *sum*. So each network is moved by both losses, its own and that of the other, which wants the opposite.",
    "E": "The generator's variables, moved by the gradients that stand in the list for them.",
    "F": "The discriminator's variables, moved by the gradients that stand in the list for them.",
}
NOTE = (
    "Two losses may be added where one network has both, as loss and penalty do in lesson 06. Where two networks pull "
    "against each other, each has a gradient of its own."
)
EXPLANATION = (
    "The tape is asked twice: for the slopes of the generator's loss with respect to the generator, and for those of "
    "the discriminator's loss with respect to the discriminator. The two other slopes are never taken."
)


# Other right answers


def two_tapes(generator, discriminator, g_optimizer, d_optimizer, losses_of, real, noise):
    g_variables, d_variables = generator.trainable_variables, discriminator.trainable_variables
    with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
        logits = discriminator(real, training=True), discriminator(generator(noise, training=True), training=True)
        d_loss, g_loss = losses_of(*logits)
    g_gradients, d_gradients = g_tape.gradient(g_loss, g_variables), d_tape.gradient(d_loss, d_variables)
    g_optimizer.apply(g_gradients, g_variables)
    d_optimizer.apply(d_gradients, d_variables)
    return float(d_loss), float(g_loss)


# Mends that do not mend


def moved_by(networks, optimizers, losses_of, batch, totals_of):
    """The step of the mends: `totals_of` makes of the logits (what moves the generator, what moves the discriminator).

    Its arguments are those of the real pictures, of the drawings, and of the drawings with the way back cut.
    """
    (generator, discriminator), (real, noise) = networks, batch
    with tf.GradientTape(persistent=True) as tape:
        drawn = generator(noise)
        logits = discriminator(real), discriminator(drawn), discriminator(tf.stop_gradient(drawn))
        losses = losses_of(*logits[:2])
        totals = totals_of(*logits)
    gradients = [tape.gradient(total, network.trainable_variables) for total, network in zip(totals, networks)]
    for optimizer, gradient, network in zip(optimizers, gradients, networks):
        optimizer.apply(gradient, network.trainable_variables)
    return losses


@mistake(
    "cut at one end",
    "The generator moves by its own loss now: `tf.stop_gradient` around the drawings keeps the discriminator's loss "
    "from reaching it. The discriminator still moves by both, because the way from the generator's loss to the "
    "discriminator's weights cannot be cut without cutting the generator off. Take two gradients.",
)
def cut_at_the_generator(generator, discriminator, g_optimizer, d_optimizer, losses_of, real, noise):
    def totals(real_logits, drawn_logits, cut_logits):
        total = losses_of(real_logits, cut_logits)[0] + losses_of(real_logits, drawn_logits)[1]
        return total, total

    networks, optimizers = (generator, discriminator), (g_optimizer, d_optimizer)
    return moved_by(networks, optimizers, losses_of, (real, noise), totals)


@mistake(
    "the generator is cut off",
    "The discriminator moves by its own loss alone, or almost. But the generator does not move by its loss anymore: "
    "its drawings were cut off from the loss that it learns from.",
)
def generator_cut_off(generator, discriminator, g_optimizer, d_optimizer, losses_of, real, noise):
    def totals(real_logits, drawn_logits, cut_logits):
        d_loss = losses_of(real_logits, drawn_logits)[0]
        return d_loss, d_loss

    networks, optimizers = (generator, discriminator), (g_optimizer, d_optimizer)
    return moved_by(networks, optimizers, losses_of, (real, noise), totals)


@mistake(
    "a difference in place of the sum",
    "Neither sum nor difference: with `d_loss - g_loss` the discriminator wants the generator's loss to be large, "
    "which counts the drawings twice, and the generator is moved away from its goal. Each network has its own "
    "loss.",
)
def difference(generator, discriminator, g_optimizer, d_optimizer, losses_of, real, noise):
    def totals(real_logits, drawn_logits, cut_logits):
        d_loss, g_loss = losses_of(real_logits, drawn_logits)
        return d_loss - g_loss, d_loss - g_loss

    networks, optimizers = (generator, discriminator), (g_optimizer, d_optimizer)
    return moved_by(networks, optimizers, losses_of, (real, noise), totals)


# Probes


def losses_of(real_logits, drawn_logits):
    return d_loss_fn(real_logits, drawn_logits), g_loss_fn(drawn_logits)


def observe(candidate, seed=1):
    generator, discriminator = small_networks(seed)
    before = flat(generator.trainable_variables), flat(discriminator.trainable_variables)
    returned = candidate(generator, discriminator, *two_optimizers(), losses_of, *real_and_noise(seed))
    losses = forms.entries(returned) or [forms.in_words(returned)]
    return {
        "losses": forms.numbers(losses),
        "how the generator moved": flat(generator.trainable_variables) - before[0],
        "how the discriminator moved": flat(discriminator.trainable_variables) - before[1],
    }


EXERCISE = Case(
    id="C9.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_step,
    starter=train_step_broken,
    trap=65,
    culprits="D",
    suspects=SUSPECTS,
    alternatives=(two_tapes,),
    mistakes=(cut_at_the_generator, generator_cut_off, difference),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=2),
    note=NOTE,
    explanation=EXPLANATION,
)
