"""C3.1 The loss never gets below one half."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson03.shared import flat_weights, small_model

TITLE = "The loss never gets below one half"
TASK = """\
Healthy and ill differ clearly, and the network learns: its accuracy goes to 1. But its loss stays above 0.5, however
long it trains. Which line is it?"""
HINTS = (
    "What does an answer cost that is right and as sure as can be? Compute it for one ill person by hand.",
    "Follow the numbers from the model to the loss, and say at each line whether they go from 0 to 1 or anywhere.",
    "The loss applies the sigmoid itself when it is told that it gets logits. So give it logits.",
)


def train_step(model, optimizer, features, labels):
    """Take one step on a batch; return its loss, and the probability of disease of each person.

    Args:
        model: puts out one logit a person, shape (batch, 1).
        optimizer: a Keras optimizer.
        features: float32 (batch, columns).
        labels: float32 (batch, 1), 1 for ill and 0 for healthy.
    """
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)  # A
    with tf.GradientTape() as tape:
        logits = model(features, training=True)  # B
        probabilities = tf.sigmoid(logits)  # C
        loss = loss_fn(labels, logits)  # D
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return loss, probabilities


def train_step_broken(model, optimizer, features, labels):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)  # A
    with tf.GradientTape() as tape:
        logits = model(features, training=True)  # B
        probabilities = tf.sigmoid(logits)  # C
        loss = loss_fn(labels, probabilities)  # D
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # E
    return loss, probabilities


NOTE = (
    "A variable called `logits` goes to `from_logits=True`. The sigmoid is for people, and for them it comes after the "
    "loss."
)
EXPLANATION = (
    "The loss took the probabilities for logits and sent them through a second sigmoid. A number between 0 and 1 is "
    "never a clear no, so even a perfect answer cost something: ln(1 + e⁻¹) for an ill person, ln 2 for a healthy one."
)


def step_on_probabilities(model, optimizer, features, labels):
    with tf.GradientTape() as tape:
        probabilities = tf.sigmoid(model(features, training=True))
        loss = keras.losses.BinaryCrossentropy(from_logits=False)(labels, probabilities)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return loss, probabilities


@mistake(
    "logits for a loss that expects probabilities",
    "The loss cut the logits off at 0 and 1, as if they were probabilities. Where they were cut there is no slope: a "
    "person on the wrong side costs a fixed sum that no step can lower. Change one of the two, not both: logits *and* "
    "`from_logits=True`.",
)
def logits_taken_for_probabilities(model, optimizer, features, labels):
    with tf.GradientTape() as tape:
        logits = model(features, training=True)
        loss = keras.losses.BinaryCrossentropy(from_logits=False)(labels, logits)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return loss, tf.sigmoid(logits)


@mistake(
    "the sigmoid is gone altogether",
    "The loss is right now, and the weights with it. But what comes back are logits, and the task asks for "
    "probabilities: keep the sigmoid, only not on the way to the loss.",
)
def no_sigmoid(model, optimizer, features, labels):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        logits = model(features, training=True)
        loss = loss_fn(labels, logits)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return loss, logits


def step_fingerprint(candidate, seed, rows):
    keras.utils.set_random_seed(0)
    model = small_model(bias=0.3)
    draw = np.random.default_rng(seed)
    features = draw.normal(size=(rows, 2)).astype("float32")
    labels = (features[:, :1] + 0.5 * draw.normal(size=(rows, 1)) > 0).astype("float32")
    result = candidate(model, keras.optimizers.SGD(0.5), features, labels)
    parts = forms.entries(result)
    if parts is None or len(parts) != 2 or not forms.is_number(parts[0]):
        return {"what came back": forms.in_words(result)}
    return {
        "what came back": "two results",
        "loss": parts[0],
        "probabilities": forms.numbers(parts[1]),
        "weights after the step": flat_weights(model),
    }


def observe(candidate):
    return step_fingerprint(candidate, 3, 12)


def second(candidate):
    return step_fingerprint(candidate, 4, 9)


EXERCISE = Case(
    id="C3.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_step,
    starter=train_step_broken,
    alternatives=(step_on_probabilities,),
    mistakes=(logits_taken_for_probabilities, no_sigmoid),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
    trap=13,
    culprits="AD",
    suspects={
        "A": "It promises logits to the loss, and the loss applies a sigmoid because of it. What line D hands over are "
        "probabilities. One of the two has to change.",
        "B": "It asks the model for its logits, in training mode, inside the tape: as it should be.",
        "C": "It makes probabilities of the logits, which somebody wants back. That alone changes nothing.",
        "D": "It hands probabilities to a loss that line A has promised logits. One of the two has to change.",
        "E": "It pairs gradients and variables and moves all of them. The accuracy shows that the network learns.",
    },
)
