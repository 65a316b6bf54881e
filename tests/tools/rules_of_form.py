"""The rules for the form of any notebook: stored outputs, metadata, code, figures, headings.

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
    count_lines,
    has_exercises,
    is_executed,
    is_folded,
    is_lesson,
    outline,
    parsed,
    stored_text,
    tags,
    text_cells,
    visible_cells,
    without_code,
)

TAGS = {"nbval-ignore-output", "nbval-skip", "skip-execution", "raises-exception", "solution", "proof"}


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
    """At most 45 cells to read, of at most 20 lines of 120 characters; the docstring of an exercise does not count.

    In a lesson a cell to read has at most 15 lines of 88 characters, which a small window shows without scrolling
    sideways, and the median cell at most 5 lines.
    """
    lines_of = without_docstrings if has_exercises(path) else str.splitlines
    lengths = {where: count_lines(lines_of(cell.source)) for where, cell in code_cells(notebook)}
    read = [lengths[where] for where, _ in visible_cells(notebook)]
    problems = []
    for where, cell in code_cells(notebook):
        is_small = is_lesson(path) and not is_folded(cell)
        most, columns = (15, 88) if is_small else (20, 120)
        widest = max(map(len, cell.source.splitlines()), default=0)
        if lengths[where] > most:
            problems.append(f"{where}: has {lengths[where]} lines, at most {most}; split it, or move a part to helpers")
        if widest > columns:
            problems.append(f"{where}: has a line of {widest} characters, at most {columns}; break it")
    if len(read) > 45:
        problems.append(f"has {len(read)} code cells, at most 45; split the notebook")
    if is_lesson(path) and read and statistics.median(read) > 5:
        problems.append(f"{statistics.median(read)} lines in its median code cell, at most 5; split some")
    return problems


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


# Headings.


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
