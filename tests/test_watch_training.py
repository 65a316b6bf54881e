"""Lesson 07's script for TensorBoard: what it writes, where TensorBoard is installed, and what it says where it is not."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import tensorflow as tf

from helpers import data
from notebook_reading import NOTEBOOKS, ROOT

SCRIPT = NOTEBOOKS / "scripts" / "watch_training.py"
sys.path.insert(0, str(SCRIPT.parent))

import watch_training  # noqa: E402

LOOPS = ["row_by_row", "batch_by_batch"]


def few_rows(n_rows=70):
    rows = data.prepare_churn(data.load_churn())[0]
    return data.prepared.Part(rows.table[:n_rows], rows.features[:n_rows], rows.labels[:n_rows])


@pytest.mark.parametrize("name", LOOPS)
def test_each_epoch_has_every_row_once_with_its_label(name):
    rows = few_rows()
    batches = getattr(watch_training, name)(watch_training.make_read(rows), len(rows.labels))
    epochs = [list(batches.as_numpy_iterator()) for _ in range(2)]
    for epoch in epochs:
        assert [len(labels) for _, labels in epoch] == [32, 32, 6]
        found = np.concatenate([np.hstack(batch) for batch in epoch])
        wanted = np.hstack([rows.features, rows.labels])
        # what went through text is the same to the last bit
        np.testing.assert_array_equal(found[np.lexsort(found.T)], wanted[np.lexsort(wanted.T)])
    assert not np.array_equal(epochs[0][0][0], epochs[1][0][0])


def test_both_loops_meet_the_same_batches():
    rows = few_rows()
    one, other = (getattr(watch_training, name)(watch_training.make_read(rows), 70) for name in LOOPS)
    for epoch in range(2):
        for batch, same in zip(one.as_numpy_iterator(), other.as_numpy_iterator(), strict=True):
            assert all(map(np.array_equal, batch, same)), f"epoch {epoch}"


def run(folder, code=""):
    start = f"import runpy, sys; {code}; sys.argv[1:] = [{str(folder)!r}]; runpy.run_path({str(SCRIPT)!r}, None, '__main__')"
    return subprocess.run([sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True, timeout=600)


def test_without_tensorboard_it_says_what_to_install_and_writes_nothing(tmp_path):
    done = run(tmp_path / "new", "sys.modules['tensorboard'] = None")
    said = [line for line in done.stderr.splitlines() if "requirements-tensorboard" in line or "is missing" in line]
    assert done.returncode == 1 and len(said) == 2 and "Traceback" not in done.stderr
    assert Path(re.search(r'-r "(.+)"', said[1])[1]).is_file()
    assert done.stdout == "" and not list(tmp_path.iterdir())
