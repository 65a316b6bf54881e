"""Where data are looked for: the bundled folder, data/real, and the folder that COURSE_DATA names."""

import os
from pathlib import Path

from helpers.data.errors import DataError
from helpers.data.real_files import MNIST_FILES, REAL_FILES

ROOT = Path(__file__).resolve().parents[2]
BUNDLED_FOLDER = ROOT / "data"
REAL_FOLDER = ROOT / "data" / "real"


def real_folder(source):
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


def fetch_command(folder):
    """The command, as a reader types it, that gets the real files into the folder."""
    return "run: python -m helpers.data fetch" + ("" if folder == REAL_FOLDER else f' --to "{folder}"')
