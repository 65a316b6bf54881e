"""Answers to 01.2."""

import numpy as np

from answers import right, wrong


@right("the rows of the unit matrix as directions")
def unit_rows(function, point, h):
    slopes = [(function(point + h * row) - function(point - h * row)) / (2 * h) for row in np.eye(len(point))]
    return np.array(slopes, dtype=np.float64)


@right("a mask by np.where picks the coordinate, np.fromiter collects")
def masks(function, point, h):
    places = np.arange(point.size)

    def slope(place):
        shift = np.where(places == place, h, 0.0)
        rise = function(point + shift) - function(point - shift)
        return rise / (h + h)

    return np.fromiter((slope(place) for place in places), dtype=np.float64, count=point.size)


@right("the mean of the forward and the backward difference, which is the central one")
def mean_of_both_sides(function, point, h):
    middle = function(point.copy())
    answer = np.zeros(point.shape, dtype=np.float64)
    for i in range(point.shape[0]):
        ahead = point.copy()
        ahead[i] = ahead[i] + h
        back = point.copy()
        back[i] = back[i] - h
        forward = (function(ahead) - middle) / h
        backward = (middle - function(back)) / h
        answer[i] = (forward + backward) / 2
    return answer


@right("plain lists, made into an array for each call")
def with_lists(function, point, h):
    numbers = point.tolist()
    slopes = []
    for i, number in enumerate(numbers):
        before, after = numbers[:i], numbers[i + 1 :]
        high = function(np.array(before + [number + h] + after, dtype=np.float64))
        low = function(np.array(before + [number - h] + after, dtype=np.float64))
        slopes.append((high - low) / (2 * h))
    return np.array(slopes, dtype="float64")


@right("a copy whose entry is set back from the original after each coordinate")
def copy_set_back(function, point, h):
    moved = np.array(point)
    answer = np.empty_like(point)
    for i in range(len(point)):
        values = []
        for sign in (1, -1):
            moved[i] = point[i] + sign * h
            values.append(float(function(moved.copy())))
        moved[i] = point[i]
        answer[i] = (values[0] - values[1]) / 2 / h
    return answer


@wrong("forward differences in place of central ones", named="one-sided difference")
def forward(function, point, h):
    middle = function(point)
    return np.array([(function(point + h * row) - middle) / h for row in np.eye(len(point))])


@wrong("divides by h, though the two points are 2 h apart", named="the run is 2h")
def divided_by_h(function, point, h):
    answer = np.zeros(len(point))
    for i in range(len(point)):
        step = np.zeros(len(point))
        step[i] = h
        answer[i] = (function(point + step) - function(point - step)) / h
    return answer


@wrong("/ 2 * h multiplies by h, the brackets are missing", named="divided by 2 and multiplied by h")
def brackets_missing(function, point, h):
    answer = np.zeros(len(point))
    for i in range(len(point)):
        step = np.zeros(len(point))
        step[i] = h
        answer[i] = (function(point + step) - function(point - step)) / 2 * h
    return answer


@wrong("moves all coordinates at once and gives each the same slope", named="all coordinates nudged at once")
def all_at_once(function, point, h):
    slope = (function(point + h) - function(point - h)) / (2 * h)
    return np.full(point.shape, slope)


@wrong("the moved copies are never set back, so the coordinates before do not stand still", named="nudges pile up")
def others_not_still(function, point, h):
    ahead, back = point.copy(), point.copy()
    answer = np.zeros_like(point)
    for i in range(len(point)):
        ahead[i] += h
        back[i] -= h
        answer[i] = (function(ahead) - function(back)) / (2 * h)
    return answer


@wrong("ahead = point is no copy: point itself is changed", named="the point is not put back")
def point_changed(function, point, h):
    answer = np.zeros_like(point)
    for i in range(len(point)):
        ahead = point
        ahead[i] += h
        high = function(ahead)
        back = point
        back[i] -= 2 * h
        low = function(back)
        answer[i] = (high - low) / (2 * h)
    return answer


@wrong("two mistakes: goes only h / 2 to either side, and returns a list")
def half_a_step_as_list(function, point, h):
    slopes = []
    for i in range(len(point)):
        step = np.zeros(len(point))
        step[i] = h / 2
        slopes.append((function(point + step) - function(point - step)) / h)
    return slopes


@wrong("goes no farther than 0.1, whatever h says")
def step_capped(function, point, h):
    h = min(h, 0.1)
    return np.array([(function(point + h * row) - function(point - h * row)) / (2 * h) for row in np.eye(len(point))])


@wrong("right slopes in a list")
def as_list(function, point, h):
    return [(function(point + h * row) - function(point - h * row)) / (2 * h) for row in np.eye(len(point))]


@wrong("right slopes in single precision")
def single_precision(function, point, h):
    slopes = [(function(point + h * row) - function(point - h * row)) / (2 * h) for row in np.eye(len(point))]
    return np.array(slopes, dtype="float32")


@wrong("backward differences", named="one-sided difference, backward")
def backward(function, point, h):
    return np.array([(function(point) - function(point - h * row)) / h for row in np.eye(len(point))])


@right("goes there in the point itself, and puts its number back")
def put_back(function, point, h):
    answer = np.empty(len(point))
    for i, number in enumerate(point.copy()):
        point[i] = number + h
        high = function(point)
        point[i] = number - h
        answer[i] = (high - function(point)) / (2 * h)
        point[i] = number
    return answer


@wrong("steps of 0.001 at least, whatever h says")
def step_with_a_floor(function, point, h):
    h = max(h, 1e-3)
    return np.array([(function(point + h * row) - function(point - h * row)) / (2 * h) for row in np.eye(len(point))])
