"""A learner's own copies of the exercises, in notebooks/my/: git ignores that folder, so no update touches it."""

import json
import os
import posixpath
import re
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
# the folders of notebooks that learners write in
FOLDERS = ("exercises", "clinics")
# where a Markdown link leads, if it names a file: not "https://…", and not "#a-heading" of the same notebook
LINK = re.compile(r"(?<=\]\()(?![\w+.-]*:|#)[^)\s]+")
TASK = re.compile(r"#+ (C?\d+\.\d+) ")


def main():
    """Make the copies and say what happened to each; return 1 if they could not be made, 0 otherwise."""
    if not any(NOTEBOOKS.glob("exercises/*.ipynb")):
        print(f"There are no exercises in {NOTEBOOKS}. Start this command with the Python of the course's environment.")
        return 1
    try:
        lines, to_mend = start(NOTEBOOKS)
    except OSError as error:
        print(f"Not everything could be copied: {error}\nWhat was there is as it was. Mend this, then run it again.")
        return 1
    print(f"Your own notebooks are in {NOTEBOOKS / 'my'}", *lines, sep="\n  ")
    if to_mend:
        print(
            "To get the tasks as they are now, rename your notebook (in JupyterLab: right-click on its name, Rename) "
            "and run this command again. The new notebook then lies beside yours."
        )
    return 0


def start(notebooks):
    """Copy each notebook of exercises and each clinic into notebooks/my/, unless a file of that name is there already.

    Args:
        notebooks: the course's folder of that name, a Path.

    Returns:
        What happened to each, a list of sentences; and whether one of the learner's lacks a task as it is now.

    Raises:
        OSError: a file cannot be read or written. No file that was there is changed.
    """
    lines, to_mend = [], False
    for path in sorted(path for folder in FOLDERS for path in (notebooks / folder).glob("*.ipynb")):
        name = path.relative_to(notebooks).as_posix()
        own, text = notebooks / "my" / name, copy_of(path)
        if not own.exists():
            _write(own, text)
            lines.append(f"{name}: copied")
        elif missing := tasks_missing(own.read_text(encoding="utf-8", errors="replace"), text):
            lines.append(f"{name}: yours, left as it is; new or changed in the course: {', '.join(missing)}")
            to_mend = True
        else:
            lines.append(f"{name}: yours, left as it is")
    return lines, to_mend


def copy_of(path):
    """Return the text of the course's notebook at `path` as it reads one folder deeper, in my/: with other links."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            text = LINK.sub(lambda link: _from_my(link[0], path.parent.name), _source(cell))
            cell["source"] = text.splitlines(keepends=True)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _from_my(target, folder):
    """Return a link of a notebook in `folder` as its copy in my/ needs it; what is copied too lies as it lay."""
    top = posixpath.normpath(posixpath.join(folder, target)).split("/")[0]
    return target if top in FOLDERS else f"../{target}"


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    # in one step, because Ctrl+C exists: half a notebook would be taken for the learner's own from then on
    partial = path.with_suffix(".part")
    partial.write_bytes(text.encode())
    os.replace(partial, path)


def tasks_missing(own, course):
    """Return the numbers of the tasks of a notebook that another has not, word for word; both are given as text."""
    try:
        known = set(_tasks(own))
    except (ValueError, KeyError, TypeError):  # no notebook, so no task is in it
        known = set()
    return [TASK.match(task)[1] for task in _tasks(course) if task not in known]


def _tasks(text):
    """Return the texts of the tasks of a notebook."""
    sources = [_source(cell) for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
    return [source for source in sources if TASK.match(source)]


def _source(cell):
    """Return the text of a cell; a notebook's file holds it as one string or as a list of lines."""
    return "".join(cell["source"])
