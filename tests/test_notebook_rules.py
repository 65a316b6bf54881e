"""The proof of the rules for notebooks: a good one passes each rule, and each way of breaking it is rejected."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import notebook_rules
import refresh
import rules_of_form as form
import rules_of_words as words
from notebook_reading import (
    NOTEBOOKS,
    ROOT,
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

GOOD_PATH = NOTEBOOKS / "03_example.ipynb"
FILLER = "Each word here stands for one of the many words with which a lesson explains what its reader just saw. "
FIGURE = "Loss over 20 epochs; it falls."


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


def good_notebook():
    """Return a small lesson that breaks no rule."""
    error = new_output("error", ename="ValueError", evalue="shapes differ", traceback=["Cell In[4], line 1"])
    cells = [
        new_markdown_cell(
            "# 03 Example: a title\n\n| This lesson | at a glance |\n|-|-|\n"
            "| **Time** | 5 minutes |\n| **You need** | patience |\n"
            "| **You will be able to** | *see* a loss · *check* a loop · *name* a mistake |"
        ),
        new_markdown_cell(
            f"## The question\n\nSee [loop](../helpers/training.py), [the end](#Your-turn).\n{FILLER * 4}"
        ),
        new_code_cell("plots.show(plots.lines(losses), 'Loss')", outputs=[picture(FIGURE), caption(FIGURE)]),
        new_markdown_cell("**Predict.** What is the first loss?"),
        new_code_cell(
            "print('loss, and ln 2')\nprint(loss, rate)",
            outputs=[printed("loss, and ln 2\n0.6931\n"), printed("55.3%\n")],
            metadata={"collapsed": True, "jupyter": {"outputs_hidden": True}},
        ),
        new_markdown_cell("It is 0.69, and 55 % are ill.\n\n## Same as `model.fit`?\n\nYes."),
        new_code_cell("def step(x):\n    '''Do it.'''\n    return x"),
        new_markdown_cell(f"## What goes wrong\n\n### Shapes\n\n{FILLER * 4}"),
        new_code_cell("step(1)", outputs=[error], metadata={"tags": ["raises-exception"]}),
        new_markdown_cell("## What you saw"),
        new_code_cell("table", outputs=[printed("loss 0.6931")]),
        new_markdown_cell("- **See**: it fell.\n- **Check**: it runs.\n- **Name**: shapes."),
        new_markdown_cell("## Your turn\n\nTry it."),
    ]
    notebook = new_notebook(cells=cells)
    notebook.metadata = nbformat.from_dict(refresh.metadata_of(notebook))
    for count, (_, cell) in enumerate(code_cells(notebook), start=1):
        cell.execution_count = count
    return notebook


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


def more_code(cells):
    """Return a way of breaking: so many more code cells, of one line."""
    return lambda notebook: notebook.cells.extend(new_code_cell("x") for _ in range(cells))


def six_lines(notebook):
    for _, cell in code_cells(notebook):
        cell.source = "x\n" * 6


STDERR = new_output("stream", name="stderr", text="warning")
ERROR_WITH_PATH = new_output("error", ename="E", evalue="in /tmp/x.py", traceback=[])

# (rule, way of breaking the good notebook, what the rule then says)
BROKEN = [
    (form.executed_in_order, code(1, execution_count=7), "has [7], not [2]"),
    (form.executed_in_order, code(4, execution_count=None), "has [ ], not [5]"),
    (form.executed_in_order, metadata(2, tags=["skip-execution"]), "never executed"),
    (form.no_stored_stderr, code(4, outputs=[STDERR]), "stores stderr"),
    (form.errors_only_where_tagged, metadata(8), "stores an error"),
    (form.errors_only_where_tagged, metadata(10, tags=["raises-exception"]), "stores no error"),
    (form.metadata_is_clean, lambda notebook: notebook.metadata.update(widgets={}), "not what JupyterLab stores"),
    (
        form.metadata_is_clean,
        lambda notebook: notebook.metadata.language_info.update(version="3.13.1"),
        "not what JupyterLab stores",
    ),
    (form.metadata_is_clean, metadata(1, editable=False), "has metadata ['editable']"),
    (form.metadata_is_clean, metadata(2, tags=["ignore-output"]), "unknown tags"),
    (form.metadata_is_clean, metadata(2, tags=["skip-execution"]), "needs both tags"),
    (form.no_machine_paths, code(0, source="open('/home/me/heart.csv')"), "/home/me"),
    (form.no_machine_paths, replace("Try it.", "Open C:\\Users\\me."), "C:"),
    (form.no_machine_paths, code(4, outputs=[printed("lib/site-packages/keras")]), "site-packages"),
    (form.no_machine_paths, code(3, outputs=[ERROR_WITH_PATH]), "/tmp/x.py"),
    (form.cells_are_small, code(0, source="x" * 121), "a line of 121 characters"),
    (form.cells_are_small, code(0, source="x\n" * 21), "has 21 lines"),
    (form.cells_are_small, code(0, source="x\n" * 13), "more than 12 lines"),
    (form.cells_are_small, six_lines, "6 lines in its median"),
    (form.cells_are_small, more_code(41), "has 46 code cells"),
    (form.functions_are_short, code(0, source=long_function(13)), "f has 13 lines"),
    (form.functions_are_short, code(0, source="%matplotlib inline\n" + long_function(13)), "f has 13 lines"),
    (form.code_runs_anywhere, code(0, source="!ls"), "shell"),
    (form.code_runs_anywhere, code(0, source="x = 1\n%pip install keras"), "installs"),
    (form.code_runs_anywhere, code(0, source="keras.datasets.mnist.load_data()"), "download"),
    (form.code_runs_anywhere, code(0, source="plt.plot(x);\n"), "semicolon"),
    (form.figures_are_described, code(0, outputs=[picture(""), caption(FIGURE)]), "without a description"),
    (form.figures_are_described, code(0, outputs=[without_html(picture(FIGURE)), caption(FIGURE)]), "without a desc"),
    (form.tables_have_headers, replace("| This lesson | at", "| | at"), "an empty header"),
    (form.tables_have_headers, replace("Try it.", "| a | |\n|:-|-|\n| 1 | 2 |"), "an empty header"),
    (form.metadata_is_clean, lambda notebook: notebook.metadata.update(title="03"), "or its title"),
    (form.metadata_is_clean, metadata(4, jupyter={"outputs_hidden": True}), "for one program and not for another"),
    (form.figures_are_described, code(0, outputs=[picture(FIGURE)]), "without a caption"),
    (form.figures_are_described, code(0, outputs=[picture(FIGURE), caption("Another.")]), "without a caption"),
    (form.figures_are_described, code(4, outputs=[picture(FIGURE), caption(FIGURE)]), "as another one"),
    (form.figures_are_described, replace("Try it.", "![](../a.png)"), "an image without a description"),
    (words.links_resolve, replace("../helpers/training.py", "../helpers/no_such_file.py"), "leads nowhere"),
    (words.links_resolve, replace("../helpers/training.py", "../.."), "leads nowhere"),
    (words.links_resolve, replace("../helpers/training.py", "http://example.org"), "neither https"),
    (words.links_resolve, replace("../helpers/training.py", "/etc/hosts"), "neither https"),
    (words.links_resolve, replace("Try it.", "[here]: no_such_file.md"), "leads nowhere"),
    (words.links_resolve, replace("Try it.", '<a href="no_such_file.md">here</a>'), "leads nowhere"),
    (words.links_resolve, replace("Try it.", "http://example.org"), "neither https"),
    (words.links_resolve, replace("#Your-turn", "#your-turn"), "names no heading"),
    (words.spelling_is_american, replace("Try it.", "Normalise it."), "Normalise"),
    (words.spelling_is_american, code(0, source="colour = 1"), "colour"),
    (words.prose_is_balanced, replace("Try it.", FILLER * 20), "words of text per code cell"),
    (words.prose_is_balanced, more_code(5), "words of text per code cell"),
    (form.headings_nest, replace("# 03 Example: a title", "03 Example: a title"), "one heading of level 1"),
    (form.headings_nest, replace("Try it.", "# Another title"), "one heading of level 1"),
    (form.headings_nest, replace("### Shapes", "#### Shapes"), "skips a level"),
    (form.lesson_is_in_order, replace("# 03 Example", "# 04 Example"), "first line"),
    (form.lesson_is_in_order, replace("## The question", "## The answer"), "first section"),
    (form.lesson_is_in_order, replace("## Same as `model.fit`?", "## Same as fit"), "last sections"),
    (form.lesson_is_in_order, replace("Try it.", "Try it.\n\n## One more thing"), "last sections"),
    (form.lesson_is_in_order, replace("### Shapes", "Shapes"), "0 headings"),
    (form.lesson_is_in_order, replace("### Shapes", "### Shapes\n" * 6), "6 headings"),
    (form.opens_with_table, replace("**Time**", "Time"), "a table with the rows"),
    (form.opens_with_table, replace(" · *name* a mistake", ""), "2 objectives"),
    (form.opens_with_table, replace("*name* a mistake", "name a mistake"), "begin with a *verb*"),
    (form.objectives_are_answered, replace("- **Check**: it runs.\n", ""), "it has ['see', 'name']"),
    (form.objectives_are_answered, replace("- **Check**:", "- Check:"), "it has ['see', None, 'name']"),
    (form.objectives_are_answered, replace("- **Check**:", "- **See**:"), "it has ['see', 'see', 'name']"),
    (form.objectives_are_answered, code(4, outputs=[]), "prints the results"),
    (form.predictions_are_collapsed, metadata(4), "outputs_hidden"),
    (form.predictions_are_collapsed, metadata(2, jupyter={"outputs_hidden": True}), "is collapsed"),
    (form.predictions_are_collapsed, code(1, outputs=[printed("0.6931\n")]), "without them"),
    (form.predictions_are_collapsed, code(1, outputs=[printed("people: 172\n")]), "without them"),
    (form.predictions_are_collapsed, code(1, outputs=[]), "without them"),
    (
        form.predictions_are_collapsed,
        lambda notebook: notebook.cells.insert(4, new_markdown_cell("Hint.")),
        "stands between",
    ),
    (form.predictions_are_collapsed, replace("Try it.", "**Predict.** What now?"), "no code cell after it"),
    (words.numbers_are_checked, replace("It is 0.69", "It is 0.68"), "0.68 is in no output"),
    (words.numbers_are_checked, replace("55 % are ill", "56 % are ill"), "56 % is in no output"),
    (words.numbers_are_checked, replace("Try it.", "| loss |\n|-|\n| .299 |"), ".299 is in no output"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_good_notebook_passes(rule):
    assert rule(good_notebook(), GOOD_PATH) == []


@pytest.mark.parametrize(("rule", "break_it", "message"), BROKEN)
def test_rule_rejects(rule, break_it, message):
    notebook = good_notebook()
    break_it(notebook)
    assert message in "; ".join(rule(notebook, GOOD_PATH))


def test_every_rule_is_proved():
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


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
    numbers = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert cell_names(notebook) == [f"Cell {number}" for number in numbers], "the course has no cell without a number"


def test_command_says_what_to_change(tmp_path, capsys):
    lesson = as_typed(NOTEBOOKS / "01_gradient_tape.ipynb")
    assert notebook_rules.main([ROOT / lesson]) == 0
    assert capsys.readouterr().out == "nothing to change in 1 notebook\n"

    notebook = nbformat.read(ROOT / lesson, as_version=4)
    notebook.cells[-1].source += "\n\nIt ends with 0.123456."
    broken, missing = tmp_path / "01_gradient_tape.ipynb", tmp_path / "missing.ipynb"
    nbformat.write(notebook, broken)
    assert notebook_rules.main([broken, missing]) > 1
    *said, last = capsys.readouterr().out.splitlines()
    assert any(line.startswith(f"{broken}, text after Cell 45: 0.123456 is in no output") for line in said)
    assert any(line.startswith(f"{missing}: cannot be read as a notebook") for line in said)
    assert last == f"{len(said)} things to change in 2 notebooks"


@pytest.mark.parametrize(("name", "code"), [("notebooks/01_gradient_tape.ipynb", 0), ("README.md", 1)])
def test_command_runs_from_the_root(name, code):
    command = [sys.executable, "tests/tools/notebook_rules.py", name]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace")
    assert result.returncode == code, result.stdout + result.stderr


def test_lesson_01_has_no_model_to_compare_with():
    notebook = good_notebook()
    replace("# 03 Example", "# 01 Example")(notebook)
    replace("\n\n## Same as `model.fit`?", "")(notebook)
    assert form.lesson_is_in_order(notebook, NOTEBOOKS / "01_example.ipynb") == []


def test_function_length_leaves_out_docstring_and_blank_lines():
    source = 'def f(x):\n    """One.\n\n    Two.\n    """\n    # why\n\n    return x\n'
    (function,) = form.functions(source)
    assert form.function_length(function, source) == 3


def test_guess_may_stand_between_a_question_and_its_answer():
    notebook = good_notebook()
    for source, accepted in [("guess = ...", True), ("guess = 0.69", False), ("loss = ...", False)]:
        broken = nbformat.from_dict(notebook)
        broken.cells.insert(4, new_code_cell(source))
        assert (form.predictions_are_collapsed(broken, GOOD_PATH) == []) == accepted, source


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
    return words.numbers_are_checked(new_notebook(cells=[new_code_cell(evidence), new_markdown_cell(text)]), GOOD_PATH)


def test_published_number_needs_no_run_but_a_place(monkeypatch):
    monkeypatch.setitem(words.PUBLISHED, "03_example", {".299": "the article", "87.5 %": "the article"})
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
def test_published_figure_may_be_quoted_by_its_lesson(text, name, problems):
    notebook = new_notebook(cells=[new_markdown_cell(text)])
    path = NOTEBOOKS / f"{name}.ipynb"
    assert len(words.numbers_are_checked(notebook, path)) == problems


def test_number_in_the_tables_of_published_figures_needs_no_other_place():
    prose, table = "It was .999.", "## 03: x\n\n| training accuracy | | .999 ± .009 | |"
    for texts, problems in [([prose], 1), ([prose, table], 0)]:
        notebook = new_notebook(cells=[new_markdown_cell(text) for text in texts])
        assert len(words.numbers_are_checked(notebook, NOTEBOOKS / "published.ipynb")) == problems


def test_number_that_an_exercise_asks_for_is_a_bound_of_its_target():
    for text, problems in (("at most 1 % is left", 0), ("at most 2 % is left", 1)):
        notebook = new_notebook(cells=[new_markdown_cell(text)])
        assert len(words.numbers_are_checked(notebook, NOTEBOOKS / "exercises" / "01_example.ipynb")) == problems
