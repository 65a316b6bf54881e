"""What exercises and cases of lesson 07 measure with: who runs a step, and a machine that works on its own."""

import numpy as np
import tensorflow as tf


class CountedStep:
    """A small training step that notes who runs it: Python itself, or a graph, into which Python wrote it down."""

    def __init__(self, columns=2, rate=0.1):
        self.weights = tf.Variable(tf.zeros(columns))
        self.by_python, self.written_down, self.rate = 0, 0, rate

    def __call__(self, features, labels):
        """Move the weights once; return the mean squared error from before, a float32 scalar."""
        if hasattr(features, "numpy"):
            self.by_python += 1
        else:
            self.written_down += 1
        errors = tf.linalg.matvec(features, self.weights) - labels
        gradient = tf.linalg.matvec(features, errors, transpose_a=True) / tf.cast(tf.shape(labels)[0], tf.float32)
        self.weights.assign_sub(self.rate * gradient)
        return tf.reduce_mean(errors**2)

    def in_words(self, most=4):
        """Return who ran the step: "Python", "a graph", or a graph into which it was written too often."""
        if self.by_python:
            return "Python"
        return "a graph" if self.written_down <= most else "a graph that holds it many times, or many graphs"


class Later:
    """A number that is not known yet: it can be added to others, and `float` waits until it is known."""

    def __init__(self, value, wait):
        self._value, self._wait = value, wait

    def __add__(self, other):
        return Later(self._value + (other._value if isinstance(other, Later) else other), self._wait)

    __radd__ = __add__

    def __truediv__(self, other):
        return Later(self._value / other, self._wait)

    def __float__(self):
        self._wait()
        return float(self._value)

    def __array__(self, dtype=None, copy=None):
        return np.array(float(self), dtype)

    def numpy(self):
        return float(self)


class Machine:
    """A stand-in for a GPU, which works on its own: steps are handed over, and it notes how many lie waiting for it.

    `take_step` hands a step over and returns its loss, a Later. Here the machine is slow: it does nothing until
    somebody waits for a number, and then it does all that it has.
    """

    def __init__(self, losses):
        self._losses, self.waiting, self.most_waiting, self.waits = list(losses), 0, 0, 0

    def take_step(self, features, labels):
        self.waiting += 1
        self.most_waiting = max(self.most_waiting, self.waiting)
        return Later(self._losses.pop(0), self._wait)

    def _wait(self):
        self.waits += self.waiting > 0
        self.waiting = 0
