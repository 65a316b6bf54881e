"""The rules for the words of a notebook: links, spelling, numbers in prose.

A rule takes a notebook and its path and returns the problems it found, as sentences.
"""

import re
from urllib.parse import unquote

import published
from notebook_reading import (
    ROOT,
    all_cells,
    anchors_in,
    code_cells,
    has_exercises,
    jupyter_anchor,
    name_of,
    outline,
    stored_text,
    text_cells,
    without_code,
)

# Numbers in prose that no run of the notebook gives: {notebook: {number as written: where it comes from}}.
# The notebook is named by its path below notebooks/ without .ipynb; a percentage is written "55.3 %".
# What the tables of notebooks/published.ipynb say needs no entry there, nor in the lesson whose recipe it is:
# tests/test_published.py checks the tables.
PUBLISHED = {
    "03_heart_failure": {
        "0.21": "the lesson on the real table; tests/test_heart_real.py runs it",
        "0.01": "as 0.21",
        "0.02": "as 0.21",
        "0.03": "as 0.21",
        "0.926": "data/README.md; tests/test_make_data.py measures it",
        "0.928": "as 0.926",
    },
    "04_churn": {
        "0.024": "the lesson on the real table; tests/test_churn_real.py runs it",
        "0.004": "as 0.024",
    },
    "05_mnist_cnn": {"98.3 %": "lesson 05 on the real data, three seeds; tests/test_mnist_real.py runs them"},
    "exercises/01_gradient_tape": {"4 %": "the tests of the exercises compute it"},
    "solutions/01_gradient_tape": {"4 %": "the tests of the exercises compute it"},
}

PLACE = "PUBLISHED (tests/tools/rules_of_words.py)"


# Links.


def links_resolve(notebook, path):
    anchors = {jupyter_anchor(text) for _, text in outline(notebook)}
    return [
        f"{where}: {problem}"
        for where, cell in text_cells(notebook)
        for problem in broken_links(cell.source, path, anchors)
    ]


def broken_links(markdown, path, anchors):
    """Return what is wrong with the links of a text in the file `path`, whose own headings have these anchors."""
    problems = []
    for target in link_targets(markdown):
        if target.startswith("https://"):
            continue
        if re.match(r"\w+:|/", target):
            problems.append(f"the link {target} is neither https nor relative to this file")
            continue
        name, _, anchor = unquote(target).partition("#")
        file = (path.parent / name).resolve()
        if name and not (file.exists() and file.is_relative_to(ROOT)):
            problems.append(f"the link {target} leads nowhere")
        elif anchor and anchor not in (anchors_in(file) if name else anchors):
            problems.append(f"the link {target} names no heading there")
    return problems


def link_targets(markdown):
    """Return where the links and images of a text lead, in any of Markdown's and HTML's forms."""
    forms = [
        r"\]\(\s*<?([^)\s>]+)",  # [text](target)
        r"^\[[^\]]+\]:\s*<?([^\s>]+)",  # [name]: target
        r"""\b(?:href|src)=["']([^"']+)""",
        r"""(?<![("'<\w])<?(http://[^\s>)]+)""",  # a bare address; https would be right in any case
    ]
    text = without_code(markdown)
    return [target for form in forms for target in re.findall(form, text, flags=re.MULTILINE)]


# Spelling.

BRITISH = re.compile(
    r"""\b(
    \w*(colour|behaviour)\w* | (favour|neighbour|licence)\w* | (centre|metre|grey|artefact|judgement)s?
    | greyscale | whilst
    | (normal|standard|regular|initial|general|optim|minim|maxim|random|token|vector)is(e|ing|ation)\w*
    | (visual|summar|recogn|organ|memor)is(e[ds]?|ing|ation) | analys(e[dr]?|ing) | (model|label|travel)l(ed|ing)
    )\b""",
    flags=re.IGNORECASE | re.VERBOSE,
)


def british_words(text):
    return sorted({found[0] for found in BRITISH.finditer(text)})


def spelling_is_american(notebook, path):
    return [
        f"{where}: {word} is British; the course is American"
        for where, cell in all_cells(notebook)
        for word in british_words(cell.source)
    ]


# Numbers in prose come from the run.

INTEGER = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
NUMBER = re.compile(
    rf"(?<![\w.])(?P<number>(?:{INTEGER}?\.\d+|{INTEGER})(?:[eE][-+]?\d+)?)(?!\d|\.\d)"
    # in "3–5 %" both are percentages; looking ahead leaves the 5 to be found next
    rf"(?=(?P<percent>(?:\s?(?:–|-|to|and|or)\s?{INTEGER}(?:\.\d+)?)?\s?(?:%|percent\b))?)"
)
VERSION = re.compile(
    r"\b(Python|TensorFlow|TFDS|Keras|NumPy|pandas|scikit-learn|Jupyter\w*|ODbL|CC BY(-SA)?) "
    r"\d+(\.\d+)*([–-]\d+(\.\d+)*)?"
)


def numbers_are_checked(notebook, path):
    """Every decimal number and percentage in prose is in the outputs or the code, or has another source.

    The other sources are the tables of notebooks/published.ipynb, which a test of its own checks, and PUBLISHED.
    What an exercise asks for may be a bound of its target instead.
    It may be rounded there to the digits it has here, 55.3 % may be 0.553, and signs do not matter ("falls by 0.2").
    Integers, code, formulas and version numbers are not checked.
    """
    evidence = [number for _, cell in code_cells(notebook) for number in numbers(evidence_text(cell))]
    if has_exercises(path):
        evidence += numbers(targets(path))
    elsewhere, quoted = PUBLISHED.get(name_of(path), {}), quotable(notebook, path)
    written, problems = set(), []
    for where, text, is_percent in figures_in_prose(notebook):
        label = f"{text} %" if is_percent else text
        written.add(label)
        has_source = label in elsewhere or label.removeprefix("0") in quoted
        if not has_source and not any(agrees(text, is_percent, *found) for found in evidence):
            problems.append(f"{where}: {label} is in no output; print it, or give its source in {PLACE}")
    stale = sorted(set(elsewhere) - written)
    return problems + [f"{PLACE} has {label}, the text has not; remove it there" for label in stale]


def figures_in_prose(notebook):
    """Yield (where, number as written, whether it is a percentage) of all decimal numbers and percentages in prose."""
    for where, cell in text_cells(notebook):
        for text, is_percent in numbers(prose(cell.source)):
            if is_percent or not text.isdecimal():
                yield where, text, is_percent


def quotable(notebook, path):
    """Return the figures of the tables of published.ipynb, as written: there all, in a lesson those of its recipe."""
    if name_of(path) == "published":
        return {figure for rows in published.tables(notebook).values() for row in rows for figure in row}
    return set(published.figures_of(path.name[:2]))


def prose(markdown):
    """Return a text without code, formulas, styles of the page, link targets, addresses and version numbers."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$|<!--.*?-->|<style>.*?</style>", "", without_code(markdown), flags=re.DOTALL)
    text = re.sub(r"\]\([^)]*\)|<[^>\n]*>|https?://\S+", "", text)
    return VERSION.sub("", text)


def evidence_text(cell):
    code = re.sub(r"#.*", "", cell.source)  # a comment proves nothing
    return f"{code}\n{stored_text(cell)}"


def targets(path):
    """Return the bounds between which the check of an exercise wants a measurement, as text."""
    from helpers.exercises import all_exercises  # here, because it starts TensorFlow, and only exercises need it

    exercises = [exercise for name, exercise in all_exercises().items() if name.startswith(path.name[:2])]
    bounds = [bound for exercise in exercises for pair in exercise.target.values() for bound in pair]
    return " ".join(f"{abs(bound):g}" for bound in bounds if bound is not None)


def numbers(text):
    """Return [(number without thousands separators, whether it is a percentage)] of the unsigned numbers in a text."""
    return [(found["number"].replace(",", ""), bool(found["percent"])) for found in NUMBER.finditer(text)]


def agrees(text, is_percent, found, found_is_percent):
    """Whether the number `text`, as written in prose, is `found` rounded to the digits of `text`."""
    value = float(found)
    if is_percent and not found_is_percent:
        if found.isdecimal():  # 60 epochs do not explain 60 %
            return False
        value *= 100
    elif found_is_percent and not is_percent:
        value /= 100
    digits, _, exponent = text.lower().partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))
    # a number halfway between two may be rounded either way
    return abs(value - float(text)) <= 0.5001 * unit
