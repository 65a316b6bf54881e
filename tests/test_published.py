"""Published figures: the lessons' tables against runs on the real data, and README's against the lessons'."""

from pathlib import Path

import pandas as pd
import pytest

import published

README = Path(__file__).parent.parent / "README.md"
MEND = "Run COURSE_DATA=FOLDER python tests/tools/published.py and paste what it prints."


@pytest.fixture(scope="module", params=published.CELLS)
def lesson(request):
    return request.param


@pytest.fixture(scope="module")
def executed(lesson, real_data):
    """Return (the lesson executed on the real data, the runs of its recipe)."""
    if lesson == "04_churn" and not (real_data / "Telco-Customer-Churn.csv").is_file():
        pytest.skip("the real churn table is not here (python -m helpers.data fetch)")
    return published.run(lesson, real_data)


def stored_tables():
    return {lesson: published.table_of(published.read(lesson)) for lesson in published.CELLS}


def test_lessons_have_their_tables():
    without = [lesson for lesson, rows in stored_tables().items() if not rows]
    assert not without, f"{without}: no row has the form | quantity | published | mean ± standard deviation | verdict |"


def test_table_of_readme_is_that_of_the_lessons():
    readme, tables = README.read_text(encoding="utf-8"), stored_tables()
    problems = "\n".join(published.differences(readme, tables))
    assert not problems, f"{problems}\nPaste the lesson's row into README.md. Is the lesson out of date? {MEND}"
    table = published.readme_table(tables)
    assert table in readme, f"README.md's table has a row too many, or another order; paste this one:\n{table}"


def test_table_of_the_lesson_is_what_its_recipe_gives(lesson, executed):
    stored, (_, runs) = published.table_of(published.read(lesson)), executed
    anew = published.measured(stored, runs)
    print(published.readme_table({lesson: anew}))
    for (quantity, _, *numbers, verdict), (*_, new_mean, new_spread, new_verdict) in zip(stored, anew, strict=True):
        says = f"notebooks/{lesson}.ipynb says {' ± '.join(numbers)}, {verdict or 'no verdict'}, for {quantity}; "
        says += f"its recipe gives {new_mean} ± {new_spread}, {new_verdict or 'no verdict'}. {MEND}"
        close = pytest.approx([float(new_mean), float(new_spread)], abs=0.005)
        assert [float(number) for number in numbers] == close, says
        assert verdict == new_verdict, says


churn_only = pytest.mark.parametrize("lesson", ["04_churn"], indirect=True, scope="module")


@churn_only
def test_real_churn_gives_the_published_class_weights(executed):
    notebook, _ = executed
    texts = [output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])]
    (printed,) = [text for text in texts if "; weights [" in text]
    assert "0.6810433884297521, 1.8808844507845934" in printed, (
        f"lesson 04 prints {printed!r}; scikit-learn's balanced weights of these rows are 0.6810433884297521 and "
        "1.8808844507845934. Did the split or the table change?"
    )


@churn_only
def test_real_churn_recall_needs_the_weights_in_the_right_place(executed):
    _, runs = executed
    lowest, highest = runs["recall"].min(), runs["recall"].max()
    weighted = runs["recall, weights per row"].min()
    assert weighted > highest, f"recall with weights per row falls to {weighted:.3f}, without it rises to {highest:.3f}"
    # "low: in no split was it as low"
    assert lowest > 0.463, f"a split has recall {lowest:.3f}; lesson 04 and REASONS in published.py say that none is"
    areas = [runs[name].mean() for name in ("ROC AUC, weights per row", "ROC AUC")]
    assert areas[0] == pytest.approx(areas[1], abs=0.01), f"mean ROC AUC with and without weights: {areas}"


def test_a_readme_that_differs_is_noticed():
    rows = {"03_heart_failure": [("training accuracy", ".933", ".925", ".009", "yes")]}
    (problem,) = published.differences("| 03 | training accuracy | .933 | .923 ± .009 | yes |  |", rows)
    assert ".923 ± .009" in problem and ".925 ± .009" in problem
    (problem,) = published.differences("", rows)
    assert "README.md says nothing of it" in problem
    assert published.differences(published.readme_table(rows), rows) == []


def test_rows_to_paste_are_read_as_the_same_rows():
    for rows in stored_tables().values():
        assert published.ROW.findall(published.lesson_rows(rows)) == rows


def test_a_wrong_table_is_noticed():
    rows = [("recall", ".463", ".543", ".050", "yes")]
    runs = pd.DataFrame({"recall": [0.60, 0.61, 0.62]})
    assert published.measured(rows, runs) == [("recall", ".463", ".610", ".010", "no")]
