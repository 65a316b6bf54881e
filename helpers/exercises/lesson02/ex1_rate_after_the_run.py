"""02.1 What is left of the rate?"""

import keras

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "What is left of the rate?"
TASK = """A dataset of 100 rows is dealt out by `batch(32)`, and an optimizer gets the schedule
`keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=20, decay_rate=0.5)`. The loop runs for 15 epochs.

Which learning rate is left after the last step, the one that a further step would take? Let `rate_after_the_run` return
it: a number, or a calculation in Python that gives one (no text)."""
HINTS = (
    "A schedule counts steps. How many steps are in an epoch of 100 rows in batches of 32? Mind the last batch.",
    "Four steps in each of 15 epochs. How many times do 20 steps fit in?",
    "Sixty steps, so the rate has been halved three times.",
)


def rate_after_the_run():
    """Return the learning rate after the last step of the run, a number."""
    return 0.1 * 0.5 ** (15 * 4 / 20)


NOTE = (
    "`len(dataset)` is the number of batches, the ragged one included. Writing `decay_steps=5 * len(dataset)` "
    "keeps a schedule in epochs, and right when the batch size changes."
)
EXPLANATION = (
    "A hundred rows in batches of 32 are four steps, so 15 epochs are 60 steps. The rate is halved "
    "every 20 of them, three times in all: $0.1 \\cdot 0.5^3 = 0.0125$."
)


# Other right answers


def rate_by_schedule():
    return keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=20, decay_rate=0.5)(15 * 4)


# Mistakes


@mistake(
    "steps taken for epochs",
    "This is the rate after 15 steps, not epochs. `decay_steps` counts batches, so the rate "
    "falls faster than you think: multiply the epochs by the steps in each.",
)
def steps_as_epochs():
    return 0.1 * 0.5 ** (15 / 20)


@mistake(
    "the ragged batch forgotten",
    "This is the rate for three steps in an epoch. Three batches of 32 are 96 rows; the other "
    "rows make a small batch of their own, and that is a step, too.",
)
def ragged_batch_forgotten():
    return 0.1 * 0.5 ** (15 * 3 / 20)


@mistake(
    "the rate of the last step",
    "This is the rate that the last step used, after 59 steps. Counting begins with 0: when 60 "
    "steps "
    "are done, the schedule is asked for step 60.",
)
def one_step_earlier():
    return 0.1 * 0.5 ** (59 / 20)


@mistake(
    "halved only once",
    "This is the rate after a single halving. The schedule goes on: it halves the present rate every 20 steps.",
)
def halved_once():
    return 0.1 * 0.5


@mistake(
    "all epochs dealt out at once",
    "This is the rate after 47 steps, the batches that 1,500 rows in a row would make. Each epoch deals the 100 rows "
    "out anew, and each has a small batch of its own at the end.",
)
def dealt_out_at_once():
    return 0.1 * 0.5 ** (47 / 20)


@mistake(
    "a fraction of a batch",
    "This is the rate for 3.125 steps in an epoch, 100 / 32. The small batch at the end of an epoch is a whole step: "
    "round up.",
)
def fraction_of_a_batch():
    return 0.1 * 0.5 ** (15 * 100 / 32 / 20)


@mistake(
    "halved in every step",
    "This is the rate after 60 halvings, almost nothing. `decay_steps` says how many steps one halving takes: the "
    "exponent is steps / 20.",
)
def halved_in_every_step():
    return 0.1 * 0.5**60


@mistake(
    "the schedule instead of a rate",
    "What comes back is the schedule itself, which knows the rate of every step. Call it with a number of steps, and "
    "it gives the rate there.",
)
def schedule_itself():
    return keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=20, decay_rate=0.5)


# Probes


def observe(candidate):
    return {"the rate you predict": forms.number(candidate())}


EXERCISE = Exercise(
    id="02.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=rate_after_the_run,
    alternatives=(rate_by_schedule,),
    mistakes=(
        steps_as_epochs,
        ragged_batch_forgotten,
        one_step_earlier,
        halved_once,
        dealt_out_at_once,
        fraction_of_a_batch,
        halved_in_every_step,
        schedule_itself,
    ),
    observe=observe,
    second=observe,
    tolerance=1e-7,
    note=NOTE,
    explanation=EXPLANATION,
)
