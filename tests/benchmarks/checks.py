"""Seconds of each exercise's first check, at its slowest: a wrong answer, and nothing measured before.

A check measures the reference and the known mistakes once and remembers them, so each run is a process of its own. In
it every exercise is checked once.
"""

import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[2]
UNIT = "seconds"
REPEAT = 3


def measure(repeat):
    """Return {exercise: seconds of its first check, one value a run}."""
    runs = [in_fresh_process() for _ in range(repeat)]
    return {name: [run[name] for run in runs] for name in runs[0]}


def in_fresh_process():
    run = subprocess.run([sys.executable, __file__], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(run.stdout.splitlines()[-1])


def seconds_of_first_checks():
    """Return {exercise: seconds of its first check in this process}."""
    from helpers.exercises import all_exercises, verdict

    warm_up()
    seconds = {}
    for exercise in all_exercises().values():
        start = perf_counter()
        verdict(exercise, exercise.mistakes[-1].wrong)
        seconds[exercise.id] = perf_counter() - start
    return seconds


def warm_up():
    """Train something for a step, so that TensorFlow's own start does not count as the first exercise's."""
    import keras
    import numpy as np

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.zeros((1, 1)), np.zeros((1, 1)), verbose=0)


if __name__ == "__main__":
    print(json.dumps(seconds_of_first_checks()))
