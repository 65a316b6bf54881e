"""02.5 Decay on plateau."""

import keras
import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Decay on plateau"
TASK = """Write `decay_on_plateau(optimizer, losses, patience, factor, min_delta)`. It walks through the losses of a
run, one for each epoch, and lowers the optimizer's learning rate whenever the loss has stopped falling. The lesson's
rule did so after each single epoch that was no new best, and came to rest too early. This one, which is that of Keras's
`ReduceLROnPlateau`, has patience:

- a loss improves if `loss + min_delta < best`; the first loss always improves. `best` is the last loss that improved:
  a fall that is too small to count does not move it.
- after `patience` epochs **in a row** without improvement, the **present** rate is multiplied by `factor`, and the
  count begins anew.

Return the optimizer's rate after each epoch, a list of floats. At the end, the optimizer must have the last of them."""
HINTS = (
    "Three things are kept from epoch to epoch: the best loss, how many epochs have passed since it, and the rates.",
    "When does the count go back to 0? There are two occasions. And which rate is multiplied, the first or the "
    "present?",
    "Read the present rate with `float(optimizer.learning_rate)`, change it with `optimizer.learning_rate = …`. "
    "First see whether the loss improves, then whether patience is at its end.",
)


def decay_on_plateau(optimizer, losses, patience, factor, min_delta):
    """Lower the optimizer's learning rate whenever the loss has stopped falling.

    Args:
        optimizer: a Keras optimizer; its learning rate is changed.
        losses: the loss of each epoch, a list of finite floats.
        patience: after so many epochs in a row without improvement, at least 1, the rate is lowered, and the count
            begins anew.
        factor: what the present rate is multiplied by.
        min_delta: a loss improves if loss + min_delta < best, the last loss that improved.

    Returns:
        The optimizer's rate after each epoch, a list of floats.
    """
    best, waited, rates = np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < best:
            best, waited = loss, 0
        if waited == patience:
            optimizer.learning_rate = factor * float(optimizer.learning_rate)
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


NOTE = (
    "Reading the rate back from the optimizer for your log is worth the habit: `optimizer.lr = …` is accepted "
    "without a word, does nothing, and would look right in a list of your own."
)
EXPLANATION = (
    "The count goes back to 0 on two occasions: after an improvement, and after a decay. The new rate "
    "is made from the present one and read back from the optimizer, so the list shows what training would use."
)


# Other right answers


def plateau_by_power(optimizer, losses, patience, factor, min_delta):
    initial, best, waited, decays, rates = float(optimizer.learning_rate), losses[0], 0, 0, []
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss < best - min_delta:
            best, waited = loss, 0
        else:
            waited += 1
            if waited >= patience:
                decays, waited = decays + 1, 0
        rates.append(initial * factor**decays)
        optimizer.learning_rate.assign(rates[-1])
    return rates


# Mistakes


@mistake(
    "the initial rate, again and again",
    "The rate drops once and then stays: each time, the same `factor` times the initial rate is "
    "assigned. Multiply the present rate, or count the decays and use `initial * factor**k`.",
)
def initial_rate_again(optimizer, losses, patience, factor, min_delta):
    initial, best, waited, rates = float(optimizer.learning_rate), np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < best:
            best, waited = loss, 0
        if waited == patience:
            optimizer.learning_rate = factor * initial
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@mistake(
    "compared with the epoch before",
    "A loss that goes up and down always looks better than some epoch before it, so the rate "
    "falls too late or never. Compare with the best loss so far, and change `best` only when it is beaten.",
)
def compared_with_last(optimizer, losses, patience, factor, min_delta):
    last, waited, rates = np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < last:
            waited = 0
        last = loss
        if waited == patience:
            optimizer.learning_rate = factor * float(optimizer.learning_rate)
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@mistake(
    "patience spent once",
    "Once the patience has run out, the rate falls in every epoch. Give the new rate a chance: "
    "the count begins anew after each decay.",
)
def patience_spent_once(optimizer, losses, patience, factor, min_delta):
    best, waited, rates = np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < best:
            best, waited = loss, 0
        if waited >= patience:
            optimizer.learning_rate = factor * float(optimizer.learning_rate)
        rates.append(float(optimizer.learning_rate))
    return rates


@mistake(
    "not in a row",
    "The rate falls although the loss has just improved. Epochs without improvement are counted "
    "over the whole run; an improvement must set the count back to 0.",
)
def not_in_a_row(optimizer, losses, patience, factor, min_delta):
    best, waited, rates = np.inf, 0, []
    for loss in losses:
        if loss + min_delta < best:
            best = loss
        else:
            waited += 1
        if waited == patience:
            optimizer.learning_rate = factor * float(optimizer.learning_rate)
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@mistake(
    "the margin ignored",
    "A loss that creeps down by less than `min_delta` an epoch still counts as improving, so "
    "the rate stays. An improvement must be larger than the margin.",
)
def margin_ignored(optimizer, losses, patience, factor, min_delta):
    return decay_on_plateau(optimizer, losses, patience, factor, 0.0)


@mistake(
    "the margin turned around",
    "Losses that are a little worse than the best still count as improving, so the rate falls too late or never. A "
    "margin makes it harder to improve, not easier: `loss + min_delta < best`, or `loss < best - min_delta`.",
)
def margin_turned_around(optimizer, losses, patience, factor, min_delta):
    return decay_on_plateau(optimizer, losses, patience, factor, -min_delta)


@mistake(
    "best moved by a fall too small to count",
    "A loss that creeps down by less than `min_delta` an epoch, and in the end by more than that, never improves in "
    "your count, because `best` goes down with it. Move `best` only when a loss improves.",
)
def best_creeps_along(optimizer, losses, patience, factor, min_delta):
    best, waited, rates = np.inf, 0, []
    for loss in losses:
        waited = 0 if loss + min_delta < best else waited + 1
        best = min(best, loss)
        if waited == patience:
            optimizer.learning_rate = factor * float(optimizer.learning_rate)
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@mistake(
    "an equal loss counts as better",
    "A loss that stands still counts as improving in each epoch, so the rate never falls there. It must be smaller "
    "than the best: `<`, not `<=`.",
)
def equal_is_better(optimizer, losses, patience, factor, min_delta):
    best, waited, rates = np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta <= best:
            best, waited = loss, 0
        if waited == patience:
            optimizer.learning_rate = factor * float(optimizer.learning_rate)
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@mistake(
    "the optimizer never hears of it",
    "The list is right, and the optimizer still has the rate it started with: a number of your "
    "own was lowered, or `optimizer.lr`, which nobody reads. Assign to `optimizer.learning_rate`, and note "
    "down "
    "what you read from there.",
)
def rate_kept_to_itself(optimizer, losses, patience, factor, min_delta):
    rate, best, waited, rates = float(optimizer.learning_rate), np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < best:
            best, waited = loss, 0
        if waited == patience:
            rate, waited = factor * rate, 0
        rates.append(rate)
    return rates


@mistake(
    "the rate never falls",
    "The optimizer keeps its first rate, whatever the losses do. If you assign one, look at the "
    "name: `optimizer.lr = …` is accepted without a word and does nothing; it must be "
    "`optimizer.learning_rate`.",
)
def another_attribute(optimizer, losses, patience, factor, min_delta):
    best, waited, rates = np.inf, 0, []
    for loss in losses:
        waited += 1
        if loss + min_delta < best:
            best, waited = loss, 0
        if waited == patience:
            optimizer.lr = factor * float(optimizer.learning_rate)
            waited = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@mistake(
    "one epoch too patient",
    "Each decay comes one epoch late. With patience 3, the third epoch in a row without "
    "improvement lowers the rate, not the fourth: compare with `==` or `>=`, not with `>`.",
)
def too_patient(optimizer, losses, patience, factor, min_delta):
    return decay_on_plateau(optimizer, losses, patience + 1, factor, min_delta)


@mistake(
    "the rate noted too early",
    "The decays come when they should, but each shows one epoch late in your list: it has the rate "
    "with which an epoch began. Append after the decay, at the end of the epoch.",
)
def noted_too_early(optimizer, losses, patience, factor, min_delta):
    rate_before = float(optimizer.learning_rate)
    return [rate_before, *decay_on_plateau(optimizer, losses, patience, factor, min_delta)[:-1]]


@mistake(
    "one variable, many times",
    "Your list says that the rate was the last one all along. It holds the optimizer's variable, "
    "many times over, and that has one value, the present one. Note down a number: "
    "`float(optimizer.learning_rate)`.",
)
def one_variable_many_times(optimizer, losses, patience, factor, min_delta):
    decay_on_plateau(optimizer, losses, patience, factor, min_delta)
    return [optimizer.learning_rate] * len(losses)


# Probes


def rates_of(candidate, losses, rate, **settings):
    """Return the rates after each epoch, and the one that the optimizer has in the end."""
    optimizer = keras.optimizers.SGD(learning_rate=rate)
    rates = candidate(optimizer, list(losses), **settings)
    return forms.numbers(rates), float(optimizer.learning_rate)


def observe(candidate):
    flat, left = rates_of(candidate, [1.0] * 10, 0.8, patience=3, factor=0.5, min_delta=0.0)
    waves = [5.0, 3.0, 4.0, 3.5, 2.0, 2.5, 1.0, 1.5, 1.25, 1.0]
    waving, _ = rates_of(candidate, waves, 1.0, patience=3, factor=0.1, min_delta=0.0)
    creeps = [4.0, 3.9, 3.8, 3.7, 3.6, 3.7, 3.65]
    creeping, _ = rates_of(candidate, creeps, 1.0, patience=2, factor=0.5, min_delta=0.25)
    _, small = rates_of(candidate, [2.0] * 25, 1.0, patience=2, factor=0.1, min_delta=0.0)
    return {
        "loss stands still, patience 3, first rate 0.8: rates": flat,
        "the optimizer's own rate after that": left,
        "loss goes up and down, patience 3, first rate 1: rates": waving,
        "loss creeps down by 0.1 an epoch, min_delta 0.25, first rate 1: rates": creeping,
        "loss stands still for 25 epochs, patience 2, first rate 1: decays by a factor of ten": -np.log10(small),
    }


def second(candidate):
    losses = [9.0, 7.0, 7.5, 6.9, 6.95, 7.1, 5.0, 5.2, 5.1, 5.3, 4.95, 4.9, 4.9, 6.0, 3.0, 3.1, 3.2, 2.99, 2.98, 3.0]
    measured = {}
    for patience, min_delta in [(1, 0.0), (1, 0.07), (2, 0.07), (3, 0.0), (4, 0.5)]:
        rates, left = rates_of(candidate, losses, 0.6, patience=patience, factor=0.7, min_delta=min_delta)
        measured |= {f"rates {patience}, {min_delta}": rates, f"left {patience}, {min_delta}": left}
    return measured


EXERCISE = Exercise(
    id="02.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=decay_on_plateau,
    alternatives=(plateau_by_power,),
    mistakes=(
        initial_rate_again,
        compared_with_last,
        patience_spent_once,
        not_in_a_row,
        margin_ignored,
        margin_turned_around,
        best_creeps_along,
        equal_is_better,
        rate_kept_to_itself,
        another_attribute,
        too_patient,
        noted_too_early,
        one_variable_many_times,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
