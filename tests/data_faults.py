"""What the tests of helpers/data share: the lines that loaders print, files put in place, an error's four parts."""

import contextlib
import hashlib
import http.server
import time
import urllib.parse
from dataclasses import replace

import pytest

from helpers import data

HEART_LINE = "Heart failure: synthetic stand-in, 918 rows (data/heart.csv; not real patients).\n"
CHURN_LINE = "Telco churn: synthetic stand-in, 7,043 rows (data/churn.csv; not real customers).\n"
DIGITS_LINE = "Digits: bundled, 1,437 + 360 real handwritten digits, 8x8 resized to 28x28 (scikit-learn; not MNIST).\n"
MNIST_LINE = "Digits: MNIST itself, 60,000 + 10,000 images (LeCun, Cortes, Burges; CC BY-SA 3.0).\n"


def message(call, *arguments):
    """The text of the DataError that the call raises: what is wrong, and three labeled parts."""
    with pytest.raises(data.DataError) as caught:
        call(*arguments)
    text = str(caught.value)
    assert [line.split(":")[0] for line in text.splitlines() if line.startswith("  ") and line[2] != " "] == [
        "  expected",
        "  found",
        "  to mend",
    ]
    return text


def put(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def expect(monkeypatch, name, content, *urls):
    """From now on the real file of that name is the one with this content."""
    file = replace(data.REAL_FILES[name], sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    monkeypatch.setitem(data.REAL_FILES, name, replace(file, urls=urls or file.urls))


SAFETY_NET = 600  # seconds; nothing that works comes near it, on the slowest machine


def wait_for(condition, child):
    """Wait until the condition holds; the child process must not end before."""
    deadline = time.monotonic() + SAFETY_NET
    while not condition():
        assert child.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)


def refuse(error, *arguments, **options):
    """What a test puts in the place of a function that should fail."""
    raise error


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


GOOD = b"good bytes\n" * 20_000
BODIES = {
    "other": GOOD.replace(b"good", b"evil"),
    "portal": b"<!doctype html><title>Please log in</title>",
    "half": GOOD[: len(GOOD) // 2],
    "stall": GOOD[: len(GOOD) // 2],
}
ENDLESS = 200_000_000  # bytes; the largest real file has 10 million


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves GOOD, or what the first folder of the path says; as a proxy too."""

    def do_GET(self):
        self.server.asked.append(self.path)
        wanted = urllib.parse.urlsplit(self.path).path.split("/")[1]
        if wanted.isdigit():
            self.send_error(int(wanted))
            return
        self.send_response(200)
        if wanted == "endless":
            self.end_headers()
            self.send_until_nobody_reads()
            return
        self.send_header("Content-Length", str(len(BODIES["portal"] if wanted == "portal" else GOOD)))
        self.end_headers()
        self.wfile.write(BODIES.get(wanted, GOOD))
        self.wfile.flush()
        if wanted == "stall":
            self.server.released.wait(SAFETY_NET)

    def send_until_nobody_reads(self):
        sent = 0
        with contextlib.suppress(OSError):
            while sent < ENDLESS:
                sent += self.wfile.write(bytes(100_000))
        self.server.sent.put(sent)

    def log_message(self, *arguments):
        pass
