"""Reading notebooks: which there are, how their cells are called, and what stands in them."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
TEMPLATE = ROOT / "tests" / "tools" / "lesson_template.ipynb"


def all_notebooks():
    """Return the paths of the course's notebooks, in reading order, without backup copies and a learner's own."""
    left_out = {".ipynb_checkpoints", "my"}
    return sorted(path for path in NOTEBOOKS.rglob("*.ipynb") if not left_out & set(path.relative_to(NOTEBOOKS).parts))


def is_lesson(path):
    return path.parent == NOTEBOOKS and bool(re.match(r"(?!00)\d\d[a-z]?_", path.name))


def is_clinic(path):
    return path.parent == NOTEBOOKS / "clinics"


def has_exercises(path):
    """Whether a notebook holds exercises or their solutions, where a whole loop stands in one documented function."""
    return path.parent.name in ("exercises", "solutions")


def name_of(path):
    """Return what a notebook is called in lists: its path below notebooks/, without .ipynb."""
    return as_typed(path).removeprefix("notebooks/").removesuffix(".ipynb")


def as_typed(path):
    """Return a path as a person types it at the root of the repository, where it lies below the root."""
    path = Path(path).resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def cell_names(notebook):
    """Return a name for every code cell, in order: "Cell 15" is the one beside which JupyterLab shows [15].

    JupyterLab gives no number to a cell that is empty or never executed; the second of them after Cell 14 is
    "Cell 14+2".
    """
    names, number, without_number = [], 0, 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if is_executed(cell):
            number, without_number = number + 1, 0
        else:
            without_number += 1
        names.append(f"Cell {number}+{without_number}" if without_number else f"Cell {number}")
    return names


def is_executed(cell):
    return bool(cell.source.strip()) and "skip-execution" not in tags(cell)


def all_cells(notebook):
    """Yield (where, cell) of every cell, in words that lead a person to it."""
    names, passed = cell_names(notebook), 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield names[passed], cell
            passed += 1
        elif passed < len(names):
            yield f"text before {names[passed]}", cell
        else:
            yield f"text after {names[-1]}" if names else "text", cell


def code_cells(notebook):
    return [(where, cell) for where, cell in all_cells(notebook) if cell.cell_type == "code"]


def text_cells(notebook):
    return [(where, cell) for where, cell in all_cells(notebook) if cell.cell_type != "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def is_folded(cell):
    """Whether JupyterLab shows a bar in place of a cell's code."""
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


def is_guess(cell):
    """Whether a cell only waits for the reader's own guess: `guess = ...`, perhaps with a comment."""
    return bool(re.fullmatch(r"(#.*\n)*guess\w* = \.\.\.( *#.*)?", cell.source.strip()))


def visible_cells(notebook):
    """Return (where, cell) of the code that a learner reads: what is not folded, not empty and not a guess."""
    return [
        (where, cell)
        for where, cell in code_cells(notebook)
        if cell.source.strip() and not is_folded(cell) and not is_guess(cell)
    ]


def count_lines(lines):
    return len([line for line in lines if line.strip()])


@dataclass(frozen=True)
class Shape:
    """How much there is to read in a notebook; what is folded away counts by itself."""

    words: int
    lines: int
    cells: int
    predictions: int
    folded_words: int
    folded_lines: int

    @property
    def minutes(self):
        """A learner's time by rule of thumb: 200 words a minute, 6 seconds a line, half a minute a prediction."""
        return self.words / 200 + self.lines / 10 + self.predictions / 2


def shape(notebook):
    text = "\n".join(cell.source for _, cell in text_cells(notebook))
    open_text = without_folds(text)
    words = count_words(open_text)
    code = [cell.source.splitlines() for _, cell in visible_cells(notebook)]
    folded = [cell.source.splitlines() for _, cell in code_cells(notebook) if is_folded(cell)]
    return Shape(
        words=words,
        lines=sum(map(count_lines, code)),
        cells=len(code),
        predictions=len(re.findall(r"\*\*Predict\.\*\*", open_text)),
        folded_words=count_words(text) - words,
        folded_lines=sum(map(count_lines, folded)),
    )


def without_folds(markdown):
    return re.sub(r"<details.*?</details>", "", markdown, flags=re.DOTALL)


def count_words(text):
    return len(re.findall(r"[A-Za-z][\w'-]*", text))


def parsed(source):
    """Return a cell's syntax tree; an empty one if it is wrong on purpose, as in a lesson it may be."""
    source = re.sub(r"^(\s*)%.*", r"\1pass", source, flags=re.MULTILINE)  # magics are not Python
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


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
    return without_colors("\n".join(texts))


def without_colors(text):
    return re.sub(r"\x1b\[[\d;]*m", "", text)


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
