"""Answers to 02.5."""

import itertools

import keras

from answers import right, wrong


@right("a small class keeps the best loss and the count")
def small_class(optimizer, losses, patience, factor, min_delta):
    class Plateau:
        def __init__(self):
            self.best = None
            self.waited = 0

        def improves(self, loss):
            return self.best is None or loss + min_delta < self.best

        def see(self, loss):
            if self.improves(loss):
                self.best, self.waited = loss, 0
                return
            self.waited += 1
            if self.waited >= patience:
                optimizer.learning_rate = optimizer.learning_rate * factor
                self.waited = 0

    plateau, rates = Plateau(), []
    for loss in losses:
        plateau.see(loss)
        rates.append(float(optimizer.learning_rate))
    return rates


@right("a generator yields the rate after each epoch, with assign and a countdown")
def countdown(optimizer, losses, patience, factor, min_delta):
    def rates():
        best, left = None, patience
        for loss in losses:
            if best is None or loss + min_delta < best:
                best, left = loss, patience
            else:
                left -= 1
                if left <= 0:
                    optimizer.learning_rate.assign(optimizer.learning_rate * factor)
                    left = patience
            yield float(keras.ops.convert_to_numpy(optimizer.learning_rate))

    return list(rates())


@right("itertools.accumulate over (best, count, decays), the rates by powers of the factor")
def accumulated(optimizer, losses, patience, factor, min_delta):
    def walk(state, loss):
        best, count, decays = state
        if best is None or loss + min_delta < best:
            return loss, 0, decays
        if count + 1 >= patience:
            return best, 0, decays + 1
        return best, count + 1, decays

    first = float(optimizer.learning_rate)
    rates = []
    for _, _, decays in list(itertools.accumulate(losses, walk, initial=(None, 0, 0)))[1:]:
        optimizer.learning_rate = first * factor**decays
        rates.append(float(optimizer.learning_rate))
    return rates


@right("indices: the epoch of the best loss and of the last decay, whichever is later, starts the count")
def by_indices(optimizer, losses, patience, factor, min_delta):
    rates, best, since = [], 0, 0
    for epoch in range(len(losses)):
        if epoch == 0 or losses[epoch] + min_delta < losses[best]:
            best = since = epoch
        elif epoch - since >= patience:
            optimizer.learning_rate.assign(float(optimizer.learning_rate) * factor)
            since = epoch
        rates.append(float(optimizer.learning_rate))
    return rates


@wrong(
    "the count does not begin anew after a decay, the rate falls in every further epoch", named="patience spent once"
)
def count_goes_on(optimizer, losses, patience, factor, min_delta):
    best, count, rates = float("inf"), 0, []
    for loss in losses:
        if loss + min_delta < best:
            best = loss
            count = 0
        else:
            count += 1
            if count >= patience:
                optimizer.learning_rate = float(optimizer.learning_rate) * factor
        rates.append(float(optimizer.learning_rate))
    return rates


@wrong("an improvement does not set the count to 0, the epochs need not be in a row", named="not in a row")
def not_in_a_row(optimizer, losses, patience, factor, min_delta):
    best, count, rates = float("inf"), 0, []
    for loss in losses:
        if loss + min_delta < best:
            best = loss
        else:
            count += 1
        if count == patience:
            optimizer.learning_rate = float(optimizer.learning_rate) * factor
            count = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@wrong("waits one epoch longer than patience", named="one epoch too patient")
def one_too_many(optimizer, losses, patience, factor, min_delta):
    best, count, rates = float("inf"), 0, []
    for loss in losses:
        if loss + min_delta < best:
            best, count = loss, 0
        else:
            count += 1
        if count > patience:
            optimizer.learning_rate = float(optimizer.learning_rate) * factor
            count = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@wrong("compares with the epoch before, not with the best", named="compared with the epoch before")
def with_the_one_before(optimizer, losses, patience, factor, min_delta):
    before, count, rates = float("inf"), 0, []
    for loss in losses:
        if loss + min_delta < before:
            count = 0
        else:
            count += 1
        before = loss
        if count >= patience:
            optimizer.learning_rate = float(optimizer.learning_rate) * factor
            count = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@wrong(
    "multiplies the first rate by the factor each time, so the second decay changes nothing",
    named="the initial rate, again and again",
)
def first_rate_again(optimizer, losses, patience, factor, min_delta):
    first = float(optimizer.learning_rate)
    best, count, rates = float("inf"), 0, []
    for loss in losses:
        if loss + min_delta < best:
            best, count = loss, 0
        else:
            count += 1
            if count >= patience:
                optimizer.learning_rate = first * factor
                count = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@wrong("works out the list, but the optimizer keeps its rate", named="the optimizer never hears of it")
def optimizer_untouched(optimizer, losses, patience, factor, min_delta):
    rate = float(optimizer.learning_rate)
    best, count, rates = float("inf"), 0, []
    for loss in losses:
        if loss + min_delta < best:
            best, count = loss, 0
        else:
            count += 1
            if count >= patience:
                rate = rate * factor
                count = 0
        rates.append(rate)
    return rates


@wrong("appends the Variable itself, so that every entry shows the last rate", named="one variable, many times")
def same_variable(optimizer, losses, patience, factor, min_delta):
    best, count, rates = float("inf"), 0, []
    for loss in losses:
        if loss + min_delta < best:
            best, count = loss, 0
        else:
            count += 1
            if count >= patience:
                optimizer.learning_rate.assign(optimizer.learning_rate * factor)
                count = 0
        rates.append(optimizer.learning_rate)
    return rates


@wrong("two mistakes: min_delta with the wrong sign, and the rate written down before the decay")
def sign_and_order(optimizer, losses, patience, factor, min_delta):
    best, count, rates = float("inf"), 0, []
    for loss in losses:
        rates.append(float(optimizer.learning_rate))
        if loss - min_delta < best:
            best, count = loss, 0
        else:
            count += 1
            if count >= patience:
                optimizer.learning_rate = float(optimizer.learning_rate) * factor
                count = 0
    return rates


@wrong("best is the smallest loss so far, small falls included", named="best moved by a fall too small to count")
def smallest_so_far(optimizer, losses, patience, factor, min_delta):
    count, rates = 0, []
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss + min_delta < min(losses[:epoch]):
            count = 0
        else:
            count += 1
            if count == patience:
                optimizer.learning_rate.assign(optimizer.learning_rate * factor)
                count = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@wrong("min_delta with the wrong sign", named="the margin turned around")
def wrong_sign(optimizer, losses, patience, factor, min_delta):
    best, count, rates = float("inf"), 0, []
    for loss in losses:
        if loss - min_delta < best:
            best, count = loss, 0
        else:
            count += 1
            if count >= patience:
                optimizer.learning_rate = float(optimizer.learning_rate) * factor
                count = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@wrong("<= in place of <", named="an equal loss counts as better")
def equal_improves(optimizer, losses, patience, factor, min_delta):
    best, count, rates = None, 0, []
    for loss in losses:
        if best is None or loss <= best - min_delta:
            best, count = loss, 0
        else:
            count += 1
            if count >= patience:
                optimizer.learning_rate = float(optimizer.learning_rate) * factor
                count = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@wrong("never below a rate of 0.00001")
def with_a_floor(optimizer, losses, patience, factor, min_delta):
    best, count, rates = float("inf"), 0, []
    for loss in losses:
        if loss + min_delta < best:
            best, count = loss, 0
        else:
            count += 1
            if count >= patience:
                optimizer.learning_rate = max(1e-5, float(optimizer.learning_rate) * factor)
                count = 0
        rates.append(float(optimizer.learning_rate))
    return rates


@wrong("the rates by epoch in a dictionary")
def by_epoch(optimizer, losses, patience, factor, min_delta):
    return dict(enumerate(small_class.function(optimizer, losses, patience, factor, min_delta)))
