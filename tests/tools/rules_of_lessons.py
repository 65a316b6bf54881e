"""The rules for lessons and clinics: how much there is to read, in which order, what is asked, proven and folded away.

A rule takes a notebook and its path and returns the problems it found, as sentences.
"""

import ast
import re

from notebook_reading import (
    NOTEBOOKS,
    all_cells,
    code_cells,
    is_clinic,
    is_folded,
    is_guess,
    is_lesson,
    outline,
    parsed,
    section,
    shape,
    stored_text,
    tags,
    text_cells,
    visible_cells,
    without_blocks,
)
from rules_of_words import link_targets

OPENING = ["Time", "You need", "You will be able to"]
ENDING = ["Same as `model.fit`?", "What you saw", "Your turn"]
# the most that a lesson may have of each; what one writes in a sentence about it
BUDGET = {
    "words": (2200, "words to read"),
    "lines": (200, "lines of code to read"),
    "cells": (32, "code cells to read, guesses not counted"),
    "predictions": (8, "predictions"),
    "folded_words": (500, "words folded away"),
    "folded_lines": (80, "lines of code folded away"),
}
MINUTES = {"lesson": 40, "clinic": 30}
TRAINING = {"apply_gradients", "assign_sub", "train_step", "train_one_epoch", "descend"}
FOLD = re.compile(r"<details><summary>[^\n]+</summary>\n\n.+?\n\n</details>", flags=re.DOTALL)
EXPLANATION = "<details><summary>After you have run it</summary>\n\n"


# How much there is to read.


def lesson_is_one_sitting(notebook, path):
    """Words, lines, cells and predictions of a lesson stay within BUDGET; what is folded has its own."""
    if not is_lesson(path):
        return []
    found = shape(notebook)
    return [
        f"has {getattr(found, name)} {what}, at most {most}; cut, or move a part to clinic, exercises or helpers"
        for name, (most, what) in BUDGET.items()
        if getattr(found, name) > most
    ]


def minutes_are_stated(notebook, path):
    """The first cell says **Time** … about N minutes, as measured within a tenth, and not too many."""
    if not (is_lesson(path) or is_clinic(path)):
        return []
    measured = shape(notebook).minutes
    stated = re.search(r"\*\*Time\*\*.*\babout (\d+) minutes", notebook.cells[0].source)
    if not stated:
        return [f"its first cell should say how long it takes: **Time** … about {measured:.0f} minutes"]
    problems = []
    said = int(stated[1])
    if said != round(measured) and abs(said - measured) > 0.1 * measured:
        problems.append(f"says about {said} minutes, and has {measured:.1f} by the rule; say {measured:.0f}")
    kind = "clinic" if is_clinic(path) else "lesson"
    if round(measured) > MINUTES[kind]:
        problems.append(f"takes {measured:.0f} minutes by the rule, at most {MINUTES[kind]}; cut")
    return problems


def something_trains_early(notebook, path):
    """In the first third of the cells that a learner reads, weights move; a `def` moves nothing."""
    if not is_lesson(path):
        return []
    sources = [cell.source for _, cell in visible_cells(notebook)]
    third = -(-len(sources) // 3)  # rounded up
    if any(TRAINING & called_names(parsed(source)) for source in sources[:third]):
        return []
    return [f"none of its first {third} visible cells of code calls one of {sorted(TRAINING)}; let something train"]


def called_names(tree):
    """Return the names of what a cell calls when it runs, without what it only defines."""
    if isinstance(tree, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
        return set()
    names = set().union(*map(called_names, ast.iter_child_nodes(tree)))
    if isinstance(tree, ast.Call):
        names.add(getattr(tree.func, "id", None) or getattr(tree.func, "attr", None))
    return names


# The order.


def lesson_is_in_order(notebook, path):
    if not is_lesson(path):
        return []
    number, problems = path.name.partition("_")[0], []
    if not notebook.cells[0].source.startswith(f"# {number} "):
        problems.append(f"its first line should be: # {number} Title")
    titles = [text for level, text in outline(notebook) if level == 2]
    if titles[:1] != ["The question"]:
        problems.append("its first section should be: ## The question")
    # lesson 01 has no model yet
    ending = ENDING[1:] if number == "01" else ENDING
    if titles[-len(ending) :] != ending:
        problems.append(f"its last sections should be, in this order: {', '.join(ending)}")
    if "What goes wrong" in titles:
        problems.append("has a section What goes wrong; its cases belong into the clinic")
    return problems


def clinic_is_in_order(notebook, path):
    """# 03 Title: clinic; four to six cases, ## C3.1 What one sees, numbered in order; at the end ## Next."""
    if not is_clinic(path):
        return []
    number, problems = path.name.partition("_")[0], []
    if not re.match(rf"# {number} .+: clinic\n", notebook.cells[0].source):
        problems.append(f"its first line should be: # {number} Title: clinic")
    titles = [text for level, text in outline(notebook) if level == 2]
    if titles[-1:] != ["Next"]:
        problems.append("its last section should be: ## Next")
    cases = [title.partition(" ")[0] for title in titles if re.match(r"C\d", title)]
    wanted = [f"C{int(number)}.{count}" for count in range(1, len(cases) + 1)]
    if cases != wanted or not 4 <= len(cases) <= 6:
        problems.append(f"has the cases {cases}; four to six, numbered C{int(number)}.1, … in order, are right")
    return problems


def opens_with_table(notebook, path):
    """| **Time** | … |, | **You need** | … |, | **You will be able to** | *verb* … · *verb* … · *verb* … |."""
    if not is_lesson(path):
        return []
    rows = opening_table(notebook)
    if list(rows) != OPENING:
        return [f"its first cell needs a table with the rows {', '.join(OPENING)}, each name in bold"]
    problems, goals = [], objectives(notebook)
    if not 3 <= len(goals) <= 5:
        problems.append(f"names {len(goals)} objectives, separated by ' · '; 3 to 5 are right")
    return problems + [f"the objective {goal!r} should begin with a *verb*" for goal in goals if not verb(goal)]


def opening_table(notebook):
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| (.+) \|$", notebook.cells[0].source, flags=re.MULTILINE)
    return dict(rows)


def objectives(notebook):
    goals = opening_table(notebook).get("You will be able to", "")
    return goals.split(" · ") if goals else []


def verb(objective):
    """Return the emphasized word that an objective begins with, None without one."""
    found = re.match(r"\*(\w+)\*", objective)
    return found and found[1].lower()


def opens_with_recall(notebook, path):
    """Two or three questions on earlier lessons stand before ## The question, each with its answer folded away."""
    if not is_lesson(path):
        return []
    text = "\n".join(cell.source for _, cell in text_cells(notebook))
    opening = re.split(r"^## ", without_blocks(text), maxsplit=1, flags=re.MULTILINE)[0]
    count = len(FOLD.findall(opening))
    # before lesson 01 there is little to recall
    fewest = 0 if path.name.startswith("01") else 2
    if fewest <= count <= 3:
        return []
    return [f"recalls {count} answers, folded away, before its first section; {fewest} to 3 are right"]


def objectives_are_answered(notebook, path):
    """What you saw computes a table, and has one bullet `- **Verb**: …` for each objective, in the same order."""
    if not is_lesson(path):
        return []
    text, code = section(notebook, "What you saw")
    problems = []
    if not any(cell.outputs for cell in code):
        problems.append("What you saw needs a code cell that prints the results")
    promised = [verb(goal) for goal in objectives(notebook)]
    answered = [found and found[1].lower() for found in (re.match(r"\*\*(\w+)\*\*: ", b) for b in bullets(text))]
    if answered != promised:
        problems.append(f"What you saw should have the bullets {promised}, each as - **Verb**: …; it has {answered}")
    return problems


def bullets(text):
    return re.findall(r"^- (.*)", text, flags=re.MULTILINE)


def lesson_links_its_clinic(notebook, path):
    """Your turn leads to the clinic; a lesson after the sixth may have none."""
    clinic = NOTEBOOKS / "clinics" / path.name
    if not is_lesson(path) or (path.name > "07" and not clinic.exists()):
        return []
    targets = link_targets(section(notebook, "Your turn")[0])
    if any(target.partition("#")[0] == f"clinics/{path.name}" for target in targets):
        return []
    return [f"Your turn should link its clinic: [clinic](clinics/{path.name})"]


# What is asked, proven and folded away.


def predictions_are_collapsed(notebook, path):
    """After **Predict.** come a cell for the guess, the answer with its output collapsed, and the explanation, folded.

    The first line of the output, which JupyterLab shows, does not give the answer away.
    """
    strict = is_lesson(path) or is_clinic(path)
    problems, state = [], "nothing"
    for where, cell in all_cells(notebook):
        if state == "answered" and strict and not cell.source.startswith(EXPLANATION):
            problems.append(f"{where}: should explain the answer before it, and begin with {EXPLANATION.strip()}")
        if cell.cell_type != "code":
            if state in ("asked", "guessed"):
                problems.append(f"{where}: stands between a question and its answer")
            is_question = re.search(r"^\*\*Predict\.\*\*", cell.source, flags=re.MULTILINE)
            state = "asked" if is_question else "nothing"
        elif state == "asked" and is_guess(cell):
            state = "guessed"
        elif state in ("asked", "guessed"):
            if strict and state == "asked":
                problems.append(f"{where}: answers Predict; put a cell before it that holds only: guess = ...")
            problems += problems_of_answer(where, cell)
            state = "answered"
        else:
            if is_collapsed(cell):
                problems.append(f"{where}: is collapsed, but no line of the text before it begins with **Predict.**")
            state = "nothing"
    if state in ("asked", "guessed"):
        problems.append("the last question, **Predict.**, has no code cell after it")
    if state == "answered" and strict:
        problems.append(f"the last answer needs an explanation, which begins with {EXPLANATION.strip()}")
    return problems


def problems_of_answer(where, cell):
    problems = []
    if not is_collapsed(cell):
        problems.append(f'{where}: answers Predict; set its metadata "jupyter": {{"outputs_hidden": true}}')
    if not is_name(first_line(cell)):
        problems.append(f"{where}: should first print a line that says what the numbers are, without them")
    return problems


def is_collapsed(cell):
    return bool(cell.metadata.get("jupyter", {}).get("outputs_hidden"))


def first_line(cell):
    """Return the first printed line, which JupyterLab shows of a collapsed output."""
    first = cell.outputs[0] if cell.outputs else {}
    return first.text.splitlines()[0] if first.get("name") == "stdout" else ""


def is_name(line):
    """Whether a line only names a quantity: "loss, and ln 2", but not "loss 0.69", "share: 2" or "12 %"."""
    return bool(re.search(r"[A-Za-z]{2}", line)) and not re.search(r"\d*\.\d|\d\s*%|[:=]\s*[-+]?\d", line)


def proofs_are_folded(notebook, path):
    """A cell is tagged proof if and only if its source is folded; it prints one line, `proven: …`, with a figure."""
    problems = []
    for where, cell in code_cells(notebook):
        is_proof = "proof" in tags(cell)
        if is_proof != is_folded(cell):
            problems.append(f'{where}: needs both, the tag proof and "jupyter": {{"source_hidden": true}}, or neither')
        lines = stored_text(cell).strip().splitlines()
        if is_proof and not (len(lines) == 1 and re.match(r"proven: .*\d", lines[0])):
            problems.append(
                f"{where}: is a proof; let it print one line, `proven: …`, with the figure of what it proved"
            )
    return problems


def asserts_are_proofs(notebook, path):
    """No assert stands in a learner's way, least of all in the cell that answers a prediction."""
    if not (is_lesson(path) or is_clinic(path)):
        return []
    return [
        f"{where}: asserts in a cell that is read; move that into a proof cell after it (tag proof, source folded)"
        for where, cell in code_cells(notebook)
        if "proof" not in tags(cell) and re.search(r"^\s*assert\b|assert_\w+\(", cell.source, flags=re.MULTILINE)
    ]


def folds_can_be_read(notebook, path):
    """A fold holds a summary and, between blank lines, Markdown; without these lines it would show as raw text."""
    return [
        f"{where}: write a fold as {EXPLANATION.strip()}, a blank line, the text, a blank line, </details>"
        for where, cell in text_cells(notebook)
        if len(FOLD.findall(cell.source)) != without_blocks(cell.source).count("<details")
    ]
