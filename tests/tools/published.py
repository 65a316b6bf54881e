"""Published figures beside this course's: the tables in README.md and in the lessons, made anew from the real data.

    COURSE_DATA=FOLDER python tests/tools/published.py     about six minutes on two cores

Each lesson that checks a publication runs from top to bottom on the real data (so all its asserts hold there too); one
more cell then runs its `published_recipe` on several splits and sends the results here. It says
where a lesson's table is out of date, and prints what to paste: first into the lessons, then into README.md. The tests
do the same with fewer splits, and compare each run with the table's spread.
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
# of each table; and in the test run, where lesson 03 costs nothing more: it makes five of its own
SPLITS = 10
FEW_SPLITS = {"03_heart_failure": 5, "04_churn": 2}
# what a single run may be away from the mean, in standard deviations; in these splits the furthest is at 2.0
FURTHEST = 3
# the last cell of each lesson prints one row a run, as JSON; a column ends with None where it has fewer runs
CELLS = {
    "03_heart_failure": """
more = [published_recipe(seed) for seed in range(len(runs), splits)]
runs = pd.concat([runs, pd.DataFrame(more)], ignore_index=True)
""",
    "04_churn": """
runs = pd.DataFrame([published_recipe(seed) for seed in range(splits)])
one_split = pd.DataFrame([published_recipe(seed, split=42) for seed in range(splits // 2)])
right = pd.DataFrame([published_recipe(seed, weighted_per_row) for seed in range(splits // 2)])
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


def run(lesson, real_data, splits=SPLITS):
    """Run a lesson on the real files in `real_data`; return (the executed notebook, one row per run of its recipe)."""
    notebook = read(lesson)
    notebook.cells.append(nbformat.v4.new_code_cell(f"splits = {splits}\n{CELLS[lesson]}{PRINT}"))
    before = os.environ.get("COURSE_DATA", "")
    os.environ["COURSE_DATA"] = str(real_data)  # the kernel inherits it
    try:
        # the limits, in seconds, are for what hangs; nbclient's own give up on the output of a busy machine
        folder = {"metadata": {"path": NOTEBOOKS}}
        NotebookClient(notebook, resources=folder, timeout=1200, startup_timeout=600, iopub_timeout=600).execute()
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


def out_of_date(lesson, stored, anew):
    """Return where a lesson's table differs from what its recipe gives, as sentences."""
    problems = []
    for (quantity, _, *numbers, verdict), (*_, mean, spread, new_verdict) in zip(stored, anew, strict=True):
        away = max(abs(float(old) - float(new)) for old, new in zip(numbers, (mean, spread)))
        # the last digit, and what another processor changes
        if away > 0.005 or verdict != new_verdict:
            problems.append(
                f"notebooks/{lesson}.ipynb says {' ± '.join(numbers)}, {verdict or 'no verdict'}, for {quantity}; "
                f"its recipe gives {mean} ± {spread}, {new_verdict or 'no verdict'}."
            )
    return problems


def far_off(lesson, rows, runs):
    """Return which of a few runs are too far from a lesson's table to belong to it, as sentences."""
    problems = []
    for quantity, _, mean, spread, _ in rows:
        for seed, value in runs[COLUMNS.get(quantity, quantity)].dropna().items():
            if not abs(value - float(mean)) <= FURTHEST * float(spread):
                problems.append(
                    f"notebooks/{lesson}.ipynb says {mean} ± {spread} for {quantity}; its recipe gives {value:.3f} "
                    f"with seed {seed}, more than {FURTHEST} standard deviations away."
                )
    return problems


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
    """Print the tables anew, and which lessons are out of date; return how many figures are."""
    stored = {lesson: table_of(read(lesson)) for lesson in CELLS}
    anew = {lesson: measured(rows, run(lesson, real_data)[1]) for lesson, rows in stored.items()}
    for lesson, rows in anew.items():
        print(f"For the table in notebooks/{lesson}.ipynb:\n\n{lesson_rows(rows)}\n")
    print(f"For README.md:\n\n{readme_table(anew)}")
    problems = [problem for lesson in CELLS for problem in out_of_date(lesson, stored[lesson], anew[lesson])]
    print("\n" + ("\n".join(problems) or "The tables in the lessons are up to date."))
    return len(problems)


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"
    if not Path(os.environ.get("COURSE_DATA", "")).joinpath("heart.csv").is_file():
        sys.exit("Set COURSE_DATA to the folder with the real files (python -m helpers.data fetch --to FOLDER).")
    sys.exit(main(Path(os.environ["COURSE_DATA"]).absolute()) > 0)
