"""helpers/data.py: what the loaders promise, which they choose, and that every failure is clear and loses nothing."""

import contextlib
import functools
import gzip
import hashlib
import http.server
import io
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pandas as pd
import pytest

from helpers import data

HEART_LINE = "Heart failure: synthetic stand-in, 918 rows (data/heart.csv; not real patients).\n"
CHURN_LINE = "Telco churn: synthetic stand-in, 7,043 rows (data/churn.csv; not real customers).\n"
DIGITS_LINE = "Digits: bundled, 1,437 + 360 real handwritten digits, 8x8 resized to 28x28 (scikit-learn; not MNIST).\n"
MNIST_LINE = "Digits: MNIST itself, 60,000 + 10,000 images (LeCun, Cortes, Burges; CC BY-SA 3.0).\n"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No test sees or touches the real files, or what TFDS has built, of whoever runs it."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    monkeypatch.setattr(data, "REAL_FOLDER", tmp_path / "real")


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


# what the loaders give


def test_importing_starts_neither_tensorflow_nor_anything_slow():
    heavy = "{'tensorflow', 'tensorflow_datasets', 'keras', 'sklearn', 'scipy', 'matplotlib'}"
    code = f"import sys, helpers.data; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("[]\n", "")


def test_heart_bundled(capsys):
    heart = data.load_heart("bundled")
    assert capsys.readouterr() == (HEART_LINE, "")
    assert dict(heart.frame.dtypes.astype(str)) == data.HEART.columns
    assert list(heart.frame.columns) == list(data.HEART.columns) and len(heart.frame) == 918
    assert "synthetic stand-in" in heart.source and heart.license
    with pytest.raises(FrozenInstanceError):
        heart.frame = None


def test_churn_bundled_keeps_the_quirks(capsys):
    churn = data.load_churn("bundled")
    assert capsys.readouterr() == (CHURN_LINE, "")
    assert dict(churn.frame.dtypes.astype(str)) == data.CHURN.columns and len(churn.frame) == 7_043
    blank = churn.frame[churn.frame.TotalCharges == " "]
    assert len(blank) == 11 and (blank.tenure == 0).all()
    assert (churn.frame.OnlineSecurity == "No internet service").any()


def test_digits_bundled(capsys):
    digits = data.load_mnist("bundled")
    assert capsys.readouterr() == (DIGITS_LINE, "")
    for images, labels, n in [
        (digits.train_images, digits.train_labels, 1_437),
        (digits.test_images, digits.test_labels, 360),
    ]:
        assert images.shape == (n, 28, 28, 1) and images.dtype == np.uint8
        assert labels.shape == (n,) and labels.dtype == np.int64
        assert np.bincount(labels) / n == pytest.approx(np.full(10, 0.1), abs=0.005)  # stratified
    assert (digits.train_images.min(), digits.train_images.max()) == (0, 255)
    # the book's numbers stand on these very bytes
    for part, start in [(digits.train_images, "25a15c5a241cf6a2"), (digits.test_images, "700d59bdd9bdc269")]:
        assert hashlib.sha256(part.tobytes()).hexdigest().startswith(start)
    assert digits.test_labels[:10].tolist() == [7, 6, 3, 7, 7, 3, 2, 8, 9, 3]


def test_digits_bundled_are_exact_integers_rounded_half_up():
    """The same resizing in whole numbers: no machine's floating point can round a pixel another way."""
    from sklearn.datasets import load_digits

    weights = np.zeros((28, 8), dtype=int)  # in fourteenths
    for i in range(28):
        left, right = np.divmod(4 * i - 5, 14)
        weights[i, max(left, 0)] += 14 - right
        weights[i, min(left + 1, 7)] += right
    exact = weights @ load_digits().images.astype(int) @ weights.T  # in 14 * 14 * 16ths of full ink
    expected = (2 * 255 * exact + 3136) // (2 * 3136)
    digits = data.load_mnist("bundled")
    got = np.concatenate([digits.train_images, digits.test_images])[..., 0]
    assert sorted(map(bytes, got)) == sorted(map(bytes, expected.astype("uint8")))


# which data are chosen


def test_auto_takes_the_stand_ins_where_no_real_file_is(capsys):
    for load in (data.load_heart, data.load_churn, data.load_mnist):
        load()
    assert capsys.readouterr().out == HEART_LINE + CHURN_LINE + DIGITS_LINE


@pytest.fixture
def real_heart(tmp_path, monkeypatch):
    """A folder with a heart.csv that passes for the real one (the stand-in with two patients swapped)."""
    lines = (data.BUNDLED_FOLDER / "heart.csv").read_bytes().replace(b"\r\n", b"\n").splitlines(keepends=True)
    content = b"".join([lines[0], lines[2], lines[1], *lines[3:]])
    expect(monkeypatch, "heart.csv", content)
    return put(tmp_path / "stick", "heart.csv", content)


@pytest.mark.parametrize("source", ["auto", "real"])
def test_course_data_names_the_folder(source, real_heart, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    heart = data.load_heart(source)
    assert capsys.readouterr().out == (
        "Heart failure: the real table, 918 rows (Kaggle, fedesoriano 2021; ODbL 1.0).\n"
    )
    assert heart.license == "ODbL 1.0"
    pd.testing.assert_frame_equal(heart.frame, pd.read_csv(real_heart))
    assert data.load_heart("bundled").source.startswith("synthetic")


def test_without_course_data_the_repositorys_own_folder_is_taken(real_heart, monkeypatch):
    monkeypatch.setattr(data, "REAL_FOLDER", real_heart.parent)
    assert "real table" in data.load_heart().source
    monkeypatch.setenv("COURSE_DATA", "bundled")
    assert "stand-in" in data.load_heart().source
    assert "real table" in data.load_heart("real").source  # an explicit wish is stronger


def test_a_relative_course_data_counts_from_the_repository(real_heart, tmp_path, monkeypatch):
    monkeypatch.setattr(data, "ROOT", tmp_path)
    monkeypatch.setenv("COURSE_DATA", "stick")
    assert "real table" in data.load_heart().source


def test_a_folder_with_some_of_the_files(real_heart, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    data.load_churn()
    data.load_mnist()
    assert capsys.readouterr().out == CHURN_LINE + DIGITS_LINE
    text = message(data.load_churn, "real")
    assert str(real_heart.parent / "Telco-Customer-Churn.csv") in text
    assert f'run: python -m helpers.data fetch --to "{real_heart.parent}"' in text


@pytest.mark.parametrize("load", [data.load_heart, data.load_churn, data.load_mnist])
@pytest.mark.parametrize("named", ["missing", "file", "empty"])
def test_course_data_naming_nothing_never_gives_stand_ins(load, named, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / named))
    for source in ("auto", "real"):
        text = message(load, source)
        assert "COURSE_DATA" in text and str(tmp_path / named) in text
    assert capsys.readouterr().out == ""
    load("bundled")


@pytest.mark.parametrize("load", [data.load_heart, data.load_churn, data.load_mnist])
def test_unknown_source(load):
    text = message(load, "synthetic")
    assert '"auto", "bundled" or "real"' in text and "'synthetic'" in text


# tables that are not what they should be


def test_a_missing_real_file():
    text = message(data.load_heart, "real")
    assert str(data.REAL_FOLDER / "heart.csv") in text and text.endswith("run: python -m helpers.data fetch")


@pytest.mark.parametrize(
    "damage, found",
    [
        (lambda content: content[:1000], "1,000 bytes (cut short)"),
        (lambda content: content + b"\n", "bytes"),
        (lambda content: content.replace(b"\n", b"\r\n"), "Windows line endings"),
    ],
)
@pytest.mark.parametrize("source", ["auto", "real"])
def test_a_real_file_with_a_wrong_hash(damage, found, source, real_heart, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    real_heart.write_bytes(damage(real_heart.read_bytes()))
    text = message(data.load_heart, source)
    assert data.REAL_FILES["heart.csv"].sha256 in text and found in text.split("found:")[1]
    assert hashlib.sha256(real_heart.read_bytes()).hexdigest() in text
    assert "move it away, then run: python -m helpers.data fetch" in text


def edit(old, new):
    return lambda text: text.replace(old, new, 1)


@pytest.mark.parametrize(
    "damage, expected",
    [
        (lambda text: "".join(text.splitlines(keepends=True)[:500]), ["918 rows", "499 rows"]),
        (lambda text: "", ["not a table", "No columns"]),
        (edit("Cholesterol", "Chol"), ["missing: ['Cholesterol']", "extra: ['Chol']"]),
        (lambda text: text.replace("\n", ",1\n").replace("HeartDisease,1", "HeartDisease,Extra"), ["extra: ['Extra']"]),
        (edit("Age,Sex", "Sex,Age"), ["found:    Sex, Age"]),
        (edit("\n", "\nforty,"), ["not a table", "line 2"]),
        (lambda text: text.rstrip("\n") + ",1\n", ["not a table", "line 919"]),
    ],
)
def test_a_damaged_bundled_table(damage, expected, tmp_path, monkeypatch):
    text = (data.BUNDLED_FOLDER / "heart.csv").read_text(encoding="utf-8")
    monkeypatch.setattr(data, "BUNDLED_FOLDER", tmp_path)
    put(tmp_path, "heart.csv", damage(text).encode())
    told = message(data.load_heart, "bundled")
    assert all(part in told for part in expected), told
    assert "python data/make_data.py" in told


@pytest.mark.parametrize(
    "column, row, value, found",
    [
        ("Age", 3, "forty", "'forty' in line 5, 0 more"),
        ("Age", 3, "40.5", "in line 5"),
        ("Age", 0, "", "in line 2"),
        ("Oldpeak", 917, "inf", "in line 919"),
        ("Sex", 917, "", "nan in line 919"),
        ("Sex", None, "1", "Sex: int64"),
        ("Age", None, "40.0", "Age: float64"),
    ],
)
def test_unreadable_values(column, row, value, found, tmp_path, monkeypatch):
    frame = pd.read_csv(data.BUNDLED_FOLDER / "heart.csv", dtype="str", keep_default_na=False)
    frame.loc[slice(None) if row is None else row, column] = value
    monkeypatch.setattr(data, "BUNDLED_FOLDER", tmp_path)
    frame.to_csv(tmp_path / "heart.csv", index=False)
    text = message(data.load_heart, "bundled")
    assert f"expected: {column}: {data.HEART.columns[column]}" in text and found in text


def test_a_missing_and_an_undecodable_bundled_table(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "BUNDLED_FOLDER", tmp_path)
    assert str(tmp_path / "churn.csv") in message(data.load_churn, "bundled")
    put(tmp_path, "churn.csv", b"customerID,\xff\xfe\n")
    assert "not a table" in message(data.load_churn, "bundled")


# MNIST


def test_mnist_with_a_file_missing(tmp_path, monkeypatch):
    for name in list(data.MNIST_FILES)[:3]:
        put(tmp_path / "stick" / "mnist", name, b"")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "stick"))
    for source in ("auto", "real"):
        text = message(data.load_mnist, source)
        assert "incomplete" in text and "t10k-labels" in text.split("expected")[1].split("found")[0]
        assert "t10k-labels" not in text.split("found")[1]


@pytest.mark.parametrize("layout", ["mnist", "."])
def test_mnist_with_truncated_files(layout, tmp_path, monkeypatch):
    for name in data.MNIST_FILES:
        put(tmp_path / "stick" / layout, name, gzip.compress(b"\0" * 16)[:10])
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "stick"))
    for source in ("auto", "real"):
        text = message(data.load_mnist, source)
        assert "train-images-idx3-ubyte.gz has changed" in text and "10 bytes (cut short)" in text
    assert not (tmp_path / "tfds").exists()


def test_mnist_without_files_and_network_fails_soon(monkeypatch):
    for name, file in data.MNIST_FILES.items():
        monkeypatch.setitem(data.MNIST_FILES, name, replace(file, urls=("http://127.0.0.1:9/" + name,)))
    start = time.monotonic()
    text = message(data.load_mnist, "real")
    assert time.monotonic() - start < 20  # TFDS by itself: minutes
    assert "refused" in text and "with a network, run: python -m helpers.data fetch" in text


@pytest.fixture(scope="module")
def built(real_data, tmp_path_factory):
    """TFDS's folder with MNIST, built from the four files."""
    folder = tmp_path_factory.mktemp("built")
    before = sorted(real_data.rglob("*"))
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as printed:
        patch.setenv("COURSE_DATA", str(real_data))
        patch.setenv("TFDS_DATA_DIR", str(folder))
        digits = data.load_mnist("real")
    assert printed.getvalue() == MNIST_LINE
    assert sorted(real_data.rglob("*")) == before  # it may be read-only
    assert [path.name for path in (folder / "mnist").iterdir()] == ["3.0.1"]
    return folder, digits


def test_mnist_from_the_four_files_is_mnist(built, real_data):
    digits = built[1]
    for part, images, labels in [
        ("train", digits.train_images, digits.train_labels),
        ("t10k", digits.test_images, digits.test_labels),
    ]:
        assert images.dtype == np.uint8 and labels.dtype == np.int64
        pixels = gzip.decompress((real_data / "mnist" / f"{part}-images-idx3-ubyte.gz").read_bytes())[16:]
        truth = gzip.decompress((real_data / "mnist" / f"{part}-labels-idx1-ubyte.gz").read_bytes())[8:]
        expected = np.frombuffer(pixels, "uint8").reshape(-1, 28, 28, 1)
        assert images.shape == expected.shape
        # TFDS keeps another order
        pairs = sorted(zip(map(bytes, images), labels.tolist()))
        assert pairs == sorted(zip(map(bytes, expected), truth))
    assert "MNIST itself" in digits.source


def test_mnist_once_built_needs_no_files_and_says_nothing(built, monkeypatch, capsys):
    monkeypatch.setenv("TFDS_DATA_DIR", str(built[0]))
    again = data.load_mnist()
    assert capsys.readouterr() == (MNIST_LINE, "")
    np.testing.assert_array_equal(again.train_images, built[1].train_images)
    np.testing.assert_array_equal(again.test_labels, built[1].test_labels)
    monkeypatch.setenv("COURSE_DATA", "bundled")
    assert "not MNIST" in data.load_mnist().source


def test_a_damaged_copy_of_tfds(built, tmp_path, monkeypatch):
    shutil.copytree(built[0], tmp_path / "tfds")
    records = next((tmp_path / "tfds").rglob("*train.tfrecord*"))
    records.write_bytes(records.read_bytes()[:100_000])
    assert f"move {records.parent} away" in message(data.load_mnist, "real")


def test_tfds_cannot_write(real_data, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    (tmp_path / "file").touch()
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "file" / "tfds"))
    assert "set TFDS_DATA_DIR to a folder that can be written to" in message(data.load_mnist)


def test_a_build_that_is_killed_leaves_nothing_that_counts(real_data, tmp_path):
    environment = os.environ | {"COURSE_DATA": str(real_data), "TFDS_DATA_DIR": str(tmp_path / "tfds")}
    code = "from helpers.data import load_mnist; load_mnist()"
    child = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL)
    wait_for(lambda: list((tmp_path / "tfds").glob("mnist/incomplete.*/*")), child)
    child.kill()
    child.wait()
    assert not data._tfds_copy().exists()


def test_the_real_tables(real_data, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    heart, churn = data.load_heart(), data.load_churn()
    assert capsys.readouterr().out == (
        "Heart failure: the real table, 918 rows (Kaggle, fedesoriano 2021; ODbL 1.0).\n"
        "Telco churn: the real table, 7,043 rows (IBM sample data).\n"
    )
    assert (heart.frame.Cholesterol == 0).sum() == 172 and (churn.frame.TotalCharges == " ").sum() == 11


# fetching


def wait_for(condition, child):
    deadline = time.monotonic() + 60
    while not condition():
        assert child.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)


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


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.released = [], threading.Event()
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


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


ALL = dict.fromkeys(data.REAL_FILES, GOOD)


def test_fetch_makes_the_folder_for_the_stick(from_server, server, tmp_path, capsys):
    assert data.main(["fetch", "--to", str(tmp_path / "new" / "stick")]) == 0
    assert files(tmp_path / "new" / "stick") == ALL
    assert {path.name for path in (tmp_path / "new" / "stick").iterdir()} == {
        "heart.csv",
        "Telco-Customer-Churn.csv",
        "mnist",
    }
    out, err = capsys.readouterr()
    assert out.count("downloaded, verified") == 6 and "220000/220000" in out  # Keras's progress bar
    server.asked.clear()
    assert data.main(["fetch", "--to", str(tmp_path / "new" / "stick")]) == 0
    assert server.asked == [] and capsys.readouterr().out.count("already there, verified") == 6


def test_fetch_goes_to_data_real_by_default(from_server, tmp_path):
    assert data.main(["fetch"]) == 0
    assert files(data.REAL_FOLDER) == ALL


REFUSED = "http://127.0.0.1:9/heart.csv"  # the discard port: nobody listens


@pytest.mark.parametrize(
    "path, found", [("half", "got only"), ("other", "corrupted"), ("404", "404"), (REFUSED, "refused")]
)
def test_a_download_that_fails_leaves_nothing_and_stops_nothing(path, found, from_server, tmp_path, capsys):
    from_server("heart.csv", path)
    assert data.main(["fetch", "--to", str(tmp_path / "stick")]) == 1
    out = capsys.readouterr().out
    assert files(tmp_path / "stick") == {name: GOOD for name in ALL if name != "heart.csv"}
    assert found in out and "Still missing: heart.csv;" in out
    # Kaggle wants a login: by hand is the other way
    page, target = data.REAL_FILES["heart.csv"].page, tmp_path / "stick" / "heart.csv"
    assert f"download {page} by hand and save it as {target}" in out
    assert not list((tmp_path / "stick").glob(".incomplete*"))


def test_the_second_copy_is_tried(from_server, tmp_path, server):
    from_server("heart.csv", "404", "good")
    assert data.fetch(tmp_path) == []
    assert server.asked[:2] == ["/404/heart.csv", "/good/heart.csv"]


def test_fetch_never_overwrites(from_server, tmp_path, capsys):
    put(tmp_path, "heart.csv", b"mine")
    assert data.main(["fetch", "--to", str(tmp_path)]) == 1
    assert files(tmp_path) == ALL | {"heart.csv": b"mine"}
    assert "heart.csv has changed" in (out := capsys.readouterr().out) and "move it away, then run:" in out


def test_a_fetch_that_is_killed_leaves_no_partial_file(from_server, server, tmp_path):
    from_server("heart.csv", "stall")
    file = data.REAL_FILES["heart.csv"]
    code = (
        "import pathlib, sys; from helpers import data\n"
        f"data.REAL_FILES['heart.csv'] = data.RealFile({file.sha256!r}, {file.size}, {file.urls!r}, '')\n"
        "data.fetch(pathlib.Path(sys.argv[1]))"
    )
    quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "stick")], **quiet)
    wait_for(lambda: [path for path in (tmp_path / "stick").glob(".incomplete-*/*") if path.stat().st_size], child)
    child.kill()
    child.wait()
    assert not (tmp_path / "stick" / "heart.csv").exists()
    from_server("heart.csv", "good")
    assert data.fetch(tmp_path / "stick") == []


def test_a_folder_that_cannot_be_written_to(from_server, tmp_path, monkeypatch, capsys):
    put(tmp_path, "file", b"")
    assert data.main(["fetch", "--to", str(tmp_path / "file")]) == 1
    assert data.main(["fetch", "--to", str(tmp_path / "file" / "stick")]) == 1
    monkeypatch.setattr(os, "replace", functools.partial(refuse, PermissionError(13, "Permission denied")))
    assert data.main(["fetch", "--to", str(tmp_path / "stick")]) == 1
    out = capsys.readouterr().out
    assert out.count("choose a folder that can be written to: python -m helpers.data fetch --to FOLDER") == 18
    assert out.count("Permission denied") == 6
    assert files(tmp_path / "stick") == {}


def refuse(error, *arguments):
    raise error


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="here everything may be written to")
def test_a_folder_with_write_permission_taken_away(from_server, tmp_path, capsys):
    (tmp_path / "stick").mkdir(mode=0o500)
    assert data.main(["fetch", "--to", str(tmp_path / "stick")]) == 1
    assert "Permission denied" in capsys.readouterr().out


def test_the_addresses_are_encrypted_and_all_files_have_one():
    for name, file in data.REAL_FILES.items():
        assert file.urls and all(url.startswith("https://") and url.endswith(name[-10:]) for url in file.urls)
        assert len(file.sha256) == 64


# what is there


def test_status(real_heart, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    assert data.main([]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 8 and rows[0].split() == ["data", "set", "kind", "state", "size", "license", "where"]
    assert rows[2].split()[-1] == str(real_heart) and "verified" in rows[2] and "ODbL 1.0" in rows[2]
    assert "not there" in rows[4] and "verified" in rows[3] and "not built" in rows[7]


def test_status_tells_what_is_damaged(real_heart, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(real_heart.parent))
    put(real_heart.parent / "mnist", "t10k-labels-idx1-ubyte.gz", b"1")
    real_heart.write_bytes(b"1")
    assert data.main([]) == 1
    out = capsys.readouterr().out
    assert out.count("NOT USABLE") == 2 and "heart.csv has changed" in out and "MNIST in" in out


def test_the_command_line_says_what_is_wrong_without_a_traceback(tmp_path):
    environment = os.environ | {"COURSE_DATA": str(tmp_path / "typo")}
    command = [sys.executable, "-m", "helpers.data"]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert run.returncode == 1 and run.stderr == ""
    assert run.stdout.startswith("COURSE_DATA names no real data.\n  expected: ")
