"""Fixtures: for helpers/data a folder of its own, a stick with a real table, a server; for verdicts a shorter way."""

import http.server
import os
import queue
import threading

import pytest

from data_faults import GOOD, Handler, expect, put
from helpers import data
from helpers.data import places
from helpers.exercises import judging


@pytest.fixture
def nothing_replaced(monkeypatch):
    """Verdicts without the reference measured anew after each wrong answer: for answers that replace nothing in Keras.

    It would take half of the time; tests/test_verdicts.py proves it on answers that do.
    """
    monkeypatch.setattr(judging, "_poisoned", lambda exercise, expected: None)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """No test sees or touches the real files, the proxy, or what TFDS has built, of whoever runs it."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    # with this set, Windows' and macOS's own settings are not asked for a proxy either
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    monkeypatch.setattr(places, "REAL_FOLDER", tmp_path / "real")


@pytest.fixture
def real_heart(tmp_path, monkeypatch):
    """A folder with a heart.csv that passes for the real one (the stand-in with two patients swapped)."""
    lines = (places.BUNDLED_FOLDER / "heart.csv").read_bytes().replace(b"\r\n", b"\n").splitlines(keepends=True)
    content = b"".join([lines[0], lines[2], lines[1], *lines[3:]])
    expect(monkeypatch, "heart.csv", content)
    return put(tmp_path / "stick", "heart.csv", content)


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.released, server.sent = [], threading.Event(), queue.Queue()
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def from_server(server, monkeypatch):
    """Every real file is GOOD and comes from the server; from_server(name, path, ...) gives one other URLs."""

    def come_from(name, *paths):
        expect(monkeypatch, name, GOOD, *[path if "://" in path else f"{server.url}/{path}/{name}" for path in paths])

    for name in data.REAL_FILES:
        come_from(name, "good")
    return come_from
