"""05.3 One leash for all gradients."""

import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Exercise, mistake

TITLE = "One leash for all gradients"
TASK = """
Write `clip(gradients, limit)`. It gets a list of tensors of any shapes, as `tape.gradient` returns it, and a number
above 0. It returns a list of tensors of the same shapes. If the global norm (the length of all gradients taken
together) is above the limit, all are multiplied by one factor, so that the global norm becomes the limit; otherwise
they
stay as they are. Nothing but zeros must stay nothing but zeros.

By hand it takes three lines. TensorFlow's own function is allowed, if you choose the right one.
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
    "The gradients are right, but there is one tensor too many: the norm before clipping. "
    "`tf.clip_by_global_norm` returns two things, and `zip(gradients, variables)` needs the first of them.",
)
def norm_comes_along(gradients, limit):
    return tf.clip_by_global_norm(gradients, limit)


# Probes


def observe(candidate, factor=1.0, limit=1.0):
    long = [[[3.0, -4.0], [0.5, 0.0]], [1.5, 0.2], -0.75]
    probes = {
        "a long gradient": (long, 1.0),
        "a limit of 2.5": (long, 2.5),
        "a short gradient": ([[[0.3, -0.1]], [0.2], 0.4], 1.0),
        "almost at the limit": ([[[0.6, 0.5]], [0.3], 0.5], 1.0),
        "one variable": ([[2.0, -6.0, 3.0]], 1.0),
        "nothing but zeros": ([[0.0, 0.0], 0.0], 1.0),
    }
    measured = {}
    for name, (gradients, probe_limit) in probes.items():
        gradients = [factor * tf.constant(gradient) for gradient in gradients]
        # nest.flatten, because someone may return the norm as well
        clipped = tf.nest.flatten(candidate(list(gradients), limit * probe_limit))
        numbers, old = (np.concatenate([np.ravel(tensor) for tensor in tensors]) for tensors in (clipped, gradients))
        measured[f"shapes ({name})"] = str([tuple(np.shape(tensor)) for tensor in clipped])
        measured[f"length ({name})"] = float(np.linalg.norm(numbers))
        if numbers.shape == old.shape and np.any(old):
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
        sum_of_norms,
        squared_norm,
        norm_comes_along,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, factor=0.7, limit=0.8),
    note=NOTE,
    explanation=EXPLANATION,
)
