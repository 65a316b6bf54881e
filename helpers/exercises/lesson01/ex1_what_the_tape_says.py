"""01.1 What will the tape say?"""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "What will the tape say?"
TASK = """A Variable and a calculation:

```python
w = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = w * w + tf.stop_gradient(w) * w
```

`tf.stop_gradient(w)` has the value of `w`, 3, and hides from the tape where it came from: to the tape it is a fixed
number. What does `tape.gradient(y, w)` give? Work it out on paper and let `what_the_tape_says` return the number
(an int, a float or a scalar tensor)."""
HINTS = (
    "`tf.stop_gradient(w)` still has the value 3. What is gone is only the tape's knowledge of where that 3 came from.",
    "So to the tape, `y` looks like w² + 3 · w.",
    "The slope of w² + 3 · w is 2 · w + 3. Now put in w = 3.",
)


def what_the_tape_says():
    """Return the slope that the tape reports, a number."""
    return 9.0


NOTE = (
    "Neither 6 nor 9 nor 12 would raise an error. A gradient with a part missing looks like any other number, "
    "which is why a finite difference is worth the trouble: it gives 12 here, and so shows that something is held "
    "still."
)
EXPLANATION = (
    "To the tape, the held factor is the number 3, so it differentiates w² + 3 · w and finds 2 · w + 3 "
    "= 9. Without `stop_gradient` the answer would be 4 · w = 12."
)


# Other right answers


def from_the_tape():
    w = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = w * w + tf.stop_gradient(w) * w
    return tape.gradient(y, w)


# Mistakes


@mistake(
    "nothing held still",
    "This is the slope of w² + w², as if `stop_gradient` were not there. The factor inside it "
    "keeps its value, 3, but counts as a fixed number: it must not be differentiated.",
)
def nothing_held_still():
    return 12.0


@mistake(
    "the whole product held still",
    "This is the slope of the first product alone. `stop_gradient` holds only what stands "
    "inside its parentheses; the second factor of the second product is still the Variable, and it still has a "
    "slope.",
)
def product_left_out():
    return 6.0


@mistake(
    "the value instead of the slope",
    "This is `y` itself. The question is how fast `y` changes when `w` does, not how large it is.",
)
def value_for_slope():
    return 18.0


@mistake(
    "everything held still",
    "A slope of 0 would mean that `y` stays where it is when `w` moves a little. `stop_gradient` holds one factor, "
    "and nothing else: the three other `w` are still the Variable.",
)
def everything_held_still():
    return 0.0


@mistake(
    "a slope and a value",
    "15 is 6 + 9: the slope of the first product, but the value of the second. Of the second product, too, the slope "
    "is wanted: how fast is 3 · w, the 3 being fixed?",
)
def slope_and_value():
    return 15.0


# Probes


def observe(candidate):
    return {"the slope you predict": forms.number(candidate())}


EXERCISE = Exercise(
    id="01.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=what_the_tape_says,
    alternatives=(from_the_tape,),
    mistakes=(
        nothing_held_still,
        product_left_out,
        value_for_slope,
        everything_held_still,
        slope_and_value,
    ),
    observe=observe,
    second=observe,
    note=NOTE,
    explanation=EXPLANATION,
)
