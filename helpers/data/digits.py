"""Handwritten digits: scikit-learn's, bundled, or MNIST, which TensorFlow Datasets (TFDS) builds."""

import contextlib
import io
import os
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.data.errors import DataError
from helpers.data.places import fetch_command, real_folder
from helpers.data.reading import verified
from helpers.data.real_files import MNIST_FILES


@dataclass(frozen=True)
class Digits:
    """Images uint8 (n, 28, 28, 1), 0 (paper) to 255 (ink); labels int64 (n,), 0 to 9. MNIST's shapes and types."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    source: str
    license: str


def load_mnist(source="auto"):
    """Handwritten digits as Digits: MNIST (60,000 to train, 10,000 to test) or scikit-learn's (1,437 and 360).

    MNIST is by LeCun, Cortes and Burges. TensorFlow Datasets (TFDS) builds it once, without a network, from the four
    official files, into its own folder (~/tensorflow_datasets, or TFDS_DATA_DIR). The bundled digits are real
    handwriting too: 8x8 pixels by Alpaydin and Kaynak (1998), resized to 28x28.

    source: "auto" takes MNIST if its files are there or TFDS has built it; "real" lets TFDS download it if need be.
    Raises DataError for files that are missing or damaged, and for a download that fails.
    """
    folder = real_folder(source)
    files = folder and _mnist_folder(folder)
    real = folder and (source == "real" or files or tfds_copy().exists())
    digits = _tfds_mnist(files, folder) if real else _sklearn_digits()
    print(f"Digits: {digits.source}.")
    return digits


def _sklearn_digits():
    # imported here: a lesson on a table should not wait for these
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    small = load_digits()  # (1797, 8, 8), 0 to 16
    images = zoom(small.images, (1, 3.5, 3.5), order=1, mode="nearest", grid_mode=True) * (255 / 16)
    # Exact results are multiples of 255/3136, some of them halves: the nudge rounds those up on every machine.
    images = np.floor(images + 0.5 + 1e-6).astype("uint8")[..., np.newaxis]
    labels = small.target.astype("int64")
    split = train_test_split(images, labels, test_size=360, stratify=labels, random_state=0)
    train_images, test_images, train_labels, test_labels = split
    words = "bundled, 1,437 + 360 real handwritten digits, 8x8 resized to 28x28 (scikit-learn; not MNIST)"
    return Digits(train_images, train_labels, test_images, test_labels, words, "CC BY 4.0")


def _mnist_folder(folder):
    """Where MNIST's four files are, None if they are nowhere; some of them without the others are an error."""
    places = {place: [name for name in MNIST_FILES if (place / name).is_file()] for place in (folder / "mnist", folder)}
    place, present = max(places.items(), key=lambda item: len(item[1]))
    if 0 < len(present) < len(MNIST_FILES) and not tfds_copy().exists():
        expected = ", ".join(MNIST_FILES)
        raise DataError(f"MNIST in {place} is incomplete.", expected, ", ".join(present), fetch_command(folder))
    return place if present else None


def verify_mnist(folder):
    for name in MNIST_FILES:
        verified(_mnist_folder(folder) / name, f"mnist/{name}", folder)


def tfds_copy():
    """Where TFDS keeps the MNIST it has built; it gets this name only when it is whole."""
    return Path(os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")).expanduser() / "mnist" / "3.0.1"


def _tfds_mnist(files, folder):
    """MNIST through TFDS: from its own copy, else built from the folder `files`, else (None) downloaded."""
    import tensorflow_datasets as tfds  # imported here: it starts TensorFlow

    copy = tfds_copy()
    built_before = copy.exists()
    if files and not built_before:
        verify_mnist(folder)
    try:
        if not files and not built_before:  # without a network TFDS would try for minutes before it says so
            urllib.request.urlopen(MNIST_FILES["t10k-labels-idx1-ubyte.gz"].urls[0], timeout=10).close()
        # Downloads and extracted files go to a folder of their own: `files` may be read-only, and TFDS would reuse what
        # it extracted earlier from a file of the same name (Fashion-MNIST's files have these names too).
        with contextlib.redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as scratch:
            builder = tfds.builder("mnist:3.0.1", data_dir=copy.parent.parent, try_gcs=False)
            config = tfds.download.DownloadConfig(manual_dir=files, extract_dir=scratch, try_download_gcs=False)
            builder.download_and_prepare(download_dir=scratch, download_config=config)
        train, test = (tfds.as_numpy(builder.as_dataset(split=name, batch_size=-1)) for name in ("train", "test"))
    except Exception as error:  # TFDS passes on whatever its libraries raise
        if copy.exists() and not built_before:  # by another process, which finished first
            return _tfds_mnist(files, folder)
        mend = f"with a network, {fetch_command(folder)}"
        if files:
            mend = f"set TFDS_DATA_DIR to a folder that can be written to, with 150 MB free; it is {copy.parent.parent}"
        if built_before:
            mend = f"move {copy} away, then load again"
        found = f"{type(error).__name__}: {str(error).strip()[:300]}"
        raise DataError("TFDS could not give MNIST.", f"a whole copy in {copy}", found, mend) from None
    words = "MNIST itself, 60,000 + 10,000 images (LeCun, Cortes, Burges; CC BY-SA 3.0)"
    return Digits(train["image"], train["label"], test["image"], test["label"], words, "CC BY-SA 3.0")
