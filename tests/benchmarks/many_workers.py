"""Milliseconds of lesson 08's step by one, two and four worker processes, for networks and batches of several sizes.

One thread calculates in a worker, so that on a machine with two cores two workers have twice what one has, and four
have no more than two. The batch is the global one: two workers have half of its rows each.
"""

import json
import tempfile
from pathlib import Path

from helpers import workers

UNIT = "ms a step"
REPEAT = 15
TEAMS = (1, 2, 4)


def measure(repeat):
    """Return {"n workers, w weights, r rows": milliseconds of a step, one value a run}."""
    measured = {}
    for number in TEAMS:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "steps.json"
            workers.run(Path(__file__).with_name("worker_steps.py"), number, file, repeat, seconds=1200)
            for size, times in json.loads(file.read_text(encoding="utf-8")).items():
                weights, rows = size.split(", ")
                measured[f"{number} workers, {weights} weights, {rows} rows"] = times
    return measured
