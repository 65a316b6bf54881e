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
    """Return (the lesson executed on the real data, a few runs of its recipe)."""
    if lesson == "04_churn" and not (real_data / "Telco-Customer-Churn.csv").is_file():
        pytest.skip("the real churn table is not here (python -m helpers.data fetch)")
    return published.run(lesson, real_data, published.FEW_SPLITS[lesson])


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


def test_runs_on_the_real_data_belong_to_the_table_of_the_lesson(lesson, executed):
    stored, (_, runs) = published.table_of(published.read(lesson)), executed
    assert len(runs) == published.FEW_SPLITS[lesson]
    print(runs.T.round(3).to_string())
    problems = "\n".join(published.far_off(lesson, stored, runs))
    assert not problems, f"{problems}\n{MEND}"


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


ROWS = [("recall", ".463", ".543", ".050", "yes"), ("first loss", "", ".553", ".036", "")]


def test_a_wrong_table_is_noticed():
    runs = pd.DataFrame({"recall": [0.60, 0.61, 0.62], "first loss": [0.553 - 0.036, 0.553, 0.553 + 0.036]})
    anew = published.measured(ROWS, runs)
    assert anew == [("recall", ".463", ".610", ".010", "no"), ("first loss", "", ".553", ".036", "")]
    (problem,) = published.out_of_date("04_churn", ROWS, anew)
    assert ".543 ± .050, yes, for recall; its recipe gives .610 ± .010, no." in problem


def test_a_verdict_that_turned_is_noticed():
    for verdict, problems in {"yes": 0, "no": 1}.items():
        anew = [("recall", ".463", ".541", ".049", verdict)]
        assert len(published.out_of_date("04_churn", ROWS[:1], anew)) == problems


def test_a_run_that_does_not_belong_to_the_table_is_noticed():
    # the second is what weights in the right place give; the third column has fewer runs
    runs = pd.DataFrame({"recall": [0.60, 0.79], "first loss": [0.50, None]})
    (problem,) = published.far_off("04_churn", ROWS, runs)
    assert ".543 ± .050 for recall" in problem and "0.790 with seed 1" in problem
    assert published.far_off("04_churn", ROWS, runs.iloc[:1]) == []
    infinite = pd.DataFrame({"recall": [0.60], "first loss": [float("inf")]})
    assert len(published.far_off("04_churn", ROWS, infinite)) == 1
