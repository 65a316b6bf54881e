"""The proof of the rules for notebooks: a good one passes each rule, and each way of breaking it is rejected."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import notebook_reading
import notebook_rules
import refresh
import rules_of_form as form
import rules_of_lessons as lessons
import rules_of_words as words
from notebook_reading import (
    NOTEBOOKS,
    ROOT,
    TEMPLATE,
    all_cells,
    all_notebooks,
    as_typed,
    cell_names,
    code_cells,
    github_anchor,
    jupyter_anchor,
    name_of,
)
from notebook_rules import RULES

# the path of a lesson with a clinic; the rules look at its number and its name
GOOD_PATH = NOTEBOOKS / "04_churn.ipynb"
CLINIC_PATH = NOTEBOOKS / "clinics" / "04_churn.ipynb"
# a lesson without published figures
UNPUBLISHED = NOTEBOOKS / "01_example.ipynb"
FILLER = "Each word here stands for one of the many words with which a lesson explains what its reader just saw. "
FIGURE = "Loss over 20 epochs; it falls."
RECALL = "**Recall.** What is a tape?\n\n<details><summary>Answer</summary>\n\nA record.\n\n</details>"
EXPLAINED = "<details><summary>After you have run it</summary>\n\nIt is 0.69, and 55 % are ill.\n\n</details>"
ANSWERED = {"collapsed": True, "jupyter": {"outputs_hidden": True}}
FOLDED = {"jupyter": {"source_hidden": True}, "tags": ["proof"]}


@pytest.fixture(autouse=True)
def nothing_published(monkeypatch):
    """The notebooks below are judged in the place of lesson 04 and quote nothing of it."""
    monkeypatch.delitem(words.PUBLISHED, "04_churn")


def picture(alt):
    forms = {"image/png": "", "text/html": f'<img src="" alt="{alt}">', "text/plain": alt}
    return new_output("display_data", data=forms, metadata={"image/png": {"alt": alt}})


def without_html(output):
    """Return a figure as JupyterLab would show it without its description."""
    del output.data["text/html"]
    return output


def caption(text):
    return new_output("display_data", data={"text/markdown": f"*{text}*", "text/plain": text})


def printed(text):
    return new_output("stream", name="stdout", text=text)


def as_refreshed(cells):
    notebook = new_notebook(cells=cells)
    notebook.metadata = nbformat.from_dict(refresh.metadata_of(notebook))
    for count, (_, cell) in enumerate(code_cells(notebook), start=1):
        cell.execution_count = count
    return notebook


def good_notebook():
    """Return a small lesson that breaks no rule."""
    error = new_output("error", ename="ValueError", evalue="shapes differ", traceback=["Cell In[4], line 1"])
    cells = [
        new_markdown_cell(
            "# 04 Example: a title\n\n| This lesson | at a glance |\n|-|-|\n"
            "| **Time** | about 3 minutes |\n| **You need** | patience |\n"
            "| **You will be able to** | *see* a loss · *check* a loop · *name* a mistake |"
        ),
        new_markdown_cell(
            f"{RECALL}\n\n{RECALL}\n\n## The question\n\n"
            f"See [plots](../helpers/plots/tables.py), [the end](#Your-turn).\n{FILLER * 12}"
        ),
        new_code_cell("plots.show(plots.lines(losses), 'Loss')", outputs=[picture(FIGURE), caption(FIGURE)]),
        new_code_cell("for batch in batches:\n    train_step(batch)"),
        new_markdown_cell("**Predict.** What is the first loss?"),
        new_code_cell("guess = ...  # a number"),
        new_code_cell(
            "print('loss, and ln 2')\nprint(loss, rate)",
            outputs=[printed("loss, and ln 2\n0.6931\n"), printed("55.3%\n")],
            metadata=ANSWERED,
        ),
        new_markdown_cell(f"{EXPLAINED}\n\n## Same as `model.fit`?\n\n### Shapes\n\nYes."),
        new_code_cell("assert gap == 0\nprint(gap)", outputs=[printed("proven: gap 0.0\n")], metadata=FOLDED),
        new_code_cell("def step(x):\n    '''Do it.'''\n    return x"),
        new_code_cell("step(1)", outputs=[error], metadata={"tags": ["raises-exception"]}),
        new_markdown_cell("## What you saw"),
        new_code_cell("table", outputs=[printed("loss 0.6931")]),
        new_markdown_cell("- **See**: it fell.\n- **Check**: it runs.\n- **Name**: shapes."),
        new_markdown_cell("## Your turn\n\nTry it. Then the [clinic](clinics/04_churn.ipynb)."),
    ]
    return as_refreshed(cells)


def good_clinic():
    """Return a small clinic that breaks no rule."""
    cases = "\n\n".join(f"## C4.{number} It falls and stops" for number in range(1, 6))
    cells = [
        new_markdown_cell("# 04 Example: clinic\n\nFind the line.\n\n**Time**: about 1 minutes."),
        new_markdown_cell(f"{cases}\n\n{FILLER * 10}"),
        new_code_cell("suspect = ..."),
        new_code_cell("assert 1\nprint(1)", outputs=[printed("proven: 1 loop\n")], metadata=FOLDED),
        new_markdown_cell("## Next\n\nThe [lesson](../04_churn.ipynb)."),
    ]
    return as_refreshed(cells)


def replace(old, new):
    """Return a way of breaking: put `new` in place of `old`, which stands in one cell."""

    def break_it(notebook):
        (cell,) = [cell for cell in notebook.cells if old in cell.source]
        cell.source = cell.source.replace(old, new)

    return break_it


def code(number, **new):
    """Return a way of breaking: code cell `number` gets another source, other outputs, ...."""
    return lambda notebook: code_cells(notebook)[number][1].update(new)


def metadata(index, **new):
    """Return a way of breaking: cell `index`, of all cells, gets other metadata."""
    return lambda notebook: notebook.cells[index].update(metadata=nbformat.from_dict(new))


def long_function(lines):
    return "def f():\n" + "    pass\n" * (lines - 1)


def more_code(cells, source="x", **more):
    """Return a way of breaking: so many more code cells, of one line."""
    return lambda notebook: notebook.cells.extend(new_code_cell(source, **more) for _ in range(cells))


def more_text(text):
    """Return a way of breaking: one more cell of text, at the end."""
    return lambda notebook: notebook.cells.append(new_markdown_cell(text))


def before(index, cell):
    """Return a way of breaking: another cell stands before cell `index`, of all cells."""
    return lambda notebook: notebook.cells.insert(index, cell)


def without(index):
    return lambda notebook: notebook.cells.pop(index)


def six_lines(notebook):
    for _, cell in code_cells(notebook):
        cell.source = "x\n" * 6


STDERR = new_output("stream", name="stderr", text="warning")
ERROR_WITH_PATH = new_output("error", ename="E", evalue="in /tmp/x.py", traceback=[])
# where cells of the good notebook stand: among all cells, then among code cells
FIGURE_CELL, GUESS_CELL, ANSWER_CELL, EXPLANATION_CELL, PROOF_CELL, ERROR_CELL, RESULT_CELL = 2, 5, 6, 7, 8, 10, 12
FIGURE_CODE, STEP_CODE, ANSWER_CODE, PROOF_CODE, ERROR_CODE, RESULT_CODE = 0, 1, 3, 4, 6, 7

# (rule, way of breaking the good notebook, what the rule then says)
BROKEN = [
    (form.executed_in_order, code(1, execution_count=7), "has [7], not [2]"),
    (form.executed_in_order, code(4, execution_count=None), "has [ ], not [5]"),
    (form.executed_in_order, metadata(FIGURE_CELL, tags=["skip-execution"]), "never executed"),
    (form.no_stored_stderr, code(4, outputs=[STDERR]), "stores stderr"),
    (form.errors_only_where_tagged, metadata(ERROR_CELL), "stores an error"),
    (form.errors_only_where_tagged, metadata(RESULT_CELL, tags=["raises-exception"]), "stores no error"),
    (form.metadata_is_clean, lambda notebook: notebook.metadata.update(widgets={}), "not what JupyterLab stores"),
    (
        form.metadata_is_clean,
        lambda notebook: notebook.metadata.language_info.update(version="3.13.1"),
        "not what JupyterLab stores",
    ),
    (form.metadata_is_clean, metadata(1, editable=False), "has metadata ['editable']"),
    (form.metadata_is_clean, metadata(FIGURE_CELL, tags=["ignore-output"]), "unknown tags"),
    (form.metadata_is_clean, metadata(FIGURE_CELL, tags=["skip-execution"]), "needs both tags"),
    (form.metadata_is_clean, lambda notebook: notebook.metadata.update(title="03"), "or its title"),
    (
        form.metadata_is_clean,
        metadata(ANSWER_CELL, jupyter={"outputs_hidden": True}),
        "one program and not for another",
    ),
    (form.no_machine_paths, code(0, source="open('/home/me/heart.csv')"), "/home/me"),
    (form.no_machine_paths, replace("Try it.", "Open C:\\Users\\me."), "C:"),
    (form.no_machine_paths, code(4, outputs=[printed("lib/site-packages/keras")]), "site-packages"),
    (form.no_machine_paths, code(ERROR_CODE, outputs=[ERROR_WITH_PATH]), "/tmp/x.py"),
    (form.cells_are_small, code(0, source="x" * 89), "a line of 89 characters, at most 88"),
    (form.cells_are_small, code(PROOF_CODE, source="x" * 121), "a line of 121 characters, at most 120"),
    (form.cells_are_small, code(0, source="x\n" * 16), "has 16 lines, at most 15"),
    (form.cells_are_small, code(PROOF_CODE, source="x\n" * 21), "has 21 lines, at most 20"),
    (form.cells_are_small, six_lines, "6 lines in its median"),
    (form.cells_are_small, more_code(40), "has 46 code cells"),
    (form.functions_are_short, code(0, source=long_function(13)), "f has 13 lines"),
    (form.functions_are_short, code(0, source="%matplotlib inline\n" + long_function(13)), "f has 13 lines"),
    (form.code_runs_anywhere, code(0, source="!ls"), "shell"),
    (form.code_runs_anywhere, code(0, source="x = 1\n%pip install keras"), "installs"),
    (form.code_runs_anywhere, code(0, source="keras.datasets.mnist.load_data()"), "download"),
    (form.code_runs_anywhere, code(0, source="plt.plot(x);\n"), "semicolon"),
    (form.figures_are_described, code(FIGURE_CODE, outputs=[picture(""), caption(FIGURE)]), "without a description"),
    (form.figures_are_described, code(0, outputs=[without_html(picture(FIGURE)), caption(FIGURE)]), "without a desc"),
    (form.figures_are_described, code(FIGURE_CODE, outputs=[picture(FIGURE)]), "without a caption"),
    (form.figures_are_described, code(FIGURE_CODE, outputs=[picture(FIGURE), caption("Other.")]), "without a caption"),
    (form.figures_are_described, code(RESULT_CODE, outputs=[picture(FIGURE), caption(FIGURE)]), "as another one"),
    (form.figures_are_described, replace("Try it.", "![](../a.png)"), "an image without a description"),
    (form.tables_have_headers, replace("| This lesson | at", "| | at"), "an empty header"),
    (form.tables_have_headers, replace("Try it.", "| a | |\n|:-|-|\n| 1 | 2 |"), "an empty header"),
    (words.links_resolve, replace("../helpers/plots/tables.py", "../helpers/no_such_file.py"), "leads nowhere"),
    (words.links_resolve, replace("../helpers/plots/tables.py", "../.."), "leads nowhere"),
    (words.links_resolve, replace("../helpers/plots/tables.py", "http://example.org"), "neither https"),
    (words.links_resolve, replace("../helpers/plots/tables.py", "/etc/hosts"), "neither https"),
    (words.links_resolve, replace("clinics/04_churn.ipynb", "clinics/04_chum.ipynb"), "leads nowhere"),
    (words.links_resolve, replace("clinics/04_churn.ipynb", "clinics/04_churn.ipynb#No-case"), "names no heading"),
    (words.links_resolve, replace("Try it.", "[here]: no_such_file.md"), "leads nowhere"),
    (words.links_resolve, replace("Try it.", '<a href="no_such_file.md">here</a>'), "leads nowhere"),
    (words.links_resolve, replace("Try it.", "http://example.org"), "neither https"),
    (words.links_resolve, replace("#Your-turn", "#your-turn"), "names no heading"),
    (words.spelling_is_american, replace("Try it.", "Normalise it."), "Normalise"),
    (words.spelling_is_american, code(0, source="colour = 1"), "colour"),
    (words.numbers_are_checked, replace("It is 0.69", "It is 0.47"), "0.47 is in no output"),
    (words.numbers_are_checked, replace("55 % are ill", "56 % are ill"), "56 % is in no output"),
    (words.numbers_are_checked, replace("Try it.", "| loss |\n|-|\n| .299 |"), ".299 is in no output"),
    (form.headings_nest, replace("# 04 Example: a title", "04 Example: a title"), "one heading of level 1"),
    (form.headings_nest, replace("Try it.", "# Another title"), "one heading of level 1"),
    (form.headings_nest, replace("### Shapes", "#### Shapes"), "skips a level"),
    (lessons.lesson_is_one_sitting, more_text("word " * 2200), "words to read, at most 2200"),
    (lessons.lesson_is_one_sitting, more_code(20, source="x\n" * 10), "210 lines of code to read, at most 200"),
    (lessons.lesson_is_one_sitting, more_code(27), "33 code cells to read, guesses not counted, at most 32"),
    (lessons.lesson_is_one_sitting, more_text("**Predict.** " * 8), "9 predictions, at most 8"),
    (
        lessons.lesson_is_one_sitting,
        more_text(EXPLAINED.replace("ill", "word " * 500)),
        "words folded away, at most 500",
    ),
    (lessons.lesson_is_one_sitting, more_code(80, metadata=FOLDED), "82 lines of code folded away, at most 80"),
    (lessons.minutes_are_stated, replace("about 3 minutes", "3 minutes"), "should say how long it takes"),
    (lessons.minutes_are_stated, replace("about 3 minutes", "about 4 minutes"), "by the rule; say 3"),
    (lessons.minutes_are_stated, more_text("word " * 7600), "takes 41 minutes by the rule, at most 40"),
    (lessons.something_trains_early, code(STEP_CODE, source="x = 1"), "of its first 2 visible cells"),
    (lessons.something_trains_early, code(STEP_CODE, source="def f():\n    train_step(1)"), "let something train"),
    (lessons.something_trains_early, lambda notebook: notebook.cells.append(notebook.cells.pop(3)), "of its first 2"),
    (lessons.lesson_is_in_order, replace("# 04 Example", "# 05 Example"), "first line"),
    (lessons.lesson_is_in_order, replace("## The question", "## The answer"), "first section"),
    (lessons.lesson_is_in_order, replace("## Same as `model.fit`?", "## Same as fit"), "last sections"),
    (lessons.lesson_is_in_order, replace("Try it.", "Try it.\n\n## One more thing"), "last sections"),
    (lessons.lesson_is_in_order, replace("## Same as", "## What goes wrong\n\n## Same as"), "into the clinic"),
    (lessons.opens_with_table, replace("**Time**", "Time"), "a table with the rows"),
    (lessons.opens_with_table, replace(" · *name* a mistake", ""), "2 objectives"),
    (lessons.opens_with_table, replace("*name* a mistake", "name a mistake"), "begin with a *verb*"),
    (lessons.opens_with_recall, replace(f"{RECALL}\n\n{RECALL}", RECALL), "recalls 1 answers"),
    (lessons.opens_with_recall, replace(f"{RECALL}\n\n{RECALL}", f"{RECALL}\n\n" * 4), "recalls 4 answers"),
    (lessons.opens_with_recall, replace(f"{RECALL}\n\n{RECALL}", f"## Recall\n\n{RECALL}\n\n{RECALL}"), "0 answers"),
    (lessons.objectives_are_answered, replace("- **Check**: it runs.\n", ""), "it has ['see', 'name']"),
    (lessons.objectives_are_answered, replace("- **Check**:", "- Check:"), "it has ['see', None, 'name']"),
    (lessons.objectives_are_answered, replace("- **Check**:", "- **See**:"), "it has ['see', 'see', 'name']"),
    (lessons.objectives_are_answered, code(RESULT_CODE, outputs=[]), "prints the results"),
    (lessons.lesson_links_its_clinic, replace("(clinics/04_churn.ipynb)", "(05_mnist_cnn.ipynb)"), "link its clinic"),
    (lessons.predictions_are_collapsed, metadata(ANSWER_CELL), "outputs_hidden"),
    (lessons.predictions_are_collapsed, metadata(FIGURE_CELL, **ANSWERED), "is collapsed"),
    (lessons.predictions_are_collapsed, code(ANSWER_CODE, outputs=[printed("0.6931\n")]), "without them"),
    (lessons.predictions_are_collapsed, code(ANSWER_CODE, outputs=[printed("people: 172\n")]), "without them"),
    (lessons.predictions_are_collapsed, code(ANSWER_CODE, outputs=[]), "without them"),
    (lessons.predictions_are_collapsed, before(ANSWER_CELL, new_markdown_cell("Hint.")), "stands between"),
    (lessons.predictions_are_collapsed, more_text("**Predict.** What now?"), "no code cell after it"),
    (lessons.predictions_are_collapsed, without(GUESS_CELL), "put a cell before it that holds only: guess"),
    (lessons.predictions_are_collapsed, replace("After you have run it", "Answer"), "should explain the answer"),
    (lessons.predictions_are_collapsed, without(EXPLANATION_CELL), "should explain the answer"),
    (
        lessons.predictions_are_collapsed,
        lambda notebook: notebook.cells.__delitem__(slice(EXPLANATION_CELL, None)),
        "the last answer needs an explanation",
    ),
    (lessons.proofs_are_folded, metadata(PROOF_CELL, tags=["proof"]), "needs both, the tag proof and"),
    (lessons.proofs_are_folded, metadata(PROOF_CELL, jupyter={"source_hidden": True}), "needs both, the tag proof and"),
    (lessons.proofs_are_folded, code(PROOF_CODE, outputs=[]), "let it print one line"),
    (lessons.proofs_are_folded, code(PROOF_CODE, outputs=[printed("proven: equal\n")]), "let it print one line"),
    (lessons.proofs_are_folded, code(PROOF_CODE, outputs=[printed("gap 0.0\n")]), "let it print one line"),
    (lessons.proofs_are_folded, code(PROOF_CODE, outputs=[printed("proven: 0\nand 1\n")]), "let it print one line"),
    (lessons.asserts_are_proofs, code(ANSWER_CODE, source="print(loss)\nassert loss < 1"), "into a proof cell"),
    (lessons.asserts_are_proofs, code(0, source="np.testing.assert_allclose(a, b)"), "into a proof cell"),
    (lessons.folds_can_be_read, replace("summary>\n\nIt is", "summary>It is"), "write a fold as"),
    (lessons.folds_can_be_read, replace("ill.\n\n</details>", "ill.</details>"), "write a fold as"),
]
BROKEN_CLINICS = [
    (lessons.clinic_is_in_order, replace(": clinic", ""), "first line"),
    (lessons.clinic_is_in_order, replace("# 04 Example", "# 05 Example"), "first line"),
    (lessons.clinic_is_in_order, replace("## Next", "## The end"), "## Next"),
    (lessons.clinic_is_in_order, replace("## C4.2 It", "## C4.3 It"), "numbered C4.1"),
    (lessons.clinic_is_in_order, replace("## C4.5 It falls and stops\n\n", "## C4.4\n\n"), "four to six"),
    (lessons.minutes_are_stated, replace("about 1 minutes", "about 9 minutes"), "by the rule; say 1"),
    (lessons.minutes_are_stated, more_text("word " * 6000), "at most 30"),
    (lessons.asserts_are_proofs, code(0, source="assert 1"), "into a proof cell"),
    (lessons.proofs_are_folded, code(1, outputs=[]), "let it print one line"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_good_notebook_passes(rule):
    assert rule(good_notebook(), GOOD_PATH) == []
    assert rule(good_clinic(), CLINIC_PATH) == []


@pytest.mark.parametrize(("rule", "break_it", "message"), BROKEN)
def test_rule_rejects(rule, break_it, message):
    notebook = good_notebook()
    break_it(notebook)
    assert message in "; ".join(rule(notebook, GOOD_PATH))


@pytest.mark.parametrize(("rule", "break_it", "message"), BROKEN_CLINICS)
def test_rule_rejects_clinic(rule, break_it, message):
    notebook = good_clinic()
    break_it(notebook)
    assert message in "; ".join(rule(notebook, CLINIC_PATH))


def test_every_rule_is_proved():
    # these compare with another file, and have tests of their own: test_glossary.py, test_speed.py
    elsewhere = {rule for rule in RULES if rule.__module__ in ("rules_of_glossary", "speed")}
    assert {rule for rule, _, _ in BROKEN + BROKEN_CLINICS} == set(RULES) - elsewhere


def test_shape_counts_what_a_learner_reads():
    notebook = new_notebook(
        cells=[
            new_markdown_cell("**Predict.** Four more words here.\n\n<details>two folded</details>"),
            new_code_cell("guess = ...\n"),
            new_code_cell("x = 1\n\n# why\nprint(x)"),
            new_code_cell("assert x\nprint(x)", metadata=FOLDED),
            new_code_cell(""),
        ]
    )
    found = notebook_reading.shape(notebook)
    # the two tags of the fold are words as well
    assert found == notebook_reading.Shape(words=5, lines=3, cells=1, predictions=1, folded_words=4, folded_lines=2)
    assert found.minutes == pytest.approx(5 / 200 + 0.3 + 0.5)


def test_lists_of_notebooks_leave_out_a_learners_own(monkeypatch, tmp_path):
    for name in ("my/04_churn.ipynb", "my/deeper/a.ipynb", ".ipynb_checkpoints/a.ipynb", "clinics/04_churn.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(notebook_reading, "NOTEBOOKS", tmp_path)
    assert all_notebooks() == [tmp_path / "clinics" / "04_churn.ipynb"]


@pytest.mark.parametrize("name", ["00_start_here.ipynb", "symptoms.ipynb", "exercises/03_example.ipynb"])
def test_order_binds_lessons_only(name):
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), new_code_cell("x = 1\n" * 13, execution_count=1)])
    notebook.metadata = nbformat.from_dict(refresh.metadata_of(notebook))
    assert [problem for rule in RULES for problem in rule(notebook, NOTEBOOKS / name)] == []


@pytest.mark.parametrize(("name", "accepted"), [("03_example.ipynb", False), ("exercises/03_example.ipynb", True)])
def test_documented_loop_may_stand_in_an_exercise(name, accepted):
    path = NOTEBOOKS / name
    text = long_function(20).replace("():\n", '():\n    """Train.\n\n    Args:\n        None.\n    """\n')
    notebook = new_notebook(cells=[new_code_cell(text)])
    problems = [
        problem
        for rule in (form.cells_are_small, form.functions_are_short)
        for problem in rule(notebook, NOTEBOOKS / name)
    ]
    assert (problems == []) == accepted
    notebook.cells[0].source = text + "    pass"
    assert form.functions_are_short(notebook, path)


def test_cells_are_counted_as_jupyterlab_counts_them():
    skipped = {"tags": ["nbval-skip", "skip-execution"]}
    sources = ["text", "  \n", "# a comment is executed", "text", "skipped", "", "1", "text"]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    for cell in notebook.cells:
        cell.cell_type = "markdown" if cell.source == "text" else "code"
        cell.metadata = skipped if cell.source == "skipped" else {}
    names = ["Cell 0+1", "Cell 1", "Cell 1+1", "Cell 1+2", "Cell 2"]
    assert cell_names(notebook) == names
    assert [where for where, _ in all_cells(notebook)] == [
        "text before Cell 0+1", *names[:2], "text before Cell 1+1", *names[2:], "text after Cell 2"
    ]  # fmt: skip
    assert [where for where, _ in all_cells(new_notebook(cells=[new_markdown_cell("Text.")]))] == ["text"]


@pytest.mark.parametrize("path", all_notebooks(), ids=name_of)
def test_names_of_cells_are_the_stored_numbers(path):
    notebook = nbformat.read(path, as_version=4)
    stored = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    # a cell that no run of ours executes has no number; it is named by the one before it
    wrong = [
        (name, number) for name, number in zip(cell_names(notebook), stored) if number and name != f"Cell {number}"
    ]
    assert wrong == []


def test_command_says_what_to_change(tmp_path, capsys):
    assert notebook_rules.main([TEMPLATE]) == 0
    assert capsys.readouterr().out == "nothing to change in 1 notebook\n"

    notebook = nbformat.read(TEMPLATE, as_version=4)
    notebook.cells[-1].source += "\n\nIt ends with 0.123456."
    broken, missing = tmp_path / "10_your_topic.ipynb", tmp_path / "missing.ipynb"
    nbformat.write(notebook, broken)
    assert notebook_rules.main([broken, missing]) > 1
    *said, last = capsys.readouterr().out.splitlines()
    where = list(all_cells(notebook))[-1][0]
    assert any(line.startswith(f"{broken}, {where}: 0.123456 is in no output") for line in said)
    assert any(line.startswith(f"{missing}: cannot be read as a notebook") for line in said)
    assert last == f"{len(said)} things to change in 2 notebooks"


@pytest.mark.parametrize(("name", "code"), [(as_typed(TEMPLATE), 0), ("README.md", 1)])
def test_command_runs_from_the_root(name, code):
    command = [sys.executable, "tests/tools/notebook_rules.py", name]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace")
    assert result.returncode == code, result.stdout + result.stderr


def test_lesson_01_has_no_model_to_compare_with_and_nothing_to_recall():
    notebook = good_notebook()
    replace("# 04 Example", "# 01 Example")(notebook)
    replace("## Same as `model.fit`?\n\n", "")(notebook)
    replace(f"{RECALL}\n\n{RECALL}", "")(notebook)
    path = NOTEBOOKS / "01_example.ipynb"
    assert lessons.lesson_is_in_order(notebook, path) == lessons.opens_with_recall(notebook, path) == []


@pytest.mark.parametrize(("name", "linked"), [("05_example.ipynb", True), ("07_example.ipynb", False)])
def test_lesson_after_the_sixth_needs_no_clinic(name, linked):
    """As long as there is none."""
    problems = lessons.lesson_links_its_clinic(new_notebook(), NOTEBOOKS / name)
    assert bool(problems) == linked


@pytest.mark.parametrize(
    ("source", "trains"),
    [
        ("training.train_one_epoch(step, batches)", True),
        ("losses = [float(train_step(x)) for x in rows]", True),
        ("with tape:\n    w.assign_sub(g)", True),
        ("move = lambda: train_step(x)", False),
        ("class A:\n    def step(self):\n        descend(1)", False),
        ("print('train_step(x)')", False),
    ],
)
def test_training_is_a_call(source, trains):
    assert bool(lessons.TRAINING & lessons.called_names(notebook_reading.parsed(source))) == trains


def test_function_length_leaves_out_docstring_and_blank_lines():
    source = 'def f(x):\n    """One.\n\n    Two.\n    """\n    # why\n\n    return x\n'
    (function,) = form.functions(source)
    assert form.function_length(function, source) == 3


@pytest.mark.parametrize(
    ("source", "accepted"),
    [("guess = ...", True), ("# 0 to 1\nguess_of_loss = ...", True), ("guess = 0.69", False), ("loss = ...", False)],
)
def test_guess_is_left_open(source, accepted):
    notebook = good_notebook()
    notebook.cells[GUESS_CELL].source = source
    assert (lessons.predictions_are_collapsed(notebook, GOOD_PATH) == []) == accepted


def test_american_words_are_left_alone():
    assert words.british_words("color, organism, analysis, analyses, center, precise, normalized, gray, license") == []


def test_anchors_are_those_of_the_reader():
    assert jupyter_anchor("Same as `model.fit`?") == "Same-as-model.fit?"
    assert github_anchor("Same as `model.fit`?") == "same-as-modelfit"


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("0.69", "0.6931"),
        (".299", "0.299"),
        ("a loss of 0.13", "0.125"),
        ("falls by 0.2", "[-0.2 1.]"),
        ("−0.2", "-0.2"),
        ("0.55–0.60", "0.55 0.6"),
        ("2.5e-7", "2.4999e-07"),
        ("1,234.5 dollars", "1234.50"),
        ("55.3 %", "0.5529"),
        ("55.3%", "55.3%"),
        ("0.553", "55.3%"),
        ("3–5 %", "0.03 0.05"),
        ("5 percent", "0.05"),
    ],
)
def test_number_is_found(text, evidence):
    assert unchecked(text, evidence) == []


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("0.69", "0.68"),
        ("0.690", "0.6931"),
        ("60 %", "60 epochs"),
        ("60 %", "59.8 years"),
        ("3–5 %", "0.05"),
        ("3–5 %", "0.03"),
        ("5 percent", "0.04"),
        ("0.5", "# 0.5"),
        ("2.5e-7", "2.5e-6"),
        ("It ends with 0.5.", "0.4"),
        ("[0.5](https://example.org)", "0.4"),
    ],
)
def test_number_is_missed(text, evidence):
    assert len(unchecked(text, evidence)) == 1


@pytest.mark.parametrize(
    "text",
    ["60 epochs", "`0.5`", "```\n0.5\n```", "$0.5$", "[a](b_0.5)", "https://a.org/0.5", "Keras 3.15", "2.21.0", "v0.5"],
)
def test_number_needs_no_check(text):
    assert unchecked(text, "") == []


def unchecked(text, evidence):
    """Return what numbers_are_checked says of a text after a cell with this code."""
    return words.numbers_are_checked(
        new_notebook(cells=[new_code_cell(evidence), new_markdown_cell(text)]), UNPUBLISHED
    )


def test_published_number_needs_no_run_but_a_place(monkeypatch):
    monkeypatch.setitem(words.PUBLISHED, "01_example", {".299": "the article", "87.5 %": "the article"})
    assert unchecked("loss .299, accuracy 87.5 %", "") == []
    assert len(unchecked("loss .299", "")) == 1


@pytest.mark.parametrize(
    ("text", "name", "problems"),
    [
        # figures of published.ipynb, in the lesson whose recipe it is, and in another
        ("It was .923, and .875 was published.", "03_heart_failure", 0),
        ("It was .924.", "03_heart_failure", 1),
        ("It was .923.", "04_churn", 1),
    ],
)
def test_published_figure_may_be_quoted_by_its_lesson(text, name, problems, monkeypatch):
    monkeypatch.setattr(words, "PUBLISHED", {})
    notebook = new_notebook(cells=[new_markdown_cell(text)])
    assert len(words.numbers_are_checked(notebook, NOTEBOOKS / f"{name}.ipynb")) == problems


def test_number_in_the_tables_of_published_figures_needs_no_other_place():
    prose, table = "It was .999.", "## 03: x\n\n| training accuracy | | .999 ± .009 | |"
    for texts, problems in [([prose], 1), ([prose, table], 0)]:
        notebook = new_notebook(cells=[new_markdown_cell(text) for text in texts])
        assert len(words.numbers_are_checked(notebook, NOTEBOOKS / "published.ipynb")) == problems


def test_number_that_an_exercise_asks_for_is_a_bound_of_its_target():
    for text, problems in (("at most 1 % is left", 0), ("at most 2 % is left", 1)):
        notebook = new_notebook(cells=[new_markdown_cell(text)])
        assert len(words.numbers_are_checked(notebook, NOTEBOOKS / "exercises" / "01_example.ipynb")) == problems
