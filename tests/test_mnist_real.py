"""The recipe of lesson 05 on MNIST itself, by the lesson's own code: 98.3 % of 10,000 test images, three seeds.

The lesson runs from top to bottom on the real data (so all its asserts hold there too); one more cell then trains with
each seed, on 50,000 of the training images; the other 10,000 choose the epoch. It takes minutes, so it runs only where
COURSE_DATA asks for it:

    COURSE_DATA=FOLDER pytest -s -n 0 tests/test_mnist_real.py
"""

import json
import os
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from helpers.data import MNIST_FILES

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LAST_CELL = """
import json

def test_accuracy(seed):
    train_batches, model, optimizer = fresh_start(x_train, y_train, seed)
    train(model, optimizer, train_batches, val_batches, epochs=5)
    return run_epoch(make_test_step(model, test_metrics), test_batches, test_metrics)["accuracy"]

print(json.dumps([test_accuracy(seed) for seed in range(3)]), len(x_test))
"""


@pytest.mark.skipif(
    "COURSE_DATA_REAL" not in os.environ, reason="takes minutes; runs where COURSE_DATA names the real data"
)
def test_five_epochs_reach_98_3_percent(real_data, tmp_path, monkeypatch):
    folder = real_data / "mnist" if (real_data / "mnist").is_dir() else real_data
    if not all((folder / name).is_file() for name in MNIST_FILES):
        pytest.skip("the four files of MNIST are not here")
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    lesson = nbformat.read(NOTEBOOKS / "05_mnist_cnn.ipynb", as_version=4)
    lesson.cells.append(nbformat.v4.new_code_cell(LAST_CELL))
    NotebookClient(lesson, resources={"metadata": {"path": NOTEBOOKS}}, timeout=1200).execute()
    printed, rows = lesson.cells[-1].outputs[-1].text.rsplit(maxsplit=1)
    accuracies = json.loads(printed)
    assert int(rows) == 10_000
    print(f"test accuracy over three seeds: {np.round(accuracies, 4)}, mean {np.mean(accuracies):.4f}")
    assert np.mean(accuracies) >= 0.983
