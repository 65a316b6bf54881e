"""Lesson 03 on the real table, top to bottom: every assert holds, and it gives the figures that the lesson quotes."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

from notebook_reading import NOTEBOOKS, stored_text

# cell that prints a mean ± its standard error -> what the text says of it
QUOTED = {"gain": "0.21 ± 0.03", "mended": "0.01 ± 0.01", "comparison": "+0.03 ± 0.02"}


def test_lesson_03_on_the_real_table(real_data, monkeypatch):
    if not (real_data / "heart.csv").is_file():
        pytest.skip("heart.csv is not here (python -m helpers.data fetch)")
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    notebook = nbformat.read(NOTEBOOKS / "03_heart_failure.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    NotebookClient(
        notebook, resources={"metadata": {"path": NOTEBOOKS}}, timeout=600, startup_timeout=600, iopub_timeout=600
    ).execute()
    printed = {cell.id: stored_text(cell) for cell in notebook.cells}
    assert "the real table" in printed["load"]
    for name, quoted in QUOTED.items():
        assert quoted in text, f"the lesson should quote {quoted} for its cell {name!r}"
        mean, error = (float(number) for number in quoted.split(" ± "))
        found = [float(number) for number in re.search(r"([-+]?\d\.\d+) ± (\d\.\d+)", printed[name]).groups()]
        # the last digit of the quotation, and what another processor changes
        assert found == pytest.approx([mean, error], abs=0.009), (name, printed[name])
