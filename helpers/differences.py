"""How a function of a lesson grew out of one of an earlier lesson, line by line. Lesson 09."""

import ast
import difflib
import inspect
import json
import re
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


def source_in_lesson(notebook, name):
    """Return the source of the function `name`, as a code cell of the notebook (a file name) defines it."""
    cells = json.loads((NOTEBOOKS / notebook).read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and f"def {name}(" in source:
            for node in ast.parse(source).body:
                if isinstance(node, ast.FunctionDef) and node.name == name:
                    return ast.get_source_segment(source, node)
    raise ValueError(f"{notebook} defines no function {name}")


def grown(old, new, learns):
    """Return the lines of two functions as text: `-` stands only in `old`, `+` only in `new`, the others in both.

    Args:
        old: the source of the older function, whose network is called model.
        new: the newer function.
        learns: what `new` calls the network that learns. Like names that begin with d_ or g_, it is renamed before
            the two are compared, so that a mere change of names does not count. Blank lines are left out.
    """
    renamed = re.sub(r"(?<![a-z])(make_)?[dg]_", r"\1", inspect.getsource(new).replace(learns, "model"))
    lines = [[line for line in source.splitlines() if line.strip()] for source in (old, renamed)]
    return "\n".join(line for line in difflib.ndiff(*lines) if not line.startswith("?"))
