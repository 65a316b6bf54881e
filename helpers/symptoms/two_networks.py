"""Loops of the symptom index with two networks: a generator draws rows, a discriminator says how real they look."""

import keras
import numpy as np
import tensorflow as tf

from helpers.symptoms.parts import BINARY, dense, rows, sgd

bce = BINARY(from_logits=True)


def networks(*middle):
    """A generator, from noise (B, 2) to rows (B, 3), and a discriminator, from rows to logits (B, 1)."""
    generator = keras.Sequential([keras.Input(shape=(2,)), dense(3)], name="generator")
    return generator, keras.Sequential([keras.Input(shape=(3,)), *middle, dense()], name="discriminator")


def real_and_noise():
    """Real rows (B, 3), of which no column has the mean 0, and noise (B, 2)."""
    return 2 + rows()[0], np.random.default_rng(1).normal(size=(16, 2)).astype("float32")


def two_losses(discriminator, real, drawn, wanted=1.0, together=False):
    """Return the losses of discriminator and generator, who has the label `wanted` for drawn rows."""
    if together:
        logits = discriminator(tf.concat([real, drawn], axis=0), training=True)
        of_real, of_drawn = logits[: len(real)], logits[len(real) :]
    else:
        of_real, of_drawn = discriminator(real, training=True), discriminator(drawn, training=True)
    d_loss = (bce(tf.ones_like(of_real), of_real) + bce(tf.zeros_like(of_drawn), of_drawn)) / 2
    return d_loss, bce(tf.fill(of_drawn.shape, wanted), of_drawn)


def game(losses_of, ask):
    """Return the names of a loop in which both networks step at once, by the slopes that `ask` takes from a tape."""
    generator, discriminator = networks()
    optimizers, lists = (sgd(), sgd()), (discriminator.trainable_variables, generator.trainable_variables)

    def train_step(real, noise):
        with tf.GradientTape(persistent=True) as tape:
            losses = losses_of(discriminator, real, generator(noise, training=True))
        for optimizer, (gradients, variables) in zip(optimizers, ask(tape, losses, lists)):
            optimizer.apply_gradients(zip(gradients, variables))
        return losses

    return {"model": generator, "train_step": train_step, "batch": real_and_noise()}


def each_its_own(tape, losses, lists):
    return [(tape.gradient(loss, variables), variables) for loss, variables in zip(losses, lists)]


def both_in_the_list(sick):
    """Sick, the generator's step moves the variables of both networks."""

    def ask(tape, losses, lists):
        of_discriminator, of_generator = lists
        return each_its_own(tape, losses, (of_discriminator, of_generator + of_discriminator if sick else of_generator))

    return game(two_losses, ask)


def one_question(sick):
    """Sick, the tape is asked for the slopes of both losses at once."""

    def ask(tape, losses, lists):
        return zip(tape.gradient(losses, lists), lists)

    return game(two_losses, ask if sick else each_its_own)


def partners(sick):
    """Sick, the generator wants its rows to be found out, as the discriminator does."""
    wanted = 0.0 if sick else 1.0
    return game(lambda *of: two_losses(*of, wanted=wanted), each_its_own)


def in_one_batch(sick):
    """Alternating steps of a discriminator with BatchNorm; sick, it gets real and drawn rows in one batch."""
    generator, discriminator = networks(keras.layers.BatchNormalization(name="norm"))
    d_optimizer, g_optimizer = sgd(), sgd()

    def train_step(real, noise):
        drawn = generator(noise, training=True)
        with tf.GradientTape() as tape:
            d_loss, _ = two_losses(discriminator, real, drawn, together=sick)
        d_optimizer.apply(tape.gradient(d_loss, discriminator.trainable_variables), discriminator.trainable_variables)
        with tf.GradientTape() as tape:
            of_drawn = discriminator(generator(noise, training=True), training=True)
            g_loss = bce(tf.ones_like(of_drawn), of_drawn)
        g_optimizer.apply(tape.gradient(g_loss, generator.trainable_variables), generator.trainable_variables)
        return d_loss, g_loss

    return {"model": generator, "train_step": train_step, "batch": real_and_noise()}
