"""tests/tools/report_breakage.py: lesson, cell and error of a run that failed, as Markdown and nothing more."""

import subprocess
import sys
from xml.sax.saxutils import escape

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import report_breakage

TESTS = """
import numpy as np
import pytest

@pytest.fixture
def broken():
    raise RuntimeError("in the fixture")

def test_claim():
    assert 1 == 2, "Keras says something else"

def test_arrays():
    np.testing.assert_allclose([1.0, 2.0], [1.0, 3.0])

def test_with_fixture(broken):
    pass

def test_passes():
    pass
"""


def written(folder, *cases):
    """Return the path of a report with these test cases: (module, name, text of the failure)."""
    inside = "".join(
        f'<testcase classname="{module}" name="{escape(name)}"><failure message="">{escape(text)}</failure></testcase>'
        for module, name, text in cases
    )
    path = folder / "result.xml"
    path.write_text(f'<testsuites><testsuite name="pytest">{inside}</testsuite></testsuites>', encoding="utf-8")
    return path


@pytest.mark.sampled
def test_a_real_run(tmp_path):
    cells = ["a = 1", "import math\nmath.sqrt(-a)", "assert a == 2, 'not two'", "a"]
    (tmp_path / "notebooks" / "clinics").mkdir(parents=True)
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    nbformat.write(notebook, tmp_path / "notebooks" / "clinics" / "05_mnist.ipynb")
    (tmp_path / "test_claims.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "test_import.py").write_text("import nowhere_to_be_found\n", encoding="utf-8")
    nbval = ["--nbval-lax", "--nbval-current-env"]
    command = [sys.executable, "-m", "pytest", *nbval, "--continue-on-collection-errors", "--color=yes"]
    # the limit is for a command that hangs
    subprocess.run([*command, "--junitxml=result.xml", "."], cwd=tmp_path, capture_output=True, timeout=600)
    failures = report_breakage.failures_in(tmp_path / "result.xml")
    # nbval by itself counts from 0
    assert report_breakage.rows_of(failures) == [
        ("notebooks/clinics/05_mnist.ipynb", "Cell 1, and 1 after it", "ValueError: math domain error"),
        (
            "test_claims",
            "test_arrays",
            "AssertionError: Not equal to tolerance rtol=1e-07, atol=0 Mismatched elements: 1 / 2 (50%)",
        ),
        ("test_claims", "test_claim", "AssertionError: Keras says something else"),
        ("test_claims", "test_with_fixture", "RuntimeError: in the fixture"),
        ("test_import", "the import", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
    ]


@pytest.mark.parametrize(
    "text, error",
    [
        ("#x1B[94mCell 3: Timeout of 300 seconds exceeded\n\nInput:\n1", "Timeout of 300 seconds exceeded"),
        ("Cell 3: Cell outputs differ\n\nInput:\nprint('ValueError: no')", "Cell outputs differ"),
        ("#x1B[31mKeyError#x1B[39m: 'a'\nduring this\n#x1B[31mDataError#x1B[39m: no file", "DataError: no file"),
        (
            "E   ValueError: first\nx.py:1: V\nE   keras.OwnError: second\nE     more\nx.py:2: K",
            "keras.OwnError: second",
        ),
        ("worker 'gw0' crashed while running 'x'", "worker 'gw0' crashed while running 'x'"),
        ("", "it does not say why"),
    ],
)
def test_the_error_of_a_failure(text, error):
    assert report_breakage.error_in(text) == error


def test_nothing_in_a_report_is_markup(tmp_path):
    evil = "ValueError: | <b>bold</b> `code` *x* [a](http://b.c) @someone #1 ~~x~~ &amp;"
    text = report_breakage.report(written(tmp_path, ("tests.test_x", "test_a[<i>|]", f"E   {evil}")))
    (row,) = [line for line in text.splitlines() if "test&#95;x" in line]
    assert row.count("|") == 4  # a table's own
    for character in "`*_~@[":
        assert character not in row
    assert "&lt;b&gt;" in row and "<b>" not in row and "<i>" not in row and "://" not in row
    assert "&amp;amp;" in row


def test_a_report_stays_below_what_an_issue_takes(tmp_path):
    cases = [(f"tests.test_{number}", "test_x" * 100, "E   ValueError: " + "|" * 5000) for number in range(500)]
    text = report_breakage.report(written(tmp_path, *cases))
    rows = [line for line in text.splitlines() if line.startswith("| <code>")]
    assert 10 < len(rows) < 500 and f"And {500 - len(rows)} more" in text
    assert len(text) < 60_000
    assert all(row.endswith("…</code> |") for row in rows)


@pytest.mark.parametrize("content", [None, "", '<testsuites><testsuite name="pytest"><testca'])
def test_a_run_that_was_stopped_is_said_to_be(tmp_path, content):
    path = tmp_path / "result.xml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    text = report_breakage.report(path, link="https://example.org/run")
    assert "ended before its tests had a result" in text and "https://example.org/run" in text
    assert "| lesson" not in text


def test_a_run_that_failed_without_a_failed_test_is_said_to_have(tmp_path):
    text = report_breakage.report(written(tmp_path))
    assert "none of the tests in its report did" in text and "| lesson" not in text


def test_the_command_prints_the_report_and_the_releases(tmp_path):
    path = written(tmp_path, ("notebooks.03_heart.ipynb", "Cell 15", "Cell 15: Cell outputs differ — here"))
    command = [sys.executable, report_breakage.__file__, path, "--link", "https://example.org/run"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, timeout=600)
    assert done.stdout == report_breakage.report(path, "https://example.org/run")
    assert "<code>Cell 15</code> | <code>Cell outputs differ — here</code>" in done.stdout
    assert "keras " in done.stdout and "tensorflow " in done.stdout and "<code>notebooks/03" in done.stdout
