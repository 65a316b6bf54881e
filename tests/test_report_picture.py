"""The picture of a report in README.md: the words of the one that the symptom index stores, drawn by a command."""

import re

import matplotlib.pyplot as plt
import pytest
from PIL import Image

import refresh
import report_picture
from notebook_reading import NOTEBOOKS, ROOT


def test_picture_shows_the_stored_report():
    words = report_picture.words_of(report_picture.paragraphs())
    assert report_picture.stored_words() == words, (
        "notebooks/figures/report.png is not the report in the symptom index; "
        "run python tests/tools/report_picture.py, which draws it"
    )
    assert "2 suspects." in words and "Not examined:" in words and not re.search(r"\d seconds", words)


def test_readme_shows_it_second_and_says_what_it_says():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[([^]]+)\]\((\S+)\)", readme)
    assert [place for _, place in pictures] == ["notebooks/figures/learning_curves.png", "notebooks/figures/report.png"]
    words = report_picture.stored_words()
    for trap in re.findall(r"Proven: (trap \d+), ([\w `=]+)", words):
        assert ", ".join(trap).lower() in pictures[1][0].lower()


def test_words_stand_inside_the_picture_and_apart():
    found = [[("p", "1. "), ("strong", "Proven:"), ("p", " the loss "), ("code", "word " * 40), ("p", ".")]]
    assert [apart for *_, apart in report_picture.pieces(found[0])][:5] == [False, True, True, True, True]
    assert not list(report_picture.pieces([("code", "a"), ("p", ".")]))[1][2]
    figure = report_picture.draw(found)
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.texts]
    plt.close(figure)
    assert len(boxes) == 45
    assert all(20 < box.x0 < box.x1 < report_picture.WIDTH and 0 < box.y0 < box.y1 for box in boxes)
    lines = {}
    for box in boxes:
        lines.setdefault(round((box.y0 + box.y1) / report_picture.LINE / 2), []).append(box)
    assert len(lines) > 1
    for line in lines.values():
        assert all(left.x1 <= right.x0 + 1 for left, right in zip(line, line[1:])), "words overlap"


@pytest.mark.parametrize(("name", "stored"), [("symptoms", True), ("exercises/03_heart_failure", False)])
def test_refresh_of_the_symptom_index_draws_it(name, stored, monkeypatch, tmp_path):
    for setting in ("COURSE_DATA", "TQDM_DISABLE", "COURSE_STILL", "COURSE_PROGRESS"):
        monkeypatch.setenv(setting, "")  # refresh.main sets them
    monkeypatch.setattr(refresh, "refresh", lambda path: None)
    monkeypatch.setattr(report_picture, "PICTURE", tmp_path / "report.png")
    refresh.main([str(NOTEBOOKS / f"{name}.ipynb")])
    assert report_picture.PICTURE.is_file() == stored
    if stored:
        with Image.open(report_picture.PICTURE) as picture:
            assert picture.width == report_picture.WIDTH and picture.height < picture.width
            assert picture.text["Description"] == report_picture.words_of(report_picture.paragraphs())
