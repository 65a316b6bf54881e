"""C5.5 Almost guessing, epoch after epoch."""

import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "Almost guessing, epoch after epoch"
TASK = """The loss begins near ln 10, as it should, and after thirty epochs it has hardly got away from there. The step
is healthy: on other data it learns. And the first layer hardly moves. Which line is it?"""
HINTS = (
    "If the step is healthy, look at what it gets. What are the smallest and the largest number, and what is the type, "
    "of what goes into it?",
    "A NumPy array keeps its type. What becomes of 0.7 when it is stored in an array of whole numbers?",
)


def train_on_pictures(take_step, pictures, labels, epochs):
    """Take a step on all pictures in each epoch, with pixels between 0 and 1; return the losses, a list of floats.

    Args:
        take_step: take_step(features, labels) moves a model once and returns the loss, a scalar. The features have
            the pictures' shape, and they are floats.
        pictures: uint8 (n, height, width), from 0 to 255; they must stay as they are.
        labels: int64 (n,).
        epochs: how many steps to take.
    """
    features = np.empty(pictures.shape)
    for number, picture in enumerate(pictures):
        features[number] = picture / 255
    losses = []
    for _ in range(epochs):
        losses.append(float(take_step(features, labels)))
    return losses


# What a learner starts with


def train_on_pictures_broken(take_step, pictures, labels, epochs):
    features = np.empty_like(pictures)  # A
    for number, picture in enumerate(pictures):  # B
        features[number] = picture / 255  # C
    losses = []
    for _ in range(epochs):
        losses.append(float(take_step(features, labels)))  # D
    return losses


SUSPECTS = {
    "A": "An array like `pictures` has their type as well: whole numbers. The quotients that line C stores in it are "
    "cut off, and nearly all pixels become 0.",
    "B": "Each picture with its number, in order: as it should be.",
    "C": "The quotient on the right is what we want, between 0 and 1. Stored in an array of whole numbers, nearly all "
    "of it becomes 0.",
    "D": "The same rows with their labels, in each epoch, and the loss as a number: as it should be.",
}
NOTE = (
    "Look at what goes in: smallest, largest, share of zeros, type. It takes a line, and it also finds pixels that "
    "were never divided, or divided twice."
)
EXPLANATION = "The array for the quotients is one of floats, so they stay what they are."


# Other right answers


def divided_at_once(take_step, pictures, labels, epochs):
    return [float(take_step(pictures.astype("float32") / 255, labels)) for _ in range(epochs)]


# Mends that do not mend


@mistake(
    "made floats too late",
    "The type is right now, and nearly all pixels are still 0: what was cut off does not come back. The array must be "
    "one of floats before the quotients are stored.",
)
def floats_too_late(take_step, pictures, labels, epochs):
    features = np.empty_like(pictures)
    for number, picture in enumerate(pictures):
        features[number] = picture / 255
    return [float(take_step(features.astype("float32"), labels)) for _ in range(epochs)]


@mistake(
    "not divided anymore",
    "The pixels are floats now, and go up to 255. A network copes with that badly; it was to get numbers between 0 and "
    "1.",
)
def not_divided(take_step, pictures, labels, epochs):
    return [float(take_step(pictures.astype("float32"), labels)) for _ in range(epochs)]


# Probes


def observe(candidate, seed=0, epochs=3):
    numbers = np.random.default_rng(seed)
    pictures, labels = numbers.integers(0, 256, (5, 4, 3)).astype("uint8"), numbers.integers(0, 10, 5)
    seen, bias = [], tf.Variable(0.0)

    def take_step(features, labels):
        seen.append((np.array(features), np.array(labels)))
        bias.assign_add(1.0)
        return tf.reduce_mean(tf.cast(features, tf.float32)) + bias

    losses = candidate(take_step, pictures, labels, epochs)
    features = np.array([one for one, _ in seen])
    return {
        "steps": len(seen),
        "smallest and largest pixel": [features.min(), features.max()],
        "share of zeros": float(np.mean(features == 0)),
        "kind of numbers": "floats" if features.dtype.kind == "f" else "whole numbers",
        "features": features,
        "labels": np.array([one for _, one in seen]),
        "losses": forms.numbers(losses),
    }


EXERCISE = Case(
    id="C5.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_on_pictures,
    starter=train_on_pictures_broken,
    trap=57,
    culprits="AC",
    suspects=SUSPECTS,
    alternatives=(divided_at_once,),
    mistakes=(floats_too_late, not_divided),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=1, epochs=2),
    note=NOTE,
    explanation=EXPLANATION,
)
