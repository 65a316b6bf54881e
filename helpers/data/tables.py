"""The two tables: what each promises, bundled or real, and how it is loaded and checked."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from helpers.data import places
from helpers.data.errors import DataError
from helpers.data.places import fetch_command, is_there, real_folder
from helpers.data.reading import byte_order_mark, read, verified


@dataclass(frozen=True)
class Table:
    """A table as pandas reads it, where it came from in words, and the license it may be reused under."""

    frame: pd.DataFrame
    source: str
    license: str


@dataclass(frozen=True)
class Column:
    """What a column promises: its dtype, in words the values it may hold, and which rows of a column hold such."""

    dtype: str
    words: str
    allows: Callable[[pd.Series], pd.Series]  # bool, one a row


def numbers(dtype, low, high, *others):
    """A column of numbers from low to high; others are values outside, such as 0 for what was never measured."""
    words = f"{dtype} from {low} to {high}" + "".join(f", or {value}" for value in others)

    def allows(column):
        values = pd.to_numeric(column, errors="coerce").astype("float64")
        whole = (values % 1 == 0) | (dtype == "float64")
        return whole & (values.between(low, high) | values.isin(others))

    return Column(dtype, words, allows)


def one_of(*words):
    """A column that holds one of these words in each row."""
    return Column("str", "one of " + ", ".join(map(repr, words)), lambda column: column.isin(words))


def text(pattern, words):
    """A column of strings that match a regular expression from end to end."""
    return Column("str", words, lambda column: column.astype("str").str.fullmatch(pattern))


@dataclass(frozen=True)
class TableSpec:
    title: str
    bundled: str  # file names
    real: str
    rows: int
    unit: str  # what a row stands for
    credit: str
    license: str
    columns: dict[str, Column]
    key: tuple[str, ...]  # columns that no two rows share


STAND_IN_LICENSE = "CC0 1.0"
MOST_BYTES = 5_000_000  # five times the largest bundled table: a longer file is another one
YES_NO = one_of("Yes", "No")
ADD_ON = one_of("Yes", "No", "No internet service")
# The ranges hold for the bundled and the real table alike.
HEART_COLUMNS = {
    "Age": numbers("int64", 28, 77),
    "Sex": one_of("M", "F"),
    "ChestPainType": one_of("TA", "ATA", "NAP", "ASY"),
    "RestingBP": numbers("int64", 80, 200, 0),
    "Cholesterol": numbers("int64", 85, 603, 0),
    "FastingBS": numbers("int64", 0, 1),
    "RestingECG": one_of("Normal", "ST", "LVH"),
    "MaxHR": numbers("int64", 60, 202),
    "ExerciseAngina": one_of("Y", "N"),
    "Oldpeak": numbers("float64", -2.6, 6.2),
    "ST_Slope": one_of("Up", "Flat", "Down"),
    "HeartDisease": numbers("int64", 0, 1),
}
CHURN_COLUMNS = {
    "customerID": text(r"\d{4}-[A-Z]{5}", "four digits, a dash, five capital letters"),
    "gender": one_of("Female", "Male"),
    "SeniorCitizen": numbers("int64", 0, 1),
    "Partner": YES_NO,
    "Dependents": YES_NO,
    "tenure": numbers("int64", 0, 72),
    "PhoneService": YES_NO,
    "MultipleLines": one_of("Yes", "No", "No phone service"),
    "InternetService": one_of("DSL", "Fiber optic", "No"),
    "OnlineSecurity": ADD_ON,
    "OnlineBackup": ADD_ON,
    "DeviceProtection": ADD_ON,
    "TechSupport": ADD_ON,
    "StreamingTV": ADD_ON,
    "StreamingMovies": ADD_ON,
    "Contract": one_of("Month-to-month", "One year", "Two year"),
    "PaperlessBilling": YES_NO,
    "PaymentMethod": one_of("Electronic check", "Mailed check", "Bank transfer (automatic)", "Credit card (automatic)"),
    "MonthlyCharges": numbers("float64", 18, 119),
    "TotalCharges": text(r" |\d+(\.\d+)?", "dollars such as '1889.5', or ' ' where there is no bill yet"),
    "Churn": YES_NO,
}
HEART = TableSpec(
    title="Heart failure",
    bundled="heart.csv",
    real="heart.csv",
    rows=918,
    unit="patients",
    credit="Kaggle, fedesoriano 2021; ODbL 1.0",
    license="ODbL 1.0",
    columns=HEART_COLUMNS,
    key=tuple(HEART_COLUMNS),
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
    key=("customerID",),
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
    real = folder and (source == "real" or is_there(folder / spec.real))
    table = real_table(spec, folder) if real else bundled_table(spec)
    print(f"{spec.title}: {table.source}.")
    return table


def real_table(spec, folder):
    path = folder / spec.real
    frame = _parse(spec, verified(path, spec.real, folder), path, fetch_command(folder))
    return Table(frame, f"the real table, {spec.rows:,} rows ({spec.credit})", spec.license)


def bundled_table(spec):
    path, mend = places.BUNDLED_FOLDER / spec.bundled, "in the course's folder, run: python data/make_data.py"
    frame = _parse(spec, read(path, mend, MOST_BYTES), path, mend)
    words = f"synthetic stand-in, {spec.rows:,} rows (data/{spec.bundled}; not real {spec.unit})"
    return Table(frame, words, STAND_IN_LICENSE)


def _parse(spec, content, path, mend):
    """The table in a CSV file's bytes, checked: columns, number of rows, every value, no row twice."""
    try:
        if mark := byte_order_mark(content):
            raise ValueError(f"a byte order mark ({mark}) at its start, as Windows programs put it there")
        # Empty cells and "NA" stay as they are written, blank lines count: an error can then say what stands where.
        frame = pd.read_csv(io.BytesIO(content), keep_default_na=False, skip_blank_lines=False)
        if not isinstance(frame.index, pd.RangeIndex):  # pandas takes surplus values in line 2 for row names
            raise ValueError("more values than column names in line 2")
        if len(frame.columns) == 1 and ";" in frame.columns[0]:
            raise ValueError("semicolons between the values, as a spreadsheet program writes them")
    except ValueError as error:  # pandas' parser errors and Python's decoding errors are all of this kind
        expected = "comma-separated UTF-8 text"
        raise DataError(f"{path} is not a table.", expected, str(error).strip(), mend) from None
    _check_names(spec, frame, path, mend)
    if len(frame) != spec.rows:
        blank = sum(not line.strip() for line in content.splitlines())
        found = f"{len(frame):,} rows" + (f", {blank:,} of them blank" if blank else "")
        raise DataError(f"{path} has another length.", f"{spec.rows:,} rows", found, mend)
    for name in spec.columns:
        _check_column(name, spec.columns[name], frame[name], path, mend)
    _check_rows_differ(spec, frame, path, mend)
    return frame


def _check_names(spec, frame, path, mend):
    if list(frame) != list(spec.columns):
        missing = [name for name in spec.columns if name not in frame]
        extra = [name for name in frame if name not in spec.columns]
        found = f"{', '.join(frame)} (missing: {missing or 'none'}; extra: {extra or 'none'})"
        raise DataError(f"{path} has other columns.", ", ".join(spec.columns), found, mend)


def _check_column(name, promised, column, path, mend):
    bad = ~promised.allows(column)
    if bad.any():
        found = f"{column[bad].tolist()[0]!r} in line {bad.idxmax() + 2}"  # line 1: the names
        found += f", and {bad.sum() - 1:,} more" if bad.sum() > 1 else ""
        raise DataError(f"{path} has a value that is not allowed.", f"{name}: {promised.words}", found, mend)
    if column.dtype != promised.dtype:
        expected = f"{name}: {promised.dtype}"
        raise DataError(f"{path} has another type.", expected, f"{name}: {column.dtype}", mend)


def _check_rows_differ(spec, frame, path, mend):
    keys = frame[list(spec.key)]
    repeated = keys.duplicated()
    if repeated.any():
        second = repeated.idxmax()
        first = (keys == keys.loc[second]).all(axis=1).idxmax()
        what = "a row" if len(spec.key) > 1 else f"{spec.key[0]} {keys.loc[second].iloc[0]!r}"
        found = f"{what} twice, in lines {first + 2} and {second + 2}"
        raise DataError(f"{path} says something twice.", f"no two {spec.unit} alike", found, mend)
