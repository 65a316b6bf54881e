"""Answers to 09.5."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong

loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def steered(networks, wanted, noise, steps=20, rate=0.2, penalty=0.3, sign=1.0):
    generator, judge = networks
    noise, optimizer = tf.Variable(noise, dtype=tf.float32), keras.optimizers.Adam(rate)
    optimizer.build([noise])

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = sign * loss_fn(wanted, judge(generator(noise))) + penalty * tf.reduce_mean(noise**2)
        optimizer.apply([tape.gradient(loss, noise)], [noise])

    for _ in range(steps):
        step()
    return noise


def normal(n, noise_size):
    return np.random.default_rng(0).normal(size=(n, noise_size))


@right("plain descent on a constant that is watched")
def plain_descent(generator, judge, wanted, noise_size):
    noise = tf.constant(normal(len(wanted), noise_size), tf.float32)
    for _ in range(25):
        with tf.GradientTape() as tape:
            tape.watch(noise)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, judge(generator(noise)))
        noise = 0.98 * (noise - 0.25 * tape.gradient(losses, noise))
    return noise


@right("Adam in a graph, with a penalty")
def adam_in_a_graph(generator, judge, wanted, noise_size):
    return steered((generator, judge), wanted, normal(len(wanted), noise_size)).numpy()


@right("from half of the noise, without a penalty, few steps")
def few_steps(generator, judge, wanted, noise_size):
    return steered((generator, judge), wanted, 0.6 * normal(len(wanted), noise_size), steps=8, penalty=0.0)


@wrong("no penalty, far too many steps", named="the noise wanders off")
def no_penalty(generator, judge, wanted, noise_size):
    return steered((generator, judge), wanted, normal(len(wanted), noise_size), steps=60, penalty=0.0)


@wrong("all begin at zero", named="the same drawing again and again")
def from_zero(generator, judge, wanted, noise_size):
    return steered((generator, judge), wanted, np.zeros((len(wanted), noise_size)))


@wrong("a penalty that leaves one place for each digit", named="the same drawing again and again")
def strong_penalty(generator, judge, wanted, noise_size):
    return steered((generator, judge), wanted, normal(len(wanted), noise_size), steps=40, penalty=3.0)


@wrong("no step at all", named="not what was ordered")
def no_step(generator, judge, wanted, noise_size):
    return normal(len(wanted), noise_size).astype("float32")


@wrong("the networks' variables in the list", named="a network was moved")
def moves_the_generator(generator, judge, wanted, noise_size):
    noise = steered((generator, judge), wanted, normal(len(wanted), noise_size))
    generator.trainable_variables[0].assign_sub(0.001 * tf.ones_like(generator.trainable_variables[0]))
    return noise


@wrong("the drawings", named="pictures in place of noise")
def drawings(generator, judge, wanted, noise_size):
    return generator(steered((generator, judge), wanted, normal(len(wanted), noise_size), steps=2)).numpy()


@wrong("one row for each digit, not for each order")
def ten_rows(generator, judge, wanted, noise_size):
    return steered((generator, judge), np.arange(10), normal(10, noise_size), steps=2)


@wrong("sorted by digit", named="not what was ordered")
def sorted_by_digit(generator, judge, wanted, noise_size):
    return steered((generator, judge), np.sort(wanted), normal(len(wanted), noise_size))
