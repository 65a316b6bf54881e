"""The command line: what is there, and fetching what is not."""

import argparse
import os
from pathlib import Path

from helpers.data import places
from helpers.data.digits import is_built, tfds_copy, verify_mnist
from helpers.data.download import fetch
from helpers.data.errors import DataError
from helpers.data.places import expanded, is_there, real_folder
from helpers.data.real_files import MNIST_FILES
from helpers.data.tables import CHURN, HEART, STAND_IN_LICENSE, bundled_table, real_table


def main(arguments=None):
    """The command line; the exit code is 1 if anything is wrong or could not be had, 130 if it was interrupted."""
    parser = argparse.ArgumentParser(prog="python -m helpers.data", description="The course's data: what is there.")
    fetching = parser.add_subparsers(dest="command").add_parser("fetch", help="download the real files, verified")
    fetching.add_argument("--to", default=str(places.REAL_FOLDER), metavar="FOLDER", help="default: data/real/")
    options = parser.parse_args(arguments)
    try:
        return show_fetch(options.to) if options.command == "fetch" else show_status()
    except DataError as error:
        print(error)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. What was fetched is whole; the same command again gets the rest.")
        return 130


def show_fetch(named):
    """Fetch the real files into the folder of that name and print how it went; return the exit code."""
    if not named.strip():  # an unset variable of the shell; Python would take it for the current folder
        mend = "write a path after --to (was it a variable that is not set?)"
        raise DataError("--to names no folder.", "a path", repr(named), mend)
    folder = Path.cwd() / expanded(named, "--to")
    failed = fetch(folder)
    print(f"Still missing: {', '.join(failed)}; see above." if failed else f"All real files are in {folder}")
    return 1 if failed else 0


def show_status():
    """Print what is there and what is wrong with it; return the exit code."""
    rows, errors = status()
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    for error in errors:
        print(error)
    return 1 if errors else 0


def status():
    """What is there, one row a data set and kind, and the errors that were met in looking."""
    folder, errors = real_folder("real"), []
    rows = [("data set", "kind", "state", "size", "license", "where")]

    def add(title, kind, license, where, paths, check, *arguments):
        there = kind == "stand-in" or any(map(is_there, paths))  # a stand-in belongs to the course: it must be there
        state = "not there"
        try:
            if there:
                check(*arguments)
                state = "verified"
        except DataError as error:
            state = "NOT USABLE"
            errors.append(error)
        size = sum(os.path.getsize(path) for path in paths if os.path.isfile(path))
        rows.append((title, kind, state, f"{size:,} bytes", license, str(where)))

    for spec in (HEART, CHURN):
        title = f"{spec.title}, {spec.rows:,} rows"
        bundled, real = places.BUNDLED_FOLDER / spec.bundled, folder / spec.real
        add(title, "stand-in", STAND_IN_LICENSE, bundled, [bundled], bundled_table, spec)
        add(title, "real", spec.license, real, [real], real_table, spec, folder)
    rows.append(("Digits, 1,797 images", "bundled", "installed", "-", "CC BY 4.0", "scikit-learn"))
    title = "MNIST, 70,000 images"
    paths = [place / name for place in (folder / "mnist", folder) for name in MNIST_FILES]
    where = next((path for path in paths if is_there(path)), paths[0]).parent
    add(title, "real, four files", "CC BY-SA 3.0", where, paths, verify_mnist, folder)
    try:
        built, where = ("built" if is_built() else "not built"), str(tfds_copy())
    except DataError as error:
        built, where = "NOT USABLE", "TFDS_DATA_DIR"
        errors.append(error)
    rows.append((title, "real, TFDS's copy", built, "-", "CC BY-SA 3.0", where))
    return rows, errors
