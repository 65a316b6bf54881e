"""09.5 To order: ten of ten digits."""

import functools

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson09.shared import flat

TITLE = "To order: ten of ten digits"
TASK = """
A generator draws what it likes. Now somebody orders: three zeros, three ones, and so on up to the nines. You get a
generator, which draws digits of 8 × 8 pixels from noise, and a judge, which gives a picture ten logits, one a digit.
Both are done, and **neither is to move**. What is left to move?

Write `noise_for(generator, judge, wanted, noise_size)`. It returns noise, one row for each digit that is wanted, so
that the generator draws these digits. The check shows the drawings to another judge, whom your function never meets,
and who knows real digits. In thirty drawings, three of each digit:

- that other judge recognizes at least 80 % as the digit that was ordered, and **ten of ten digits** at least once;
- drawings of the same digit differ: the root of the sum of the squared differences of their pixels is at least 0.75
  on average, a third of what it is between any two drawings from normal noise;
- the noise stays near what the generator knows, which is normal noise, with a mean square of 1 per number: the mean
  square over all is at most 2. What a generator draws from far away, nobody has ever looked at.

Loop, optimizer and loss are yours. Thirty steps are enough for `Adam(0.2)`.
"""
HINTS = (
    "The tape takes the slope with respect to anything that it watches. What is it here, if no network may move? Make "
    "it a `tf.Variable`.",
    "The loss is the judge's cross-entropy, with the wanted digits for labels. Begin with normal noise, another row "
    "for each order, and let the gradient come through judge and generator to it.",
    "Without more, the noise wanders off to where the judge is surest. A penalty on its mean square holds it back, as "
    "L2 holds weights: begin with `0.3 * tf.reduce_mean(noise**2)`, and look at the mean square when the loop ends.",
)


def noise_for(generator, judge, wanted, noise_size):
    """Return noise from which the generator draws the wanted digits; neither network moves.

    Args:
        generator: a Keras model; it draws pictures (B, 64) from noise (B, noise_size).
        judge: a Keras model; it gives pictures (B, 64) ten logits each.
        wanted: digits from 0 to 9, int64 (n,), NumPy.
        noise_size: how many numbers of noise the generator takes for a drawing.

    Returns:
        noise, a float32 array or tensor (n, noise_size).
    """
    noise = tf.Variable(tf.random.normal((len(wanted), noise_size)))
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(0.2)
    optimizer.build([noise])

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            logits = judge(generator(noise, training=False), training=False)
            loss = loss_fn(wanted, logits) + 0.3 * tf.reduce_mean(noise**2)
        optimizer.apply_gradients([(tape.gradient(loss, noise), noise)])

    for _ in range(15):
        step()
    return noise.numpy()


NOTE = (
    "One may also draw thousands and keep what the judge likes best; for ten digits that is enough, for a thousand "
    "wishes at once it is not. Moving the input is also how pictures are made that deceive a network, and how one "
    "finds out what a network looks for."
)
EXPLANATION = (
    "A third kind of loop: two networks under the tape, and no variable of theirs in the list. The penalty is what "
    "keeps the noise where the generator is at home, and the drawings start from different noise, so they differ."
)


# Other right answers


def chosen_among_many(generator, judge, wanted, noise_size):
    noise, taken = normal(3000, noise_size), []
    logits = tf.nn.log_softmax(judge(generator(noise))).numpy()
    for digit in wanted:
        logits[taken] = -np.inf
        taken.append(logits[:, digit].argmax())
    return noise[taken]


# Mistakes


def normal(rows, noise_size):
    return np.random.default_rng(0).normal(size=(rows, noise_size)).astype("float32")


@mistake(
    "the noise wanders off",
    "The digits are right, and the noise is far from what the generator knows: its mean square is above 2. Nothing "
    "holds it, or not enough does. Add a penalty on its mean square to the loss, or take fewer steps.",
)
def wanders_off(generator, judge, wanted, noise_size):
    return 1.8 * chosen_among_many(generator, judge, wanted, noise_size)


@mistake(
    "the same drawing again and again",
    "The digits are right, and drawings of the same digit are alike: that is collapse, made by hand. Perhaps all rows "
    "began with the same noise, zeros for example, or the penalty is so strong that only one place is left for each "
    "digit. Begin with normal noise, another row for each order.",
)
def all_alike(generator, judge, wanted, noise_size):
    chosen, wanted = chosen_among_many(generator, judge, wanted, noise_size), list(wanted)
    return chosen[[wanted.index(digit) for digit in wanted]]


@mistake(
    "not what was ordered",
    "Hardly any drawing is the digit that was ordered. Did the noise move at all, and downhill? The gradient must be "
    "that of the judge's cross-entropy with respect to the noise, and the rows must stay in the order of `wanted`.",
)
def not_as_ordered(generator, judge, wanted, noise_size):
    return normal(len(wanted), noise_size)


@mistake(
    "a network was moved",
    "The weights of the generator or of the judge have changed: their variables were in the list. A judge that moves "
    "calls anything a 7 in the end. Move the noise alone.",
)
def network_moved(generator, judge, wanted, noise_size):
    for variable in judge.trainable_variables:
        variable.assign(1.01 * variable)
    return chosen_among_many(generator, judge, wanted, noise_size)


@mistake(
    "pictures in place of noise",
    "What came back are pictures, with 64 numbers in each row. Asked for is the noise from which they are drawn.",
)
def pictures(generator, judge, wanted, noise_size):
    return generator(normal(len(wanted), noise_size))


# Probes

NOISE_SIZE = 16


@functools.cache
def digits(seed):
    """Return weights of a generator and of a judge, and another judge, which has met other digits than these two.

    So that a check takes no time, the generator draws mixtures of principal components, and the judge is a logistic
    regression.
    """
    pixels, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(labels))
    known, new = order[:900], order[900:]
    components = PCA(NOISE_SIZE, random_state=0).fit(pixels[known] / 16)
    scales = np.sqrt(components.explained_variance_)[:, np.newaxis]
    judge = LogisticRegression(max_iter=50).fit(pixels[known] / 16, labels[known])
    other_judge = KNeighborsClassifier(5).fit(pixels[new] / 16, labels[new])
    return [scales * components.components_, components.mean_], [judge.coef_.T, judge.intercept_], other_judge


def generator_and_judge(seed):
    generator = keras.Sequential([keras.Input((NOISE_SIZE,)), keras.layers.Dense(64), keras.layers.ReLU(max_value=1.0)])
    judge = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
    generator.set_weights(digits(seed)[0])
    judge.set_weights(digits(seed)[1])
    return generator, judge


def observe(candidate, seed=0):
    keras.utils.set_random_seed(seed)
    generator, judge = generator_and_judge(seed)
    weights = [*generator.variables, *judge.variables]
    before = flat(weights)
    wanted = np.random.default_rng(seed).permutation(np.repeat(np.arange(10), 3))
    returned = candidate(generator, judge, wanted.copy(), NOISE_SIZE)
    noise = forms.numbers(returned)
    if isinstance(noise, str) or noise.shape != (len(wanted), NOISE_SIZE):
        return {"what came back": forms.in_words(returned)}
    moved = bool(np.any(flat(weights) != before))
    drawings = generator_and_judge(seed)[0](noise.astype("float32")).numpy()
    right = digits(seed)[2].predict(drawings) == wanted
    same_digit = np.triu(wanted[:, np.newaxis] == wanted, k=1)
    distances = np.linalg.norm(drawings[:, np.newaxis] - drawings, axis=2)
    recognized = len(set(wanted[right]))
    return {
        "what came back": f"noise, {len(wanted)} rows",
        "a network was moved": moved,
        "share of drawings that the other judge recognizes": right.mean(),
        "digits recognized at least once": "ten of ten" if recognized == 10 else "not all ten",
        "mean distance between drawings of the same digit": distances[same_digit].mean(),
        "mean square of the noise": np.mean(noise**2),
    }


EXERCISE = Exercise(
    id="09.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=noise_for,
    alternatives=(chosen_among_many,),
    mistakes=(wanders_off, all_alike, not_as_ordered, network_moved, pictures),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=1),
    target={
        "share of drawings that the other judge recognizes": (0.8, None),
        "mean distance between drawings of the same digit": (0.75, None),
        "mean square of the noise": (None, 2.0),
    },
    note=NOTE,
    explanation=EXPLANATION,
)
