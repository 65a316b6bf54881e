"""A message to a learner, such as a verdict or a hint, and how it looks: as HTML and as text, in the same words."""

import html
import re
import textwrap
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What a message is."""

    RIGHT = "right"
    MISTAKE = "a known mistake"
    OFF = "not right, and no known mistake"
    ERROR = "an error"
    BLANK = "not attempted"
    UNCHECKED = "nothing was checked"
    INTERRUPTED = "interrupted"
    HINT = "a hint"
    MISSING = "nothing of this name"


class Row(NamedTuple):
    """One line of a table: what was measured, and in words the learner's and the expected value."""

    measured: str
    yours: str
    expected: str


@dataclass(frozen=True)
class Message:
    """Something said to a learner; its first words say what it is.

    `paragraphs` may hold Markdown's `code`, *emphasis* and **strong emphasis**; `code` are lines of code and of error
    messages, `printed` are lines that the learner's code printed.
    """

    kind: Kind
    headline: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    code: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()

    def with_printed(self, text: str) -> "Message":
        """Return this message with the first lines of what the learner's code printed, each of them once."""
        lines = list(dict.fromkeys(line.rstrip()[:200] for line in text.splitlines() if line.strip()))
        lines = [*lines[:5], "..."] if len(lines) > 5 else lines
        return replace(self, printed=tuple(lines))

    def __repr__(self):
        blocks = [_sentence(self.headline)]
        blocks += ["\n".join("    " + line for line in self.code)] if self.code else []
        blocks += [textwrap.fill(text, width=100, break_long_words=False) for text in self.paragraphs]
        if self.rows:
            rows = [f"{name}: yours {yours}, expected {wanted}" if yours else name for name, yours, wanted in self.rows]
            blocks.append("\n    ".join(["Measured:", *rows]))
        blocks += ["\n".join(["Your code printed:", *("    " + line for line in self.printed)])] if self.printed else []
        return "\n".join(blocks)

    def _repr_html_(self):
        # the words carry everything; the color of the bar only repeats them
        parts = [f"<p><strong>{_as_html(_sentence(self.headline))}</strong></p>"]
        parts += [_preformatted(self.code)] if self.code else []
        parts += [f"<p>{_as_html(text)}</p>" for text in self.paragraphs]
        parts += [_table(self.rows)] if self.rows else []
        parts += ["<p>Your code printed:</p>", _preformatted(self.printed)] if self.printed else []
        style = f"border-left: 4px solid {COLORS.get(self.kind, AMBER)}; padding-left: 1em"
        return f'<div role="status" style="{style}">\n' + "\n".join(parts) + "\n</div>"


GREEN, RED, AMBER, BLUE = "#2e7d32", "#c62828", "#b26a00", "#1565c0"
COLORS = {
    Kind.RIGHT: GREEN,
    Kind.MISTAKE: RED,
    Kind.OFF: RED,
    Kind.ERROR: RED,
    Kind.HINT: BLUE,
    Kind.BLANK: BLUE,
}


def _sentence(headline):
    return headline if headline.endswith(("?", "!", ".")) else headline + "."


def _as_html(text):
    """Return a text with a message's Markdown in it as HTML."""
    # code is passed over first: its stars mark nothing, also where it stands between two that do
    strong = re.compile(r"`[^`]+`|\*\*(?=\S)((?:`[^`]+`|[^*`])+)\*\*")
    text = html.escape(text, quote=False)
    text = strong.sub(lambda found: f"<strong>{found[1]}</strong>" if found[1] else found[0], text)
    code_or_text = re.split(r"`([^`]+)`", text)
    marked = [re.sub(r"(?<![\w*])\*([^\s*][^*]*)\*(?![\w*])", r"<em>\1</em>", part) for part in code_or_text[::2]]
    code_or_text[::2] = marked
    code_or_text[1::2] = [f"<code>{part}</code>" for part in code_or_text[1::2]]
    return "".join(code_or_text)


def _preformatted(lines):
    return '<pre style="margin-bottom: 1em">' + html.escape("\n".join(lines), quote=False) + "</pre>"


def _table(rows):
    head = _table_row("col", "<th", Row("measured", "yours", "expected"))
    body = "\n".join(_table_row("row", "<td", row) for row in rows)
    return f"<table>\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _table_row(scope, tag, row):
    left = 'style="text-align: left"'
    cells = [f"{tag} {left}>{_as_html(value)}</{tag[1:]}>" for value in (row.yours, row.expected)]
    return f'<tr><th scope="{scope}" {left}>{_as_html(row.measured)}</th>{"".join(cells)}</tr>'
