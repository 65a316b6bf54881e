"""The glossary: each way of breaking it is noticed, and no lesson can forget a word.

That it keeps its rules, and that each of its links leads to a heading, is for test_notebooks.py.
"""

import copy

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

import rules_of_glossary as rules
from notebook_reading import NOTEBOOKS, all_notebooks, is_lesson, jupyter_anchor
from notebook_rules import RULES
from rules_of_glossary import GLOSSARY, entries

LESSON = NOTEBOOKS / "02_regression.ipynb"


@pytest.fixture(scope="module")
def glossary():
    return nbformat.read(GLOSSARY, as_version=4)


def test_entry_is_letter_word_and_text():
    cells = ["# Title", "## A\n\n### accuracy\n\nA share.\n\n### Adam\n\nAn optimizer.", "## B\n\n### batch\n\nRows."]
    notebook = new_notebook(cells=[new_markdown_cell(cell) for cell in cells])
    assert entries(notebook) == [
        ("A", "accuracy", "A share."),
        ("A", "Adam", "An optimizer."),
        ("B", "batch", "Rows."),
    ]


def test_anchors_differ_in_every_viewer(glossary):
    """Some viewers write an anchor in small letters, so two headings must differ in more than that."""
    anchors = [jupyter_anchor(word).lower() for _, word, _ in entries(glossary)]
    letters = {letter.lower() for letter, _, _ in entries(glossary)}
    assert len({*anchors, *letters}) == len(anchors) + len(letters)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("### accuracy", "### zero", "'adam' stands after 'zero'"),
        ("### accuracy", "### Adam", "'adam' stands after 'adam'"),
        ("### accuracy", "### a", ""),
        ("## B\n", "## C\n", "'backpropagation' stands under C"),
        ("[B](#B)", "B", "its first cell should link the letters A B"),
        ("The share of rows that are right.", "The share. " + "Word " * 40, "'accuracy' has"),
        ("The share of rows that are right.", "The share.\n\nOf rows.", "'accuracy' has"),
        ("([lesson 03](03_heart_failure.ipynb#When-to-stop))", "", "'accuracy' should end with ([lesson 02]"),
        ("([lesson 03](03_heart_failure.ipynb#When-to-stop))", "([x](symptoms.ipynb#x))", "'accuracy' should end"),
    ],
)
def test_broken_glossary_is_noticed(old, new, message, glossary):
    broken = copy.deepcopy(glossary)
    cell = next(cell for cell in broken.cells if old in cell.source)
    cell.source = cell.source.replace(old, new, 1)
    said = [*rules.glossary_is_in_order(broken, GLOSSARY), *rules.entries_are_short(broken, GLOSSARY)]
    assert "; ".join(said).startswith(message) and bool(said) == bool(message), said


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("This is called a **flux capacitor**.", "flux capacitor"),
        ("This is called **`FluxTape`**.", "`FluxTape`"),
        ("- **flux**: what flows.", "flux"),
        ("<details><summary>Answer</summary>\n\nIt is **flux**.\n\n</details>", "flux"),
    ],
)
def test_new_word_is_missed(text, word):
    assert word in "; ".join(rules.terms_are_in_glossary(lesson(text), LESSON))


@pytest.mark.parametrize(
    "text",
    [
        "The **loss**, the **labels**, **`GradientTape`**; **Bias** begins a sentence; the last batch is **ragged**.",
        "**Predict.** **Which line is it?** **a whole clause of words**",
        "| **Flux** | in a table |",
        "the gradient of **what happened**",
        "```\n**flux**\n```",
        "## What you saw\n\n- **Flux**: it flows.",
    ],
)
def test_known_word_or_emphasis_is_not_missed(text):
    assert rules.terms_are_in_glossary(lesson(text), LESSON) == []


def lesson(text):
    return new_notebook(cells=[new_markdown_cell("# 02 Title"), new_markdown_cell(text)])


def test_no_exception_is_stale(monkeypatch):
    """Each of NO_TERMS is what some lesson sets in bold."""
    lessons = [nbformat.read(path, as_version=4) for path in all_notebooks() if is_lesson(path)]
    exceptions = set(rules.NO_TERMS)
    monkeypatch.setattr(rules, "NO_TERMS", set())
    bold = {phrase.strip("`").lower() for notebook in lessons for phrase in rules.terms(notebook)}
    assert exceptions <= bold


def test_rules_are_applied():
    assert {rules.glossary_is_in_order, rules.entries_are_short, rules.terms_are_in_glossary} <= set(RULES)


def test_words_of_lessons_are_compared():
    """Most lessons are held to the glossary, and other notebooks are not."""
    held = [path.name for path in all_notebooks() if is_lesson(path)]
    assert len(held) >= 3
    assert rules.terms_are_in_glossary(lesson("a **flux capacitor**"), NOTEBOOKS / "symptoms.ipynb") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("logit", "probability"),
        ("loss", "metric"),
        ("epoch", "step"),
        ("validation rows", "test rows"),
        ("row weight", "weight"),
        ("class weight", "weight"),
        ("recall", "precision"),
        ("feature", "label"),
        ("tensor", "variable"),
        ("standard deviation", "standard error"),
    ],
)
def test_words_that_are_confused_name_each_other(one, other, glossary):
    texts = {word: text for _, word, text in entries(glossary)}
    assert f"(#{jupyter_anchor(other)})" in texts[one]
