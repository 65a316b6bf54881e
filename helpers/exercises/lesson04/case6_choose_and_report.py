"""C4.6 It promised more than new customers keep."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake

TITLE = "It promised more than new customers keep"
TASK = """\
A threshold is to be chosen by what offers save, and what it will save is to be reported. The split into the two groups
of customers is drawn anew 500 times. On average more dollars are reported than the chosen threshold saves on still
other customers. Which line is it?"""
HINTS = (
    "Which customers decide, and which are reported on? Write down who enters each line.",
    "Of many thresholds the one that looks best on some customers has also been lucky with them.",
    "Choose on the validation rows.",
)


def choose_and_report(thresholds, p_val, y_val, p_test, y_test):
    """Return the threshold that saves most on validation rows, and what it saves a customer on test rows, in dollars.

    Args:
        thresholds: float64 (k,), those to choose from.
        p_val, p_test: probabilities of leaving, float64 (n,) and (m,); an offer is made from the threshold on.
        y_val, y_test: 1 for who left, else 0, (n,) and (m,).
    """

    def saved(p, labels, threshold):
        return np.mean(np.where(p >= threshold, np.where(labels == 1, 160, -40), 0))  # A

    savings = [saved(p_val, y_val, threshold) for threshold in thresholds]  # B
    best = thresholds[np.argmax(savings)]  # C
    return best, saved(p_test, y_test, best)  # D


def choose_and_report_broken(thresholds, p_val, y_val, p_test, y_test):
    def saved(p, labels, threshold):
        return np.mean(np.where(p >= threshold, np.where(labels == 1, 160, -40), 0))  # A

    savings = [saved(p_test, y_test, threshold) for threshold in thresholds]  # B
    best = thresholds[np.argmax(savings)]  # C
    return best, saved(p_test, y_test, best)  # D


NOTE = (
    "The promise grows with every threshold, epoch, seed and network that is tried on the same rows. Whoever tries "
    "many needs rows that were never asked."
)
EXPLANATION = (
    "The rows on which the threshold was reported had chosen it. The best of many on some rows is partly the luckiest "
    "on these rows, and its luck was reported as a result."
)


def in_a_loop(thresholds, p_val, y_val, p_test, y_test):
    best, most = None, -np.inf
    for threshold in thresholds:
        offered = p_val >= threshold
        saving = (160 * np.sum(offered & (y_val == 1)) - 40 * np.sum(offered & (y_val == 0))) / len(y_val)
        if saving > most:
            best, most = threshold, saving
    offered = p_test >= best
    return best, np.mean(offered * np.where(y_test == 1, 160, -40))


def with_rows(choose, report):
    """Return an answer that chooses and reports on the rows that two functions pick."""

    def answer(thresholds, p_val, y_val, p_test, y_test):
        rows = {"val": (p_val, y_val), "test": (p_test, y_test)}
        rows["all"] = tuple(np.concatenate(pair) for pair in zip(rows["val"], rows["test"]))
        best = choose_and_report(thresholds, *rows[choose], *rows[choose])[0]
        return best, choose_and_report([best], *rows[report], *rows[report])[1]

    return answer


reported_where_chosen = mistake(
    "the report is on the rows that chose",
    "The validation rows choose now. But what they saved is reported as well, so it is still the luck of the rows that "
    "chose.",
)(with_rows("val", "val"))

chosen_on_all = mistake(
    "all rows choose",
    "The threshold is chosen on validation and test rows together, so the test rows that report have still had a say.",
)(with_rows("all", "test"))


def observe(candidate, seed=0):
    """Few customers, so that each choice of rows has another best threshold; one probability equals a threshold."""
    draw = np.random.default_rng(seed)
    thresholds = np.array([0.1, 0.25, 0.4, 0.55, 0.7])
    measured = {}
    for name in ("first", "second", "third"):
        groups = []
        for n in (9, 14):
            labels = (np.arange(n) % 3 == 0).astype(int)
            p = np.round(np.clip(draw.uniform(0, 0.7, n) + 0.2 * labels, 0, 1) / 0.05) * 0.05
            groups += [np.round(p, 2), labels]
        found = forms.entries(candidate(thresholds.copy(), *groups))
        if found is None or len(found) != 2:
            return {"what came back": "not two numbers"}
        measured |= {f"threshold, {name}": forms.number(found[0]), f"saved, {name}": forms.number(found[1])}
    return measured


EXERCISE = Case(
    id="C4.6",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=choose_and_report,
    starter=choose_and_report_broken,
    alternatives=(in_a_loop,),
    mistakes=(reported_where_chosen, chosen_on_all),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=5),
    note=NOTE,
    explanation=EXPLANATION,
    trap=45,
    culprits="B",
    suspects={
        "A": "It takes 40 dollars for an offer to somebody who would have stayed, gives 160 for one to a leaver, and 0 "
        "for none. The lesson's costs say so.",
        "B": "It asks the test rows what each threshold saves, and the answer decides. Then the test rows report.",
        "C": "It takes the threshold that saves most. The best of many is always partly the luckiest; that matters "
        "only if the same rows report.",
        "D": "It reports on the test rows, as it should, if nothing else has asked them before.",
    },
)
