"""Megabytes that training adds at its highest, on a million rows of 20 columns (80 MB), for one epoch.

Each run is a process of its own. What the process holds is looked at every few milliseconds, and what it held with the
rows and TensorFlow, before training began, is taken off.
"""

import subprocess
import sys
import threading
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
UNIT = "MB"
REPEAT = 3
FORMS = ["train, arrays", "train, dataset", "fit, arrays", "fit, arrays, 32 steps a call"]


def measure(repeat):
    """Return {form: megabytes, one value a run}."""
    return {form: [in_fresh_process(form) for _ in range(repeat)] for form in FORMS}


def in_fresh_process(form):
    run = subprocess.run([sys.executable, __file__, form], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return float(run.stdout.splitlines()[-1])


def megabytes_at_the_highest(run):
    """Return by how much this process grows while `run` runs."""
    process, ended = psutil.Process(), threading.Event()
    before = highest = process.memory_info().rss

    def watch():
        nonlocal highest
        while not ended.wait(0.005):
            highest = max(highest, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    run()
    ended.set()
    watcher.join()
    return (highest - before) / 1e6


if __name__ == "__main__":
    import networks
    import train_and_fit

    run = train_and_fit.forms_of(network := networks.million())[sys.argv[1]]
    # TensorFlow's own start, and what recording a graph takes, are no matter of the rows
    run(networks.million(rows=1000), 1)
    print(megabytes_at_the_highest(lambda: run(network, 1)))
