"""Seconds of each lesson from top to bottom on the bundled data, the start of its kernel included."""

from pathlib import Path
from time import perf_counter

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
UNIT = "seconds"
REPEAT = 3


def measure(repeat):
    """Return {lesson: its seconds, one value a run}."""
    paths = sorted(NOTEBOOKS.glob("[0-9][0-9]*_*.ipynb"))
    return {path.stem: [seconds_of(path) for _ in range(repeat)] for path in paths}


def seconds_of(path):
    notebook, folder = nbformat.read(path, as_version=4), {"metadata": {"path": path.parent}}
    start = perf_counter()
    # the limit is for a cell that hangs; none comes near it
    NotebookClient(notebook, kernel_name="python3", resources=folder, timeout=600).execute()
    return perf_counter() - start
