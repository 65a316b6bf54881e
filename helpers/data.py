"""The course's data sets: where each comes from, what it promises, and how it fails.

Every loader takes the real files where they are and a bundled stand-in otherwise, and prints in one line which it took.
Real files are looked for in the folder that COURSE_DATA names (a relative path counts from the repository's root),
without it in data/real/:

    heart.csv   Telco-Customer-Churn.csv   mnist/{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz

COURSE_DATA=bundled means the stand-ins, even where real files are. On the command line:

    python -m helpers.data                       what is there, and where
    python -m helpers.data fetch [--to FOLDER]   download the real files; FOLDER is ready for a USB stick
"""

import argparse
import contextlib
import hashlib
import io
import os
import socket
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
BUNDLED_FOLDER = ROOT / "data"
REAL_FOLDER = ROOT / "data" / "real"


class DataError(Exception):
    """Data that is missing or not what it should be: what was expected, what was found, what mends it."""

    def __init__(self, problem, expected, found, mend):
        super().__init__(f"{problem}\n  expected: {expected}\n  found:    {found}\n  to mend:  {mend}")


@dataclass(frozen=True)
class Table:
    """A table as pandas reads it, where it came from in words, and the license it may be reused under."""

    frame: pd.DataFrame
    source: str
    license: str


@dataclass(frozen=True)
class Digits:
    """Images uint8 (n, 28, 28, 1), 0 (paper) to 255 (ink); labels int64 (n,), 0 to 9. MNIST's shapes and types."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    source: str
    license: str


# What the real files are, byte for byte, and where to get them


@dataclass(frozen=True)
class RealFile:
    sha256: str
    size: int  # bytes
    urls: tuple[str, ...]  # tried in this order; the last resort is a download by hand from `page`
    page: str


GITHUB = "https://raw.githubusercontent.com"
MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"  # the copy that TFDS takes
MNIST_FILES = {
    name: RealFile(sha256, size, (MNIST_URL + name,), MNIST_URL + name)
    for name, size, sha256 in [
        ("train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ]
}
REAL_FILES = {
    "heart.csv": RealFile(
        "948420b084d8a3a0ca42b8419fce9aee175879e43f8aedf712377899a67aa49b",
        35_921,
        (  # Kaggle wants a login; these public copies are the same to the byte
            f"{GITHUB}/kiramishima/heart-failure-prediction/HEAD/DATASET/heart.csv",
            f"{GITHUB}/Mahdi-20/Heart-Failure-Prediction-Dataset/HEAD/heart.csv",
        ),
        "https://www.kaggle.com/datasets/fedesoriano/heart-failure-prediction",
    ),
    "Telco-Customer-Churn.csv": RealFile(
        "16320c9c1ec72448db59aa0a26a0b95401046bef5d02fd3aeb906448e3055e91",
        970_457,
        (f"{GITHUB}/IBM/telco-customer-churn-on-icp4d/HEAD/data/Telco-Customer-Churn.csv",),
        "https://github.com/IBM/telco-customer-churn-on-icp4d/tree/HEAD/data",
    ),
    **{f"mnist/{name}": file for name, file in MNIST_FILES.items()},
}


# What each table promises, bundled or real


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


# The loaders


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


def load_mnist(source="auto"):
    """Handwritten digits as Digits: MNIST (60,000 to train, 10,000 to test) or scikit-learn's (1,437 and 360).

    MNIST is by LeCun, Cortes and Burges. TensorFlow Datasets (TFDS) builds it once, without a network, from the four
    official files, into its own folder (~/tensorflow_datasets, or TFDS_DATA_DIR). The bundled digits are real
    handwriting too: 8x8 pixels by Alpaydin and Kaynak (1998), resized to 28x28.

    source: "auto" takes MNIST if its files are there or TFDS has built it; "real" lets TFDS download it if need be.
    Raises DataError for files that are missing or damaged, and for a download that fails.
    """
    folder = _real_folder(source)
    files = folder and _mnist_folder(folder)
    real = folder and (source == "real" or files or _tfds_copy().exists())
    digits = _tfds_mnist(files, folder) if real else _sklearn_digits()
    print(f"Digits: {digits.source}.")
    return digits


def _load_table(spec, source):
    folder = _real_folder(source)
    real = folder and (source == "real" or (folder / spec.real).is_file())
    table = _real_table(spec, folder) if real else _bundled_table(spec)
    print(f"{spec.title}: {table.source}.")
    return table


def _real_folder(source):
    """The folder to look for real files in, or None where the bundled data are wanted."""
    if source not in ("auto", "bundled", "real"):
        raise DataError("Unknown source.", '"auto", "bundled" or "real"', repr(source), 'write source="auto"')
    named = os.environ.get("COURSE_DATA", "")
    if source == "bundled" or (source == "auto" and named == "bundled"):
        return None
    if named in ("", "bundled"):
        return REAL_FOLDER
    # Kernels start in the notebook's folder, so a path relative to that would not be the one the shell's user meant.
    folder = ROOT / Path(named).expanduser()
    if any((folder / name).is_file() for name in [*REAL_FILES, *MNIST_FILES]):
        return folder
    raise DataError(  # a typing error must not bring the stand-ins unnoticed
        "COURSE_DATA names no real data.",
        "a folder with heart.csv, Telco-Customer-Churn.csv or mnist/*.gz in it",
        f"{folder}, which {'holds none of them' if folder.is_dir() else 'is not a folder'}",
        "set COURSE_DATA to the folder with the real files, or to the word bundled",
    )


# Tables


def _real_table(spec, folder):
    path = folder / spec.real
    frame = _parse(spec, _verified(path, spec.real, folder), path, _fetch_command(folder))
    return Table(frame, f"the real table, {spec.rows:,} rows ({spec.credit})", spec.license)


def _bundled_table(spec):
    path, mend = BUNDLED_FOLDER / spec.bundled, "in the course's folder, run: python data/make_data.py"
    frame = _parse(spec, _read(path, mend), path, mend)
    words = f"synthetic stand-in, {spec.rows:,} rows (data/{spec.bundled}; not real {spec.unit})"
    return Table(frame, words, STAND_IN_LICENSE)


def _read(path, mend):
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name} cannot be read.", path, error.strerror or error, mend) from None


def _verified(path, name, folder):
    """The bytes of a real file, once they are known to be the right ones."""
    content, file = _read(path, _fetch_command(folder)), REAL_FILES[name]
    if _sha256(content) == file.sha256:
        return content
    found = f"sha256 {_sha256(content)}, {len(content):,} bytes"
    if len(content) < file.size:
        found += " (cut short)"
    elif _sha256(content.replace(b"\r\n", b"\n")) == file.sha256:
        found += " (the same text with Windows line endings)"
    mend = f"move it away, then {_fetch_command(folder)}"
    raise DataError(f"{path} has changed.", f"sha256 {file.sha256}, {file.size:,} bytes", found, mend)


def _sha256(content):
    return hashlib.sha256(content).hexdigest()


def _fetch_command(folder):
    return "run: python -m helpers.data fetch" + ("" if folder == REAL_FOLDER else f' --to "{folder}"')


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


# Digits


def _sklearn_digits():
    # imported here: a lesson on a table should not wait for these
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    small = load_digits()  # (1797, 8, 8), 0 to 16
    images = zoom(small.images, (1, 3.5, 3.5), order=1, mode="nearest", grid_mode=True) * (255 / 16)
    # Exact results are multiples of 255/3136, some of them halves: the nudge rounds those up on every machine.
    images = np.floor(images + 0.5 + 1e-6).astype("uint8")[..., np.newaxis]
    labels = small.target.astype("int64")
    split = train_test_split(images, labels, test_size=360, stratify=labels, random_state=0)
    train_images, test_images, train_labels, test_labels = split
    words = "bundled, 1,437 + 360 real handwritten digits, 8x8 resized to 28x28 (scikit-learn; not MNIST)"
    return Digits(train_images, train_labels, test_images, test_labels, words, "CC BY 4.0")


def _mnist_folder(folder):
    """Where MNIST's four files are, None if they are nowhere; some of them without the others are an error."""
    places = {place: [name for name in MNIST_FILES if (place / name).is_file()] for place in (folder / "mnist", folder)}
    place, present = max(places.items(), key=lambda item: len(item[1]))
    if 0 < len(present) < len(MNIST_FILES) and not _tfds_copy().exists():
        expected = ", ".join(MNIST_FILES)
        raise DataError(f"MNIST in {place} is incomplete.", expected, ", ".join(present), _fetch_command(folder))
    return place if present else None


def _verify_mnist(folder):
    for name in MNIST_FILES:
        _verified(_mnist_folder(folder) / name, f"mnist/{name}", folder)


def _tfds_copy():
    """Where TFDS keeps the MNIST it has built; it gets this name only when it is whole."""
    return Path(os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")).expanduser() / "mnist" / "3.0.1"


def _tfds_mnist(files, folder):
    """MNIST through TFDS: from its own copy, else built from the folder `files`, else (None) downloaded."""
    import tensorflow_datasets as tfds  # imported here: it starts TensorFlow

    copy = _tfds_copy()
    built_before = copy.exists()
    if files and not built_before:
        _verify_mnist(folder)
    try:
        if not files and not built_before:  # without a network TFDS would try for minutes before it says so
            urllib.request.urlopen(MNIST_FILES["t10k-labels-idx1-ubyte.gz"].urls[0], timeout=10).close()
        # Downloads and extracted files go to a folder of their own: `files` may be read-only, and TFDS would reuse what
        # it extracted earlier from a file of the same name (Fashion-MNIST's files have these names too).
        with contextlib.redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as scratch:
            builder = tfds.builder("mnist:3.0.1", data_dir=copy.parent.parent, try_gcs=False)
            config = tfds.download.DownloadConfig(manual_dir=files, extract_dir=scratch, try_download_gcs=False)
            builder.download_and_prepare(download_dir=scratch, download_config=config)
        train, test = (tfds.as_numpy(builder.as_dataset(split=name, batch_size=-1)) for name in ("train", "test"))
    except Exception as error:  # TFDS passes on whatever its libraries raise
        if copy.exists() and not built_before:  # by another process, which finished first
            return _tfds_mnist(files, folder)
        mend = f"with a network, {_fetch_command(folder)}"
        if files:
            mend = f"set TFDS_DATA_DIR to a folder that can be written to, with 150 MB free; it is {copy.parent.parent}"
        if built_before:
            mend = f"move {copy} away, then load again"
        found = f"{type(error).__name__}: {str(error).strip()[:300]}"
        raise DataError("TFDS could not give MNIST.", f"a whole copy in {copy}", found, mend) from None
    words = "MNIST itself, 60,000 + 10,000 images (LeCun, Cortes, Burges; CC BY-SA 3.0)"
    return Digits(train["image"], train["label"], test["image"], test["label"], words, "CC BY-SA 3.0")


# The command line


def fetch(folder):
    """Download what is missing of the real files into folder; return the names of those that could not be had.

    A file gets its name only once it is whole and verified; a file that is there is never overwritten.
    """
    failed = []
    for name in REAL_FILES:
        try:
            print(f"{name}: {_fetch_file(name, folder)}")
        except DataError as error:
            print(error)
            failed.append(name)
    return failed


def _fetch_file(name, folder):
    file, target, failures = REAL_FILES[name], folder / name, []
    if target.exists():
        _verified(target, name, folder)
        return "already there, verified"
    from keras.utils import get_file  # imported here: it starts TensorFlow

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".incomplete-", dir=folder) as scratch:
            for url in file.urls:
                try:
                    path = get_file(target.name, url, file_hash=file.sha256, cache_dir=scratch, cache_subdir="")
                except Exception as error:  # get_file promises nothing narrower
                    failures.append(f"{url}: " + str(error).removeprefix(f"URL fetch failure on {url}: "))
                else:
                    os.replace(path, target)
                    return "downloaded, verified"
    except OSError as error:
        mend = "choose a folder that can be written to: python -m helpers.data fetch --to FOLDER"
        raise DataError(f"{target} cannot be written.", "a writable folder", error.strerror or error, mend) from None
    mend = f"with a network, run the same command again; or download {file.page} by hand and save it as {target}"
    found = "\n            ".join(failures)
    raise DataError(f"{name} could not be downloaded.", f"sha256 {file.sha256}", found, mend)


def status():
    """What is there, one row a data set and kind, and the errors that were met in looking."""
    folder, errors = _real_folder("real"), []
    rows = [("data set", "kind", "state", "size", "license", "where")]

    def add(title, kind, license, where, paths, check, *arguments):
        sizes = [path.stat().st_size for path in paths if path.is_file()]
        state = "verified" if sizes else "not there"
        try:
            if sizes:
                check(*arguments)
        except DataError as error:
            state = "NOT USABLE"
            errors.append(error)
        rows.append((title, kind, state, f"{sum(sizes):,} bytes", license, str(where)))

    for spec in (HEART, CHURN):
        title, bundled, real = f"{spec.title}, {spec.rows:,} rows", BUNDLED_FOLDER / spec.bundled, folder / spec.real
        add(title, "stand-in", STAND_IN_LICENSE, bundled, [bundled], _bundled_table, spec)
        add(title, "real", spec.license, real, [real], _real_table, spec, folder)
    rows.append(("Digits, 1,797 images", "bundled", "installed", "-", "CC BY 4.0", "scikit-learn"))
    title = "MNIST, 70,000 images"
    paths = [place / name for place in (folder / "mnist", folder) for name in MNIST_FILES]
    where = next((path for path in paths if path.is_file()), paths[0]).parent
    add(title, "real, four files", "CC BY-SA 3.0", where, paths, _verify_mnist, folder)
    state = "built" if _tfds_copy().exists() else "not built"
    rows.append((title, "real, TFDS's copy", state, "-", "CC BY-SA 3.0", str(_tfds_copy())))
    return rows, errors


def main(arguments=None):
    """The command line; the exit code is 1 if anything is wrong or could not be had."""
    parser = argparse.ArgumentParser(prog="python -m helpers.data", description="The course's data: what is there.")
    fetching = parser.add_subparsers(dest="command").add_parser("fetch", help="download the real files, verified")
    fetching.add_argument("--to", type=Path, default=REAL_FOLDER, metavar="FOLDER", help="default: data/real/")
    options = parser.parse_args(arguments)
    if options.command == "fetch":
        socket.setdefaulttimeout(30)  # seconds; a network that swallows everything should not hang the command
        folder = options.to.expanduser().absolute()
        failed = fetch(folder)
        print(f"Still missing: {', '.join(failed)}; see above." if failed else f"All real files are in {folder}")
        return 1 if failed else 0
    try:
        rows, errors = status()
    except DataError as error:
        rows, errors = [], [error]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    for error in errors:
        print(error)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
