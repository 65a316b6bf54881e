"""helpers/data/download.py: fetching the real files loses nothing, and says what went wrong."""

import errno
import functools
import os
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import pytest

from data_faults import ENDLESS, GOOD, SAFETY_NET, files, put, refuse, wait_for
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
    assert out.count("downloaded, verified") == 6
    assert err == ""  # a progress bar is for a terminal only
    server.asked.clear()
    assert command.main(["fetch", "--to", str(tmp_path / "new" / "stick")]) == 0
    assert server.asked == [] and capsys.readouterr().out.count("already there, verified") == 6


def test_fetch_goes_to_data_real_by_default(from_server, tmp_path):
    assert command.main(["fetch"]) == 0
    assert files(places.REAL_FOLDER) == ALL


REFUSED = "http://127.0.0.1:9/heart.csv"  # the discard port: nobody listens


TRY_AGAIN, LATER = "with a network, try again; or download", "try again later; or download"


@pytest.mark.parametrize(
    "path, found, mend",
    [
        ("half", "a file cut short, 110,000 bytes", TRY_AGAIN),
        ("other", "another file, sha256", "download"),
        ("portal", "a web page", "log in to the network"),
        ("endless", "a longer file, left after 220,001 bytes", "download"),
        ("404", "404", "download"),
        ("503", "503", LATER),
        (REFUSED, "refused", TRY_AGAIN),
    ],
)
def test_a_download_that_fails_leaves_nothing_and_stops_nothing(path, found, mend, from_server, tmp_path, capsys):
    from_server("heart.csv", path)
    assert command.main(["fetch", "--to", str(tmp_path / "stick")]) == 1
    out = capsys.readouterr().out
    assert files(tmp_path / "stick") == {name: GOOD for name in ALL if name != "heart.csv"}
    assert found in out and f"to mend:  {mend}" in out and "Still missing: heart.csv;" in out
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


def test_an_endless_body_is_left_at_once(from_server, server, tmp_path):
    from_server("heart.csv", "endless")
    assert download.fetch(tmp_path) == ["heart.csv"]
    assert server.sent.get(timeout=SAFETY_NET) < ENDLESS  # the server could not get rid of all of it


def test_a_fetch_that_is_killed_leaves_no_partial_file_and_the_next_no_litter(from_server, server, tmp_path):
    from_server("heart.csv", "stall")
    file, stick = data.REAL_FILES["heart.csv"], tmp_path / "stick"
    code = (
        "import pathlib, sys\n"
        "from helpers.data.download import fetch\n"
        "from helpers.data.real_files import REAL_FILES, RealFile\n"
        f"REAL_FILES['heart.csv'] = RealFile({file.sha256!r}, {file.size}, {file.urls!r}, '')\n"
        "fetch(pathlib.Path(sys.argv[1]))"
    )
    quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    child = subprocess.Popen([sys.executable, "-c", code, str(stick)], **quiet)
    wait_for(lambda: server.asked, child)
    alive = list(stick.iterdir())
    assert alive and not (stick / "heart.csv").exists()
    from_server("heart.csv", "good")
    assert download.fetch(stick) == []
    assert all(path.exists() for path in alive)  # another process may still work on it
    child.kill()
    child.wait()
    assert download.fetch(stick) == []
    assert files(stick) == ALL and not list(stick.glob(".incomplete*"))


def test_litter_of_the_first_edition_is_removed(from_server, tmp_path):
    put(tmp_path, ".incomplete-k3b_9xqz/heart.csv", b"half")  # its name tells no process
    assert download.fetch(tmp_path) == []
    assert files(tmp_path) == ALL


def test_an_interrupted_fetch_keeps_what_is_whole(from_server, tmp_path, monkeypatch, capsys):
    receive, asked = download.receive, []

    def receive_two(name, target):
        asked.append(name)
        return receive(name, target) if len(asked) <= 2 else refuse(KeyboardInterrupt())

    monkeypatch.setattr(download, "receive", receive_two)
    assert command.main(["fetch", "--to", str(tmp_path)]) == 130
    assert files(tmp_path) == dict.fromkeys(asked[:2], GOOD) and not list(tmp_path.glob(".incomplete*"))
    assert "the same command again gets the rest" in capsys.readouterr().out


# the proxy


def test_a_proxy_is_honored(from_server, server, tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url)
    from_server("heart.csv", "http://data.invalid/good/heart.csv")
    assert download.fetch(tmp_path) == []
    assert server.asked[0] == "http://data.invalid/good/heart.csv"


@pytest.mark.parametrize("proxy", ["http://me:secret@127.0.0.1:9", "socks5://127.0.0.1:9"])
def test_a_proxy_that_is_dead_is_named_without_its_password(proxy, from_server, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("http_proxy", proxy)
    from_server("heart.csv", "http://data.invalid/good/heart.csv")
    assert command.main(["fetch", "--to", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    mend = out.split("to mend:")[1]
    assert "proxy" in mend and proxy.rpartition("@")[2] in mend and "http_proxy" in mend
    assert "with a network" not in mend and "secret" not in out


@pytest.mark.parametrize("code, blamed", [(407, True), (403, True), (404, False)])
def test_an_answer_that_the_proxy_may_have_given(code, blamed, from_server, server, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("http_proxy", server.url)
    from_server("heart.csv", f"http://data.invalid/{code}/heart.csv")
    assert download.fetch(tmp_path) == ["heart.csv"]
    assert ("correct or switch off the proxy" in capsys.readouterr().out) == blamed


def test_a_certificate_that_is_not_trusted(from_server, tmp_path, monkeypatch, capsys):
    error = urllib.error.URLError(ssl.SSLCertVerificationError("certificate verify failed"))
    monkeypatch.setattr(urllib.request.OpenerDirector, "open", functools.partial(refuse, error))
    assert len(download.fetch(tmp_path)) == 6
    out = capsys.readouterr().out
    assert "certificate verify failed" in out and "clock" in out and "with a network" not in out


# the folder


@pytest.mark.parametrize("below", ["", "stick"])
def test_a_file_where_the_folder_belongs(below, from_server, server, tmp_path, capsys):
    path = put(tmp_path, "file", b"")
    assert command.main(["fetch", "--to", str(path / below)]) == 1
    out = capsys.readouterr().out
    assert out.count("to mend:") == 1 and f"to mend:  move {path} away (a folder belongs there), or choose" in out
    assert server.asked == []


@pytest.mark.parametrize(
    "code, words, mend",
    [
        (errno.ENOSPC, "No space left", "make room on the disk of"),
        (errno.EACCES, "Permission denied", "choose a folder that can be written to: python -m helpers.data fetch"),
        (errno.EROFS, "Read-only", "choose a folder that can be written to: python -m helpers.data fetch"),
    ],
)
@pytest.mark.parametrize("step", ["mkdtemp", "replace"])
def test_a_disk_that_takes_nothing(code, words, mend, step, from_server, tmp_path, monkeypatch, capsys):
    refused = functools.partial(refuse, OSError(code, words))
    monkeypatch.setattr(*((tempfile, "mkdtemp") if step == "mkdtemp" else (os, "replace")), refused)
    assert command.main(["fetch", "--to", str(tmp_path / "stick")]) == 1
    out = capsys.readouterr().out
    errors = 1 if step == "mkdtemp" else 6
    assert out.count(words) == out.count(f"to mend:  {mend}") == errors and "with a network" not in out
    assert list(tmp_path.rglob("*.csv")) == []


def test_a_folder_where_a_file_belongs(from_server, tmp_path, capsys):
    (tmp_path / "heart.csv").mkdir()
    assert command.main(["fetch", "--to", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "found:    a folder\n  to mend:  move it away, then run: python -m helpers.data fetch" in out
    assert files(tmp_path) == {name: GOOD for name in ALL if name != "heart.csv"}


def test_a_file_where_mnists_folder_belongs(from_server, tmp_path, capsys):
    put(tmp_path, "mnist", b"")
    assert command.main(["fetch", "--to", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert out.count(f"move {tmp_path / 'mnist'} away (a folder belongs there)") == 4
    assert files(tmp_path) == {"heart.csv": GOOD, "Telco-Customer-Churn.csv": GOOD, "mnist": b""}


no_such_user = pytest.param(
    "~nosuchuser/stick", marks=pytest.mark.skipif(os.name == "nt", reason="Windows lets any user have a home")
)


@pytest.mark.parametrize("named", ["", " ", no_such_user, "x" * 5_000])
def test_a_name_that_is_no_folder(named, from_server, server, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert command.main(["fetch", "--to", named]) == 1
    out = capsys.readouterr().out
    assert "to mend:" in out and len(out) < 1_000
    assert files(tmp_path) == {} and server.asked == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="here everything may be written to")
def test_a_folder_with_write_permission_taken_away(from_server, tmp_path, capsys):
    (tmp_path / "stick").mkdir(mode=0o500)
    assert command.main(["fetch", "--to", str(tmp_path / "stick")]) == 1
    assert "Permission denied" in capsys.readouterr().out


def test_the_addresses_are_encrypted_and_all_files_have_one():
    for name, file in data.REAL_FILES.items():
        assert file.urls and all(url.startswith("https://") and url.endswith(name[-10:]) for url in file.urls)
        assert len(file.sha256) == 64
