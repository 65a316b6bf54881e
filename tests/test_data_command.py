"""helpers/data/command.py: what `python -m helpers.data` says, and that importing does nothing."""

import os
import subprocess
import sys

import pytest

from data_faults import put
from helpers.data import command, places

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_importing_starts_neither_tensorflow_nor_anything_slow():
    heavy = "{'tensorflow', 'tensorflow_datasets', 'keras', 'sklearn', 'scipy', 'matplotlib'}"
    code = f"import sys, helpers.data; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("[]\n", "")


def test_status(real_heart, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    assert command.main([]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 8 and rows[0].split() == ["data", "set", "kind", "state", "size", "license", "where"]
    assert rows[2].split()[-1] == str(real_heart) and "verified" in rows[2] and "ODbL 1.0" in rows[2]
    assert "not there" in rows[4] and "verified" in rows[3] and "not built" in rows[7]


def test_status_tells_what_is_damaged(real_heart, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    put(real_heart.parent / "mnist", "t10k-labels-idx1-ubyte.gz", b"1")
    real_heart.write_bytes(b"1")
    assert command.main([]) == 1
    out = capsys.readouterr().out
    assert out.count("NOT USABLE") == 2 and "heart.csv has changed" in out and "MNIST in" in out


def test_status_tells_when_a_stand_in_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(places, "BUNDLED_FOLDER", tmp_path)
    assert command.main([]) == 1
    out = capsys.readouterr().out
    assert out.count("NOT USABLE") == 2 and out.count("run: python data/make_data.py") == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows lets any user have a home")
def test_status_tells_when_tfds_has_no_folder(monkeypatch, capsys):
    monkeypatch.setenv("TFDS_DATA_DIR", "~nosuchuser/x")
    assert command.main([]) == 1
    rows = capsys.readouterr().out.splitlines()
    assert "NOT USABLE" in rows[7] and rows[8] == "TFDS_DATA_DIR names no folder."


@pytest.mark.parametrize("arguments", [[], ["fetch"]])
def test_data_real_is_a_file(arguments, capsys):
    places.REAL_FOLDER.touch()
    assert command.main(arguments) == 1
    out = capsys.readouterr().out
    assert f"to mend:  move {places.REAL_FOLDER} away" in out and out.count("to mend:") == 1


@pytest.mark.parametrize("name", ["typo", "fär-away"])
def test_the_command_line_says_what_is_wrong_without_a_traceback(name, tmp_path):
    environment = os.environ | {"COURSE_DATA": str(tmp_path / name), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "helpers.data"]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert run.returncode == 1 and run.stderr == ""
    assert run.stdout.startswith("COURSE_DATA names no real data.\n  expected: ")
