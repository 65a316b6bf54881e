"""helpers/data/tables.py: what the two tables promise, and that a damaged one is never handed out."""

import codecs
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
    assert heart.frame.dtypes.astype(str).to_dict() == {
        name: column.dtype for name, column in tables.HEART.columns.items()
    }
    assert list(heart.frame.columns) == list(tables.HEART.columns) and len(heart.frame) == 918
    assert "synthetic stand-in" in heart.source and heart.license
    with pytest.raises(FrozenInstanceError):
        heart.frame = None


def test_churn_bundled_keeps_the_quirks(capsys):
    churn = data.load_churn("bundled")
    assert capsys.readouterr() == (CHURN_LINE, "")
    assert churn.frame.dtypes.astype(str).to_dict() == {
        name: column.dtype for name, column in tables.CHURN.columns.items()
    }
    assert len(churn.frame) == 7_043
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
        (lambda content: content.replace(b"\n", b"\r\n"), "(the same text with Windows line endings)"),
        (lambda content: codecs.BOM_UTF8 + content, "(the same text with a byte order mark (UTF-8))"),
        (
            lambda content: codecs.BOM_UTF8 + content.replace(b"\n", b"\r\n"),
            "(the same text with a byte order mark (UTF-8) and Windows line endings)",
        ),
        (lambda content: content.decode().encode("utf-16"), "(the same text with a byte order mark (UTF-16))"),
        (lambda content: codecs.BOM_UTF8 + content + b"x", "(with a byte order mark (UTF-8) at its start)"),
        (lambda content: codecs.BOM_UTF16_LE + b"x", "(with a byte order mark (UTF-16) at its start)"),
        (lambda content: b"\n<!doctype html>" + content, "(a web page)"),
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


def repeat(row, later):
    """Put the row of that number in the place of a later one; row 0 is the names."""

    def repeated(text):
        lines = text.splitlines(keepends=True)
        return "".join([*lines[:later], lines[row], *lines[later + 1 :]])

    return repeated


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
        (lambda text: text.replace("\n", "\n\n", 1), ["918 rows", "919 rows, 1 of them blank"]),
        (lambda text: text.replace(",", ";"), ["not a table", "semicolons"]),
        (lambda text: "\ufeff" + text, ["not a table", "byte order mark (UTF-8)"]),
        (lambda text: text * 200, ["too long", "at most 5,000,000 bytes"]),
        (repeat(1, 5), ["no two patients alike", "a row twice, in lines 2 and 6"]),
    ],
)
def test_a_damaged_bundled_table(damage, expected, tmp_path, monkeypatch):
    text = (places.BUNDLED_FOLDER / "heart.csv").read_text(encoding="utf-8")
    monkeypatch.setattr(places, "BUNDLED_FOLDER", tmp_path)
    put(tmp_path, "heart.csv", damage(text).encode())
    told = message(data.load_heart, "bundled")
    assert all(part in told for part in expected), told
    assert "python data/make_data.py" in told


# (table, column, row, value, what is expected, what is found); row None: in every row
NOT_ALLOWED = [
    ("heart", "Age", 3, "forty", "int64 from 28 to 77", "'forty' in line 5"),
    ("heart", "Age", 3, "40.5", "int64 from 28 to 77", "40.5 in line 5"),
    ("heart", "Age", 0, "", "int64 from 28 to 77", "'' in line 2"),
    ("heart", "Age", 3, "-5", "int64 from 28 to 77", "-5 in line 5"),
    ("heart", "Age", 3, "1" + 30 * "0", "int64 from 28 to 77", "1" + 30 * "0" + " in line 5"),
    ("heart", "Age", None, "40.0", "int64", "Age: float64"),
    ("heart", "Age", None, "-5", "int64 from 28 to 77", "-5 in line 2, and 917 more"),
    ("heart", "Sex", 917, "", "one of 'M', 'F'", "'' in line 919"),
    ("heart", "Sex", 917, "NA", "one of 'M', 'F'", "'NA' in line 919"),
    ("heart", "Sex", 917, " M", "one of 'M', 'F'", "' M' in line 919"),
    ("heart", "Sex", None, "1", "one of 'M', 'F'", "1 in line 2, and 917 more"),
    ("heart", "RestingBP", 3, "79", "int64 from 80 to 200, or 0", "79 in line 5"),
    ("heart", "Cholesterol", 3, "3", "int64 from 85 to 603, or 0", "3 in line 5"),
    ("heart", "FastingBS", None, "True", "int64", "FastingBS: bool"),
    ("heart", "MaxHR", 3, "203", "int64 from 60 to 202", "203 in line 5"),
    ("heart", "Oldpeak", 917, "inf", "float64 from -2.6 to 6.2", "inf in line 919"),
    ("heart", "ST_Slope", 3, "Sideways", "one of 'Up', 'Flat', 'Down'", "'Sideways' in line 5"),
    ("heart", "HeartDisease", 3, "7", "int64 from 0 to 1", "7 in line 5"),
    ("churn", "customerID", 3, "x", "four digits, a dash, five capital letters", "'x' in line 5"),
    ("churn", "tenure", 3, "73", "int64 from 0 to 72", "73 in line 5"),
    ("churn", "InternetService", 3, "Cable", "one of 'DSL', 'Fiber optic', 'No'", "'Cable' in line 5"),
    ("churn", "TechSupport", 3, "no", "one of 'Yes', 'No', 'No internet service'", "'no' in line 5"),
    ("churn", "MonthlyCharges", 3, "-20", "float64 from 18 to 119", "-20.0 in line 5"),
    ("churn", "TotalCharges", 3, "-20", "dollars such as '1889.5', or ' '", "'-20' in line 5"),
    ("churn", "TotalCharges", 3, "", "dollars such as '1889.5', or ' '", "'' in line 5"),
    ("churn", "TotalCharges", None, "20", "str", "TotalCharges: int64"),
    ("churn", "Churn", 3, "1", "one of 'Yes', 'No'", "'1' in line 5"),
]


@pytest.mark.parametrize("table, column, row, value, expected, found", NOT_ALLOWED)
def test_a_value_that_is_not_allowed(table, column, row, value, expected, found, tmp_path, monkeypatch):
    frame = pd.read_csv(places.BUNDLED_FOLDER / f"{table}.csv", dtype="str", keep_default_na=False)
    frame.loc[slice(None) if row is None else row, column] = value
    monkeypatch.setattr(places, "BUNDLED_FOLDER", tmp_path)
    frame.to_csv(tmp_path / f"{table}.csv", index=False)
    text = message({"heart": data.load_heart, "churn": data.load_churn}[table], "bundled")
    assert f"expected: {column}: {expected}" in text and f"found:    {found}" in text
    assert text.endswith("run: python data/make_data.py")


@pytest.mark.parametrize("spec", [tables.HEART, tables.CHURN])
def test_every_column_refuses_what_no_column_holds(spec):
    strange = pd.Series(["-1e9", "?", "", "nan"])
    for name, column in spec.columns.items():
        assert not column.allows(strange).any(), name


def test_a_customer_twice(tmp_path, monkeypatch):
    frame = pd.read_csv(places.BUNDLED_FOLDER / "churn.csv", dtype="str", keep_default_na=False)
    frame.loc[4, "customerID"] = name = frame.loc[0, "customerID"]
    monkeypatch.setattr(places, "BUNDLED_FOLDER", tmp_path)
    frame.to_csv(tmp_path / "churn.csv", index=False)
    assert f"customerID {name!r} twice, in lines 2 and 6" in message(data.load_churn, "bundled")


def test_a_row_cut_short(tmp_path, monkeypatch):
    lines = (places.BUNDLED_FOLDER / "churn.csv").read_text(encoding="utf-8").splitlines()
    lines[4] = ",".join(lines[4].split(",")[:19])  # without TotalCharges and Churn
    monkeypatch.setattr(places, "BUNDLED_FOLDER", tmp_path)
    put(tmp_path, "churn.csv", "\n".join(lines).encode())
    text = message(data.load_churn, "bundled")
    assert "TotalCharges: dollars" in text and "'' in line 5" in text


def test_a_bundled_table_that_is_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "BUNDLED_FOLDER", tmp_path)
    (tmp_path / "heart.csv").mkdir()
    assert message(data.load_heart, "bundled").endswith(
        "move it away, then in the course's folder, run: python data/make_data.py"
    )


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
