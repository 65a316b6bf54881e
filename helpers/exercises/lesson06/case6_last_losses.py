"""C6.6 The same run three times, three results."""

import keras
import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "The same run three times, three results"
TASK = """\
To see how much chance there is in a result, somebody trains three times from the same weights, on the same batches in
the same order, without Dropout. There is no chance anywhere, and still three results come out. Which line is it?"""
HINTS = (
    "Something is not as it was when the second run begins. List what a run carries.",
    "Print `optimizer.iterations` before each run.",
    "The weights are put back before each run. What else changes during one?",
)


def last_losses(model, train_step, batches, runs):
    """Train several times from the model's present weights; return the loss of each run's last step, a list.

    Args:
        model: a built Keras model without Dropout and BatchNorm.
        train_step: train_step(optimizer, features, labels) moves the model once and returns the loss.
        batches: a list of (features, labels), which each run goes through once, with Adam at a rate of 0.1.
        runs: how often to train.
    """
    start = model.get_weights()  # A
    losses = []
    for _ in range(runs):
        model.set_weights(start)  # C
        optimizer = keras.optimizers.Adam(0.1)  # B
        for features, labels in batches:  # D
            loss = train_step(optimizer, features, labels)  # E
        losses.append(float(loss))
    return losses


def last_losses_broken(model, train_step, batches, runs):
    start = model.get_weights()  # A
    losses = []
    optimizer = keras.optimizers.Adam(0.1)  # B
    for _ in range(runs):
        model.set_weights(start)  # C
        for features, labels in batches:  # D
            loss = train_step(optimizer, features, labels)  # E
        losses.append(float(loss))
    return losses


NOTE = (
    "C6.3 was the other way round: one run, and several optimizers. The rule behind both is one optimizer a run, "
    "neither more nor less."
)
EXPLANATION = (
    "Each run gets an optimizer of its own, with an empty memory. With a new model instead of old weights Keras would "
    "have said so: an optimizer refuses variables that it does not know."
)


def last_losses_with_memory_put_back(model, train_step, batches, runs):
    optimizer, losses = keras.optimizers.Adam(0.1), []
    optimizer.build(model.trainable_variables)
    variables = [*model.variables, *optimizer.variables]
    start = [variable.numpy() for variable in variables]
    for _ in range(runs):
        for variable, value in zip(variables, start):
            variable.assign(value)
        for features, labels in batches:
            loss = train_step(optimizer, features, labels)
        losses.append(loss)
    return losses


def trained_again(model, train_step, batches, runs, restore=True, forget=()):
    """The loop of the wrong mends: one optimizer for all runs, of which some variables become 0 before each."""
    start, optimizer, losses = model.get_weights(), keras.optimizers.Adam(0.1), []
    optimizer.build(model.trainable_variables)
    for _ in range(runs):
        if restore:
            model.set_weights(start)
        for variable in optimizer.variables:
            if any(word in variable.path for word in forget):
                variable.assign(np.zeros(variable.shape))
        for features, labels in batches:
            loss = train_step(optimizer, features, labels)
        losses.append(float(loss))
    return losses


@mistake(
    "the memory of the run before",
    "The first run is right, the others are not: the optimizer still remembers the gradients of the run before. A new "
    "one is needed before each run.",
)
def still_one_optimizer(model, train_step, batches, runs):
    return trained_again(model, train_step, batches, runs)


@mistake(
    "only the steps are counted anew",
    "The number of steps begins at 0 in each run, and the running means do not. Adam now corrects old means as if they "
    "were young. Make a new optimizer, or put all its variables back.",
)
def only_iterations(model, train_step, batches, runs):
    return trained_again(model, train_step, batches, runs, forget=("iteration",))


@mistake(
    "every step a new optimizer",
    "The runs are equal now, and each is another one than before: in every step an optimizer begins with an empty "
    "memory. Make one for each run, not for each step.",
)
def one_for_each_step(model, train_step, batches, runs):
    start, losses = model.get_weights(), []
    for _ in range(runs):
        model.set_weights(start)
        for features, labels in batches:
            loss = train_step(keras.optimizers.Adam(0.1), features, labels)
        losses.append(float(loss))
    return losses


def observe(candidate, seed=2, runs=3):
    """A model of one number, whose loss is (weight - feature)² / 2: its gradients are known without a tape."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    draw = np.random.default_rng(seed)
    batches = [(draw.normal(2.0, 1.0, (1, 1)).astype("float32"), None) for _ in range(5)]

    def train_step(optimizer, features, labels):
        kernel = model.trainable_variables[0]
        off = kernel.numpy() - features
        optimizer.apply([keras.ops.convert_to_tensor(off)], [kernel])
        return float(np.sum(off**2) / 2)

    losses = forms.numbers(candidate(model, train_step, batches, runs))
    return {"losses of the last steps": losses, "weight at the end": model.get_weights()[0]}


EXERCISE = Case(
    id="C6.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=last_losses,
    starter=last_losses_broken,
    alternatives=(last_losses_with_memory_put_back,),
    mistakes=(still_one_optimizer, only_iterations, one_for_each_step),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=5, runs=2),
    note=NOTE,
    explanation=EXPLANATION,
    trap=37,
    culprits="B",
    suspects={
        "A": "`get_weights()` returns copies, which do not change while the model is trained.",
        "B": "One optimizer for all runs, and it remembers the runs before.",
        "C": "It puts all weights back, and there is nothing else in this model.",
        "D": "The same batches in the same order: a list does not shuffle itself.",
        "E": "It takes a step with the optimizer that it is given.",
    },
)
