"""04.5 A threshold from any cost matrix."""

import numpy as np

from helpers.exercises.exercise import Exercise, mistake

TITLE = "A threshold from any cost matrix"
TASK = """
Write `threshold(cost_matrix)`. The cost matrix is a NumPy array of shape `(2, 2)`, in dollars. Row 0 is "do nothing"
and row 1 "make the offer"; column 0 is "the customer would stay" and column 1 "would leave". Return the probability of
leaving above which the offer is the cheaper choice, as a number (a float of Python or NumPy), not rounded.

For the lesson's costs, `[[0, 400], [40, 240]]`, it is `0.20`. Every entry may be other than 0; you may rely on the
offer being cheaper for leavers and more expensive for stayers.
"""
HINTS = (
    "Write down what a customer with probability p costs on average without the offer, and with it.",
    "At the threshold both are equal. What does the offer waste on a customer who stays, compared with doing "
    "nothing? What does it save on one who leaves?",
    "The offer pays if `p * saved > (1 - p) * wasted`. Solve for p.",
)


def threshold(cost_matrix):
    """Return the probability of leaving above which the offer is the cheaper choice, a float.

    Args:
        cost_matrix: float64 (2, 2), dollars; rows: do nothing, make the offer; columns: stays, leaves.
    """
    wasted = cost_matrix[1, 0] - cost_matrix[0, 0]
    saved = cost_matrix[0, 1] - cost_matrix[1, 1]
    return wasted / (wasted + saved)


NOTE = (
    "Only differences within a column count: 1,000 dollars more in both cells of a column change nothing. The "
    "threshold holds for calibrated probabilities only, so correct the logits first if there were class weights."
)
EXPLANATION = (
    "With probability p the offer saves p · saved and wastes (1 − p) · wasted; it pays from where both are "
    "equal. Saved and wasted are differences within a column, because the customer does not choose the "
    "row."
)


# Other right answers


def by_equal_costs(cost_matrix):
    # the expected cost of each choice is a straight line in p; the threshold is where the two meet
    at_0, at_1 = cost_matrix[1] - cost_matrix[0]
    return at_0 / (at_0 - at_1)


# Mistakes


@mistake(
    "odds taken for a probability",
    "Wasted divided by saved is the threshold of the odds, p / (1 − p). For the lesson's costs that is 0.25. "
    "Used as a probability, it makes too few offers. Turn odds into a probability.",
)
def odds(cost_matrix):
    return (cost_matrix[1, 0] - cost_matrix[0, 0]) / (cost_matrix[0, 1] - cost_matrix[1, 1])


@mistake(
    "right decisions cost nothing",
    "Only the two mistakes were looked at. But a leaver who gets the offer still costs 240 dollars in the "
    "lesson's matrix: the offer saves 160, not 400. Use differences within a column.",
)
def only_mistakes_cost(cost_matrix):
    return cost_matrix[1, 0] / (cost_matrix[1, 0] + cost_matrix[0, 1])


@mistake(
    "a stayer without an offer costs nothing",
    "Right as long as the upper left number is 0, as it is in the lesson. Where even to do nothing costs something, "
    "the offer wastes only what it costs *more* on a stayer. Use differences within a column, in both columns.",
)
def upper_left_is_zero(cost_matrix):
    saved = cost_matrix[0, 1] - cost_matrix[1, 1]
    return cost_matrix[1, 0] / (cost_matrix[1, 0] + saved)


@mistake(
    "the cost of the offer over that of a lost customer",
    "This is 40 / 400 for the lesson's costs, two of the four numbers. It leaves out that a leaver who gets the offer "
    "costs something, too, and it is a threshold of the odds, p / (1 − p), and not of the probability. Use differences "
    "within a column, and turn odds into a probability.",
)
def offer_over_loss(cost_matrix):
    return cost_matrix[1, 0] / cost_matrix[0, 1]


@mistake(
    "rounded to two digits",
    "Right for thresholds of whole percents. One third becomes 0.33, and whoever is between the two gets the dearer "
    "choice. Round what you show, and compare with all digits.",
)
def rounded(cost_matrix):
    return round(float(threshold(cost_matrix)), 2)


@mistake(
    "the probability of staying",
    "This is one minus the threshold. With cheap offers it is a high number: almost nobody would get one, "
    "though offers are what pays. Which of the two, wasted or saved, must raise the threshold when it grows?",
)
def probability_of_staying(cost_matrix):
    wasted = cost_matrix[1, 0] - cost_matrix[0, 0]
    saved = cost_matrix[0, 1] - cost_matrix[1, 1]
    return saved / (wasted + saved)


@mistake(
    "rows and columns changed places",
    "For the lesson's costs this gives a threshold above 1, so nobody would ever get an offer. The row is what "
    "the company does, the column what the customer would do; compare two rows within one column.",
)
def rows_for_columns(cost_matrix):
    wasted = cost_matrix[0, 1] - cost_matrix[0, 0]
    saved = cost_matrix[1, 0] - cost_matrix[1, 1]
    return wasted / (wasted + saved)


@mistake(
    "one half, whatever it costs",
    "A threshold of 0.5 is right when both mistakes cost the same. Here they do not: in the lesson, 0.5 gave a "
    "good part of the savings away. Use the numbers in the matrix.",
)
def one_half(cost_matrix):
    return 0.5


# Probes


def observe(candidate, matrices=None):
    matrices = matrices or {
        "the lesson's costs": [[0, 400], [40, 240]],
        "an offer of 15 dollars that always works": [[0, 300], [15, 15]],
        "each contact costs, even to do nothing": [[5, 105], [30, 55]],
    }
    return {f"threshold ({name})": candidate(np.array(matrix, "float64")) for name, matrix in matrices.items()}


EXERCISE = Exercise(
    id="04.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=threshold,
    alternatives=(by_equal_costs,),
    mistakes=(
        odds,
        only_mistakes_cost,
        upper_left_is_zero,
        offer_over_loss,
        rounded,
        probability_of_staying,
        rows_for_columns,
        one_half,
    ),
    observe=observe,
    second=lambda candidate: observe(
        candidate, {"first": [[2, 90], [13, 41]], "second": [[1, 8], [4, 3]], "third": [[0, 50], [1, 20]]}
    ),
    note=NOTE,
    explanation=EXPLANATION,
)
