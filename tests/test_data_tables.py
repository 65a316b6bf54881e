"""helpers/data/tables.py: what the two tables promise, and that a damaged one is never handed out."""

import hashlib
from dataclasses import FrozenInstanceError

import pandas as pd
import pytest

from data_faults import CHURN_LINE, HEART_LINE, message, put
from helpers import data
from helpers.data import places, tables

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_heart_bundled(capsys):
    heart = data.load_heart("bundled")
    assert capsys.readouterr() == (HEART_LINE, "")
    assert dict(heart.frame.dtypes.astype(str)) == tables.HEART.columns
    assert list(heart.frame.columns) == list(tables.HEART.columns) and len(heart.frame) == 918
    assert "synthetic stand-in" in heart.source and heart.license
    with pytest.raises(FrozenInstanceError):
        heart.frame = None


def test_churn_bundled_keeps_the_quirks(capsys):
    churn = data.load_churn("bundled")
    assert capsys.readouterr() == (CHURN_LINE, "")
    assert dict(churn.frame.dtypes.astype(str)) == tables.CHURN.columns and len(churn.frame) == 7_043
    blank = churn.frame[churn.frame.TotalCharges == " "]
    assert len(blank) == 11 and (blank.tenure == 0).all()
    assert (churn.frame.OnlineSecurity == "No internet service").any()


def test_a_missing_real_file():
    text = message(data.load_heart, "real")
    assert str(places.REAL_FOLDER / "heart.csv") in text and text.endswith("run: python -m helpers.data fetch")


@pytest.mark.parametrize(
    "damage, found",
    [
        (lambda content: content[:1000], "1,000 bytes (cut short)"),
        (lambda content: content + b"\n", "bytes"),
        (lambda content: content.replace(b"\n", b"\r\n"), "Windows line endings"),
    ],
)
@pytest.mark.parametrize("source", ["auto", "real"])
def test_a_real_file_with_a_wrong_hash(damage, found, source, real_heart, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    real_heart.write_bytes(damage(real_heart.read_bytes()))
    text = message(data.load_heart, source)
    assert data.REAL_FILES["heart.csv"].sha256 in text and found in text.split("found:")[1]
    assert hashlib.sha256(real_heart.read_bytes()).hexdigest() in text
    assert "move it away, then run: python -m helpers.data fetch" in text


def edit(old, new):
    return lambda text: text.replace(old, new, 1)


@pytest.mark.parametrize(
    "damage, expected",
    [
        (lambda text: "".join(text.splitlines(keepends=True)[:500]), ["918 rows", "499 rows"]),
        (lambda text: "", ["not a table", "No columns"]),
        (edit("Cholesterol", "Chol"), ["missing: ['Cholesterol']", "extra: ['Chol']"]),
        (lambda text: text.replace("\n", ",1\n").replace("HeartDisease,1", "HeartDisease,Extra"), ["extra: ['Extra']"]),
        (edit("Age,Sex", "Sex,Age"), ["found:    Sex, Age"]),
        (edit("\n", "\nforty,"), ["not a table", "line 2"]),
        (lambda text: text.rstrip("\n") + ",1\n", ["not a table", "line 919"]),
    ],
)
def test_a_damaged_bundled_table(damage, expected, tmp_path, monkeypatch):
    text = (places.BUNDLED_FOLDER / "heart.csv").read_text(encoding="utf-8")
    monkeypatch.setattr(places, "BUNDLED_FOLDER", tmp_path)
    put(tmp_path, "heart.csv", damage(text).encode())
    told = message(data.load_heart, "bundled")
    assert all(part in told for part in expected), told
    assert "python data/make_data.py" in told


@pytest.mark.parametrize(
    "column, row, value, found",
    [
        ("Age", 3, "forty", "'forty' in line 5, 0 more"),
        ("Age", 3, "40.5", "in line 5"),
        ("Age", 0, "", "in line 2"),
        ("Oldpeak", 917, "inf", "in line 919"),
        ("Sex", 917, "", "nan in line 919"),
        ("Sex", None, "1", "Sex: int64"),
        ("Age", None, "40.0", "Age: float64"),
    ],
)
def test_unreadable_values(column, row, value, found, tmp_path, monkeypatch):
    frame = pd.read_csv(places.BUNDLED_FOLDER / "heart.csv", dtype="str", keep_default_na=False)
    frame.loc[slice(None) if row is None else row, column] = value
    monkeypatch.setattr(places, "BUNDLED_FOLDER", tmp_path)
    frame.to_csv(tmp_path / "heart.csv", index=False)
    text = message(data.load_heart, "bundled")
    assert f"expected: {column}: {tables.HEART.columns[column]}" in text and found in text


def test_a_missing_and_an_undecodable_bundled_table(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "BUNDLED_FOLDER", tmp_path)
    assert str(tmp_path / "churn.csv") in message(data.load_churn, "bundled")
    put(tmp_path, "churn.csv", b"customerID,\xff\xfe\n")
    assert "not a table" in message(data.load_churn, "bundled")


def test_the_real_tables(real_data, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    heart, churn = data.load_heart(), data.load_churn()
    assert capsys.readouterr().out == (
        "Heart failure: the real table, 918 rows (Kaggle, fedesoriano 2021; ODbL 1.0).\n"
        "Telco churn: the real table, 7,043 rows (IBM sample data).\n"
    )
    assert (heart.frame.Cholesterol == 0).sum() == 172 and (churn.frame.TotalCharges == " ").sum() == 11
