"""The command that refreshes stored outputs: the same bytes twice, and a notebook that fails is left alone."""

import base64
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import refresh
import rules_of_form as form
from notebook_reading import NOTEBOOKS, ROOT, TEMPLATE, all_notebooks, stored_text

RULES_OF_OUTPUTS = [
    form.executed_in_order,
    form.no_stored_stderr,
    form.errors_only_where_tagged,
    form.metadata_is_clean,
    form.no_machine_paths,
    form.figures_are_described,
]
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


@pytest.mark.sampled
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
    assert [problem for rule in RULES_OF_OUTPUTS for problem in rule(notebook, path)] == []
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
    assert f"{path}, Cell 2: ZeroDivisionError: division by zero" in capsys.readouterr().err


def test_refresh_names_a_notebook_by_its_path(environment, monkeypatch, capsys):
    monkeypatch.setattr(refresh, "refresh", lambda path: None)
    lesson, exercises = "notebooks/03_heart_failure.ipynb", "notebooks/exercises/03_heart_failure.ipynb"
    # a path with a .. in it stands for any way of naming a file
    monkeypatch.chdir(ROOT)
    refresh.main([lesson, "notebooks/../" + exercises])
    assert capsys.readouterr().out == f"{lesson}: refreshed\n{exercises}: refreshed\n"


def test_refresh_without_names_means_all_notebooks_and_the_template(environment, monkeypatch):
    refreshed = []
    monkeypatch.setattr(refresh, "refresh", refreshed.append)
    refresh.main([])
    assert refreshed == [*all_notebooks(), TEMPLATE]


@pytest.mark.parametrize(("name", "stored"), [("03_heart_failure", True), ("exercises/03_heart_failure", False)])
def test_refresh_of_lesson_03_alone_stores_the_figure_of_readme(name, stored, environment, monkeypatch, tmp_path):
    monkeypatch.setattr(refresh, "refresh", lambda path: None)
    monkeypatch.setattr(refresh, "README_FIGURE", tmp_path / "figure.png")
    refresh.main([str(NOTEBOOKS / f"{name}.ipynb")])
    assert refresh.README_FIGURE.is_file() == stored


def test_figure_of_readme_is_the_stored_one_of_lesson_03():
    notebook = nbformat.read(NOTEBOOKS / "03_heart_failure.ipynb", as_version=4)
    stored = base64.b64decode(refresh.picture_with(notebook, "validation loss is lowest"))
    assert refresh.README_FIGURE.read_bytes() == stored, (
        "notebooks/figures/learning_curves.png is not the figure in lesson 03; "
        "run python tests/tools/refresh.py notebooks/03_heart_failure.ipynb, which stores it"
    )
