"""The command line: what is there, and fetching what is not."""

import argparse
import socket
from pathlib import Path

from helpers.data import places
from helpers.data.digits import tfds_copy, verify_mnist
from helpers.data.download import fetch
from helpers.data.errors import DataError
from helpers.data.places import real_folder
from helpers.data.real_files import MNIST_FILES
from helpers.data.tables import CHURN, HEART, STAND_IN_LICENSE, bundled_table, real_table


def status():
    """What is there, one row a data set and kind, and the errors that were met in looking."""
    folder, errors = real_folder("real"), []
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
        title, bundled, real = (
            f"{spec.title}, {spec.rows:,} rows",
            places.BUNDLED_FOLDER / spec.bundled,
            folder / spec.real,
        )
        add(title, "stand-in", STAND_IN_LICENSE, bundled, [bundled], bundled_table, spec)
        add(title, "real", spec.license, real, [real], real_table, spec, folder)
    rows.append(("Digits, 1,797 images", "bundled", "installed", "-", "CC BY 4.0", "scikit-learn"))
    title = "MNIST, 70,000 images"
    paths = [place / name for place in (folder / "mnist", folder) for name in MNIST_FILES]
    where = next((path for path in paths if path.is_file()), paths[0]).parent
    add(title, "real, four files", "CC BY-SA 3.0", where, paths, verify_mnist, folder)
    state = "built" if tfds_copy().exists() else "not built"
    rows.append((title, "real, TFDS's copy", state, "-", "CC BY-SA 3.0", str(tfds_copy())))
    return rows, errors


def main(arguments=None):
    """The command line; the exit code is 1 if anything is wrong or could not be had."""
    parser = argparse.ArgumentParser(prog="python -m helpers.data", description="The course's data: what is there.")
    fetching = parser.add_subparsers(dest="command").add_parser("fetch", help="download the real files, verified")
    fetching.add_argument("--to", type=Path, default=places.REAL_FOLDER, metavar="FOLDER", help="default: data/real/")
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
