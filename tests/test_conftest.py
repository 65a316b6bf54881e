"""How pytest names the cells of notebooks, and what it prints at the end, tried on a small course of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).parent.parent
COPIED = ["conftest.py", "pyproject.toml", "tests/nbval_sanitize.cfg", "tests/tools/notebook_reading.py"]
SKIPPED = {"tags": ["nbval-skip", "skip-execution"]}
THREE = new_output("execute_result", data={"text/plain": "3"}, execution_count=2)
NOTEBOOK = new_notebook(
    cells=[
        new_markdown_cell("Text."),
        new_code_cell("x = 1", execution_count=1),
        new_code_cell(""),
        new_code_cell("1 / 0", metadata=SKIPPED),
        new_code_cell("x + 1", execution_count=2, outputs=[THREE]),
        new_code_cell("1 / 0", execution_count=3),
    ]
)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return the folder of a course with one notebook and one test, and with this one's configuration."""
    folder = tmp_path_factory.mktemp("course")
    for name in COPIED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "notebooks" / "my" / "exercises").mkdir(parents=True)
    nbformat.write(NOTEBOOK, folder / "notebooks" / "broken.ipynb")
    nbformat.write(NOTEBOOK, folder / "notebooks" / "my" / "exercises" / "answers.ipynb")
    (folder / "tests" / "test_good.py").write_text("def test_good():\n    pass\n", encoding="utf-8")
    return folder


def run_pytest(folder, *arguments):
    """Return what `python -m pytest` prints in a folder."""
    # what the run around this one has set is not for the run inside
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=600)
    # how a system encodes letters that are not ASCII does not matter here
    return (result.stdout + result.stderr).decode(errors="replace").replace("\r\n", "\n")


@pytest.fixture(scope="module")
def printed(course):
    return run_pytest(course, "--junitxml=outcomes.xml")


def test_cells_are_named_as_jupyterlab_numbers_them(course, printed):
    cases = ElementTree.parse(course / "outcomes.xml").iter("testcase")
    outcomes = {case.get("name"): [child.tag for child in case] for case in cases}
    assert outcomes == {
        "Cell 1": [],
        "Cell 1+1": [],
        "Cell 1+2": ["skipped"],
        "Cell 2": ["failure"],
        "Cell 3": ["failure"],
        "test_good": [],
    }, printed


def test_failures_name_the_cell_in_the_same_way(printed):
    for line in ("Cell 2: Cell outputs differ", "Cell 3: Cell execution caused an exception"):
        assert line in printed, printed
    failed = re.findall(r"^FAILED (.+?)(?: - |$)", printed, re.MULTILINE)
    assert failed == ["notebooks/broken.ipynb::Cell 2", "notebooks/broken.ipynb::Cell 3"], printed


def test_a_cell_can_be_named_to_pytest(course):
    printed = run_pytest(course, "-n", "0", "notebooks/broken.ipynb::Cell 1")
    assert " 1 passed" in printed, printed


def test_slowest_files_are_printed_at_the_end(printed):
    assert re.search(
        r"= slowest files =+\n +\d+\.\d s  notebooks/broken\.ipynb\n +\d+\.\d s  tests/test_good\.py\n", printed
    ), printed


def test_a_learners_copies_are_not_run(course, printed):
    assert (course / "notebooks" / "my" / "exercises" / "answers.ipynb").exists()
    assert "notebooks/my" not in printed, printed


@pytest.fixture
def exercises(course):
    """Write files that test two exercises and a case of a clinic each, and one that any process may take."""
    names = ["test_aaa.py", "test_answers.py", "test_exercises.py", "test_mutants.py"]
    numbers = "@pytest.mark.parametrize('number', ['01.1', '01.2-short', 'C1.1'])"
    for name in names:
        text = f"import pytest\n\n\n{numbers}\ndef test_it(number):\n    pass\n"
        (course / "tests" / name).write_text(text, encoding="utf-8")
    yield
    for name in names:
        (course / "tests" / name).unlink()


@pytest.mark.sampled
def test_the_tests_of_an_exercise_run_in_one_process(course, exercises):
    printed = run_pytest(course, "-v", "tests")
    ran = re.findall(r"\[(gw\d)\].* PASSED tests/(\w+)\.py::test_it\[(\w\d\.\d)", printed)
    assert len(ran) == 12, printed
    processes = {}
    for process, file, number in ran:
        processes.setdefault(file if file == "test_aaa" else number, set()).add(process)
    assert sorted(processes) == ["01.1", "01.2", "C1.1", "test_aaa"]
    assert all(len(found) == 1 for found in processes.values()), processes


@pytest.mark.sampled
def test_what_takes_long_comes_first(course, exercises):
    printed = run_pytest(course, "-n", "0", "--collect-only", "-q")
    files = list(dict.fromkeys(re.findall(r"^(\S+)::", printed, re.MULTILINE)))
    short = ["tests/test_aaa.py", "tests/test_good.py", "tests/test_mutants.py"]
    assert files == ["notebooks/broken.ipynb", "tests/test_answers.py", "tests/test_exercises.py", *short], printed


def test_a_sixth_is_drawn_always_the_same_and_an_exercise_or_a_notebook_as_a_whole(request):
    is_drawn = request.config.pluginmanager.get_plugin(str(ROOT / "conftest.py")).is_drawn
    assert 35 < sum(is_drawn(f"tests/test_training.py::test_it[{number}]") for number in range(300)) < 65
    numbers = [f"0{lesson}.{number}" for lesson in range(1, 8) for number in range(1, 7)]
    files = ["exercises.py::test_it[{}]", "answers.py::test_answer[{}-short]", "mutants.py::test_mutant[{}]"]
    drawn = [[is_drawn(f"tests/test_{file.format(number)}") for file in files] for number in numbers]
    assert {any(three) == all(three) for three in drawn} == {True}
    assert 3 < sum(map(any, drawn)) < 11
    for lesson in range(1, 10):
        cells = [f"notebooks/solutions/0{lesson}_it.ipynb::Cell {cell}" for cell in range(1, 9)]
        assert len({is_drawn(cell) for cell in cells}) == 1


@pytest.mark.parametrize("sample", [False, True])
def test_what_is_sampled_and_not_drawn_is_left_out(request, sample):
    """And counted, so that a run says how much it left out."""
    plugin, left_out = request.config.pluginmanager.get_plugin(str(ROOT / "conftest.py")), []
    hook = SimpleNamespace(pytest_deselected=lambda items: left_out.extend(items))
    config = SimpleNamespace(workerinput={"sample": sample}, hook=hook)
    items = [FoundTest(f"tests/test_it.py::test_it[{number}]", number % 2 == 0) for number in range(40)]
    remaining = list(items)
    plugin.pytest_collection_modifyitems(config, remaining)
    assert len(remaining) + len(left_out) == 40
    expected = [item for item in items if item.sampled and not plugin.is_drawn(item.nodeid)] if sample else []
    assert set(left_out) == set(expected) and len(expected) < 20


@pytest.mark.sampled
@pytest.mark.parametrize("arguments, left_out", [([], True), (["tests/test_often.py"], False)])
def test_what_is_named_runs_whole(course, arguments, left_out):
    mark = "@pytest.mark.sampled\n@pytest.mark.parametrize('number', range(60))"
    text = f"import pytest\n\n\n{mark}\ndef test_it(number):\n    pass\n"
    (course / "tests" / "test_often.py").write_text(text, encoding="utf-8")
    printed = run_pytest(course, "-v", *arguments, "-k", "test_often")
    (course / "tests" / "test_often.py").unlink()
    assert (len(re.findall(r"PASSED tests/test_often", printed)) < 30) == left_out, printed


class FoundTest:
    """What pytest found, with or without the mark."""

    path = Path("tests/test_it.py")

    def __init__(self, nodeid, sampled):
        self.nodeid, self.sampled = nodeid, sampled

    def get_closest_marker(self, name):
        return self.sampled and name == "sampled"
