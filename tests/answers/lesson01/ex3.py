"""Answers to 01.3."""

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("one Variable with all the numbers, taken apart under the tape")
def one_vector(function, numbers):
    vector = tf.Variable(np.array(numbers, dtype=np.float32))
    with tf.GradientTape() as tape:
        result = function(*tf.unstack(vector))
    slopes = tape.gradient(result, vector, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return tf.unstack(slopes)


@right("constants of type float32 that the tape watches")
def watched_constants(function, numbers):
    constants = [tf.constant(number, dtype=tf.float32) for number in numbers]
    with tf.GradientTape() as tape:
        tape.watch(constants)
        result = function(*constants)
    return tape.gradient(result, constants, unconnected_gradients=tf.UnconnectedGradients.ZERO)


@right("a persistent tape asked once for each number, None replaced by a float32 zero")
def persistent_tape(function, numbers):
    variables = []
    for number in numbers:
        variables.append(tf.Variable(float(number)))
    with tf.GradientTape(persistent=True) as tape:
        result = function(*variables)
    slopes = []
    for variable in variables:
        slope = tape.gradient(result, variable)
        if slope is None:
            slope = tf.constant(0.0)
        slopes.append(slope)
    del tape
    return slopes


@right("a tape of its own for each number, which watches that one alone")
def tape_for_each(function, numbers):
    tensors = [tf.convert_to_tensor(float(number), dtype=tf.float32) for number in numbers]

    def slope(one):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(one)
            result = function(*tensors)
        return tape.gradient(result, one, unconnected_gradients="zero")

    return [slope(tensor) for tensor in tensors]


@right("np.float32 scalars in the list in place of tensors")
def numpy_scalars(function, numbers):
    variables = [tf.Variable(np.float32(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    slopes = tape.gradient(result, variables)
    return [np.float32(0) if slope is None else np.float32(slope.numpy()) for slope in slopes]


@wrong("an int makes an int32 Variable, which the tape does not differentiate", named="zeros that hide whole numbers")
def int_variables(function, numbers):
    variables = [tf.Variable(number) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)


@wrong("None stays None for a number that the function does not use", named="None for an unused number")
def none_left(function, numbers):
    variables = [tf.Variable(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables)


@wrong("constants that nobody watches, so every slope is 0", named="zeros that hide a tape that saw nothing")
def unwatched(function, numbers):
    variables = [tf.constant(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)


@wrong("asks a tape that is not persistent several times")
def asked_again(function, numbers):
    variables = [tf.Variable(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return [tape.gradient(result, v, unconnected_gradients=tf.UnconnectedGradients.ZERO) for v in variables]


@wrong("float64 Variables and slopes", named="float64 where float32 is wanted")
def double_precision(function, numbers):
    variables = [tf.Variable(number, dtype=tf.float64) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)


@wrong(
    "leaves out the numbers that the function does not use, the list becomes too short",
    named="the unused number left out",
)
def unused_left_out(function, numbers):
    variables = [tf.Variable(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return [slope for slope in tape.gradient(result, variables) if slope is not None]


@wrong("two mistakes: calls the function with the list as one argument, and leaves None")
def star_forgotten(function, numbers):
    variables = [tf.Variable(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(variables)
    return tape.gradient(result, variables)


@right("plain Python floats in the list")
def plain_floats(function, numbers):
    variables = [tf.Variable(number, dtype="float32") for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return [float(slope or 0.0) for slope in tape.gradient(result, variables)]


@wrong("through a NumPy array, which is float64", named="float64 where float32 is wanted")
def numpy_array(function, numbers):
    vector = tf.Variable(np.array(numbers) * 1.0)
    with tf.GradientTape() as tape:
        result = function(*tf.unstack(vector))
    return tape.gradient(result, vector, unconnected_gradients="zero")


@wrong("a dictionary of slopes")
def dictionary(function, numbers):
    variables = {str(place): tf.Variable(float(number)) for place, number in enumerate(numbers)}
    with tf.GradientTape() as tape:
        result = function(*variables.values())
    return tape.gradient(result, variables, unconnected_gradients="zero")
