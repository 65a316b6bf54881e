"""helpers/data/places.py: which data the loaders choose."""

import functools
import os
from pathlib import Path

import pandas as pd
import pytest

from data_faults import CHURN_LINE, DIGITS_LINE, HEART_LINE, message, put, refuse
from helpers import data
from helpers.data import errors, places, reading

pytestmark = pytest.mark.usefixtures("elsewhere")

LOADERS = [data.load_heart, data.load_churn, data.load_mnist]


def test_auto_takes_the_stand_ins_where_no_real_file_is(capsys):
    for load in LOADERS:
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


@pytest.mark.parametrize("load", LOADERS)
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


@pytest.mark.parametrize("load", LOADERS)
def test_unknown_source(load):
    text = message(load, "synthetic")
    assert '"auto", "bundled" or "real"' in text and "'synthetic'" in text


@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("named", ["~nosuchuser/data", "x" * 5_000])
def test_a_course_data_that_is_no_path(load, named, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", named)
    text = message(load)
    assert named.strip("~")[:10] in text and len(text) < 1_000
    assert "COURSE_DATA" in text.split("to mend:")[1]
    assert capsys.readouterr().out == ""
    load("bundled")


@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("named", [True, False])
def test_a_folder_that_may_not_be_looked_into(load, named, tmp_path, monkeypatch):
    if named:
        monkeypatch.setenv("COURSE_DATA", str(tmp_path / "real"))
    monkeypatch.setattr(places, "is_there", functools.partial(refuse, PermissionError(13, "Permission denied")))
    text = message(load)
    assert "Permission denied" in text and f"permission to read {tmp_path / 'real'}" in text


@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("source", ["auto", "real"])
def test_data_real_is_a_file(load, source, tmp_path, capsys):
    put(tmp_path, "real", b"")
    assert message(load, source).endswith(f"move {tmp_path / 'real'} away")
    assert capsys.readouterr().out == ""
    load("bundled")


def no_link(path):
    path.symlink_to(path.with_name("nowhere"))


@pytest.mark.parametrize(
    "make", [pytest.param(no_link, marks=pytest.mark.skipif(os.name == "nt", reason="links need a right")), Path.mkdir]
)
def test_what_has_a_real_files_name_is_never_passed_over_for_a_stand_in(make, tmp_path, monkeypatch, capsys):
    (tmp_path / "stick" / "mnist").mkdir(parents=True)
    for name in data.REAL_FILES:
        make(tmp_path / "stick" / name)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "stick"))
    for load in LOADERS:
        text = message(load)
        assert "cannot be read" in text and "away, then run: python -m helpers.data fetch" in text
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path, monkeypatch):
    (tmp_path / "stick").mkdir()
    os.mkfifo(tmp_path / "stick" / "heart.csv")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "stick"))
    assert "neither a file nor a folder" in message(data.load_heart)


def test_mnist_is_a_file(real_heart, monkeypatch):
    put(real_heart.parent, "mnist", b"")
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    for source in ("auto", "real"):
        assert f"move {real_heart.parent / 'mnist'} away, then run:" in message(data.load_mnist, source)


def test_a_file_that_may_not_be_read(real_heart, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    denied = functools.partial(refuse, PermissionError(13, "Permission denied"))
    monkeypatch.setattr(reading, "open", denied, raising=False)
    assert message(data.load_heart).endswith(f"permission to read {real_heart}")


def test_a_file_far_too_long_is_not_read(real_heart, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    os.truncate(real_heart, 20_000_000)
    text = message(data.load_heart)
    assert "too long" in text and "20,000,000 bytes" in text and "move it away, then run:" in text


def test_a_path_is_cut_in_a_message_only_when_it_is_longer_than_300():
    assert errors.shown("x" * 300) == "x" * 300
    assert errors.shown("x" * 301) == "x" * 300 + "..."


def test_a_file_in_the_way_of_a_folder_is_to_be_moved_before_the_file_is_got_anew(tmp_path):
    (tmp_path / "real").touch()
    mend = errors.mend_reading(NotADirectoryError(), tmp_path / "real" / "heart.csv", "fetch it")
    assert mend == f"move {tmp_path / 'real'} away (a folder belongs there), then fetch it"
