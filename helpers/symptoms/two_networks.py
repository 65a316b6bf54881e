"""Loops of the symptom index with two networks: a generator draws rows, a discriminator says how real they look."""

import keras
import numpy as np
import tensorflow as tf

from helpers.symptoms.parts import BINARY, dense, rows, sgd

bce = BINARY(from_logits=True)


def networks(*middle):
    """A generator, from noise (B, 3) to rows (B, 3), and a discriminator, from rows to logits (B, 1)."""
    generator = keras.Sequential([keras.Input(shape=(3,)), dense(3)], name="generator")
    return generator, keras.Sequential([keras.Input(shape=(3,)), *middle, dense()], name="discriminator")


def real_and_noise():
    """Real rows (B, 3), of which no column has the mean 0, and noise (B, 3)."""
    noise = np.random.default_rng(1).normal(size=(16, 3)).astype("float32")
    return 2 + rows()[0], noise


def d_loss_fn(real_logits, drawn_logits):
    of_real, of_drawn = bce(tf.ones_like(real_logits), real_logits), bce(tf.zeros_like(drawn_logits), drawn_logits)
    return (of_real + of_drawn) / 2


def g_loss_fn(drawn_logits):
    return bce(tf.ones_like(drawn_logits), drawn_logits)


def both_in_the_list(sick):
    """The generator's step, with the variables of both networks if it is sick."""
    (generator, discriminator), (_, noise), optimizer = networks(), real_and_noise(), sgd()
    variables = generator.trainable_variables + (discriminator.trainable_variables if sick else [])

    def g_step(noise):
        with tf.GradientTape() as tape:
            loss = g_loss_fn(discriminator(generator(noise, training=True), training=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    return {"discriminator": discriminator, "g_step": g_step, "noise": noise}


def one_question(sick):
    """A step of both networks under one tape, which is asked for both at once if it is sick."""
    (generator, discriminator), (g_optimizer, d_optimizer) = networks(), (sgd(), sgd())
    g_variables, d_variables = generator.trainable_variables, discriminator.trainable_variables

    def train_step(real, noise):
        with tf.GradientTape(persistent=True) as tape:
            drawn_logits = discriminator(generator(noise, training=True), training=True)
            d_loss, g_loss = d_loss_fn(discriminator(real, training=True), drawn_logits), g_loss_fn(drawn_logits)
        if sick:
            d_gradients, g_gradients = tape.gradient([d_loss, g_loss], [d_variables, g_variables])
        else:
            d_gradients, g_gradients = tape.gradient(d_loss, d_variables), tape.gradient(g_loss, g_variables)
        d_optimizer.apply_gradients(zip(d_gradients, d_variables))
        g_optimizer.apply_gradients(zip(g_gradients, g_variables))
        return d_loss, g_loss

    return {"generator": generator, "train_step": train_step, "batch": real_and_noise()}


def partners(sick):
    """Two losses that want the opposite; sick, the generator wants its drawings to be found out."""

    def losses_of(real_logits, drawn_logits):
        wanted = tf.zeros_like(drawn_logits) if sick else tf.ones_like(drawn_logits)
        return d_loss_fn(real_logits, drawn_logits), bce(wanted, drawn_logits)

    (generator, discriminator), (real, noise) = networks(), real_and_noise()
    logits = {"real_logits": discriminator(real), "drawn_logits": discriminator(generator(noise))}
    return {"losses_of": losses_of, **logits}


def in_one_batch(sick):
    """The logits of drawn rows as the discriminator's step has them; sick, BatchNorm has seen real rows among them."""
    norm = keras.layers.BatchNormalization(name="norm")
    (_, discriminator), (real, drawn) = networks(norm), real_and_noise()
    if sick:
        drawn_logits = discriminator(np.concatenate([real, drawn]), training=True)[len(real) :]
    else:
        drawn_logits = discriminator(drawn, training=True)
    return {"discriminator": discriminator, "drawn": drawn, "drawn_logits": drawn_logits}
