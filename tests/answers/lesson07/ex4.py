"""Answers to 07.4."""

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("the first move before the loop")
def first_before(move, shares, tolerance):
    @tf.function
    def run(old):
        new, moves = move(old), 1
        while tf.reduce_max(tf.abs(new - old)) > tolerance:
            old, new = new, move(new)
            moves += 1
        return new, moves

    return run(shares)


@right("break out of an endless loop")
def by_break(move, shares, tolerance):
    @tf.function
    def run(shares):
        moves = tf.constant(0)
        going = tf.constant(True)
        while going:
            new = move(shares)
            moves += 1
            going = tf.reduce_any(tf.abs(new - shares) > tolerance)
            shares = new
        return shares, moves

    shares, moves = run(shares)
    return [shares.numpy(), moves.numpy()]


@right("the norm of infinite order")
def by_norm(move, shares, tolerance):
    @tf.function
    def run(now):
        change, moves = tf.constant(1e9), tf.constant(0.0)
        while change > tolerance:
            then = move(now)
            change = tf.norm(then - now, ord=np.inf)
            now, moves = then, moves + 1.0
        return now, moves

    return run(shares)


@wrong("a loop of Python's", named="Python runs the loop")
def by_python(move, shares, tolerance):
    moves = 0
    while True:
        new = move(shares)
        moves += 1
        if np.max(np.abs(new - shares)) <= tolerance:
            return new, moves
        shares = new


@wrong("the sum of the changes", named="it waits for the sum of the changes")
def by_sum(move, shares, tolerance):
    @tf.function
    def run(shares):
        moves, change = 0, tf.constant(1.0)
        while change > tolerance:
            new = move(shares)
            change = tf.reduce_sum(tf.abs(new - shares))
            shares, moves = new, moves + 1
        return shares, moves

    return run(shares)


@wrong("the mean of the changes", named="it waits for the mean of the changes")
def by_mean(move, shares, tolerance):
    @tf.function
    def run(shares):
        moves, change = 0, tf.constant(1.0)
        while change > tolerance:
            new = move(shares)
            change = tf.reduce_mean(tf.abs(new - shares))
            shares, moves = new, moves + 1
        return shares, moves

    return run(shares)


@wrong("no absolute value", named="falling shares are overlooked")
def signed(move, shares, tolerance):
    @tf.function
    def run(shares):
        moves, change = 0, tf.constant(1.0)
        while change > tolerance:
            new = move(shares)
            change = tf.reduce_max(new - shares)
            shares, moves = new, moves + 1
        return shares, moves

    return run(shares)


@wrong("the shares of before", named="the shares before the last move")
def before(move, shares, tolerance):
    @tf.function
    def run(old):
        new, moves = move(old), 1
        while tf.reduce_max(tf.abs(new - old)) > tolerance:
            old, new = new, move(new)
            moves += 1
        return old, moves

    return run(shares)


@wrong("the number of moves is forgotten")
def shares_only(move, shares, tolerance):
    @tf.function
    def run(shares):
        change = tf.constant(1.0)
        while change > tolerance:
            new = move(shares)
            change = tf.reduce_max(tf.abs(new - shares))
            shares = new
        return shares

    return run(shares)
