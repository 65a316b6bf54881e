"""What the tests of helpers/data share: the lines that loaders print, files put in place, an error's four parts."""

import hashlib
import http.server
import time
from dataclasses import replace

import pytest

from helpers import data

HEART_LINE = "Heart failure: synthetic stand-in, 918 rows (data/heart.csv; not real patients).\n"
CHURN_LINE = "Telco churn: synthetic stand-in, 7,043 rows (data/churn.csv; not real customers).\n"
DIGITS_LINE = "Digits: bundled, 1,437 + 360 real handwritten digits, 8x8 resized to 28x28 (scikit-learn; not MNIST).\n"
MNIST_LINE = "Digits: MNIST itself, 60,000 + 10,000 images (LeCun, Cortes, Burges; CC BY-SA 3.0).\n"


def message(call, *arguments):
    """The text of the DataError that the call raises; it always has three parts."""
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


def wait_for(condition, child):
    deadline = time.monotonic() + 60
    while not condition():
        assert child.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


GOOD, OTHER = b"good bytes\n" * 20_000, b"other bytes\n" * 20_000


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves GOOD, or what the path says."""

    def do_GET(self):
        self.server.asked.append(self.path)
        if "/404/" in self.path:
            self.send_error(404)
            return
        body = OTHER if "/other/" in self.path else GOOD
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        half = "/half/" in self.path or "/stall/" in self.path
        self.wfile.write(body[: len(body) // 2] if half else body)
        self.wfile.flush()
        if "/stall/" in self.path:
            self.server.released.wait(60)

    def log_message(self, *arguments):
        pass
