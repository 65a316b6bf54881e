"""The error of the course's data, in four parts, and what mends an error of the operating system."""

import errno
import os


class DataError(Exception):
    """Data that is missing or not what it should be: what was expected, what was found, what mends it."""

    def __init__(self, problem, expected, found, mend):
        super().__init__(f"{problem}\n  expected: {expected}\n  found:    {found}\n  to mend:  {mend}")
        self.expected, self.found, self.mend = expected, found, mend


def reason(error):
    """An OSError in words, without its number and path: "Permission denied"."""
    return error.strerror or str(error)


def shown(path):
    """A path for a message, cut after 300 characters: its length may be what is wrong with it."""
    return str(path) if len(str(path)) <= 300 else f"{str(path)[:300]}..."


def file_in_the_way(path):
    """The file that stands where one of the path's folders belongs, or None."""
    return next((folder for folder in path.parents if os.path.lexists(folder) and not os.path.isdir(folder)), None)


def mend_reading(error, path, again):
    """What mends that a file cannot be read; `again`, which gets it anew, helps only where nothing is in its way."""
    if blocking := file_in_the_way(path):
        return f"move {blocking} away (a folder belongs there), then {again}"
    if isinstance(error, FileNotFoundError) and not os.path.islink(path):
        return again
    if isinstance(error, PermissionError):
        return f"give yourself permission to read {path}"
    return f"move {path} away, then {again}"


def mend_writing(error, path, elsewhere):
    """What mends that a file or folder cannot be written; `elsewhere` tells how to choose another folder for it."""
    if blocking := file_in_the_way(path):
        return f"move {blocking} away (a folder belongs there), or {elsewhere}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"make room on the disk of {path.parent}, or {elsewhere}"
    if isinstance(error, FileExistsError):
        return f"move {path} away (a folder belongs there), or {elsewhere}"
    return elsewhere
