"""Answers to 04.5."""

from fractions import Fraction

import numpy as np

from answers import right, wrong


@right("solves the two linear equations of the lines' crossing point")
def crossing_point(cost_matrix):
    # cost of row r at probability p: c[r, 0] + p * (c[r, 1] - c[r, 0]); unknowns are p and the common cost
    slopes = cost_matrix[:, 1] - cost_matrix[:, 0]
    equations = np.column_stack([slopes, -np.ones(2)])
    probability, _ = np.linalg.solve(equations, -cost_matrix[:, 0])
    return float(probability)


@right("odds at which both choices cost the same, then odds to probability")
def from_odds(cost_matrix):
    (stay_nothing, leave_nothing), (stay_offer, leave_offer) = cost_matrix.tolist()
    odds = (stay_offer - stay_nothing) / (leave_nothing - leave_offer)
    return odds / (1 + odds)


@right("exact fractions, turned into a float at the end")
def exact_fractions(cost_matrix):
    costs = [[Fraction(float(cost)) for cost in row] for row in cost_matrix]
    wasted = costs[1][0] - costs[0][0]
    saved = costs[0][1] - costs[1][1]
    return float(wasted / (wasted + saved))


@right("regret of each wrong choice: costs less the cheapest of their column")
def regrets(cost_matrix):
    regret = cost_matrix - cost_matrix.min(axis=0, keepdims=True)
    return regret[1, 0] / regret.sum()


@right("bisection on the difference of the expected costs")
def bisection(cost_matrix):
    def offer_minus_nothing(p):
        nothing, offer = cost_matrix @ np.array([1 - p, p])
        return offer - nothing

    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if offer_minus_nothing(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@wrong(
    "the cost of the offer over the cost of a lost customer, the other two entries forgotten",
    named="the cost of the offer over that of a lost customer",
)
def offer_over_loss(cost_matrix):
    return float(cost_matrix[1, 0] / cost_matrix[0, 1])


@wrong(
    "takes it for granted that a stayer who gets no offer costs nothing, as in the lesson",
    named="a stayer without an offer costs nothing",
)
def upper_left_is_zero(cost_matrix):
    false_alarm = cost_matrix[1, 0]
    benefit = cost_matrix[0, 1] - cost_matrix[1, 1]
    return float(false_alarm / (false_alarm + benefit))


@wrong("the probability of staying: one minus the threshold", named="the probability of staying")
def probability_of_staying(cost_matrix):
    wasted = cost_matrix[1, 0] - cost_matrix[0, 0]
    saved = cost_matrix[0, 1] - cost_matrix[1, 1]
    return float(saved / (wasted + saved))


@wrong("rows and columns mixed up", named="rows and columns changed places")
def transposed(cost_matrix):
    (stay_nothing, stay_offer), (leave_nothing, leave_offer) = cost_matrix
    wasted = stay_offer - stay_nothing
    saved = leave_nothing - leave_offer
    return float(wasted / (wasted + saved))


@wrong("returns the odds in place of the probability", named="odds taken for a probability")
def odds_returned(cost_matrix):
    wasted = cost_matrix[1, 0] - cost_matrix[0, 0]
    saved = cost_matrix[0, 1] - cost_matrix[1, 1]
    return float(wasted / saved)


@wrong("tries whole per cents only and returns the first at which the offer is cheaper")
def whole_percents(cost_matrix):
    for p in np.arange(0, 1.01, 0.01):
        nothing = (1 - p) * cost_matrix[0, 0] + p * cost_matrix[0, 1]
        offer = (1 - p) * cost_matrix[1, 0] + p * cost_matrix[1, 1]
        if offer < nothing:
            return float(p)
    return 1.0


@wrong("two mistakes: the cost of a leaver who got the offer is forgotten, and two digits are kept")
def rounded_and_forgotten(cost_matrix):
    wasted = cost_matrix[1, 0] - cost_matrix[0, 0]
    loss = cost_matrix[0, 1] - cost_matrix[0, 0]
    return round(float(wasted / (wasted + loss)), 2)


@wrong("two digits only", named="rounded to two digits")
def two_digits(cost_matrix):
    offer_minus_nothing = np.diff(cost_matrix, axis=0)[0]
    return np.round(offer_minus_nothing[0] / (offer_minus_nothing[0] - offer_minus_nothing[1]), 2)
