"""Published figures beside this course's: the tables in notebooks/published.ipynb and README.md, made anew.

    COURSE_DATA=FOLDER python tests/tools/published.py     about 20 seconds on two cores

It runs notebooks/published.ipynb from top to bottom on the real data, so all its asserts hold there too, says which
figure of its tables is out of date, and prints what to paste: first into the notebook, then into README.md. A test does
the same.
"""

import json
import os
import re
import sys
from pathlib import Path

import nbformat
import pandas as pd
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "published.ipynb"
# the lesson whose recipe it is -> the notebook's table of runs; a column ends with NaN where it has fewer runs
RUNS = {"03": "heart_runs", "04": "churn_runs"}

# A row of a table: | quantity | published | mean ± standard deviation | inside two standard deviations? |
ROW = re.compile(r"^\| ([\w ,-]+?) \| ?(\.\d+)? \| (\.\d+) ± (\.\d+) \| ?(yes|no)? \|$", re.MULTILINE)
# what the notebook calls a figure -> its column in the runs, where the two differ
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
    "first loss": "probably training went on from an earlier run: it is what a second epoch logs",
    "recall, weights per row": "what working class weights do",
    "mean probability, weights per row": "and what they cost: it is no longer the share that leaves",
}


def tables(notebook=None):
    """Return {lesson: rows} of the notebook's tables; a row has quantity, published, mean, spread, verdict."""
    notebook = notebook or nbformat.read(NOTEBOOK, as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    return {lesson: ROW.findall("".join(part for part in sections if part.startswith(lesson))) for lesson in RUNS}


def figures_of(lesson):
    """Return the figures of a lesson's rows, published and measured, as text: what that lesson may quote."""
    rows = tables().get(lesson, [])
    return [figure for _, published, mean, spread, _ in rows for figure in (published, mean, spread) if figure]


def run(real_data):
    """Run the notebook on the real files in `real_data`; return (the executed notebook, {lesson: one row per run})."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    # one more cell for each table prints it for us
    for name in RUNS.values():
        notebook.cells.append(nbformat.v4.new_code_cell(f"print({name}.to_json(orient='records'))"))
    before = os.environ.get("COURSE_DATA", "")
    os.environ["COURSE_DATA"] = str(real_data)  # the kernel inherits it
    try:
        # the limits, in seconds, are for what hangs; nbclient's own give up on the output of a busy machine
        folder = {"metadata": {"path": NOTEBOOK.parent}}
        NotebookClient(notebook, resources=folder, timeout=1200, startup_timeout=600, iopub_timeout=600).execute()
    finally:
        os.environ["COURSE_DATA"] = before
    printed = [cell.outputs[0].text for cell in notebook.cells[-len(RUNS) :]]
    return notebook, {lesson: pd.DataFrame(json.loads(text)) for lesson, text in zip(RUNS, printed)}


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
    """Return where a table differs from what its recipe gives, as sentences."""
    problems = []
    for (quantity, _, *numbers, verdict), (*_, mean, spread, new_verdict) in zip(stored, anew, strict=True):
        away = max(abs(float(old) - float(new)) for old, new in zip(numbers, (mean, spread)))
        # the last digit, and what another processor changes; what is not a number is out of date too
        if not away <= 0.005 or verdict != new_verdict:
            problems.append(
                f"notebooks/published.ipynb, {lesson}, says {' ± '.join(numbers)}, {verdict or 'no verdict'}, for "
                f"{quantity}; its recipe gives {mean} ± {spread}, {new_verdict or 'no verdict'}."
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
    return f"| {lesson} | {quantity} | {published} | {mean} ± {spread} | {verdict} | {reason} |"


def notebook_rows(rows):
    """Return the rows of a table in the notebook, Markdown."""
    lines = [
        f"| {quantity} | {published} | {mean} ± {spread} | {verdict} |"
        for quantity, published, mean, spread, verdict in rows
    ]
    return "\n".join(lines).replace("|  |", "| |")


def differences(readme, rows_of_lessons):
    """Return where README.md's table says something else than the notebook's tables, as sentences."""
    lines, problems = readme.splitlines(), []
    for lesson, rows in rows_of_lessons.items():
        for row in rows:
            name, wanted = f"| {lesson} | {row[0]} |", readme_row(lesson, row)
            if wanted not in lines:
                found = next((line for line in lines if line.startswith(name)), "nothing of it")
                problems.append(f"README.md says {found}\n  the notebook, {wanted}")
    return problems


def main(real_data):
    """Print the tables anew, and which figures are out of date; return how many."""
    stored, (_, runs) = tables(), run(real_data)
    anew = {lesson: measured(rows, runs[lesson]) for lesson, rows in stored.items()}
    for lesson, rows in anew.items():
        print(f"For the table of {lesson} in notebooks/published.ipynb:\n\n{notebook_rows(rows)}\n")
    print(f"For README.md:\n\n{readme_table(anew)}")
    problems = [problem for lesson in RUNS for problem in out_of_date(lesson, stored[lesson], anew[lesson])]
    print("\n" + ("\n".join(problems) or "The tables in the notebook are up to date."))
    return len(problems)


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"
    if not Path(os.environ.get("COURSE_DATA", "")).joinpath("heart.csv").is_file():
        sys.exit("Set COURSE_DATA to the folder with the real files (python -m helpers.data fetch --to FOLDER).")
    sys.exit(main(Path(os.environ["COURSE_DATA"]).absolute()) > 0)
