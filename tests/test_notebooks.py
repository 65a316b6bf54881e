"""The rules for notebooks that a machine can check, and the proof that each rule rejects what breaks it.

A rule takes a notebook and its path and returns the problems it found, as sentences. Code cells are counted from 0, as
nbval counts them, so that its messages and these agree.
"""

import ast
import base64
import re
import statistics
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import refresh
from helpers.exercises import all_exercises

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "notebooks"
PATHS = refresh.all_notebooks()
DOCUMENTS = [path for path in (ROOT / "README.md", ROOT / "data" / "README.md") if path.is_file()]
MODULES = sorted([*ROOT.glob("helpers/**/*.py"), *ROOT.glob("data/*.py")])

# Numbers in prose that no run of the notebook gives: {notebook: {number as written: where it comes from}}.
# The notebook is named by its path below notebooks/ without .ipynb; a percentage is written "55.3 %".
REAL_HEART = "lesson 03 on the real data, ten splits; tests/published.py runs them"
REAL_CHURN = "lesson 04 on the real data, ten splits and five; tests/published.py runs them"
PUBLISHED = {
    "04_churn": dict.fromkeys(
        [
            ".842",
            ".009",
            ".650",
            ".011",
            ".543",
            ".050",
            ".646",
            ".030",
            ".272",
            ".020",
            ".553",
            ".036",
            ".445",
            ".010",
            ".541",
            ".006",
            ".841",
            ".792",
            ".038",
            ".408",
            ".022",
        ],
        REAL_CHURN,
    ),
    "03_heart_failure": dict.fromkeys(
        [".195", ".018", ".923", ".009", ".387", ".039", ".858", ".016", ".877"], REAL_HEART
    ),
    "05_mnist_cnn": {"98.4 %": "lesson 05 on the real data, three seeds; tests/test_mnist_real.py runs them"},
    "exercises/01_gradient_tape": {"4 %": "tests/test_exercises.py computes it"},
    "solutions/01_gradient_tape": {"4 %": "tests/test_exercises.py computes it"},
}

TAGS = {"nbval-ignore-output", "nbval-skip", "skip-execution", "raises-exception", "solution"}
OPENING = ["Time", "You need", "You will be able to"]
ENDING = ["Same as `model.fit`?", "What goes wrong", "What you saw", "Your turn"]


# Reading notebooks.


def is_lesson(path):
    return path.parent == NOTEBOOKS and bool(re.match(r"(?!00)\d\d_", path.name))


def has_exercises(path):
    """Whether a notebook holds exercises or their solutions, where a whole loop stands in one documented function."""
    return path.parent.name in ("exercises", "solutions")


def name_of(path):
    return path.relative_to(NOTEBOOKS).with_suffix("").as_posix()


def all_cells(notebook):
    """Yield (where, cell) of every cell, in words that lead a person to it."""
    number = 0
    for cell in notebook.cells:
        is_code = cell.cell_type == "code"
        yield f"code cell {number}" if is_code else f"text before code cell {number}", cell
        number += is_code


def code_cells(notebook):
    return [(where, cell) for where, cell in all_cells(notebook) if cell.cell_type == "code"]


def text_cells(notebook):
    return [(where, cell) for where, cell in all_cells(notebook) if cell.cell_type != "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def stored_text(cell):
    """Return what a cell's stored outputs say in words; a text cell has none."""
    texts = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            texts.append(output.text)
        elif output.output_type == "error":
            texts += [output.evalue, *output.traceback]
        else:
            texts += [output.data.get(kind, "") for kind in ("text/plain", "text/markdown")]
    return refresh.without_colors("\n".join(texts))


def without_blocks(markdown):
    return re.sub(r"^(```|~~~).*?^\1", "", markdown, flags=re.DOTALL | re.MULTILINE)


def without_code(markdown):
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", without_blocks(markdown), flags=re.DOTALL)


def headings(markdown):
    """Return [(level, text)] of the headings, in order."""
    found = re.findall(r"^(#{1,6}) +(.+?) *$", without_blocks(markdown), flags=re.MULTILINE)
    return [(len(marks), text) for marks, text in found]


def outline(notebook):
    return [heading for _, cell in text_cells(notebook) for heading in headings(cell.source)]


def section(notebook, title):
    """Return the text of the section under `## title`, and its code cells."""
    inside, text, code = False, "", []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            code += [cell] if inside else []
            continue
        # a section may begin in the middle of a cell
        for part in re.split(r"^(?=## )", without_blocks(cell.source), flags=re.MULTILINE):
            if part.startswith("## "):
                inside = part.splitlines()[0].strip() == f"## {title}"
            text += part + "\n" if inside else ""
    return text, code


# Rules: stored outputs and metadata.


def executed_in_order(notebook, path):
    problems, expected = [], 1
    for where, cell in code_cells(notebook):
        if not cell.source.strip() or "skip-execution" in tags(cell):
            if cell.execution_count or cell.outputs:
                problems.append(f"{where}: is never executed, but stores an output; refresh the notebook")
            continue
        if cell.execution_count != expected:
            found = f"[{cell.execution_count or ' '}]"
            problems.append(f"{where}: has {found}, not [{expected}]; refresh the notebook")
        expected += 1
    return problems


def no_stored_stderr(notebook, path):
    return [
        f"{where}: stores stderr ({output.text[:60]!r}); catch the warning and print it"
        for where, cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]


def errors_only_where_tagged(notebook, path):
    problems = []
    for where, cell in code_cells(notebook):
        raised = any(output.output_type == "error" for output in cell.outputs)
        if raised and "raises-exception" not in tags(cell):
            problems.append(f"{where}: stores an error; mend it, or tag the cell raises-exception")
        if not raised and "raises-exception" in tags(cell):
            problems.append(f"{where}: is tagged raises-exception, but stores no error; remove the tag")
    return problems


def metadata_is_clean(notebook, path):
    problems = []
    if notebook.metadata != refresh.NOTEBOOK_METADATA:
        problems.append("the notebook's metadata belong to one machine; refresh the notebook")
    for where, cell in all_cells(notebook):
        if unknown := set(cell.metadata) - set(refresh.KEPT_CELL_METADATA):
            problems.append(f"{where}: has metadata {sorted(unknown)}; refresh the notebook")
        if unknown := tags(cell) - TAGS:
            problems.append(f"{where}: has unknown tags {sorted(unknown)}; known are {sorted(TAGS)}")
        # nbval knows one of them, nbconvert the other
        if len(tags(cell) & {"nbval-skip", "skip-execution"}) == 1:
            problems.append(f"{where}: needs both tags, nbval-skip and skip-execution, or neither")
    return problems


def no_machine_paths(notebook, path):
    folder = re.compile(
        r"(?<![\w.])/(home|root|Users|work|tmp|mnt|usr|opt|var)/|\b[A-Z]:\\|file://|site-packages|ipykernel_"
    )
    return [
        f"{where}: names a place on one machine ({text[found.start() :][:40]!r}); leave it out"
        for where, cell in all_cells(notebook)
        for text in (cell.source, stored_text(cell))
        if (found := folder.search(text))
    ]


# Rules: code.


def cells_are_small(notebook, path):
    """At most 45 code cells of at most 20 lines; in lessons the median is at most 5, and nine in ten have at most 12.

    A line has at most 120 characters, which a laptop's screen shows without scrolling sideways.
    The docstring of an exercise is its contract; it does not count.
    """
    lines_of = without_docstrings if has_exercises(path) else str.splitlines
    lengths = {where: count_lines(lines_of(cell.source)) for where, cell in code_cells(notebook)}
    problems = [
        f"{where}: has {length} lines, at most 20; split it, or move a part to helpers"
        for where, length in lengths.items()
        if length > 20
    ]
    for where, cell in code_cells(notebook):
        widest = max(map(len, cell.source.splitlines()), default=0)
        problems += [f"{where}: has a line of {widest} characters, at most 120; break it"] if widest > 120 else []
    if len(lengths) > 45:
        problems.append(f"has {len(lengths)} code cells, at most 45; split the notebook")
    if is_lesson(path) and lengths:
        long = [where for where, length in lengths.items() if length > 12]
        if len(long) > len(lengths) / 10:
            problems.append(f"{', '.join(long)}: more than 12 lines each, which one cell in ten may have; split some")
        if statistics.median(lengths.values()) > 5:
            problems.append(
                f"{statistics.median(lengths.values())} lines in its median code cell, at most 5; split some"
            )
    return problems


def count_lines(lines):
    return len([line for line in lines if line.strip()])


def without_docstrings(source):
    """Return the lines of a cell that are in no docstring."""
    documented = [node for node in ast.walk(parsed(source)) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    texts = [node.body[0] for node in documented if ast.get_docstring(node)]
    left_out = {number for text in texts for number in range(text.lineno, text.end_lineno + 1)}
    return [line for number, line in enumerate(source.splitlines(), start=1) if number not in left_out]


def functions_are_short(notebook, path):
    """At most 12 lines from `def` to the end, 20 in exercises; comments count, blank lines and the docstring do not."""
    most = 20 if has_exercises(path) else 12
    return [
        f"{where}: {function.name} has {length} lines, at most {most}; split it"
        for where, cell in code_cells(notebook)
        for function in functions(cell.source)
        if (length := function_length(function, cell.source)) > most
    ]


def functions(source):
    """Return the functions that a cell defines, as syntax trees."""
    return [node for node in ast.walk(parsed(source)) if isinstance(node, ast.FunctionDef)]


def parsed(source):
    """Return a cell's syntax tree; an empty one if it is wrong on purpose, as in a lesson it may be."""
    source = re.sub(r"^(\s*)%.*", r"\1pass", source, flags=re.MULTILINE)  # magics are not Python
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def function_length(function, source):
    numbers = set(range(function.lineno, function.end_lineno + 1))
    if ast.get_docstring(function):
        numbers -= set(range(function.body[0].lineno, function.body[0].end_lineno + 1))
    lines = source.splitlines()
    return count_lines(lines[number - 1] for number in numbers)


def code_runs_anywhere(notebook, path):
    """No network, no shell, no installing; and no trailing semicolon, which would hide nothing from nbval."""
    forbidden = {
        r"^\s*!": "a shell command; not every system has it",
        r"^\s*%%?(pip|conda|mamba|uv|bash|sh|script)\b": "a magic that installs or needs a shell",
        r"\b(urlopen|urlretrieve|requests\.get|get_file|keras\.datasets|tfds\.load|fetch_openml)\b": "a download",
        r";\s*\Z": "a semicolon at the end; assign the value to a name",
    }
    return [
        f"{where}: has {what}"
        for where, cell in code_cells(notebook)
        for pattern, what in forbidden.items()
        if re.search(pattern, cell.source, flags=re.MULTILINE)
    ]


# Rules: figures, links, words.


def figures_are_described(notebook, path):
    """Each picture has an alternative text of its own, also the caption below it; helpers.plots.show does it."""
    problems, seen = [], set()
    for where, cell in code_cells(notebook):
        for output, below in zip(cell.outputs, [*cell.outputs[1:], {}]):
            for kind in output.get("data", {}):
                if not kind.startswith("image/"):
                    continue
                alt = output.metadata.get(kind, {}).get("alt", "").strip()
                caption = below.get("data", {}).get("text/markdown", "")
                if not alt:
                    problems.append(f"{where}: has a figure without a description; use helpers.plots.show")
                elif alt not in caption:
                    problems.append(f"{where}: has a figure without a caption; use helpers.plots.show")
                elif alt in seen:
                    problems.append(f"{where}: describes its figure as another one is; say what differs")
                seen.add(alt)
    for where, cell in text_cells(notebook):
        if re.search(r"!\[\s*\]|<img\b", without_code(cell.source)):
            problems.append(f"{where}: has an image without a description; write ![description](file)")
    return problems


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


def anchors_in(file):
    """Return the anchors of a notebook's or a Markdown file's headings."""
    if file.suffix == ".ipynb":
        return {jupyter_anchor(text) for _, text in outline(nbformat.read(file, as_version=4))}
    return {github_anchor(text) for _, text in headings(file.read_text(encoding="utf-8"))}


def plain(heading):
    """Return a heading's text as it shows, without Markdown's marks and link targets."""
    return re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading)


def jupyter_anchor(heading):
    return plain(heading).replace(" ", "-")


def github_anchor(heading):
    return re.sub(r"[^\w\- ]", "", plain(heading).lower()).replace(" ", "-")


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


def prose_is_balanced(notebook, path):
    """In lessons 40 to 80 words of text per code cell, with a tenth of tolerance."""
    if not is_lesson(path):
        return []
    text = " ".join(re.sub(r"\]\([^)]*\)", "]", cell.source) for _, cell in text_cells(notebook))
    words = len([word for word in text.split() if re.search(r"\w", word)])
    ratio = words / max(1, len(code_cells(notebook)))
    return [] if 36 <= ratio <= 88 else [f"has {ratio:.0f} words of text per code cell; 40 to 80 read well"]


# Rules: the order of a lesson.


def headings_nest(notebook, path):
    """One H1, which opens the notebook; below it no level is skipped."""
    levels = [level for level, _ in outline(notebook)]
    problems = []
    if levels.count(1) != 1 or not notebook.cells[0].source.startswith("# "):
        problems.append("needs one heading of level 1, at the top of its first cell, and no other")
    for before, (level, text) in zip(levels, outline(notebook)[1:]):
        if level > before + 1:
            problems.append(f"the heading {text!r} skips a level")
    return problems


def lesson_is_in_order(notebook, path):
    if not is_lesson(path):
        return []
    number, problems = path.name[:2], []
    if not notebook.cells[0].source.startswith(f"# {number} "):
        problems.append(f"its first line should be: # {number} Title")
    titles = [text for level, text in outline(notebook) if level == 2]
    if titles[:1] != ["The question"]:
        problems.append("its first section should be: ## The question")
    # lesson 01 has no model yet
    ending = ENDING[1:] if number == "01" else ENDING
    if titles[-len(ending) :] != ending:
        problems.append(f"its last sections should be, in this order: {', '.join(ending)}")
    traps = [text for level, text in headings(section(notebook, "What goes wrong")[0]) if level == 3]
    if not 1 <= len(traps) <= 5:
        problems.append(f"What goes wrong has {len(traps)} headings of level 3, one for each trap; 1 to 5 are right")
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


def predictions_are_collapsed(notebook, path):
    """After **Predict.** comes a code cell with a collapsed output, whose first line does not give the answer away."""
    problems, asked = [], False
    for where, cell in all_cells(notebook):
        collapsed = cell.metadata.get("jupyter", {}).get("outputs_hidden", False)
        if cell.cell_type != "code":
            if asked:
                problems.append(f"{where}: stands between a question and its answer")
            asked = bool(re.search(r"^\*\*Predict\.\*\*", cell.source, flags=re.MULTILINE))
            continue
        if asked and not collapsed:
            problems.append(f'{where}: answers Predict; set its metadata "jupyter": {{"outputs_hidden": true}}')
        if collapsed and not asked:
            problems.append(f"{where}: is collapsed, but no line of the text before it begins with **Predict.**")
        if asked and not is_name(first_line(cell)):
            problems.append(f"{where}: should first print a line that says what the numbers are, without them")
        asked = False
    return problems + (["the last question, **Predict.**, has no code cell after it"] if asked else [])


def first_line(cell):
    """Return the first printed line, which JupyterLab shows of a collapsed output."""
    first = cell.outputs[0] if cell.outputs else {}
    return first.text.splitlines()[0] if first.get("name") == "stdout" else ""


def is_name(line):
    """Whether a line only names a quantity: "loss, and ln 2", but not "loss 0.69", "share: 2" or "12 %"."""
    return bool(re.search(r"[A-Za-z]{2}", line)) and not re.search(r"\d*\.\d|\d\s*%|[:=]\s*[-+]?\d", line)


# The rule that numbers in prose come from the run.

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
    """Every decimal number and percentage in prose is in the outputs or the code, or PUBLISHED names its source.

    What an exercise asks for may be a bound of its target instead.
    It may be rounded there to the digits it has here, 55.3 % may be 0.553, and signs do not matter ("falls by 0.2").
    Integers, code, formulas and version numbers are not checked.
    """
    evidence = [number for _, cell in code_cells(notebook) for number in numbers(evidence_text(cell))]
    if has_exercises(path):
        evidence += numbers(targets(path))
    published, written, problems = PUBLISHED.get(name_of(path), {}), set(), []
    for where, cell in text_cells(notebook):
        for text, is_percent in numbers(prose(cell.source)):
            if is_percent or not text.isdecimal():
                label = f"{text} %" if is_percent else text
                written.add(label)
                if label not in published and not any(agrees(text, is_percent, *found) for found in evidence):
                    problems.append(f"{where}: {label} is in no output; print it, or give its source in PUBLISHED")
    return problems + [f"PUBLISHED has {label}, the text has not" for label in sorted(set(published) - written)]


def prose(markdown):
    """Return a text without code, formulas, link targets, addresses and version numbers."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$|<!--.*?-->", "", without_code(markdown), flags=re.DOTALL)
    text = re.sub(r"\]\([^)]*\)|<[^>\n]*>|https?://\S+", "", text)
    return VERSION.sub("", text)


def evidence_text(cell):
    code = re.sub(r"#.*", "", cell.source)  # a comment proves nothing
    return f"{code}\n{stored_text(cell)}"


def targets(path):
    """Return the bounds between which the check of an exercise wants a measurement, as text."""
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


# The rules, applied to the course.

RULES = [
    executed_in_order,
    no_stored_stderr,
    errors_only_where_tagged,
    metadata_is_clean,
    no_machine_paths,
    cells_are_small,
    functions_are_short,
    code_runs_anywhere,
    figures_are_described,
    links_resolve,
    spelling_is_american,
    prose_is_balanced,
    headings_nest,
    lesson_is_in_order,
    opens_with_table,
    objectives_are_answered,
    predictions_are_collapsed,
    numbers_are_checked,
]


def rule_name(rule):
    return rule.__name__


def test_there_are_notebooks():
    assert PATHS, f"no notebooks in {NOTEBOOKS}"


@pytest.mark.parametrize("path", PATHS, ids=name_of)
@pytest.mark.parametrize("rule", RULES, ids=rule_name)
def test_notebook_obeys(rule, path):
    problems = rule(nbformat.read(path, as_version=4), path)
    assert not problems, "".join(f"\n{path.name}, {problem}" for problem in problems)


def test_published_numbers_belong_to_notebooks():
    assert set(PUBLISHED) <= {name_of(path) for path in PATHS}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_of_document_resolve(path):
    assert broken_links(path.read_text(encoding="utf-8"), path, anchors_in(path)) == []


@pytest.mark.parametrize("path", DOCUMENTS + MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_spelling_of_file_is_american(path):
    assert british_words(path.read_text(encoding="utf-8")) == []


# The proof: a good notebook passes every rule, and each way of breaking it is rejected.

GOOD_PATH = NOTEBOOKS / "03_example.ipynb"
FILLER = "Each word here stands for one of the many words with which a lesson explains what its reader just saw. "
FIGURE = "Loss over 20 epochs; it falls."


def picture(alt):
    return new_output("display_data", data={"image/png": "", "text/plain": alt}, metadata={"image/png": {"alt": alt}})


def caption(text):
    return new_output("display_data", data={"text/markdown": f"*{text}*", "text/plain": text})


def printed(text):
    return new_output("stream", name="stdout", text=text)


def good_notebook():
    """Return a small lesson that breaks no rule."""
    error = new_output("error", ename="ValueError", evalue="shapes differ", traceback=["Cell In[4], line 1"])
    cells = [
        new_markdown_cell(
            "# 03 Example: a title\n\n| | |\n|-|-|\n| **Time** | 5 minutes |\n| **You need** | patience |\n"
            "| **You will be able to** | *see* a loss · *check* a loop · *name* a mistake |"
        ),
        new_markdown_cell(f"## The question\n\nSee [plots](../helpers/plots.py), [the end](#Your-turn).\n{FILLER * 4}"),
        new_code_cell("plots.show(plots.lines(losses), 'Loss')", outputs=[picture(FIGURE), caption(FIGURE)]),
        new_markdown_cell("**Predict.** What is the first loss?"),
        new_code_cell(
            "print('loss, and ln 2')\nprint(loss, rate)",
            outputs=[printed("loss, and ln 2\n0.6931\n"), printed("55.3%\n")],
            metadata={"jupyter": {"outputs_hidden": True}},
        ),
        new_markdown_cell("It is 0.69, and 55 % are ill.\n\n## Same as `model.fit`?\n\nYes."),
        new_code_cell("def step(x):\n    '''Do it.'''\n    return x"),
        new_markdown_cell(f"## What goes wrong\n\n### Shapes\n\n{FILLER * 4}"),
        new_code_cell("step(1)", outputs=[error], metadata={"tags": ["raises-exception"]}),
        new_markdown_cell("## What you saw"),
        new_code_cell("table", outputs=[printed("loss 0.6931")]),
        new_markdown_cell("- **See**: it fell.\n- **Check**: it runs.\n- **Name**: shapes."),
        new_markdown_cell("## Your turn\n\nTry it."),
    ]
    notebook = new_notebook(cells=cells, metadata=refresh.NOTEBOOK_METADATA)
    for count, (_, cell) in enumerate(code_cells(notebook), start=1):
        cell.execution_count = count
    return notebook


def replace(old, new):
    """Return a way of breaking: put `new` in place of `old`, which stands in one cell."""

    def break_it(notebook):
        (cell,) = [cell for cell in notebook.cells if old in cell.source]
        cell.source = cell.source.replace(old, new)

    return break_it


def code(number, **new):
    """Return a way of breaking: code cell `number` gets another source, other outputs, ...."""
    return lambda notebook: code_cells(notebook)[number][1].update(new)


def metadata(index, **new):
    """Return a way of breaking: cell `index`, of all cells, gets other metadata."""
    return lambda notebook: notebook.cells[index].update(metadata=nbformat.from_dict(new))


def long_function(lines):
    return "def f():\n" + "    pass\n" * (lines - 1)


def more_code(cells):
    """Return a way of breaking: so many more code cells, of one line."""
    return lambda notebook: notebook.cells.extend(new_code_cell("x") for _ in range(cells))


def six_lines(notebook):
    for _, cell in code_cells(notebook):
        cell.source = "x\n" * 6


STDERR = new_output("stream", name="stderr", text="warning")
ERROR_WITH_PATH = new_output("error", ename="E", evalue="in /tmp/x.py", traceback=[])

# (rule, way of breaking the good notebook, what the rule then says)
BROKEN = [
    (executed_in_order, code(1, execution_count=7), "has [7], not [2]"),
    (executed_in_order, code(4, execution_count=None), "has [ ], not [5]"),
    (executed_in_order, metadata(2, tags=["skip-execution"]), "never executed"),
    (no_stored_stderr, code(4, outputs=[STDERR]), "stores stderr"),
    (errors_only_where_tagged, metadata(8), "stores an error"),
    (errors_only_where_tagged, metadata(10, tags=["raises-exception"]), "stores no error"),
    (metadata_is_clean, lambda notebook: notebook.metadata.update(widgets={}), "belong to one machine"),
    (metadata_is_clean, lambda notebook: notebook.metadata.language_info.update(version="3"), "belong to one machine"),
    (metadata_is_clean, metadata(1, editable=False), "has metadata ['editable']"),
    (metadata_is_clean, metadata(2, tags=["ignore-output"]), "unknown tags"),
    (metadata_is_clean, metadata(2, tags=["skip-execution"]), "needs both tags"),
    (no_machine_paths, code(0, source="open('/home/me/heart.csv')"), "/home/me"),
    (no_machine_paths, replace("Try it.", "Open C:\\Users\\me."), "C:"),
    (no_machine_paths, code(4, outputs=[printed("lib/site-packages/keras")]), "site-packages"),
    (no_machine_paths, code(3, outputs=[ERROR_WITH_PATH]), "/tmp/x.py"),
    (cells_are_small, code(0, source="x" * 121), "a line of 121 characters"),
    (cells_are_small, code(0, source="x\n" * 21), "has 21 lines"),
    (cells_are_small, code(0, source="x\n" * 13), "more than 12 lines"),
    (cells_are_small, six_lines, "6 lines in its median"),
    (cells_are_small, more_code(41), "has 46 code cells"),
    (functions_are_short, code(0, source=long_function(13)), "f has 13 lines"),
    (functions_are_short, code(0, source="%matplotlib inline\n" + long_function(13)), "f has 13 lines"),
    (code_runs_anywhere, code(0, source="!ls"), "shell"),
    (code_runs_anywhere, code(0, source="x = 1\n%pip install keras"), "installs"),
    (code_runs_anywhere, code(0, source="keras.datasets.mnist.load_data()"), "download"),
    (code_runs_anywhere, code(0, source="plt.plot(x);\n"), "semicolon"),
    (figures_are_described, code(0, outputs=[picture(""), caption(FIGURE)]), "without a description"),
    (figures_are_described, code(0, outputs=[picture(FIGURE)]), "without a caption"),
    (figures_are_described, code(0, outputs=[picture(FIGURE), caption("Another.")]), "without a caption"),
    (figures_are_described, code(4, outputs=[picture(FIGURE), caption(FIGURE)]), "as another one"),
    (figures_are_described, replace("Try it.", "![](../a.png)"), "an image without a description"),
    (links_resolve, replace("../helpers/plots.py", "../helpers/no_such_file.py"), "leads nowhere"),
    (links_resolve, replace("../helpers/plots.py", "../.."), "leads nowhere"),
    (links_resolve, replace("../helpers/plots.py", "http://example.org"), "neither https"),
    (links_resolve, replace("../helpers/plots.py", "/etc/hosts"), "neither https"),
    (links_resolve, replace("Try it.", "[here]: no_such_file.md"), "leads nowhere"),
    (links_resolve, replace("Try it.", '<a href="no_such_file.md">here</a>'), "leads nowhere"),
    (links_resolve, replace("Try it.", "http://example.org"), "neither https"),
    (links_resolve, replace("#Your-turn", "#your-turn"), "names no heading"),
    (spelling_is_american, replace("Try it.", "Normalise it."), "Normalise"),
    (spelling_is_american, code(0, source="colour = 1"), "colour"),
    (prose_is_balanced, replace("Try it.", FILLER * 20), "words of text per code cell"),
    (prose_is_balanced, more_code(5), "words of text per code cell"),
    (headings_nest, replace("# 03 Example: a title", "03 Example: a title"), "one heading of level 1"),
    (headings_nest, replace("Try it.", "# Another title"), "one heading of level 1"),
    (headings_nest, replace("### Shapes", "#### Shapes"), "skips a level"),
    (lesson_is_in_order, replace("# 03 Example", "# 04 Example"), "first line"),
    (lesson_is_in_order, replace("## The question", "## The answer"), "first section"),
    (lesson_is_in_order, replace("## Same as `model.fit`?", "## Same as fit"), "last sections"),
    (lesson_is_in_order, replace("Try it.", "Try it.\n\n## One more thing"), "last sections"),
    (lesson_is_in_order, replace("### Shapes", "Shapes"), "0 headings"),
    (lesson_is_in_order, replace("### Shapes", "### Shapes\n" * 6), "6 headings"),
    (opens_with_table, replace("**Time**", "Time"), "a table with the rows"),
    (opens_with_table, replace(" · *name* a mistake", ""), "2 objectives"),
    (opens_with_table, replace("*name* a mistake", "name a mistake"), "begin with a *verb*"),
    (objectives_are_answered, replace("- **Check**: it runs.\n", ""), "it has ['see', 'name']"),
    (objectives_are_answered, replace("- **Check**:", "- Check:"), "it has ['see', None, 'name']"),
    (objectives_are_answered, replace("- **Check**:", "- **See**:"), "it has ['see', 'see', 'name']"),
    (objectives_are_answered, code(4, outputs=[]), "prints the results"),
    (predictions_are_collapsed, metadata(4), "outputs_hidden"),
    (predictions_are_collapsed, metadata(2, jupyter={"outputs_hidden": True}), "is collapsed"),
    (predictions_are_collapsed, code(1, outputs=[printed("0.6931\n")]), "without them"),
    (predictions_are_collapsed, code(1, outputs=[printed("people: 172\n")]), "without them"),
    (predictions_are_collapsed, code(1, outputs=[]), "without them"),
    (
        predictions_are_collapsed,
        lambda notebook: notebook.cells.insert(4, new_markdown_cell("Hint.")),
        "stands between",
    ),
    (predictions_are_collapsed, replace("Try it.", "**Predict.** What now?"), "no code cell after it"),
    (numbers_are_checked, replace("It is 0.69", "It is 0.68"), "0.68 is in no output"),
    (numbers_are_checked, replace("55 % are ill", "56 % are ill"), "56 % is in no output"),
    (numbers_are_checked, replace("Try it.", "| loss |\n|-|\n| .203 |"), ".203 is in no output"),
]


@pytest.mark.parametrize("rule", RULES, ids=rule_name)
def test_good_notebook_passes(rule):
    assert rule(good_notebook(), GOOD_PATH) == []


@pytest.mark.parametrize(("rule", "break_it", "message"), BROKEN)
def test_rule_rejects(rule, break_it, message):
    notebook = good_notebook()
    break_it(notebook)
    assert message in "; ".join(rule(notebook, GOOD_PATH))


def test_every_rule_is_proved():
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


@pytest.mark.parametrize("name", ["00_start_here.ipynb", "symptoms.ipynb", "exercises/03_example.ipynb"])
def test_order_binds_lessons_only(name):
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), new_code_cell("x = 1\n" * 13, execution_count=1)])
    notebook.metadata = nbformat.from_dict(refresh.NOTEBOOK_METADATA)
    assert [problem for rule in RULES for problem in rule(notebook, NOTEBOOKS / name)] == []


@pytest.mark.parametrize(("name", "accepted"), [("03_example.ipynb", False), ("exercises/03_example.ipynb", True)])
def test_documented_loop_may_stand_in_an_exercise(name, accepted):
    text = long_function(20).replace("():\n", '():\n    """Train.\n\n    Args:\n        None.\n    """\n')
    notebook = new_notebook(cells=[new_code_cell(text)])
    problems = [
        problem for rule in (cells_are_small, functions_are_short) for problem in rule(notebook, NOTEBOOKS / name)
    ]
    assert (problems == []) == accepted
    notebook.cells[0].source = text + "    pass"
    assert functions_are_short(notebook, NOTEBOOKS / name)


def test_lesson_01_has_no_model_to_compare_with():
    notebook = good_notebook()
    replace("# 03 Example", "# 01 Example")(notebook)
    replace("\n\n## Same as `model.fit`?", "")(notebook)
    assert lesson_is_in_order(notebook, NOTEBOOKS / "01_example.ipynb") == []


def test_function_length_leaves_out_docstring_and_blank_lines():
    source = 'def f(x):\n    """One.\n\n    Two.\n    """\n    # why\n\n    return x\n'
    (function,) = functions(source)
    assert function_length(function, source) == 3


def test_american_words_are_left_alone():
    assert british_words("color, organism, analysis, analyses, center, precise, normalized, gray, license") == []


def test_anchors_are_those_of_the_reader():
    assert jupyter_anchor("Same as `model.fit`?") == "Same-as-model.fit?"
    assert github_anchor("Same as `model.fit`?") == "same-as-modelfit"


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("0.69", "0.6931"),
        (".203", "0.203"),
        ("a loss of 0.13", "0.125"),
        ("falls by 0.2", "[-0.2 1.]"),
        ("−0.2", "-0.2"),
        ("0.55–0.60", "0.55 0.6"),
        ("2.5e-7", "2.4999e-07"),
        ("1,234.5 dollars", "1234.50"),
        ("55.3 %", "0.5529"),
        ("55.3%", "55.3%"),
        ("0.553", "55.3%"),
        ("3–5 %", "0.03 0.05"),
        ("5 percent", "0.05"),
    ],
)
def test_number_is_found(text, evidence):
    assert unchecked(text, evidence) == []


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("0.69", "0.68"),
        ("0.690", "0.6931"),
        ("60 %", "60 epochs"),
        ("60 %", "59.8 years"),
        ("3–5 %", "0.05"),
        ("3–5 %", "0.03"),
        ("5 percent", "0.04"),
        ("0.5", "# 0.5"),
        ("2.5e-7", "2.5e-6"),
        ("It ends with 0.5.", "0.4"),
        ("[0.5](https://example.org)", "0.4"),
    ],
)
def test_number_is_missed(text, evidence):
    assert len(unchecked(text, evidence)) == 1


@pytest.mark.parametrize(
    "text",
    ["60 epochs", "`0.5`", "```\n0.5\n```", "$0.5$", "[a](b_0.5)", "https://a.org/0.5", "Keras 3.15", "2.21.0", "v0.5"],
)
def test_number_needs_no_check(text):
    assert unchecked(text, "") == []


def unchecked(text, evidence):
    """Return what numbers_are_checked says of a text after a cell with this code."""
    return numbers_are_checked(new_notebook(cells=[new_code_cell(evidence), new_markdown_cell(text)]), GOOD_PATH)


def test_published_number_needs_no_run_but_a_place(monkeypatch):
    monkeypatch.setitem(PUBLISHED, "03_example", {".203": "the article", "87.5 %": "the article"})
    assert unchecked("loss .203, accuracy 87.5 %", "") == []
    assert len(unchecked("loss .203", "")) == 1


def test_number_that_an_exercise_asks_for_is_a_bound_of_its_target():
    for text, problems in (("at most 1 % is left", 0), ("at most 2 % is left", 1)):
        notebook = new_notebook(cells=[new_markdown_cell(text)])
        assert len(numbers_are_checked(notebook, NOTEBOOKS / "exercises" / "01_example.ipynb")) == problems
        assert len(numbers_are_checked(notebook, NOTEBOOKS / "01_example.ipynb")) == 1


# The command that refreshes stored outputs.

SOURCES = {
    "figure": "from helpers import plots\nplots.show(plots.lines({'loss': [2, 1]}, 'epoch', 'loss'), 'It falls.')",
    "table": "import os, pandas as pd\npd.DataFrame({'data': [os.environ['COURSE_DATA']]})",
    "bar": "from tqdm.auto import tqdm\n"
    "for step in tqdm(range(3), leave=False, disable='TQDM_DISABLE' in os.environ):\n    print(step)",
    "folder": "print((lambda: 0).__code__.co_filename)",
    "error": "import json\njson.loads('{')",
}


@pytest.fixture
def environment(monkeypatch):
    """Begin without the variables that the command sets, and put them back after the test."""
    monkeypatch.setenv("COURSE_DATA", "elsewhere")
    monkeypatch.delenv("TQDM_DISABLE", raising=False)


def test_refresh_stores_the_same_bytes_twice(environment, tmp_path):
    path = tmp_path / "tiny.ipynb"
    notebook = new_notebook(cells=[new_code_cell(source) for source in SOURCES.values()], metadata={"widgets": {}})
    notebook.cells[-1].metadata = {"tags": ["raises-exception"], "scrolled": True}
    nbformat.write(notebook, path)

    assert refresh.main([str(path)]) == 0
    first = path.read_bytes()
    assert refresh.main([str(path)]) == 0
    assert path.read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == ["tiny.ipynb"]

    notebook = nbformat.read(path, as_version=4)
    of_outputs = [executed_in_order, no_stored_stderr, errors_only_where_tagged, metadata_is_clean, no_machine_paths]
    of_outputs.append(figures_are_described)
    assert [problem for rule in of_outputs for problem in rule(notebook, path)] == []
    figure, table, bar, folder, error = map(stored_text, notebook.cells)
    assert "It falls." in figure and "bundled" in table and bar == "0\n1\n2\n"
    assert re.fullmatch(r"\d+\.py\n", folder)
    assert "----> 2 json.loads('{')" in error and "JSONDecodeError" in error


def test_refresh_leaves_a_failing_notebook_alone(environment, tmp_path, capsys):
    path = tmp_path / "failing.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("Text."), new_code_cell("1"), new_code_cell("1 / 0")]), path)
    before = path.read_bytes()
    assert refresh.main([str(path)]) == 1
    assert path.read_bytes() == before
    assert "failing.ipynb, code cell 1: ZeroDivisionError: division by zero" in capsys.readouterr().err


def test_figure_of_readme_is_the_stored_one_of_lesson_03():
    notebook = nbformat.read(NOTEBOOKS / "03_heart_failure.ipynb", as_version=4)
    stored = base64.b64decode(refresh.picture_with(notebook, "validation loss is lowest"))
    assert refresh.README_FIGURE.read_bytes() == stored, "run python tests/refresh.py, which stores it"
