"""The bytes of a file, and whether they are the right ones."""

import codecs
import hashlib
import os
import stat

from helpers.data.errors import DataError, mend_reading, reason
from helpers.data.places import fetch_command
from helpers.data.real_files import REAL_FILES

BYTE_ORDER_MARKS = {  # what editors put before a text to say how it is encoded
    codecs.BOM_UTF8: "UTF-8",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def read(path, again, at_most):
    """The bytes of a file that has at most so many; `again` is what gets it anew.

    Raises DataError for a file that is missing, longer, or cannot be read, and for what is no file.
    """
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):  # opening a pipe would wait forever
            found = "a folder" if stat.S_ISDIR(mode) else "neither a file nor a folder"
            raise DataError(f"{path.name} cannot be read.", f"a file, {path}", found, f"move it away, then {again}")
        with open(path, "rb") as file:
            content = file.read(at_most + 1)
    except OSError as error:
        mend = mend_reading(error, path, again)
        raise DataError(f"{path.name} cannot be read.", f"a file, {path}", reason(error), mend) from None
    if len(content) > at_most:
        found = f"{os.path.getsize(path):,} bytes"
        raise DataError(f"{path} is too long.", f"at most {at_most:,} bytes", found, f"move it away, then {again}")
    return content


def verified(path, name, folder):
    """The bytes of the real file `name` at path, once they are known to be the right ones.

    Raises DataError for a file that cannot be read or has changed; `folder` is what its name is relative to.
    """
    file = REAL_FILES[name]
    content = read(path, fetch_command(folder), at_most=3 * file.size)  # an editor may have doubled it
    if sha256(content) == file.sha256:
        return content
    found = f"sha256 {sha256(content)}, {len(content):,} bytes{_what_was_done(content, file)}"
    mend = f"move it away, then {fetch_command(folder)}"
    raise DataError(f"{path} has changed.", f"sha256 {file.sha256}, {file.size:,} bytes", found, mend)


def _what_was_done(content, file):
    """In words, what made these bytes out of the real file's, where that can be told."""
    text, changes = content, []
    if mark := byte_order_mark(content):
        text, changes = _as_utf8(content), [f"a byte order mark ({mark})"]
    if b"\r\n" in text:
        text, changes = text.replace(b"\r\n", b"\n"), [*changes, "Windows line endings"]
    if sha256(text) == file.sha256:
        return f" (the same text with {' and '.join(changes)})"
    if mark:
        return f" (with a byte order mark ({mark}) at its start)"
    if is_web_page(content):
        return " (a web page)"
    return " (cut short)" if len(content) < file.size else ""


def _as_utf8(content):
    try:
        # this codec also drops the mark of UTF-8, which Python's utf-8 would keep
        encoding = "utf-8-sig" if byte_order_mark(content) == "UTF-8" else "utf-16"
        return content.decode(encoding).encode()
    except UnicodeDecodeError:
        return content


def byte_order_mark(content):
    """The encoding whose byte order mark (BOM) these bytes start with, or None."""
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)


def is_web_page(content):
    """Whether these bytes are a web page rather than a table or an archive."""
    return content.lstrip()[:1] == b"<"


def sha256(content):
    """The hash that the real files are known by, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
