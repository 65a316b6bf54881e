"""C7.3 The machine is idle half of the time."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson07.shared import Machine

TITLE = "The machine is idle half of the time"
TASK = """\
A GPU works on its own: while it calculates, Python can already hand it the next steps. In this loop it never has more
than one step to do, and is idle while Python prepares another. Which line is it?"""
HINTS = (
    "At which line does Python stand still until the machine is done?",
    "What is known at once of a loss that is still being calculated: its value, or only that there will be one?",
    "Losses can be added before they are known. How many numbers does the caller need in the end?",
)


def train_epoch(take_step, batches):
    """Take a step on each batch; return the mean of their losses, a float.

    Args:
        take_step: take_step(features, labels) hands a step to the machine and returns its loss, which is not known
            yet. It is like a number all the same: losses can be added, and `float` gives the value.
        batches: a list of (features, labels).
    """
    total = 0.0  # A
    for features, labels in batches:  # B
        loss = take_step(features, labels)  # C
        total += loss  # D
    return float(total) / len(batches)  # E


# What a learner starts with


def train_epoch_broken(take_step, batches):
    total = 0.0  # A
    for features, labels in batches:  # B
        loss = take_step(features, labels)  # C
        total += float(loss)  # D
    return total / len(batches)  # E


SUSPECTS = {
    "A": "The sum begins as a number of Python's, and becomes whatever is added to it.",
    "B": "Python deals the batches. That is the work it should do while the machine calculates.",
    "C": "The step is handed over here, and Python gets its loss back at once, as something that will have a value.",
    "D": "`float` needs the value, so Python waits here until the machine is done. The machine then waits for Python.",
    "E": "One division. Here the epoch is over, and whoever asks for its loss may wait.",
}
NOTE = (
    "The same holds for `.numpy()`, `print` and an `if` on a loss. On a processor alone the loss is known when the "
    "step returns, and nothing is lost; so it shows on the day when the loop moves to a GPU."
)
EXPLANATION = (
    "The sum of losses that are not known is one more that is not known. All steps are handed over before the first "
    "wait, and the only `float` comes when there is nothing left to hand over."
)


# Other right answers


def listed_first(take_step, batches):
    losses = [take_step(features, labels) for features, labels in batches]
    return float(np.mean([float(loss) for loss in losses]))


# Mends that do not mend


@mistake(
    "it waits less often, and still waits",
    "Fewer waits than before, but at each of them the machine runs dry. For a progress bar that may be worth it; for "
    "the mean of an epoch no wait is needed before the last step is handed over.",
)
def now_and_then(take_step, batches):
    total, part = 0.0, 0.0
    for number, (features, labels) in enumerate(batches, start=1):
        part += take_step(features, labels)
        if number % 3 == 0:
            total, part = total + float(part), 0.0
    return (total + float(part)) / len(batches)


@mistake(
    "it waits in other words",
    "Python still waits in each round: `.numpy()`, `np.array(…)` or a comparison need the value just as `float` does.",
)
def by_numpy(take_step, batches):
    return float(np.mean([take_step(features, labels).numpy() for features, labels in batches]))


@mistake(
    "the last loss in place of the mean",
    "No wait before the end, but what comes back is the loss of the last batch alone.",
)
def last_one(take_step, batches):
    for features, labels in batches:
        loss = take_step(features, labels)
    return float(loss)


@mistake(
    "the sum in place of the mean",
    "No wait before the end, but what comes back is the sum of the losses. Divide it by the number of batches.",
)
def summed(take_step, batches):
    return float(sum(take_step(features, labels) for features, labels in batches))


@mistake(
    "a result that is not known yet",
    "What comes back is not a number yet: somebody else will have to wait for it. At the end of the epoch `float` is "
    "right.",
)
def not_read(take_step, batches):
    return sum(take_step(features, labels) for features, labels in batches) / len(batches)


# Probes


def observe(candidate, steps=7):
    machine = Machine(np.random.default_rng(steps).uniform(0, 1, steps).round(3).tolist())
    batches = [(np.zeros((2, 3), "float32"), np.zeros(2, "float32"))] * steps
    returned = candidate(machine.take_step, batches)
    waited = machine.waits
    return {
        "most steps that lay ready for the machine": machine.most_waiting,
        "waits before the epoch's end": max(waited - 1, 0),
        "mean loss": forms.number(returned) if isinstance(returned, (float, np.floating)) else forms.in_words(returned),
    }


EXERCISE = Case(
    id="C7.3",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=train_epoch,
    starter=train_epoch_broken,
    trap=62,
    culprits="D",
    suspects=SUSPECTS,
    alternatives=(listed_first,),
    mistakes=(now_and_then, by_numpy, last_one, summed, not_read),
    observe=observe,
    second=lambda candidate: observe(candidate, steps=11),
    note=NOTE,
    explanation=EXPLANATION,
)
