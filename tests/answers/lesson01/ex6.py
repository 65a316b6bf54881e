"""Answers to 01.6."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("Newton: two more slopes give the curvature, one solve gives the bottom")
def newton(slope, start):
    gradient = slope(start)
    curvature = np.column_stack([slope(start + step) - gradient for step in np.eye(2)])
    return start - np.linalg.solve(curvature, gradient)


@right("heavy ball with the best rate and momentum for curvatures from 1 to 25, forty calls")
def heavy_ball(slope, start):
    low, high = np.sqrt(1.0), np.sqrt(25.0)
    rate = 4 / (low + high) ** 2
    momentum = ((high - low) / (high + low)) ** 2
    point, velocity = np.array(start), np.zeros(2)
    for _ in range(40):
        velocity = momentum * velocity - rate * slope(point)
        point = point + velocity
    return point


@right("plain descent whose rates are one over the Chebyshev nodes from 1 to 25, five rounds of eight")
def chebyshev_rates(slope, start):
    nodes = 13 + 12 * np.cos(np.pi * (np.arange(8) + 0.5) / 8)
    point = start
    for _ in range(5):
        for node in nodes:
            point = point - slope(point) / node
    return point


@right("Nesterov's momentum with rate 1 / 25 and momentum 4 / 6, forty calls")
def nesterov(slope, start):
    point = np.asarray(start, dtype=np.float64)
    before = point
    for _ in range(40):
        ahead = point + (point - before) * 4 / 6
        before = point
        point = ahead - slope(ahead) / 25
    return point


@right("fits gradient = curvature @ shift + constant to seven slopes by least squares")
def least_squares(slope, start):
    shifts = np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1], [1, 1], [-1, 1]], dtype=float)
    gradients = np.array([slope(start + shift) for shift in shifts])
    table = np.hstack([shifts, np.ones((len(shifts), 1))])
    solution = np.linalg.lstsq(table, gradients, rcond=None)[0]
    curvature, constant = solution[:2].T, solution[2]
    return start + np.linalg.solve(curvature, -constant)


@wrong("plain descent with one rate, 2 / 26: about 4 % is left", named="swinging from wall to wall")
def plain_descent(slope, start):
    point = start.copy()
    for _ in range(40):
        point = point - 2 / 26 * slope(point)
    return point


@wrong(
    "momentum 0.9 with a small rate still swings after forty steps, several per cent are left",
    named="rolling past the bottom",
)
def too_much_momentum(slope, start):
    point, velocity = start.copy(), np.zeros(2)
    for _ in range(40):
        velocity = 0.9 * velocity - 0.01 * slope(point)
        point = point + velocity
    return point


@wrong(
    "a curvature for each coordinate alone, only right where the floor runs along an axis",
    named="a valley along the axes",
)
def each_axis_alone(slope, start):
    gradient = slope(start)
    answer = start.copy()
    for i in range(2):
        step = np.zeros(2)
        step[i] = 1.0
        curvature = (slope(start + step) - gradient)[i]
        answer[i] -= gradient[i] / curvature
    return answer


@wrong("arrives, but asks 41 times: forty steps and a last look at the slope", named="too many questions")
def forty_one_calls(slope, start):
    point, velocity = start.copy(), np.zeros(2)
    gradient = slope(point)
    for _ in range(40):
        velocity = 4 / 9 * velocity - gradient / 9
        point = point + velocity
        gradient = slope(point)
    return point


@wrong("the rate decays so fast that the descent stops on the way", named="crawling")
def decaying_rate(slope, start):
    point, rate = start.copy(), 0.07
    for _ in range(40):
        point = point - rate * slope(point)
        rate = rate * 0.9
    return point


@wrong("Adam with its default rate, which goes 0.04 at most", named="crawling")
def adam(slope, start):
    point = keras.Variable(start, dtype="float64")
    optimizer = keras.optimizers.Adam()
    for _ in range(40):
        gradient = tf.constant(slope(point.numpy()), dtype=tf.float64)
        optimizer.apply_gradients([(gradient, point)])
    return point.numpy()


@wrong("two mistakes: Newton's step with the wrong sign, and a column of shape (2, 1)")
def uphill_column(slope, start):
    gradient = slope(start).reshape(2, 1)
    columns = [slope(start + step).reshape(2, 1) - gradient for step in np.eye(2)]
    return start.reshape(2, 1) + np.linalg.solve(np.hstack(columns), gradient)


@wrong("a rate of 1 / curvature for four curvatures only, wild at any other", named="fitted to two curvatures")
def four_curvatures_only(slope, start):
    point = start
    for curvature in [25, 16, 2, 1]:
        point = point - slope(point) / curvature
    return point


@wrong("Newton's point as a column of shape (2, 1)")
def column(slope, start):
    return newton.function(slope, start).reshape(2, 1)
