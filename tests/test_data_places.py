"""helpers/data/places.py: which data the loaders choose."""

import pandas as pd
import pytest

from data_faults import CHURN_LINE, DIGITS_LINE, HEART_LINE, message
from helpers import data
from helpers.data import places

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_auto_takes_the_stand_ins_where_no_real_file_is(capsys):
    for load in (data.load_heart, data.load_churn, data.load_mnist):
        load()
    assert capsys.readouterr().out == HEART_LINE + CHURN_LINE + DIGITS_LINE


@pytest.mark.parametrize("source", ["auto", "real"])
def test_course_data_names_the_folder(source, real_heart, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    heart = data.load_heart(source)
    assert capsys.readouterr().out == (
        "Heart failure: the real table, 918 rows (Kaggle, fedesoriano 2021; ODbL 1.0).\n"
    )
    assert heart.license == "ODbL 1.0"
    pd.testing.assert_frame_equal(heart.frame, pd.read_csv(real_heart))
    assert data.load_heart("bundled").source.startswith("synthetic")


def test_without_course_data_the_repositorys_own_folder_is_taken(real_heart, monkeypatch):
    monkeypatch.setattr(places, "REAL_FOLDER", real_heart.parent)
    assert "real table" in data.load_heart().source
    monkeypatch.setenv("COURSE_DATA", "bundled")
    assert "stand-in" in data.load_heart().source
    assert "real table" in data.load_heart("real").source  # an explicit wish is stronger


def test_a_relative_course_data_counts_from_the_repository(real_heart, tmp_path, monkeypatch):
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setenv("COURSE_DATA", "stick")
    assert "real table" in data.load_heart().source


def test_a_folder_with_some_of_the_files(real_heart, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    data.load_churn()
    data.load_mnist()
    assert capsys.readouterr().out == CHURN_LINE + DIGITS_LINE
    text = message(data.load_churn, "real")
    assert str(real_heart.parent / "Telco-Customer-Churn.csv") in text
    assert f'run: python -m helpers.data fetch --to "{real_heart.parent}"' in text


@pytest.mark.parametrize("load", [data.load_heart, data.load_churn, data.load_mnist])
@pytest.mark.parametrize("named", ["missing", "file", "empty"])
def test_course_data_naming_nothing_never_gives_stand_ins(load, named, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / named))
    for source in ("auto", "real"):
        text = message(load, source)
        assert "COURSE_DATA" in text and str(tmp_path / named) in text
    assert capsys.readouterr().out == ""
    load("bundled")


@pytest.mark.parametrize("load", [data.load_heart, data.load_churn, data.load_mnist])
def test_unknown_source(load):
    text = message(load, "synthetic")
    assert '"auto", "bundled" or "real"' in text and "'synthetic'" in text
