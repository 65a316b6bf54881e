"""helpers/data/digits.py: scikit-learn's digits, and MNIST as TFDS builds it."""

import contextlib
import errno
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data_faults import DIGITS_LINE, GOOD, MNIST_LINE, files, message, put, wait_for
from helpers import data
from helpers.data import digits, places
from helpers.data.digits import tfds_copy
from helpers.data.unfinished import remove_litter

pytestmark = pytest.mark.usefixtures("elsewhere")


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


def test_mnist_without_files_and_network_never_starts_tfds(from_server, monkeypatch):
    for name in data.MNIST_FILES:
        from_server(f"mnist/{name}", f"http://127.0.0.1:9/{name}")
    started = []
    monkeypatch.setattr("helpers.data.digits._builder", started.append)
    text = message(data.load_mnist, "real")
    assert "refused" in text and "to mend:  with a network, try again; or download" in text
    assert str(places.REAL_FOLDER / "mnist" / "train-images-idx3-ubyte.gz") in text  # where to save what comes by hand
    assert started == []  # by itself TFDS tries for minutes


class FullDisk:
    """Stands for TFDS's builder: it notes which files it is given, then finds no room."""

    def __init__(self):
        self.given = {}

    def download_and_prepare(self, download_dir, download_config):
        self.given = files(Path(download_config.manual_dir))
        raise OSError(errno.ENOSPC, "No space left on device")


def test_mnist_is_downloaded_and_verified_before_tfds_gets_it(from_server, tmp_path, monkeypatch):
    builder = FullDisk()
    monkeypatch.setattr("helpers.data.digits._builder", lambda folder: builder)
    text = message(data.load_mnist, "real")
    assert builder.given == dict.fromkeys(data.MNIST_FILES, GOOD)
    assert "No space left on device" in text and "to mend:  make room on the disk of" in text
    assert files(tmp_path) == {}  # nothing of it stays


class Overtaken(FullDisk):
    """Another process has its copy in place just before this one fails."""

    def download_and_prepare(self, download_dir, download_config):
        tfds_copy().mkdir(parents=True)
        super().download_and_prepare(download_dir, download_config)


def test_a_build_that_another_process_overtakes_is_none(from_server, monkeypatch):
    monkeypatch.setattr("helpers.data.digits._builder", lambda folder: Overtaken())
    monkeypatch.setattr("helpers.data.digits._as_numpy", lambda builder, split: {"image": split, "label": split})
    assert data.load_mnist("real").test_images == "test"


class Built(FullDisk):
    """Stands for TFDS's builder where all goes well."""

    def __init__(self, folder):
        self.data_dir = folder / "new"

    def download_and_prepare(self, download_dir, download_config):
        self.data_dir.mkdir()


def test_a_copy_of_another_release_of_mnist_is_in_nobodys_way(from_server, monkeypatch):
    (tfds_copy().parent / "1.0.0").mkdir(parents=True)
    asked = []
    monkeypatch.setattr("helpers.data.digits._builder", lambda folder: asked.append(folder) or Built(folder))
    monkeypatch.setattr("helpers.data.digits._as_numpy", lambda builder, split: {"image": split, "label": split})
    assert data.load_mnist("real").train_images == "train"
    assert {folder.name for folder in tfds_copy().parent.iterdir()} == {"1.0.0", "3.0.1"}
    assert asked[-1] == tfds_copy().parents[1]  # the whole copy is read, not the one that was being built


def test_tfds_is_told_to_ask_no_network(tmp_path, monkeypatch):
    monkeypatch.setattr("tensorflow_datasets.builder", lambda name, **settings: settings)
    assert digits._builder(tmp_path) == {"data_dir": tmp_path, "try_gcs": False}


@pytest.mark.parametrize("named", ["~nosuchuser/x", "x" * 5_000])
def test_a_tfds_folder_that_is_no_path(named, monkeypatch):
    if os.name == "nt":
        pytest.skip("Windows lets any user have a home, and any path be looked for")
    monkeypatch.setenv("TFDS_DATA_DIR", named)
    for source in ("auto", "real"):
        text = message(data.load_mnist, source)
        assert "TFDS_DATA_DIR" in text.split("to mend:")[1] and len(text) < 1_000
    data.load_mnist("bundled")


def test_an_empty_tfds_data_dir_is_none(monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", "")
    assert tfds_copy() == Path.home() / "tensorflow_datasets" / "mnist" / "3.0.1"


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
    assert [path.relative_to(folder).as_posix() for path in folder.glob("*/*")] == ["mnist/3.0.1"]
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
    text = message(data.load_mnist)
    assert f"move {tmp_path / 'file'} away (a folder belongs there), or set TFDS_DATA_DIR to a folder" in text


@pytest.mark.sampled
def test_a_build_that_is_killed_leaves_nothing_that_counts(real_data, tmp_path):
    environment = os.environ | {"COURSE_DATA": str(real_data), "TFDS_DATA_DIR": str(tmp_path / "tfds")}
    code = "from helpers.data import load_mnist; load_mnist()"
    child = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL)
    wait_for(lambda: list((tmp_path / "tfds").glob(".incomplete-*/mnist/incomplete.*/*")), child)
    child.kill()
    child.wait()
    assert not tfds_copy().exists() and list((tmp_path / "tfds").iterdir())
    remove_litter(tmp_path / "tfds")  # which the next build begins with
    assert list((tmp_path / "tfds").iterdir()) == []
