"""Lesson 04 on the real table, top to bottom: every assert holds, and it gives the figure that the lesson quotes."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

from notebook_reading import NOTEBOOKS, stored_text

# how far oversampling is behind class weights after ten epochs, in AUC, and the standard error
QUOTED = "0.024 ± 0.004"


def test_lesson_04_on_the_real_table(real_data, monkeypatch):
    if not (real_data / "Telco-Customer-Churn.csv").is_file():
        pytest.skip("Telco-Customer-Churn.csv is not here (python -m helpers.data fetch)")
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    notebook = nbformat.read(NOTEBOOKS / "04_churn.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert QUOTED in text, f"the lesson should quote {QUOTED}"
    NotebookClient(
        notebook, resources={"metadata": {"path": NOTEBOOKS}}, timeout=600, startup_timeout=600, iopub_timeout=600
    ).execute()
    printed = {cell.id: stored_text(cell) for cell in notebook.cells}
    assert "the real table" in printed["load"]
    line = r"epoch 10: oversampling minus class weights -(\d\.\d+) ± (\d\.\d+)"
    found = [float(number) for number in re.search(line, printed["rare-pairs"]).groups()]
    mean, error = (float(number) for number in QUOTED.split(" ± "))
    # another processor rounds otherwise on the way through 1,200 steps
    assert found == pytest.approx([mean, error], abs=0.003)
