"""Published figures beside this course's: the tables in README.md and in the lessons, made anew from the real data.

    COURSE_DATA=FOLDER python tests/tools/published.py

Each lesson that checks a publication runs from top to bottom on the real data (so all its asserts hold there too); one
more cell then runs its `published_recipe` on several splits and sends the results here. Paste what is printed: first
into the lessons, then into README.md.
"""

import json
import os
import re
import sys
from pathlib import Path

import nbformat
import pandas as pd
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SPLITS = 10
# the last cell of each lesson prints one row a run, as JSON; a column ends with None where it has fewer runs
CELLS = {
    "03_heart_failure": f"""
runs = pd.DataFrame([published_recipe(seed) for seed in range({SPLITS})])
""",
    "04_churn": f"""
runs = pd.DataFrame([published_recipe(seed) for seed in range({SPLITS})])
one_split = pd.DataFrame([published_recipe(seed, split=42) for seed in range({SPLITS // 2})])
right = pd.DataFrame([published_recipe(seed, weighted_per_row) for seed in range({SPLITS // 2})])
runs = runs.join(one_split.add_suffix(", one split")).join(right.add_suffix(", weights per row"))
""",
}
PRINT = "print(runs.to_json(orient='records'))"

# A lesson's table: | quantity | published | mean ± standard deviation | inside two standard deviations? |
ROW = re.compile(r"^\| ([\w ,-]+?) \| ?(\.\d+)? \| (\.\d+) ± (\.\d+) \| ?(yes|no)? \|$", re.MULTILINE)
# what the lessons call a figure -> its column in the runs, where the two differ
COLUMNS = {
    "training loss": "loss",
    "training accuracy": "accuracy",
    "held-out loss": "val_loss",
    "held-out accuracy, last epoch": "val_accuracy",
    "held-out accuracy, best epoch": "best val_accuracy",
}
REASONS = {
    "held-out accuracy, best epoch": "what picking the epoch on the held-out rows gives",
    "recall": "low: in no split was it as low",
    "recall, one split": "the split explains most of the spread above",
    "mean probability, one split": "as above",
    "first loss": "training went on from an earlier run: it is a second epoch's loss",
    "recall, weights per row": "what working class weights do",
    "mean probability, weights per row": "and what they cost: it is no longer the share that leaves",
}


def read(lesson):
    return nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4)


def run(lesson, real_data):
    """Run a lesson on the real files in `real_data`; return (the executed notebook, one row per run of its recipe)."""
    notebook = read(lesson)
    notebook.cells.append(nbformat.v4.new_code_cell(CELLS[lesson] + PRINT))
    before = os.environ.get("COURSE_DATA", "")
    os.environ["COURSE_DATA"] = str(real_data)  # the kernel inherits it
    try:
        NotebookClient(notebook, resources={"metadata": {"path": NOTEBOOKS}}, timeout=600).execute()
    finally:
        os.environ["COURSE_DATA"] = before
    return notebook, pd.DataFrame(json.loads(notebook.cells.pop().outputs[0].text))


def table_of(notebook):
    """Return the rows of a lesson's table: (quantity, published, mean, spread, verdict), as text."""
    return ROW.findall("\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown"))


def measured(rows, runs):
    """Return the same rows with mean, spread and verdict from `runs`."""
    anew = []
    for quantity, published, *_ in rows:
        values = runs[COLUMNS.get(quantity, quantity)]
        inside = published and abs(float(published) - values.mean()) <= 2 * values.std()
        verdict = ("yes" if inside else "no") if published else ""
        anew.append(
            (quantity, published, f"{values.mean():.3f}".lstrip("0"), f"{values.std():.3f}".lstrip("0"), verdict)
        )
    return anew


def readme_table(rows_of_lessons):
    """Return README.md's table, Markdown, from {lesson: rows}."""
    lines = ["| lesson | figure | published | this course | inside two standard deviations? | why |", "|-|-|-|-|-|-|"]
    lines += [readme_row(lesson, row) for lesson, rows in rows_of_lessons.items() for row in rows]
    return "\n".join(lines)


def readme_row(lesson, row):
    quantity, published, mean, spread, verdict = row
    reason = REASONS.get(quantity, "")
    return f"| {lesson[:2]} | {quantity} | {published} | {mean} ± {spread} | {verdict} | {reason} |"


def lesson_rows(rows):
    """Return the rows of a lesson's table, Markdown."""
    lines = [
        f"| {quantity} | {published} | {mean} ± {spread} | {verdict} |"
        for quantity, published, mean, spread, verdict in rows
    ]
    return "\n".join(lines).replace("|  |", "| |")


def differences(readme, rows_of_lessons):
    """Return where README.md's table says something else than the lessons' tables, as sentences."""
    lines, problems = readme.splitlines(), []
    for lesson, rows in rows_of_lessons.items():
        for row in rows:
            name, wanted = f"| {lesson[:2]} | {row[0]} |", readme_row(lesson, row)
            if wanted not in lines:
                found = next((line for line in lines if line.startswith(name)), "nothing of it")
                problems.append(f"README.md says {found}\n  the lesson, {wanted}")
    return problems


def main(real_data):
    anew = {lesson: measured(table_of(read(lesson)), run(lesson, real_data)[1]) for lesson in CELLS}
    for lesson, rows in anew.items():
        print(f"For the table in notebooks/{lesson}.ipynb:\n\n{lesson_rows(rows)}\n")
    print(f"For README.md:\n\n{readme_table(anew)}")


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"
    if not Path(os.environ.get("COURSE_DATA", "")).joinpath("heart.csv").is_file():
        sys.exit("Set COURSE_DATA to the folder with the real files (python -m helpers.data fetch --to FOLDER).")
    main(Path(os.environ["COURSE_DATA"]).absolute())
