"""Exercises of lesson 01: slopes by differences and by tape, gradient descent, division for our own tape, a valley."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.checker import Exercise, Misconception


def _number(value):
    """Return a slope as a float, or None if there is none."""
    return None if value is None else float(value)


# 01.1 What the tape will say


def what_the_tape_says():
    """Return the slope that the tape reports, a number."""
    return 9.0


def _from_the_tape():
    w = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = w * w + tf.stop_gradient(w) * w
    return tape.gradient(y, w)


def _nothing_held_still():
    return 12.0


def _product_left_out():
    return 6.0


def _value_for_slope():
    return 18.0


def _observe_prediction(candidate):
    return {"the slope you predict": float(candidate())}


PREDICTION = Exercise(
    id="01.1",
    title="What will the tape say?",
    task="""A Variable and a calculation:

```python
w = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = w * w + tf.stop_gradient(w) * w
```

What does `tape.gradient(y, w)` give? Work it out on paper and let `what_the_tape_says` return the number.""",
    hints=(
        "`tf.stop_gradient(w)` still has the value 3. What is gone is only the tape's knowledge of where that 3 came "
        "from.",
        "So to the tape, `y` looks like w² + 3 · w.",
        "The slope of w² + 3 · w is 2 · w + 3. Now put in w = 3.",
    ),
    reference=what_the_tape_says,
    alternatives=(_from_the_tape,),
    misconceptions=(
        Misconception(
            name="nothing held still",
            explanation="This is the slope of w² + w², as if `stop_gradient` were not there. The factor inside it "
            "keeps its value, 3, but counts as a fixed number: it must not be differentiated.",
            wrong=_nothing_held_still,
        ),
        Misconception(
            name="the whole product held still",
            explanation="This is the slope of the first product alone. `stop_gradient` holds only what stands "
            "inside its parentheses; the second factor of the second product is still the Variable, and it still has a "
            "slope.",
            wrong=_product_left_out,
        ),
        Misconception(
            name="the value instead of the slope",
            explanation="This is `y` itself. The question is how fast `y` changes when `w` does, not how large it is.",
            wrong=_value_for_slope,
        ),
    ),
    observe=_observe_prediction,
    second=_observe_prediction,
    note="Neither 6 nor 9 nor 12 would raise an error. A gradient with a part missing looks like any other number, "
    "which is why a finite difference is worth the trouble: it gives 12 here, and so shows that something is held "
    "still.",
    explanation="To the tape, the held factor is the number 3, so it differentiates w² + 3 · w and finds 2 · w + 3 "
    "= 9. Without `stop_gradient` the answer would be 4 · w = 12.",
)


# 01.2 A derivative by central differences


def numerical_gradient(function, point, h):
    """Return the slope of a function along each coordinate of a point, by central differences.

    Args:
        function: takes an array of shape (n,) and returns a number.
        point: a float64 array of shape (n,). It is left as it is.
        h: how far to go from the point, to either side.

    Returns:
        A float64 array of shape (n,).
    """
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        # a nudge of one coordinate only: a partial derivative holds the others still
        nudge = np.zeros_like(point)
        nudge[i] = h
        slopes[i] = (function(point + nudge) - function(point - nudge)) / (2 * h)
    return slopes


def _difference_by_rows(function, point, h):
    nudges = h * np.eye(len(point))
    return np.array([function(point + nudge) - function(point - nudge) for nudge in nudges]) / (2 * h)


def _difference_on_copies(function, point, h):
    slopes = []
    for i in range(len(point)):
        ahead, behind = point.copy(), point.copy()
        ahead[i], behind[i] = point[i] + h, point[i] - h
        slopes.append((function(ahead) - function(behind)) / h / 2)
    return slopes


def _one_sided(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        nudge = np.zeros_like(point)
        nudge[i] = h
        slopes[i] = (function(point + nudge) - function(point)) / h
    return slopes


def _run_too_short(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        nudge = np.zeros_like(point)
        nudge[i] = h
        slopes[i] = (function(point + nudge) - function(point - nudge)) / h
    return slopes


def _all_at_once(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        slopes[i] = (function(point + h) - function(point - h)) / (2 * h)
    return slopes


def _two_names_for_one_array(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        ahead, behind = point, point
        ahead[i] += h
        behind[i] -= h
        slopes[i] = (function(ahead) - function(behind)) / (2 * h)
    return slopes


def _nudges_pile_up(function, point, h):
    slopes = np.zeros_like(point)
    nudge = np.zeros_like(point)
    for i in range(len(point)):
        nudge[i] = h
        slopes[i] = (function(point + nudge) - function(point - nudge)) / (2 * h)
    return slopes


def _times_h(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        nudge = np.zeros_like(point)
        nudge[i] = h
        slopes[i] = (function(point + nudge) - function(point - nudge)) / 2 * h
    return slopes


def _not_put_back(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        point[i] += h
        ahead = function(point)
        point[i] -= 2 * h
        slopes[i] = (ahead - function(point)) / (2 * h)
    return slopes


def _observe_differences(candidate):
    start, called_at = np.array([1.5, 2.0, -0.5]), []

    def saddle(p):
        called_at.append(np.abs(p - start).max())
        return float(p[0] ** 3 * p[1] + 5 * p[2] ** 2 - p[1])

    def steep(p):
        return float(np.exp(2 * p[0]))

    point = start.copy()
    wide = candidate(saddle, point, 0.5)
    return {
        "x³y + 5z² − y at (1.5, 2, −0.5), with h = 0.5: slopes": np.array(wide, "float64"),
        "exp(2x) at 0, with h = 0.01: slopes": np.array(candidate(steep, np.array([0.0]), 0.01), "float64"),
        "farthest step from the point, with h = 0.5": float(max(called_at, default=-1)),
        "largest change of the point itself": float(np.abs(point - start).max()),
    }


def _observe_differences_again(candidate):
    def waves(p):
        return float(np.sin(3 * p[0]) * p[1] + p[1] ** 3 * p[3] - np.cos(p[2]))

    point = np.array([0.3, -1.2, 2.0, 0.7])
    return {
        "slopes, h = 0.2": np.array(candidate(waves, point, 0.2), "float64"),
        "slopes, h = 0.03": np.array(candidate(waves, point, 0.03), "float64"),
        "point": point,
    }


DIFFERENCES = Exercise(
    id="01.2",
    title="A gradient without a tape",
    task="""Write `numerical_gradient(function, point, h)`: the slopes of a function of several numbers, by **central
differences**. For each coordinate, go `h` ahead and `h` back along it, hold the others still, and divide the rise by
the
run. `point` is a float64 array of shape `(n,)`, and so is the answer; `point` itself must not be changed.

With this function you can check any gradient in this course.""",
    hints=(
        "Of one number, this is `slope` from the lesson. Here it is needed once for each coordinate.",
        "Make an array `nudge` that is 0 everywhere and `h` at position `i`. What are `point + nudge` and `point - "
        "nudge`?",
        "The two points are `2 * h` apart. Write the slope into an array of zeros at position `i`, and start the "
        "next coordinate with a new `nudge`.",
    ),
    reference=numerical_gradient,
    alternatives=(_difference_by_rows, _difference_on_copies),
    misconceptions=(
        Misconception(
            name="one-sided difference",
            explanation="Your slopes are those from the point to one side of it. Where the function bends, they "
            "miss by about h times half the curvature; measure from one side of the point to the other, and the "
            "bends cancel.",
            wrong=_one_sided,
        ),
        Misconception(
            name="the run is 2h",
            explanation="Every slope is twice what it should be. From h behind the point to h ahead of it, the "
            "distance is not h.",
            wrong=_run_too_short,
        ),
        Misconception(
            name="divided by 2 and multiplied by h",
            explanation="Your slopes shrink with h, almost to nothing where h is small. Python goes from left to "
            "right: "
            "`rise / 2 * h` is half the rise, times h. The run, 2h, needs parentheses of its own.",
            wrong=_times_h,
        ),
        Misconception(
            name="all coordinates nudged at once",
            explanation="All slopes of a point are the same number, about their sum. Adding `h` to an array adds it "
            "to every coordinate; nudge one and hold the others still.",
            wrong=_all_at_once,
        ),
        Misconception(
            name="nothing is nudged",
            explanation="Every slope is 0, because the function was only ever called at the point itself. A common "
            "cause: `ahead = point` makes no second array, only a second name, so a step back on one undoes the "
            "step ahead on the other. Take a copy, or add a nudge, which makes a new array.",
            wrong=_two_names_for_one_array,
        ),
        Misconception(
            name="nudges pile up",
            explanation="The first slope is right, and each later one contains those before it. The nudge of one "
            "coordinate is still there when the next one is nudged; begin each coordinate with zeros.",
            wrong=_nudges_pile_up,
        ),
        Misconception(
            name="the point is not put back",
            explanation="The first slope is right; the later ones belong to another point, and the caller's point has "
            "moved. `point[i] += h` changes the array that was handed in: nudge a copy, or add a nudge, which makes a "
            "new array.",
            wrong=_not_put_back,
        ),
    ),
    observe=_observe_differences,
    second=_observe_differences_again,
    note="The error of a central difference shrinks with h², that of a one-sided one only with h: at h = 0.01 that "
    "is the difference between four good digits and two.",
    explanation="Each coordinate gets a nudge of its own while the others stay still, which is what a partial "
    "derivative means. Adding a nudge makes a new array, so the caller's point is never touched.",
)


# 01.3 Slopes along plain numbers


def slopes_by_tape(function, numbers):
    """Return the slope of `function(*numbers)` along each of the numbers, by tape.

    Args:
        function: made of TensorFlow operations on n scalars; returns a scalar tensor.
        numbers: a list of n Python numbers, int or float.

    Returns:
        A list of n float32 scalars, 0 for a number that the function does not use.
    """
    # float: a whole number cannot change a little, so it has no slope
    variables = [tf.Variable(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables, unconnected_gradients="zero")


def _slopes_with_gaps(function, numbers):
    variables = ...  # what can the tape follow, and which type must it have?
    with tf.GradientTape() as tape:
        result = function(*variables)
    return ...


def _slopes_of_watched_constants(function, numbers):
    constants = [tf.constant(number, "float32") for number in numbers]
    with tf.GradientTape() as tape:
        tape.watch(constants)
        result = function(*constants)
    return [0.0 if slope is None else slope for slope in tape.gradient(result, constants)]


def _slopes_of_a_vector(function, numbers):
    vector = tf.Variable(numbers, dtype="float32")
    with tf.GradientTape() as tape:
        result = function(*tf.unstack(vector))
    return tape.gradient(result, vector, unconnected_gradients="zero").numpy()


def _constants(function, numbers):
    constants = [tf.constant(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*constants)
    return tape.gradient(result, constants)


def _constants_zero(function, numbers):
    constants = [tf.constant(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*constants)
    return tape.gradient(result, constants, unconnected_gradients="zero")


def _whole_numbers(function, numbers):
    variables = [tf.Variable(number) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables)


def _whole_numbers_zero(function, numbers):
    variables = [tf.Variable(number) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables, unconnected_gradients="zero")


def _unused_is_none(function, numbers):
    variables = [tf.Variable(float(number)) for number in numbers]
    with tf.GradientTape() as tape:
        result = function(*variables)
    return tape.gradient(result, variables)


def _observe_slopes(candidate):
    whole = list(candidate(lambda x, y: x * x * y, [3, 2]))
    broken = list(candidate(lambda x, y: x + x * tf.tanh(y), [1.5, 0.5]))
    unused = list(candidate(lambda x, y: x * x, [2.5, 1.0]))
    return {
        "number of slopes": np.array([len(slopes) for slopes in (whole, broken, unused)]),
        "slope of x + x · tanh(y) at (1.5, 0.5) along x": _number(broken[0]),
        "slope of x + x · tanh(y) at (1.5, 0.5) along y": _number(broken[-1]),
        "slope of x²y at (3, 2) along x": _number(whole[0]),
        "slope of x²y at (3, 2) along y": _number(whole[-1]),
        "slope of x² at x = 2.5 along x": _number(unused[0]),
        "slope of x² at x = 2.5 along y": _number(unused[-1]),
    }


def _observe_slopes_again(candidate):
    return {
        "three floats": np.array(candidate(lambda x, y, z: tf.exp(x) * y - z**3, [0.2, -1.5, 0.8]), "float64"),
        "one int": np.array(candidate(lambda x: x**3 - x, [-2]), "float64"),
        "unused": np.array(candidate(lambda x, y, z: y * y, [1.0, 4.0, 2.0]), "float64"),
        "unused ints": np.array(candidate(lambda x, y: y * y * y, [1, 2]), "float64"),
    }


SLOPES = Exercise(
    id="01.3",
    title="Slopes along plain numbers",
    task="""Fill the two gaps in `slopes_by_tape(function, numbers)`, each marked by `...`. It returns the slope of
`function(*numbers)` along each of the numbers, by tape. The numbers are plain Python numbers, such as `[3, 2]` or
`[1.5, 0.5]`; the answer is a list with one float32 scalar for each, and 0, not `None`, for a number that the function
does
not use.

`function(*numbers)` calls the function with the list's items as its arguments. You may change the lines around the
gaps, too.""",
    hints=(
        "The tape follows Variables, and constants that it was asked to `watch`. It knows nothing about Python "
        "numbers.",
        "Make a Variable from each number. Which type does `tf.Variable(3)` have, and can such a number change a "
        "little?",
        "Use `tf.Variable(float(number))`, call the function inside the `with`, and ask for "
        '`unconnected_gradients="zero"`.',
    ),
    reference=slopes_by_tape,
    starter=_slopes_with_gaps,
    alternatives=(_slopes_of_watched_constants, _slopes_of_a_vector),
    misconceptions=(
        Misconception(
            name="the tape saw nothing",
            explanation="Every slope is `None`. Either the numbers are constants, which a tape follows only if it "
            "is asked to `watch` them before the calculation; or the calculation did not happen inside the `with`.",
            wrong=_constants,
        ),
        Misconception(
            name="zeros that hide a tape that saw nothing",
            explanation="Every slope is 0, even where the function is steep. The tape saw no path from the numbers "
            'to the result, and each `None` became a 0, as `unconnected_gradients="zero"` makes it. Use Variables or '
            "`watch`, and call the function inside the `with`.",
            wrong=_constants_zero,
        ),
        Misconception(
            name="whole numbers have no slope",
            explanation="At (3, 2) the slopes are `None`, at (1.5, 0.5) they are right. A Variable or constant "
            "made from an int holds a whole number, and that cannot change a little. Make it from a float.",
            wrong=_whole_numbers,
        ),
        Misconception(
            name="zeros that hide whole numbers",
            explanation="At (3, 2) the slopes are 0, at (1.5, 0.5) they are right. A Variable or constant made "
            'from an int has no gradient, and a `None` that becomes 0, as with `unconnected_gradients="zero"`, looks '
            "like level ground. Make it from a float.",
            wrong=_whole_numbers_zero,
        ),
        Misconception(
            name="None for an unused number",
            explanation="Only a number that the function does not use gets `None`. To the tape there is no path; "
            "but the result does not change with that number, and that is a slope of 0. `tape.gradient` has an "
            "argument for it.",
            wrong=_unused_is_none,
        ),
    ),
    observe=_observe_slopes,
    second=_observe_slopes_again,
    note='`unconnected_gradients="zero"` is right here, where "not used" is an expected answer. In a training loop '
    "leave it "
    "out: there a `None` is the clearest sign of a mistake that you can get.",
    explanation="Each number becomes a float Variable, so that the tape follows it and it can change a little, and "
    'the function is called inside the `with`. `unconnected_gradients="zero"` gives unused numbers the slope they '
    "have: 0.",
)


# 01.4 Mend gradient descent


def fit_line(w, b, inputs, targets, rate, steps):
    """Fit the line w * inputs + b to the targets by gradient descent on the mean squared error.

    Args:
        w, b: scalar tf.Variables; they are changed in place.
        inputs, targets: float32 tensors of shape (n,).
        rate: the learning rate.
        steps: how many steps to take.

    Returns:
        The loss before each step, a list of `steps` floats.
    """
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            predictions = w * inputs + b
            loss = tf.reduce_mean((predictions - targets) ** 2)
        gradients = tape.gradient(loss, [w, b])
        for variable, gradient in zip([w, b], gradients):
            variable.assign_sub(rate * gradient)
        losses.append(float(loss))
    return losses


def _fit_line_broken(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        predictions = w * inputs + b
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((predictions - targets) ** 2)
        gradients = tape.gradient(loss, [w, b])
        for variable, gradient in zip([w, b], gradients):
            variable = variable - rate * gradient
        losses.append(float(loss))
    return losses


def _fit_line_by_optimizer(w, b, inputs, targets, rate, steps):
    optimizer, losses = keras.optimizers.SGD(learning_rate=rate), []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(targets - (w * inputs + b)))
        optimizer.apply_gradients(zip(tape.gradient(loss, [w, b]), [w, b]))
        losses.append(loss)
    return losses


def _fit_line_by_assign(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape(persistent=True) as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        slope_of_w, slope_of_b = tape.gradient(loss, w), tape.gradient(loss, b)
        w.assign(w - rate * slope_of_w)
        b.assign(b - rate * slope_of_b)
        losses.append(float(loss))
    return losses


def _replaced(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        for variable, gradient in zip([w, b], tape.gradient(loss, [w, b])):
            variable = variable - rate * gradient
        losses.append(float(loss))
    return losses


def _one_forward_pass(w, b, inputs, targets, rate, steps):
    losses = []
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
    gradients = tape.gradient(loss, [w, b])
    for _ in range(steps):
        for variable, gradient in zip([w, b], gradients):
            variable.assign_sub(rate * gradient)
        losses.append(float(loss))
    return losses


def _b_left_out(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        w.assign_sub(rate * tape.gradient(loss, w))
        losses.append(float(loss))
    return losses


def _uphill(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        for variable, gradient in zip([w, b], tape.gradient(loss, [w, b])):
            variable.assign_add(rate * gradient)
        losses.append(float(loss))
    return losses


def _step_for_position(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        for variable, gradient in zip([w, b], tape.gradient(loss, [w, b])):
            variable.assign(-rate * gradient)
        losses.append(float(loss))
    return losses


def _new_variables(w, b, inputs, targets, rate, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * inputs + b - targets) ** 2)
        slope_w, slope_b = tape.gradient(loss, [w, b])
        w, b = tf.Variable(w - rate * slope_w), tf.Variable(b - rate * slope_b)
        losses.append(float(loss))
    return losses


def _line(candidate, start, inputs, targets, rate, steps):
    """Return the losses and where a new pair of variables ends, (w, b)."""
    w, b = (tf.Variable(value) for value in start)
    losses = candidate(w, b, tf.constant(inputs), tf.constant(targets), rate, steps)
    return np.array(losses, "float64"), np.array([float(w), float(b)])


def _observe_fit(candidate):
    inputs, targets = [0.0, 1.0, 2.0, 4.0], [1.5, 2.0, 6.0, 8.0]
    _, one = _line(candidate, (0.5, -1.0), inputs, targets, 0.05, 1)
    losses, three = _line(candidate, (0.5, -1.0), inputs, targets, 0.05, 3)
    _, single = _line(candidate, (1.0, 2.0), [3.0], [1.0], 0.02, 2)
    return {
        "after one step from (0.5, −1): (w, b)": one,
        "after three steps: (w, b)": three,
        "before each of the three steps: losses": losses,
        "after two steps on a single point, from (1, 2): (w, b)": single,
    }


def _observe_fit_again(candidate):
    losses, ends = _line(candidate, (-2.0, 0.3), [-1.0, 0.5, 3.0], [2.0, 0.0, -1.0], 0.1, 5)
    few_losses, few_ends = _line(candidate, (0.0, 0.0), [1.0, 2.0], [1.0, -3.0], 0.03, 2)
    return {"losses": losses, "ends": ends, "few losses": few_losses, "few ends": few_ends}


MENDED_DESCENT = Exercise(
    id="01.4",
    title="Mend gradient descent",
    task="""This loop is meant to fit a line, `w * inputs + b`, by gradient descent. It contains **two** mistakes
from the
lesson. Run it on a few points, read the last line of the error, mend the loop, and check it. Three points will do:

```python
inputs, targets = tf.constant([0.0, 1.0, 2.0]), tf.constant([1.0, 3.0, 5.0])
fit_line(tf.Variable(0.0), tf.Variable(0.0), inputs, targets, rate=0.1, steps=5)
```

`w` and `b` are scalar `tf.Variable`s, to be changed in place. `inputs` and `targets` are float32 tensors of shape
`(n,)`.
The answer is the loss before each step, a list of floats.""",
    hints=(
        "`NoneType` in the error means a missing gradient: something between the variables and the loss was "
        "computed where the tape could not see it.",
        "Once there are gradients, look at `w` after the loop. Has it moved? What does `variable = …` do to the "
        "Variable that had this name?",
        "The line with `predictions` belongs inside the `with`. And a Variable has a method that subtracts from it in "
        "place.",
    ),
    starter=_fit_line_broken,
    reference=fit_line,
    alternatives=(_fit_line_by_optimizer, _fit_line_by_assign),
    misconceptions=(
        Misconception(
            name="the variables are never changed",
            explanation="`w` and `b` end where they started, and the loss never moves. If there are gradients, look "
            "at the update: `variable = variable - …` makes a new number and gives it the name; the Variable is left "
            "as "
            "it was. Change it in place.",
            wrong=_replaced,
        ),
        Misconception(
            name="new variables in place of the old",
            explanation="The losses are right, but the caller's `w` and `b` end where they started: others were moved "
            "instead. `w = tf.Variable(…)` makes a new Variable; change the one that was handed in.",
            wrong=_new_variables,
        ),
        Misconception(
            name="one forward pass for all steps",
            explanation="Every step is the same as the first, and the loss is the same number each time. "
            "Prediction, loss and gradients belong to one position of `w` and `b`; after a step they must be "
            "computed anew, inside the loop.",
            wrong=_one_forward_pass,
        ),
        Misconception(
            name="b left out",
            explanation="`w` moves and `b` stays where it was, so the loss falls and then stays too high. Use the "
            "same list of variables for the gradients and for the update.",
            wrong=_b_left_out,
        ),
        Misconception(
            name="uphill",
            explanation="The loss grows with every step. The gradient points to where the loss rises fastest, so a "
            "step down is minus rate times gradient.",
            wrong=_uphill,
        ),
        Misconception(
            name="the step in place of the position",
            explanation="After each step, `w` and `b` hold only the step itself. `assign` forgets the old value; "
            "what you want is the old value minus the step.",
            wrong=_step_for_position,
        ),
    ),
    observe=_observe_fit,
    second=_observe_fit_again,
    note="Of the two mistakes, the first stopped the loop and the second did not. The silent one is the dangerous "
    "one: look once at every variable before and after a step.",
    explanation="The prediction moves inside the `with`, so that the tape sees the whole way from `w` and `b` to "
    "the loss. `assign_sub` changes the Variable itself, where `variable = …` only gave its name to a new number.",
)


# 01.5 Division for our own tape


def divide(a, b, Value, records):
    """Return a / b and put on the tape what sends the gradient back.

    Args:
        a, b: Values; `data` is the number, `gradient` how much the final result changes with it.
        Value: the class of the lesson; `Value(data)` starts with the gradient 0.
        records: the tape, a list of functions without arguments; it will be played backward.

    Returns:
        The quotient, a Value.
    """
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += y.gradient / b.data
        b.gradient -= y.gradient * a.data / b.data**2

    records.append(send_back)
    return y


def _divide_with_slopes(a, b, Value, records):
    result = Value(a.data / b.data)

    def send_back():
        for value, slope in ((a, 1 / b.data), (b, -a.data * b.data**-2)):
            value.gradient += slope * result.gradient

    records.append(send_back)
    return result


def _divide_by_quotient(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        share = y.gradient / b.data
        a.gradient = a.gradient + share
        b.gradient = b.gradient - share * y.data

    records += [send_back]
    return y


def _overwritten(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient = y.gradient / b.data
        b.gradient = -y.gradient * a.data / b.data**2

    records.append(send_back)
    return y


def _chain_cut(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += 1 / b.data
        b.gradient -= a.data / b.data**2

    records.append(send_back)
    return y


def _minus_lost(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += y.gradient / b.data
        b.gradient += y.gradient * a.data / b.data**2

    records.append(send_back)
    return y


def _read_too_early(a, b, Value, records):
    y = Value(a.data / b.data)
    gradient = y.gradient

    def send_back():
        a.gradient += gradient / b.data
        b.gradient -= gradient * a.data / b.data**2

    records.append(send_back)
    return y


def _called_instead_of_recorded(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += y.gradient / b.data
        b.gradient -= y.gradient * a.data / b.data**2

    records.append(send_back())
    return y


def _not_recorded(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += y.gradient / b.data
        b.gradient -= y.gradient * a.data / b.data**2

    return y


def _like_a_product(a, b, Value, records):
    y = Value(a.data / b.data)

    def send_back():
        a.gradient += b.data * y.gradient
        b.gradient += a.data * y.gradient

    records.append(send_back)
    return y


class _Value:
    """A number with a gradient, as in the lesson."""

    def __init__(self, data):
        self.data, self.gradient = data, 0.0


def _multiply(a, b, records):
    y = _Value(a.data * b.data)

    def send_back():
        a.gradient += b.data * y.gradient
        b.gradient += a.data * y.gradient

    records.append(send_back)
    return y


def _play_back(result, records):
    """Play the tape backward, as in the lesson; what is not a function cannot be played."""
    result.gradient = 1.0
    for send_back in reversed(records):
        if callable(send_back):
            send_back()


def _observe_division(candidate):
    records, (a, b) = [], (_Value(3.0), _Value(-2.0))
    quotient = candidate(a, b, _Value, records)
    recorded = records.copy()
    _play_back(quotient, records)

    # each letter is used twice, and what comes back into the first division is not 1
    chain, (c, d) = [], (_Value(6.0), _Value(4.0))
    first = candidate(c, d, _Value, chain)
    second = candidate(_multiply(c, first, chain), d, _Value, chain)
    _play_back(second, chain)
    return {
        "3 / −2": float(quotient.data),
        "something was put on the tape": len(recorded) > 0,
        "all that was put there is functions": all(callable(entry) for entry in recorded),
        "a / b at (3, −2): gradients along (a, b)": np.array([a.gradient, b.gradient], "float64"),
        "c · (c / d) / d at (6, 4): gradients along (c, d)": np.array([c.gradient, d.gradient], "float64"),
    }


def _observe_division_again(candidate):
    alone, records, (a, b) = [], [], (_Value(-1.7), _Value(0.6))
    candidate(a, b, _Value, alone)
    product = _multiply(candidate(b, a, _Value, records), _multiply(a, b, records), records)
    result = candidate(product, candidate(a, b, _Value, records), _Value, records)
    _play_back(result, records)
    measured = {"result": result.data, "a": a.gradient, "b": b.gradient}
    return measured | {"recorded": len(alone) > 0, "functions": all(callable(entry) for entry in alone)}


DIVISION = Exercise(
    id="01.5",
    title="Division for our own tape",
    task="""Our own tape knows `*`, `+`, `-`, `**` and `tanh`. Teach it to divide. Write `divide(a, b, Value,
records)`, with
the pattern of `multiply` from the first step of "What the tape really is": compute the quotient, put a `send_back` on
the
tape, return the quotient as a `Value`.

The class `Value` and the list `records` come as arguments, so that the check can use a tape of its own.""",
    hints=(
        "How much does a / b change per unit of a? And per unit of b? Write a / b as a · b⁻¹ and use the rule for xⁿ.",
        "The slopes are 1 / b and −a / b². Each is multiplied by `y.gradient`, and added to the gradient that is "
        "already there.",
        "`send_back` is a function inside `divide`. `records.append(send_back)` puts it on the tape without calling "
        "it.",
    ),
    reference=divide,
    alternatives=(_divide_with_slopes, _divide_by_quotient),
    misconceptions=(
        Misconception(
            name="the second use overwrites the first",
            explanation="One division alone is right. When a value is used twice, only one of its uses is left in "
            "its gradient. Every use counts: add to the gradient, do not replace it.",
            wrong=_overwritten,
        ),
        Misconception(
            name="the chain is cut",
            explanation="The gradients of a / b are right as long as it is the end of the calculation. When "
            "something follows it, what comes back from there must be passed on: multiply by the gradient of the "
            "quotient.",
            wrong=_chain_cut,
        ),
        Misconception(
            name="the minus is lost",
            explanation="The gradient along the denominator has the wrong sign. A larger denominator makes a "
            "positive quotient smaller: the slope of 1 / b is −1 / b².",
            wrong=_minus_lost,
        ),
        Misconception(
            name="nothing is sent back",
            explanation="All gradients are 0: a function is on the tape, but it adds nothing. If it uses a copy of "
            "the quotient's gradient, taken while recording, that copy is still 0. Read `y.gradient` inside "
            "`send_back`, which runs later, and add to `a.gradient` and `b.gradient` there.",
            wrong=_read_too_early,
        ),
        Misconception(
            name="called instead of recorded",
            explanation="All gradients are 0: something is on the tape, but it is not a function. `send_back()` "
            "runs it now, when nothing has come back yet, and hands over its result, `None`. Without the parentheses "
            "you hand over the function itself.",
            wrong=_called_instead_of_recorded,
        ),
        Misconception(
            name="nothing put on the tape",
            explanation="The quotient is right, all gradients are 0, and the tape is empty. A function that is not "
            "on the tape is never played: append `send_back` to `records`, the list that was handed in.",
            wrong=_not_recorded,
        ),
        Misconception(
            name="the slopes of a product",
            explanation="The value is right, and the gradients are those of a · b. The pattern is that of "
            "`multiply`; the slopes are not.",
            wrong=_like_a_product,
        ),
    ),
    observe=_observe_division,
    second=_observe_division_again,
    note="That is all it takes to extend a tape: a value, and one slope per input. TensorFlow keeps such a function "
    "for each of its operations, and `tf.custom_gradient` lets you bring one of your own.",
    explanation="The slopes of a / b are 1 / b and −a / b²; the chain rule multiplies each by the quotient's own "
    "gradient, which is known only when the tape is played. `+=` and `-=` keep what other uses of the same value "
    "have sent back.",
)


# 01.6 The bottom of a valley in forty questions


def find_bottom(slope, start):
    """Find the bottom of a narrow valley with at most 40 calls of `slope`.

    Args:
        slope: takes a point, an array of shape (2,), and returns the gradient there, a float64 array of shape (2,).
        start: where to begin, a float64 array of shape (2,).

    Returns:
        The point where you think the bottom is, an array of shape (2,).
    """
    # momentum: each step keeps a part of the last one; Polyak's numbers for curvatures from 1 to 25
    rate, momentum = 4 / 36, 16 / 36
    point, step = start, np.zeros(2)
    for _ in range(30):
        step = momentum * step - rate * slope(point)
        point = point + step
    return point


def _bottom_by_optimizer(slope, start):
    point = tf.Variable(start, dtype="float32")
    optimizer = keras.optimizers.SGD(learning_rate=0.1, momentum=0.5)
    for _ in range(35):
        optimizer.apply_gradients([(tf.constant(slope(point), "float32"), point)])
    return point


def _bottom_by_newton(slope, start):
    here = slope(start)
    bends = [slope(start + nudge) - here for nudge in np.eye(2)]
    return list(start - np.linalg.solve(np.transpose(bends), here))


def _bottom_by_many_rates(slope, start):
    # the rates of a Chebyshev polynomial: each is right for another curvature between 1 and 25
    curvatures = 13 + 12 * np.cos(np.pi * (np.arange(20) + 0.5) / 20)
    for curvature in curvatures:
        start -= slope(start) / curvature
    return tf.constant(start)


def _bottom_by_last_change(slope, start):
    # the rate of Barzilai and Borwein, from how the slope has changed over the last step
    last, before = start, slope(start)
    point = start - before / 25
    for _ in range(30):
        here = slope(point)
        moved, change = point - last, here - before
        if not np.any(change):
            break
        last, before, point = point, here, point - (moved @ moved) / (moved @ change) * here
    return tuple(point)


def _rate_for_the_floor(slope, start):
    point = start
    for _ in range(35):
        point = point - 0.3 * slope(point)
    return point


def _rate_for_the_walls(slope, start):
    point = start
    for _ in range(35):
        point = point - 0.04 * slope(point)
    return point


def _rate_between(slope, start):
    point = start
    for _ in range(35):
        point = point - 2 / 26 * slope(point)
    return point


def _too_much_momentum(slope, start):
    point, step = start, np.zeros(2)
    for _ in range(35):
        step = 0.9 * step - 0.04 * slope(point)
        point = point + step
    return point


def _until_it_stands_still(slope, start):
    point = start
    while np.linalg.norm(slope(point)) > 1e-6:
        point = point - 0.05 * slope(point)
    return point


def _always_from_the_start(slope, start):
    point = start
    for _ in range(35):
        point = point - 0.01 * slope(start)
    return point


def _without_questions(slope, start):
    return np.zeros(2)


def _rate_for_each_coordinate(slope, start):
    point = start
    for _ in range(10):
        point = point - np.array([1.0, 1 / 25]) * slope(point)
    return point


def _two_curvatures_only(slope, start):
    point = start - slope(start) / 25
    return point - slope(point)


@dataclass(frozen=True)
class _Valley:
    """A quadratic valley: where its bottom is, which way its floor runs, its curvatures along and across the floor."""

    bottom: tuple
    floor: tuple
    curvatures: tuple
    start: tuple  # from the bottom, along and across the floor

    def axes(self):
        along = np.array(self.floor) / np.hypot(*self.floor)
        return np.array([along, [-along[1], along[0]]])

    def visit(self, candidate):
        """Return the points asked about and last the one returned, along and across, as shares of the start's "
        "distance."""
        axes, asked = self.axes(), []

        def slope(point):
            asked.append(_as_point(point))
            return (np.array(self.curvatures) * (axes @ (asked[-1] - self.bottom))) @ axes

        slope.__qualname__ = "slope"  # the name in Python's message if it is called in another way
        answer = _as_point(candidate(slope, self.bottom + np.array(self.start) @ axes))
        return (np.array([*asked, answer]) - self.bottom) @ axes.T / np.hypot(*self.start)


def _as_point(value):
    """Return a point as a new array; raise a ValueError that says what is wrong if it is none."""
    point = np.array(value, "float64")
    if point.shape != (2,):
        raise ValueError(f"a point has the shape (2,), this has the shape {point.shape}")
    return point


def _how_it_ends(places):
    """Return in words where a walk has ended; `places` are along and across the floor, the bottom at (0, 0)."""
    left, distances = np.linalg.norm(places[-1]), np.linalg.norm(places, axis=1)[-11:]
    if left <= 0.01:
        return "at the bottom"
    if len(places) == 1:
        return "not at the bottom"
    if len(np.unique(places[:-1], axis=0)) == 1:
        return "not at the bottom: all questions were about one point"
    if distances[-2] <= 0.01:
        return "not at the bottom, but the point of the last question was"
    if not left <= 1:
        return "farther away than the start" if not distances[-2] <= 1 else "not the point of the last question"
    # as shares of the start's own, so that both begin at 1
    along, across = (places / places[0]).T
    if along.min() < -0.01:
        return "not at rest: it has rolled past the bottom along the floor"
    if np.abs(places[-1, 1]) > 0.01 and np.any(across[-11:] * across[-1] < 0):
        return "swinging from wall to wall"
    if np.all(np.diff(distances) < 0) and np.abs(across[-1]) < along[-1]:
        return "still on its way along the floor"
    return "not at the bottom"


def _observe_valleys(candidate, straight, slanting, wide):
    walks = [valley.visit(candidate) for valley in (straight, slanting, wide)]
    ends = [_how_it_ends(walk) for walk in walks]
    end, missed = ends[0], [end != "at the bottom" for end in ends]
    if min(len(walk) for walk in walks) == 1:
        end = "anywhere: nothing was asked"
    elif not missed[0] and missed[1]:
        end = "at the bottom if the floor runs along an axis, else not"
    elif not missed[0] and missed[2]:
        end = "at the bottom if the curvatures are 1 and 25, else not"
    return {
        "most questions about a valley": max(len(walk) for walk in walks) - 1,
        "largest distance left, as a share of the start's": np.max([np.linalg.norm(walk[-1]) for walk in walks]),
        "in the end, the point is": end,
    }


def _observe_three_valleys(candidate):
    return _observe_valleys(
        candidate,
        straight=_Valley((3.0, -1.0), (1.0, 0.0), (1.0, 25.0), (4.0, 2.0)),
        slanting=_Valley((-2.0, 5.0), (3.0, 4.0), (1.0, 25.0), (-3.0, 2.5)),
        wide=_Valley((0.5, -4.0), (12.0, -5.0), (2.0, 16.0), (1.5, -3.0)),
    )


def _observe_three_other_valleys(candidate):
    return _observe_valleys(
        candidate,
        straight=_Valley((-1.0, 2.0), (1.0, 0.0), (1.0, 25.0), (-2.0, 3.0)),
        slanting=_Valley((4.0, 0.5), (-1.0, 2.0), (1.0, 25.0), (5.0, 3.0)),
        wide=_Valley((2.0, 2.5), (1.0, 1.0), (1.5, 18.0), (-2.0, -2.0)),
    )


VALLEY = Exercise(
    id="01.6",
    title="The bottom of a valley in forty questions",
    task="""Design a descent of your own. You stand in a narrow valley and cannot see it; all you can do is ask for the
slope at a point. Write `find_bottom(slope, start)`: `slope(point)` returns the gradient there, so no tape is needed,
and it
may be called **at most 40 times**. Return the point where you think the bottom is. At most **1 %** of the distance from
`start` to the bottom may be left.

Points and gradients have the shape `(2,)`; `start` and the gradients are float64 arrays. The check visits several
valleys,
all of them quadratic. They differ in where the bottom is, in the direction of the floor, and in their curvatures: at
least 1
along the floor, and at most 25 across it.

Plain descent with one rate will not do. The best rate there is, 2 / 26, shrinks the distance to 24 / 26 in each step,
and
forty steps leave 4 % of it. Any way that arrives is right.""",
    hints=(
        "With one rate, the walls allow less than 2 / 25, and that is slow along the floor. What do the last slopes "
        "tell that the present one does not? Across the valley their signs change, along the floor they agree.",
        "Momentum: keep a part of the last step, `step = momentum * step - rate * slope(point)`, and then `point = "
        "point + step`. Across the valley, successive slopes cancel; along the floor they add up.",
        "Try a momentum of 0.5 with a rate of 0.1. Polyak's formula for the best of both takes the roots of the two "
        "curvatures, 1 and 5: a rate of 4 / (5 + 1)² and a momentum of ((5 − 1) / (5 + 1))².",
    ),
    reference=find_bottom,
    alternatives=(_bottom_by_optimizer, _bottom_by_newton, _bottom_by_many_rates, _bottom_by_last_change),
    misconceptions=(
        Misconception(
            name="thrown out of the valley",
            explanation="You end farther away than you started. Usually the rate is too large for the walls, where a "
            "plain step must stay below 2 / 25, or the steps lead uphill: a step down has a minus before the slope.",
            wrong=_rate_for_the_floor,
        ),
        Misconception(
            name="crawling",
            explanation="You come nearer with every step, and forty are too few. Along the floor the slope is small, "
            "so the steps are, too; a larger rate would help there, but the walls do not allow it. Let steps that "
            "agree with each other build up. If they do, keep a larger part of the last step.",
            wrong=_rate_for_the_walls,
        ),
        Misconception(
            name="swinging from wall to wall",
            explanation="You cross the floor and land on the other wall, back and forth, and the swings do not die "
            "down "
            "fast enough. With one rate for all steps, a smaller one ends the swings and then crawls along the floor. "
            "With momentum, keep less of the last step.",
            wrong=_rate_between,
        ),
        Misconception(
            name="rolling past the bottom",
            explanation="Along the floor you have passed the bottom, and you are not at rest there. If a part of the "
            "last step is kept, it is too large a part: with a momentum of 0.9, swings shrink by √0.9 a step, "
            "which is a factor of 0.12 in forty steps, whatever the rate. If not, the last steps are too long: they "
            "must "
            "become smaller as the slope does.",
            wrong=_too_much_momentum,
        ),
        Misconception(
            name="too many questions",
            explanation="You find the bottom, but with more than forty questions about a valley. Count every call of "
            "`slope`, also one in the condition of a `while`. If none can be spared, each step must get more out of "
            "its question: use what the questions before have told.",
            wrong=_until_it_stands_still,
        ),
        Misconception(
            name="all questions about one point",
            explanation="`slope` was only ever asked about one point, and the answer to that is always the same. After "
            "a step, ask about the point where you are now.",
            wrong=_always_from_the_start,
        ),
        Misconception(
            name="no question asked",
            explanation="There is a valley in which `slope` was never called, and then nothing can be known about it. "
            "The bottom is somewhere else in each.",
            wrong=_without_questions,
        ),
        Misconception(
            name="a valley along the axes",
            explanation="Where the floor runs along an axis you arrive, where it runs at an angle you do not. This "
            "comes from treating each coordinate on its own, with a rate of its own for instance: in a slanting "
            "valley, "
            "both coordinates feel both curvatures. Treat the point as a whole.",
            wrong=_rate_for_each_coordinate,
        ),
        Misconception(
            name="fitted to two curvatures",
            explanation="Where the curvatures are 1 and 25 you arrive, where they lie in between you do not. A rate of "
            "1 / curvature is perfect for one curvature, and may throw you out at another. Use only the limits, or "
            "measure the curvatures.",
            wrong=_two_curvatures_only,
        ),
    ),
    observe=_observe_three_valleys,
    second=_observe_three_other_valleys,
    target={
        "most questions about a valley": (None, 40),
        "largest distance left, as a share of the start's": (None, 0.01),
    },
    note="Momentum is Polyak's idea of 1964: a heavy ball that rolls downhill. Training often takes 0.9, which suits "
    "thousands of steps in far narrower valleys; here, 0.5 with a rate of 0.1 is enough.",
    explanation="A part of each step stays in the next: across the valley, where the slopes change their signs, such "
    "parts cancel, and along the floor they build up. For curvatures from 1 to 25, Polyak's formula (1964) gives the "
    "rate 4 / (5 + 1)² and the momentum ((5 − 1) / (5 + 1))², and the distance shrinks to about 4 / 6 in each step "
    "instead of 24 / 26.",
)


EXERCISES = (PREDICTION, DIFFERENCES, SLOPES, MENDED_DESCENT, DIVISION, VALLEY)
