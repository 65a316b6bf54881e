"""06.1 A step that tells penalty from loss."""

import keras
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson06.shared import flat, small_batch, small_model

TITLE = "A step that tells penalty from loss"
TASK = """
A loss that contains penalties cannot be compared with one that does not. Write a step that keeps them apart:
`train_step(model, optimizer, loss_fn, features, labels)` changes everything that a step of `fit` would change, and
returns `{"loss": ..., "penalty": ...}`: the mean loss of the rows alone, and the sum of all penalties, both as they
were before the update (numbers or tensors).

The model may have Dropout, BatchNorm and any number of penalties, also none: then `"penalty"` is 0. No `tf.function`
is needed.
"""
HINTS = (
    "What must the gradient be taken of, and what is only reported?",
    "`model.losses` is computed when it is read. Read it inside the tape: then the gradient knows it, and it belongs "
    "to the weights from before the update.",
    "Three names: the mean loss of the rows, `sum(model.losses)`, and the sum of both, of which the gradient is taken.",
)


def train_step(model, optimizer, loss_fn, features, labels):
    """Take one training step with penalties; return {"loss": mean loss of the rows, "penalty": sum of the penalties}.

    Args:
        model: a built Keras model that puts out logits (B, 1).
        optimizer: a Keras optimizer.
        loss_fn: loss_fn(labels, logits) is the mean loss of the rows.
        features, labels: float32 (B, columns) and 0 or 1, float32 (B, 1).
    """
    with tf.GradientTape() as tape:
        logits = model(features, training=True)
        loss = loss_fn(labels, logits)
        penalty = sum(model.losses)
        total = loss + penalty
    gradients = tape.gradient(total, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return {"loss": loss, "penalty": penalty}


NOTE = (
    "With both in the log, a loss of .5 that is .4 of penalty is no riddle anymore. `fit` logs their sum only, for "
    "training and validation alike."
)
EXPLANATION = (
    "The gradient is that of the sum, so the penalties pull; what is returned is kept apart. `sum` of an empty list "
    "is 0, so a model without penalties needs no `if`."
)


# Other right answers


def each_on_its_own(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
        penalties = model.losses
    # the gradient of a list is that of its sum
    optimizer.apply(tape.gradient([loss, *penalties], model.trainable_variables), model.trainable_variables)
    return {"loss": float(loss), "penalty": sum(map(float, penalties))}


# Mistakes


@mistake(
    "the penalty is reported, but does not pull",
    "Both numbers are right, and the weights moved as if there were no penalty. The gradient was taken of the loss "
    "alone, or the penalty was added when the tape had ended. Add it inside the tape, before the gradient is taken.",
)
def penalty_does_not_pull(model, optimizer, loss_fn, features, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    penalty = sum(model.losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return {"loss": loss, "penalty": penalty}


def step_with(model, optimizer, loss_fn, batch, pulls=sum, reported=sum, **flags):
    """The step of the wrong answers: `pulls` and `reported` make one number of a list of penalties."""
    features, labels = batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, **flags))
        total = loss + pulls(model.losses)
    penalty = reported(model.losses)
    optimizer.apply(tape.gradient(total, model.trainable_variables), model.trainable_variables)
    return {"loss": loss, "penalty": penalty}


@mistake(
    "`training=True` is missing",
    "Dropout dropped nothing, and BatchNorm used its moving averages and did not move them. Outside `fit` a model "
    "assumes that it is being used: call it with `training=True`.",
)
def not_in_training(model, optimizer, loss_fn, features, labels):
    return step_with(model, optimizer, loss_fn, (features, labels))


@mistake(
    "two things are missing: `training=True`, and the penalty's pull",
    "Dropout dropped nothing, BatchNorm did not move its averages, and the weights moved as if there were no penalty. "
    "Call the model with `training=True`, and take the gradient of loss plus penalty.",
)
def neither(model, optimizer, loss_fn, features, labels):
    return step_with(model, optimizer, loss_fn, (features, labels), pulls=lambda losses: 0.0)


@mistake(
    "the loss contains the penalty",
    "The model moved as it should, but the loss that came back is the sum of both. Return the mean loss of the rows "
    "alone; the sum is for the gradient.",
)
def loss_with_penalty(model, optimizer, loss_fn, features, labels):
    found = step_with(model, optimizer, loss_fn, (features, labels), training=True)
    return found | {"loss": found["loss"] + found["penalty"]}


@mistake(
    "the penalty of after the update",
    "The model moved as it should, and the penalty that came back is a little too small: `model.losses` is computed "
    "when it is read, here from the new weights. Read it before the update.",
)
def penalty_after_the_update(model, optimizer, loss_fn, features, labels):
    found = step_with(model, optimizer, loss_fn, (features, labels), training=True)
    return found | {"penalty": sum(model.losses)}


@mistake(
    "only the first penalty",
    "The list `model.losses` has one entry for each layer with a penalty, and the first of them is not all. Add them "
    "up with `sum`.",
)
def first_penalty(model, optimizer, loss_fn, features, labels):
    def first(losses):
        return losses[0] if losses else 0.0

    return step_with(model, optimizer, loss_fn, (features, labels), first, first, training=True)


@mistake(
    "a model without penalties crashes",
    "With penalties all is right. Without, the list `model.losses` is empty, and neither `tf.add_n` nor `[0]` can deal "
    "with that. Python's own `sum` gives 0.",
)
def added_by_tensorflow(model, optimizer, loss_fn, features, labels):
    return step_with(model, optimizer, loss_fn, (features, labels), tf.add_n, tf.add_n, training=True)


# Probes


def observe(candidate, seeds=(1, 2)):
    found = {}
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    for kind, seed in zip(("with penalties", "without penalties"), seeds):
        model = small_model(seed, penalties=kind == "with penalties")
        optimizer = keras.optimizers.SGD(0.5, momentum=0.9)
        batch = small_batch(seed)
        try:
            returned = candidate(model, optimizer, loss_fn, *batch)
        except (ValueError, IndexError, tf.errors.InvalidArgumentError) as error:
            if kind == "with penalties":
                raise
            return found | {"a model without penalties": f"stops with {type(error).__name__}"}
        is_record = isinstance(returned, dict) and set(returned) == {"loss", "penalty"}
        found[f"what came back ({kind})"] = '{"loss", "penalty"}' if is_record else forms.in_words(returned)
        if not is_record:
            return found
        found |= {f"{name} ({kind})": forms.number(value) for name, value in returned.items()}
        found[f"trainable weights after the step ({kind})"] = flat(model.trainable_variables)
        found[f"BatchNorm's averages after the step ({kind})"] = flat(model.non_trainable_weights)
    return found | {"a model without penalties": "works"}


EXERCISE = Exercise(
    id="06.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_step,
    alternatives=(each_on_its_own,),
    mistakes=(
        penalty_does_not_pull,
        not_in_training,
        neither,
        loss_with_penalty,
        penalty_after_the_update,
        first_penalty,
        added_by_tensorflow,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seeds=(3, 5)),
    note=NOTE,
    explanation=EXPLANATION,
)
