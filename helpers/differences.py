"""What one function has that another has not, line by line. Lesson 09."""

import difflib
import inspect
import re


def grown(old, new, renamed):
    """Return, as text, the lines of two functions that differ: `-` stands only in `old`, `+` only in `new`.

    Args:
        old, new: functions; their definition line and its indentation are left out, and so are blank lines.
        renamed: dict of a name in `new`, as a regular expression -> its name in `old`, so that a mere change of
            names does not count.
    """
    sources = [inspect.getsource(function) for function in (old, new)]
    for name, old_name in renamed.items():
        sources[1] = re.sub(name, old_name, sources[1])
    lines = [[line for line in source.splitlines()[1:] if line.strip()] for source in sources]
    return "\n".join(line[:2] + line[6:] for line in difflib.ndiff(*lines) if line[0] in "+-")
