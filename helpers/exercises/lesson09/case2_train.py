"""C9.2 It stops at the second network."""

import keras
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson09.shared import d_loss_fn, flat, g_loss_fn, move, real_and_noise, small_networks

TITLE = "It stops at the second network"
TASK = """\
The discriminator takes its first step. Then, in the first step of the generator, an error: "Unknown variable". Somebody
advises `optimizer.build([*discriminator.trainable_variables, *generator.trainable_variables])` before the loop, and
that stops the error. But the networks then end elsewhere, as the last cell of this case measures. Which line is it?"""
HINTS = (
    "What does Adam remember, what does it count, and for how many networks?",
    "Print `optimizer.iterations` after ten rounds, once the error is out of the way.",
)


def train(generator, discriminator, d_loss_of, g_loss_of, batches):
    """Train both networks with Adam, the rate 0.1 for each; return the generator's last loss, a float.

    Args:
        generator, discriminator: built Keras models.
        d_loss_of, g_loss_of: d_loss_of(real, noise) is the discriminator's loss, g_loss_of(noise) the generator's, as
            the networks are at that moment.
        batches: a list of pairs (real, noise), for each a step of the discriminator and one of the generator.
    """
    d_optimizer = keras.optimizers.Adam(0.1)  # A
    g_optimizer = keras.optimizers.Adam(0.1)
    for real, noise in batches:
        with tf.GradientTape() as tape:  # B
            d_loss = d_loss_of(real, noise)  # C
        gradients = tape.gradient(d_loss, discriminator.trainable_variables)  # D
        d_optimizer.apply(gradients, discriminator.trainable_variables)
        with tf.GradientTape() as tape:
            g_loss = g_loss_of(noise)
        g_optimizer.apply(tape.gradient(g_loss, generator.trainable_variables), generator.trainable_variables)  # E
    return float(g_loss)


# What a learner starts with


def train_broken(generator, discriminator, d_loss_of, g_loss_of, batches):
    optimizer = keras.optimizers.Adam(0.1)  # A
    for real, noise in batches:
        with tf.GradientTape() as tape:  # B
            d_loss = d_loss_of(real, noise)  # C
        gradients = tape.gradient(d_loss, discriminator.trainable_variables)  # D
        optimizer.apply(gradients, discriminator.trainable_variables)
        with tf.GradientTape() as tape:
            g_loss = g_loss_of(noise)
        optimizer.apply(tape.gradient(g_loss, generator.trainable_variables), generator.trainable_variables)  # E
    return float(g_loss)


SUSPECTS = {
    "A": "One Adam for two networks. It remembers two numbers for each variable that it met in its first step, and one "
    "count of steps for all.",
    "B": "A tape for each loss; the name may be used again, for the first one has done its work.",
    "C": "The discriminator's loss, on its tape.",
    "D": "The discriminator's gradients, for the discriminator's variables.",
    "E": "The error appears here, but the line is right: the generator's gradients, for the generator's variables. Who "
    "is asked to apply them?",
}
NOTE = (
    "Two optimizers have another use: two rates. Which of the networks is too fast for the other is the first thing "
    "that one tries to change in a GAN."
)
EXPLANATION = (
    "Each network has an optimizer, which makes room for its variables and counts its steps. Both may have the same "
    "settings; what they must not share is the count of steps."
)


# Other right answers


def by_name(generator, discriminator, d_loss_of, g_loss_of, batches):
    optimizers = {name: keras.optimizers.Adam(0.1) for name in ("generator", "discriminator")}
    for real, noise in batches:
        with tf.GradientTape() as tape:
            d_loss = d_loss_of(real, noise)
        move(optimizers["discriminator"], tape, d_loss, discriminator.trainable_variables)
        with tf.GradientTape() as tape:
            g_loss = g_loss_of(noise)
        move(optimizers["generator"], tape, g_loss, generator.trainable_variables)
    return g_loss.numpy()


# Mends that do not mend


def train_with(networks, losses, batches, optimizers):
    """The loop of the mends: `optimizers` returns those of discriminator and generator, anew in each round."""
    (generator, discriminator), (d_loss_of, g_loss_of) = networks, losses
    for real, noise in batches:
        d_optimizer, g_optimizer = optimizers()
        with tf.GradientTape() as tape:
            d_loss = d_loss_of(real, noise)
        move(d_optimizer, tape, d_loss, discriminator.trainable_variables)
        with tf.GradientTape() as tape:
            g_loss = g_loss_of(noise)
        move(g_optimizer, tape, g_loss, generator.trainable_variables)
    return float(g_loss)


@mistake(
    "one count of steps for both networks",
    "No error anymore: the optimizer was built with the variables of both networks. But it counts a step a call, "
    "twice a round, and Adam's first steps depend on that count: they are shorter than they should be. And one rate "
    "serves both networks. Make two optimizers.",
)
def built_with_both(generator, discriminator, d_loss_of, g_loss_of, batches):
    optimizer = keras.optimizers.Adam(0.1)
    optimizer.build([*discriminator.trainable_variables, *generator.trainable_variables])
    networks, losses = (generator, discriminator), (d_loss_of, g_loss_of)
    return train_with(networks, losses, batches, lambda: (optimizer, optimizer))


@mistake(
    "new optimizers in each round",
    "No error anymore: there is a new optimizer for each step or round. So each of them begins without a memory, and "
    "Adam's steps are as long as the rate, forever. Make both once, before the loop.",
)
def made_anew(generator, discriminator, d_loss_of, g_loss_of, batches):
    networks, losses = (generator, discriminator), (d_loss_of, g_loss_of)
    return train_with(networks, losses, batches, lambda: (keras.optimizers.Adam(0.1), keras.optimizers.Adam(0.1)))


# Probes


def observe(candidate, seed=1, n_batches=2):
    generator, discriminator = small_networks(seed)

    def d_loss_of(real, noise):
        return d_loss_fn(discriminator(real), discriminator(generator(noise)))

    def g_loss_of(noise):
        return g_loss_fn(discriminator(generator(noise)))

    batches = [real_and_noise(10 * seed + number) for number in range(n_batches)]
    loss = candidate(generator, discriminator, d_loss_of, g_loss_of, batches)
    return {
        "the generator's last loss": forms.number(loss),
        "weights of the discriminator": flat(discriminator.trainable_variables),
        "weights of the generator": flat(generator.trainable_variables),
    }


EXERCISE = Case(
    id="C9.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train,
    starter=train_broken,
    trap=37,
    culprits="A",
    suspects=SUSPECTS,
    alternatives=(by_name,),
    mistakes=(built_with_both, made_anew),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=2, n_batches=3),
    note=NOTE,
    explanation=EXPLANATION,
    tolerance=1e-4,
)
