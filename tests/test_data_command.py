"""helpers/data/command.py: what `python -m helpers.data` says, and that importing does nothing."""

import os
import subprocess
import sys

import pytest

from data_faults import put
from helpers.data import command

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


def test_the_command_line_says_what_is_wrong_without_a_traceback(tmp_path):
    environment = os.environ | {"COURSE_DATA": str(tmp_path / "typo")}
    command = [sys.executable, "-m", "helpers.data"]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert run.returncode == 1 and run.stderr == ""
    assert run.stdout.startswith("COURSE_DATA names no real data.\n  expected: ")
