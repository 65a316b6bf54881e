"""Answers to 01.1."""

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("runs the calculation of the task and asks the tape")
def ask_the_tape():
    w = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = w * w + tf.stop_gradient(w) * w
    return float(tape.gradient(y, w))


@right("on paper: 2 w + 3, as an int")
def on_paper():
    w = 3
    return 2 * w + w


@right("central difference with the stopped factor frozen at 3, exact for a parabola")
def frozen_difference():
    def y(w, frozen=3.0):
        return w * w + frozen * w

    return (y(3.5) - y(2.5)) / 1.0


@right("derivative of the polynomial w**2 + 3 w by NumPy, an np.int64")
def polynomial():
    return np.polyval(np.polyder([1, 3, 0]), 3)


@right("a small class of dual numbers, with the slope 0 for the stopped factor")
def dual_numbers():
    class Dual:
        def __init__(self, value, slope):
            self.value = value
            self.slope = slope

        def __add__(self, other):
            return Dual(self.value + other.value, self.slope + other.slope)

        def __mul__(self, other):
            return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)

    w, stopped = Dual(3.0, 1.0), Dual(3.0, 0.0)
    return (w * w + stopped * w).slope


@wrong("stop_gradient overlooked: the slope of 2 w**2", named="nothing held still")
def no_stop():
    return 4 * 3.0


@wrong("the whole second term taken for a constant", named="the whole product held still")
def second_term_constant():
    return 2 * 3.0


@wrong("the value of y in place of its slope", named="the value instead of the slope")
def value_of_y():
    w = 3.0
    return w * w + w * w


@wrong("slope of the first term plus the value of the second", named="a slope and a value")
def slope_plus_value():
    w = 3.0
    return 2 * w + w * w


@wrong("two mistakes: w * w gets the slope w, and the second term is dropped")
def half_of_the_square():
    w = 3.0
    return w


@wrong("believes that stop_gradient stops everything: 0", named="everything held still")
def all_stopped():
    return 0.0


@wrong("prints the slope and returns nothing")
def printed():
    w = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = w * w + tf.stop_gradient(w) * w
    print(tape.gradient(y, w))


@wrong("the number as a text")
def as_text():
    return "9"


@wrong("the number alone in a list")
def in_a_list():
    return [9.0]
