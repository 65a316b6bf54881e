"""The bytes of a file, and whether they are the right ones."""

import hashlib

from helpers.data.errors import DataError
from helpers.data.places import fetch_command
from helpers.data.real_files import REAL_FILES


def read(path, mend):
    """The bytes of a file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name} cannot be read.", path, error.strerror or error, mend) from None


def verified(path, name, folder):
    """The bytes of a real file, once they are known to be the right ones."""
    content, file = read(path, fetch_command(folder)), REAL_FILES[name]
    if _sha256(content) == file.sha256:
        return content
    found = f"sha256 {_sha256(content)}, {len(content):,} bytes"
    if len(content) < file.size:
        found += " (cut short)"
    elif _sha256(content.replace(b"\r\n", b"\n")) == file.sha256:
        found += " (the same text with Windows line endings)"
    mend = f"move it away, then {fetch_command(folder)}"
    raise DataError(f"{path} has changed.", f"sha256 {file.sha256}, {file.size:,} bytes", found, mend)


def _sha256(content):
    return hashlib.sha256(content).hexdigest()
