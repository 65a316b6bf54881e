"""09.2 Two losses that want the same."""

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Two losses that want the same"
TASK = r"""
Let $z$ be the discriminator's logit for a drawing, and $D = \sigma(z)$ the probability with which it calls the drawing
real. The generator can make $\log(1 - D)$ small, which is the literal loss, or $-\log D$, the non-saturating one. Both
fall as $D$ rises. Write `generator_losses(drawn_logits)`, which returns both, `(literal, non_saturating)`, each as a
mean over the drawings, a tensor.

A good discriminator is sure of itself, so both have to hold at logits of 200 and of −200: the numbers right, not
infinite, and the slopes too, with which a tape that has watched the logits will move the generator. The literal loss is
a negative number: at a logit of 200 it is −200 and its slope −1; at −200 both are 0.
"""
HINTS = (
    "What is the sigmoid of 200 in float32, and what is the logarithm of one minus that?",
    r"$-\log \sigma(z) = \log(1 + e^{-z})$. TensorFlow has that function, safe for any logit: `tf.nn.softplus(-z)`.",
    r"And $1 - \sigma(z) = \sigma(-z)$. So the literal loss is a softplus, too, with a sign before it and none within.",
)


def generator_losses(drawn_logits):
    """Return (literal loss, non-saturating loss) of the generator, two float32 scalars.

    Args:
        drawn_logits: the discriminator's logits for drawn pictures, a float32 tensor (B, 1), of any size.
    """
    literal = -tf.reduce_mean(tf.nn.softplus(drawn_logits))
    non_saturating = tf.reduce_mean(tf.nn.softplus(-drawn_logits))
    return literal, non_saturating


NOTE = (
    "At a logit of −6 the discriminator gives a drawing a chance of one in four hundred. Its slope is −0.0025 for the "
    "literal loss and −0.9975 for the other: the same direction, four hundred times the pull."
)
EXPLANATION = (
    "Both are a softplus of the logit. The slope of the literal loss is −D: it vanishes where the drawings are bad and "
    "the generator needs it most. That of the non-saturating loss is D − 1, and vanishes where all is well."
)


# Other right answers


def by_cross_entropy(drawn_logits):
    zeros = tf.zeros_like(drawn_logits)
    for_drawn = tf.nn.sigmoid_cross_entropy_with_logits(zeros, drawn_logits)
    for_real = tf.nn.sigmoid_cross_entropy_with_logits(zeros + 1, drawn_logits)
    return -tf.reduce_mean(for_drawn), tf.reduce_mean(for_real)


def by_log_sigmoid(drawn_logits):
    return [tf.reduce_mean(tf.math.log_sigmoid(-drawn_logits)), -tf.reduce_mean(tf.math.log_sigmoid(drawn_logits))]


# Mistakes


@mistake(
    "typed in from the formula",
    "Right for small logits. At 200 the sigmoid is 1 in float32, the logarithm of one minus it is infinite, and the "
    "slope is NaN. Work with the logit and never make a probability of it.",
)
def from_the_formula(drawn_logits):
    probability = tf.sigmoid(drawn_logits)
    return tf.reduce_mean(tf.math.log(1 - probability)), -tf.reduce_mean(tf.math.log(probability))


@mistake(
    "a probability that is kept away from 0 and 1",
    "Finite, and wrong where the discriminator is sure: beyond a logit of about 16 the loss does not rise anymore and "
    "has no slope. A small number inside the logarithm, or a clipped probability, hides the infinity and stops the "
    "training. (Keras clips, too, without `from_logits=True`.) Work with the logit.",
)
def clipped(drawn_logits):
    probability = tf.clip_by_value(tf.sigmoid(drawn_logits), 1e-7, 1 - 1e-7)
    return tf.reduce_mean(tf.math.log(1 - probability)), -tf.reduce_mean(tf.math.log(probability))


@mistake(
    "exchanged",
    "Both losses are right, and come back in the other order. The literal one is first.",
)
def exchanged(drawn_logits):
    return generator_losses(drawn_logits)[::-1]


@mistake(
    "the literal loss has the discriminator's sign",
    "The literal loss should fall as the drawings get better, from 0 downwards. Here it rises: it is −log(1 − D), what "
    "the discriminator wants to make small. The generator wants the opposite.",
)
def sign_of_the_other(drawn_logits):
    literal, non_saturating = generator_losses(drawn_logits)
    return -literal, non_saturating


@mistake(
    "the labels are exchanged",
    "Both losses rise where they should fall: D and 1 − D have changed places. Of a drawing, the generator wants to "
    "hear that it is real.",
)
def labels_exchanged(drawn_logits):
    return generator_losses(-drawn_logits)


@mistake(
    "a sum in place of a mean",
    "The losses grow with the number of drawings. Take the mean over them.",
)
def summed(drawn_logits):
    return tf.reduce_sum(-tf.nn.softplus(drawn_logits)), tf.reduce_sum(tf.nn.softplus(-drawn_logits))


@mistake(
    "two sigmoids",
    "The losses hardly change from one logit to the next: a sigmoid was applied to the logits, and the result taken "
    "for logits once more. `from_logits=True` wants them as they are.",
)
def two_sigmoids(drawn_logits):
    return generator_losses(tf.sigmoid(drawn_logits))


# Probes


def observe(candidate, seed=0, rows=5):
    random = np.random.default_rng(seed).uniform(-3, 3, (rows, 1))
    # the logits that are sure stand beside others, or a sum of zeros would pass
    probes = {
        "moderate logits": random,
        "a logit of 200 among them": np.concatenate([[[200.0]], random]),
        "a logit of −200 among them": np.concatenate([[[-200.0]], random]),
    }
    found = {}
    for kind, logits in probes.items():
        logits = tf.constant(logits, tf.float32)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(logits)
            returned = forms.entries(candidate(logits))
        if returned is None or len(returned) != 2:
            return found | {"what came back": forms.in_words(returned)}
        for name, loss in zip(("literal", "non-saturating"), returned):
            found[f"{name} loss ({kind})"] = forms.number(loss)
            slope = tape.gradient(loss, logits) if tf.is_tensor(loss) else None
            found[f"slope of the {name} loss ({kind})"] = "none" if slope is None else slope[0, 0]
    return found


EXERCISE = Exercise(
    id="09.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=generator_losses,
    alternatives=(by_cross_entropy, by_log_sigmoid),
    mistakes=(from_the_formula, clipped, exchanged, sign_of_the_other, labels_exchanged, summed, two_sigmoids),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=3, rows=4),
    note=NOTE,
    explanation=EXPLANATION,
)
