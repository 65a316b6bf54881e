"""Seconds of each import, measured inside a fresh process: what somebody waits for who runs a first cell."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNIT = "seconds"
REPEAT = 5
MODULES = ["tensorflow", "helpers.data", "helpers.plots", "helpers.training", "helpers.exercises"]
CODE = """
from time import perf_counter
start = perf_counter()
import {module}
print(perf_counter() - start)
"""


def measure(repeat):
    """Return {module: its seconds, one value a run}."""
    return {module: [seconds_of(module) for _ in range(repeat)] for module in MODULES}


def seconds_of(module):
    command = [sys.executable, "-c", CODE.format(module=module)]
    run = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return float(run.stdout.splitlines()[-1])
