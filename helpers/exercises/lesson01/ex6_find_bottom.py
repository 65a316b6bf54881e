"""01.6 The bottom of a valley in forty questions."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "The bottom of a valley in forty questions"
TASK = """Design a descent of your own. You stand in a valley and cannot see it; all you can do is ask for the slope at
a point. Write `find_bottom(slope, start)`: `slope(point)` returns the gradient there, so no tape is needed, and it may
be called **at most 40 times**. Return the point where you think the bottom is. At most **1 %** of the distance from
`start` to the bottom may be left.

Points and gradients have the shape `(2,)`. `start` and the gradients are float64 arrays; what you return may also be a
list or a tensor. Leave `start` as it is.

The check visits several valleys, all of them quadratic. They differ in where the bottom is, in the direction of the
floor, and in their two curvatures: both lie between 1 and 25, the smaller one along the floor. Some valleys have 1 and
25, and are narrow.

There, plain descent with one rate will not do. The best rate there is, 2 / 26, shrinks the distance to 24 / 26 in each
step, and forty steps leave 4 % of it. What helps is **momentum**, which keeps a part of the last step:

```python
step = momentum * step - rate * slope(point)  # the first step comes after zeros
point = point + step
```

From wall to wall the slopes change their sign, and successive steps cancel; along the floor they agree and add up, as
with a heavy ball. `momentum` lies between 0, which is plain descent, and 1, which never comes to rest. Find a momentum
and a rate that arrive; any other way that arrives is right as well."""
HINTS = (
    "With one rate, the walls allow less than 2 / 25, and that is slow along the floor. Write the loop with momentum, "
    "and make a valley of your own to try it: `lambda point: np.array([1.0, 25.0]) * point`.",
    "If you end far along the floor, keep a larger part of the last step; if you still swing, keep less of it, or take "
    "a smaller rate. With momentum, the rate may be larger than 2 / 25.",
    "Try a momentum of 0.5 with a rate of 0.1. Polyak's formula for the best of both takes the roots of the two "
    "curvatures, 1 and 5: a rate of 4 / (5 + 1)² and a momentum of ((5 − 1) / (5 + 1))².",
)


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


NOTE = (
    "Momentum is Polyak's idea of 1964: a heavy ball that rolls downhill. Training often takes 0.9, which suits "
    "thousands of steps in far narrower valleys; here, 0.5 with a rate of 0.1 is enough."
)
EXPLANATION = (
    "A part of each step stays in the next: across the valley, where the slopes change their signs, such "
    "parts cancel, and along the floor they build up. For curvatures from 1 to 25, Polyak's formula (1964) gives the "
    "rate 4 / (5 + 1)² and the momentum ((5 − 1) / (5 + 1))², and the distance shrinks to about 4 / 6 in each step "
    "instead of 24 / 26."
)


# Other right answers


def bottom_by_optimizer(slope, start):
    point = tf.Variable(start, dtype="float32")
    optimizer = keras.optimizers.SGD(learning_rate=0.1, momentum=0.5)
    for _ in range(35):
        optimizer.apply_gradients([(tf.constant(slope(point), "float32"), point)])
    return point


def bottom_by_newton(slope, start):
    here = slope(start)
    bends = [slope(start + nudge) - here for nudge in np.eye(2)]
    return list(start - np.linalg.solve(np.transpose(bends), here))


def bottom_by_many_rates(slope, start):
    # the rates of a Chebyshev polynomial: each is right for another curvature between 1 and 25
    curvatures = 13 + 12 * np.cos(np.pi * (np.arange(20) + 0.5) / 20)
    point = start
    for curvature in curvatures:
        point = point - slope(point) / curvature
    return tf.constant(point)


def bottom_by_last_change(slope, start):
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


# Mistakes


@mistake(
    "thrown out of the valley",
    "You end farther away than you started. Usually the rate is too large for the walls, where a "
    "plain step must stay below 2 / 25, or the steps lead uphill: a step down has a minus before the slope.",
)
def rate_for_the_floor(slope, start):
    point = start
    for _ in range(35):
        point = point - 0.3 * slope(point)
    return point


@mistake(
    "crawling",
    "You come nearer with every step, and forty are too few: most of what is left lies along the floor. Often the rate "
    "is small because of the walls, and with it the steps along the floor: let steps that agree with each other build "
    "up, or keep a larger part of the last step. A rate that shrinks as you go, or an optimizer like Adam, which goes "
    "about its learning rate in each step, also stops short.",
)
def rate_for_the_walls(slope, start):
    point = start
    for _ in range(35):
        point = point - 0.04 * slope(point)
    return point


@mistake(
    "swinging from wall to wall",
    "You cross the floor and land on the other wall, back and forth, and the swings do not die "
    "down "
    "fast enough. With one rate for all steps, a smaller one ends the swings and then crawls along the floor. "
    "With momentum, keep less of the last step.",
)
def rate_between(slope, start):
    point = start
    for _ in range(35):
        point = point - 2 / 26 * slope(point)
    return point


@mistake(
    "rolling past the bottom",
    "Along the floor you have passed the bottom, and you are not at rest there. If a part of the "
    "last step is kept, it is too large a part: with a momentum of 0.9, swings shrink by √0.9 a step, "
    "which is a factor of 0.12 in forty steps, whatever the rate. If not, the last steps are too long: they "
    "must "
    "become smaller as the slope does.",
)
def too_much_momentum(slope, start):
    point, step = start, np.zeros(2)
    for _ in range(35):
        step = 0.9 * step - 0.04 * slope(point)
        point = point + step
    return point


@mistake(
    "too many questions",
    "You find the bottom, but with more than forty questions about a valley. Count every call of "
    "`slope`, also one in the condition of a `while`. If none can be spared, each step must get more out of "
    "its question: use what the questions before have told.",
)
def until_it_stands_still(slope, start):
    point = start
    while np.linalg.norm(slope(point)) > 1e-6:
        point = point - 0.05 * slope(point)
    return point


@mistake(
    "all questions about one point",
    "`slope` was only ever asked about one point, and the answer to that is always the same. After "
    "a step, ask about the point where you are now.",
)
def always_from_the_start(slope, start):
    point = start
    for _ in range(35):
        point = point - 0.01 * slope(start)
    return point


@mistake(
    "no question asked",
    "There is a valley in which `slope` was never called, and then nothing can be known about it. "
    "The bottom is somewhere else in each.",
)
def without_questions(slope, start):
    return np.zeros(2)


@mistake(
    "a valley along the axes",
    "Where the floor runs along an axis you arrive, where it runs at an angle you do not. Often each coordinate is "
    "treated on its own, with a rate of its own for instance: in a slanting valley, both coordinates feel both "
    "curvatures. Treat the point as a whole.",
)
def rate_for_each_coordinate(slope, start):
    point = start
    for _ in range(10):
        point = point - np.array([1.0, 1 / 25]) * slope(point)
    return point


@mistake(
    "fitted to two curvatures",
    "Where the curvatures are 1 and 25 you arrive, in a valley with others you do not. Often the cause is a rate of "
    "1 / curvature: it is perfect for one curvature, and may throw you out at another. Use only the limits, or measure "
    "the curvatures.",
)
def two_curvatures_only(slope, start):
    point = start - slope(start) / 25
    return point - slope(point)


# Probes


@dataclass(frozen=True)
class Valley:
    """A quadratic valley: where its bottom is, which way its floor runs, its curvatures along and across the floor."""

    bottom: tuple
    floor: tuple
    curvatures: tuple
    start: tuple  # from the bottom, along and across the floor

    def axes(self):
        along = np.array(self.floor) / np.hypot(*self.floor)
        return np.array([along, [-along[1], along[0]]])

    def visit(self, candidate):
        """Return the points asked about and what came back, a point or words on its form."""
        axes, asked = self.axes(), []

        def slope(point):
            asked.append(as_point(point))
            return (np.array(self.curvatures) * (axes @ (asked[-1] - self.bottom))) @ axes

        slope.__qualname__ = "slope"  # the name in Python's message if it is called in another way
        found = candidate(slope, self.bottom + np.array(self.start) @ axes)
        point = forms.numbers(found)
        return asked, point if np.shape(point) == (2,) else forms.in_words(found)

    def places(self, points):
        """Return points along and across the floor, the bottom at (0, 0), as shares of the start's distance."""
        return (np.array(points) - self.bottom) @ self.axes().T / np.hypot(*self.start)


def as_point(value):
    """Return a point as a new array; raise a ValueError that says what is wrong if it is none."""
    point = np.array(value, "float64")
    if point.shape != (2,):
        raise ValueError(f"a point has the shape (2,), this has the shape {point.shape}")
    return point


def how_it_ends(places):
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


def observe_valleys(candidate, straight, slanting, *others):
    valleys = [straight, slanting, *others]
    visits = [valley.visit(candidate) for valley in valleys]
    for _, found in visits:
        if isinstance(found, str):
            return {"what comes back": found}
    walks = [valley.places([*asked, point]) for valley, (asked, point) in zip(valleys, visits)]
    ends = [how_it_ends(walk) for walk in walks]
    end, missed = ends[0], [end != "at the bottom" for end in ends]
    if min(len(walk) for walk in walks) == 1:
        end = "anywhere: nothing was asked"
    elif not missed[0] and missed[1]:
        end = "at the bottom if the floor runs along an axis, else not"
    elif not missed[0] and any(missed):
        end = "at the bottom if the curvatures are 1 and 25, else not"
    return {
        "what comes back": "a point, of shape (2,)",
        "most questions about a valley": max(len(walk) for walk in walks) - 1,
        "largest distance left, as a share of the start's": np.max([np.linalg.norm(walk[-1]) for walk in walks]),
        "in the end, the point is": end,
    }


def observe(candidate):
    return observe_valleys(
        candidate,
        Valley((3.0, -1.0), (1.0, 0.0), (1.0, 25.0), (4.0, 2.0)),
        Valley((-2.0, 5.0), (3.0, 4.0), (1.0, 25.0), (-3.0, 2.5)),
        Valley((0.5, -4.0), (12.0, -5.0), (2.0, 16.0), (1.5, -3.0)),
        Valley((1.0, 2.5), (-1.0, 3.0), (1.0, 6.5), (2.0, 3.0)),
        Valley((-4.0, -0.5), (2.0, 1.0), (20.0, 25.0), (-2.0, -1.0)),
    )


def second(candidate):
    return observe_valleys(
        candidate,
        Valley((-1.0, 2.0), (1.0, 0.0), (1.0, 25.0), (-2.0, 3.0)),
        Valley((4.0, 0.5), (-1.0, 2.0), (1.0, 25.0), (5.0, 3.0)),
        Valley((2.0, 2.5), (1.0, 1.0), (1.5, 18.0), (-2.0, -2.0)),
        Valley((0.0, -3.0), (5.0, -1.0), (1.0, 8.0), (1.0, 2.0)),
        Valley((2.0, 6.0), (-3.0, -1.0), (16.0, 25.0), (1.5, -2.5)),
    )


EXERCISE = Exercise(
    id="01.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=find_bottom,
    alternatives=(bottom_by_optimizer, bottom_by_newton, bottom_by_many_rates, bottom_by_last_change),
    mistakes=(
        rate_for_the_floor,
        rate_for_the_walls,
        rate_between,
        too_much_momentum,
        until_it_stands_still,
        always_from_the_start,
        without_questions,
        rate_for_each_coordinate,
        two_curvatures_only,
    ),
    observe=observe,
    second=second,
    target={
        "most questions about a valley": (None, 40),
        "largest distance left, as a share of the start's": (None, 0.01),
    },
    note=NOTE,
    explanation=EXPLANATION,
)
