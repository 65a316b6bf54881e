"""The two tables: what each promises, bundled or real, and how it is loaded and checked."""

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.data import places
from helpers.data.errors import DataError
from helpers.data.places import fetch_command, real_folder
from helpers.data.reading import read, verified


@dataclass(frozen=True)
class Table:
    """A table as pandas reads it, where it came from in words, and the license it may be reused under."""

    frame: pd.DataFrame
    source: str
    license: str


@dataclass(frozen=True)
class TableSpec:
    title: str
    bundled: str  # file names
    real: str
    rows: int
    unit: str  # what a row stands for
    credit: str
    license: str
    columns: dict[str, str]  # name: dtype


STAND_IN_LICENSE = "CC0 1.0"
HEART_COLUMNS = {
    "Age": "int64", "Sex": "str", "ChestPainType": "str", "RestingBP": "int64", "Cholesterol": "int64",
    "FastingBS": "int64", "RestingECG": "str", "MaxHR": "int64", "ExerciseAngina": "str", "Oldpeak": "float64",
    "ST_Slope": "str", "HeartDisease": "int64",
}  # fmt: skip
CHURN_COLUMNS = {
    "customerID": "str", "gender": "str", "SeniorCitizen": "int64", "Partner": "str", "Dependents": "str",
    "tenure": "int64", "PhoneService": "str", "MultipleLines": "str", "InternetService": "str",
    "OnlineSecurity": "str", "OnlineBackup": "str", "DeviceProtection": "str", "TechSupport": "str",
    "StreamingTV": "str", "StreamingMovies": "str", "Contract": "str", "PaperlessBilling": "str",
    "PaymentMethod": "str", "MonthlyCharges": "float64", "TotalCharges": "str", "Churn": "str",
}  # fmt: skip
HEART = TableSpec(
    title="Heart failure",
    bundled="heart.csv",
    real="heart.csv",
    rows=918,
    unit="patients",
    credit="Kaggle, fedesoriano 2021; ODbL 1.0",
    license="ODbL 1.0",
    columns=HEART_COLUMNS,
)
CHURN = TableSpec(
    title="Telco churn",
    bundled="churn.csv",
    real="Telco-Customer-Churn.csv",
    rows=7_043,
    unit="customers",
    credit="IBM sample data",
    license="as published by IBM",
    columns=CHURN_COLUMNS,
)


def load_heart(source="auto"):
    """Heart failure prediction as a Table: 918 patients, 11 features and the label HeartDisease (1: has it).

    Age in years, RestingBP in mm Hg, Cholesterol in mg/dl (172 zeros: never measured), MaxHR in beats a minute, Oldpeak
    in mm; int64, Oldpeak float64; the five categories are strings. Five UCI heart-disease sources, combined on Kaggle
    by fedesoriano (2021); the bundled table is a synthetic stand-in for it.

    source: "auto" takes the real file if it is there and the bundled one otherwise; "bundled" and "real" insist.
    Raises DataError for a file that is missing or not what it should be.
    """
    return _load_table(HEART, source)


def load_churn(source="auto"):
    """Telco customer churn as a Table: 7,043 customers, customerID, 19 features and the label Churn ("Yes", "No").

    tenure in months (int64), MonthlyCharges in dollars (float64), SeniorCitizen 0 or 1; all others strings. So is
    TotalCharges, because 11 customers with tenure 0 have a blank " " there. IBM's sample data; the bundled table is a
    synthetic stand-in for it.

    source: "auto" takes the real file if it is there and the bundled one otherwise; "bundled" and "real" insist.
    Raises DataError for a file that is missing or not what it should be.
    """
    return _load_table(CHURN, source)


def _load_table(spec, source):
    folder = real_folder(source)
    real = folder and (source == "real" or (folder / spec.real).is_file())
    table = real_table(spec, folder) if real else bundled_table(spec)
    print(f"{spec.title}: {table.source}.")
    return table


def real_table(spec, folder):
    path = folder / spec.real
    frame = _parse(spec, verified(path, spec.real, folder), path, fetch_command(folder))
    return Table(frame, f"the real table, {spec.rows:,} rows ({spec.credit})", spec.license)


def bundled_table(spec):
    path, mend = places.BUNDLED_FOLDER / spec.bundled, "in the course's folder, run: python data/make_data.py"
    frame = _parse(spec, read(path, mend), path, mend)
    words = f"synthetic stand-in, {spec.rows:,} rows (data/{spec.bundled}; not real {spec.unit})"
    return Table(frame, words, STAND_IN_LICENSE)


def _parse(spec, content, path, mend):
    """The table in a CSV file's bytes, checked: columns, number of rows, every value of its column's type."""
    try:
        frame = pd.read_csv(io.BytesIO(content))
        if not isinstance(frame.index, pd.RangeIndex):  # pandas takes surplus values in line 2 for row names
            raise ValueError("more values than column names in line 2")
    except ValueError as error:  # pandas' parser errors and Python's decoding errors are all of this kind
        raise DataError(f"{path} is not a table.", "comma-separated UTF-8 text", str(error).strip(), mend) from None
    if list(frame) != list(spec.columns):
        missing = [name for name in spec.columns if name not in frame]
        extra = [name for name in frame if name not in spec.columns]
        found = f"{', '.join(frame)} (missing: {missing or 'none'}; extra: {extra or 'none'})"
        raise DataError(f"{path} has other columns.", ", ".join(spec.columns), found, mend)
    if len(frame) != spec.rows:
        raise DataError(f"{path} has another length.", f"{spec.rows:,} rows", f"{len(frame):,} rows", mend)
    for name, dtype in spec.columns.items():
        column, bad = frame[name], frame[name].isna()
        if dtype != "str":
            numbers = pd.to_numeric(column, errors="coerce")
            bad |= ~np.isfinite(numbers) | ((numbers % 1 != 0) & (dtype == "int64"))
        if bad.any():
            found = f"{column[bad].iloc[0]!r} in line {bad.idxmax() + 2}, {bad.sum() - 1} more"  # line 1: the names
            raise DataError(f"{path} has unreadable values.", f"{name}: {dtype} in every row", found, mend)
        if column.dtype != dtype:
            raise DataError(f"{path} has another type.", f"{name}: {dtype}", f"{name}: {column.dtype}", mend)
    return frame
