"""Where data are looked for: the bundled folder, data/real, and the folder that COURSE_DATA names."""

import os
from pathlib import Path

from helpers.data.errors import DataError, reason, shown
from helpers.data.real_files import MNIST_FILES, REAL_FILES

ROOT = Path(__file__).resolve().parents[2]
BUNDLED_FOLDER = ROOT / "data"
REAL_FOLDER = ROOT / "data" / "real"
SET_COURSE_DATA = "set COURSE_DATA to the folder with the real files, or to the word bundled"


def real_folder(source):
    """The folder to look for real files in, or None where the bundled data are wanted.

    Raises DataError for an unknown source, for a COURSE_DATA that names no real files, and for a folder that cannot be
    looked into: a typing error must not bring the stand-ins unnoticed.
    """
    if source not in ("auto", "bundled", "real"):
        raise DataError("Unknown source.", '"auto", "bundled" or "real"', repr(source), 'write source="auto"')
    named = os.environ.get("COURSE_DATA", "")
    if source == "bundled" or (source == "auto" and named == "bundled"):
        return None
    default = named in ("", "bundled")
    # Kernels start in the notebook's folder, so a path relative to that would not be the one the shell's user meant.
    folder = REAL_FOLDER if default else ROOT / expanded(named, "COURSE_DATA")
    if _holds_real_files(folder):
        return folder
    if default:
        if is_there(folder) and not os.path.isdir(folder):
            expected = "a folder with the real files, or nothing"
            raise DataError(f"{folder} is not a folder.", expected, "a file", f"move {folder} away")
        return folder
    raise DataError(
        "COURSE_DATA names no real data.",
        "a folder with heart.csv, Telco-Customer-Churn.csv or mnist/*.gz in it",
        f"{shown(folder)}, which {'holds none of them' if os.path.isdir(folder) else 'is not a folder'}",
        SET_COURSE_DATA,
    )


def _holds_real_files(folder):
    try:
        return any(is_there(folder / name) for name in [*REAL_FILES, *MNIST_FILES])
    except OSError as error:
        mend = f"give yourself permission to read {folder}" if isinstance(error, PermissionError) else SET_COURSE_DATA
        found = f"{shown(folder)}: {reason(error)}"
        raise DataError("Real data cannot be looked for.", "a folder", found, mend) from None


def is_there(path):
    """Whether anything has this name; raises OSError where that cannot be seen.

    A folder of that name counts, and so does a link to nowhere: whoever put it there does not mean a stand-in.
    """
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def expanded(text, setting):
    """A path whose ~ is replaced; `setting` is the variable or option that names it."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        mend = f"write {setting} as a full path"
        raise DataError(f"{setting} names no folder.", "a home folder that exists", text, mend) from None


def fetch_command(folder):
    """The command, as a reader types it, that gets the real files into the folder."""
    return "run: python -m helpers.data fetch" + ("" if folder == REAL_FOLDER else f' --to "{folder}"')
