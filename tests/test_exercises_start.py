"""`python -m helpers.exercises start`: a learner's own copies of the exercises, which outlive every update."""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.exercises import own_copies
from notebook_reading import NOTEBOOKS, ROOT, anchors_in
from rules_of_words import link_targets

START = [sys.executable, "-m", "helpers.exercises", "start"]
NAME = "exercises/03_heart_failure.ipynb"


def put_notebook(path, *texts):
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [new_markdown_cell(text, id=f"cell-{number}") for number, text in enumerate(texts)]
    path.write_bytes((nbformat.writes(new_notebook(cells=cells)) + "\n").encode())
    return path


@pytest.fixture
def course(tmp_path):
    """Return a made-up course's notebooks folder: one notebook of exercises, one clinic."""
    put_notebook(tmp_path / "exercises" / "03.ipynb", "# 03: exercises", "## 03.1 Add\n\nWrite it.", "## 03.2 Halve")
    put_notebook(tmp_path / "clinics" / "03.ipynb", "# 03: clinic", "## C3.1 Flat\n\nSomebody sees ü.")
    return tmp_path


def test_copies_every_notebook_that_learners_write_in(course):
    lines, to_mend = own_copies.start(course)
    assert (lines, to_mend) == (["clinics/03.ipynb: copied", "exercises/03.ipynb: copied"], False)
    for folder in own_copies.FOLDERS:
        # without a link, to the byte
        assert (course / "my" / folder / "03.ipynb").read_bytes() == (course / folder / "03.ipynb").read_bytes()
    assert not list(course.rglob("*.part"))


def test_answers_are_never_overwritten(course):
    own = course / "my" / "exercises" / "03.ipynb"
    own_copies.start(course)
    for answer in (own.read_bytes().replace(b"Write it.", b"Written."), b"not a notebook at all", b"", b"\xff"):
        own.write_bytes(answer)
        lines, _ = own_copies.start(course)
        assert own.read_bytes() == answer
        assert lines[1].startswith("exercises/03.ipynb: yours, left as it is")


def test_what_was_written_in_the_course_itself_comes_along(course):
    put_notebook(course / "exercises" / "03.ipynb", "## 03.1 Add\n\nWrite it.", "my own note")
    own_copies.start(course)
    assert "my own note" in (course / "my" / "exercises" / "03.ipynb").read_text(encoding="utf-8")


def test_a_task_that_is_new_or_changed_is_named(course):
    own_copies.start(course)
    put_notebook(course / "exercises" / "03.ipynb", "## 03.1 Add\n\nWrite it.", "## 03.2 Halve it", "## 03.3 New")
    lines, to_mend = own_copies.start(course)
    assert to_mend
    assert lines == [
        "clinics/03.ipynb: yours, left as it is",
        "exercises/03.ipynb: yours, left as it is; new or changed in the course: 03.2, 03.3",
    ]


@pytest.mark.parametrize(
    ("link", "from_my"),
    [
        ("../03_heart_failure.ipynb#The-loop", "../../03_heart_failure.ipynb#The-loop"),
        ("../symptoms.ipynb", "../../symptoms.ipynb"),
        ("../solutions/03.ipynb", "../../solutions/03.ipynb"),
        ("../../README.md", "../../../README.md"),
        # copied too
        ("04.ipynb", "04.ipynb"),
        ("../clinics/03.ipynb#C3.1", "../clinics/03.ipynb#C3.1"),
        ("../exercises/03.ipynb", "../exercises/03.ipynb"),
        # no file
        ("#The-end", "#The-end"),
        ("https://keras.io/api/", "https://keras.io/api/"),
    ],
)
def test_links_lead_where_they_led(course, link, from_my):
    path = put_notebook(course / "exercises" / "05.ipynb", f"See [this]({link}), or `f[0](../x)`.")
    text = json.loads(own_copies.copy_of(path))["cells"][0]["source"]
    assert f"[this]({from_my})," in "".join(text)


def test_every_link_of_the_courses_own_copies_resolves(tmp_path):
    shutil.copytree(ROOT, tmp_path / "course", ignore=shutil.ignore_patterns(".*", "my", "tests", "real"))
    notebooks = tmp_path / "course" / "notebooks"
    lines, _ = own_copies.start(notebooks)
    assert len(lines) >= 5
    checked = 0
    for path in notebooks.glob("my/*/*.ipynb"):
        texts = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
        for target in [target for text in texts for target in link_targets(text) if "://" not in target]:
            name, _, anchor = target.partition("#")
            file = (path.parent / name).resolve() if name else path
            assert file.is_file(), f"{path.name}: {target}"
            assert not anchor or anchor in anchors_in(file), f"{path.name}: {target}"
            checked += 1
    assert checked > len(lines)


def test_the_command_says_what_happened(course, monkeypatch, capsys):
    monkeypatch.setattr(own_copies, "NOTEBOOKS", course)
    assert own_copies.main() == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Your own notebooks are in {course / 'my'}\n  clinics/03.ipynb: copied\n")
    assert "rename" not in out
    put_notebook(course / "exercises" / "03.ipynb", "## 03.9 New")
    assert own_copies.main() == 0
    assert "03.9" in (out := capsys.readouterr().out) and "rename your notebook" in out


def test_the_command_says_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(own_copies, "NOTEBOOKS", tmp_path)
    assert own_copies.main() == 1
    assert f"There are no exercises in {tmp_path}" in capsys.readouterr().out


def test_a_disk_that_cannot_be_written_is_told_and_harms_nothing(course, monkeypatch, capsys):
    monkeypatch.setattr(own_copies, "NOTEBOOKS", course)
    (course / "my").write_text("a file where the folder should be")
    assert own_copies.main() == 1
    assert "Not everything could be copied" in capsys.readouterr().out
    assert (course / "my").read_text() == "a file where the folder should be"


def test_the_command_does_not_wait_for_tensorflow(tmp_path):
    code = "import sys, helpers.exercises.command; print(sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("[]\n", "")


# An update of a real clone.


class Clone:
    """The working tree as a repository (upstream), and a learner's clone of it."""

    def __init__(self, folder):
        self.upstream, self.course = folder / "upstream", folder / "course"
        # a learner's git: no settings, no name
        (folder / "gitconfig").touch()
        own = {"GIT_CONFIG_GLOBAL": str(folder / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1", "PYTHONUTF8": "1"}
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | own
        self.environment["PYTHONPATH"] = str(self.course)
        listed = self.git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        for name in [name for name in listed.split("\0") if (ROOT / name).is_file()]:
            if not name.startswith("tests/"):
                (self.upstream / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, self.upstream / name)
        self.git(self.upstream, "init", "--quiet")
        self.commit("The course")
        self.git(folder, "clone", "--quiet", str(self.upstream), str(self.course))
        self.notebooks = self.course / "notebooks"

    def git(self, folder, *arguments):
        return self.run(folder, "git", *arguments)

    def run(self, folder, *command):
        run = subprocess.run(command, cwd=folder, env=self.environment, capture_output=True, encoding="utf-8")
        assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
        return run.stdout

    def commit(self, message):
        self.git(self.upstream, "add", "--all")
        name = ["-c", "user.name=Author", "-c", "user.email=author@example.org"]
        self.git(self.upstream, *name, "commit", "--quiet", "--message", message)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    if not (ROOT / ".git").exists():
        pytest.skip("this folder is not a git checkout")
    return Clone(tmp_path_factory.mktemp("update"))


def test_answers_survive_an_update_of_a_clone(clone):
    """What lesson 00 advises, word by word: start, `git stash`, `git pull`; and what the learner did meanwhile."""
    # from any folder
    assert f"{NAME}: copied" in clone.run(clone.course / "data", *START)
    own = clone.notebooks / "my" / NAME
    put_notebook(own, "My answers, für mich.")
    answer = own.read_bytes()
    # run and edited: a lesson, and the course's own exercises
    for edited in (clone.notebooks / "03_heart_failure.ipynb", clone.notebooks / NAME):
        put_notebook(edited, "Answers in the wrong place.")
    upstream = clone.upstream / "notebooks" / NAME
    put_notebook(upstream, "# 03 Heart failure: exercises", "## 03.9 A new task")
    put_notebook(clone.upstream / "notebooks" / "03_heart_failure.ipynb", "# A new edition")
    clone.commit("The next edition")

    clone.git(clone.course, "stash")
    clone.git(clone.course, "pull", "--quiet")

    assert own.read_bytes() == answer
    assert (clone.notebooks / NAME).read_bytes() == upstream.read_bytes()
    assert clone.git(clone.course, "status", "--porcelain") == ""
    # what was written in the wrong place is kept as well
    assert "Answers in the wrong place." in clone.git(clone.course, "show", f"stash@{{0}}:notebooks/{NAME}")

    assert f"{NAME}: yours, left as it is; new or changed in the course: 03.9" in clone.run(clone.course, *START)
    assert own.read_bytes() == answer
    # as the command advises
    own.rename(own.with_name("03_heart_failure, mine.ipynb"))
    assert f"{NAME}: copied" in clone.run(clone.course, *START)
    assert "03.9 A new task" in own.read_text(encoding="utf-8")
    assert own.with_name("03_heart_failure, mine.ipynb").read_bytes() == answer
    assert clone.git(clone.course, "status", "--porcelain") == ""


@pytest.mark.sampled
def test_check_hint_and_solution_work_in_a_copy_made_from_lesson_00(clone, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(clone.course))
    start_page = nbformat.read(NOTEBOOKS / "00_start_here.ipynb", as_version=4)
    (start,) = [cell for cell in start_page.cells if cell.id == "own-copies"]
    where = new_code_cell("import helpers\nprint(helpers.__file__)")
    (copied, place) = executed([new_code_cell(start.source), where], clone.notebooks)
    assert "exercises/01_gradient_tape.ipynb: " in copied and str(clone.course) in place

    name = "exercises/01_gradient_tape.ipynb"
    cells = nbformat.read(clone.notebooks / "my" / name, as_version=4).cells
    imports = next(cell for cell in cells if cell.source.startswith("import"))
    calls = ['check("01.1", lambda: 12)', 'hint("01.1")', 'solution("01.1")']
    outputs = executed([imports, *map(new_code_cell, calls)], (clone.notebooks / "my" / name).parent)
    assert "A known mistake" in outputs[1] and "Hint 1 of" in outputs[2] and "def what_the_tape_says" in outputs[3]


def executed(cells, folder):
    """Return what each code cell says when it runs in a notebook that lies in `folder`."""
    notebook = new_notebook(cells=cells)
    NotebookClient(notebook, resources={"metadata": {"path": folder}}, timeout=600, startup_timeout=600).execute()
    said = []
    for cell in notebook.cells:
        outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
        said.append("".join(output.get("text") or output.data["text/plain"] for output in outputs))
    return said
