"""Lesson 07's script for TensorBoard: what it writes, where that is installed, and what it says where it is not."""

import functools
import re
import subprocess
import sys
from pathlib import Path

import keras
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


@functools.cache
def rows():
    return data.prepare_churn(data.load_churn())[0]


def batches_of(name, n_rows=700):
    return getattr(watch_training, name)(watch_training.make_read(rows()), n_rows)


@pytest.mark.parametrize("name", LOOPS)
def test_each_epoch_has_every_row_once_with_its_label(name):
    batches = batches_of(name)
    epochs = [list(batches.as_numpy_iterator()) for _ in range(2)]
    wanted = np.hstack([rows().features, rows().labels])[:700]
    for epoch in epochs:
        assert [len(labels) for _, labels in epoch] == [256, 256, 188]
        found = np.concatenate([np.hstack(batch) for batch in epoch])
        np.testing.assert_array_equal(found[np.lexsort(found.T)], wanted[np.lexsort(wanted.T)])
    assert not np.array_equal(epochs[0][0][0], epochs[1][0][0])


def test_both_loops_meet_the_same_batches():
    loops = [batches_of(name) for name in LOOPS]
    for _ in range(2):
        for batch, same in zip(*(batches.as_numpy_iterator() for batches in loops), strict=True):
            assert all(map(np.array_equal, batch, same))


def test_recorded_steps_are_named_as_the_clinic_names_them(tmp_path):
    steps = []
    watch_training.record(batches_of("batch_by_batch", 3000), lambda *batch: steps.append(batch), tmp_path)
    # one before the recording begins
    assert len(steps) == 1 + watch_training.STEPS_TO_RECORD
    (recorded,) = tmp_path.glob("plugins/profile/*/*.xplane.pb")
    clinic = nbformat.read(NOTEBOOKS / "clinics" / "07_make_it_fast.ipynb", as_version=4)
    (text,) = [cell.source for cell in clinic.cells if "watch_training" in cell.source]
    names = re.search(r"below each `([^`]+)` lie `([^`]+)` and `([^`]+)`", text).groups()
    assert all(name.encode() in recorded.read_bytes() for name in names)
    # by how its name begins, TensorBoard knows a step
    assert names[0].startswith("train")
    named = re.findall(r"notebooks/scripts/\S+", text)
    assert len(named) == 2 and all((ROOT / name).is_file() for name in named)


def run(folder, before=""):
    """Run the script as a learner does, in a process of its own that first does what `before` says."""
    script = f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    code = f"import runpy, sys\n{before}\nsys.argv[1:] = [{str(folder)!r}]\n{script}"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=600)


WITHOUT = "sys.modules['tensorboard'] = None"


def test_without_tensorboard_it_says_what_to_install_and_writes_nothing(tmp_path):
    done = run(tmp_path / "new", before=WITHOUT)
    assert done.returncode == 1 and "TensorBoard is missing" in done.stderr and "Traceback" not in done.stderr
    program, requirements = re.search(r'"(.+)" -m pip install -r "(.+)"', done.stderr).groups()
    assert Path(program) == Path(sys.executable) and Path(requirements).is_file()
    assert done.stdout == "" and not list(tmp_path.iterdir())


def test_without_tensorboard_the_callback_of_keras_ends_fit_after_a_batch(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard.summary.v2", None)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    batches = []
    counted = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: batches.append(batch))
    callbacks = [counted, keras.callbacks.TensorBoard(str(tmp_path))]
    with pytest.raises(Exception, match="TensorBoard is not installed") as caught:
        model.fit(np.ones((4, 2)), np.ones((4, 1)), batch_size=2, verbose=0, callbacks=callbacks)
    assert type(caught.value).__name__ == "TBNotInstalledError" and batches == [0]


def test_an_old_run_is_not_mixed_with_a_new_one(tmp_path, monkeypatch):
    monkeypatch.setattr(watch_training.importlib.util, "find_spec", lambda name: name)
    (tmp_path / "old").touch()
    with pytest.raises(SystemExit, match="is not empty"):
        watch_training.main(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_what_was_written_is_read_back(tmp_path):
    reading = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="no TensorBoard here (notebooks/scripts/requirements-tensorboard.txt)",
    )
    done = run(tmp_path / "watched")
    assert done.returncode == 0, done.stderr
    assert f'-m tensorboard.main --logdir "{tmp_path / "watched"}"' in done.stdout

    def losses(loop, part):
        found = reading.EventAccumulator(str(tmp_path / "watched" / loop / part)).Reload().Tensors("loss")
        assert [event.step for event in found] == list(range(watch_training.EPOCHS))
        return [float(tf.make_ndarray(event.tensor_proto)) for event in found]

    for part in ("training", "validation"):
        assert losses("row_by_row", part) == losses("batch_by_batch", part)
        assert losses("row_by_row", part)[0] > losses("row_by_row", part)[-1] > 0
    for loop in LOOPS:
        assert len(list((tmp_path / "watched" / loop).glob("plugins/profile/*/*.xplane.pb"))) == 1
