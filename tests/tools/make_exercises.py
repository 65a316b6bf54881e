"""Write the notebooks of the exercises from helpers/exercises/, and store their outputs.

    python tests/tools/make_exercises.py                all lessons
    python tests/tools/make_exercises.py 04             one lesson

notebooks/solutions/04_churn.ipynb has each exercise with its solution; notebooks/exercises/04_churn.ipynb is the same
without the cells that are tagged "solution", and with a cell to begin in before each check.
"""

import re
import sys

import nbformat
from nbconvert.preprocessors import ClearOutputPreprocessor, TagRemovePreprocessor
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import refresh
from helpers.exercises import all_exercises, sources

IMPORTS = (
    "import keras\nimport numpy as np\nimport tensorflow as tf\n\nfrom helpers.exercises import check, hint, solution"
)


def lessons():
    """Return {number: path of the lesson's notebook} of the lessons that have exercises."""
    numbers = sorted({name[:2] for name in all_exercises() if not name.startswith("C")})
    return {number: next(refresh.NOTEBOOKS.glob(f"{number}_*.ipynb")) for number in numbers}


def solved_notebook(number):
    """Return a lesson's solved exercises as a notebook without outputs."""
    path = lessons()[number]
    exercises = [exercise for name, exercise in all_exercises().items() if name.startswith(f"{number}.")]
    cells = [*opening(path, exercises), new_code_cell(IMPORTS, id="imports")]
    for exercise in exercises:
        cells += exercise_cells(exercise, with_mistake=exercise is exercises[0])
    cells.append(new_markdown_cell(closing(path), id="closing"))
    return new_notebook(cells=cells)


def opening(path, exercises):
    title = first_heading(path).partition(":")[0]
    first = exercises[0]
    call = f'check("{first.id}", {first.reference.__name__})'
    text = f"""# {title}: exercises

Write what each task asks for in the cell below it, run the cell, and run the check after it. The check tries your code
on small examples and says whether it is right. If not, it says which measurement is off, and if it knows the mistake,
which one it is and what to change. Unless a task asks for it, leave the arguments of a function as they are: the
arrays, lists and dictionaries that it gets belong to whoever calls it.

`{call}` checks an answer, `hint("{first.id}")` gives a nudge and, called again, says more,
`solution("{first.id}")` shows one right answer. The lesson is [{path.stem[:2]}](../{path.name}).

Write in your own copy, the one in `notebooks/my/exercises/`, which [00 Start here](../00_start_here.ipynb) makes and no
update of the course touches."""
    solved = f"""This is the solved notebook: each function is one right answer among several. The tasks alone are
[here](../exercises/{path.name})."""
    return new_markdown_cell(text, id="opening"), tagged(new_markdown_cell(solved, id="solved"))


def closing(path):
    paths = list(lessons().values())
    later = paths[paths.index(path) + 1 :]
    ahead = "The [map of the lessons](../00_start_here.ipynb) is"
    if later:
        ahead = f"The [exercises of lesson {later[0].stem[:2]}]({later[0].name}) are"
    return f"## Next\n\n{ahead} next. When a loop of your own misbehaves, the [symptom index](../symptoms.ipynb) helps."


def first_heading(path):
    return nbformat.read(path, as_version=4).cells[0].source.splitlines()[0].removeprefix("# ")


def exercise_cells(exercise, with_mistake):
    """Return the cells of one exercise: task, solution, check, and why; if asked for, a wrong answer as well."""
    key, name = exercise.id.replace(".", "-"), exercise.reference.__name__
    cells = [
        new_markdown_cell(f"## {exercise.id} {exercise.title}\n\n{exercise.task.strip()}", id=f"{key}-task"),
        tagged(new_code_cell(sources.text_of(exercise.reference), id=f"{key}-solution")),
        check_cell(exercise),
        tagged(new_markdown_cell(exercise.explanation.strip(), id=f"{key}-why")),
    ]
    if with_mistake:
        wrong = exercise.mistakes[0].wrong
        text = "A wrong answer, to see what the check says of it:"
        source = re.sub(rf"\b(def|class) {wrong.__name__}\b", rf"\1 wrong_{name}", sources.text_of(wrong), count=1)
        cells += [
            tagged(new_markdown_cell(text, id=f"{key}-wrong-why")),
            tagged(new_code_cell(source, id=f"{key}-wrong")),
            tagged(new_code_cell(f'check("{exercise.id}", wrong_{name})', id=f"{key}-wrong-check")),
        ]
    return cells


def check_cell(exercise):
    cell = new_code_cell(
        f'check("{exercise.id}", {exercise.reference.__name__})', id=f"{exercise.id.replace('.', '-')}-check"
    )
    if exercise.target:  # its verdict shows the figure reached, of which another processor rounds the last digit
        cell.metadata["tags"] = ["nbval-ignore-output"]
    return cell


def tagged(cell):
    cell.metadata["tags"] = ["solution"]
    return cell


def exercise_notebook(solved):
    """Return a solved notebook without its solutions and outputs, and with a starter before each check."""
    notebook = nbformat.from_dict(solved)  # a copy
    notebook, _ = TagRemovePreprocessor(remove_cell_tags={"solution"}).preprocess(notebook, {})
    notebook, _ = ClearOutputPreprocessor().preprocess(notebook, {})
    exercises, cells = all_exercises(), []
    for cell in notebook.cells:
        if found := re.match(r'check\("(.+?)"', cell.source if cell.cell_type == "code" else ""):
            key = found[1].replace(".", "-")
            cells.append(new_code_cell(sources.starter(exercises[found[1]]), id=f"{key}-starter"))
        cells.append(cell)
    notebook.cells = cells
    return notebook


def main(numbers):
    """Write and run both notebooks of each lesson; return the number that failed."""
    paths = []
    for number in numbers or lessons():
        solved = solved_notebook(number)
        for folder, notebook in (("solutions", solved), ("exercises", exercise_notebook(solved))):
            path = refresh.NOTEBOOKS / folder / lessons()[number].name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes((nbformat.writes(notebook) + "\n").encode())
            paths.append(str(path))
    return refresh.main(paths)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
