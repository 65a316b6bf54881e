"""Handwritten digits: scikit-learn's, bundled, or MNIST, which TensorFlow Datasets (TFDS) builds."""

import contextlib
import io
import os
from dataclasses import dataclass

import numpy as np

from helpers.data.download import receive
from helpers.data.errors import DataError, mend_writing, reason, shown
from helpers.data.places import expanded, fetch_command, is_there, real_folder
from helpers.data.reading import verified
from helpers.data.real_files import MNIST_FILES
from helpers.data.unfinished import unfinished


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

    source: "auto" takes MNIST if its files are there or TFDS has built it; "real" downloads the files if need be.
    Raises DataError for files that are missing or damaged, a download that fails, and a folder that cannot be written.
    """
    folder = real_folder(source)
    files = folder and _mnist_folder(folder)
    real = folder and (source == "real" or files or is_built())
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
    if is_there(folder / "mnist") and not os.path.isdir(folder / "mnist"):
        mend = f"move {folder / 'mnist'} away, then {fetch_command(folder)}"
        raise DataError("mnist is not a folder.", "a folder with MNIST's four files, or nothing", "a file", mend)
    places = {place: [name for name in MNIST_FILES if is_there(place / name)] for place in (folder / "mnist", folder)}
    place, present = max(places.items(), key=lambda item: len(item[1]))
    if 0 < len(present) < len(MNIST_FILES) and not is_built():
        expected = ", ".join(MNIST_FILES)
        raise DataError(f"MNIST in {place} is incomplete.", expected, ", ".join(present), fetch_command(folder))
    return place if present else None


def verify_mnist(folder):
    """Raise DataError unless MNIST's four files in the folder are all there and right."""
    for name in MNIST_FILES:
        verified(_mnist_folder(folder) / name, f"mnist/{name}", folder)


def tfds_copy():
    """Where TFDS keeps the MNIST it has built; it gets this name only when it is whole."""
    named = os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    return expanded(named, "TFDS_DATA_DIR").absolute() / "mnist" / "3.0.1"


def is_built():
    """Whether TFDS has built MNIST; raises DataError where that cannot be seen."""
    copy = tfds_copy()
    try:
        return is_there(copy)
    except OSError as error:
        mend = "set TFDS_DATA_DIR to a folder that can be read and written to"
        found = f"{shown(copy)}: {reason(error)}"
        raise DataError("TFDS's MNIST cannot be looked for.", "a folder", found, mend) from None


def _tfds_mnist(files, folder):
    """MNIST through TFDS: from its own copy, else built from the folder `files`, else (None) downloaded."""
    if not is_built():
        if files:
            verify_mnist(folder)
        _build(files, folder)
    copy = tfds_copy()
    try:
        builder = _builder(copy.parents[1])
        train, test = (_as_numpy(builder, split) for split in ("train", "test"))
    except Exception as error:  # TFDS passes on whatever its libraries raise
        mend = f"move {copy} away, then load again"
        raise DataError("TFDS's MNIST cannot be read.", f"a whole copy in {copy}", _in_words(error), mend) from None
    words = "MNIST itself, 60,000 + 10,000 images (LeCun, Cortes, Burges; CC BY-SA 3.0)"
    return Digits(train["image"], train["label"], test["image"], test["label"], words, "CC BY-SA 3.0")


def _build(files, folder):
    """Let TFDS build its copy in a folder of its own, then move that to its place.

    TFDS itself never downloads: without a network it would try for minutes before it says so. What it extracts goes to
    that folder as well: `files` may be read-only, and TFDS would reuse what it extracted earlier from a file of the
    same name (Fashion-MNIST's files have these names too).
    """
    copy = tfds_copy()
    try:
        with unfinished(copy.parents[1]) as scratch:
            files = files or _download(folder, scratch)
            import tensorflow_datasets as tfds  # imported here: it starts TensorFlow

            builder = _builder(scratch)
            config = tfds.download.DownloadConfig(manual_dir=files, extract_dir=scratch, try_download_gcs=False)
            with contextlib.redirect_stdout(io.StringIO()):
                builder.download_and_prepare(download_dir=scratch, download_config=config)
            copy.parent.mkdir(exist_ok=True)
            os.rename(builder.data_dir, copy)
    except DataError:
        raise
    except Exception as error:  # TFDS passes on whatever its libraries raise
        if is_built():  # by another process, which finished first
            return
        elsewhere = f"set TFDS_DATA_DIR to a folder that can be written to, with 150 MB free; it is {copy.parents[1]}"
        mend = mend_writing(error, copy, elsewhere) if isinstance(error, OSError) else elsewhere
        raise DataError("TFDS could not build MNIST.", f"a whole copy in {copy}", _in_words(error), mend) from None


def _download(folder, scratch):
    for name in MNIST_FILES:
        content = receive(f"mnist/{name}", folder / "mnist" / name)
        (scratch / name).write_bytes(content)
    return scratch


def _builder(folder):
    import tensorflow_datasets as tfds

    return tfds.builder("mnist:3.0.1", data_dir=folder, try_gcs=False)


def _as_numpy(builder, split):
    import tensorflow_datasets as tfds

    return tfds.as_numpy(builder.as_dataset(split=split, batch_size=-1))


def _in_words(error):
    return f"{type(error).__name__}: {str(error).strip()[:300]}"
