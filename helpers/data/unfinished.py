"""A folder for what is not whole yet, and the removal of what killed processes left in theirs."""

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

import psutil


@contextlib.contextmanager
def unfinished(folder):
    """A new folder inside `folder`, on the same disk, so that what is whole can be moved out; gone afterwards.

    Raises OSError where none can be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remove_litter(folder)
    scratch = tempfile.mkdtemp(prefix=f".incomplete-{os.getpid()}-", dir=folder)
    try:
        yield Path(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def remove_litter(folder):
    """Remove what killed processes left in `folder`; what a living one still works on stays."""
    for path in folder.glob(".incomplete-*"):
        process = re.match(r"\.incomplete-(\d{1,9})-", path.name)
        if not (process and psutil.pid_exists(int(process[1]))):
            shutil.rmtree(path, ignore_errors=True)
