"""01.2 A gradient without a tape."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "A gradient without a tape"
TASK = """Write `numerical_gradient(function, point, h)`: the slopes of a function of several numbers, by **central
differences**. For each coordinate, go `h` ahead and `h` back along it, hold the others still, and divide the rise by
the run. `point` is a float64 array of shape `(n,)`, and so is the answer (an array, not a list). Afterwards, `point`
must be as it was.

With this function you can check any gradient in this course."""
HINTS = (
    "Of one number, this is `slope` from the lesson. Here it is needed once for each coordinate.",
    "Make an array `nudge` that is 0 everywhere and `h` at position `i`. What are `point + nudge` and `point - nudge`?",
    "The two points are `2 * h` apart. Write the slope into an array of zeros at position `i`, and start the "
    "next coordinate with a new `nudge`.",
)


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


NOTE = (
    "The error of a central difference shrinks with h², that of a one-sided one only with h: at h = 0.01 that "
    "is the difference between four good digits and two."
)
EXPLANATION = (
    "Each coordinate gets a nudge of its own while the others stay still, which is what a partial "
    "derivative means. Adding a nudge makes a new array, so the caller's point is never touched."
)


# Other right answers


def difference_by_rows(function, point, h):
    nudges = h * np.eye(len(point))
    return np.array([function(point + nudge) - function(point - nudge) for nudge in nudges]) / (2 * h)


def difference_on_copies(function, point, h):
    slopes = []
    for i in range(len(point)):
        ahead, behind = point.copy(), point.copy()
        ahead[i], behind[i] = point[i] + h, point[i] - h
        slopes.append((function(ahead) - function(behind)) / h / 2)
    return np.array(slopes)


# Mistakes


@mistake(
    "one-sided difference",
    "Your slopes are those from the point to one side of it. Where the function bends, they "
    "miss by about h times half the curvature; measure from one side of the point to the other, and the "
    "bends cancel.",
)
def one_sided(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        nudge = np.zeros_like(point)
        nudge[i] = h
        slopes[i] = (function(point + nudge) - function(point)) / h
    return slopes


@mistake(
    "one-sided difference, backward",
    "Your slopes are those from a step behind the point to the point itself. Where the function bends, they miss by "
    "about h times half the curvature; go on to a step ahead of the point, and the bends cancel.",
)
def one_sided_backward(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        nudge = np.zeros_like(point)
        nudge[i] = h
        slopes[i] = (function(point) - function(point - nudge)) / h
    return slopes


@mistake(
    "half a step to either side",
    "Your slopes are central differences, but with half the step: the farthest you go from the point is h / 2. Go `h` "
    "ahead and `h` back; the run is then 2h.",
)
def half_steps(function, point, h):
    return numerical_gradient(function, point, h / 2)


@mistake(
    "back minus ahead",
    "Every slope has the wrong sign. The rise is the value ahead minus the value behind, not the other way round.",
)
def back_minus_ahead(function, point, h):
    return -numerical_gradient(function, point, h)


@mistake(
    "the run is 2h",
    "Every slope is twice what it should be. From h behind the point to h ahead of it, the distance is not h.",
)
def run_too_short(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        nudge = np.zeros_like(point)
        nudge[i] = h
        slopes[i] = (function(point + nudge) - function(point - nudge)) / h
    return slopes


@mistake(
    "divided by 2 and multiplied by h",
    "Your slopes shrink with h, almost to nothing where h is small. Python goes from left to "
    "right: "
    "`rise / 2 * h` is half the rise, times h. The run, 2h, needs parentheses of its own.",
)
def times_h(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        nudge = np.zeros_like(point)
        nudge[i] = h
        slopes[i] = (function(point + nudge) - function(point - nudge)) / 2 * h
    return slopes


@mistake(
    "all coordinates nudged at once",
    "All slopes of a point are the same number, about their sum. Adding `h` to an array adds it "
    "to every coordinate; nudge one and hold the others still.",
)
def all_at_once(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        slopes[i] = (function(point + h) - function(point - h)) / (2 * h)
    return slopes


@mistake(
    "nothing is nudged",
    "Every slope is 0, because the function was only ever called at the point itself. A common "
    "cause: `ahead = point` makes no second array, only a second name, so a step back on one undoes the "
    "step ahead on the other. Take a copy, or add a nudge, which makes a new array.",
)
def two_names_for_one_array(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        ahead, behind = point, point
        ahead[i] += h
        behind[i] -= h
        slopes[i] = (function(ahead) - function(behind)) / (2 * h)
    return slopes


@mistake(
    "nudges pile up",
    "The first slope is right, and each later one contains those before it. The nudge of one "
    "coordinate is still there when the next one is nudged; begin each coordinate with zeros.",
)
def nudges_pile_up(function, point, h):
    slopes = np.zeros_like(point)
    nudge = np.zeros_like(point)
    for i in range(len(point)):
        nudge[i] = h
        slopes[i] = (function(point + nudge) - function(point - nudge)) / (2 * h)
    return slopes


@mistake(
    "the point is not put back",
    "The first slope is right; the later ones belong to another point, and the caller's point has "
    "moved. `point[i] += h` changes the array that was handed in: nudge a copy, or add a nudge, which makes a "
    "new array.",
)
def not_put_back(function, point, h):
    slopes = np.zeros_like(point)
    for i in range(len(point)):
        point[i] += h
        ahead = function(point)
        point[i] -= 2 * h
        slopes[i] = (ahead - function(point)) / (2 * h)
    return slopes


# Probes


def saddle(p):
    return float(p[0] ** 3 * p[1] + 5 * p[2] ** 2 - p[1])


def steep(p):
    return float(np.exp(2 * p[0]))


def ripples(p):
    return float(np.sum(np.cos(p)))


def slopes_at(candidate, function, start, h):
    """Return what comes back, the farthest step from the point as a multiple of h, and how far the point moved."""
    point, steps = np.array(start), []

    def watched(p):
        steps.append(np.abs(p - np.array(start)).max() / h)
        return function(p)

    watched.__qualname__ = "function"  # the name in Python's message if it is called in another way
    slopes = candidate(watched, point, h)
    return slopes, max(steps, default=-1.0), np.abs(point - start).max()


def type_of_array(slopes):
    """Return what the words on the form leave open: whether an array is NumPy's, and the dtype, which rounds."""
    if not isinstance(slopes, np.ndarray):
        return {"a NumPy array comes back": False}
    return {"a NumPy array comes back": True, "its dtype": slopes.dtype.name}


def observe(candidate):
    wide, *wide_steps = slopes_at(candidate, saddle, [1.5, 2.0, -0.5], 2.0)
    form = {"what comes back for three numbers": forms.in_words(wide)} | type_of_array(wide)
    if form != {"what comes back for three numbers": "an array of shape (3,)"} | type_of_array(np.zeros(3)):
        return form
    small, *small_steps = slopes_at(candidate, steep, [0.0], 0.01)
    many, *many_steps = slopes_at(candidate, ripples, np.arange(12.0), 1e-4)
    farthest, moved = np.transpose([wide_steps, small_steps, many_steps])
    return form | {
        "x³y + 5z² − y at (1.5, 2, −0.5), with h = 2: slopes": wide,
        "exp(2x) at 0, with h = 0.01: slopes": forms.numbers(small),
        "cos(x₁) + … + cos(x₁₂) at (0, …, 11), with h = 0.0001: slopes": forms.numbers(many),
        "farthest steps from these points, as multiples of h": farthest,
        "largest changes of the points themselves": moved,
    }


def second(candidate):
    def waves(p):
        return float(np.sin(3 * p[0]) * p[1] + p[1] ** 3 * p[3] - np.cos(p[2]))

    start = [0.3, -1.2, 2.0, 0.7]
    wide, *wide_steps = slopes_at(candidate, waves, start, 0.2)
    small, *small_steps = slopes_at(candidate, waves, start, 0.03)
    return {
        **type_of_array(wide),
        "slopes, h = 0.2": forms.numbers(wide),
        "slopes, h = 0.03": forms.numbers(small),
        "steps": np.array([wide_steps, small_steps]),
    }


EXERCISE = Exercise(
    id="01.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=numerical_gradient,
    alternatives=(difference_by_rows, difference_on_copies),
    mistakes=(
        one_sided,
        one_sided_backward,
        half_steps,
        back_minus_ahead,
        run_too_short,
        times_h,
        all_at_once,
        two_names_for_one_array,
        nudges_pile_up,
        not_put_back,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
