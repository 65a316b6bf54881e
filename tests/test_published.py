"""Published figures: the lessons' tables against runs on the real data, and README's against the lessons'."""

from pathlib import Path

import pandas as pd
import pytest

import published

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture(scope="module", params=published.CELLS)
def lesson(request):
    return request.param


@pytest.fixture(scope="module")
def executed(lesson, real_data):
    """Return (the lesson executed on the real data, the runs of its recipe)."""
    if lesson == "04_churn" and not (real_data / "Telco-Customer-Churn.csv").is_file():
        pytest.skip("the real churn table is not here (python -m helpers.data fetch)")
    return published.run(lesson, real_data)


def test_table_of_readme_is_that_of_the_lessons():
    tables = {lesson: published.table_of(published.read(lesson)) for lesson in published.CELLS}
    assert all(tables.values())
    assert published.readme_table(tables) in README.read_text(encoding="utf-8")


def test_table_of_the_lesson_is_what_its_recipe_gives(lesson, executed):
    stored, (_, runs) = published.table_of(published.read(lesson)), executed
    anew = published.measured(stored, runs)
    print(published.readme_table({lesson: anew}))
    for (quantity, _, *numbers, verdict), (*_, new_mean, new_spread, new_verdict) in zip(stored, anew, strict=True):
        assert [float(number) for number in numbers] == pytest.approx(
            [float(new_mean), float(new_spread)], abs=0.005
        ), quantity
        assert verdict == new_verdict, quantity


churn_only = pytest.mark.parametrize("lesson", ["04_churn"], indirect=True, scope="module")


@churn_only
def test_real_churn_gives_the_published_class_weights(executed):
    notebook, _ = executed
    texts = [output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])]
    (printed,) = [text for text in texts if "; weights [" in text]
    assert "0.6810433884297521, 1.8808844507845934" in printed


@churn_only
def test_real_churn_recall_needs_the_weights_in_the_right_place(executed):
    _, runs = executed
    assert runs["recall, weights per row"].min() > runs["recall"].max()
    # "did not come up in ten splits"
    assert runs["recall"].min() > 0.463
    assert runs["ROC AUC, weights per row"].mean() == pytest.approx(runs["ROC AUC"].mean(), abs=0.01)


def test_a_wrong_table_is_noticed():
    rows = [("recall", ".463", ".543", ".050", "yes")]
    runs = pd.DataFrame({"recall": [0.60, 0.61, 0.62]})
    assert published.measured(rows, runs) == [("recall", ".463", ".610", ".010", "no")]
