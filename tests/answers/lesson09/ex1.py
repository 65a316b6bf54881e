"""Answers to 09.1."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong

bce = keras.losses.BinaryCrossentropy(from_logits=True)


def d_loss_of(real_logits, drawn_logits):
    return (bce(tf.ones_like(real_logits), real_logits) + bce(tf.zeros_like(drawn_logits), drawn_logits)) / 2


def g_loss_of(drawn_logits):
    return bce(tf.ones_like(drawn_logits), drawn_logits)


@right("drawn inside the tape, which is persistent; a mean of floats")
def drawn_inside(generator, discriminator, g_optimizer, d_optimizer, rounds):
    losses = []
    for real, noise in rounds:
        with tf.GradientTape(persistent=True) as tape:
            loss = d_loss_of(discriminator(real), discriminator(generator(noise)))
        losses.append(loss.numpy())
        d_optimizer.apply(tape.gradient(loss, discriminator.trainable_weights), discriminator.trainable_weights)
    with tf.GradientTape() as tape:
        loss = g_loss_of(discriminator(generator(noise, training=True), training=True))
    g_optimizer.apply(tape.gradient(loss, generator.trainable_weights), generator.trainable_weights)
    return float(np.mean(losses)), loss.numpy()


@right("a running sum, and the number of rounds")
def running_sum(generator, discriminator, g_optimizer, d_optimizer, rounds):
    total = 0.0
    for pair in rounds:
        drawn = tf.stop_gradient(generator(pair[1], training=True))
        with tf.GradientTape() as tape:
            d_loss = d_loss_of(discriminator(pair[0], training=True), discriminator(drawn, training=True))
        gradients = tape.gradient(d_loss, discriminator.trainable_variables)
        d_optimizer.apply_gradients(zip(gradients, discriminator.trainable_variables))
        total += d_loss
    with tf.GradientTape() as tape:
        g_loss = g_loss_of(discriminator(generator(rounds[-1][1], training=True), training=True))
    gradients = tape.gradient(g_loss, generator.trainable_variables)
    g_optimizer.apply_gradients(zip(gradients, generator.trainable_variables))
    return (total / len(rounds), g_loss)


@right("the discriminator is switched off for the generator's step, and on again")
def switched_off_and_on(generator, discriminator, g_optimizer, d_optimizer, rounds):
    d_losses = [d_step(generator, discriminator, d_optimizer, *pair) for pair in rounds]
    discriminator.trainable = False
    with tf.GradientTape() as tape:
        g_loss = tf.reduce_mean(tf.nn.softplus(-discriminator(generator(rounds[-1][1]))))
    g_optimizer.apply(tape.gradient(g_loss, generator.trainable_variables), generator.trainable_variables)
    discriminator.trainable = True
    return tf.reduce_mean(tf.stack(d_losses)), g_loss


def d_step(generator, discriminator, d_optimizer, real, noise, d_loss_of=d_loss_of):
    with tf.GradientTape() as tape:
        loss = d_loss_of(discriminator(real), discriminator(generator(noise)))
    d_optimizer.apply(tape.gradient(loss, discriminator.trainable_variables), discriminator.trainable_variables)
    return loss


def g_step(generator, discriminator, g_optimizer, noise, variables=None, g_loss_of=g_loss_of):
    variables = variables or generator.trainable_variables
    with tf.GradientTape() as tape:
        loss = g_loss_of(discriminator(generator(noise)))
    g_optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


@wrong("both steps in the loop", named="the generator steps in every round")
def both_in_the_loop(generator, discriminator, g_optimizer, d_optimizer, rounds):
    d_losses = []
    for real, noise in rounds:
        d_losses.append(d_step(generator, discriminator, d_optimizer, real, noise))
        g_loss = g_step(generator, discriminator, g_optimizer, noise)
    return np.mean(d_losses), g_loss


@wrong("the lists of both networks, added", named="the generator's step moves the discriminator")
def both_lists(generator, discriminator, g_optimizer, d_optimizer, rounds):
    d_losses = [d_step(generator, discriminator, d_optimizer, *pair) for pair in rounds]
    variables = generator.trainable_variables + discriminator.trainable_variables
    return np.mean(d_losses), g_step(generator, discriminator, g_optimizer, rounds[-1][1], variables)


@wrong("the list of the other network", named="the generator's step moves only the discriminator")
def other_list(generator, discriminator, g_optimizer, d_optimizer, rounds):
    d_losses = [d_step(generator, discriminator, d_optimizer, *pair) for pair in rounds]
    variables = discriminator.trainable_variables
    return np.mean(d_losses), g_step(generator, discriminator, g_optimizer, rounds[-1][1], variables)


@wrong("the two means are added", named="a sum in place of a mean over all pictures")
def added(generator, discriminator, g_optimizer, d_optimizer, rounds):
    def summed(real_logits, drawn_logits):
        return bce(tf.ones_like(real_logits), real_logits) + bce(tf.zeros_like(drawn_logits), drawn_logits)

    d_losses = [d_step(generator, discriminator, d_optimizer, *pair, summed) for pair in rounds]
    return np.mean(d_losses), g_step(generator, discriminator, g_optimizer, rounds[-1][1])


@wrong("real is 0 and drawn is 1", named="the labels of the discriminator are exchanged")
def exchanged(generator, discriminator, g_optimizer, d_optimizer, rounds):
    def turned(real_logits, drawn_logits):
        return d_loss_of(drawn_logits, real_logits)

    d_losses = [d_step(generator, discriminator, d_optimizer, *pair, turned) for pair in rounds]
    return np.mean(d_losses), g_step(generator, discriminator, g_optimizer, rounds[-1][1])


@wrong("minus the discriminator's loss for drawings", named="the literal loss in place of the non-saturating one")
def literal(generator, discriminator, g_optimizer, d_optimizer, rounds):
    def log_one_minus(logits):
        return tf.reduce_mean(tf.math.log(1 - tf.sigmoid(logits)))

    d_losses = [d_step(generator, discriminator, d_optimizer, *pair) for pair in rounds]
    return np.mean(d_losses), g_step(generator, discriminator, g_optimizer, rounds[-1][1], g_loss_of=log_one_minus)


@wrong("the generator goes first", named="the generator meets the discriminator of before")
def generator_first(generator, discriminator, g_optimizer, d_optimizer, rounds):
    drawn = [generator(noise) for _, noise in rounds]
    g_loss = g_step(generator, discriminator, g_optimizer, rounds[-1][1])
    d_losses = [
        d_step(lambda picture: picture, discriminator, d_optimizer, rounds[i][0], drawn[i]) for i in range(len(drawn))
    ]
    return np.mean(d_losses), g_loss


@wrong("the drawing stands outside of the generator's tape")
def drawn_outside(generator, discriminator, g_optimizer, d_optimizer, rounds):
    d_losses = [d_step(generator, discriminator, d_optimizer, *pair) for pair in rounds]
    drawn = generator(rounds[-1][1])
    with tf.GradientTape() as tape:
        g_loss = g_loss_of(discriminator(drawn))
    g_optimizer.apply(tape.gradient(g_loss, generator.trainable_variables), generator.trainable_variables)
    return np.mean(d_losses), g_loss


@wrong("the generator moves, with the noise of the first round")
def first_noise(generator, discriminator, g_optimizer, d_optimizer, rounds):
    d_losses = [d_step(generator, discriminator, d_optimizer, *pair) for pair in rounds]
    return np.mean(d_losses), g_step(generator, discriminator, g_optimizer, rounds[0][1])


@wrong("all losses in a list", named=None)
def all_losses(generator, discriminator, g_optimizer, d_optimizer, rounds):
    d_losses = [d_step(generator, discriminator, d_optimizer, *pair) for pair in rounds]
    return d_losses, g_step(generator, discriminator, g_optimizer, rounds[-1][1])
