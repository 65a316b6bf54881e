"""Answers to 02.1."""

from fractions import Fraction

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("counts the batches of a real dataset and asks the schedule")
def ask_the_schedule():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=20, decay_rate=0.5)
    steps = 0
    for _ in range(15):
        for _ in tf.data.Dataset.range(100).batch(32):
            steps += 1
    return float(schedule(steps))


@right("takes the 60 steps with an optimizer and a weight of its own, and reads the rate")
def real_optimizer():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=20, decay_rate=0.5)
    optimizer = keras.optimizers.SGD(schedule)
    weight = keras.Variable(0.0)
    for _ in range(15 * 4):
        optimizer.apply_gradients([(tf.constant(0.0), weight)])
    return float(optimizer.learning_rate)


@right("exact fractions, with -(-100 // 32) for the batches of an epoch")
def fractions_of_a_tenth():
    batches = -(-100 // 32)
    steps = 15 * batches
    return float(Fraction(1, 10) * Fraction(1, 2) ** (steps // 20))


@right("multiplies by the twentieth root of one half, step by step")
def step_by_step():
    rate = 0.1
    for _ in range(15):
        for _ in range(0, 100, 32):
            rate *= 0.5 ** (1 / 20)
    return rate


@right("the exponential formula with np.ceil, an np.float64")
def exponential_formula():
    steps = 15 * np.ceil(100 / 32)
    return 0.1 * np.exp(np.log(0.5) * steps / 20)


@wrong("three batches an epoch, the ragged last one is not counted", named="the ragged batch forgotten")
def ragged_batch_lost():
    steps = 100 // 32 * 15
    return 0.1 * 0.5 ** (steps / 20)


@wrong("epochs taken for steps", named="steps taken for epochs")
def epochs_for_steps():
    return 0.1 * 0.5 ** (15 / 20)


@wrong(
    "the rate with which the last step was taken, step 59, not the one left after it", named="the rate of the last step"
)
def rate_of_the_last_step():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=20, decay_rate=0.5)
    return float(schedule(59))


@wrong("multiplies by one half at each step, decay_steps is overlooked", named="halved in every step")
def halved_each_step():
    return 0.1 * 0.5**60


@wrong("the rows of all epochs dealt out in one go: 47 steps", named="all epochs dealt out at once")
def epochs_run_together():
    steps = len(list(tf.data.Dataset.range(100).repeat(15).batch(32)))
    return 0.1 * 0.5 ** (steps / 20)


@wrong("two mistakes: 45 steps, and the rate falls in stairs")
def forty_five_in_stairs():
    steps = 45
    return 0.1 * 0.5 ** (steps // 20)


@wrong("returns the schedule in place of a number", named="the schedule instead of a rate")
def schedule_itself():
    return keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=20, decay_rate=0.5)


@wrong("3.125 steps in an epoch", named="a fraction of a batch")
def no_rounding():
    return 0.1 * 0.5 ** (15 * 100 / 32 / 20)


@wrong("the formula as a text")
def formula_as_text():
    return "0.1 * 0.5 ** 3"
