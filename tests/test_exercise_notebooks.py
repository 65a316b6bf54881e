"""The notebooks of exercises and of solutions: as the exercises have them, and as their checks judge them."""

import re

import nbformat
import pytest

import make_exercises
import refresh
from helpers.exercises import all_exercises, sources
from helpers.exercises.exercise import Case

each_lesson = pytest.mark.parametrize("number", make_exercises.lessons())


def stored(folder, number):
    return nbformat.read(refresh.NOTEBOOKS / folder / make_exercises.lessons()[number].name, as_version=4)


def written(notebook):
    """Return what people read and write in a notebook, without outputs."""
    return [(cell.id, cell.cell_type, cell.metadata.get("tags", []), cell.source) for cell in notebook.cells]


@each_lesson
def test_solved_notebook_shows_the_exercises_as_their_module_has_them(number):
    expected = make_exercises.solved_notebook(number)
    assert written(stored("solutions", number)) == written(expected), "run tests/tools/make_exercises.py"


@each_lesson
def test_pair_of_notebooks_has_not_drifted(number):
    expected = make_exercises.exercise_notebook(stored("solutions", number))
    assert written(stored("exercises", number)) == written(expected), "run tests/tools/make_exercises.py"


@each_lesson
def test_exercise_notebook_gives_no_solution_away(number):
    code = "\n".join(cell.source for cell in stored("exercises", number).cells)
    for exercise in all_exercises().values():
        if exercise.id.startswith(number):
            assert sources.text_of(exercise.reference) not in code and sources.starter(exercise) in code


@each_lesson
def test_stored_verdicts(number):
    """All right in the solved notebook, but for one wrong answer; nothing attempted in the other."""
    said = {folder: verdicts(stored(folder, number)) for folder in ("solutions", "exercises")}
    count = sum(name.startswith(number) for name in all_exercises())
    assert [text.partition(":")[0] for text in said["solutions"]] == ["Right", "A known mistake"] + ["Right"] * (
        count - 1
    )
    assert [text.partition(":")[0] for text in said["exercises"]] == ["Not attempted yet"] * count


def verdicts(notebook):
    """Return the stored text of each check, which also has the same as HTML."""
    checks = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.startswith("check(")]
    outputs = [output for cell in checks for output in cell.outputs]
    assert len(outputs) == len(checks) and all("text/html" in output.data for output in outputs)
    return [output.data["text/plain"] for output in outputs]


def test_readme_counts_the_exercises():
    readme = (refresh.NOTEBOOKS.parent / "README.md").read_text(encoding="utf-8")
    exercises = [exercise for exercise in all_exercises().values() if not isinstance(exercise, Case)]
    said, count = re.search(r"(\d+) in all", readme)[1], len(exercises)
    assert said == str(count), f"README.md says {said} exercises in all, there are {count}"
    designs = sum(bool(exercise.target) for exercise in exercises)
    assert designs == 9, f"README.md says nine open tasks with a target, there are {designs}"
    mistakes = sum(len(exercise.mistakes) for exercise in exercises)
    assert 500 < mistakes < 600, f"README.md says more than five hundred known wrong answers, there are {mistakes}"
