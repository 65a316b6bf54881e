"""Fetching the real files into a folder, verified."""

import os
import tempfile

from helpers.data.errors import DataError
from helpers.data.reading import verified
from helpers.data.real_files import REAL_FILES


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
        verified(target, name, folder)
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
