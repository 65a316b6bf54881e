"""05.3 One leash for all gradients."""

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "One leash for all gradients"
TASK = """
Write `clip(gradients, limit)`. It gets a list of float32 tensors of any shapes, none of them None, and a number above
0. It returns a list of tensors of the same shapes and dtype. If the global norm (the length of all gradients taken
together) is above the limit, all are multiplied by one factor, so that the global norm becomes the limit; otherwise
they stay as they are, up to rounding. Nothing but zeros must stay nothing but zeros.

Leave the list that you get as it is. The check calls your function outside of a graph, so NumPy is allowed. So is
TensorFlow's own function, if you choose the right one; by hand it takes three lines.
"""
HINTS = (
    "The global norm is the square root of the sum of *all* squares, of all tensors together.",
    "The factor is limit / norm, but never more than 1.",
    "`tf.minimum(1.0, limit / norm)` is the factor, and it multiplies every tensor of the list.",
)


def clip(gradients, limit):
    """Return the gradients, shortened by one common factor so that their global norm is at most `limit`.

    Args:
        gradients: a list of float32 tensors of any shapes, one for each variable.
        limit: a number above 0.

    Returns:
        a list of tensors of the same shapes; the gradients as they were if their global norm is not above the limit.
    """
    norm = tf.sqrt(sum(tf.reduce_sum(gradient**2) for gradient in gradients))
    factor = tf.minimum(1.0, limit / norm)
    return [factor * gradient for gradient in gradients]


NOTE = (
    "`tf.clip_by_global_norm` returns the norm as well. It is worth a curve of its own: a norm that suddenly "
    "grows announces trouble before the loss shows it."
)
EXPLANATION = (
    "One factor for all tensors keeps the direction. `tf.minimum` leaves short gradients alone; for zeros, "
    "limit / 0 is infinite, so the factor is 1 and zeros stay zeros."
)


# Other right answers


def clip_by_tensorflow(gradients, limit):
    return tf.clip_by_global_norm(gradients, limit)[0]


def clip_with_if(gradients, limit):
    norm = tf.norm(tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], axis=0))
    if norm <= limit:
        return gradients
    return [gradient * limit / norm for gradient in gradients]


# Mistakes


@mistake(
    "each variable on a leash of its own",
    "Long gradients are shortened and short ones are not, so the whole points in another direction (its cosine "
    "to the gradient is below 1), and it may still be longer than the limit. One factor for all.",
)
def each_by_itself(gradients, limit):
    return [tf.clip_by_norm(gradient, limit) for gradient in gradients]


@mistake(
    "each number is clipped",
    "Every single number is cut off at the limit. That bends the gradient even more: large and huge entries "
    "become equal. What must be limited is the length of the whole, not each number.",
)
def each_number(gradients, limit):
    return [tf.clip_by_value(gradient, -limit, limit) for gradient in gradients]


@mistake(
    "always as long as the limit",
    "Long gradients come out right, but short ones are made longer, and zeros become NaN. Near the minimum, "
    "where gradients get short, training would never come to rest. The factor must not be above 1.",
)
def always_to_the_limit(gradients, limit):
    norm = tf.sqrt(sum(tf.reduce_sum(gradient**2) for gradient in gradients))
    return [limit / norm * gradient for gradient in gradients]


@mistake(
    "short gradients are made longer",
    "Long gradients come out right, but short ones are made as long as the limit. Near the minimum, where gradients "
    "get short, training would never come to rest. The factor must not be above 1.",
)
def stretched_unless_zero(gradients, limit):
    norm = tf.sqrt(sum(tf.reduce_sum(gradient**2) for gradient in gradients))
    return [tf.math.divide_no_nan(limit * gradient, norm) for gradient in gradients]


@mistake(
    "zeros become NaN",
    "All is right but for one case: gradients that are nothing but zeros become NaN, and an optimizer would write that "
    "into every weight. To divide a gradient of zeros by its norm is 0 / 0. First take the smaller of 1 and "
    "limit / norm, then multiply.",
)
def zeros_become_nan(gradients, limit):
    norm = tf.sqrt(sum(tf.reduce_sum(gradient**2) for gradient in gradients))
    return [gradient / norm * tf.minimum(norm, limit) for gradient in gradients]


@mistake(
    "the limit is always 1",
    "With a limit of 1 all is right, with others it is not: the gradients are shortened to a global norm of 1. Give "
    "`limit` to the function that clips.",
)
def always_one(gradients, limit):
    return tf.clip_by_global_norm(gradients, 1.0)[0]


@mistake(
    "the lengths were added",
    "The direction is right, but the gradient is shortened too much, the more so the more variables there are. "
    "Lengths of parts do not add up; their squares do.",
)
def sum_of_norms(gradients, limit):
    norm = sum(tf.norm(gradient) for gradient in gradients)
    return [tf.minimum(1.0, limit / norm) * gradient for gradient in gradients]


@mistake(
    "the square root is missing",
    "The direction is right, but long gradients are shortened far too much: the longer the gradient, the "
    "shorter the step. The norm is the square root of the sum of squares.",
)
def squared_norm(gradients, limit):
    norm = sum(tf.reduce_sum(gradient**2) for gradient in gradients)
    return [tf.minimum(1.0, limit / norm) * gradient for gradient in gradients]


@mistake(
    "the norm comes along",
    "Two things came back: a list, and a tensor without axes beside it. That is what `tf.clip_by_global_norm` returns, "
    "the clipped gradients and the norm before clipping; `zip(gradients, variables)` needs the first of them.",
)
def norm_comes_along(gradients, limit):
    return tf.clip_by_global_norm(gradients, limit)


# Probes


def kinds(tensors):
    """Return in words which tensors came back: "float32 (2, 2), float32 (2,)", or what came back instead of a list."""
    if not isinstance(tensors, (list, tuple)):
        return forms.in_words(tensors)
    return ", ".join(map(kind, tensors)) or "an empty list"


def kind(tensor):
    if isinstance(tensor, (tf.Tensor, np.ndarray)):
        return f"{np.asarray(tensor).dtype} {tuple(tensor.shape)}"
    return forms.in_words(tensor)


def observe(candidate, factor=1.0, limit=1.0):
    long = [[[3.0, -4.0], [0.5, 0.0]], [1.5, 0.2], -0.75]
    probes = {
        "a long gradient": (long, 1.0),
        "a limit of 2.5": (long, 2.5),
        "a short gradient": ([[[0.03, -0.01]], [0.02], 0.04], 1.0),
        "almost at the limit": ([[[0.6, 0.5]], [0.3], 0.5], 1.0),
        # the norm and the limit on the same side of 1
        "longer than a limit of 0.5": ([[0.4, -0.3], [[0.5]]], 0.5),
        "shorter than a limit of 2.5": ([[1.2, -0.9], [[1.5]]], 2.5),
        "one variable": ([[2.0, -6.0, 3.0]], 1.0),
        "nothing but zeros": ([[0.0, 0.0], 0.0], 1.0),
    }
    measured = {}
    for name, (gradients, probe_limit) in probes.items():
        gradients = [factor * tf.constant(gradient) for gradient in gradients]
        clipped = candidate(list(gradients), limit * probe_limit)
        measured[f"what came back ({name})"] = kinds(clipped)
        if kinds(clipped) != kinds(gradients):
            continue
        numbers, old = (np.concatenate([np.ravel(tensor) for tensor in tensors]) for tensors in (clipped, gradients))
        measured[f"length ({name})"] = float(np.linalg.norm(numbers))
        if np.any(old):
            lengths = np.linalg.norm(numbers) * np.linalg.norm(old)
            measured[f"cosine to the gradient ({name})"] = float(numbers @ old / lengths)
        measured[f"clipped gradient ({name})"] = numbers
    return measured


EXERCISE = Exercise(
    id="05.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=clip,
    alternatives=(clip_by_tensorflow, clip_with_if),
    mistakes=(
        each_by_itself,
        each_number,
        always_to_the_limit,
        stretched_unless_zero,
        zeros_become_nan,
        always_one,
        sum_of_norms,
        squared_norm,
        norm_comes_along,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, factor=0.7, limit=0.8),
    note=NOTE,
    explanation=EXPLANATION,
)
