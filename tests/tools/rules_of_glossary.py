"""The rules for the glossary, and for lessons that introduce a word.

A rule takes a notebook and its path and returns the problems it found, as sentences. An entry is a heading of level 3,
which gives it an anchor in every viewer (JupyterLab drops the ids that somebody types), and one paragraph.
"""

import functools
import re

import nbformat

from notebook_reading import NOTEBOOKS, is_lesson, outline, text_cells, without_blocks

GLOSSARY = NOTEBOOKS / "glossary.ipynb"
# two lines on a page of usual width
MOST_WORDS, MOST_CHARACTERS = 40, 225
# where an entry leads: the section that explains the word, in brackets at its end
HOME = re.compile(r"\(\[[^\]]+\]\((\d\d[a-z]?_|exercises/\d\d_)\w+\.ipynb#\S+\)\)$")
# what lessons set in bold because it matters, not because it is a technical word
NO_TERMS = {
    "added",
    "as it is",
    "cholesterol protects",
    "down",
    "each validation person",
    "labels come first",
    "multiply",
    "node",
    "number of rows",
    "on validation rows",
    "threshold is 0",
    "total",
    "what happened",
    "write down",
    "you",
}


def entries(notebook):
    """Return [(letter, word, text)] of a glossary, in order."""
    found, letter = [], None
    for _, cell in text_cells(notebook):
        for part in re.split(r"^(?=##+ )", cell.source, flags=re.MULTILINE):
            title, _, text = part.partition("\n")
            if title.startswith("## "):
                letter = title.removeprefix("## ")
            elif title.startswith("### "):
                found.append((letter, title.removeprefix("### "), text.strip()))
    return found


@functools.cache
def words_explained():
    """Return the words of the course's glossary, as `simple` writes them."""
    return {simple(word) for _, word, _ in entries(nbformat.read(GLOSSARY, as_version=4))}


def simple(word):
    """Return a word as it is sorted and compared: small letters, and one space for whatever stands between words."""
    return re.sub(r"[^a-z0-9]+", " ", word.lower()).strip()


def glossary_is_in_order(notebook, path):
    """Letters and, below each, its words stand in the order of the alphabet; the first cell links every letter."""
    if path != GLOSSARY:
        return []
    problems = []
    words = [simple(word) for _, word, _ in entries(notebook)]
    problems += [f"{after!r} stands after {before!r}" for before, after in zip(words, words[1:]) if after <= before]
    problems += [
        f"{word!r} stands under {letter}" for letter, word, _ in entries(notebook) if simple(word)[0].upper() != letter
    ]
    letters = [text for level, text in outline(notebook) if level == 2]
    if re.findall(r"\]\(#(\w)\)", notebook.cells[0].source) != letters:
        problems.append(f"its first cell should link the letters {' '.join(letters)}")
    return problems


def entries_are_short(notebook, path):
    """An entry is one paragraph of two lines, as a reader sees it, and ends with a link to the word's own section."""
    if path != GLOSSARY:
        return []
    problems = []
    for _, word, text in entries(notebook):
        seen = re.sub(r"\]\([^)]*\)|[\[`*]", "", text)
        if len(seen.split()) > MOST_WORDS or len(seen) > MOST_CHARACTERS or "\n" in text:
            problems.append(
                f"{word!r} has {len(seen.split())} words and {len(seen)} characters, at most {MOST_WORDS} and "
                f"{MOST_CHARACTERS} in one paragraph; shorten it"
            )
        if not HOME.search(text):
            problems.append(f"{word!r} should end with ([lesson 02](02_….ipynb#section))")
    return problems


def terms_are_in_glossary(notebook, path):
    """What a lesson sets in bold is a word of the glossary, or more than three words, or one of NO_TERMS."""
    if not is_lesson(path):
        return []
    return [
        f"the word {term!r} is new and not in notebooks/glossary.ipynb; add it there, or, if it is no technical word, "
        "to NO_TERMS in tests/tools/rules_of_glossary.py"
        for term in terms(notebook)
        if not is_explained(simple(term))
    ]


def terms(notebook):
    """Return what a lesson sets in bold before What you saw, without sentences, tables and NO_TERMS."""
    text = "\n".join(without_blocks(cell.source) for _, cell in text_cells(notebook)).partition("## What you saw")[0]
    bold = re.findall(r"\*\*(.+?)\*\*", re.sub(r"^\|.*", "", text, flags=re.MULTILINE))
    phrases = [phrase for phrase in bold if phrase[-1] not in ".?!:" and len(phrase.split()) <= 3]
    return [phrase for phrase in phrases if phrase.strip("`").lower() not in NO_TERMS]


def is_explained(term):
    """Whether the glossary has a term, its singular ("labels"), or a longer name of it ("ragged batch")."""
    known = words_explained()
    return term in known or term.removesuffix("s") in known or any(word.startswith(f"{term} ") for word in known)
