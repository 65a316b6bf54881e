"""The rules for the form of a notebook: stored outputs, metadata, code, figures, and the order of a lesson.

A rule takes a notebook and its path and returns the problems it found, as sentences.
"""

import ast
import html
import re
import statistics

import refresh
from notebook_reading import (
    all_cells,
    code_cells,
    has_exercises,
    headings,
    is_executed,
    is_lesson,
    outline,
    section,
    stored_text,
    tags,
    text_cells,
    without_code,
)

TAGS = {"nbval-ignore-output", "nbval-skip", "skip-execution", "raises-exception", "solution", "proof"}
OPENING = ["Time", "You need", "You will be able to"]
ENDING = ["Same as `model.fit`?", "What goes wrong", "What you saw", "Your turn"]


# Stored outputs and metadata.


def executed_in_order(notebook, path):
    problems, expected = [], 1
    for where, cell in code_cells(notebook):
        if not is_executed(cell):
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
    if notebook.metadata != refresh.metadata_of(notebook):
        problems.append("the notebook's metadata are not what JupyterLab stores, or its title; refresh the notebook")
    for where, cell in all_cells(notebook):
        if unknown := set(cell.metadata) - set(refresh.KEPT_CELL_METADATA):
            problems.append(f"{where}: has metadata {sorted(unknown)}; refresh the notebook")
        if bool(cell.metadata.get("collapsed")) != bool(cell.metadata.get("jupyter", {}).get("outputs_hidden")):
            problems.append(f"{where}: is collapsed for one program and not for another; refresh the notebook")
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


# Code.


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


# Figures.


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
                page = f'alt="{html.escape(alt)}"'
                if not alt or page not in output.data.get("text/html", ""):
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


def tables_have_headers(notebook, path):
    """A screen reader reads the header of a column before each cell in it; an empty one leaves its reader guessing."""
    return [
        f"{where}: has a table with an empty header ({header}); say what stands in that column"
        for where, cell in text_cells(notebook)
        for header in re.findall(r"^(\|.*\|) *\n\|[-| :]+\| *$", cell.source, flags=re.MULTILINE)
        if re.search(r"\|\s*\|", header)
    ]


# The order of a lesson.


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
    """After **Predict.** comes a code cell with a collapsed output, whose first line does not give the answer away.

    A cell for the reader's own guess, `guess = ...`, may stand before it.
    """
    problems, asked = [], False
    for where, cell in all_cells(notebook):
        collapsed = cell.metadata.get("jupyter", {}).get("outputs_hidden", False)
        if cell.cell_type != "code":
            if asked:
                problems.append(f"{where}: stands between a question and its answer")
            asked = bool(re.search(r"^\*\*Predict\.\*\*", cell.source, flags=re.MULTILINE))
            continue
        if asked and is_guess(cell):
            continue
        if asked and not collapsed:
            problems.append(f'{where}: answers Predict; set its metadata "jupyter": {{"outputs_hidden": true}}')
        if collapsed and not asked:
            problems.append(f"{where}: is collapsed, but no line of the text before it begins with **Predict.**")
        if asked and not is_name(first_line(cell)):
            problems.append(f"{where}: should first print a line that says what the numbers are, without them")
        asked = False
    return problems + (["the last question, **Predict.**, has no code cell after it"] if asked else [])


def is_guess(cell):
    return bool(re.fullmatch(r"guess\w* = \.\.\.", cell.source.strip()))


def first_line(cell):
    """Return the first printed line, which JupyterLab shows of a collapsed output."""
    first = cell.outputs[0] if cell.outputs else {}
    return first.text.splitlines()[0] if first.get("name") == "stdout" else ""


def is_name(line):
    """Whether a line only names a quantity: "loss, and ln 2", but not "loss 0.69", "share: 2" or "12 %"."""
    return bool(re.search(r"[A-Za-z]{2}", line)) and not re.search(r"\d*\.\d|\d\s*%|[:=]\s*[-+]?\d", line)
