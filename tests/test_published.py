"""Published figures, reproduced on the real data whenever it is there, by the lessons' own code.

The lesson runs from top to bottom on the real data (so all its asserts hold there too); one more cell
then runs its `published_recipe` on ten splits and sends the results here.
"""

import json
import os
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SPLITS = 10
LAST_CELL = f"print(pd.DataFrame([published_recipe(seed) for seed in range({SPLITS})]).to_json(orient='records'))"


@pytest.fixture(scope="module")
def heart_lesson():
    return nbformat.read(NOTEBOOKS / "03_heart_failure.ipynb", as_version=4)


@pytest.fixture(scope="module")
def heart_runs(heart_lesson, real_data):
    """Return one row per split: loss, accuracy, val_loss, val_accuracy, best val_accuracy."""
    os.environ["COURSE_DATA"] = str(real_data)
    try:
        heart_lesson.cells.append(nbformat.v4.new_code_cell(LAST_CELL))
        NotebookClient(heart_lesson, resources={"metadata": {"path": NOTEBOOKS}}, timeout=300).execute()
    finally:
        os.environ["COURSE_DATA"] = "bundled"
    return pd.DataFrame(json.loads(heart_lesson.cells.pop().outputs[0].text))


# the lesson's table: | quantity | published | mean ± standard deviation | verdict |
ROW = re.compile(r"^\| ([\w ,-]+?) \| (\.\d+)? \| (\.\d+) ± (\.\d+) \| (yes|no)? \|$", re.MULTILINE)
COLUMNS = {
    "training loss": "loss",
    "training accuracy": "accuracy",
    "held-out loss": "val_loss",
    "held-out accuracy, last epoch": "val_accuracy",
    "held-out accuracy, best epoch": "best val_accuracy",
}


def test_heart_table_in_the_lesson_is_what_the_recipe_gives(heart_lesson, heart_runs):
    text = "\n".join(cell.source for cell in heart_lesson.cells if cell.cell_type == "markdown")
    rows = ROW.findall(text)
    assert [name for name, *_ in rows] == list(COLUMNS)
    for name, published, mean, spread, verdict in rows:
        runs = heart_runs[COLUMNS[name]]
        print(f"{name}: published {published or '-'}, {SPLITS} splits {runs.mean():.3f} ± {runs.std():.3f}")
        assert runs.mean() == pytest.approx(float(mean), abs=0.005), name
        assert runs.std() == pytest.approx(float(spread), abs=0.005), name
        if published:
            inside = abs(float(published) - runs.mean()) <= 2 * runs.std()
            assert verdict == ("yes" if inside else "no"), name
