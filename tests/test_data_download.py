"""helpers/data/download.py: fetching the real files loses nothing, and says what went wrong."""

import functools
import os
import subprocess
import sys

import pytest

from data_faults import GOOD, files, put, wait_for
from helpers import data
from helpers.data import command, download, places

pytestmark = pytest.mark.usefixtures("elsewhere")


ALL = dict.fromkeys(data.REAL_FILES, GOOD)


def test_fetch_makes_the_folder_for_the_stick(from_server, server, tmp_path, capsys):
    assert command.main(["fetch", "--to", str(tmp_path / "new" / "stick")]) == 0
    assert files(tmp_path / "new" / "stick") == ALL
    assert {path.name for path in (tmp_path / "new" / "stick").iterdir()} == {
        "heart.csv",
        "Telco-Customer-Churn.csv",
        "mnist",
    }
    out, err = capsys.readouterr()
    assert out.count("downloaded, verified") == 6 and "220000/220000" in out  # Keras's progress bar
    server.asked.clear()
    assert command.main(["fetch", "--to", str(tmp_path / "new" / "stick")]) == 0
    assert server.asked == [] and capsys.readouterr().out.count("already there, verified") == 6


def test_fetch_goes_to_data_real_by_default(from_server, tmp_path):
    assert command.main(["fetch"]) == 0
    assert files(places.REAL_FOLDER) == ALL


REFUSED = "http://127.0.0.1:9/heart.csv"  # the discard port: nobody listens


@pytest.mark.parametrize(
    "path, found", [("half", "got only"), ("other", "corrupted"), ("404", "404"), (REFUSED, "refused")]
)
def test_a_download_that_fails_leaves_nothing_and_stops_nothing(path, found, from_server, tmp_path, capsys):
    from_server("heart.csv", path)
    assert command.main(["fetch", "--to", str(tmp_path / "stick")]) == 1
    out = capsys.readouterr().out
    assert files(tmp_path / "stick") == {name: GOOD for name in ALL if name != "heart.csv"}
    assert found in out and "Still missing: heart.csv;" in out
    # Kaggle wants a login: by hand is the other way
    page, target = data.REAL_FILES["heart.csv"].page, tmp_path / "stick" / "heart.csv"
    assert f"download {page} by hand and save it as {target}" in out
    assert not list((tmp_path / "stick").glob(".incomplete*"))


def test_the_second_copy_is_tried(from_server, tmp_path, server):
    from_server("heart.csv", "404", "good")
    assert download.fetch(tmp_path) == []
    assert server.asked[:2] == ["/404/heart.csv", "/good/heart.csv"]


def test_fetch_never_overwrites(from_server, tmp_path, capsys):
    put(tmp_path, "heart.csv", b"mine")
    assert command.main(["fetch", "--to", str(tmp_path)]) == 1
    assert files(tmp_path) == ALL | {"heart.csv": b"mine"}
    assert "heart.csv has changed" in (out := capsys.readouterr().out) and "move it away, then run:" in out


def test_a_fetch_that_is_killed_leaves_no_partial_file(from_server, server, tmp_path):
    from_server("heart.csv", "stall")
    file = data.REAL_FILES["heart.csv"]
    code = (
        "import pathlib, sys; from helpers import data; from helpers.data.download import fetch\n"
        "from helpers.data.real_files import RealFile\n"
        f"data.REAL_FILES['heart.csv'] = RealFile({file.sha256!r}, {file.size}, {file.urls!r}, '')\n"
        "fetch(pathlib.Path(sys.argv[1]))"
    )
    quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "stick")], **quiet)
    wait_for(lambda: [path for path in (tmp_path / "stick").glob(".incomplete-*/*") if path.stat().st_size], child)
    child.kill()
    child.wait()
    assert not (tmp_path / "stick" / "heart.csv").exists()
    from_server("heart.csv", "good")
    assert download.fetch(tmp_path / "stick") == []


def test_a_folder_that_cannot_be_written_to(from_server, tmp_path, monkeypatch, capsys):
    put(tmp_path, "file", b"")
    assert command.main(["fetch", "--to", str(tmp_path / "file")]) == 1
    assert command.main(["fetch", "--to", str(tmp_path / "file" / "stick")]) == 1
    monkeypatch.setattr(os, "replace", functools.partial(refuse, PermissionError(13, "Permission denied")))
    assert command.main(["fetch", "--to", str(tmp_path / "stick")]) == 1
    out = capsys.readouterr().out
    assert out.count("choose a folder that can be written to: python -m helpers.data fetch --to FOLDER") == 18
    assert out.count("Permission denied") == 6
    assert files(tmp_path / "stick") == {}


def refuse(error, *arguments):
    raise error


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="here everything may be written to")
def test_a_folder_with_write_permission_taken_away(from_server, tmp_path, capsys):
    (tmp_path / "stick").mkdir(mode=0o500)
    assert command.main(["fetch", "--to", str(tmp_path / "stick")]) == 1
    assert "Permission denied" in capsys.readouterr().out


def test_the_addresses_are_encrypted_and_all_files_have_one():
    for name, file in data.REAL_FILES.items():
        assert file.urls and all(url.startswith("https://") and url.endswith(name[-10:]) for url in file.urls)
        assert len(file.sha256) == 64
