"""09.1 A discriminator that goes ahead."""

import keras
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson09.shared import bce, flat, move, real_and_noise, small_networks, two_optimizers

TITLE = "A discriminator that goes ahead"
TASK = """
In the algorithm of the first paper on GANs, the discriminator takes k steps before the generator takes one (its authors
then took k = 1). Write `train_step(generator, discriminator, g_optimizer, d_optimizer, rounds)`. In each round, a pair
(real, noise), the discriminator takes a step, on the real pictures and on those that the generator draws from the
noise. Then, once, the generator takes a step, with the noise of the last round and the discriminator as it has become.
Both networks run with `training=True` throughout.

It returns `(d_loss, g_loss)`: the mean of the discriminator's losses over the rounds, and the generator's loss, each as
it was before its update (numbers or tensors). The losses are those of the lesson, with logits: the discriminator's is
the mean over all pictures, real (label 1) and drawn (label 0); the generator's is the non-saturating one. Both
optimizers are new, and no `tf.function` is needed.
"""
HINTS = (
    "Two tapes, and for each of them three questions: which loss, which network's variables, which optimizer?",
    "The discriminator's part is a loop over the rounds, with its tape inside. Where does the generator's tape stand, "
    "inside that loop or behind it?",
    "In the generator's step both networks are called inside the tape, the generator first. The gradient comes back "
    "through the discriminator, and is taken for `generator.trainable_variables` alone.",
)


def train_step(generator, discriminator, g_optimizer, d_optimizer, rounds):
    """Move the discriminator once a round, then the generator once; return (mean d_loss, g_loss).

    Args:
        generator: a built Keras model; it draws pictures (B, pixels) from noise.
        discriminator: a built Keras model; it gives pictures a logit each, (B, 1).
        g_optimizer, d_optimizer: two new Keras optimizers.
        rounds: a list of pairs (real, noise), float32 tensors (B, pixels) and (B, NOISE).
    """
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    d_losses = []
    for real, noise in rounds:
        drawn = generator(noise, training=True)
        with tf.GradientTape() as tape:
            real_logits = discriminator(real, training=True)
            drawn_logits = discriminator(drawn, training=True)
            real_loss = bce(tf.ones_like(real_logits), real_logits)
            d_loss = (real_loss + bce(tf.zeros_like(drawn_logits), drawn_logits)) / 2
        gradients = tape.gradient(d_loss, discriminator.trainable_variables)
        d_optimizer.apply_gradients(zip(gradients, discriminator.trainable_variables))
        d_losses.append(d_loss)
    with tf.GradientTape() as tape:
        drawn_logits = discriminator(generator(noise, training=True), training=True)
        g_loss = bce(tf.ones_like(drawn_logits), drawn_logits)
    gradients = tape.gradient(g_loss, generator.trainable_variables)
    g_optimizer.apply_gradients(zip(gradients, generator.trainable_variables))
    return tf.reduce_mean(d_losses), g_loss


NOTE = (
    "The paper is by Goodfellow and others, 2014 (arXiv 1406.2661), Algorithm 1; it took one step of the discriminator "
    "in its own experiments. Others take five, where the discriminator is held back by a penalty."
)
EXPLANATION = (
    "Two losses, two lists of variables, two optimizers. The discriminator's tape needs no drawing on it: nothing "
    "flows back there. The generator's tape needs both networks, because its gradient comes through the other one."
)


# Other right answers


def in_two_functions(generator, discriminator, g_optimizer, d_optimizer, rounds):
    def d_step(real, noise):
        with tf.GradientTape() as tape:
            logits = tf.concat([discriminator(real, training=True), discriminator(generator(noise))], axis=0)
            labels = tf.concat([tf.ones((len(real), 1)), tf.zeros((len(noise), 1))], axis=0)
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits))
        move(d_optimizer, tape, loss, discriminator.trainable_variables)
        return float(loss)

    d_losses = [d_step(real, noise) for real, noise in rounds]
    with tf.GradientTape() as tape:
        g_loss = tf.reduce_mean(tf.nn.softplus(-discriminator(generator(rounds[-1][1]))))
    move(g_optimizer, tape, g_loss, generator.trainable_variables)
    return [sum(d_losses) / len(d_losses), float(g_loss)]


# Mistakes


def d_loss_of(networks, real, noise, real_label=1.0):
    """The discriminator's loss, with the labels in the order that is asked for."""
    generator, discriminator = networks
    real_logits, drawn_logits = discriminator(real), discriminator(generator(noise))
    labels = tf.fill(real_logits.shape, real_label)
    return (bce(labels, real_logits) + bce(1 - labels, drawn_logits)) / 2


def g_loss_of(networks, noise, label=1.0):
    generator, discriminator = networks
    logits = discriminator(generator(noise))
    return bce(tf.fill(logits.shape, label), logits)


def step_with(
    networks,
    optimizers,
    rounds,
    g_rounds=None,
    g_moves=None,
    d_loss_of=d_loss_of,
    g_loss_of=g_loss_of,
    of_all=tf.reduce_mean,
):
    """The step of the wrong answers: in `g_rounds` the generator's step is taken, and `g_moves` are moved by it."""
    (generator, discriminator), (g_optimizer, d_optimizer) = networks, optimizers
    d_losses, g_rounds = [], g_rounds or [len(rounds) - 1]
    moved = [variable for network in g_moves or [generator] for variable in network.trainable_variables]
    for number, (real, noise) in enumerate(rounds):
        with tf.GradientTape() as tape:
            d_losses.append(d_loss_of(networks, real, noise))
        move(d_optimizer, tape, d_losses[-1], discriminator.trainable_variables)
        if number in g_rounds:
            with tf.GradientTape() as tape:
                g_loss = g_loss_of(networks, noise)
            move(g_optimizer, tape, g_loss, moved)
    return of_all(d_losses), g_loss


@mistake(
    "the generator's step moves the discriminator",
    "The discriminator moved once more than it should, towards calling drawings real: the gradient of the generator's "
    "loss was taken for the variables of both networks. Ask the tape for `generator.trainable_variables` alone.",
)
def moves_both(generator, discriminator, g_optimizer, d_optimizer, rounds):
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    d_losses = []
    for real, noise in rounds:
        drawn = generator(noise, training=True)
        with tf.GradientTape() as tape:
            real_logits, drawn_logits = discriminator(real, training=True), discriminator(drawn, training=True)
            real_loss = bce(tf.ones_like(real_logits), real_logits)
            d_loss = (real_loss + bce(tf.zeros_like(drawn_logits), drawn_logits)) / 2
        d_gradients = tape.gradient(d_loss, discriminator.trainable_variables)
        d_optimizer.apply_gradients(zip(d_gradients, discriminator.trainable_variables))
        d_losses.append(d_loss)
    variables = generator.trainable_variables + discriminator.trainable_variables
    with tf.GradientTape() as tape:
        drawn_logits = discriminator(generator(noise, training=True), training=True)
        g_loss = bce(tf.ones_like(drawn_logits), drawn_logits)
    g_optimizer.apply_gradients(zip(tape.gradient(g_loss, variables), variables))
    return tf.reduce_mean(d_losses), g_loss


@mistake(
    "the generator's step moves only the discriminator",
    "The generator stayed where it was, and the discriminator moved once more than it should: the gradient of the "
    "generator's loss was taken for `discriminator.trainable_variables`.",
)
def moves_the_other(generator, discriminator, g_optimizer, d_optimizer, rounds):
    networks = generator, discriminator
    return step_with(networks, (g_optimizer, d_optimizer), rounds, g_moves=[discriminator])


@mistake(
    "the generator steps in every round",
    "The discriminator does not go ahead: the generator took a step in every round. Its tape belongs behind the loop.",
)
def steps_in_every_round(generator, discriminator, g_optimizer, d_optimizer, rounds):
    every = range(len(rounds))
    return step_with((generator, discriminator), (g_optimizer, d_optimizer), rounds, g_rounds=every)


@mistake(
    "the labels of the discriminator are exchanged",
    "The discriminator learned to call drawings real and real pictures drawn. Real pictures have the label 1, drawings "
    "the label 0.",
)
def labels_exchanged(generator, discriminator, g_optimizer, d_optimizer, rounds):
    def exchanged(networks, real, noise):
        return d_loss_of(networks, real, noise, real_label=0.0)

    return step_with((generator, discriminator), (g_optimizer, d_optimizer), rounds, d_loss_of=exchanged)


@mistake(
    "the generator wants to be found out",
    "The generator's loss has the labels 0, so it learned to draw what the discriminator calls drawn. In its own step "
    "the label of a drawing is 1: that is what it wants to hear.",
)
def wants_to_be_found_out(generator, discriminator, g_optimizer, d_optimizer, rounds):
    def found_out(networks, noise):
        return g_loss_of(networks, noise, label=0.0)

    return step_with((generator, discriminator), (g_optimizer, d_optimizer), rounds, g_loss_of=found_out)


@mistake(
    "the literal loss in place of the non-saturating one",
    "The generator makes the mean of log(1 − D) small, the discriminator's loss with its sign turned around. Where the "
    "discriminator is sure, hardly any slope is left of it. Take the cross-entropy with labels 1.",
)
def literal(generator, discriminator, g_optimizer, d_optimizer, rounds):
    def literal_loss(networks, noise):
        return -g_loss_of(networks, noise, label=0.0)

    return step_with((generator, discriminator), (g_optimizer, d_optimizer), rounds, g_loss_of=literal_loss)


@mistake(
    "a sum in place of a mean over all pictures",
    "The discriminator's loss is twice what was asked for, and so is its step: the means over the real and over the "
    "drawn pictures were added. The mean over all pictures is half of that.",
)
def added(generator, discriminator, g_optimizer, d_optimizer, rounds):
    def doubled(networks, real, noise):
        return 2 * d_loss_of(networks, real, noise)

    return step_with((generator, discriminator), (g_optimizer, d_optimizer), rounds, d_loss_of=doubled)


@mistake(
    "the generator meets the discriminator of before",
    "Both networks moved, but the generator's gradient was taken before the discriminator's steps: that is a "
    "simultaneous update. Open the generator's tape behind the loop.",
)
def of_before(generator, discriminator, g_optimizer, d_optimizer, rounds):
    with tf.GradientTape() as tape:
        g_loss = g_loss_of((generator, discriminator), rounds[-1][1])
    gradients = tape.gradient(g_loss, generator.trainable_variables)
    d_losses = []
    for real, noise in rounds:
        with tf.GradientTape() as tape:
            d_losses.append(d_loss_of((generator, discriminator), real, noise))
        move(d_optimizer, tape, d_losses[-1], discriminator.trainable_variables)
    g_optimizer.apply(gradients, generator.trainable_variables)
    return tf.reduce_mean(d_losses), g_loss


@mistake(
    "the loss of the last round for all of them",
    "Both networks moved as they should. But the first number is the discriminator's loss in the last round; asked for "
    "is the mean over all rounds.",
)
def last_round(generator, discriminator, g_optimizer, d_optimizer, rounds):
    return step_with((generator, discriminator), (g_optimizer, d_optimizer), rounds, of_all=lambda losses: losses[-1])


# Probes


def observe(candidate, seed=1, n_rounds=2):
    generator, discriminator = small_networks(seed)
    before = flat(generator.trainable_variables), flat(discriminator.trainable_variables)
    rounds = [real_and_noise(10 * seed + number) for number in range(n_rounds)]
    returned = candidate(generator, discriminator, *two_optimizers(), rounds)
    losses = forms.entries(returned)
    found = {
        "how the discriminator moved": flat(discriminator.trainable_variables) - before[1],
        "how the generator moved": flat(generator.trainable_variables) - before[0],
    }
    if losses is None or len(losses) != 2:
        return found | {"what came back": forms.in_words(returned)}
    return found | {
        "what came back": "two things",
        "d_loss": forms.number(losses[0]),
        "g_loss": forms.number(losses[1]),
    }


EXERCISE = Exercise(
    id="09.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_step,
    alternatives=(in_two_functions,),
    mistakes=(
        moves_both,
        moves_the_other,
        steps_in_every_round,
        labels_exchanged,
        wants_to_be_found_out,
        literal,
        added,
        of_before,
        last_round,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=2, n_rounds=3),
    note=NOTE,
    explanation=EXPLANATION,
)
